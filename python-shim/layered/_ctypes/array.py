"""Arrays."""
import _rawffi
import sys
from types import GenericAlias
from _ctypes.basics import (
    CArgObject, CDataMeta, MISSING, _CData, copies_of, copy_memory, keep, kept_by,
)
from _ctypes.primitive import CHARACTERS, PLAIN, STORE, SimpleType

TYPES = {}
BAD_SLICE = "slice indices must be integers or None or have an __index__ method"


def array_type(item, length):
    if not isinstance(length, int):
        raise TypeError(f"can't multiply sequence by non-int of type '{type(length).__name__}'")
    if length < 0:
        raise ValueError(f"Array length must be >= 0, not {length}")
    known = TYPES.get((item, length))
    if known is None:
        known = ArrayMeta(f"{item.__name__}_Array_{length}", (Array,),
                          {"_type_": item, "_length_": length})
        TYPES[item, length] = known
    return known


# What multiplying a type by a length makes.
CDataMeta.__mul__ = CDataMeta.__rmul__ = array_type


class ArrayMeta(CDataMeta):
    def __new__(metaclass, name, bases, namespace):
        self = type.__new__(metaclass, name, bases, namespace)
        if bases == (_CData,):
            return self
        length = getattr(self, "_length_", MISSING)
        item = getattr(self, "_type_", MISSING)
        if length is MISSING:
            raise AttributeError("class must define a '_length_' attribute")
        if not isinstance(length, int):
            raise TypeError("The '_length_' attribute must be an integer")
        if length < 0:
            raise ValueError("The '_length_' attribute must not be negative")
        if length > sys.maxsize:
            raise OverflowError("The '_length_' attribute is too large")
        if item is MISSING:
            raise AttributeError("class must define a '_type_' attribute")
        if not isinstance(item, CDataMeta) or item._ffiitem is None:
            raise TypeError("_type_ must have storage info")
        if item._size() * length > sys.maxsize:
            raise OverflowError("array too large")
        self._shape = _rawffi.Array(item._ffiitem)
        self._ffiitem = (self._shape, length)
        if not innermost(item)._final:
            self._shape = PendingShape(self, innermost(item))
        # What `_rawffi` can read and write by itself.
        self._plain = isinstance(item, SimpleType) and not item._boxed and not item._swapped
        if self._plain and item._type_ == "c":
            self.value = property(char_value, set_char_value, delete_value)
            self.raw = property(char_raw, set_char_raw, delete_raw)
        elif self._plain and item._type_ == "u":
            self.value = property(wide_value, set_wide_value, delete_value)
        return self

    def _new_buffer(self):
        return self._shape(self._length_, autofree=True)

    def _buffer_at(self, address):
        return self._shape.fromaddress(address, self._length_)

    def _converted(self, value):
        if isinstance(value, tuple):
            return self._built(value)
        text = TEXTS.get(self._type_._type_) if self._plain else None
        if text is None or isinstance(value, _CData):
            return CDataMeta._converted(self, value)
        wanted, refused, kind = text
        if not isinstance(value, wanted):
            raise TypeError(refused.format(type(value).__name__))
        instance = self._new()
        try:
            instance.value = value
        except ValueError:
            raise ValueError(f"{kind} too long ({len(value)}, maximum length "
                             f"{self._length_})") from None
        return instance


# By the letter of the items: what such an array is made of, and the words when it is not.
TEXTS = {
    "c": (bytes, "expected bytes, {} found", "bytes"),
    "u": (str, "unicode string expected instead of {} instance", "string"),
}


def innermost(item):
    return innermost(item._type_) if isinstance(item, ArrayMeta) else item


class PendingShape:
    """The shape of an array type of unsettled items, which the first instance settles."""

    def __init__(self, ctype, item):
        self.ctype, self.shape = ctype, ctype._shape
        self.item, self.ffiitem = item, item._ffiitem

    def settled(self):
        if self.item._ffiitem is not self.ffiitem:
            raise TypeError(f"{self.ctype.__name__} was made before {self.item.__name__} was "
                            "complete")
        self.item._settle()
        self.ctype._shape = self.shape
        return self.shape

    def __call__(self, length, autofree):
        return self.settled()(length, autofree=autofree)

    def fromaddress(self, address, length):
        return self.settled().fromaddress(address, length)


def char_value(array):
    return array.raw.split(b"\0", 1)[0]


def set_char_value(array, value):
    if not isinstance(value, bytes):
        raise TypeError(f"bytes expected instead of {type(value).__name__} instance")
    if len(value) > array._length_:
        raise ValueError("byte string too long")
    if len(value) < array._length_:
        value += b"\0"
    if value:
        array._buffer[0:len(value)] = value


def delete_value(array):
    raise TypeError("can't delete attribute")


def delete_raw(array):
    raise AttributeError(f"attribute 'raw' of '{type(array).__name__}' objects cannot be deleted")


def char_raw(array):
    return _rawffi.charp2rawstring(array._buffer, array._bytesize())


def set_char_raw(array, value):
    if not isinstance(value, bytes):
        try:
            value = bytes(memoryview(value))
        except TypeError:
            raise TypeError("a bytes-like object is required, not "
                            f"'{type(value).__name__}'") from None
    if len(value) > array._length_:
        raise ValueError("byte string too long")
    if value:
        array._buffer[0:len(value)] = value


def wide_value(array):
    return _rawffi.wcharp2unicode(array._buffer, array._length_)


def set_wide_value(array, value):
    if not isinstance(value, str):
        raise TypeError(f"unicode string expected instead of {type(value).__name__} instance")
    if len(value) > array._length_:
        raise ValueError("string too long")
    for index, character in enumerate(value):
        array._buffer[index] = character
    if len(value) < array._length_:
        array._buffer[len(value)] = "\0"


class Array(_CData, metaclass=ArrayMeta):
    __class_getitem__ = classmethod(GenericAlias)

    def __new__(cls, *args, **kwargs):
        cls._check_concrete()
        self = _CData.__new__(cls)
        self._buffer = cls._new_buffer()
        return self

    def __init__(self, *items):
        if len(items) > self._length_:
            raise IndexError("invalid index")
        for index, item in enumerate(items):
            self[index] = item

    def __len__(self):
        return self._length_

    def _index_of(self, index, wrong="indices must be integers"):
        if not isinstance(index, int):
            try:
                index = index.__index__()
            except AttributeError:
                raise TypeError(wrong) from None
        if index < 0:
            index += self._length_
        if not 0 <= index < self._length_:
            raise IndexError("invalid index")
        return index

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self._slice(index)
        index = self._index_of(index)
        item = self._type_
        if self._plain:
            if item._type_ in PLAIN:
                return self._buffer[index]
        return item._output(self._buffer.itemaddress(index), self, index)

    def __setitem__(self, index, value):
        if isinstance(index, slice):
            return self._set_slice(index, value)
        index = self._index_of(index, "indices must be integer")
        if self._plain and not isinstance(value, _CData) and self._type_._type_ in PLAIN:
            self._buffer[index] = STORE[self._type_._type_](value)
            return
        set_at(self._type_, self._buffer.itemaddress(index), self, index, value)

    def __delitem__(self, index):
        raise TypeError("Array does not support item deletion")

    def _slice(self, index):
        try:
            indices = range(*index.indices(self._length_))
        except TypeError:
            raise TypeError(BAD_SLICE) from None
        if self._plain and self._type_._type_ == "c":
            if indices.step == 1 and len(indices):
                return self._buffer[indices.start:indices.stop]
            return b"".join([self[i] for i in indices])
        items = [self[i] for i in indices]
        return "".join(items) if self._plain and self._type_._type_ == "u" else items

    def _set_slice(self, index, values):
        try:
            indices = range(*index.indices(self._length_))
        except TypeError:
            raise TypeError(BAD_SLICE) from None
        if len(values) != len(indices):
            raise ValueError("Can only assign sequence of same size")
        for i, value in zip(indices, values):
            self[i] = value

    def _as_argument(self):
        return CArgObject(self)._as_argument()

    def _pointed_to(self, letter):
        return self._buffer.buffer if points_to(letter, self._type_) else None


def points_to(letter, item):
    """Whether a parameter of this letter can be a pointer to such an item."""
    return letter == "P" or getattr(item, "_type_", None) == CHARACTERS[letter]


def set_at(ctype, address, owner, index, value):
    """Stores a value of a type at an address in the memory of `owner`."""
    if isinstance(ctype, SimpleType):
        if isinstance(value, _CData):
            if not isinstance(value, ctype):
                if not isinstance(value, _CData) or ctype._type_ != "O":
                    raise TypeError(f"incompatible types, {type(value).__name__} instance instead "
                                    f"of {ctype.__name__} instance")
            else:
                copy_memory(address, value._buffer, ctype._size())
                keep(owner, index, kept_by(value), copies_of(value))
                return
        kept, copy = ctype._store(ctype._buffer_at(address), value)
        if kept is not None:
            keep(owner, index, kept, copy)
        return
    if not isinstance(value, ctype):
        value = ctype._converted(value)
    copy_memory(address, value._buffer, ctype._size())
    keep(owner, index, ctype._kept_with(value), copies_of(value))
