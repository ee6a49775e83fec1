"""Holds a ctypes type against a C type."""

import ctypes
from dataclasses import dataclass, field

from ..reading import model
from ..writing import scalars
from . import kinds, members
from .wording import between

# Which kinds of numbers of C each kind of ctypes stands for, if the sizes are equal. Which sign enums and
# plain `char` have is up to the compiler and the target, so either is right. For some programs `wchar_t` is
# a number.
_FITTING = {
    "signed": {"signed", "enum", "char", "bool", "wchar", "address", "vector"},
    "unsigned": {"unsigned", "enum", "char", "bool", "wchar", "address", "vector"},
    "char": {"signed", "unsigned", "char", "bool", "enum"},
    "bool": {"signed", "unsigned", "char", "bool", "enum"},
    "wchar": {"wchar"},
    "float": {"float"},
    "complex": {"complex"},
    "pointer": {"address"},
}
_SIGNS = ("signed", "unsigned")
# Integers that hold pointers, by C's own word.
_ADDRESSES = {"intptr_t", "uintptr_t"}


@dataclass
class Comparison:
    """The rules. `records` has the C structure of each class that is checked by itself, and is not looked
    into where it occurs. `visited` takes other classes and their C structures: they are looked into once."""

    records: dict = field(default_factory=dict)
    visited: set = field(default_factory=set)

    def difference(self, declared, kind, is_argument=False):
        """Returns the `Difference` of a type from C's, or `None`.

        A field may be another type of the same bytes, an argument (or a result) may not. An array as an
        argument is a pointer.
        """
        if kinds.is_swapped(declared):
            return None
        bare = model.bare(kind)
        if is_argument and kinds.kind_of(declared) == "array" and isinstance(bare, model.Pointer):
            return self._behind_pointers(declared, declared._type_, kind, bare.target)
        match bare:
            case model.Pointer():
                return self._pointer(declared, kind, bare)
            case model.Record():
                return self._record(declared, kind, bare, is_argument)
            case model.Array():
                return self._array(declared, kind, bare)
            case model.Scalar() | model.Enum():
                return self._number(declared, kind, bare)
            case _:
                return between(declared, kind)

    def fits_at(self, declared, kind, offset):
        """Whether C has the same numbers at this byte of `kind`, whatever they are called there."""
        if any(self.difference(declared, each) is None for each in members.types_at(kind, offset)):
            return True
        if kinds.kind_of(declared) == "array":
            step = ctypes.sizeof(declared._type_)
            return all(self.fits_at(declared._type_, kind, offset + place * step)
                       for place in range(declared._length_))
        return kinds.kind_of(declared) == "record" and not members.is_opaque(declared) and \
            self._fields_fit(declared, kind, offset)

    def _fields_fit(self, declared, kind, offset=0):
        return all(each.bits is not None or each.name.startswith("_")
                   or self.fits_at(each.type, kind, offset + each.offset)
                   for each in members.declared(declared))

    def signature(self, result, arguments, function):
        """Returns whether the types of a callback are those of a C function type."""
        if result is None or isinstance(model.bare(function.result), model.Void):
            same = result is None and isinstance(model.bare(function.result), model.Void)
        else:
            same = not kinds.is_type(result) or self.difference(result, function.result, True) is None
        if not function.prototyped:
            return same
        return same and len(arguments) == len(function.parameters) and all(
            not kinds.is_type(each) or self.difference(each, parameter, True) is None
            for each, parameter in zip(arguments, function.parameters))

    def _pointer(self, declared, kind, pointer):
        if kinds.kind_of(declared) != "pointer":
            return between(declared, kind, ctypes.sizeof(declared), pointer.size)
        target = model.bare(pointer.target)
        if not issubclass(declared, kinds.FUNCTION_POINTER):
            return self._behind_pointers(declared, kinds.target_of(declared), kind, pointer.target)
        if isinstance(target, model.Function):
            arguments = getattr(declared, "_argtypes_", None) or ()
            fits = self.signature(declared._restype_, arguments, target)
            return None if fits else between(declared, kind)
        return None if isinstance(target, model.Void) else between(declared, kind)

    def _behind_pointers(self, declared, to, kind, target):
        """Compares what two pointers lead to, if both say so, and lead to numbers or pointers."""
        to, item = to and kinds.innermost(to), _innermost(target)
        bare = model.bare(item)
        if to is None or kinds.is_swapped(to) or kinds.kind_of(to) == "record" or \
                not isinstance(bare, (model.Scalar, model.Enum, model.Pointer)):
            return None
        # Bytes are passed for anything; and integers take addresses.
        size = ctypes.sizeof(to)
        if issubclass(declared, ctypes.c_char_p) or size == bare.size and (
                size == 1 or isinstance(bare, model.Pointer) and kinds.kind_of(to) in _SIGNS):
            return None
        return between(declared, kind, size, bare.size, "to {} bytes") if self.difference(to, item) else None

    def _record(self, declared, kind, record, is_argument):
        if kinds.kind_of(declared) == "record":
            if self.records.get(declared) is record:
                return None
            if record.size == ctypes.sizeof(declared) and self._fields_fit(declared, record):
                return None
            return between(declared, kind, ctypes.sizeof(declared), record.size)
        if record.size == ctypes.sizeof(declared) and not is_argument:
            if _is_bytes(declared) or any(self.difference(declared, each) is None
                                          for each in members.types_at(record, 0) if each is not record):
                return None
        return between(declared, kind, ctypes.sizeof(declared), record.size)

    def _array(self, declared, kind, array):
        if kinds.kind_of(declared) != "array":
            is_same = kinds.kind_of(declared) == "record" and array.size == ctypes.sizeof(declared)
            return None if is_same and self._fields_fit(declared, array) else between(declared, kind)
        item, inner = kinds.innermost(declared), _innermost(kind)
        # How long an array is that ends a structure, C need not say.
        if array.count and array.size != ctypes.sizeof(declared):
            return between(declared, kind, ctypes.sizeof(declared), array.size)
        if _is_bytes(declared) and array.count or ctypes.sizeof(item) == 0:
            return None
        if ctypes.sizeof(item) != model.bare(inner).size and self.fits_at(item, array, 0):
            return None
        return between(declared, kind) if self.difference(item, inner) else None

    def _number(self, declared, kind, number):
        own, other, size = kinds.kind_of(declared), _kind_of_number(kind), ctypes.sizeof(declared)
        if own == "array" and size == number.size and self._stands_for(declared, number, other):
            return None
        if own in ("array", "record"):
            return between(declared, kind)
        if size == number.size and other not in _FITTING[own]:
            signs = own in _SIGNS and other in _SIGNS
            return between(declared, kind, own, other, "{}") if signs else between(declared, kind)
        return between(declared, kind, size, number.size) if size != number.size else None

    @staticmethod
    def _stands_for(declared, number, other):
        """Whether an array is what a program declares for a number that ctypes lacks."""
        if _is_bytes(declared):
            return number.size > 8 or isinstance(number, model.Scalar) and scalars.name(number) is None
        return other == "complex" and kinds.kind_of(kinds.innermost(declared)) == "float"


def sign_differs(declared, kind):
    """Whether a bit-field's integer has another sign than C's."""
    own, other = kinds.kind_of(declared), _kind_of_number(kind)
    return own in _SIGNS and other in _SIGNS and own != other


def _kind_of_number(kind):
    if scalars.is_wchar(kind):
        return "wchar"
    if _names_of(kind) & _ADDRESSES:
        return "address"
    bare = model.bare(kind)
    if isinstance(bare, model.Enum):
        return "enum"
    return "char" if bare.name == "char" else bare.kind


def _names_of(kind):
    found = set()
    while isinstance(kind, (model.Typedef, model.Const)):
        if isinstance(kind, model.Typedef):
            found.add(kind.name)
        kind = kind.of
    return found


def _innermost(kind):
    """Returns the item of an array of any number of dimensions, with its typedefs."""
    while isinstance(model.bare(kind), model.Array):
        kind = model.bare(kind).item
    return kind


def _is_bytes(declared):
    """Whether a type is an array of bytes: so are declared things that a program does not look into."""
    item = kinds.innermost(declared)
    return kinds.kind_of(declared) == "array" and ctypes.sizeof(item) == 1 and kinds.kind_of(item) != "record"
