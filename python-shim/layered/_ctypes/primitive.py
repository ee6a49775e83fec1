"""The simple types."""
import _rawffi
import struct
import sys
from operator import index
from _ctypes.basics import CArgObject, CDataMeta, _CData, keep_whole

INTEGERS = "bBhHiIlLqQ"
FLOATS = "fdg"
LETTERS = "c" + INTEGERS + FLOATS + "uPzZO?v"
ARRAYS = {letter: _rawffi.Array(letter) for letter in LETTERS}
SIZES = {letter: _rawffi.sizeof(letter) for letter in LETTERS}
NATIVE, FOREIGN = ("<", ">") if sys.byteorder == "little" else (">", "<")

def as_integer(value):
    return value if isinstance(value, int) else index(value)


def as_float(value):
    if type(value) is float:
        return value
    if isinstance(value, (int, float)) or hasattr(type(value), "__float__") or hasattr(
            type(value), "__index__"):
        return float(value)
    raise TypeError(f"must be real number, not {type(value).__name__}")


def as_char(value):
    if isinstance(value, int):
        if 0 <= value < 256:
            return bytes([value])
        raise TypeError("integer not in range(256)")
    size = ""
    if isinstance(value, (bytes, bytearray)):
        if len(value) == 1:
            return bytes(value)
        size = f" of length {len(value)}"
    raise TypeError("one character bytes, bytearray, or an integer in range(256) expected, not "
                    f"{type(value).__name__}{size}")


def as_wide_char(value):
    if isinstance(value, str) and len(value) == 1:
        return value
    given = (f"a string of length {len(value)}" if isinstance(value, str)
             else f"instance of {type(value).__name__}")
    raise TypeError(f"a unicode character expected, not {given}")


def as_address(value):
    if value is None:
        return 0
    if isinstance(value, int):
        return value
    raise TypeError("cannot be converted to pointer")


def copied_string(value):
    """The address of a terminated copy, and what holds it."""
    if isinstance(value, str):
        copy = ARRAYS["u"](value + "\0", autofree=True)
    else:
        copy = ARRAYS["c"](value + b"\0", autofree=True)
    return copy.buffer, copy


# What a value becomes in a `_rawffi` array of one.
STORE = dict.fromkeys(INTEGERS, as_integer) | dict.fromkeys(FLOATS, as_float) | {
    "c": as_char, "u": as_wide_char, "P": as_address, "?": bool, "v": bool, "O": id,
}


def load_object(address):
    if not address:
        raise ValueError("PyObject is NULL")
    return _rawffi.objectat(address)


# What such an array's value becomes in Python, where that is something else.
LOAD = {
    "P": lambda address: address or None,
    "z": lambda address: _rawffi.charp2string(address) if address else None,
    "Z": lambda address: _rawffi.wcharp2unicode(address) if address else None,
    "O": load_object,
}

DEFAULT = {"c": b"\0", "u": "\0", "?": False}
NAMES = {"z": "c_char_p", "Z": "c_wchar_p", "P": "c_void_p"}
WANTED = {"z": "bytes or integer address", "Z": "unicode string or integer address"}


PLAIN = "cu?v" + INTEGERS + FLOATS
# What a pointer to characters points to.
CHARACTERS = {"z": "c", "Z": "u"}


def load_plain(value):
    return value._buffer[0]


def store_with(convert):
    def store_plain(value, new):
        value._buffer[0] = convert(new)

    return store_plain


class SimpleType(CDataMeta):
    def __new__(metaclass, name, bases, namespace):
        self = type.__new__(metaclass, name, bases, namespace)
        if bases == (_CData,):
            return self
        if not hasattr(self, "_type_"):
            raise AttributeError("class must define a '_type_' attribute")
        letter = self._type_
        if not isinstance(letter, str):
            raise TypeError("class must define a '_type_' string attribute")
        if len(letter) != 1:
            raise ValueError("class must define a '_type_' attribute which must be a string of "
                             "length 1")
        if letter not in LETTERS:
            raise AttributeError("class must define a '_type_' attribute which must be\n"
                                 "a single character string containing one of the\n"
                                 f"supported types: '{LETTERS}'.")
        self._ffiitem = letter
        # A subclass of a simple type keeps its own identity.
        self._boxed = _SimpleCData not in bases
        if not self._boxed and "_swapped" not in namespace and letter in PLAIN:
            # What `_rawffi` stores and loads is what Python sees.
            self.value = property(load_plain, store_with(STORE[letter]))
        if not self._boxed and "_swapped" not in namespace and letter in INTEGERS + FLOATS[:2]:
            if SIZES[letter] > 1:
                swapped = SimpleType(name, (_SimpleCData,), {"_type_": letter, "_swapped": True})
                swapped._boxed = False
                here, there = ("le", "be") if NATIVE == "<" else ("be", "le")
                for ctype in (self, swapped):
                    setattr(ctype, f"__ctype_{here}__", self)
                    setattr(ctype, f"__ctype_{there}__", swapped)
        return self

    def _size(self):
        return SIZES[self._ffiitem]

    def _new_buffer(self):
        return ARRAYS[self._ffiitem](1, autofree=True)

    def _buffer_at(self, address):
        return ARRAYS[self._ffiitem].fromaddress(address, 1)

    def _output(self, address, base=None, index=None):
        if self._boxed:
            return self._view(address, base, index)
        return self._load(self._buffer_at(address))

    def _load(self, buffer):
        letter = self._type_
        if self._swapped:
            data = _rawffi.charp2rawstring(buffer, SIZES[letter])
            return struct.unpack(FOREIGN + letter, data)[0]
        value = buffer[0]
        load = LOAD.get(letter)
        return value if load is None else load(value)

    def _store(self, buffer, value):
        """Stores a Python value, and returns what must be kept with it, and a copy that C memory points
        to."""
        letter = self._type_
        if self._swapped:
            value = STORE[letter](value)
            if letter in INTEGERS:
                size = SIZES[letter]
                data = (value & (1 << 8 * size) - 1).to_bytes(size, "little")
                data = data if FOREIGN == "<" else data[::-1]
            else:
                data = struct.pack(FOREIGN + letter, value)
            _rawffi.rawstring2charp(buffer, data)
            return None, None
        if letter in "zZ":
            return self._store_string(buffer, value)
        buffer[0] = STORE[letter](value)
        return (value if letter == "O" else None), None

    def _store_string(self, buffer, value):
        if value is None or isinstance(value, int):
            buffer[0] = as_address(value)
            return None, None
        if not isinstance(value, bytes if self._type_ == "z" else str):
            raise TypeError(f"{WANTED[self._type_]} expected instead of "
                            f"{type(value).__name__} instance")
        buffer[0], copy = copied_string(value)
        return value, copy

    def from_param(self, value):
        if isinstance(value, self):
            return value
        letter = self._type_
        if letter in "zZP":
            converted = self._pointer_from_param(value)
            if converted is not None:
                return converted
        else:
            try:
                return self(value)
            except (TypeError, ValueError, OverflowError):
                if not hasattr(value, "_as_parameter_"):
                    raise
        if hasattr(value, "_as_parameter_"):
            return self.from_param(value._as_parameter_)
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as "
                        f"ctypes.{NAMES[letter]}")

    def _pointer_from_param(self, value):
        letter = self._type_
        if value is None:
            return self._pointing(0, None)
        if isinstance(value, (bytes, str)):
            if letter != "P" and not isinstance(value, bytes if letter == "z" else str):
                return None
            address, copy = copied_string(value)
            return self._pointing(address, value, copy)
        if letter == "P" and isinstance(value, int):
            return self._pointing(value, None)
        if isinstance(value, _CData):
            address = value._pointed_to(letter)
            return None if address is None else self._pointing(address, value)
        if isinstance(value, CArgObject):
            return value if letter == "P" or getattr(value._obj, "_type_", "") in "cu" else None
        return None

    def _pointing(self, address, kept, copy=None):
        instance = self._new()
        instance._buffer[0] = address
        instance._kept, instance._copies = kept, copy
        return instance


def is_plain(ctype):
    """Whether what `_rawffi` loads is what Python sees of such a value."""
    return (isinstance(ctype, SimpleType) and not ctype._boxed and not ctype._swapped
            and ctype._type_ in PLAIN)


class _SimpleCData(_CData, metaclass=SimpleType):
    _swapped = False
    _boxed = True

    def __new__(cls, *args, **kwargs):
        letter = cls._ffiitem
        if letter is None:
            raise TypeError("abstract class")
        self = object.__new__(cls)
        self._buffer = ARRAYS[letter](1, autofree=True)
        return self

    def __init__(self, value=DEFAULT):
        if value is not DEFAULT:
            self.value = value

    @property
    def value(self):
        return type(self)._load(self._buffer)

    @value.setter
    def value(self, value):
        kept, copy = type(self)._store(self._buffer, value)
        if kept is not None or self._kept is not None:
            keep_whole(self, kept, copy)

    def _pointed_to(self, letter):
        return self._buffer[0] if letter == "P" and self._type_ in "zZ" else None

    def __bool__(self):
        return any(_rawffi.charp2rawstring(self._buffer, type(self)._size()))

    def __repr__(self):
        if type(self).__base__ is not _SimpleCData:
            return object.__repr__(self)
        return f"{type(self).__name__}({self.value!r})"

    def __ctypes_from_outparam__(self):
        return self if type(self)._boxed else self.value
