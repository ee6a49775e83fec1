"""COFF object files, which compilers for Windows write.

Microsoft, "PE Format": the file header, section headers, COFF symbol table and string table.
"""

import struct
from typing import NamedTuple

from . import sections

_FILE = struct.Struct("<HHIIIHH")
_SECTION = struct.Struct("<8sIIIIIIHHI")
_SYMBOL = struct.Struct("<8sIhHBB")
_RELOCATION = struct.Struct("<IIH")
_UNINITIALISED = 0x80  # IMAGE_SCN_CNT_UNINITIALIZED_DATA
_STATIC = 3  # IMAGE_SYM_CLASS_STATIC
_MACHINES = {0x8664: ("x64", 8), 0x14C: ("x86", 4), 0xAA64: ("AArch64", 8)}


class _Section(NamedTuple):
    name: str
    data: bytes | None
    relocations: dict


class CoffObject:
    """An object file for Windows."""

    little_endian = True

    @staticmethod
    def recognises(data):
        return int.from_bytes(data[:2], "little") in _MACHINES

    def __init__(self, data):
        machine, count, _, symbols, symbol_count, optional, _ = _FILE.unpack_from(data)
        self._data = data
        self._strings = symbols + symbol_count * _SYMBOL.size
        self._sections = [self._section(_FILE.size + optional + place * _SECTION.size)
                          for place in range(count)]
        self._numbered = dict(self._read_symbols(symbols, symbol_count))
        self._symbols = {name: place for name, place, _ in self._numbered.values()}
        # C's names have an underscore in front on 32-bit Windows.
        self._prefix = "_" if machine == 0x14C else ""
        name, address_size = _MACHINES[machine]
        self.dwarf = sections.dwarf({each.name.removeprefix("."): each.data for each in self._sections},
                                    address_size, name)

    def variable(self, name, size):
        """Returns the `size` bytes of a variable, or `None` if the linker has yet to put an address there."""
        number, start = self._symbols[self._prefix + name]
        section = self._sections[number - 1]
        if any(start <= place < start + size for place in section.relocations):
            return None
        return bytes(size) if section.data is None else section.data[start:start + size]

    def symbol_in(self, name, size):
        """Returns the symbol whose address the linker puts into a variable, or `None`."""
        number, start = self._symbols[self._prefix + name]
        symbol = self._sections[number - 1].relocations.get(start)
        name, _, kind = self._numbered.get(symbol, (None, None, _STATIC))
        return None if kind == _STATIC else name.removeprefix(self._prefix)

    def string_at(self, name, size):
        """Returns the string, without the NUL, whose address the linker puts into a variable, or `None`."""
        number, start = self._symbols[self._prefix + name]
        section = self._sections[number - 1]
        symbol = section.relocations.get(start)
        if symbol is None:
            return None
        _, (number, value), _ = self._numbered[symbol]
        if number <= 0:
            return None
        addend = int.from_bytes(section.data[start:start + size], "little")
        return sections.string(self._sections[number - 1].data, value + addend)

    def _section(self, at):
        name, _, _, size, start, relocations, _, count, _, flags = _SECTION.unpack_from(self._data, at)
        name = name.rstrip(b"\0").decode()
        if name.startswith("/"):
            name = self._string(int(name[1:]))
        data = None if flags & _UNINITIALISED else self._data[start:start + size]
        entries = (_RELOCATION.unpack_from(self._data, relocations + each * _RELOCATION.size)
                   for each in range(count))
        return _Section(name, data, {place: symbol for place, symbol, _ in entries})

    def _read_symbols(self, start, count):
        place = 0
        while place < count:
            name, value, section, _, kind, auxiliary = _SYMBOL.unpack_from(
                self._data, start + place * _SYMBOL.size)
            zero, offset = struct.unpack("<II", name)
            text = name.rstrip(b"\0").decode() if zero else self._string(offset)
            yield place, (text, (section, value), kind)
            place += 1 + auxiliary

    def _string(self, offset):
        start = self._strings + offset
        return self._data[start:self._data.index(b"\0", start)].decode()
