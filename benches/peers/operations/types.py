"""Types made at run time: structures, unions, arrays, pointers, prototypes, and functions of them."""

from . import floors
from .row import group

PLAIN = "class Plain: pass\n"
# A new length every time, as the array types of old ones are kept.
LENGTHS = "from itertools import count\nlengths = count(1000)\n"


def fields(base, definitions, more=""):
    return f"class S({base}): {more}_fields_ = [{definitions}]"


def floor(descriptors):
    """A class with a list in it, and with so many descriptors, which the machine has to make."""
    names = "abcdefghij"[:descriptors]
    listed = ", ".join(f"('{name}', int)" for name in names)
    return "class S(Plain): " + "; ".join([f"fields = [{listed}]", *(f"{name} = property()" for name in names)])


STRUCTURES = group(
    "structure type",
    *((title, PLAIN, statement, check, floor, 100) for title, statement, check, floor in [
        ("a structure type with two fields", fields("Structure", "('a', c_int), ('b', c_double)"),
         "sizeof(S) == 16 and S(1, 2.0).b == 2.0", floor(2)),
        ("a structure type, no fields", "class S(Structure): pass", "True",
         "class S(Plain): pass"),
        ("a structure type with ten fields",
         fields("Structure", ", ".join(f"('{name}', c_int)" for name in "abcdefghij")),
         "sizeof(S) == 40", floor(10)),
        ("a structure type with a nested one", fields("Structure", "('a', c_int), ('p', P)"),
         "sizeof(S) == 24", floor(2)),
        ("a structure type with bit fields",
         fields("Structure", "('a', c_int, 3), ('b', c_int, 5)"), "sizeof(S) == 4",
         floor(2)),
        ("a structure type, packed",
         fields("Structure", "('a', c_char), ('b', c_int)", "_pack_, _layout_ = 1, 'ms'; "),
         "sizeof(S) == 5", floor(2)),
        ("a structure type, big-endian",
         fields("BigEndianStructure", "('a', c_int), ('b', c_double)"), "S(1, 2.0).b == 2.0",
         floor(2)),
        ("a structure type, derived", fields("P", "('more', c_int)"), "S.more.offset == 16",
         floor(1)),
        ("a structure type with an anonymous member",
         fields("Structure", "('a', c_int), ('p', P)", "_anonymous_ = ['p']; "),
         "S.b.offset == 12 or S.b", floor(5)),
        ("a structure type that points to itself",
         "class S(Structure): pass\nS._fields_ = [('v', c_int), ('next', POINTER(S))]",
         "sizeof(S) == 16", floor(2) + "\nclass T(Plain): pass"),
        ("a union type with two fields", fields("Union", "('a', c_int), ('b', c_double)"),
         "sizeof(S) == 8", floor(2)),
    ]),
)

OTHERS = group(
    "other type",
    ("c_int * 10, known", "A = c_int * 10\nten = 10", "c_int * ten", "result is A", floors.ITEM),
    ("c_int * n, new", PLAIN + LENGTHS, "c_int * next(lengths)", "result()[0] == 0",
     "class S(Plain): length = 1", 100),
    ("POINTER(P), new", PLAIN, "class S(Structure): pass\nPOINTER(S)", "not POINTER(S)()",
     "class S(Plain): pass\nclass T(Plain): pass", 100),
    # With the type of the other byte order.
    ("a subclass of c_int", PLAIN, "class S(c_int): pass", "S(5).value == 5",
     "class S(Plain): pass\nclass T(Plain): pass", 100),
    ("CFUNCTYPE, known", "CFUNCTYPE(c_int, c_int)\nknown = {(c_int, (c_int,), 0): 1}",
     "CFUNCTYPE(c_int, c_int)", "result(lambda x: x)(5) == 5",
     floors.total(floors.PYTHON, "known[(c_int, (c_int,), 0)]")),
    ("CFUNCTYPE, new", PLAIN + "from ctypes import _c_functype_cache as known",
     "known.clear()\nCFUNCTYPE(c_int, c_int)", "len(known) == 1",
     "class S(Plain): fields = (int, int)", 100),
    ("prototype(('abs', lib))", "prototype = CFUNCTYPE(c_int, c_int)\nof_library = 'abs', lib",
     "prototype(of_library)", "result(-7) == 7", floors.OBJECT_OF_ONE),
    ("prototype(address)",
     "prototype = CFUNCTYPE(c_int, c_int)\naddress = cast(lib.abs, c_void_p).value",
     "prototype(address)", "result(-7) == 7", floors.OBJECT_OF_ONE),
    ("prototype(('abs', lib), paramflags)",
     "prototype = CFUNCTYPE(c_int, c_int)\nof_library, flags = ('abs', lib), ((1, 'x', 7),)",
     "prototype(of_library, flags)", "result() == 7", floors.OBJECT_OF_TWO),
)

ROWS = [*STRUCTURES, *OTHERS]
