"""Pointers."""
from operator import index as number
from _ctypes.array import Array, points_to, set_at
from _ctypes.basics import AddressMeta, CArgObject, CDataMeta, MISSING, _CData, keep, kept_by
from _ctypes.primitive import SimpleType


class PointerType(AddressMeta):
    def __new__(metaclass, name, bases, namespace):
        self = type.__new__(metaclass, name, bases, namespace)
        self._target = None
        if bases != (_CData,):
            self._ffiitem = "P"
            if "_type_" in namespace:
                self.set_type(namespace["_type_"])
        return self

    def set_type(self, target):
        if not isinstance(target, type):
            raise TypeError("_type_ must be a type")
        if not isinstance(target, CDataMeta) or target._ffiitem is None:
            raise TypeError(f"{target!r} must have storage info")
        self._type_ = self._target = target
        if not isinstance(vars(target).get("__pointer_type__"), PointerType):
            target.__pointer_type__ = self

    def _converted(self, value):
        if value is None:
            return self()
        if isinstance(value, Array) and issubclass(value._type_, self._type_):
            instance = self._new()
            instance._buffer[0] = value._buffer.buffer
            instance._kept = kept_by(value) or {}, value
            return instance
        return CDataMeta._converted(self, value)

    def from_param(self, value):
        if value is None or isinstance(value, self):
            return value
        target = getattr(self, "_type_", None)
        if target is not None:
            if isinstance(value, target):
                return CArgObject(value)
            if isinstance(value, CArgObject) and isinstance(value._obj, target):
                return value
            if isinstance(value, (Array, _Pointer)) and issubclass(value._type_, target):
                return value
        return CDataMeta.from_param(self, value)


FIRST, LAST = -2 ** 63, 2 ** 63 - 1


class _Pointer(_CData, metaclass=PointerType):
    def __new__(cls, *args, **kwargs):
        if cls._target is None:
            raise TypeError("Cannot create instance: has no _type_")
        self = _CData.__new__(cls)
        self._buffer = cls._new_buffer()
        return self

    def __init__(self, value=MISSING, *others):
        if others:
            raise TypeError(f"POINTER expected at most 1 argument, got {1 + len(others)}")
        if value is not MISSING:
            self.contents = value

    def _place(self, index):
        address = self._buffer[0]
        if not address:
            raise ValueError("NULL pointer access")
        if not FIRST <= index <= LAST:
            raise IndexError("cannot fit 'int' into an index-sized integer")
        return address + index * self._type_._size()

    @property
    def contents(self):
        address = self._buffer[0]
        if not address:
            raise ValueError("NULL pointer access")
        return self._type_._view(address, self, 0)

    @contents.setter
    def contents(self, value):
        if not isinstance(value, self._type_):
            raise TypeError(f"expected {self._type_.__name__} instead of {type(value).__name__}")
        self._buffer[0] = value._buffer.buffer
        keep(self, 1, value)
        keep(self, 0, kept_by(value))

    @contents.deleter
    def contents(self):
        raise TypeError("Pointer does not support item deletion")

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self._slice(index)
        try:
            index = number(index)
        except TypeError:
            raise TypeError("Pointer indices must be integer") from None
        return self._type_._output(self._place(index), self, index)

    def __setitem__(self, index, value):
        index = number(index)
        set_at(self._type_, self._place(index), self, index, value)

    def __delitem__(self, index):
        raise TypeError("Pointer does not support item deletion")

    def _slice(self, index):
        step = 1 if index.step is None else index.step
        if step == 0:
            raise ValueError("slice step cannot be zero")
        if index.start is None and step < 0:
            raise ValueError("slice start is required for step < 0")
        if index.stop is None:
            raise ValueError("slice stop is required")
        items = [self[i] for i in range(index.start or 0, index.stop, step)]
        letter = isinstance(self._type_, SimpleType) and self._type_._type_
        return {"c": b"".join, "u": "".join}.get(letter, list)(items)

    def _pointed_to(self, letter):
        return self._buffer[0] if points_to(letter, self._type_) else None

    def __bool__(self):
        return self._buffer[0] != 0
