"""The types of numbers in memory: from ctypes, and from the formats of PEP 3118."""

import operator
import re
import sys
from collections import namedtuple
from ctypes import (c_bool, c_byte, c_double, c_float, c_int, c_long, c_longlong, c_short, c_ubyte, c_uint, c_ulong,
                    c_ulonglong, c_ushort, sizeof)

from _ctypes import CFuncPtr, _Pointer, _SimpleCData

# The codes of ctypes' simple types that are numbers, characters and truth values, and of those that are pointers.
NUMBERS = frozenset("bBhHiIlLqQfdg?cuFDG")
_POINTERS = frozenset("PzZ")

_KINDS = {
    "signed": "b h i l q n", "unsigned": "B H I L Q N", "float": "f d g", "complex": "F D G Zf Zd Zg",
    "truth value": "?", "character": "c", "wide character": "u w", "pointer": "P",
}
_KIND_OF = {code: kind for kind, codes in _KINDS.items() for code in codes.split()}
# A format says by its mark how large its items are, too, but so does the buffer.
_NATIVE = re.compile(r"[@=^<]?(Z?.)" if sys.byteorder == "little" else r"[@=^>!]?(Z?.)", re.DOTALL)


def code_of(ctype):
    """Returns the code of a simple type, or `None` if the type is no simple one."""
    return ctype._type_ if issubclass(ctype, _SimpleCData) else None


def is_pointer(ctype):
    """Returns whether a ctype is a pointer, to whatever it points."""
    return issubclass(ctype, (_Pointer, CFuncPtr)) or code_of(ctype) in _POINTERS


def format_of(ctype):
    """Returns the format of the items of an array of this type."""
    return memoryview((ctype * 1)()).format


class Number(namedtuple("Number", "kind size")):
    """The type of a number: its kind, and its size in bytes."""

    __slots__ = ()

    @classmethod
    def of_format(cls, format, size):
        """Returns the type of a buffer's items, or `None` if they are no numbers of this machine."""
        match = _NATIVE.fullmatch(format)
        kind = match and _KIND_OF.get(match[1])
        return kind and cls(kind, size)

    @classmethod
    def of_ctype(cls, ctype):
        """Returns the type of a ctype, or `None` if it is no number, or one of another byte order."""
        return cls.of_format(format_of(ctype), sizeof(ctype)) if code_of(ctype) in NUMBERS else None

    @property
    def is_byte(self):
        """Whether it may be a character of one byte: buffers have them as small integers."""
        return self.kind == "character" or self.size == 1 and self.kind in ("signed", "unsigned")

    def is_like(self, other):
        """Returns whether C reads the same value from both."""
        return self == other or other.kind == "character" and self.is_byte

    def is_narrower_than(self, other):
        """Returns whether `other` has all values of this type, and more."""
        fits = _NARROWER.get((self.kind, other.kind))
        return fits is not None and fits(self.size, other.size)


def _is_exact(size, wider):
    """Returns whether a float of `wider` bytes has all integers of `size` bytes."""
    return size <= min(wider // 2, 4)


def _always(size, wider):
    return True


_NARROWER = {
    ("signed", "signed"): operator.lt,
    ("unsigned", "signed"): operator.lt,
    ("unsigned", "unsigned"): operator.lt,
    ("float", "float"): operator.lt,
    ("signed", "float"): _is_exact,
    ("unsigned", "float"): _is_exact,
    ("truth value", "signed"): _always,
    ("truth value", "unsigned"): _always,
    ("truth value", "float"): _always,
}

# The ctypes by which narrower numbers are read.
CTYPES = {Number.of_ctype(ctype): ctype for ctype in (c_bool, c_byte, c_double, c_float, c_int, c_long, c_longlong,
                                                      c_short, c_ubyte, c_uint, c_ulong, c_ulonglong, c_ushort)}
