"""What programs find in their namespace beside ctypes: objects that stay, and helpers that show memory."""

import array
import copy
import ctypes
import enum
import gc
import os
import pickle
import re
import sys

import _ctypes
from shown import without_addresses

LIBRARY = os.environ["CTYPES_TEST_LIB"]


class Index:
    """Is an integer by `__index__` alone."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value

    def __repr__(self):
        return f"Index({self.value})"


class Float:
    """Is a number by `__float__` alone."""

    def __float__(self):
        return 2.5

    def __repr__(self):
        return "Float()"


class Complex:
    def __complex__(self):
        return 1 + 2j

    def __repr__(self):
        return "Complex()"


class Angry:
    """Refuses to be anything."""

    def refuse(self, *arguments):
        raise KeyError("angry")

    __index__ = __int__ = __float__ = __bool__ = __len__ = __iter__ = __eq__ = refuse
    __hash__ = None

    def __repr__(self):
        return "Angry()"


class Number(int):
    pass


class Text(str):
    pass


class Bytes(bytes):
    pass


class Colour(enum.IntEnum):
    RED = 1


class Parameter:
    """Is passed as what it holds."""

    def __init__(self, value):
        self._as_parameter_ = value

    def __repr__(self):
        return f"Parameter({self._as_parameter_!r})"


def dump(value, depth=0):
    """All that can be read of a C value without following a reference."""
    if depth > 4:
        return "..."
    if isinstance(value, (ctypes.Structure, ctypes.Union)):
        found = {}
        for kind in reversed(type(value).__mro__):
            for field in kind.__dict__.get("_fields_", ()):
                found[field[0]] = attempted(lambda: dump(getattr(value, field[0]), depth + 1))
        return found
    if isinstance(value, ctypes.Array):
        return [attempted(lambda: dump(value[index], depth + 1)) for index in range(len(value))]
    if isinstance(value, (ctypes._Pointer, ctypes._CFuncPtr)):
        return f"{type(value).__name__}({bool(value)})"
    if isinstance(value, (ctypes.c_char_p, ctypes.c_wchar_p)):
        return f"{type(value).__name__}({value.value!r})"
    return value


def attempted(function):
    try:
        return function()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


class Seen:
    """What a memoryview shows of a C value. This VM's views have fewer formats: see README, "Buffers"."""

    def __init__(self, value):
        self.view = memoryview(value)

    def __getattr__(self, name):
        return getattr(self.view, name)

    @property
    def format(self):
        return re.sub("[<>]([uP])", r"\1", re.sub("[zZ]", "P", self.view.format.replace("<G", "D")))


def objects(value):
    """`_objects` by its keys: ours are in the order of places, CPython's in that of the stores. Numbers are the
    identities of what was cast."""
    return ordered(value._objects)


def ordered(kept):
    if isinstance(kept, dict):
        shown = sorted((("cast" if isinstance(key, int) else key), ordered(item)) for key, item in kept.items())
        return f"{{{', '.join(f'{key}: {item}' for key, item in shown)}}}"
    if isinstance(kept, tuple):
        return f"({', '.join(map(ordered, kept))})"
    return without_addresses(repr(kept))


def names_in(kind):
    """The namespace of a class. Ours holds the description of the type, too."""
    return sorted(set(vars(kind)) - {"__ctype__"})


def offset_in(inner, outer):
    """Where one C value lies in another, or that it does not."""
    distance = ctypes.addressof(inner) - ctypes.addressof(outer)
    return distance if 0 <= distance <= ctypes.sizeof(outer) else "elsewhere"


def names(say):
    """A new namespace."""
    found = {"__name__": "program", "__builtins__": __builtins__, "say": say,
             "lib": ctypes.CDLL(LIBRARY, use_errno=True)}
    found.update(SHARED)
    # References in C memory lead to objects that live as long as the program.
    for index, (data, text) in enumerate(zip((b"", b"spam", b"eggs \xe4"), ("", "wide", "w\xefde \u20ac"))):
        found[f"B{index}"] = data
        found[f"U{index}"] = text
        found[f"W{index}"] = ctypes.c_wchar_p(text)
    return found


def forget():
    """Lets go of what the ctypes package remembers of a program."""
    ctypes._c_functype_cache.clear()
    ctypes._pointer_type_cache_fallback.clear()
    ctypes.set_errno(0)


SHARED = {name: getattr(ctypes, name) for name in dir(ctypes) if not name.startswith("_")}
SHARED |= {"_SimpleCData": ctypes._SimpleCData, "_Pointer": ctypes._Pointer, "_ctypes": _ctypes,
           "_CFuncPtr": ctypes._CFuncPtr, "ctypes": ctypes, "array": array, "copy": copy, "gc": gc,
           "pickle": pickle, "sys": sys, "dump": dump, "offset_in": offset_in, "seen": Seen, "names_in": names_in,
           "objects": objects, "attempted": attempted}
SHARED |= {kind.__name__: kind for kind in (Index, Float, Complex, Angry, Number, Text, Bytes, Colour, Parameter)}
# Types of pointers to the types that all programs share are there, or not, for all of them.
for simple in list(SHARED.values()):
    if isinstance(simple, type(ctypes.c_int)) and simple is not ctypes._SimpleCData:
        ctypes.POINTER(simple)
