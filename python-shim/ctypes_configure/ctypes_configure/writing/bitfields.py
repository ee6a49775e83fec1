"""Declares bit-fields in a way on which C and every version of ctypes agree.

C's rules differ between ABIs, and those of ctypes between versions (3.14 follows gcc or Microsoft, earlier
versions neither). All of them fill a unit of the declared type from its first bit, and begin the next unit
when a field does not fit. A run of bit-fields that lies so is declared as it is, with its gaps filled.
A structure with any other becomes a union: of a structure of its ordinary fields, and of one structure for
each bit-field that lies elsewhere, in which the bits are counted from the beginning of a packed integer.
"""

from ..errors import Unsupported
from ..reading import model
from . import scalars
from .slots import padding, Slot

_INTEGERS = {
    ("signed", 1): "signed char", ("signed", 2): "short", ("signed", 4): "int", ("signed", 8): "long long",
    ("unsigned", 1): "unsigned char", ("unsigned", 2): "unsigned short", ("unsigned", 4): "unsigned int",
    ("unsigned", 8): "unsigned long long",
}


def in_units(record, layouts):
    """Returns the slots of a record's fields, in order, the bit-fields in units that ctypes forms too."""
    slots, end, bits_end, fields, elsewhere = [], 0, 0, list(record.fields), []
    while fields:
        run = _leading_bitfields(fields, record.kind == "union")
        if not run:
            each = fields.pop(0)
            if each.offset * 8 < bits_end and record.kind == "struct":
                # Of one that is as wide as its type, in a packed structure, clang says neither width nor bit.
                raise Unsupported(f"{record.spelling}: the compiler does not tell where the bit-field {each.name}"
                                  " lies")
            slots.append(Slot(each.name, each.type, each.offset))
            end = each.offset + model.bare(each.type).size
            continue
        del fields[:len(run)]
        bits_end = max(each.bit + each.bits for each in run)
        following = fields[0] if fields and record.kind == "struct" else None
        start = 0 if record.kind == "union" else end
        declared = _plain(run, start, following.offset if following else record.size, following, layouts)
        if declared is None or record.kind == "union" and slots and slots[-1].bits is not None:
            elsewhere += run
            continue
        slots += declared
        end = declared[-1].offset + model.bare(declared[-1].type).size
    return _overlaid(record, elsewhere, layouts) if elsewhere else slots


def _leading_bitfields(fields, alone):
    count = next((place for place, each in enumerate(fields) if each.bits is None), len(fields))
    return fields[:min(count, 1) if alone else count]


def _plain(run, end, limit, following, layouts):
    """Returns the bit-fields as C declares them, with gaps filled, or `None` if they do not lie in units."""
    types = [_number(each.type) for each in run]
    kinds = [model.bare(each) for each in types]
    size = kinds[0].size
    if any(kind.size != size for kind in kinds):
        return None
    slots, unit, used, whole = [], None, 0, size * 8
    for each, declared, kind in zip(run, types, kinds):
        own, bit = divmod(each.bit, whole)
        if bit + each.bits > whole or own * size < end and own != unit:
            return None
        if own != unit:
            if unit is not None and (used + each.bits <= whole or own != unit + 1):
                slots += _filler(kind, unit * size, used, whole)
            if unit is None and end % size and end // size != own and (size - end % size) * 8 >= each.bits:
                slots.append(padding(end, own * size - end))
            unit, used = own, 0
        slots += _filler(kind, unit * size, used, bit)
        slots.append(Slot(each.name, declared, unit * size, each.bits, used == 0 and bit == 0))
        used = bit + each.bits
    if (unit + 1) * size > limit:
        return None
    followers = [following.type] if following else []
    if any(layouts.alignment(each, natural=True) < size for each in [*followers, kinds[-1]]):
        slots += _filler(kinds[-1], unit * size, used, whole)
    return slots


def _number(kind):
    """Returns the type of a bit-field. ctypes does not have them of characters, and up to 3.13 one of
    `c_bool` writes the whole byte."""
    bare = model.bare(kind)
    if not scalars.is_char(kind) and not scalars.is_wchar(kind) and getattr(bare, "kind", None) != "bool":
        return kind
    return _integer(_sign(bare), bare.size)


def _sign(kind):
    is_signed = kind.signed if isinstance(kind, model.Enum) else kind.kind == "signed"
    return "signed" if is_signed else "unsigned"


def _integer(sign, size):
    return model.Scalar(_INTEGERS[sign, size], sign, size)


def _filler(kind, offset, start, end):
    if start == end:
        return []
    return [Slot(None, kind, offset, end - start, start == 0, is_padding=True)]


def _overlaid(record, elsewhere, layouts):
    """Returns one slot, a union in which each bit-field of `elsewhere` has a structure of its own."""
    if not layouts.machine.little_endian:
        raise Unsupported(f"{record.spelling}: bit-fields that ctypes places elsewhere, on a big-endian target")
    ordinary = [each for each in record.fields if each not in elsewhere]
    members = []
    if ordinary:
        body = model.Record(record.kind, None, record.place, True, record.size, fields=ordinary)
        members.append(body)
    for each in elsewhere:
        unit = _unit(each, _sign(model.bare(each.type)), record.size)
        if unit is None:
            raise Unsupported(f"{record.spelling}: the bit-field {each.name} lies in no integer of ctypes")
        holder, at = unit
        before = [padding(0, at)] if at else []
        bits = _filler(holder, at, 0, each.bit - at * 8)
        own = Slot(each.name, holder, at, each.bits, not bits)
        members.append(layouts.declare_packed(at + holder.size, [*before, *bits, own]))
    overlay = model.Record("union", None, record.place, True, record.size)
    overlay.fields = [model.Field(None, each, 0) for each in members]
    return [Slot(None, overlay, 0)]


def _unit(each, sign, limit):
    """Returns the smallest integer type that holds the bit-field, and where it begins."""
    for size in (1, 2, 4, 8):
        at = min(each.bit // 8, limit - size)
        if at >= 0 and each.bit + each.bits <= (at + size) * 8:
            return _integer(sign, size), at
    return None
