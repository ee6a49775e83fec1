"""The fields of a structure or union, of ctypes and of C, each with its place."""

import ctypes
import sys
from dataclasses import dataclass

from ..reading import model


@dataclass(frozen=True)
class Member:
    """A field of a ctypes class, at `offset`. A bit-field has `bits`, from bit `bit` of the structure on.
    `owner` is the class in whose `_fields_` it is."""

    name: str
    type: type
    offset: int
    owner: type
    bit: int | None = None
    bits: int | None = None

    @property
    def size(self):
        return ctypes.sizeof(self.type)


def declared(cls, start=0):
    """Returns the `Member`s of a class, its bases' first, and for an `_anonymous_` one those in it."""
    found = []
    for owner in reversed(cls.__mro__):
        anonymous = owner.__dict__.get("_anonymous_", ())
        for entry in owner.__dict__.get("_fields_", ()):
            member = _member(owner, entry, start)
            if member is not None and member.name in anonymous:
                found += declared(member.type, member.offset)
            elif member is not None:
                found.append(member)
    return found


def is_opaque(cls, record=None):
    """Whether a class does not say what is in it: fields with a `_` in front do not, unless C has it too."""
    known = {each.name for each in of_c(record)} if record else ()
    return all(each.name.startswith("_") and each.name not in known for each in declared(cls))


def _member(owner, entry, start):
    name, kind, *width = entry
    field = owner.__dict__.get(name)
    if not hasattr(field, "offset"):
        # The program has put something else in the field's place, perhaps a property.
        return None
    offset = start + field.offset
    if not width:
        return Member(name, kind, offset, owner)
    bit = offset * 8 + _first_bit(field, kind, width[0])
    return Member(name, kind, bit // 8, owner, bit, width[0])


def _first_bit(field, kind, width):
    """Returns the number of bits in front of a bit-field in its integer, from the lowest byte on."""
    # Before Python 3.14 `size` has the bit in its lower half, and the width in the upper.
    low = getattr(field, "bit_offset", field.size & 0xFFFF)
    return low if sys.byteorder == "little" else ctypes.sizeof(kind) * 8 - low - width


def of_c(record, start=0):
    """Returns the fields of a C record, those of anonymous ones in their place, as `model.Field`s."""
    found = []
    for each in record.fields:
        inner = model.bare(each.type)
        if each.name is None and isinstance(inner, model.Record):
            found += of_c(inner, start + each.offset)
        else:
            bit = None if each.bit is None else each.bit + start * 8
            found.append(model.Field(each.name, each.type, each.offset + start, bit, each.bits))
    return found


def types_at(kind, offset):
    """Yields the C types that begin at a byte of a type: the type itself, and what lies in it there."""
    if offset == 0:
        yield kind
    match model.bare(kind):
        case model.Record(fields=fields):
            for each in fields:
                size = each.type.size or 0
                if each.bits is None and each.offset <= offset < each.offset + size:
                    yield from types_at(each.type, offset - each.offset)
        case model.Array(item=item) as array if item.size and offset < (array.size or 0):
            yield from types_at(item, offset % item.size)
