"""Mach-O object files, which compilers for macOS write.

Apple, "mach-o/loader.h", "mach-o/nlist.h" and "mach-o/reloc.h": 64-bit little-endian files only, as every
Mac since 2019 needs.
"""

import struct
from typing import NamedTuple

from . import sections

_MAGIC = 0xFEEDFACF
_HEADER = struct.Struct("<IIIIIIII")
_COMMAND = struct.Struct("<II")
_SEGMENT = struct.Struct("<II16sQQQQIIII")
_SECTION = struct.Struct("<16s16sQQIIIIIIII")
_SYMBOL_TABLE = struct.Struct("<IIIIII")
_SYMBOL = struct.Struct("<IBBHQ")
_RELOCATION = struct.Struct("<II")
_LC_SEGMENT_64, _LC_SYMTAB = 0x19, 0x2
_ZERO_FILLED = (0x1, 0xC)  # S_ZEROFILL, S_GB_ZEROFILL
_BY_SYMBOL = 1 << 27  # r_extern
_EXTERNAL = 0x1  # N_EXT
_MACHINES = {0x01000007: "x64", 0x0100000C: "AArch64"}


class _Section(NamedTuple):
    name: str
    address: int
    data: bytes | None
    relocations: dict


class MachObject:
    """An object file for macOS."""

    little_endian = True

    @staticmethod
    def recognises(data):
        return int.from_bytes(data[:4], "little") == _MAGIC

    def __init__(self, data):
        self._data = data
        _, machine, _, _, count, *_ = _HEADER.unpack_from(data)
        self._sections, self._symbols, self._numbered, self._addresses = [], {}, [], []
        at = _HEADER.size
        for _ in range(count):
            command, length = _COMMAND.unpack_from(data, at)
            if command == _LC_SEGMENT_64:
                self._read_segment(at)
            elif command == _LC_SYMTAB:
                self._read_symbols(at)
            at += length
        # A section's name has sixteen bytes: `__debug_str_offs` is `debug_str_offsets`.
        names = {each.name.removeprefix("__"): each.data for each in self._sections}
        if "debug_str_offs" in names:
            names["debug_str_offsets"] = names["debug_str_offs"]
        self.dwarf = sections.dwarf(names, 8, _MACHINES[machine])

    def variable(self, name, size):
        """Returns the `size` bytes of a variable, or `None` if the linker has yet to put an address there."""
        number, address = self._symbols["_" + name]
        section = self._sections[number - 1]
        start = address - section.address
        if any(start <= place < start + size for place in section.relocations):
            return None
        return bytes(size) if section.data is None else section.data[start:start + size]

    def symbol_in(self, name, size):
        """Returns the symbol whose address the linker puts into a variable, or `None`."""
        number, address = self._symbols["_" + name]
        section = self._sections[number - 1]
        symbol = section.relocations.get(address - section.address)
        return None if symbol is None else self._numbered[symbol]

    def string_at(self, name, size):
        """Returns the string, without the NUL, whose address the linker puts into a variable, or `None`."""
        number, address = self._symbols["_" + name]
        section = self._sections[number - 1]
        start = address - section.address
        if start not in section.relocations:
            return None
        target = int.from_bytes(section.data[start:start + size], "little")
        symbol = section.relocations[start]
        if symbol is not None:
            # Then the bytes have the distance from the symbol.
            target += self._addresses[symbol]
        holder = next((each for each in self._sections
                       if each.data is not None and each.address <= target < each.address + len(each.data)), None)
        return None if holder is None else sections.string(holder.data, target - holder.address)

    def _read_segment(self, at):
        count = _SEGMENT.unpack_from(self._data, at)[9]
        for place in range(count):
            (name, _, address, size, start, _, relocations, relocation_count, flags,
             *_) = _SECTION.unpack_from(self._data, at + _SEGMENT.size + place * _SECTION.size)
            data = None if flags & 0xFF in _ZERO_FILLED else self._data[start:start + size]
            entries = (_RELOCATION.unpack_from(self._data, relocations + each * _RELOCATION.size)
                       for each in range(relocation_count))
            self._sections.append(_Section(name.rstrip(b"\0").decode(), address, data,
                                           {place: symbol & 0xFFFFFF if symbol & _BY_SYMBOL else None
                                            for place, symbol in entries}))

    def _read_symbols(self, at):
        _, _, symbols, count, strings, _ = _SYMBOL_TABLE.unpack_from(self._data, at)
        for place in range(count):
            name, kind, section, _, value = _SYMBOL.unpack_from(self._data, symbols + place * _SYMBOL.size)
            start = strings + name
            text = self._data[start:self._data.index(b"\0", start)].decode()
            self._numbered.append(text.removeprefix("_") if kind & _EXTERNAL else None)
            self._addresses.append(value)
            self._symbols[text] = (section, value)
