"""Reads what gcc and clang print."""

import re
from collections import namedtuple

_LINE = re.compile(r"(?P<file>.+?):(?P<line>\d+):(?:\d+:)? "
                   r"(?P<kind>fatal error|error|warning|note): (?P<text>.*)")
_HOLDER = re.compile(r"(?:In file included from|\s+from) ")


class Diagnostic(namedtuple("Diagnostic", "file line kind text")):
    """One line of a compiler: the file and line it is about, its kind (`error`, `note`, ...) and its text."""

    @property
    def is_error(self):
        return self.kind in ("error", "fatal error")


def parse(output):
    """Returns the diagnostics in `output`, in order."""
    found = (_LINE.fullmatch(line) for line in output.splitlines() if not _HOLDER.match(line))
    return [Diagnostic(m["file"], int(m["line"]), m["kind"], m["text"]) for m in found if m]


def first_line(output):
    """Returns the line of `output` to show: the first error, or whatever was printed first."""
    lines = [line for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line]
    return (errors or lines or ["(the compiler printed nothing)"])[0].strip()
