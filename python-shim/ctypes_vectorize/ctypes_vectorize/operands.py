"""What the calls of a batch get: the items of an operand, or a value that is the same in all calls."""

import math
from ctypes import c_void_p
from itertools import repeat

from . import shapes
from .memory import CData


class Converted:
    """The argtype of arguments that are converted already."""

    @staticmethod
    def from_param(value):
        """Returns the value."""
        return value


class Constant:
    """An argument that is the same in all calls."""

    argtype = Converted
    shape = ()

    def __init__(self, value):
        self._value = value

    def copied(self):
        """Returns a constant that does not change with the instance of ctypes that the argument may be."""
        value = self._value
        return Constant(type(value).from_buffer_copy(value)) if isinstance(value, CData) else self

    def column(self, shape):
        """Returns a function that gives the arguments of the calls `start` to `stop`."""
        return lambda start, stop: repeat(self._value, stop - start)


class Operand:
    """Something that has another item for each call.

    The last `dimensions` of the items make up one item of the operand, whose `argtype` is how it is passed.
    """

    def __init__(self, name, items, dimensions=0, *, is_written):
        split = len(items.shape) - dimensions
        row, steps = items.shape[split:], items.strides[split:]
        if not shapes.is_contiguous(row, steps, items.size):
            raise ValueError(f"{name}: a row of the buffer is not contiguous")
        try:
            items.locate(is_written)
        except BufferError as error:
            raise BufferError(f"{name}: {error}") from None
        self.name, self._items = name, items
        self.address, self.size = items.address, items.size * math.prod(row)
        self.shape, self.strides = items.shape[:split], items.strides[:split]

    def column(self, shape):
        """Returns a function that gives the arguments of the calls `start` to `stop`."""
        addresses = shapes.addresses(self, shape)
        return lambda start, stop: map(self.take, addresses[start:stop])

    def overlaps(self, other):
        """Returns whether two operands may share memory."""
        one, two = self._items, other._items
        if one is not two and (one.is_copy or two.is_copy):
            return one.owner is two.owner
        return shapes.overlap(self, other)


class Read(Operand):
    """An operand whose items are passed by value. `take` makes an argument of an item's address."""

    def __init__(self, name, items, argtype, take):
        super().__init__(name, items, is_written=False)
        self.argtype, self.take = argtype, take


class Lent(Operand):
    """An operand whose items' addresses are passed."""

    argtype = c_void_p
    take = int

    def __init__(self, name, items, dimensions):
        self.is_written = not items.is_readonly
        super().__init__(name, items, dimensions, is_written=self.is_written)

    def simplified(self):
        """Returns a constant if there is only one address."""
        return self if self.shape else Constant(c_void_p(self.address))


class Place(Operand):
    """An operand to which each call's result is written."""

    take = int

    def __init__(self, name, items):
        super().__init__(name, items, is_written=True)
