"""Chooses how a ctypes structure or union is declared so that it has C's layout, under every Python.

Python 3.11 to 3.14 agree where fields begin if each lies at the first place that its alignment allows
(`_pack_` may lower it), so that is the first choice. What C places elsewhere gets padding in front, and so
does what has its alignment by `_align_`, which Python 3.11 and 3.12 ignore. They do not agree on all
bit-fields: see `bitfields`.

The rules of placing are those of C's ABI documents for fields (System V psABI 3.1.2, AAPCS64 5.9, Microsoft's
"x64 ABI conventions"), which ctypes follows.
"""

from dataclasses import dataclass, field, replace

from ..errors import Unsupported
from ..reading import model
from . import bitfields
from .slots import padding

_PACKS = (None, 1, 2, 4, 8)


@dataclass(frozen=True)
class Layout:
    """A declaration: the entries of `_fields_`, `_pack_` and `_align_` where needed, and the alignment that the
    ctypes class then has, with `_align_` and (`natural`) without."""

    slots: list
    pack: int | None = None
    align: int | None = None
    alignment: int = 1
    natural: int = 1


@dataclass
class Layouts:
    """The layouts of records of one target. `alignments` has those that the compiler has told, by record."""

    machine: object
    alignments: dict = field(default_factory=dict)
    _known: dict = field(default_factory=dict)

    def of(self, record):
        """Returns the `Layout` of a complete record. Raises `Unsupported` if ctypes cannot have it."""
        known = self._known.get(record)
        if known is None:
            known = self._known[record] = self._choose(record)
        return known

    def declare_packed(self, size, slots):
        """Makes a structure that C does not have, of slots that follow each other without padding."""
        record = model.Record("struct", None, (None, None), True, size)
        self._known[record] = Layout(slots, 1)
        return record

    def alignment(self, kind, natural=False):
        """Returns the alignment that ctypes gives to a field of this type; `natural` leaves out `_align_`."""
        match kind := model.bare(kind):
            case model.Scalar(kind="other"):
                return 1
            case model.Scalar(kind="complex"):
                return self._of_number("float", kind.size // 2)
            case model.Scalar():
                return self._of_number(kind.kind, kind.size)
            case model.Pointer():
                return self.machine.alignments["void *"]
            case model.Array():
                return self.alignment(kind.item, natural)
            case model.Enum():
                return self._of_number("signed", kind.size)
            case model.Record(complete=True):
                return self.of(kind).natural if natural else self.of(kind).alignment
            case _:
                raise Unsupported(f"a field of type {model.spelling(kind)}")

    def _of_number(self, kind, size):
        """Returns the alignment of the number of this size; of bytes, which stand for what ctypes lacks, 1."""
        names = ("float", "double", "long double") if kind == "float" else \
            ("_Bool", "short", "int", "long", "long long")
        return next((self.machine.alignments[name] for name in names if self.machine.sizes[name] == size), 1)

    def _choose(self, record):
        wanted = self.alignments.get(record) or record.align
        if wanted is not None and record.size % wanted:
            # That of a typedef, which may be aligned otherwise than what it is of.
            wanted = None
        slots = bitfields.in_units(record, self)
        attempts = (self._placed(record, slots, pack, padded) for padded in (False, True) for pack in _PACKS)
        fitting = [each for each in attempts if each is not None]
        if not fitting:
            raise Unsupported(f"{record.spelling}: ctypes cannot place its fields as C does")
        best = next((each for each in fitting if each.alignment == wanted), fitting[0])
        if wanted is not None and best.alignment < wanted:
            return replace(best, align=wanted, alignment=wanted)
        return best

    def _placed(self, record, slots, pack, padded):
        """Returns the layout with this `_pack_`, with padding or without, or `None` if it is not C's."""
        laid, end, whole, is_union = [], 0, [1, 1], record.kind == "union"
        for slot in slots:
            own = [self.alignment(slot.type), self.alignment(slot.type, natural=True)]
            own = [min(pack, each) if pack else each for each in own]
            whole = list(map(max, whole, own))
            if slot.bits is None or slot.starts_unit:
                starts = {0 if is_union else _rounded(end, each) for each in own}
                if starts != {slot.offset}:
                    if not padded or slot.offset < end or slot.offset % own[0]:
                        return None
                    laid.append(padding(end, slot.offset - end))
                end = max(end, slot.offset + model.bare(slot.type).size)
            laid.append(slot)
        if {_rounded(end, each) for each in whole} != {record.size}:
            if not padded or record.size < end or record.size % whole[0]:
                return None
            laid.append(padding(0, record.size) if is_union else padding(end, record.size - end))
        return Layout(laid, pack, None, *whole)


def _rounded(size, alignment):
    return -(-size // alignment) * alignment
