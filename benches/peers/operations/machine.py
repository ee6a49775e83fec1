"""What the rows are made of: builtins, objects and descriptors of the virtual machine, and its threads."""

from . import floors
from .row import Row, group, prototype

ROWS = group(
    "virtual machine",
    ("empty loop", "", "pass"),
    ("a builtin without arguments", "", floors.NONE),
    ("abs(i)", "", floors.ONE),
    ("a builtin of two arguments", "", floors.TWO),
    ("a builtin of two numbers", "", floors.REAL_OF_TWO),
    ("a builtin of three arguments", "", floors.THREE),
    ("a builtin of six arguments", "", floors.call(6)),
    ("a builtin of twelve arguments", "", floors.call(12)),
    ("divmod(i, j)", "", "divmod(i, j)"),
    ("a Python function's call", "", floors.PYTHON),
    ("a Python call from native code", "", floors.BACK),
    ("100 Python calls from native code",
     "from collections import deque\nhundred = (1,) * 100", "deque(map(g, hundred), 0)", "True",
     None, 10),
    ("object()", "", floors.OBJECT),
    ("a new object of one argument", "", floors.OBJECT_OF_ONE),
    ("a new object of two arguments", "", floors.OBJECT_OF_TWO),
    ("a new object of two arguments by name", "", floors.OBJECT_BY_NAME),
    ("an instance of a Python class", "", "Slots()"),
    ("a class", "class Plain: pass", "class S(Plain): pass", "True", None, 100),
    ("a list", "", floors.MADE),
    ("a new bytes object", "", "text[1:4]"),
    ("a new str object", "", "wide + wide"),
    ("a new float", "", "-d"),
    ("d.real", "", floors.GET),
    ("a new float from a descriptor", "", floors.GET_REAL),
    ("a new int from a descriptor", "", floors.GET_INT),
    ("an attribute written by a descriptor", "", floors.SET),
    ("an object kept by a descriptor", "", floors.SET_KEPT),
    ("an attribute in a slot", "", floors.SLOT),
    ("an attribute written to a slot", "", "slots.a = 6"),
    ("an item of an array.array", "", floors.ITEM),
    ("an item of an array.array set", "", floors.SET_ITEM),
    ("memoryview(bytearray)", "", "memoryview(memory)"),
)

THREADS = [
    Row("threads", "two threads, sqrt", prototype("sqrt", "c_double", "c_double"), "f(d)",
        "result == 2 ** 0.5"),
]
