"""Object files as the compiler leaves them: the bytes of a variable, and the debug information.

One format a file: ELF (Linux, BSD), COFF (Windows), Mach-O (macOS). Each has a class that says by `recognises`
whether a file is its own, and has `variable(name, size)`, `symbol_in(name, size)`, `string_at(name, size)`,
`dwarf` and `little_endian`.
"""

from ...errors import Unsupported
from . import coff, elf, macho

FORMATS = (elf.ElfObject, coff.CoffObject, macho.MachObject)


def read(data):
    """Returns the object file in `data` (bytes). Raises `Unsupported` for a format that is none of ours."""
    for kind in FORMATS:
        if kind.recognises(data):
            return kind(data)
    raise Unsupported(f"an object file that begins with {data[:4].hex(' ')} is neither ELF, COFF nor Mach-O")
