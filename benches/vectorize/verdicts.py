"""What the measurements are held against."""

import operator
import re
from collections import namedtuple

from peers import ALL, BEYOND, C_LOOP, CALLS, CALLS_3_14, OURS, REALS, THREADS
from rows import SIZES

FEW, *_, MANY = SIZES
SIGNS = {"≤": operator.le, "≥": operator.ge}

# For the rows whose name matches: the time of a peer over that of another, or in nanoseconds if there is none.
Target = namedtuple("Target", "rows peer against items sign limit")
TARGETS = [
    Target(REALS, OURS, C_LOOP, MANY, "≤", 2.5),
    Target(ALL, CALLS, OURS, MANY, "≥", 25),
    Target(ALL, CALLS_3_14, OURS, MANY, "≥", 25),
    Target(REALS, BEYOND, None, FEW, "≤", 150),
    Target(REALS, OURS, THREADS, MANY, "≥", 1.8),
]
# What these do not run is missed; another peer that is missing or fails is no measure.
JUDGED = [OURS, THREADS, BEYOND]


class Verdict(namedtuple("Verdict", "target row value error")):
    @property
    def missed(self):
        sign, limit = SIGNS[self.target.sign], self.target.limit
        return self.error is not None or self.value is not None and not sign(self.value, limit)

    def __str__(self):
        _, peer, against, items, sign, limit = self.target
        found = self.error or ("not measured" if self.value is None else f"{self.value:.2f}")
        compared = f"{peer} / {against}" if against else f"{peer}, ns"
        return f"{self.row}, {items:,} items: {compared} {sign} {limit:g}: {'MISSED, ' * self.missed}{found}"


def verdicts(measured):
    for target in TARGETS:
        for row in measured.rows:
            if re.search(target.rows, row):
                if target.against:
                    value = measured.ratio(target.peer, target.against, row, target.items)
                else:
                    spread = measured.spread(target.peer, row, target.items)
                    value = spread and spread.median
                errors = [measured.failure(peer, row, target.items)
                          for peer in (target.peer, target.against) if peer in JUDGED]
                yield Verdict(target, row, value, next(filter(None, errors), None))
