"""Reading and writing values in memory: `value`, fields, items, pointers."""

from . import floors
from .row import Row, group

# ctype, a value, floors of reading and writing it as an attribute.
SIMPLE = [
    ("c_bool", "True", floors.GET, floors.SET),
    ("c_char", "b'x'", floors.GET, floors.SET),
    ("c_wchar", "'x'", floors.GET, floors.SET),
    ("c_byte", "5", floors.GET, floors.SET),
    ("c_ubyte", "5", floors.GET, floors.SET),
    ("c_short", "5", floors.GET, floors.SET),
    ("c_ushort", "5", floors.GET, floors.SET),
    ("c_int", "5", floors.GET, floors.SET),
    ("c_uint", "5", floors.GET, floors.SET),
    ("c_long", "5", floors.GET, floors.SET),
    ("c_ulong", "5", floors.GET, floors.SET),
    ("c_float", "2.0", floors.GET_REAL, floors.SET),
    ("c_double", "2.0", floors.GET_REAL, floors.SET),
    ("c_longdouble", "2.0", floors.GET_REAL, floors.SET),
    ("c_double_complex", "2j", floors.total(floors.GET, floors.MADE), floors.SET),
    ("c_char_p", "text", floors.GET_OBJECT, floors.SET_KEPT),
    ("c_wchar_p", "wide", floors.GET_OBJECT, floors.SET_KEPT),
    ("c_void_p", "5", floors.GET, floors.SET),
    ("py_object", "slots", floors.GET, floors.SET_KEPT),
]
# How fields are called in the tables, and the types that have none there: they are as their neighbours.
FIELDS = {"c_int": "int", "c_double": "double"}
NO_FIELDS = ["c_wchar", "c_byte", "c_ushort", "c_ulong", "c_double_complex"]


def simple():
    for ctype, value, get, put in SIMPLE:
        made = f"x = {ctype}({value})"
        yield Row("value", f"{ctype}.value get", made, "x.value", f"result == {value}", get)
        yield Row("value", f"{ctype}.value set", f"x = {ctype}()\nv = {value}",
                  f"x.value = {value}", "x.value == v", put)


def simple_fields():
    for ctype, value, get, put in SIMPLE:
        if ctype in NO_FIELDS:
            continue
        title = f"{FIELDS.get(ctype, ctype)} field"
        setup = f"class S(Structure): _fields_ = [('first', c_int), ('x', {ctype})]\ns = S()\n"
        yield Row("field", f"{title} get", f"{setup}s.x = {value}", "s.x", f"result == {value}", get)
        yield Row("field", f"{title} set", setup, f"s.x = {value}", f"s.x == {value}", put)


# What the structure of the fields below is made of.
NODE = """
class Node(Structure): pass
Callback = CFUNCTYPE(c_int, c_int)
class Number(Union): _fields_ = [("whole", c_int), ("real", c_double)]
Node._fields_ = [
    ("v", c_int), ("next", POINTER(Node)), ("p", P), ("bits", c_int, 5), ("more", c_uint, 3),
    ("number", Number), ("call", Callback), ("chars", c_char * 8), ("wchars", c_wchar * 8),
    ("ints", c_int * 4), ("points", P * 4), ("pointers", PT * 4)]
node, other, inner = Node(1), Node(2), P(1, 2, 3.0)
p = pointer(other)
"""

FIELDS_OF_NODE = group(
    "field",
    ("int field get, a large int", NODE + "node.v = 1 << 30", "node.v", "result == 1 << 30",
     floors.GET_INT),
    ("bit field get", NODE + "node.bits = 6", "node.bits", "result == 6", floors.GET),
    ("bit field set", NODE, "node.bits = 6", "node.bits == 6", floors.SET),
    ("nested structure get", NODE, "node.p", "result.a == 0", floors.GET_OBJECT),
    ("nested structure set", NODE, "node.p = inner", "node.p.b == 2", floors.SET),
    ("nested structure's field get", NODE + "node.p.b = 2", "node.p.b", "result == 2",
     floors.total(floors.GET_OBJECT, floors.GET)),
    ("nested structure's field set", NODE, "node.p.b = 5", "node.p.b == 5",
     floors.total(floors.GET_OBJECT, floors.SET)),
    ("nested structure set from a tuple", NODE + "triple = 1, 2, 3.0", "node.p = triple",
     "node.p.b == 2", floors.total(floors.SET, floors.OBJECT_OF_TWO)),
    ("union member get", NODE + "node.number.whole = 6\nn = node.number", "n.whole", "result == 6",
     floors.GET),
    ("union member set", NODE + "n = node.number", "n.whole = 6", "n.whole == 6", floors.SET),
    ("nested union get", NODE, "node.number", "result.whole == 0", floors.GET_OBJECT),
    ("pointer field get", NODE + "node.next = p", "node.next", "result.contents.v == 2",
     floors.GET_OBJECT),
    ("pointer field set", NODE, "node.next = p", "node.next.contents.v == 2", floors.SET_KEPT),
    ("pointer field set to None", NODE, "node.next = None", "not node.next", floors.SET_KEPT),
    ("node.next.contents.v", NODE + "node.next = p", "node.next.contents.v", "result == 2",
     floors.total(floors.GET_OBJECT, floors.GET_OBJECT, floors.GET)),
    ("node.next[0].v", NODE + "node.next = p", "node.next[0].v", "result == 2",
     floors.total(floors.GET_OBJECT, floors.ITEM_OBJECT, floors.GET)),
    ("function pointer field get", NODE + "node.call = Callback(('abs', lib))", "node.call",
     "result(-5) == 5", floors.GET_OBJECT),
    ("function pointer field set", NODE + "callback = Callback(g)", "node.call = callback",
     "node.call(5) == 5", floors.SET_KEPT),
    ("char array field get", NODE + "node.chars = text", "node.chars", "result == text",
     floors.GET_OBJECT),
    ("char array field set", NODE, "node.chars = text", "node.chars == text", floors.SET),
    ("wchar array field get", NODE + "node.wchars = wide", "node.wchars", "result == wide",
     floors.GET_OBJECT),
    ("wchar array field set", NODE, "node.wchars = wide", "node.wchars == wide", floors.SET),
    ("array field get", NODE + "node.ints[1] = 5", "node.ints", "result[1] == 5",
     floors.GET_OBJECT),
    ("array field's item get", NODE + "node.ints[1] = 5", "node.ints[1]", "result == 5",
     floors.total(floors.GET_OBJECT, floors.ITEM)),
    ("array field's item set", NODE, "node.ints[1] = 6", "node.ints[1] == 6",
     floors.total(floors.GET_OBJECT, floors.SET_ITEM)),
    ("array field set", NODE + "four = (c_int * 4)(1, 2, 3, 4)", "node.ints = four",
     "node.ints[2] == 3", floors.SET),
    ("array field set from a tuple", NODE, "node.ints = 1, 2, 3, 4", "node.ints[2] == 3",
     floors.total(floors.SET, floors.MADE)),
    ("array of structures field: item's field", NODE + "node.points[2].b = 5", "node.points[2].b",
     "result == 5", floors.total(floors.GET_OBJECT, floors.ITEM_OBJECT, floors.GET)),
    ("array of pointers field: item set", NODE + "q = pointer(inner)", "node.pointers[2] = q",
     "node.pointers[2].contents.b == 2", floors.total(floors.GET_OBJECT, floors.SET_KEPT)),
    *((f"big-endian {kind} field {way}",
       f"class S(BigEndianStructure): _fields_ = [('a', c_short), ('x', {ctype})]\ns = S(1, 5)",
       statement, f"s.x == {value}", floor)
      for kind, ctype, value, real in [("int", "c_int", "5", floors.GET),
                                       ("double", "c_double", "5.0", floors.GET_REAL)]
      for way, statement, floor in [("get", "s.x", real), ("set", f"s.x = {value}", floors.SET)]),
    ("anonymous member get",
     NODE + "class S(Structure): _anonymous_, _fields_ = ('n',), [('a', c_int), ('n', Number)]\n"
     "s = S()\ns.whole = 5", "s.whole", "result == 5", floors.GET),
    ("anonymous member set",
     NODE + "class S(Structure): _anonymous_, _fields_ = ('n',), [('a', c_int), ('n', Number)]\n"
     "s = S()", "s.whole = 5", "s.whole == 5", floors.SET),
    ("inherited field get", "class Derived(P): _fields_ = [('more', c_int)]\ns = Derived(1, 2)",
     "s.b", "result == 2", floors.GET),
    ("packed int field get",
     "class S(Structure): _pack_, _layout_, _fields_ = 1, 'ms', [('a', c_char), ('x', c_int)]\n"
     "s = S(b'x', 5)", "s.x", "result == 5", floors.GET),
)

STRUCTURES = "A = P * 10\na = A(*[(n, n, n) for n in range(10)])\n"
OF_POINTERS = "a, s = (PT * 10)(), P(1, 2, 3.0)\np = pointer(s)\n"
ITEMS = group(
    "item",
    ("c_int array item get", "a = (c_int * 10)(0, 5)", "a[1]", "result == 5", floors.ITEM),
    ("c_int array item set", "a = (c_int * 10)()", "a[1] = 6", "a[1] == 6", floors.SET_ITEM),
    ("c_int array item -1 get", "a = (c_int * 2)(0, 5)", "a[-1]", "result == 5", floors.ITEM),
    ("c_double array item get", "a = (c_double * 10)(0, 5)", "a[1]", "result == 5.0",
     floors.ITEM_REAL),
    ("c_double array item set", "a = (c_double * 10)()", "a[1] = 6.0", "a[1] == 6.0",
     floors.SET_ITEM_REAL),
    ("c_char array item get", "a = (c_char * 10)(b'x', b'y')", "a[1]", "result == b'y'",
     floors.ITEM),
    ("c_char array item set", "a = (c_char * 10)()", "a[1] = b'y'", "a[1] == b'y'",
     floors.SET_ITEM),
    ("c_char_p array item get", "a = (c_char_p * 10)(text, text)", "a[1]", "result == text",
     floors.ITEM_OBJECT),
    ("c_char_p array item set", "a = (c_char_p * 10)()", "a[1] = text", "a[1] == text",
     floors.SET_KEPT),
    ("array of structures: item get", STRUCTURES, "a[5]", "result.b == 5", floors.ITEM_OBJECT),
    ("array of structures: item set", STRUCTURES + "s = P(1, 2, 3.0)", "a[5] = s", "a[5].b == 2",
     floors.SET_ITEM),
    ("array of structures: item's field get", STRUCTURES, "a[5].b", "result == 5",
     floors.total(floors.ITEM_OBJECT, floors.GET)),
    ("array of structures: item's field set", STRUCTURES, "a[5].b = 6", "a[5].b == 6",
     floors.total(floors.ITEM_OBJECT, floors.SET)),
    ("array of pointers: item get", OF_POINTERS + "a[5] = p", "a[5]", "result[0].b == 2",
     floors.ITEM_OBJECT),
    ("array of pointers: item set", OF_POINTERS, "a[5] = p", "a[5][0].b == 2", floors.SET_KEPT),
    ("array of arrays: item's item get", "a = (c_int * 4 * 4)()\na[1][2] = 5", "a[1][2]",
     "result == 5", floors.total(floors.ITEM_OBJECT, floors.ITEM)),
    ("array of arrays: item's item set", "a = (c_int * 4 * 4)()", "a[1][2] = 6", "a[1][2] == 6",
     floors.total(floors.ITEM_OBJECT, floors.SET_ITEM)),
)

INTS = "p = pointer(c_int(5))"
# A pointer that keeps nothing: it came from C.
FOREIGN = "lib.same_pointer.restype = PT\nsource = P(1, 2, 3.0)\np = lib.same_pointer(byref(source))"
# One whose target keeps an object itself.
KEEPING = NODE + "other.next = pointer(node)"
POINTERS = group(
    "pointee",
    ("pointer[0] get", INTS, "p[0]", "result == 5", floors.ITEM),
    ("pointer[0] set", INTS, "p[0] = 6", "p[0] == 6", floors.SET_ITEM),
    ("pointer.contents get", INTS, "p.contents", "result.value == 5", floors.GET_OBJECT),
    ("p.contents, nothing kept", FOREIGN, "p.contents", "result.b == 2", floors.GET_OBJECT),
    ("p.contents, its target kept", "p = pointer(P(1, 2, 3.0))", "p.contents", "result.b == 2",
     floors.GET_OBJECT),
    ("p.contents, target keeps too", KEEPING, "p.contents", "result.v == 2", floors.GET_OBJECT),
    ("p.contents.b", "p = pointer(P(1, 2, 3.0))", "p.contents.b", "result == 2",
     floors.total(floors.GET_OBJECT, floors.GET)),
    ("p.contents.b = 5", "p = pointer(P(1, 2, 3.0))", "p.contents.b = 5", "p[0].b == 5",
     floors.total(floors.GET_OBJECT, floors.SET)),
    ("p.contents = x", "p, x = pointer(P()), P(1, 2, 3.0)", "p.contents = x", "p[0].b == 2",
     floors.SET_KEPT),
    ("p[0] of a structure get", "p = pointer(P(1, 2, 3.0))", "p[0]", "result.b == 2",
     floors.ITEM_OBJECT),
    ("p[0] of a structure set", "p, x = pointer(P()), P(1, 2, 3.0)", "p[0] = x", "p[0].b == 2",
     floors.SET_ITEM),
    ("p[0].b", "p = pointer(P(1, 2, 3.0))", "p[0].b", "result == 2",
     floors.total(floors.ITEM_OBJECT, floors.GET)),
    ("pp.contents.contents", "pp = pointer(pointer(P(1, 2, 3.0)))", "pp.contents.contents",
     "result.b == 2", floors.total(floors.GET_OBJECT, floors.GET_OBJECT)),
    ("pp[0] = p", "pp, p = pointer(PT()), pointer(P(1, 2, 3.0))", "pp[0] = p",
     "pp[0][0].b == 2", floors.SET_KEPT),
    ("p.contents.next = q", NODE + "q = pointer(node)", "p.contents.next = q",
     "other.next[0].v == 1", floors.total(floors.GET_OBJECT, floors.SET_KEPT)),
    ("copy p into q: q[0] = p[0]", NODE + "q = pointer(node)", "q[0] = p[0]", "node.v == 2",
     floors.total(floors.ITEM_OBJECT, floors.SET_ITEM)),
    ("walk of 100 nodes",
     NODE + "nodes = (Node * 100)()\n"
     "for k in range(99): nodes[k].v, nodes[k].next = k, pointer(nodes[k + 1])\n"
     "head = pointer(nodes[0])\n"
     "class Link:\n    __slots__ = 'next',\n    def __init__(self, next): self.next = next\n"
     "def linked():\n    chain = None\n    for _ in range(100): chain = Link(chain)\n    return chain\n"
     "chain = linked()",
     "walker = head\nwhile walker: walker = walker.contents.next", "not walker",
     "walker = chain\nwhile walker: walker = walker.next; []; []", 30),
)

ROWS = [*simple(), *simple_fields(), *FIELDS_OF_NODE, *ITEMS, *POINTERS]
