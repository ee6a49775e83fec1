"""Calls of foreign functions: how many arguments, what comes back, and how the function is called."""

from . import floors
from .row import Row, group, prototype

# name, restype, argtypes, arguments, arguments without argtypes, result, floor
BASIC = [
    ("abs", "c_int", "c_int", "i", "i", "7", floors.ONE),
    ("labs", "c_long", "c_long", "i", "i", "7", floors.ONE),
    ("sqrt", "c_double", "c_double", "d", "c_d", "2 ** 0.5", floors.REAL),
    ("fma", "c_double", "c_double, c_double, c_double", "d, d, d", "c_d, c_d, c_d", "6.0",
     floors.THREE),
    ("ldexp", "c_double", "c_double, c_int", "d, i", "c_d, i", "256.0", floors.REAL_OF_TWO),
    ("strlen", "c_size_t", "c_char_p", "text", "text", "5", floors.ONE),
]


def basic():
    for name, restype, argtypes, arguments, untyped, result, floor in BASIC:
        for title, types, given in [
            (f"{name}({argtypes})", argtypes, arguments),
            (f"{name}, no argtypes", None, untyped),
        ]:
            yield Row("call", title, prototype(name, restype, types), f"f({given})",
                      f"result == {result}", floor)


POINTERS = group(
    "pointer",
    ("memset(buffer, 0, 8)",
     prototype("memset", "c_void_p", "c_void_p, c_int, c_size_t")
     + "buffer = create_string_buffer(text, 8)",
     "f(buffer, 0, 8)", "buffer.raw == bytes(8)", floors.THREE),
    ("frexp(d, byref(n))",
     prototype("frexp", "c_double", "c_double, POINTER(c_int)") + "n = c_int()",
     "f(d, byref(n))", "result == 0.5 and n.value == 2", floors.total(floors.REAL_OF_TWO, floors.OBJECT)),
    ("frexp(d, pointer)",
     prototype("frexp", "c_double", "c_double, POINTER(c_int)") + "p = pointer(c_int())",
     "f(d, p)", "p[0] == 2", floors.REAL_OF_TWO),
    ("wcslen(str)", prototype("wcslen", "c_size_t", "c_wchar_p"), "f(wide)", "result == 5",
     floors.ONE),
    ("getenv(bytes) -> bytes", prototype("getenv", "c_char_p", "c_char_p") + "name = b'PATH'",
     "f(name)", "result", floors.total(floors.ONE, floors.MADE)),
)

MANY = group(
    "many",
    ("no arguments", prototype("nothing", "None", ""), "f()", "result is None", floors.NONE),
    ("6 ints", prototype("sum_6_ints", "c_int", "c_int, " * 6), "f(1, 2, 3, 4, 5, 6)",
     "result == 21", floors.call_with("1, 2, 3, 4, 5, 6")),
    ("8 doubles", prototype("sum_8_doubles", "c_double", "c_double, " * 8),
     "f(d, d, d, d, d, d, d, d)", "result == 16",
     floors.call_with("d, d, d, d, d, d, d, d")),
    ("12 mixed", prototype("sum_12_mixed", "c_double", "c_int, c_double, " * 6),
     "f(i, d, i, d, i, d, i, d, i, d, i, d)", "result == 54",
     floors.call_with("i, d, i, d, i, d, i, d, i, d, i, d")),
)

STRUCT_BY_VALUE = group(
    "struct by value",
    ("div(7, 2) -> div_t",
     "class Quotient(Structure): _fields_ = [('quot', c_int), ('rem', c_int)]\n"
     + prototype("div", "Quotient", "c_int, c_int"),
     "f(7, 2)", "result.quot == 3", "divmod(i, j)"),
    ("16 bytes in and out",
     "class Pair(Structure): _fields_ = [('x', c_double), ('y', c_double)]\n"
     + prototype("swap_pair", "Pair", "Pair") + "pair = Pair(1.0, 2.0)",
     "f(pair)", "result.x == 2.0", floors.total(floors.ONE, floors.MADE)),
    ("64 bytes in and out",
     "class Block(Structure): _fields_ = [('values', c_double * 8)]\n"
     + prototype("negate_first", "Block", "Block") + "block = Block((c_double * 8)(1.0))",
     "f(block)", "result.values[0] == -1.0", floors.total(floors.ONE, floors.MADE)),
    ("16 bytes in, a double out",
     "class Pair(Structure): _fields_ = [('x', c_double), ('y', c_double)]\n"
     + prototype("sum_pair", "c_double", "Pair") + "pair = Pair(1.0, 2.0)",
     "f(pair)", "result == 3.0", floors.REAL),
    ("16 bytes in, no argtypes",
     "class Pair(Structure): _fields_ = [('x', c_double), ('y', c_double)]\n"
     + prototype("sum_pair", "c_double") + "pair = Pair(1.0, 2.0)",
     "f(pair)", "result == 3.0", floors.REAL),
)

# Of each simple type: name in peers.c, ctype, argument, result, floor.
SIMPLE = [
    ("bool", "c_bool", "True", floors.ONE),
    ("char", "c_char", "b'x'", floors.ONE),
    ("wchar", "c_wchar", "'x'", floors.ONE),
    ("byte", "c_byte", "5", floors.ONE),
    ("ubyte", "c_ubyte", "5", floors.ONE),
    ("short", "c_short", "5", floors.ONE),
    ("ushort", "c_ushort", "5", floors.ONE),
    ("uint", "c_uint", "5", floors.ONE),
    ("ulong", "c_ulong", "5", floors.ONE),
    ("float", "c_float", "2.0", floors.REAL),
    ("longdouble", "c_longdouble", "2.0", floors.REAL),
]


def same():
    for name, ctype, value, floor in SIMPLE:
        yield Row("simple type", f"{ctype} -> {ctype}", prototype(f"same_{name}", ctype, ctype),
                  f"f({value})", f"result == {value}", floor)


RESULTS = group(
    "result",
    ("-> c_char_p", prototype("same_pointer", "c_char_p", "c_char_p"), "f(text)", "result == text",
     floors.total(floors.ONE, floors.MADE)),
    ("-> c_char_p, NULL", prototype("same_pointer", "c_char_p", "c_char_p"), "f(None)",
     "result is None", floors.ONE),
    ("-> c_wchar_p", prototype("same_pointer", "c_wchar_p", "c_wchar_p"), "f(wide)",
     "result == wide", floors.total(floors.ONE, floors.MADE)),
    ("-> c_void_p", prototype("same_pointer", "c_void_p", "c_void_p") + "address = addressof(c_i)",
     "f(address)", "result == address", floors.REAL),
    ("-> c_void_p, NULL", prototype("same_pointer", "c_void_p", "c_void_p"), "f(None)",
     "result is None", floors.ONE),
    ("-> POINTER(c_int)", prototype("same_pointer", "Int_p", "Int_p") + "p = pointer(c_i)",
     "f(p)", "result[0] == i", floors.total(floors.ONE, floors.MADE)),
    ("-> POINTER(P)", prototype("same_pointer", "PT", "PT") + "p = pointer(P(1))",
     "f(p)", "result[0].a == 1", floors.total(floors.ONE, floors.MADE)),
    ("-> a function pointer",
     "F = CFUNCTYPE(c_int, c_int)\n" + prototype("same_pointer", "F", "F")
     + "function = F(('abs', lib))",
     "f(function)", "result(-7) == 7", floors.total(floors.ONE, floors.MADE)),
    ("-> a subclass of c_int", "class Status(c_int): pass\n" + prototype("abs", "Status", "c_int"),
     "f(i)", "type(result) is Status and result.value == 7",
     floors.total(floors.ONE, floors.MADE)),
    ("-> py_object", "import ctypes\nf = ctypes._string_at\nfive = 5", "f(text, five)",
     "result == text", floors.total(floors.TWO, floors.MADE)),
    ("-> None", prototype("same_int", "None", "c_int"), "f(i)", "result is None", floors.ONE),
    ("-> a Python function's result", prototype("abs", "g", "c_int"), "f(i)", "result == 7",
     floors.BACK),
    ("errcheck", "def check(result, function, arguments): return result\n"
     + prototype("abs", "c_int", "c_int")
     + "f.errcheck = check\nback_three = partial(check, i, i, i)",
     "f(i)", "result == 7", "back_three()"),
)

WAYS = group(
    "way of calling",
    ("use_errno", "lib = CDLL(library_path, use_errno=True)\n" + prototype("abs", "c_int", "c_int"),
     "f(i)", "result == 7", floors.ONE),
    # What a call costs that need not let other threads run.
    ("abs(c_int) through PyDLL",
     "f = PyDLL(library_path).abs\nf.restype, f.argtypes = c_int, [c_int]", "f(i)", "result == 7",
     floors.ONE),
    ("lib.abs(i), looked up", "lib.abs.argtypes = [c_int]", "lib.abs(i)", "result == 7",
     floors.total(floors.ONE, floors.SLOT)),
    ("lib['abs'](i), looked up", "", "lib['abs'](i)", "result == 7",
     floors.total(floors.ONE, floors.PYTHON, floors.MADE)),
    ("a function at an address",
     "f = CFUNCTYPE(c_int, c_int)(cast(lib.abs, c_void_p).value)", "f(i)", "result == 7",
     floors.ONE),
    ("a function pointer in a structure",
     "F = CFUNCTYPE(c_int, c_int)\n"
     "class Table(Structure): _fields_ = [('f', F)]\n"
     "table = Table(F(('abs', lib)))",
     "table.f(i)", "result == 7", floors.total(floors.GET_OBJECT, floors.ONE)),
    ("an output parameter",
     "f = CFUNCTYPE(c_double, c_double, POINTER(c_int))(('frexp', lib), ((1,), (2,)))",
     "f(d)", "result == 2", floors.REAL),
    ("two output parameters",
     "f = CFUNCTYPE(None, Int_p, Int_p)(('set_two', lib), ((2,), (2,)))",
     "f()", "tuple(result) == (1, 2)",
     floors.total(floors.NONE, floors.MADE, floors.MADE, "(i, j)")),
    ("an argument by name",
     "f = CFUNCTYPE(c_int, c_int)(('abs', lib), ((1, 'x'),))", "f(x=i)", "result == 7",
     floors.ONE_BY_NAME),
    ("a default argument",
     "f = CFUNCTYPE(c_int, c_int)(('abs', lib), ((1, 'x', 7),))", "f()", "result == 7",
     floors.NONE),
)

ROWS = [*basic(), *POINTERS, *MANY, *STRUCT_BY_VALUE, *same(), *RESULTS, *WAYS]
