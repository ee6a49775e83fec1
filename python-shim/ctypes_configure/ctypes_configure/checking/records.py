"""Holds the classes of structures and unions against C's, field by field."""

import ctypes
import re
from dataclasses import dataclass, field, replace

from ..reading import model
from . import compare, kinds, members, names, wording

# Fields that a program declares for their bytes only.
_FOR_BYTES = re.compile(r"_|.*(pad|reserved|unused|dummy|filler|opaque|private)", re.IGNORECASE)


@dataclass
class RecordCheck:
    """One class held against one C structure or union. `found` has what is wrong, as tuples: the class and
    the field (or `None`) that it is about, the name, and the message.

    A field of the wrong size moves all behind it, which is not reported again: `_shift` is how far, in bits,
    the field before was from C's place, and `_moves` says that it has another size than C's.
    """

    cls: type
    record: model.Record
    comparison: compare.Comparison
    path: str
    found: list = field(default_factory=list)
    _shift: int = 0
    _moves: bool = False
    _explained: bool = False

    def run(self):
        """Compares everything, and returns `found`."""
        own = members.declared(self.cls)
        if members.is_opaque(self.cls, self.record):
            return self.found
        self._fields = members.of_c(self.record)
        self._by_name = {each.name: each for each in self._fields}
        self._declared = {each.name for member in own if (each := self._named(member.name))}
        unmatched = []
        for member in own:
            match = self._named(member.name)
            if match is not None:
                self._compare(member, match)
            else:
                unmatched.append(member)
                if not member.name.startswith("_"):
                    self._compare_by_place(member)
        self._compare_whole(unmatched)
        return self.found

    def _named(self, name):
        return next((self._by_name[each] for each in names.of_field(name) if each in self._by_name), None)

    def _report(self, member, message):
        owner, name = (member.owner, member.name) if member else (self.cls, None)
        self.found.append((owner, name, f"{self.path}.{name}" if name else self.path, message))

    def _compare(self, member, match):
        self._compare_place(member, match)
        if member.bits is not None or match.bits is not None:
            self._compare_bits(member, match)
            return
        inner = model.bare(match.type)
        self._moves = member.size != (inner.size or 0)
        self._explained |= self._moves
        if kinds.is_record(member.type) and isinstance(inner, model.Record) and \
                not members.is_opaque(member.type, inner) and member.type not in self.comparison.records:
            self._look_into(member, inner)
            return
        difference = self.comparison.difference(member.type, match.type)
        if difference:
            self._report(member, f"is {difference}")

    def _compare_place(self, member, match):
        place, c_place = _bits_of(member)[0], _bits_of(match)[0]
        lacking = self._lacking_before(match)
        # Where a field of another size or alignment begins follows from that.
        is_other = match.bits is None and member.bits is None and member.size != (match.type.size or 0)
        if place - c_place != self._shift and not self._moves and (lacking or not is_other):
            unit = "bit" if member.bits is not None and match.bits is not None else "offset"
            scale = 1 if unit == "bit" else 8
            self._report(member, f"is at {unit} {place // scale}; C has it at {unit} {c_place // scale}"
                         + (f", behind {', '.join(lacking)}" if lacking else ""))
            self._declared.update(lacking)
            self._explained = True
        self._shift = place - c_place

    def _lacking_before(self, match):
        """Returns the names of the fields that C has right before this one, and the class has not."""
        before = self._fields[:self._fields.index(match)]
        lacking = []
        while before and before[-1].name not in self._declared:
            lacking.insert(0, before.pop().name)
        return lacking

    def _compare_bits(self, member, match):
        self._moves = member.bits != match.bits
        self._explained |= self._moves
        if member.bits is None:
            self._report(member, f"is no bit-field; C has it in {_count(match.bits)}")
        elif match.bits is None:
            self._report(member, f"is a bit-field of {_count(member.bits)}; "
                                 f"C has {wording.c_type(match.type)}")
        elif self._moves:
            self._report(member, f"has {_count(member.bits)}; C has {match.bits}")
        elif compare.sign_differs(member.type, match.type):
            self._report(member, f"is {kinds.spelled(member.type)} ({kinds.kind_of(member.type)}); C has "
                         + wording.c_type(match.type, model.bare(match.type).kind))

    def _compare_by_place(self, member):
        """Compares a field whose name C does not have: it may be C's by another name, or several of them."""
        start, end = (each - self._shift for each in _bits_of(member))
        there = [each for each in self._fields if _overlap((start, end), _bits_of(each))]
        # What a union has on another platform may stay in it, if there is room.
        if _FOR_BYTES.match(member.name) or end <= self.record.size * 8 and (
                not there or self.record.kind == "union"):
            return
        inside = self._as_anonymous(member, start // 8)
        if inside is not None:
            self.found += inside
            self._explained |= bool(inside)
            return
        if any(_bits_of(each) == (start, end) for each in there) if member.bits is not None else \
                self.comparison.fits_at(member.type, self.record, start // 8):
            return
        same = [each for each in there if _bits_of(each) == (start, end) and each.bits is None]
        if len(same) == 1 == len(there) and member.bits is None:
            difference = self.comparison.difference(member.type, same[0].type)
            self._report(member, f"is {difference.declared}; C has {same[0].name} there, {difference.c}")
            return
        what = kinds.spelled(member.type) if member.bits is None else _count(member.bits)
        rest = f"which has {_listed(there)} there" if there else \
            f"where {self.record.spelling} ends at offset {self.record.size}"
        self._report(member, f"is {what} at offset {member.offset}; C has no such field, {rest}")
        self._explained = True

    def _as_anonymous(self, member, offset):
        """Returns what is wrong with a field if it, by its own fields' names, is what C has no name for."""
        if not kinds.is_record(member.type) or member.bits is not None:
            return None
        own = {each.name for each in members.declared(member.type)}
        trials = []
        for each in self.record.fields:
            if each.name is not None or each.offset != offset:
                continue
            inner = model.bare(each.type)
            if own & {field.name for field in members.of_c(inner)}:
                comparison = replace(self.comparison, visited=set())
                trials.append(RecordCheck(member.type, inner, comparison, f"{self.path}.{member.name}").run())
        return min(trials, key=len, default=None)

    def _look_into(self, member, inner):
        # Each class is looked into once for each C structure.
        visited = self.comparison.visited
        if (member.type, inner) not in visited:
            visited.add((member.type, inner))
            self.found += RecordCheck(member.type, inner, self.comparison, f"{self.path}.{member.name}").run()

    def _compare_whole(self, unmatched):
        spans = [_bits_of(each) for each in unmatched]
        lacking = [each for each in self._fields
                   if each.name not in self._declared and _bits_of(each)[0] != _bits_of(each)[1]
                   and not any(_overlap(_bits_of(each), span) for span in spans)]
        size, is_union = ctypes.sizeof(self.cls), self.record.kind == "union"
        if size != self.record.size and not self._explained:
            outside = [each for each in lacking if not is_union or _bits_of(each)[1] > size * 8]
            words = f"has {size} bytes; C has {self.record.size}"
            self._report(None, f"{words}, with {_listed(outside)}" if outside else words)
            return
        # A program need not have all members of a union.
        for each in () if is_union else lacking:
            self._report(None, f"lacks {each.name}; C has {wording.c_type(each.type)} at {_place(each)}")


def _place(each):
    return f"offset {each.offset}" if each.bits is None else f"bit {each.bit}"


def _bits_of(each):
    """Returns where a field of either kind begins and ends, in bits."""
    if each.bits is not None:
        return each.bit, each.bit + each.bits
    size = each.type.size if isinstance(each, model.Field) else each.size
    return each.offset * 8, (each.offset + (size or 0)) * 8


def _listed(fields):
    """Names a few fields of C."""
    return ", ".join(f"{each.name} ({wording.c_type(each.type)}, {_place(each)})" for each in fields[:3])


def _overlap(one, other):
    return one[0] < other[1] and other[0] < one[1]


def _count(bits):
    return "1 bit" if bits == 1 else f"{bits} bits"
