"""What is known not to agree, each with its reason. Everything else that a check finds is a fault.

A layout that is listed here leaves nothing to compare for what contains it, in that compiler's library.
"""

import re
from typing import NamedTuple

from batch import innermost
from platforms import PLATFORMS


class Limit(NamedTuple):
    outcomes: tuple
    kinds: tuple
    compilers: tuple
    # Of the message, from its start.
    pattern: str
    # Of the batch and the aggregate or signature.
    applies: object
    reason: str


def is_microsoft_union(batch, name):
    aggregate = batch.aggregate(name)
    layout = aggregate.layout or PLATFORMS[batch.platform].layout
    return aggregate.union and layout == "ms" and any(field.bits for field in aggregate.fields)


def is_packed_microsoft_union(batch, name):
    return is_microsoft_union(batch, name) and batch.aggregate(name).pack


def takes_aligned_by_ellipsis(batch, name):
    """Whether an aggregate that is aligned to 16 bytes matches the `...`."""
    signature = next(found for found in batch.signatures if found.name == name)
    aligned = {aggregate.name for aggregate in batch.aggregates if aggregate.align == 16}
    aligned |= containing(batch, aligned)
    return signature.fixed is not None and aligned.intersection(signature.parameters[signature.fixed:])


def passes_packed_bit_fields_inside(batch, name):
    """Whether a packed aggregate is passed or returned, inside which there is one with bit fields."""
    has_bits = {aggregate.name for aggregate in batch.aggregates if any(field.bits for field in aggregate.fields)}
    inside = has_bits | containing(batch, has_bits)
    packed = {aggregate.name for aggregate in batch.aggregates
              if aggregate.pack and inside.intersection(map(innermost, aggregate.types()))}
    return name in containing(batch, packed)


LIMITS = [
    Limit(("differs",), ("layout",), ("clang",), "alignment|sizeof", is_microsoft_union,
          "clang 14 aligns a union with ms_struct to no bit field's type; gcc and ctypes._layout do"),
    Limit(("differs",), ("layout",), ("gcc", "x86_64-w64-mingw32-gcc"), "sizeof", is_packed_microsoft_union,
          "gcc makes a packed union with ms_struct as large as the bits of its bit fields; clang and "
          "ctypes._layout as their types"),
    Limit(("dies",), ("call",), ("gcc",), "status -11", takes_aligned_by_ellipsis,
          "gcc 12's va_arg reads an aggregate that is aligned to 16 bytes from where registers were saved, "
          "which is aligned to eight, by an instruction that wants 16"),
    Limit(("differs", "dies"), ("call", "back"), ("clang",), "", passes_packed_bit_fields_inside,
          "clang has an aggregate of bit fields that is not aligned inside a packed one in memory; gcc, which "
          "ours follows, in registers, as both have such bit fields of the packed one itself"),
]


def limit_of(finding, batch):
    """The limit that explains a finding."""
    for limit in LIMITS:
        if (finding.outcome in limit.outcomes and finding.kind in limit.kinds
                and finding.compiler in limit.compilers
                and re.match(limit.pattern, finding.message) and limit.applies(batch, finding.of)):
            return limit
    return None


def containing(batch, names):
    """What contains one of these aggregates: other aggregates, signatures."""
    inside, found = set(names), set()
    for one in [*batch.aggregates, *batch.signatures]:
        if inside.intersection(map(innermost, one.types())):
            found.add(one.name)
            inside.add(one.name)
    return found


def explain(findings, batch):
    """The findings that nothing explains, and how often each limit explains one."""
    faults, used, wrong = [], {}, {}
    for finding in findings:
        limit = limit_of(finding, batch)
        if finding.kind in ("layout", "bit_fields"):
            wrong.setdefault(finding.compiler, set()).add(finding.of)
        if limit:
            used[limit.reason] = used.get(limit.reason, 0) + 1
        else:
            faults.append(finding)
    # Nothing can be said of what contains an aggregate that is laid out otherwise.
    contains = {compiler: containing(batch, names) for compiler, names in wrong.items()}
    return [fault for fault in faults if fault.of not in contains.get(fault.compiler, ())], used
