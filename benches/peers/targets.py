"""What the measurements are held against."""

import re
from collections import namedtuple

from operations import GROUPS
from results import threads

# rows: by their kind, group and name. What they are held against is a peer, the floor, or another row
# (`ROW`) of ours. limit: of ours / against.
Target = namedtuple("Target", "kind group name against limit")
# The limit of a geometric mean over all rows of a kind.
Mean = namedtuple("Mean", "kind against limit")
ROW = "row: "
# Where there are several targets for one row and peer, the last counts.
TARGETS = [
    Target("^(call|data|type|import)$", "", "", "floor", 1.3),
    Target("^call$", "", "", "CPython 3.14", 1.0),
    Target("^call$", "^(call|pointer|many|struct by value)$", "", "stock", 0.2),
    Target("^call$", "^call$", r"\(", "floor", 1.0),
    Target("^call$", "^call$", r"\(", "CPython 3.11", 0.5),
    Target("^call$", "^(pointer|many|struct by value)$",
           r"^(memset|frexp|wcslen|getenv|6 ints|8 doubles|12 mixed|div|\d+ bytes in and out)",
           "CPython 3.11", 0.5),
    Target("^call$", "^callback$", r"^callback\(int\) -> int$", "CPython 3.11", 1.0),
    Target("^call$", "^callback$", "^qsort", "CPython 3.11", 1.5),
    Target("^data$", "", "", "CPython 3.11", 4.0),
    Target("^data$", "^(value|field|item|pointee)$",
           r"^(c_int|c_double)\.value|^(int|double|bit) field [gs]et$|^nested structure get$|"
           r"^(c_int|c_double) array item [gs]et$|^pointer(\[0\]|\.contents)", "floor", 1.1),
    Target("^data$", "^construct$", r"^(c_int\(3\)|P\(\)|byref\(x\))$", "floor", 1.2),
    Target("^data$", "^construct$", r"^P\(1, 2, 3\.0\)$", "floor", 1.0),
    Target("^data$", "^module function$",
           r"^(cast\(p, POINTER|string_at\(bytes|char buffer\.value$)", "CPython 3.11", 1.0),
    Target("^data$", "^bulk$",
           "^(slice of 100 [gs]et|array of 100|for loop over 100|list|sum)", "CPython 3.11", 0.6),
    Target("^data$", "^construct$", r"^pointer\(x\)$", ROW + "object()", 260 / 90),
    Target("^data$", "^pointee$", "^p.contents, (its target kept|target keeps too)$",
           ROW + "p.contents, nothing kept", 1.2),
    Target("^type$", "^structure type$", "", "CPython 3.14", 1.0),
    Target("^import$", "", "", "CPython 3.11", 1.2),
]
MEANS = [
    Mean("call", "CPython 3.11", 0.75),
    Mean("call", "CPython 3.14", 0.55),
    Mean("data", "CPython 3.11", 2.2),
    Mean("data", "CPython 3.14", 1.5),
]
# Calls per second of two threads over those of one; not less than this.
THREADS_TARGET = 1.8


class Verdict(namedtuple("Verdict", "row against sign limit value missed")):
    def __str__(self):
        target = f"{self.against.removeprefix(ROW)} {self.sign} {self.limit:.3g}"
        if not self.missed:
            return target
        if self.value is None:
            return f"{target}: missed, fails"
        # With as many digits as show that it is another number.
        shown = f"{self.value:.2f}"
        return f"{target}: missed, {f'{self.value:.3f}' if float(shown) == self.limit else shown}"


def of_row(row):
    """The targets of a row, by what it is held against."""
    kind = GROUPS.get(row["group"], "")
    texts = kind, row["group"], row["row"]
    return {target.against: target for target in TARGETS
            if all(map(re.search, target[:3], texts))}


def verdicts(results):
    """Those that can be given: a peer that is missing or fails is no measure."""
    for row in results.rows:
        name = row["row"]
        failed = results.failure("ours", name) is not None
        for against, target in of_row(row).items():
            other = against.removeprefix(ROW) if against.startswith(ROW) else None
            ratio = results.ratio("ours" if other else against, name, other=other)
            if failed or ratio is not None:
                missed = failed or ratio > target.limit
                yield Verdict(name, against, "≤", target.limit, ratio, missed)
        for report in threads(results, "ours", name):
            value = report["ratio"]
            yield Verdict(name, "one thread", "≥", THREADS_TARGET, value, value < THREADS_TARGET)
    for kind, against, limit in MEANS:
        mean = results.mean(against, results.kind(kind))
        if mean:
            yield Verdict(f"geometric mean of kind {kind}", against, "≤", limit, mean[0],
                          mean[0] > limit)
