"""Has the C compiler judge ctypes classes: their sizes, alignments, and the offsets and sizes of their fields.

The compiler is handed static assertions, so nothing that `ctypes_configure` has read is trusted.
"""

import ctypes
import keyword
import re
import subprocess
import sys


def assertions(declared, spelled):
    """Returns the static assertions about a class that C spells `spelled`."""
    yield f"_Static_assert(sizeof({spelled}) == {ctypes.sizeof(declared)}, \"size of {spelled}\");"
    if sys.version_info >= (3, 13):
        # Earlier versions do not know `_align_`.
        yield (f"_Static_assert(__builtin_offsetof(struct {{ char c; {spelled} it; }}, it)"
               f" == {ctypes.alignment(declared)}, \"alignment of {spelled}\");")
    yield from _of_fields(declared, spelled, "", 0)


def _of_fields(declared, spelled, path, start):
    for name, kind, *bits in getattr(declared, "_fields_", ()):
        field = getattr(declared, name)
        offset = start + field.offset
        if name in getattr(declared, "_anonymous_", ()):
            yield from _of_fields(kind, spelled, path, offset)
        elif not name.startswith(("_pad_", "_bits_")) and not bits:
            own = path + (name[:-1] if name.endswith("_") and keyword.iskeyword(name[:-1]) else name)
            size = ctypes.sizeof(kind)
            yield f"_Static_assert(__builtin_offsetof({spelled}, {own}) == {offset}, \"offset of {spelled}.{own}\");"
            if size:
                yield f"_Static_assert(sizeof((({spelled} *)0)->{own}) == {size}, \"size of {spelled}.{own}\");"
            if issubclass(kind, (ctypes.Structure, ctypes.Union)):
                yield from _of_fields(kind, spelled, own + ".", offset)


def spellings(module):
    """Yields each class of a written module that the header has a name for, and that name."""
    for name in module.__all__:
        each = getattr(module, name)
        if isinstance(each, type) and issubclass(each, (ctypes.Structure, ctypes.Union)) and \
                getattr(each, "_fields_", None):
            tag = next((tag for tag in ("struct", "union") if name == f"{tag}_{name.partition('_')[2]}"), None)
            yield each, f"{tag} {name.partition('_')[2]}" if tag else name


def failures(text, classes, command=("cc",), flags=()):
    """Returns the number of assertions about `classes` (pairs of class and spelling), and the failures."""
    lines = [line for declared, spelled in classes for line in assertions(declared, spelled)]
    # Names of fields may be macros too, as `si_pid` is.
    words = {word for line in lines for word in re.findall(r"(?<=[.,>])\s*(\w+)", line.partition(") == ")[0])} - {"defined"}
    program = "\n".join([text, *(f"#undef {word}" for word in sorted(words)), *lines]) + "\n"
    done = subprocess.run([*command, *flags, "-w", "-fsyntax-only", "-x", "c", "-"], input=program, text=True,
                          capture_output=True)
    return len(lines), [line for line in done.stderr.splitlines() if "error" in line]
