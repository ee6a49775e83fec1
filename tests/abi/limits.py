"""What is known not to agree, each with its reason. Everything else that a check finds is a fault.

A layout that is listed here leaves nothing to compare for what contains it, in that compiler's library.
"""

import re
from typing import NamedTuple

from batch import innermost


class Limit(NamedTuple):
    outcome: str
    kind: str
    # None: each.
    compiler: object
    # Of the message, from its start.
    pattern: str
    # Of the batch and the aggregate or signature.
    applies: object
    reason: str


def is_microsoft_union(batch, name):
    aggregate = batch.aggregate(name)
    return aggregate.union and aggregate.layout == "ms" and any(field.bits for field in aggregate.fields)


LIMITS = [
    Limit("differs", "layout", "clang", "alignment|sizeof", is_microsoft_union,
          "clang 14 aligns a union with ms_struct to no bit field's type; gcc and ctypes._layout do"),
]


def limit_of(finding, batch):
    """The limit that explains a finding."""
    for limit in LIMITS:
        if (limit.outcome == finding.outcome and limit.kind == finding.kind
                and limit.compiler in (None, finding.compiler)
                and re.match(limit.pattern, finding.message) and limit.applies(batch, finding.of)):
            return limit
    return None


def containing(batch, names):
    """These aggregates and all that contain one."""
    found = set(names)
    for aggregate in batch.aggregates:
        if found.intersection(map(innermost, aggregate.types())):
            found.add(aggregate.name)
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
    for compiler, names in wrong.items():
        names = containing(batch, names)
        explained = {aggregate.name for aggregate in batch.aggregates if aggregate.name in names}
        explained.update(signature.name for signature in batch.signatures
                         if names.intersection(map(innermost, signature.types())))
        roots = wrong[compiler]
        faults = [finding for finding in faults if finding.compiler != compiler
                  or finding.of not in explained or finding.of in roots]
    return faults, used
