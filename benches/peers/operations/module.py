"""Functions of the package: casts, strings, addresses and sizes; what Python asks of every object; and
look-ups on a library."""

from . import floors
from .row import group

# A function of the package's, written in Python, that makes a foreign call.
PACKAGED = floors.total(floors.PYTHON, floors.ONE)

CASTS = group(
    "module function",
    ("cast(p, POINTER(c_int))", "p = pointer(c_uint(5))", "cast(p, Int_p)", "result[0] == 5",
     floors.total(PACKAGED, floors.MADE)),
    ("cast(array, c_void_p)", "a = (c_int * 10)()", "cast(a, c_void_p)",
     "result.value == addressof(a)", floors.total(PACKAGED, floors.MADE)),
    ("cast(address, POINTER(c_int))", "x = c_int(5)\naddress = addressof(x)",
     "cast(address, Int_p)", "result[0] == 5", floors.total(PACKAGED, floors.MADE)),
    ("cast(bytes, c_void_p)", "", "cast(text, c_void_p)", "result.value",
     floors.total(PACKAGED, floors.MADE)),
    ("cast(p, c_char_p)", "a = create_string_buffer(text)", "cast(a, c_char_p)",
     "result.value == text", floors.total(PACKAGED, floors.MADE)),
)

BUFFER = "buffer = create_string_buffer(text, 16)\n"
UNICODE = "buffer = create_unicode_buffer(wide, 16)\n"
STRINGS = group(
    "module function",
    ("string_at(bytes, 5)", "", "string_at(text, 5)", "result == text",
     floors.total(PACKAGED, floors.MADE)),
    ("string_at(address)", BUFFER + "address = addressof(buffer)", "string_at(address)",
     "result == text", floors.total(PACKAGED, floors.MADE)),
    ("wstring_at(str, 5)", "", "wstring_at(wide, 5)", "result == wide",
     floors.total(PACKAGED, floors.MADE)),
    ("char buffer.value", BUFFER, "buffer.value", "result == text", floors.GET_OBJECT),
    ("char buffer.value set", BUFFER, "buffer.value = text", "buffer.value == text", floors.SET),
    ("char buffer.raw", BUFFER, "buffer.raw", "len(result) == 16", floors.GET_OBJECT),
    ("char buffer.raw set", BUFFER, "buffer.raw = text", "buffer.value == text", floors.SET),
    ("unicode buffer.value", UNICODE, "buffer.value", "result == wide", floors.GET_OBJECT),
    ("unicode buffer.value set", UNICODE, "buffer.value = wide", "buffer.value == wide",
     floors.SET),
)

MEMORY = group(
    "module function",
    ("memmove(a, b, 16)", "a, b = create_string_buffer(16), create_string_buffer(text, 16)",
     "memmove(a, b, 16)", "a.value == text",
     floors.THREE),
    ("memset(a, 0, 16)", "a = create_string_buffer(text, 16)", "memset(a, 0, 16)", "a.value == b''", floors.THREE),
    ("sizeof(P)", "", "sizeof(P)", "result == 16", "id(P)"),
    ("sizeof(x)", "x = P()", "sizeof(x)", "result == 16", "id(P)"),
    ("alignment(P)", "", "alignment(P)", "result == 8", "id(P)"),
    ("addressof(x)", "x = c_int()", "addressof(x)", "result", "id(d)"),
    ("resize(x, 64)", "x = create_string_buffer(text, 32)", "resize(x, 64)", "sizeof(x) == 64",
     floors.TWO),
    ("POINTER(P), known", "", "POINTER(P)", "result is PT", "id(P)"),
    ("get_errno()", "", "get_errno()", "result == 0", floors.NONE),
    ("set_errno(0)", "", "set_errno(0)", "result == 0", floors.ONE),
    ("P.b, the field itself", "", "P.b", "result.offset == 4", "Slots.a"),
    ("P.b.offset", "", "P.b.offset", "result == 4", floors.total("Slots.a", floors.GET)),
)

# An instance with attributes of its own.
PLAIN = "class Plain: pass\nplain = Plain()\nplain.extra = 5\n"
PROTOCOLS = group(
    "protocol",
    ("len(array)", "a = (c_int * 10)()", "len(a)", "result == 10", "len(memory)"),
    ("bool(pointer)", "p = pointer(P())", "bool(p)", "result is True", "bool(d)"),
    ("if pointer", "p = pointer(P())", "if p: pass", "p", "if d: pass"),
    ("bool(c_int)", "x = c_int(5)", "bool(x)", "result is True", "bool(d)"),
    ("isinstance(x, c_int)", "x = c_int(5)", "isinstance(x, c_int)", "result is True",
     "isinstance(i, int)"),
    ("x == y", "x, y = P(), P()\nm, n = object(), object()", "x == y", "result is False",
     "m == n"),
    ("repr(c_int)", "x = c_int(5)", "repr(x)", "result == 'c_int(5)'",
     floors.total("repr(i)", floors.MADE)),
    ("an attribute of its own get",
     PLAIN + "p = P()\np.extra = 5", "p.extra",
     "result == 5", "plain.extra"),
    ("an attribute of its own set", PLAIN + "p = P()", "p.extra = 5",
     "p.extra == 5", "plain.extra = 5"),
)

LIBRARY = group(
    "library",
    ("lib.abs, known", PLAIN + "lib.abs", "lib.abs", "result(-7) == 7", "plain.extra"),
    ("lib['abs']", "", "lib['abs']", "result(-7) == 7", floors.total(floors.PYTHON, floors.OBJECT)),
    ("getattr(lib, 'abs')", PLAIN + "lib.abs", "getattr(lib, 'abs')", "result(-7) == 7",
     "getattr(plain, 'extra')"),
    ("f.argtypes", "f = lib.abs\nf.argtypes = [c_int]", "f.argtypes", "list(result) == [c_int]",
     floors.GET),
    ("f.restype", "f = lib.abs", "f.restype", "result is c_int", floors.GET),
    ("f.argtypes = [c_int]", "f, types = lib.abs, [c_int]", "f.argtypes = types", "f(-7) == 7",
     floors.total(floors.SET_KEPT, "tuple(types)")),
    ("f.restype = c_int", "f = lib.abs", "f.restype = c_int", "f(-7) == 7", floors.SET_KEPT),
    # The package makes a class for the functions of each library.
    ("CDLL(path), open already", "", "CDLL(library_path)", "result.abs(-7) == 7",
     "class S(Slots): pass\nobject()", 100),
)

ROWS = [*CASTS, *STRINGS, *MEMORY, *PROTOCOLS, *LIBRARY]
