"""Statements that make types."""

from model import INTEGERS, SIMPLE, SWAPPABLE, Field, Type
from statements import operation

PACKS = ["1", "2", "4", "8", "16", "0"]
WRONG_PACKS = ["-1", "'x'", "2**31", "None", "1.5", "3", "True", "Index(2)"]
ALIGNS = ["1", "2", "4", "8", "16", "32", "0"]
WRONG_ALIGNS = ["-1", "'x'", "2**64", "None", "1.5", "Index(8)"]
LAYOUTS = ["'ms'", "'gcc-sysv'"]
WRONG_LAYOUTS = ["'other'", "1", "None", "b'ms'"]
WRONG_FIELDS = ["('x', int)", "('x',)", "(1, c_int)", "('x', c_int, 1, 2)", "'xy'", "('x', c_int, 'three')",
                "('x', c_double, 3)", "('x', c_int, 0)", "('x', c_int, 33)", "('x', c_int, -1)", "['x', c_int]",
                "(b'x', c_int)", "('x', None)", "('x', c_int * 2, 1)", "('x', 'c_int')", "None", "('x', c_char, 1)",
                "('x', c_int, 1.5)", "('x', c_bool, 1)", "('x', c_bool, 2)", "('', c_int)", "('x', Structure)",
                "('x', _SimpleCData)", "('x', c_void_p, 3)", "('x', c_int, Index(3))", "('x', c_wchar, 3)",
                "('x', c_int, None)", "('x', c_int, 10**30)"]


def field_type(state, references, swapped):
    pick = state.pick
    if swapped:
        own = [t for t in state.types if t.swapped or (t.kind == "array" and t.item.code in SWAPPABLE)]
        if own and pick.chance(3):
            return pick.one(own)
        return state.simple(None if pick.chance(15) else SWAPPABLE)
    return state.any_type(references)


def fields(state, base, references, swapped, union):
    """What a definition adds to its base: the list's items as text, and the fields."""
    pick = state.pick
    texts, made = [], []
    for _ in range(pick.one([2, 1, 3, 4, 0, 6])):
        name = state.pick.one("abcdefgh") + str(len(base) + len(made)) if pick.chance(20) else (
            "abcdefghijklmnop"[(len(base) + len(made)) % 16])
        if made and pick.chance(60):
            # The same name once more: the first field is out of reach.
            name = made[-1].name
            made = made[:-1]
        if pick.chance(40):
            texts.append(pick.one(WRONG_FIELDS))
            continue
        if pick.chance(4):
            kind = state.simple("bBhHiIlL")
            bits = pick.between(1, INTEGERS[kind.code][0])
            if pick.chance(2):
                bits = min(bits, pick.between(1, 7))
            texts.append(f"({name!r}, {kind.name}, {bits})")
            made.append(Field(name, kind, bits))
            continue
        kind = field_type(state, references, swapped)
        if union and not kind.exact:
            continue
        texts.append(f"({name!r}, {kind.name})")
        made.append(Field(name, kind))
    return texts, made


def settings(state, own):
    """Lines of a class body before `_fields_`."""
    pick = state.pick
    lines = []
    if pick.chance(5):
        lines.append(f"_pack_ = {pick.one(WRONG_PACKS if pick.chance(12) else PACKS)}")
    if pick.chance(5):
        lines.append(f"_layout_ = {pick.one(WRONG_LAYOUTS if pick.chance(12) else LAYOUTS)}")
    if pick.chance(6):
        lines.append(f"_align_ = {pick.one(WRONG_ALIGNS if pick.chance(12) else ALIGNS)}")
    inner = [field.name for field in own if field.type.aggregate]
    if inner and pick.chance(3):
        lines.append(f"_anonymous_ = [{pick.one(inner)!r}]")
    elif pick.chance(40):
        lines.append(f"_anonymous_ = {pick.one(['[1]', 'None', '1', '[\"nothing\"]', '[\"a\"]', '\"a\"'])}")
    return lines


@operation(30)
def aggregate(state):
    pick = state.pick
    name = state.fresh("T")
    base, kind, inherited, swapped = pick.weighted([
        (("Structure", "structure", [], False), 10), (("Union", "union", [], False), 4),
        (("BigEndianStructure", "structure", [], True), 2), (("LittleEndianStructure", "structure", [], False), 1),
        (("BigEndianUnion", "union", [], True), 1), (("LittleEndianUnion", "union", [], False), 1)])
    # A union that is derived from another has no room for the fields of that.
    parents = [t for t in state.types if t.kind == "structure"]
    if parents and pick.chance(5):
        parent = pick.one(parents)
        base, kind, inherited, swapped = parent.name, parent.kind, list(parent.fields), parent.swapped
    references = kind == "structure" and not swapped and pick.chance(3)
    texts, own = fields(state, inherited, references, swapped, kind == "union")
    listed = ("({})," if pick.chance(20) else "[{}]").format(", ".join(texts)).rstrip(",")
    lines = settings(state, own)
    late = pick.chance(6)
    self_pointer = None
    if late and references:
        texts.append(f"('next', POINTER({name}))")
        listed = f"[{', '.join(texts)}]"
        self_pointer = Field("next", Type(f"POINTER({name})", "pointer", references=True))
    body = lines + ([] if late else [f"_fields_ = {listed}"]) + methods(state)
    state.say(f"class {name}({base}):\n    " + "\n    ".join(body or ["pass"]))
    if late:
        if pick.chance(4):
            observe_incomplete(state, name)
        state.say(f"{name}._fields_ = {listed}")
    made = Type(name, kind, fields=inherited + own, swapped=swapped)
    if self_pointer:
        self_pointer.type.item = made
        made.fields = made.fields + [self_pointer]
    made.references = any(field.type.references for field in made.fields)
    made.exact = all(field.type.exact for field in made.fields)
    if made.kind == "union" and made.references:
        # Nobody stores into it or reads it.
        return
    state.types.append(made)
    if pick.chance(30):
        state.say(f"{name}._fields_ = [('again', c_int)]")


METHODS = ["def method(self):\n        return dump(self)",
           "def __init__(self, *args, **kw):\n        super().__init__(*args, **kw)",
           "def __new__(cls, *args, **kw):\n        return super().__new__(cls)",
           "def __eq__(self, other):\n        return True",
           "def __repr__(self):\n        return 'mine'", "extra = 5", "__slots__ = ()", "__slots__ = ('slot',)",
           "def __getattr__(self, name):\n        return name", "a = 5", "_fields_again_ = 1",
           "def __init_subclass__(cls, **kw):\n        super().__init_subclass__(**kw)",
           "def __setattr__(self, name, value):\n        say(name)\n        super().__setattr__(name, value)",
           "@property\n    def b(self):\n        return 'property'",
           "@classmethod\n    def make(cls):\n        return cls()"]


def methods(state):
    """What else there is in the body of a class."""
    return [state.pick.one(METHODS)] if state.pick.chance(12) else []


def observe_incomplete(state, name):
    state.say(state.pick.one([
        f"sizeof({name})", f"{name}._fields_", f"POINTER({name})", f"{name}()", f"{name} * 2",
        f"class {state.fresh('T')}(Structure):\n    _fields_ = [('x', {name})]",
        f"class {state.fresh('T')}({name}):\n    pass", f"{name}.from_buffer(bytearray(8))",
        f"memoryview({name}()).format"]))


@operation(10)
def array(state):
    pick = state.pick
    name = state.fresh("T")
    item = state.any_type()
    length = pick.one([2, 3, 1, 4, 0, 5])
    if not item.repeats:
        return
    if pick.chance(15):
        state.say(f"{name} = {item.name} * " + pick.one(["-1", "'x'", "1.5", "None", "2**62", "2**70", "True",
                                                         "Index(2)", "c_int"]))
        return
    if pick.chance(5):
        wrong = pick.chance(6)
        body = [f"_type_ = {item.name}", f"_length_ = {length}"]
        if wrong:
            body[pick.below(2)] = pick.one(["_length_ = -1", "_length_ = 'x'", "_length_ = 2**62", "_type_ = int",
                                            "pass", "_length_ = 1.5", "_type_ = 'i'", "_length_ = True"])
        state.say(f"class {name}(Array):\n    " + "\n    ".join(body))
        if wrong:
            return
    else:
        state.say(f"{name} = {item.name} * {length}")
    state.types.append(Type(name, "array", item=item, length=length, references=item.references,
                            exact=item.exact, swapped=item.swapped))


@operation(8)
def pointer(state):
    pick = state.pick
    name = state.fresh("T")
    item = state.any_type()
    if pick.chance(12):
        state.say(pick.one([
            f"{name} = POINTER({pick.one(['int', '3', '1.5', '[]', 'Structure', '_SimpleCData', 'Array'])})",
            f"class {name}(_Pointer):\n    _type_ = {pick.one(['int', '3', 'None', '\"i\"'])}",
            f"class {name}(_Pointer):\n    pass", f"{name} = POINTER('unknown_name')",
            f"SetPointerType(POINTER('some_name'), {item.name})", f"ARRAY({item.name}, 3)",
            f"ARRAY({item.name}, 'x')",
            f"{name} = POINTER('some_name')\n{name}.set_type({item.name})\nsay({name}._type_, {name}())",
            f"{name} = POINTER('some_name')\n{name}(3)", f"{name} = POINTER('some_name')\nsay({name}, {name}())",
            f"POINTER({item.name}).set_type({item.name})",
            f"POINTER({item.name}) is {item.name}.__pointer_type__"]))
        return
    if pick.chance(6):
        state.say(f"class {name}(_Pointer):\n    _type_ = {item.name}")
    else:
        state.say(f"{name} = POINTER({item.name})")
    state.types.append(Type(name, "pointer", item=item, references=True))


@operation(4)
def derived(state):
    """A subclass of a simple, array or pointer type."""
    pick = state.pick
    parent = state.any_type()
    if parent.kind not in ("simple", "array", "pointer"):
        return
    name = state.fresh("T")
    body = "pass"
    if pick.chance(4):
        body = pick.one(["def __repr__(self):\n        return 'mine'", "x = 5",
                         "def __init__(self, *args):\n        type(self).__base__.__init__(self, *args)",
                         "def __eq__(self, other):\n        return 'equal'", "_type_ = 'h'", "value = 3",
                         "from_param = classmethod(lambda cls, given: given)", "__slots__ = ()"])
    if pick.chance(20):
        body = f"_type_ = {pick.one(['\"q\"', '\"xx\"', 'None', '1', '\"\"', '\"k\"', 'b\"i\"'])}"
    state.say(f"class {name}({parent.name}):\n    {body}")
    if "_type_" in body or "value" in body or "from_param" in body:
        return
    state.types.append(Type(name, parent.kind, parent.code, parent.item, parent.length,
                            references=parent.references,
                            exact=parent.exact, repeats=parent.kind != "pointer"))


@operation(2)
def swapped_simple(state):
    kind = state.simple()
    other = state.pick.one(["__ctype_be__", "__ctype_le__"])
    name = state.fresh("T")
    state.say(f"{name} = {kind.name}.{other}")
    if kind.code in SWAPPABLE:
        state.types.append(Type(name, "simple", kind.code, exact=kind.exact, swapped=other == "__ctype_be__"))


@operation(2)
def new_simple(state):
    name = state.fresh("T")
    code = state.pick.one(["c", "u", "b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "f", "d", "g", "F", "D", "G",
                           "P", "z", "Z", "O", "?", "x", "v", "", "ii", "X"])
    state.say(f"class {name}(_SimpleCData):\n    _type_ = {code!r}")
    known = {kind.code: kind for kind in SIMPLE.values()} | {"q": SIMPLE["c_long"], "Q": SIMPLE["c_ulong"]}
    if code in known:
        like = known[code]
        state.types.append(Type(name, "simple", like.code, references=like.references, exact=like.exact))


@operation(10)
def describe_type(state):
    """Looks at a type from outside."""
    pick = state.pick
    kind = state.any_type()
    name = kind.name
    if not kind.repeats:
        return
    looks = [f"sizeof({name})", f"alignment({name})", f"{name}", f"{name}.__name__, {name}.__qualname__, "
             f"{name}.__module__", f"{name}.__mro__", f"{name}.__base__", f"names_in({name})",
             f"isinstance({name}, type)", f"{name} == {state.any_type().name}",
             f"issubclass({name}, {state.any_type().name})", f"bool({name})", f"attempted(lambda: {name}.x)",
             f"getattr({name}, '__ctype_be__', 'none')", f"POINTER({name})", f"({name} * 2).__name__",
             f"{name}.__pointer_type__", f"{name}.__doc__", f"attempted(lambda: {name}._type_)",
             f"attempted(lambda: {name}._length_)", f"2 * {name}", f"POINTER({name})._type_", f"{name}.no_such"]
    if kind.kind not in ("function", "pointer") and not kind.references:
        looks += [f"seen({name}()).{what}" for what in ("itemsize", "shape", "ndim", "nbytes", "strides",
                                                              "readonly", "format", "c_contiguous")]
    if kind.aggregate:
        looks += [f"{name}._fields_", f"{name}._anonymous_", f"{name}._pack_", f"{name}._layout_",
                  f"{name}._align_"]
        looks += [f"{name}.{field.name}.{what}" for field in kind.fields
                  for what in ("offset", "size", "byte_offset", "byte_size", "bit_offset", "bit_size",
                               "is_bitfield", "is_anonymous", "name", "type")]
        looks += [f"{name}.{field.name}" for field in kind.fields]
        looks += [f"{name}.{field.name}.offset = 3" for field in kind.fields]
        looks += [f"{name}.{field.name}.__get__(None, {name})" for field in kind.fields]
    state.say(pick.one(looks[:380]))


@operation(5)
def change_type(state):
    """A type's own attributes are set and deleted. What is changed is not the package's."""
    pick = state.pick
    kind = state.some(lambda kind: kind.name.startswith("T"))
    if kind is None or kind.name.endswith(")"):
        return
    name = kind.name
    given = pick.one(["5", "None", "c_int", "'x'", "[]", "[('z', c_int)]"])
    attribute = pick.one(["_fields_", "_type_", "_length_", "_pack_", "_align_", "_anonymous_", "_layout_",
                          "__pointer_type__",
                          "new", "_as_parameter_"])
    if attribute == "__pointer_type__":
        state.say(pick.one([f"{name}.__pointer_type__ is POINTER({name})", f"del {name}.__pointer_type__"]))
        return
    if attribute == "_fields_" and "[(" in given and kind.aggregate:
        given = "[('z', int)]"
    made = state.fresh("T")
    copy = f"class {made}({name}):\n    pass"
    what = pick.one([f"{made}.{attribute} = {given}", f"{made}.{attribute}", f"del {made}.{attribute}",
                     f"{made}.{attribute} = {given}; say({made}.{attribute}); del {made}.{attribute}; "
                      f"say({made}.{attribute})"])
    state.say(copy, what)
    if kind.kind in ("structure", "union") and not kind.references and "_as_p" not in attribute:
        state.say(f"sizeof({made}), dump({made}())")


@operation(4)
def metaclass_call(state):
    """A class that is made by calling its metaclass."""
    pick = state.pick
    base = pick.one(["Structure", "Union", "Array", "_Pointer", "_SimpleCData", "_CFuncPtr", "BigEndianStructure",
                     state.any_type().name])
    namespace = pick.one(["{}", "{'_fields_': [('a', c_int)]}", "{'_type_': c_int, '_length_': 2}",
                          "{'_type_': 'i'}",
                          "{'_flags_': 1}", "{'_type_': c_int}", "{'_fields_': 3}", "{'_length_': 2}",
                          "{'_type_': 'x'}",
                          "{'_fields_': [('a', c_int), ('a', c_short)]}", "{'_abstract_': 1}", "{'_flags_': 'x'}"])
    made = state.fresh("T")
    arguments = pick.one([f"'{made}', ({base},), {namespace}", f"'{made}', ({base},), {namespace}",
                          f"'{made}', (), {namespace}",
                          f"'{made}', ({base}, object), {namespace}", f"'{made}', ({base},)", "", f"'{made}'",
                          f"3, ({base},), {{}}",
                          f"'{made}', 5, {{}}", f"'{made}', ({base},), 5", f"'{made}', ({base}, {base}), {{}}",
                          f"'{made}', (int, {base}), {namespace}", f"'{made}', ({base}, Structure), {namespace}"])
    state.say(f"{made} = type({base})({arguments})", f"{made}", f"sizeof({made})", f"{made}.__mro__")
