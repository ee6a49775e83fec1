"""Targets of compilers, by the names that compilers give them: `x86_64-linux-gnu`."""

import sys


def system_of(target):
    """Returns `windows`, `darwin` or `elf`: how libraries are named on a target."""
    if any(word in target for word in ("mingw", "windows", "cygwin")):
        return "windows"
    return "darwin" if "darwin" in target or "apple" in target else "elf"


def system_here():
    """Returns the same for the running interpreter."""
    return {"win32": "windows", "cygwin": "windows", "darwin": "darwin"}.get(sys.platform, "elf")
