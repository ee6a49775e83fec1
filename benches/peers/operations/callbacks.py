"""Callbacks: Python functions that C calls, by the kinds of their arguments and results."""

from . import floors
from .row import Row, group, prototype

# Of each simple type: name in peers.c, ctype, argument, floor. In each row C calls a callback that
# returns what it was given, and returns that.
SIMPLE = [
    ("bool", "c_bool", "True", floors.BACK),
    ("char", "c_char", "b'x'", floors.BACK),
    ("wchar", "c_wchar", "'x'", floors.BACK),
    ("short", "c_short", "5", floors.BACK),
    ("long", "c_long", "5", floors.BACK),
    ("float", "c_float", "2.0", floors.BACK_REAL),
    ("double", "c_double", "2.0", floors.BACK_REAL),
    ("longdouble", "c_longdouble", "2.0", floors.BACK_REAL),
    ("pointer", "c_void_p", "5", floors.BACK),
]


def callback(restype, *argtypes, function="g"):
    """Statements that make `callback`."""
    return f"Callback = CFUNCTYPE({', '.join([restype, *argtypes])})\ncallback = Callback({function})\n"


def same():
    for name, ctype, value, floor in SIMPLE:
        yield Row("callback", f"callback({ctype}) -> {ctype}",
                  callback(ctype, ctype)
                  + prototype(f"call_back_{name}", ctype, f"Callback, {ctype}"),
                  f"f(callback, {value})", f"result == {value}", floor)


# argtypes of the callback, what is given, setup, and what the callback returns for it. It is given an
# object, which the machine makes.
ADDRESSES = [
    ("c_char_p", "text", "", "len(x)", "5", floors.total(floors.BACK, floors.MADE)),
    ("c_wchar_p", "wide", "", "len(x)", "5", floors.total(floors.BACK, floors.MADE)),
    ("POINTER(c_int)", "byref(c_i)", "", "x[0]", "7",
     floors.total(floors.BACK, floors.OBJECT, floors.MADE, floors.ITEM)),
    ("POINTER(P)", "p", "p = pointer(P(7))", "x.contents.a", "7",
     floors.total(floors.BACK, floors.MADE, floors.GET_OBJECT, floors.GET)),
    ("py_object", "slots", "", "x.a", "1", floors.total(floors.BACK, floors.SLOT)),
]


def addresses():
    for ctype, argument, setup, body, result, floor in ADDRESSES:
        yield Row("callback", f"callback({ctype}) -> c_int",
                  f"{setup}\n{callback('c_int', ctype, function='lambda x: ' + body)}"
                  + prototype("call_back_address", "c_int", f"Callback, {ctype}"),
                  f"f(callback, {argument})", f"result == {result}", floor)


OTHERS = group(
    "callback",
    ("callback(int) -> int",
     callback("c_int", "c_int") + prototype("call_back", "c_int", "Callback, c_int"),
     "f(callback, 3)", "result == 3", floors.BACK),
    ("callback(int) -> int, no argtypes",
     callback("c_int", "c_int") + prototype("call_back", "c_int"),
     "f(callback, 3)", "result == 3", floors.BACK),
    ("callback() -> None",
     callback("None", function="lambda: None")
     + prototype("call_back_without", "None", "Callback") + "back = partial(lambda: None)",
     "f(callback)", "result is None", "back()"),
    ("callback(6 ints) -> int",
     callback("c_int", *["c_int"] * 6, function="lambda a, b, c, d, e, f: f")
     + prototype("call_back_6", "c_int", "Callback")
     + "back = partial(lambda a, b, c, d, e, f: f, 1, 2, 3, 4, 5, 6)",
     "f(callback)", "result == 6", "back()"),
    ("callback(structure) -> int",
     "class Pair(Structure): _fields_ = [('x', c_double), ('y', c_double)]\n"
     + callback("c_int", "Pair", function="lambda x: 5") + "pair = Pair(1.0, 2.0)\n"
     + prototype("call_back_pair", "c_int", "Callback, Pair"),
     "f(callback, pair)", "result == 5", floors.total(floors.BACK, floors.MADE)),
    ("a C function as callback",
     "Callback = CFUNCTYPE(c_int, c_int)\ncallback = Callback(('abs', lib))\n"
     + prototype("call_back", "c_int", "Callback, c_int"),
     "f(callback, -3)", "result == 3", floors.TWO),
    ("a callback called from Python", callback("c_int", "c_int"), "callback(3)", "result == 3",
     floors.BACK),
    # Two objects: the function object, and the callback that it leads to.
    ("a callback made and dropped", "Callback = CFUNCTYPE(c_int, c_int)", "Callback(g)",
     "result(3) == 3", floors.total(floors.OBJECT_OF_ONE, floors.MADE)),
    ("a callback made, called, dropped",
     "Callback = CFUNCTYPE(c_int, c_int)\n" + prototype("call_back", "c_int", "Callback, c_int"),
     "f(Callback(g), 3)", "result == 3",
     floors.total(floors.BACK, floors.OBJECT_OF_ONE, floors.MADE)),
    ("qsort of 1000 ints",
     "Compare = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))\n"
     "def by_first(p, q): return p[0] - q[0]\n"
     "compare = Compare(by_first)\n"
     "A = c_int * 1000\na = A()\n"
     # A permutation that is the same everywhere.
     "shuffled = A(*[n * 7919 % 1000 for n in range(1000)])\n"
     + prototype("qsort", "None", "c_void_p, c_size_t, c_size_t, Compare")
     # The machine's own calls of such a function, as many as qsort makes, and two objects for each.
     + "from collections import deque\nfrom itertools import starmap\ncalls = []\n"
     "@Compare\ndef counted(p, q):\n    calls.append(cells)\n    return p[0] - q[0]\n"
     "memmove(a, shuffled, 4000)\nf(a, 1000, 4, counted)\n"
     "exhaust, no_arguments = deque(maxlen=0).extend, [()] * 2 * len(calls)",
     "memmove(a, shuffled, 4000)\nf(a, 1000, 4, compare)", "a[:] == list(range(1000))",
     "exhaust(map(by_first, calls, calls))\nexhaust(starmap(object, no_arguments))", 1000),
)

ROWS = [*same(), *addresses(), *OTHERS]
