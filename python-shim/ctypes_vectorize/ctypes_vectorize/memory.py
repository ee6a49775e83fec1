"""The memory of arrays and buffers: what lies there, and where. It stays there as long as it is held."""

import struct
from contextlib import ExitStack
from ctypes import Array, addressof, c_char, create_string_buffer, sizeof
from itertools import product

from .formats import Number, format_of
from .shapes import c_strides, is_contiguous

# The class of all instances of ctypes.
CData = Array.__base__


class Memory(ExitStack):
    """Holds the memory of the arguments of a batch, which is neither resized nor freed meanwhile."""

    def __init__(self):
        super().__init__()
        self._items = {}

    def items(self, argument):
        """Returns the items of an array of ctypes or a buffer, or `None` if an object is neither."""
        if isinstance(argument, CData) and not isinstance(argument, Array):
            return None
        items = self._items.get(id(argument))
        if items is None:
            try:
                view = self.enter_context(memoryview(argument))
            except TypeError:
                return None
            items = self._items[id(argument)] = Items(argument, view)
        return items

    def store_copies(self):
        """Stores copies of what C has written back to where they are from."""
        for items in self._items.values():
            items.store_copy()


class Items:
    """The items of an array of ctypes or of a buffer.

    `ctype` is their type if it is an array, `number` their type if they are numbers. `address` and `strides` are
    those of a copy if ctypes cannot tell where the items are.
    """

    def __init__(self, argument, view):
        # It keeps its id.
        self._argument, self._view = argument, view
        self._copy, self._is_written = None, False
        self.owner, self.format, self.is_readonly = view.obj, view.format, view.readonly
        if isinstance(argument, Array):
            self.ctype, self.shape = innermost(type(argument))
            self.size = sizeof(self.ctype)
            self.strides = c_strides(self.shape, self.size)
            self.number = Number.of_ctype(self.ctype)
            self.address = addressof(argument)
        else:
            self.ctype, self.shape = None, view.shape
            self.size, self.strides = view.itemsize, view.strides
            self.number = Number.of_format(view.format, view.itemsize)
            self.address = None

    @property
    def is_copy(self):
        """Whether `address` is that of a copy."""
        return self._copy is not None

    @property
    def description(self):
        """What messages call them."""
        return f"a buffer of format {self.format!r}" if self.ctype is None else f"an array of {self.ctype.__name__}"

    def are(self, ctype):
        """Returns whether the items are of a type."""
        if self.ctype is ctype:
            return True
        number = Number.of_ctype(ctype)
        if number is not None:
            return self.number is not None and self.number.is_like(number)
        return self.ctype is None and (self.format, self.size) == (format_of(ctype), sizeof(ctype))

    def locate(self, is_written):
        """Finds the address. `is_written` says that C writes there.

        Raises `BufferError` if that takes a copy which cannot be stored back.
        """
        if self.address is None:
            self.address = self._find()
        if is_written and self.is_copy and not self._is_written:
            self._check_storing()
            self._is_written = True

    def store_copy(self):
        """Stores a copy back if C has written to it."""
        if self._is_written:
            # Its last byte is NUL.
            values = struct.iter_unpack(self.format, self._copy.raw[:-1])
            for index, (value,) in zip(product(*map(range, self.shape)), values):
                self._view[index] = value

    def _find(self):
        if 0 in self.shape:
            return 0
        if not self.is_readonly and not self._view.suboffsets:
            if hasattr(self._view, "_pypy_raw_address"):
                return self._view._pypy_raw_address()
            if is_contiguous(self.shape, self.strides, self.size):
                return addressof(c_char.from_buffer(self._view))
            # If only the outermost dimension is strided, a slice of length one is contiguous.
            if is_contiguous(self.shape[1:], self.strides[1:], self.size):
                with self._view[:1] as first:
                    return addressof(c_char.from_buffer(first))
        self._copy = create_string_buffer(self._view.tobytes())
        self.strides = c_strides(self.shape, self.size)
        return addressof(self._copy)

    def _check_storing(self):
        try:
            struct.calcsize(self.format)
            self._view[(0,) * len(self.shape)]
        except (struct.error, NotImplementedError):
            raise BufferError(f"ctypes cannot tell the address of a strided buffer of {len(self.shape)} dimensions,"
                              f" and Python cannot store items of the format {self.format!r}") from None


def innermost(ctype):
    """Returns the type of the items of an array type, or of the arrays that are its items, and its shape."""
    shape = []
    while issubclass(ctype, Array):
        shape.append(ctype._length_)
        ctype = ctype._type_
    return ctype, tuple(shape)
