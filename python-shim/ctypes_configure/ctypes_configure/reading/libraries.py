"""Finds the shared libraries that a program's functions are in, as the target's loader will."""

import ctypes.util
import os
import re
from dataclasses import dataclass

from ..errors import LibraryNotFound
from .objects.elf import ElfLibrary, ElfObject
from .targets import system_of

# What C's own libraries are called where the loader knows them by another name.
_OF_C = {"windows": {"c": "msvcrt.dll", "m": "msvcrt.dll"},
         "darwin": {"c": "libSystem.dylib", "m": "libSystem.dylib"}}
_PATTERNS = {"windows": "{}.dll", "darwin": "lib{}.dylib", "elf": "lib{}.so"}
_FILE_IN_SCRIPT = re.compile(r"(?<=[\s(])/?[\w./+-]+\.so[\w.]*")


@dataclass(frozen=True)
class Library:
    """A shared library: the name by which it is loaded, and what is in its file if that can be read."""

    loaded_as: str | None
    content: ElfLibrary | None = None

    def exports(self, name):
        """Whether the library has a symbol; `None` if its file cannot be read."""
        return None if self.content is None else self.content.exports(name)


def find(name, compiler, directories=()):
    """Returns the `Library` that `-lNAME` means, or that has this path.

    Raises `LibraryNotFound`. For Windows and macOS the name is taken on trust.
    """
    system = system_of(compiler.target)
    if system != "elf":
        return Library(_OF_C[system].get(name) or (name if "." in name else _PATTERNS[system].format(name)))
    if "/" in name or ".so" in name:
        files = [name] if os.path.exists(name) else []
    else:
        plain = _PATTERNS[system].format(name)
        files = [os.path.join(directory, plain) for directory in directories]
        files = [file for file in [*files, compiler.file_named(plain)] if file and os.path.exists(file)]
    for file in files:
        library = _read(file, compiler)
        if library is not None:
            return library
    loaded_as = ctypes.util.find_library(name)
    if loaded_as is None:
        raise LibraryNotFound(f"no library {name!r}: neither {compiler.words[0]} nor the system finds "
                              + (name if "/" in name else _PATTERNS[system].format(name)))
    return Library(loaded_as)


def _read(file, compiler):
    """Returns the library in a file, which may be a linker script that names it."""
    with open(file, "rb") as opened:
        start = opened.read(4096)
        if ElfObject.recognises(start):
            content = ElfLibrary(start + opened.read())
            return Library(content.soname or os.path.abspath(file), content)
    for named in _FILE_IN_SCRIPT.findall(start.decode(errors="replace")):
        found = named if os.path.exists(named) else compiler.file_named(os.path.basename(named))
        if found and os.path.realpath(found) != os.path.realpath(file) and os.path.exists(found):
            return _read(found, compiler)
    return None
