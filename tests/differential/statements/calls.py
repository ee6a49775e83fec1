"""Statements that call C, and that C calls.

C is called with arguments of the registers that it looks at, and no result is looked at that C or a callback has
left undefined: the rest of such a register is nobody's.
"""

from model import SIMPLE
from statements import operation
from values import NO_INSTANCES, WRONG, simple, value

# The functions of tests/clib by the type that they take and give.
NUMBERS = {"byte": "b", "ubyte": "B", "short": "h", "ushort": "H", "int": "i", "uint": "I", "long": "l",
           "ulong": "L", "float": "f", "double": "d", "longdouble": "g", "bool": "?", "char": "c", "wchar": "u",
           "void_p": "P", "float_complex": "F", "double_complex": "D", "longdouble_complex": "G"}
COMPLEX = ("float_complex", "double_complex", "longdouble_complex")
DEFAULTS = ["None", "B1", "'text'", "5", "2**40", "2**63", "2**64", "2**70", "-1", "1.5", "Parameter(5)",
            "Parameter(B1)",
            "Parameter(None)", "Parameter(1.5)", "Parameter('x')", "object()", "[]", "byref(c_int(4))", "c_int(5)",
            "c_void_p(9)", "(c_int * 2)(1, 2)", "pointer(c_int(5))", "bytearray(b'x')", "True", "Index(3)",
            "Number(4)",
            "Text('t')", "Bytes(b't')", "c_char_p(B1)", "c_wchar_p(U1)", "'a\\0b'", "c_bool(True)", "c_char(b'x')",
            "Colour.RED", "Angry()", "memoryview(b'x')", "int", "c_int", "c_wchar('x')", "c_ulong(2**64 - 1)"]

ATTRIBUTES = ["argtypes", "restype", "errcheck", "__name__", "__doc__", "no_such", "_objects", "_flags_"]
BARE = [text for text in DEFAULTS if "byref" not in text]


def a_type(state, code):
    """A type of this code: the package's, or one of the program's."""
    own = [kind for kind in state.types if kind.code == code and not kind.swapped]
    if own and state.pick.chance(4):
        return state.pick.one(own)
    return next(kind for kind in SIMPLE.values() if kind.code == code)


def a_function(state, name, restype, argtypes):
    """Statements that get a function of the library and declare it."""
    pick = state.pick
    made = state.fresh("f")
    if argtypes is not None and pick.chance(4):
        listed = ", ".join([restype, *argtypes])
        prototype = pick.one(["CFUNCTYPE", "CFUNCTYPE", "PYFUNCTYPE"])
        state.say(f"{made} = {prototype}({listed})(({name!r}, lib))")
        return made
    declared = [f"{made} = lib[{name!r}]", f"{made}.restype = {restype}"]
    if argtypes is not None:
        listed = "".join(text + ", " for text in argtypes)
        declared.append(f"{made}.argtypes = " + (f"[{listed[:-2]}]" if pick.chance(2) else f"({listed})"))
    state.say("; ".join(declared))
    return made


def extras(state, made):
    """What may be around a call."""
    pick = state.pick
    if pick.chance(8):
        name = state.fresh("f")
        body = pick.one(["return result", "return 'checked'", "raise ValueError('checked')",
                         "say(result, args); return result",
                         "say(function is " + made + ", len(args)); return 7"])
        state.say(f"def {name}(result, function, args): {body}", f"{made}.errcheck = {name}")
    if pick.chance(12):
        state.say(f"{made}.{pick.one(ATTRIBUTES)}")


@operation(14)
def echo(state):
    pick = state.pick
    name = pick.one(list(NUMBERS))
    kind = a_type(state, NUMBERS[name])
    declared = not pick.chance(4)
    made = a_function(state, f"echo_{name}", a_type(state, kind.code).name, [kind.name] if declared else None)
    extras(state, made)
    for _ in range(pick.between(1, 2)):
        given = value(state, kind, 1) if declared else f"{kind.name}({value(state, kind)})"
        if declared and pick.chance(4):
            given = f"{a_type(state, kind.code).name}({given})"
        if declared and pick.chance(10):
            given = pick.one(WRONG)
        if kind.code == "P":
            # The address of a string is shown as a number.
            given = simple(state, kind, 0)
        state.say(f"{made}({given})")
    if pick.chance(10) and declared:
        state.say(pick.one([f"{made}()", f"{made}(x=1)", f"{made}(*[{given}])", f"{made}(**{{}})"]))


@operation(6)
def second(state):
    """Two arguments."""
    pick = state.pick
    name = pick.one([name for name in NUMBERS if name not in COMPLEX])
    kind = a_type(state, NUMBERS[name])
    made = a_function(state, f"second_{name}", kind.name, [kind.name, kind.name])
    made_of = simple if kind.code == "P" else value
    state.say(f"{made}({made_of(state, kind, 1)}, {made_of(state, kind, 1)})")


@operation(8)
def through_memory(state):
    """C reads and writes a variable."""
    pick = state.pick
    place = state.place(lambda kind: kind.kind == "simple" and kind.code in NUMBERS.values() and not kind.swapped)
    if place is None or place.bits:
        return
    # A reference to a field of a simple type gives a number, which has no address.
    if place.parent is not None and place.type.name in SIMPLE:
        return
    name = next(name for name, code in NUMBERS.items() if code == place.type.code)
    place.root.shared = True
    pointer = f"POINTER({place.type.name})"
    given = pick.one([f"byref({place.name})", f"pointer({place.name})", place.name, f"byref({place.name}, 0)"])
    if pick.chance(2):
        made = a_function(state, f"store_{name}", "None", [pointer, place.type.name])
        state.say(f"{made}({given}, {value(state, place.type, 1)})", f"dump({place.root.name})")
    else:
        made = a_function(state, f"load_{name}", place.type.name, [pointer])
        state.say(f"{made}({given})")


@operation(8)
def defaults(state):
    """An argument without a declaration, by itself."""
    made = a_function(state, "is_null", "c_bool", None)
    state.say(f"{made}({state.pick.one(DEFAULTS)})")


@operation(6)
def narrowed(state):
    """A pointer parameter that takes whatever it takes."""
    pick = state.pick
    kind = state.any_type()
    parameter = pick.one(["c_void_p", "c_char_p", "c_wchar_p", "POINTER(c_int)", "POINTER(c_char)", "POINTER(None)",
                          f"POINTER({kind.name})", "c_int * 2", "CFUNCTYPE(None)", "py_object", "c_bool"])
    # CPython dies of a reference that it is given for a function pointer.
    function = parameter.startswith("CFUNC")
    made = a_function(state, "is_null", "c_bool", [parameter])
    variable = state.any_variable(lambda v: v.type.judged)
    given = pick.one(BARE if function else DEFAULTS)
    if variable is not None and pick.chance(2) and not function:
        variable.shared = True
        given = pick.one([variable.name, f"byref({variable.name})", f"pointer({variable.name})"])
    state.say(f"{made}({given})")


@operation(5)
def strings(state):
    pick = state.pick
    texts = pick.one([("echo_char_p", "c_char_p", "byte_length"), ("echo_wchar_p", "c_wchar_p", "wide_length")])
    given = pick.one(["B0", "B1", "B2", "None", "c_char_p(B1)", "b'a\\0b'", "Bytes(b't')",
                      "create_string_buffer(b'abc')",
                      "Parameter(B1)", "'x'", "cast(B1, POINTER(c_char))"] if "wide" not in texts[2] else
                     ["U0", "U1", "U2", "None", "c_wchar_p(U1)", "'a\\0b'", "Text('t')",
                      "create_unicode_buffer('abc')",
                      "Parameter(U1)", "b'x'"])
    if pick.chance(2):
        made = a_function(state, texts[0], texts[1], [texts[1]])
    else:
        made = a_function(state, texts[2], "c_size_t", [pick.one([texts[1], "c_void_p"])])
    state.say(f"{made}({given})")


@operation(5)
def variadic(state):
    pick = state.pick
    count = pick.between(0, 3)
    name, kind = pick.one([("variadic_sum_ints", "i"), ("variadic_sum_longlongs", "l"),
                           ("variadic_sum_doubles", "d")])
    declared = ["c_int"] if pick.chance(2) else None
    made = a_function(state, name, {"d": "c_double"}.get(kind, "c_longlong"), declared)
    one = {"i": lambda: str(pick.below(100)), "l": lambda: f"c_long({pick.below(100)})",
           "d": lambda: pick.one(["c_double(1.5)", "c_double(-2)"])}[kind]
    given = [str(count)] + [one() for _ in range(count)]
    if declared and pick.chance(12):
        given.append(pick.one(["c_short(1)", "c_float(1.5)", "c_char(b'x')", "c_bool(True)", "c_ubyte(3)"]))
    if pick.chance(10):
        given.append(pick.one(["1.5", "object()", "[]", "2**70", "Parameter(1.5)"]))
    state.say(f"{made}({', '.join(given)})")


@operation(8)
def from_param(state):
    pick = state.pick
    kind = state.any_type()
    # CPython dies of a reference that it is given for an aggregate or a function pointer.
    bare = kind.kind in ("structure", "union", "function")
    given = pick.one(BARE if bare else DEFAULTS + NO_INSTANCES)
    variable = state.any_variable()
    if variable is not None and pick.chance(2):
        variable.shared = True
        given = pick.one([variable.name, f"Parameter({variable.name})",
                          variable.name if bare else f"byref({variable.name})"])
    elif pick.chance(2) and kind.kind == "simple":
        given = value(state, kind, 1)
    state.say(f"{kind.name}.from_param({given})")


@operation(12)
def callback(state):
    """A callback that works, called by Python and by C."""
    pick = state.pick
    name = pick.one([name for name in NUMBERS if name not in COMPLEX])
    kind = a_type(state, NUMBERS[name])
    function, made = state.fresh("f"), state.fresh("f")
    body = pick.one(["return args[0]", "say(*args); return args[0]", f"return {value(state, kind, 1)}",
                     "raise ValueError('x')",
                     "return None", "return args", f"return {pick.one(WRONG)}", "1 / 0", "say(len(args))"])
    parameters = "*args" if not pick.chance(12) else pick.one(["", "a, b, c", "args, /"])
    result = pick.one([kind.name, kind.name, "None"])
    prototype = f"CFUNCTYPE({result}, {kind.name})"
    if pick.chance(8):
        prototype = prototype[:-1] + pick.one([", use_errno=True)", ", use_last_error=True)"])
    # What C gets from a callback that fails is nobody's: then there is no result.
    reliable = body in ("return args[0]", "say(*args); return args[0]") and parameters == "*args"
    reliable = reliable and result in SIMPLE
    if kind.code == "g" and not reliable:
        # A result that nobody takes stays in the registers of the x87, of which there are eight.
        return
    state.say(f"def {function}({parameters}): {body}", f"{made} = {prototype}({function})")
    call = (simple if kind.code == "P" else value)(state, kind, 1)
    if pick.chance(2) and (reliable or result == "None"):
        state.say(f"{made}({call})")
    else:
        outer = a_function(state, f"call_{name}", kind.name if reliable else "None",
                           [f"CFUNCTYPE({result}, {kind.name})" if "use" not in prototype else prototype,
                            kind.name])
        state.say(f"{outer}({made}, {call})")
    if pick.chance(4):
        state.say(pick.one([f"{made}.restype", f"{made}.argtypes", f"{made}", f"bool({made})", f"{made}()",
                            f"{made}._objects", f"{made} == {made}", f"{made}.__name__", f"type({made}).__name__",
                            f"type({made})._argtypes_", f"type({made})._restype_", f"type({made})._flags_"]))


@operation(4)
def pointer_callback(state):
    """A callback that is given a pointer, a structure or a string."""
    pick = state.pick
    function, made = state.fresh("f"), state.fresh("f")
    body = pick.one(["say(dump(args[0])); return 1", "args[0].contents.value = 5; return 2",
                     "say(args[0][0]); return 3",
                     "say(bool(args[0])); return 4", "args[0][0] = 9; return 5", "args[0][0] = 'x'; return 6"])
    state.say(f"def {function}(*args): {body}", f"{made} = CFUNCTYPE(c_int, POINTER(c_int))({function})")
    outer = a_function(state, "call_with_pointer", "None", [f"CFUNCTYPE(c_int, POINTER(c_int))", "c_int"])
    state.say(f"{outer}({made}, {value(state, SIMPLE['c_int'], 1)})")


@operation(8)
def parameter_flags(state):
    pick = state.pick

    def flags(kind):
        if pick.chance(30):
            return pick.one(["()", "1", "(1, 2)", "('x',)", "(1, 'a', 2, 3)", "(2**40,)", "(None,)", "(8,)",
                             "(7,)", "(6,)",
                             "(1.5, 'a')", "(1, b'a')", "(-1,)"])
        direction = pick.one("1123") if kind.startswith("POINTER") else pick.one("11112") if pick.chance(12) else "1"
        name = pick.one(["'a'", "'b'", "'c'", "'d'", "None"])
        default = {"c_int": "3", "c_ushort": "4"}.get(kind, "None")
        if pick.chance(12):
            default = pick.one(NO_INSTANCES)
        return pick.one([f"({direction},)", f"({direction}, {name})", f"({direction}, {name}, {default})"])

    kinds = ["c_int", "POINTER(c_int)", "POINTER(c_double)", "c_ushort"]
    listed = [flags(kind) for kind in kinds]
    if pick.chance(20):
        listed.pop()
    made = state.fresh("f")
    state.say(f"{made} = CFUNCTYPE({pick.one(['c_int', 'None', 'c_short'])}, {', '.join(kinds)})"
              f"(('gather', lib), ({', '.join(listed)},))")
    extras(state, made)
    for _ in range(pick.between(1, 2)):
        given = [pick.one([value(state, SIMPLE["c_int"], 1), "byref(c_int(4))", "None", "byref(c_double(2.5))",
                           "(c_int * 2)(5, 6)", "pointer(c_int(7))", "8"]) for _ in range(pick.between(0, 4))]
        named = [f"{name}={pick.one(['1', 'None', 'byref(c_int(2))'])}" for name in "abcde" if pick.chance(7)]
        state.say(f"{made}({', '.join(given + named)})" + (" is not None" if not pick.chance(3) else ""))
    if pick.chance(8):
        state.say(f"{made}.argtypes = [{', '.join(kinds[:pick.below(4)])}]")


@operation(6)
def declarations(state):
    """What cannot be declared."""
    pick = state.pick
    made = state.fresh("f")
    state.say(f"{made} = lib['echo_int']")
    state.say(pick.one([
        # A pointer is a sequence without an end.
        f"{made}.{pick.one(['argtypes', 'restype', 'errcheck'])} = {pick.one(NO_INSTANCES)}",
        f"{made}.argtypes = [{pick.one(WRONG)}]", f"{made}.argtypes = (c_int, {pick.one(WRONG)})",
        f"del {made}.{pick.one(['argtypes', 'restype', 'errcheck', 'x'])}", f"{made}.restype = int; {made}(3)",
        f"{made}.restype = lambda result: say(result) or 5; {made}(3)", f"{made}.restype = c_int; {made}.restype",
        f"{made}.restype = Structure", f"{made}.argtypes = [Structure]", f"{made}.x = 3; {made}.x",
        f"{made}.argtypes",
        f"{made}.argtypes = [c_int]; {made}.argtypes", f"{made}.argtypes = (); {made}(3)", f"repr({made})",
        f"{made}.argtypes = None; {made}(3)", f"bool({made})", f"{made}.errcheck", f"{made}.restype",
        f"{made}.__name__",
        f"CFUNCTYPE({pick.one(WRONG)})", f"CFUNCTYPE(c_int, {pick.one(WRONG)})", "CFUNCTYPE()",
        "CFUNCTYPE(c_int, x=1)",
        f"CFUNCTYPE(c_int)({pick.one([text for text in WRONG if text not in ('7', '10**30', '-1')])}).__class__",
        "CFUNCTYPE(c_int)((3, lib)) is None", "CFUNCTYPE(c_int)(('no_such', lib))",
        "CFUNCTYPE(c_int)(('echo_int', 3))",
        "CFUNCTYPE(c_int)(('echo_int',))", "CFUNCTYPE(c_int)(('echo_int', lib), 1)", "CFUNCTYPE(c_int)(1, 2, 3)",
        "lib.no_such", "lib['no_such']", "lib[1.5]", "lib.echo_int is lib.echo_int",
        "lib['echo_int'] is lib['echo_int']",
        "CDLL('no such library')", f"CDLL({pick.one(['3', '1.5', 'b' + chr(39) + 'x' + chr(39), '[]'])})",
        "class F(_CFuncPtr):\n    pass\nF()", "class F(_CFuncPtr):\n    _flags_ = 'x'", "lib['a\\0b']",
        "class F(_CFuncPtr):\n    _flags_ = 1\n    _argtypes_ = 3",
        "class F(_CFuncPtr):\n    _flags_ = 1\n    _restype_ = 3",
        "class F(_CFuncPtr):\n    _flags_ = 1\nF().argtypes", "CFUNCTYPE(c_int) is CFUNCTYPE(c_int)",
        "CFUNCTYPE(c_int, c_int) is CFUNCTYPE(c_int, use_errno=True)", "CFUNCTYPE(c_int)().restype",
        "lib._name == ctypes.__name__", "lib._FuncPtr.__name__", "lib._FuncPtr._flags_", "lib['\\ud800']"]))


@operation(4)
def exported(state):
    """Variables of the library. They are read, for the next program finds them."""
    pick = state.pick
    kind, name = pick.one([("c_int", "global_int"), ("c_double", "global_double"), ("c_ubyte * 8", "global_bytes"),
                           ("c_char * 16", "global_text"), ("c_char_p", "global_string"),
                           ("POINTER(c_int)", "global_null"),
                           ("c_int * 2", "global_point"), ("CFUNCTYPE(c_int, c_int)", "global_function")])
    made = state.fresh("v")
    if pick.chance(5):
        state.say(f"({kind}).in_dll({pick.one(['lib', '3', 'None', 'object()'])}, "
                  f"{pick.one(['3', 'U1', 'B1', 'None', repr(name)])}).__class__")
        return
    state.say(f"{made} = ({kind}).in_dll(lib, {name!r})", f"dump({made})", f"{made}._b_needsfree_, {made}._objects")


@operation(3)
def error_number(state):
    pick = state.pick
    made = state.fresh("f")
    state.say(f"{made} = lib['set_c_errno']",
              f"set_errno({pick.one(['5', '0', '-1', chr(39) + 'x' + chr(39), '2**40', '1.5'])})",
              f"{made}({pick.below(50)})", "get_errno()")


# Structures and unions of tests/clib/structs.h.
SHAPES = {
    "i8x2": [("a", "c_byte"), ("b", "c_byte")], "i16i8": [("a", "c_short"), ("b", "c_byte")],
    "i8i32": [("a", "c_byte"), ("b", "c_int")], "u32x3": [("a", "c_uint"), ("b", "c_uint"), ("c", "c_uint")],
    "i64x2": [("a", "c_long"), ("b", "c_ulong")], "f32x2": [("a", "c_float"), ("b", "c_float")],
    "f32x3": [("a", "c_float"), ("b", "c_float"), ("c", "c_float")],
    "f64x2": [("a", "c_double"), ("b", "c_double")],
    "i64f64": [("a", "c_long"), ("b", "c_double")], "f64i8": [("a", "c_double"), ("b", "c_byte")],
    "i16f32f64": [("a", "c_short"), ("b", "c_float"), ("c", "c_double")],
    "i64x3": [("a", "c_long"), ("b", "c_long"), ("c", "c_long")],
    "f64x4": [("a", "c_double"), ("b", "c_double"), ("c", "c_double"), ("d", "c_double")],
    "bytes5": [("a", "c_ubyte * 5")], "bytes17": [("a", "c_ubyte * 17")], "f64_array": [("a", "c_double * 2")],
}


@operation(8)
def by_value(state):
    """A structure goes to C and comes back as it is."""
    pick = state.pick
    shape = pick.one(list(SHAPES))
    kind = state.fresh("T")
    fields = ", ".join(f"({name!r}, {of})" for name, of in SHAPES[shape])
    base = pick.one(["Structure", "Structure", "LittleEndianStructure"])
    state.say(f"class {kind}({base}): _fields_ = [{fields}]")
    given = [value(state, SIMPLE[of], 1) if of in SIMPLE else "(1, 2)" for _, of in SHAPES[shape]]
    instance = f"{kind}({', '.join(given[:pick.below(len(given) + 1)])})"
    if pick.chance(4):
        function, callback = state.fresh("f"), state.fresh("f")
        body = pick.one(["say(dump(s)); return 5", "s.a = s.a; say(bytes(s)); return -1", "return sizeof(s)"])
        state.say(f"def {function}(s): {body}", f"{callback} = CFUNCTYPE(c_longlong, {kind})({function})")
        made = a_function(state, f"call_{shape}", "c_longlong",
                          [f"CFUNCTYPE(c_longlong, {kind})", f"POINTER({kind})"])
        state.say(f"{made}({callback}, byref({instance}))")
        return
    restype = kind
    if pick.chance(8):
        restype = state.fresh("T")
        state.say(f"class {restype}({kind}):\n    def __repr__(self): return 'mine'")
    made = a_function(state, f"echo_{shape}", restype, [kind])
    extras(state, made)
    if pick.chance(8):
        instance = pick.one(["(1, 2)", "None", "5", "'x'", "c_int(5)", "[]", f"Parameter({instance})",
                             f"({instance},)",
                             f"pointer({instance})", f"({kind} * 1)({instance})", f"Parameter({instance}), 3"])
    state.say(f"say(dump({made}({instance})))")


@operation(6)
def converters(state):
    """Types and results that Python code sees to."""
    pick = state.pick
    name, made = state.fresh("T"), state.fresh("f")
    body = pick.one(["return value", "return c_int(7)", "raise ValueError('refused')", "return 5", "return None",
                     "return Parameter(6)", "return c_int.from_param(value)", "return object()",
                     "return c_short(2)"])
    state.say(f"class {name}({pick.one(['object', 'c_int', 'c_int'])}):"
              f"\n    @classmethod\n    def from_param(cls, value):\n        {body}")
    state.say(f"{made} = lib['echo_int']; {made}.argtypes = [{name}]")
    state.say(f"{made}({pick.one(['3', 'None', '1.5', 'c_int(4)', '[]', f'{name}(4)', 'c_short(5)'])})")
    if pick.chance(2):
        body = pick.one(["return value", "raise KeyError('result')", "say(value); return 'checked'", "return self"])
        state.say(f"class R{name}(c_int):\n    def _check_retval_(self):\n        value = self\n        {body}",
                  f"{made} = lib['echo_int']; {made}.restype = R{name}; say({made}(5))")


@operation(5)
def function_fields(state):
    """A table of functions, called through it."""
    pick = state.pick
    name, table = state.fresh("T"), state.fresh("v")
    state.say(f"class {name}(Structure): _fields_ = [('f', CFUNCTYPE(c_int, c_int)), ('g', CFUNCTYPE(None))]")
    state.say(f"{table} = {name}(CFUNCTYPE(c_int, c_int)(lambda x: {pick.one(['x + 1', 'say(x) or x', '5'])}))")
    state.say(pick.one([f"{table}.f({value(state, SIMPLE['c_int'], 1)})", f"bool({table}.g), bool({table}.f)",
                        f"{table}.f",
                        f"{table}.f = None", f"{table}.f = lambda x: x", f"{table}.f = CFUNCTYPE(c_int)(len)",
                        f"{table}.f is {table}.f", f"objects({table})", f"gc.collect(); say({table}.f(3))",
                        f"{table}.f.restype, {table}.f.argtypes", f"{table}.f()", f"{table}.f('x')",
                        f"{table}.g = CFUNCTYPE(None)(lambda: say('g')); {table}.g()", f"dump({table})"]))
