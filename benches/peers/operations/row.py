"""What a row is, and the names that its statements start from."""

from collections import namedtuple

# name: of the row, one of its kind.
# setup: statements that run once, after PRELUDE.
# statement: what is measured.
# check: has to hold after the statement has run once; `result` is its value, if it is an expression.
#   A wrong result must not count as a fast one.
# floor: statements made of what the virtual machine must do for an operation of this shape, and no
#   more (see floors.py).
# weight: how many times longer than a call the statement takes, roughly; it runs that many times less
#   often where instructions are counted.
Row = namedtuple("Row", "group name setup statement check floor weight", defaults=("True", None, 1))

# LIB depends on libc and libm, so `lib` finds their functions too.
PRELUDE = """
from array import array
from ctypes import *
from functools import partial
from gc import isenabled as vm_none
from math import ldexp as vm_ldexp, sqrt as vm_sqrt
try:
    from math import fma as vm_three
    three = 2.0
except ImportError:
    vm_three = pow
    three = 7
from operator import is_ as vm_is

lib = CDLL(library_path)
i, j = 7, 2
d = 2.0
z = 2.0 + 1.0j
c_i = c_int(i)
c_d = c_double(d)
text = b"hello"
wide = "hello"

class P(Structure):
    _fields_ = [("a", c_int), ("b", c_int), ("c", c_double)]

class Slots:
    __slots__ = ("a",)

def g(x): return x

slots = Slots()
slots.a = 1
error = Exception()
memory = bytearray(400)
view = memoryview(memory)
cells = array("i", range(100))
reals = array("d", [1.0, 2.0])
vm_many = "".format
vm_back = partial(g, i)
vm_back_real = partial(g, d)
PT = POINTER(P)
Int_p = POINTER(c_int)
"""


def group(name, *rows):
    return [Row(name, *row) for row in rows]


def prototype(name, restype, argtypes=None):
    """Statements that make `f` this function of the library."""
    lines = [f"f = lib.{name}", f"f.restype = {restype}"]
    if argtypes is not None:
        lines.append(f"f.argtypes = [{argtypes}]")
    return "\n".join(lines) + "\n"
