"""What each parameter of a function takes: a value for all calls, or something to map over."""

from ctypes import ArgumentError, Array, byref, c_char, c_int, c_void_p, c_wchar

from _ctypes import _Pointer

from .formats import CTYPES, Number, code_of, is_pointer
from .memory import innermost
from .operands import Constant, Lent, Read

_Reference = type(byref(c_int()))


class Parameter:
    """A parameter for which every argument is one value for all calls."""

    def __init__(self, name, ctype):
        self.name, self.ctype = name, ctype

    def as_array(self, argument):
        """Returns an array of the items if the argument is a list or a tuple to map over, else the argument."""
        return argument

    def take(self, argument, memory):
        """Returns an argument as an operand or a constant."""
        return self.constant(argument)

    def constant(self, argument):
        """Returns an argument as a constant. Raises `ArgumentError` as the function does."""
        try:
            return Constant(self.ctype.from_param(argument))
        except Exception as error:
            raise ArgumentError(f"{self.name}: {type(error).__name__}: {error}") from None


class MappingParameter(Parameter):
    """A parameter that maps over arrays and buffers, except those of the types `constants`."""

    constants = ()

    def as_array(self, argument):
        return (self.ctype * len(argument))(*argument) if isinstance(argument, (list, tuple)) else argument

    def take(self, argument, memory):
        argument = self.as_array(argument)
        items = None if isinstance(argument, self.constants) else memory.items(argument)
        mapped = None if items is None else self.mapped(items)
        return self.constant(argument) if mapped is None else mapped

    def mapped(self, items):
        """Returns items as an operand or a constant, or `None` if they are one value."""
        raise NotImplementedError

    def pointers(self, items):
        """Returns an operand of pointers in memory."""
        return Read(self.name, items, c_void_p, c_void_p.from_address)

    def lent(self, items, dimensions):
        """Returns an operand of addresses."""
        return Lent(self.name, items, dimensions).simplified()

    def error(self, words):
        """Returns the exception for an argument that the parameter does not take."""
        return TypeError(f"{self.name}: {words}")


class NumberParameter(MappingParameter):
    """A number, which maps over numbers that it represents exactly."""

    def __init__(self, name, ctype):
        super().__init__(name, ctype)
        self._number = Number.of_ctype(ctype)

    def constant(self, argument):
        return super().constant(argument).copied()

    def mapped(self, items):
        if items.number is not None and self._number is not None:
            if items.number.is_like(self._number):
                return Read(self.name, items, self.ctype, self.ctype.from_address)
            if items.number.is_narrower_than(self._number):
                narrower = CTYPES[items.number]
                return Read(self.name, items, self.ctype, lambda address: narrower.from_address(address).value)
        if not items.shape:
            # A scalar of NumPy is a buffer, but the function may take it for the number that it stands for.
            return None
        of = "of " if items.ctype else ""
        raise self.error(f"{items.description} is neither {of}{self.ctype.__name__} nor "
                         f"{'of a narrower type' if of else 'narrower'}")


class AggregateParameter(MappingParameter):
    """A structure or union by value."""

    def constant(self, argument):
        return super().constant(argument).copied()

    def mapped(self, items):
        if not items.are(self.ctype):
            raise self.error(f"{items.description} is not of {self.ctype.__name__}")
        return Read(self.name, items, self.ctype, self.ctype.from_address)


class PointerParameter(MappingParameter):
    """A pointer, which maps over pointers and over what it may point to."""

    def __init__(self, name, ctype):
        super().__init__(name, ctype)
        self._targets = "items" if issubclass(ctype, Array) else "targets"
        self._target, self._shape = innermost(ctype if issubclass(ctype, Array) else ctype._type_)

    def constant(self, argument):
        # An array is mapped over, so `byref(array)` stands for what the function makes of the array.
        pointed = _pointed(argument)
        if isinstance(pointed, Array) and pointed._type_ is self.ctype._type_ and issubclass(self.ctype, _Pointer):
            return Constant(c_void_p.from_param(argument))
        return super().constant(argument)

    def mapped(self, items):
        if items.ctype is self.ctype:
            return self.pointers(items)
        name, target = self.ctype.__name__, self._target.__name__
        if not items.are(self._target):
            if items.ctype is not None:
                raise self.error(f"{items.description} has neither {name} nor {target}")
            raise self.error(f"the {self._targets} of {name} are {target}, and the buffer's items have the format"
                             f" {items.format!r}")
        split = len(items.shape) - len(self._shape)
        if split < 0 or items.shape[split:] != self._shape:
            raise ValueError(f"{self.name} has the shape {items.shape}, which does not end with {self._shape}")
        if items.is_readonly:
            raise self.error(f"C may write through {name}, and the buffer is read-only")
        return self.lent(items, len(self._shape))


class AddressParameter(MappingParameter):
    """A `void *`, which maps over pointers of all types, and over the addresses of anything else."""

    constants = (bytes,)

    def mapped(self, items):
        if items.ctype is not None and is_pointer(items.ctype):
            return self.pointers(items)
        return self.lent(items, max(len(items.shape) - 1, 0))


class FunctionParameter(MappingParameter):
    """A pointer to a function."""

    def mapped(self, items):
        if items.ctype is None:
            return None
        if items.ctype is not self.ctype and code_of(items.ctype) != "P":
            raise self.error(f"{items.description} has neither {self.ctype.__name__} nor c_void_p")
        return self.pointers(items)


class StringParameter(MappingParameter):
    """A string, which maps over strings and over the rows of arrays of characters."""

    constants = (bytes,)

    def __init__(self, name, ctype):
        super().__init__(name, ctype)
        self._character = c_char if code_of(ctype) == "z" else c_wchar

    def mapped(self, items):
        if items.ctype is None and self._character is c_wchar:
            return None
        if items.ctype is not None and self._is_string(items.ctype):
            return self.pointers(items)
        if items.shape and items.are(self._character):
            return self.lent(items, 1)
        if items.ctype is None:
            raise self.error(f"{items.description} has no characters")
        raise self.error(f"{items.description} has neither {self.ctype.__name__} nor {self._character.__name__}")

    def _is_string(self, ctype):
        points = issubclass(ctype, _Pointer) and ctype._type_ is self._character
        return points or code_of(ctype) == code_of(self.ctype)


def _pointed(argument):
    """Returns what a pointer, or a reference by `byref`, points to. `None` for anything else."""
    if isinstance(argument, _Pointer):
        return argument.contents if argument else None
    return argument._obj if isinstance(argument, _Reference) else None
