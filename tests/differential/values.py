"""Values for C types, as expressions: right, at the limits, beyond them, and of the wrong type."""

from model import INTEGERS

WRONG = ["None", "'x'", "b'x'", "1.5", "7", "[]", "()", "object()", "c_short(3)", "Index(2)", "10**30", "-1", "2j",
         "...", "int", "c_int", "True", "{}", "'text'", "b'bytes'", "Parameter(5)", "Parameter(b'p')", "Angry()",
         "[1, 2]", "(1, 2)", "c_double(1.5)", "c_char(b'z')", "bytearray(b'ab')", "memoryview(b'ab')", "Float()",
         "Text('t')", "Bytes(b't')", "Number(9)", "Colour.RED", "c_char_p(b'pointed')", "c_wchar_p('pointed')",
         "py_object(1)", "c_void_p(3)", "byref(c_int(4))", "pointer(c_int(5))", "(c_int * 2)(1, 2)", "float('nan')",
         "c_bool(True)", "range(2)", "lambda: 1", "''", "b''", "'\\ud800'", "'a\\0b'", "b'a\\0b'"]
# None of these is a reference that could be stored: an `int` is an address.
WRONG_REFERENCES = ["1.5", "[]", "()", "2j", "Angry()", "...", "c_short(3)", "c_double(1.5)", "Index(2)",
                    "'\\ud800'",
                    "bytearray(b'ab')", "c_void_p(3)", "(1, 2)", "{}", "Float()"]
# CPython 3.14 dies if a bit field is given an instance of its type.
NO_INSTANCES = [text for text in WRONG if not text.startswith(("c_", "(c_", "py_", "pointer", "byref"))]
WRONG_BITS = NO_INSTANCES + ["c_double(1.5)"]
FLOATS = ["1.5", "0.0", "-0.0", "1e300", "float('inf')", "float('nan')", "-2", "10**400", "True", "Float()",
          "Index(3)", "Number(4)", "1e-320", "3.4028235677973366e+38"]
COMPLEX = ["1+2j", "0j", "-0.0", "complex('nan')", "1e300+1j", "7", "Complex()", "Float()", "Index(3)", "10**400"]
CHARACTERS = ["b'x'", "b'\\0'", "b'\\xff'", "65", "0", "255", "256", "-1", "b''", "b'xy'", "bytearray(b'q')",
              "bytearray(b'qq')", "Bytes(b'y')"]
WIDE = ["'x'", "'\\0'", "'\\u20ac'", "'\\U0001f40d'", "''", "'xy'", "Text('y')", "'\\ud800'"]
TRUTHS = ["True", "False", "0", "2", "''", "'x'", "None", "[]", "float('nan')", "Angry()"]


def value(state, kind, depth=0, bits=0):
    """An expression that can mostly be stored as `kind`, or in so many bits of one."""
    pick = state.pick
    if bits:
        return pick.one(WRONG_BITS) if pick.chance(12) else integer(pick, *INTEGERS[kind.code])
    if pick.chance(12) and kind.code != "O":
        return pick.one(WRONG_REFERENCES if kind.references else WRONG)
    same = [v for v in state.variables if v.type is kind and not (kind.references and kind.kind != "pointer")]
    if same and pick.chance(4):
        return pick.one(same).name
    return RIGHT[kind.kind](state, kind, depth)


def simple(state, kind, depth):
    pick, code = state.pick, kind.code
    if code in INTEGERS:
        return integer(pick, *INTEGERS[code])
    if code == "P":
        return pick.one(["None", "0", "16", "4096", "-1", "2**64 - 1", "2**64", "True", "Number(8)"])
    table = {"c": CHARACTERS, "u": WIDE, "?": TRUTHS, "z": ["None", "B0", "B1", "B2"],
             "Z": ["None", "W0", "W1", "W2"], 
             # CPython goes on to keep what `None` has displaced, and shows it.
             "O": ["Index", "dump", "B1", "U1", "lib"]}
    return pick.one(table.get(code) or (COMPLEX if code in "FDG" else FLOATS))


def integer(pick, bits, signed):
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return pick.weighted([
        (str(pick.below(100)), 6), ("-1", 1), (str(low), 1), (str(high), 1), (str(high + 1), 1), (str(low - 1), 1),
        ("2**64 + 3", 1), ("True", 1), ("Index(6)", 1), ("Number(9)", 1), ("Colour.RED", 1)])


def structure(state, kind, depth):
    if state.pick.chance(4) and depth:
        return f"({''.join(item + ', ' for item in arguments(state, kind, depth))})"
    return construction(state, kind, depth)


def arguments(state, kind, depth):
    """Positional arguments for a structure, a union or an array."""
    if kind.kind == "array":
        types = [(kind.item, 0)] * kind.length
    else:
        types = [(field.type, field.bits) for field in kind.fields]
    types = types[:state.pick.below(len(types) + 1)]
    if types and state.pick.chance(15):
        types = types + [types[-1]] * 3
    return [value(state, item, depth + 1, bits) for item, bits in types]


def construction(state, kind, depth=0):
    """A call of the type."""
    pick = state.pick
    if depth > 2:
        return f"{kind.name}()"
    positional = arguments(state, kind, depth)
    named = []
    if kind.aggregate and kind.fields and pick.chance(3):
        rest = kind.fields[len(positional):] or kind.fields
        for _ in range(pick.between(1, 2)):
            chosen = pick.one(rest)
            named.append(f"{chosen.name}={value(state, chosen.type, depth + 1, chosen.bits)}")
        if pick.chance(8):
            named.append("unknown=1")
        named = list({text.partition("=")[0]: text for text in named}.values())
    return f"{kind.name}({', '.join(positional + named)})"


def array(state, kind, depth):
    pick = state.pick
    if kind.item.code == "c" and depth and pick.chance(2):
        return pick.one(["b''", "b'a'", "b'abcd'", "b'a\\0b'", "b'too long for this array'", "bytearray(b'a')"])
    if kind.item.code == "u" and depth and pick.chance(2):
        return pick.one(["''", "'a'", "'\\U0001f40dbc'", "'a\\0b'", "'too long for this array'"])
    if depth and pick.chance(3):
        return f"({''.join(item + ', ' for item in arguments(state, kind, depth))})"
    return construction(state, kind, depth)


def pointer(state, kind, depth):
    """Null, or a pointer to a variable."""
    pick = state.pick
    targets = [v for v in state.variables if v.type is kind.item]
    arrays = [v for v in state.variables if v.type.kind == "array" and v.type.item is kind.item and v.type.length]
    if depth and arrays and pick.chance(4):
        chosen = pick.one(arrays)
        chosen.shared = True
        return chosen.name
    if targets and not pick.chance(4):
        chosen = pick.one(targets)
        chosen.shared = True
        return f"pointer({chosen.name})"
    return "None" if depth else f"{kind.name}()"


def function(state, kind, depth):
    known = [f for f in state.functions if f.type is kind]
    if known and not state.pick.chance(4):
        return state.pick.one(known).name
    return "None" if depth and state.pick.chance(4) else f"{kind.name}()"


RIGHT = {"simple": simple, "structure": structure, "union": construction, "array": array, "pointer": pointer,
         "function": function}


def initial(state, kind):
    """An expression that makes an instance of `kind`."""
    pick = state.pick
    if kind.kind == "simple":
        if pick.chance(6):
            return f"{kind.name}()"
        return f"{kind.name}({value(state, kind, 1)})"
    if kind.kind == "pointer":
        return pointer(state, kind, 0)
    if kind.kind == "function":
        return function(state, kind, 0)
    return construction(state, kind)
