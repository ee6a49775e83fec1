"""What tests give to C functions: ctypes, objects that convert to them, and objects that stand for others."""
import enum
from ctypes import Structure, c_int, c_void_p

ROUNDS = range(3)


class MyInt(c_int):
    pass


class MyVoid(c_void_p):
    pass


class Colour(enum.IntEnum):
    RED = 5


class Point(Structure):
    _fields_ = [("x", c_int), ("y", c_int)]


class Point3(Point):
    _fields_ = [("z", c_int)]


class Index:
    def __index__(self):
        return 11


class Real:
    def __float__(self):
        return 2.25


class Parameter:
    def __init__(self, value):
        self._as_parameter_ = value


class Property:
    asked = 0

    @property
    def _as_parameter_(self):
        type(self).asked += 1
        return 7


class Slots:
    __slots__ = ("_as_parameter_",)


class Claims:
    """Says that it is an instance of a ctype."""
    def __init__(self, ctype):
        self.ctype = ctype

    @property
    def __class__(self):
        return self.ctype
