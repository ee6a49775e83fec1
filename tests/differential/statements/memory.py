"""Statements about memory: buffers, addresses, casts, resizing."""

from model import Type
from statements import operation
from statements.values import observed
from values import NO_INSTANCES, WRONG, value


@operation(10)
def from_buffer(state):
    pick = state.pick
    kind = state.any_type(references=False)
    if kind.kind in ("pointer", "function") or not kind.plain:
        return
    name, buffer = state.fresh("v"), state.fresh("b")
    size = pick.one([f"sizeof({kind.name})", f"sizeof({kind.name}) + 5", f"sizeof({kind.name}) - 1", "3", "0"])
    fill = f"bytes(i * 7 % 256 for i in range({size}))"
    offset = pick.one(["", ", 0", ", 1", ", 5", ", -1", ", 100", ", 'x'", ", 2**63", ", Index(1)"])
    wrong = pick.chance(8)
    if pick.chance(2):
        source = pick.one(["bytearray(%s)", "memoryview(bytearray(%s))", "array.array('B', %s)"]) % fill
        if wrong:
            source = pick.one([fill, "'text'", "3", "None", "memoryview(b'abcdefgh')", "[1]",
                               "memoryview(bytearray(16))[::2]", "memoryview(bytearray(16))[::-1]"])
        state.say(f"{buffer} = {source}", f"{name} = {kind.name}.from_buffer({buffer}{offset})")
        if not wrong:
            made = state.variable(name, kind, shared=True)
            observed(state, made)
            state.say(pick.one([f"{buffer}", f"{name}._objects is not None", f"len({buffer})",
                                f"{buffer}.append(1)", f"objects({name})"]))
    else:
        source = pick.one(["%s", "bytearray(%s)", "memoryview(%s)"]) % fill
        if wrong:
            source = pick.one(["'text'", "3", "None", "[1]", "memoryview(bytes(16))[::2]"])
        state.say(f"{name} = {kind.name}.from_buffer_copy({source}{offset})")
        observed(state, state.variable(name, kind))


SHOWN = ["format", "shape", "strides", "ndim", "itemsize", "nbytes", "readonly", "suboffsets", "contiguous"]


@operation(8)
def view(state):
    """What a memoryview shows."""
    variable = state.any_variable(lambda v: v.type.plain and v.type.kind not in ("pointer", "function"))
    if variable is None:
        return
    name, pick = variable.name, state.pick
    state.say(pick.one([
        f"seen({name}).{pick.one(SHOWN)}",
        f"memoryview({name}).tobytes()", f"memoryview({name}).cast('B').tolist()",
        f"memoryview({name}).obj is {name}",
        f"len(memoryview({name}))", f"bytes({name})", f"bytearray({name})", f"memoryview({name}).cast('B')[0]",
        f"memoryview({name}).hex()", f"b''.join([{name}, {name}])", f"memoryview({name})[0]", f"b'' + {name}"]))
    if pick.chance(4):
        state.say(f"memoryview({name}).cast('B')[0] = {pick.one(['1', '255', '256', '-1'])}")
        observed(state, variable)


@operation(6)
def resizing(state):
    variable = state.any_variable(lambda v: not v.shared)
    if variable is None or variable.type.kind == "function":
        return
    name, pick = variable.name, state.pick
    size = pick.one([f"sizeof({name}) + 8", f"sizeof({name})", "100", "0", "-1", "1", "'x'", "2**63", "1.5",
                     "None"])
    state.say(f"resize({name}, {size})", f"sizeof({name})", f"dump({name})")
    # CPython leaves in the new memory what was there.
    state.variables.remove(variable)
    if pick.chance(6):
        state.say(pick.one(["resize(3, 4)", "resize()", f"resize({name})", f"resize({name}, 1, 2)",
                            "resize(c_int, 8)",
                            f"resize({name}, size=8)"]))


@operation(8)
def references_to(state):
    """What `byref`, `addressof` and `pointer` give."""
    place = state.place()
    if place is None or place.type.kind in ("simple",) and place.parent is not None:
        return
    name, pick = place.name, state.pick
    place.root.shared = True
    state.say(pick.one([
        f"byref({name})", f"byref({name}, 0)",
        f"byref({name}, {pick.one(['1', '-1', '2**63', chr(39) + 'x' + chr(39), 'Index(2)', '1.5'])})",
        f"byref({name})._obj is {name}", f"addressof({name}) == addressof({name})",
        f"addressof({name}) % alignment({name})", f"pointer({name})", f"pointer({name}).contents is {name}",
        f"offset_in({name}, {place.root.name})",
        f"pointer({name})[0]" if place.type.kind not in ("pointer", "function")
        else f"bool(pointer({name}))", f"byref({pick.one(WRONG)})", f"addressof({pick.one(NO_INSTANCES)})",
        f"pointer({pick.one(WRONG)})", f"byref({name}) == byref({name})", f"byref({name}).no_such",
        f"sizeof({pick.one(WRONG)})", f"alignment({pick.one(WRONG)})", "byref()", "addressof()", "sizeof()",
        "pointer()",
        f"cast({name}, c_void_p).value == addressof({name})", f"bool(pointer({name}))"]))


@operation(8)
def pointers(state):
    variable = state.any_variable(lambda v: v.type.kind != "function")
    if variable is None:
        return
    pick, name = state.pick, state.fresh("v")
    if variable.type.kind == "array" and variable.type.length and pick.chance(2):
        kind = next((t for t in state.types if t.kind == "pointer" and t.item is variable.type.item), None)
        if kind is None:
            kind = Type(f"POINTER({variable.type.item.name})", "pointer", item=variable.type.item, references=True)
            state.types.append(kind)
        state.say(f"{name} = cast({variable.name}, {kind.name})")
        made = state.variable(name, kind, items=variable.type.length)
    else:
        kind = next((t for t in state.types if t.kind == "pointer" and t.item is variable.type), None)
        if kind is None:
            kind = Type(f"POINTER({variable.type.name})", "pointer", item=variable.type, references=True)
            state.types.append(kind)
        state.say(f"{name} = pointer({variable.name})")
        made = state.variable(name, kind, items=1)
    variable.shared = True
    observed(state, made)


@operation(8)
def through_pointer(state):
    variable = state.any_variable(lambda v: v.type.kind == "pointer" and v.items)
    if variable is None:
        return
    pick, name, items = state.pick, variable.name, variable.items
    item = variable.type.item
    state.say(pick.one([
        f"{name}[0:{items}]", f"{name}[:{items}]", f"{name}[{items - 1}::-1]", f"{name}[0:{items}:2]", f"{name}[:]",
        f"{name}[::2]", f"{name}[0:{items}:0]", f"{name}['x']", f"{name}[1.5]", f"{name}[None:1]", f"bool({name})",
        f"{name}.contents", f"{name}.contents is {name}.contents", f"{name}[0]", f"len({name})", f"{name}[10**30]",
        f"{name}.contents = {pick.one(['None', '3', 'b\"x\"', '[]'])}", f"del {name}.contents",
        f"del {name}[0]", f"{name}[0] = {value(state, item, 1)}", f"{name}[0:1] = [1]", f"{name} == {name}",
        f"{name}[{items - 1}] = {value(state, item, 1)}", f"repr({name})", f"{name}._type_",
        f"type({name}).__name__",
        f"{name}[1:0]", f"{name}[0:{items}:'x']", f"{name}[Index(0)]", f"{name}[0:{items}:-1]",
        f"{name}[{items - 1}:-{items + 5}:-1][:0]" if False else f"{name}[0:0]"]))


TARGETS = ["c_void_p", "c_char_p", "c_wchar_p", "int", "3", "None", "c_int", "Structure", "POINTER(None)",
           "POINTER(c_int)", "CFUNCTYPE(None)", "py_object"]


@operation(8)
def casts(state):
    """A look at the same bytes through another type."""
    variable = state.any_variable(lambda v: v.type.plain and v.type.kind not in ("pointer", "function"))
    if variable is None:
        return
    pick = state.pick
    kind = state.any_type(references=False)
    if not kind.plain:
        return
    variable.shared = True
    name, target = variable.name, kind.name
    guard = f"if sizeof({name}) >= sizeof({target}) else 'too small'"
    state.say(pick.one([
        f"dump(cast(byref({name}), POINTER({target})).contents) {guard}",
        f"dump(cast(pointer({name}), POINTER({target}))[0]) {guard}",
        f"dump({target}.from_address(addressof({name}))) {guard}",
        f"cast({name}, POINTER({target}))", f"cast({name}, {target})", f"cast(byref({name}), {target})",
        f"cast(pointer({name}), {pick.one(TARGETS)}).__class__",
        f"cast({pick.one(WRONG)}, POINTER({target})).__class__",
        f"cast(None, {pick.one(TARGETS)})",
        f"len(cast(pointer({name}), POINTER({target}))._objects) > 0",
        f"dump(({target} * 1).from_address(addressof({name}))) {guard}",
        f"({target}).from_address({pick.one(['None', '1.5', chr(39) + 'x' + chr(39), '2**64', '-2**64', '[]'])})"]))


@operation(5)
def raw(state):
    """memset, memmove, string_at."""
    variable = state.any_variable(lambda v: v.type.kind not in ("pointer", "function"))
    if variable is None:
        return
    name, pick = variable.name, state.pick
    if variable.type.references:
        state.say(f"memset(byref({name}), 0, sizeof({name})) == addressof({name})")
        variable.items = 0
        return
    if not variable.type.plain:
        return
    state.say(pick.one([
        f"memset(byref({name}), {pick.one(['0', '1', '255', '-1'])}, sizeof({name})) == addressof({name})",
        f"memmove(byref({name}), bytes(range(sizeof({name}))), sizeof({name})) == addressof({name})",
        f"memmove({name}, bytes(sizeof({name})), sizeof({name}))".replace(f"({name},", f"(byref({name}),") + " > 0",
        f"string_at(byref({name}), sizeof({name}))", f"string_at(addressof({name}), sizeof({name}))",
        f"string_at(byref({name}), 0)", "string_at(b'text')", "string_at(b'text', 2)", "wstring_at('text')",
        "wstring_at('text', 2)", "string_at()", "string_at(b'x', 'y')", "memmove(1)", "memset('x')",
        f"bytes(ctypes.memoryview_at(addressof({name}), sizeof({name})))",
        f"ctypes.memoryview_at(addressof({name}), sizeof({name}), True).readonly", "string_at('text', -1)"]))
    observed(state, variable)


@operation(4)
def buffers_made(state):
    pick = state.pick
    name = state.fresh("v")
    what = pick.one(["create_string_buffer", "create_unicode_buffer"])
    given = pick.one(["b'abc'", "5", "b''", "b'abc', 2", "b'abc', 10", "'abc'", "'abc', 10", "'\\U0001f40d', 2",
                      "0",
                      "-1", "'abc', 'x'", "None", "1.5", "True", "b'abc', None", "size=3", "", "'abc', 0",
                      "b'abc', 0"])
    state.say(f"{name} = {what}({given})", f"{name}", f"dump({name})", f"{name}.value", f"sizeof({name})")


KEPT = [
    "{v} = pointer({t}({one})); gc.collect(); dump({v}[0])",
    "{v} = cast(pointer({t}({one})), POINTER({t})); gc.collect(); dump({v}[0])",
    "{v} = (POINTER({t}) * 2)(pointer({t}({one}))); gc.collect(); dump({v}[0][0])",
    "{v} = (POINTER({t}) * 2)(); {v}[1] = ({t} * 2)({one}, {two}); gc.collect(); "
    "[dump(item) for item in {v}[1][0:2]]",
    "{v} = cast(({t} * 2)({one}, {two}), POINTER({t})); gc.collect(); [dump(item) for item in {v}[0:2]]",
    "{v} = pointer(pointer({t}({one}))); gc.collect(); dump({v}[0][0])",
    "{v} = pointer({t}({one})); {w} = pointer({v}); del {v}; gc.collect(); dump({w}[0][0])",
    "{v} = ({t} * 3)({one}, {two}); {w} = {v}[1:3]; gc.collect(); [dump(item) for item in {w}]",
    "{v} = pointer({t}({one})); {w} = {v}.contents; del {v}; gc.collect(); dump({w})",
    "{v} = cast(cast(pointer({t}({one})), c_void_p), POINTER({t})); gc.collect(); dump({v}[0])",
    "{v} = {t}.from_buffer(bytearray(sizeof({t}))); gc.collect(); dump({v})",
    "{v} = (c_char_p * 2)(bytes(bytearray(b'made')), None); gc.collect(); {v}[:]",
    "{v} = (c_wchar_p * 2)(''.join(['ma', 'de'])); gc.collect(); {v}[:]",
    "{v} = cast(create_string_buffer(b'made'), c_char_p); gc.collect(); {v}.value",
    "{v} = py_object([{one}]); gc.collect(); {v}.value",
    "{v} = (py_object * 2)([5], {{6}}); gc.collect(); {v}[:]",
    "{v} = (CFUNCTYPE(c_int, c_int) * 2)(CFUNCTYPE(c_int, c_int)(lambda x: x + 1)); gc.collect(); {v}[0](4)",
    "{v} = pointer(CFUNCTYPE(c_int, c_int)(lambda x: x + 1)); gc.collect(); {v}[0](4)",
    "{v} = cast(CFUNCTYPE(c_int)(lambda: 8), CFUNCTYPE(c_int)); gc.collect(); {v}()",
]


@operation(8)
def kept(state):
    """What is kept alive by nothing but a reference in memory."""
    pick = state.pick
    kind = state.any_type(references=False)
    if not kind.plain or kind.kind in ("pointer", "function") or kind.empty:
        return
    names = {"v": state.fresh("v"), "w": state.fresh("w"), "t": kind.name}
    simple = kind.kind == "simple"
    values = {"one": value(state, kind, 1) if simple else "",
              "two": value(state, kind, 1) if simple else f"{kind.name}()"}
    template = pick.one(KEPT)
    if not simple and "{one}, {two}" in template:
        values["one"] = values["two"]
    if not simple and "[{one}]" in template:
        values["one"] = "1"
    *made, last = template.format(**names, **values).split("; ")
    # One statement, so that nothing is looked at that could not be made.
    state.say("; ".join([*made, f"say({last})"]))
    if pick.chance(3):
        state.say(f"objects({names['v']})")


@operation(5)
def module_functions(state):
    """The module's functions, called wrongly."""
    pick = state.pick
    name = pick.one(["sizeof", "alignment", "byref", "addressof", "resize", "pointer", "POINTER", "cast",
                     "get_errno", "set_errno",
                     "memset", "memmove", "string_at", "wstring_at", "create_string_buffer",
                     "create_unicode_buffer",
                     "CFUNCTYPE", "PYFUNCTYPE", "ARRAY", "SetPointerType", "_ctypes.buffer_info",
                     "_ctypes._unpickle",
                     "_ctypes.dlsym", "_ctypes.PyObj_FromPtr", "_ctypes.call_function",
                     "_ctypes.call_cdeclfunction",
                     "_ctypes.Py_INCREF", "c_int", "Structure", "Union", "Array", "_Pointer", "_SimpleCData",
                     "_CFuncPtr",
                     "c_int.from_param", "c_int.from_buffer", "c_int.from_buffer_copy", "c_int.from_address",
                     "c_int.in_dll",
                     "POINTER(c_int).set_type", "c_char_p.from_param", "(c_int * 2)", "(c_int * 2).from_param",
                     "POINTER(c_int)",
                     "ctypes.memoryview_at", "c_int().__init__", "(c_int * 2)().__init__", "c_int().__reduce__",
                     "c_int().__setstate__", "c_int().__ctypes_from_outparam__", "py_object", "_ctypes.CField",
                     "CDLL",
                     "lib.__getitem__", "lib.__getattr__", "LibraryLoader", "cdll.LoadLibrary", "_ctypes.POINTER"])
    given = pick.one(["", "x=1", "1, x=2", "*[1] * 5", "*['x'] * 2", "*[None] * 2", "c_int, c_int, c_int, c_int",
                      "object()", "'x', 'y', 'z'",
                      "c_int", "c_int, 'x'", "c_int(), 'x'", "b'x', 'y'", "*()", "1.5", "[], {}"])
    # These follow a number as an address.
    if name in ("memset", "memmove", "string_at", "wstring_at", "cast",
                "ctypes.memoryview_at") or "call_" in name or "FromPtr" in name or (
            "from_address" in name) or name == "_ctypes.Py_INCREF":
        given = pick.one(["", "x=1", "'x'", "object()", "1.5", "*['x'] * 5", "[], {}"])
    if name in ("wstring_at", "string_at") and "'x'" in given:
        given = ""
    state.say(f"{name}({given})")
