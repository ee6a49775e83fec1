"""Making values, and memory in bulk: constructors, buffers, slices, iteration, copies, pickling."""

from . import floors
from .row import group
from .values import NODE

# What the package's functions do in Python to make a buffer, with the machine's own objects.
PACKAGED_BUFFER = """
from sys import audit
def vm_buffer(x):
    if isinstance(x, bytes):
        size = len(x) + 1
    elif isinstance(x, int):
        size = x
    audit("operations.vm_buffer", x, size)
    cells[1]
    made = object()
    error.__suppress_context__ = True
    return made
"""

CONSTRUCT = group(
    "construct",
    ("c_int(3)", "", "c_int(3)", "result.value == 3", floors.OBJECT),
    ("c_int()", "", "c_int()", "result.value == 0", floors.OBJECT),
    ("c_bool(True)", "", "c_bool(True)", "result.value is True", floors.OBJECT),
    ("c_char(b'x')", "", "c_char(b'x')", "result.value == b'x'", floors.OBJECT),
    ("c_double(2.0)", "", "c_double(2.0)", "result.value == 2.0", floors.OBJECT),
    ("c_char_p(bytes)", "", "c_char_p(text)", "result.value == text", floors.OBJECT_OF_ONE),
    ("c_wchar_p(str)", "", "c_wchar_p(wide)", "result.value == wide", floors.OBJECT_OF_ONE),
    ("c_void_p(int)", "", "c_void_p(i)", "result.value == 7", floors.OBJECT),
    ("py_object(x)", "", "py_object(slots)", "result.value is slots", floors.OBJECT_OF_ONE),
    ("P()", "", "P()", "result.a == 0", floors.OBJECT),
    ("P(1, 2, 3.0)", "", "P(1, 2, 3.0)", "result.c == 3.0", floors.OBJECT_OF_TWO),
    ("P(a=1, c=2.0)", "", "P(a=1, c=2.0)", "result.c == 2.0", floors.OBJECT_BY_NAME),
    ("a structure from a nested tuple",
     "class S(Structure): _fields_ = [('first', c_int), ('p', P)]", "S(1, (1, 2, 3.0))",
     "result.p.b == 2", floors.total(floors.OBJECT_OF_TWO, floors.call(3))),
    ("a structure of structures",
     "class S(Structure): _fields_ = [('first', P), ('p', P)]\np = P(1, 2, 3.0)", "S(p, p)",
     "result.p.b == 2", floors.OBJECT_OF_TWO),
    ("a structure with a pointer", NODE, "Node(1, p)", "result.next[0].v == 2",
     floors.OBJECT_OF_TWO),
    ("a structure with bytes", "class S(Structure): _fields_ = [('s', c_char_p)]", "S(text)",
     "result.s == text", floors.OBJECT_OF_ONE),
    ("a structure with __init__ in Python",
     "class S(P):\n    def __init__(self, x): self.a = x\n"
     "class Plain:\n    __slots__ = ('a',)\n    def __init__(self, x): self.a = x",
     "S(5)", "result.a == 5", "Plain(5)"),
    ("a union", "class U(Union): _fields_ = [('whole', c_int), ('real', c_double)]", "U(5)",
     "result.whole == 5", floors.OBJECT_OF_ONE),
    ("byref(x)", "x = c_int()", "byref(x)", "result", floors.OBJECT),
    ("byref(x, 4)", "x = (c_int * 2)()", "byref(x, 4)", "result", floors.OBJECT_OF_TWO),
    ("pointer(x)", "x = P(1, 2, 3.0)", "pointer(x)", "result[0].b == 2", floors.OBJECT_OF_ONE),
    ("PT(x)", "x = P(1, 2, 3.0)", "PT(x)", "result[0].b == 2", floors.OBJECT_OF_ONE),
    ("PT()", "", "PT()", "not result", floors.OBJECT),
    ("an array of 10, empty", "A = c_int * 10", "A()", "result[9] == 0", floors.OBJECT),
    ("array of 10 from 10 ints", "A = c_int * 10", "A(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)",
     "result[9] == 10", floors.total(floors.call(10), floors.MADE)),
    ("an array of 2 structures", "A, s = P * 2, P(1, 2, 3.0)", "A(s, s)", "result[1].b == 2",
     floors.OBJECT_OF_TWO),
    ("an array of 2 structures from tuples", "A, triple = P * 2, (1, 2, 3.0)", "A(triple, triple)",
     "result[1].b == 2", floors.total(floors.OBJECT_OF_TWO, floors.call(3), floors.call(3))),
    ("an array of 2 pointers", "A, p = PT * 2, pointer(P(1, 2, 3.0))", "A(p, p)",
     "result[1][0].b == 2", floors.OBJECT_OF_TWO),
    ("an array of 2 strings", "A = c_char_p * 2", "A(text, text)", "result[1] == text",
     floors.OBJECT_OF_TWO),
    ("(c_int * 10)(), type and all", "ten = 10", "(c_int * ten)()", "result[9] == 0",
     floors.total(floors.ITEM, floors.OBJECT)),
    ("create_string_buffer(10)", PACKAGED_BUFFER, "create_string_buffer(10)",
     "len(result) == 10", "vm_buffer(i)"),
    ("create_string_buffer(bytes)", PACKAGED_BUFFER, "create_string_buffer(text)",
     "result.value == text", "vm_buffer(text)"),
    ("create_unicode_buffer(10)", PACKAGED_BUFFER, "create_unicode_buffer(10)",
     "len(result) == 10", "vm_buffer(i)"),
    ("create_unicode_buffer(str)", PACKAGED_BUFFER, "create_unicode_buffer(wide)",
     "result.value == wide", "vm_buffer(text)"),
    ("P.from_buffer(bytearray)", "", "P.from_buffer(memory)", "result.a == 0",
     "memoryview(memory)"),
    ("P.from_buffer_copy(bytes)", "sixteen = bytes(16)", "P.from_buffer_copy(sixteen)",
     "result.a == 0", floors.OBJECT_OF_ONE),
    ("P.from_address(int)", "s = P(5)\naddress = addressof(s)", "P.from_address(address)",
     "result.a == 5", floors.OBJECT_OF_ONE),
    ("c_int.in_dll(lib, name)", "", "c_int.in_dll(lib, 'number')", "result.value == 42",
     floors.OBJECT_OF_TWO),
    ("c_int.from_param(5)", "", "c_int.from_param(5)", "result", floors.OBJECT_OF_ONE),
)

BUFFERS = group(
    "buffer",
    ("bytes(p)", "p = P(1)\nsixteen = bytearray(16)", "bytes(p)", "result[:1] == b'\\1'",
     "bytes(sixteen)"),
    ("bytearray(p)", "p = P(1)\nsixteen = bytearray(16)", "bytearray(p)", "result[0] == 1",
     "bytearray(sixteen)"),
    ("memoryview(array)", "a = (c_int * 10)()", "memoryview(a)", "result.nbytes == 40",
     "memoryview(memory)"),
    ("memoryview(structure)", "p = P()", "memoryview(p)", "result.nbytes == 16",
     "memoryview(memory)"),
    ("memoryview item get", "a = (c_int * 10)(5)\nm = memoryview(a).cast('B')", "m[0]",
     "result == 5", "view[0]"),
    ("memoryview item set", "a = (c_int * 10)()\nm = memoryview(a).cast('B')", "m[0] = 5",
     "a[0] == 5", "view[0] = 5"),
    ("bytes of 100 ints", "a = (c_int * 100)(1)", "bytes(a)", "len(result) == 400",
     "bytes(memory)"),
    ("copied into a bytearray", "a = (c_int * 100)(1)\ninto = bytearray(400)", "into[:] = a",
     "into[0] == 1", "into[:] = memory"),
    ("copied from bytes", "a = (c_char * 5)()\nm = memoryview(a).cast('B')", "m[:] = text",
     "a.value == text", "view[:5] = text"),
)

HUNDRED = "A = c_int * 100\nints = list(range(100))\na = A(*ints)\n"
BULK = group(
    "bulk",
    ("slice of 100 get", HUNDRED, "a[:]", "result == ints", "cells.tolist()"),
    ("slice of 100 set", HUNDRED + "a = A()", "a[0:100] = ints", "a[99] == 99",
     "array('i', ints)"),
    ("every other of 100", HUNDRED, "a[::2]", "result == ints[::2]", "cells[::2].tolist()"),
    ("slice of a pointer, 100", HUNDRED + "p = cast(a, Int_p)", "p[0:100]", "result == ints",
     "cells.tolist()"),
    ("slice of 100 chars", "a = (c_char * 100)()\nhundred = bytes(100)", "a[:]", "result == hundred",
     floors.MADE),
    ("slice of 100 chars set", "a = (c_char * 100)()\nhundred = b'x' * 100", "a[0:100] = hundred",
     "a.raw == hundred", "memory[0:100] = hundred"),
    ("slice of 100 wchars", "a = create_unicode_buffer('x' * 99)\nhundred = 'x' * 50",
     "a[0:99]", "result == 'x' * 99", "hundred + hundred"),
    ("slice of 10 structures", "a = (P * 10)()\na[9].b = 5\nten = range(10)", "a[:]",
     "result[9].b == 5", "list(map(complex, ten))", 10),
    ("slice of 10 pointers", "p = pointer(P(1, 2, 3.0))\na = (PT * 10)(*[p] * 10)\nten = range(10)",
     "a[:]", "result[9][0].b == 2", "list(map(complex, ten))", 10),
    ("array of 100 from ints", HUNDRED, "A(*ints)", "result[99] == 99", "array('i', ints)"),
    ("for loop over 100", HUNDRED, "for v in a: pass", "v == 99", "for v in cells: pass"),
    ("for loop over 10 structures", "a = (P * 10)()\na[9].b = 5\nten = array('i', range(10))",
     "for v in a: v.b", "v.b == 5", "for v in ten: []; d.real", 10),
    ("list of 100", HUNDRED, "list(a)", "result == ints", "list(cells)"),
    ("sum of 100", HUNDRED, "sum(a)", "result == 4950", "sum(cells)"),
    ("in an array of 100", HUNDRED + "last = 99", "last in a", "result", "last in cells"),
    ("from_buffer(bytearray)", HUNDRED, "A.from_buffer(memory)", "len(result) == 100",
     "memoryview(memory)"),
)

COPIES = group(
    "copy",
    ("copy.copy(P)",
     "from copy import copy\np = P(1, 2, 3.0)\n"
     "class Plain: pass\nplain = Plain()\nplain.a = 1",
     "copy(p)", "result.b == 2", "copy(plain)", 20),
    ("pickle.dumps(P)",
     "from pickle import dumps\np = P(1, 2, 3.0)\n"
     "class Plain: pass\nplain = Plain()\nplain.a = 1\nPlain.__module__ = P.__module__ = 'operations'\n"
     "import operations\noperations.Plain, operations.P = Plain, P",
     "dumps(p)", "result", "dumps(plain)", 100),
    ("pickle.loads(P)",
     "from pickle import dumps, loads\n"
     "class Plain: pass\nplain = Plain()\nplain.a = 1\nPlain.__module__ = P.__module__ = 'operations'\n"
     "import operations\noperations.Plain, operations.P = Plain, P\n"
     "pickled, plainly = dumps(P(1, 2, 3.0)), dumps(plain)",
     "loads(pickled)", "result.b == 2", "loads(plainly)", 100),
)

ROWS = [*CONSTRUCT, *BUFFERS, *BULK, *COPIES]
