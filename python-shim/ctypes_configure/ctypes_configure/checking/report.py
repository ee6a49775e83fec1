"""Findings, and how they are printed: as a compiler prints its errors."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from . import places


@dataclass(frozen=True)
class Finding:
    """One mistake: the file, the line (`None` if it is not known), the name, and what is wrong with it."""

    file: str
    line: int | None
    name: str
    message: str

    def __str__(self):
        place = places.shown(self.file) + (f":{self.line}" if self.line else "")
        return f"{place}: error: {self.name} {self.message}"


_COUNTED = ("structures", "types", "functions", "constants")


@dataclass
class Report:
    """What a check has found, and how much it has compared with C."""

    findings: list = field(default_factory=list)
    checked: dict = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))

    def add(self, place, name, message):
        """Adds a finding at a file and line."""
        self.findings.append(Finding(*place, name, message))

    def in_order(self, only=(), ignore=()):
        """Returns the findings by file and line, each once: those whose names match a pattern of `only`, if
        there is any, and none of `ignore`. A structure's name stands for its fields too."""
        wanted = [each for each in dict.fromkeys(self.findings)
                  if (not only or _matches(each.name, only)) and not _matches(each.name, ignore)]
        return sorted(wanted, key=lambda each: (each.file, each.line or 0))

    def summary(self):
        """Returns one line of what has been compared."""
        counts = ", ".join(f"{count} {what}" for what, count in self.checked.items())
        return f"checked: {counts}"


def _matches(name, patterns):
    return any(fnmatchcase(each, pattern) for each in (name, name.partition(".")[0]) for pattern in patterns)
