"""ELF object files and shared libraries, by pyelftools."""

import io

from elftools.common.exceptions import ELFRelocationError
from elftools.elf.elffile import ELFFile

from ...errors import Unsupported
from .sections import string


class ElfObject:
    """An object file that the compiler has made, not yet linked."""

    def __init__(self, data):
        self._file = ELFFile(io.BytesIO(data))
        self.little_endian = self._file.little_endian
        try:
            self.dwarf = self._file.get_dwarf_info()
        except ELFRelocationError as error:
            machine = self._file.get_machine_arch()
            raise Unsupported(f"pyelftools does not read object files for {machine}: {error}") from error
        self._table = self._file.get_section_by_name(".symtab")
        self._relocated = {}
        self._symbols = {symbol.name: symbol for symbol in self._table.iter_symbols()}

    @staticmethod
    def recognises(data):
        return data[:4] == b"\x7fELF"

    def variable(self, name, size):
        """Returns the `size` bytes of a variable, or `None` if the linker has yet to put an address there."""
        symbol = self._symbols[name]
        section = self._file.get_section(symbol["st_shndx"])
        start = symbol["st_value"]
        if self._relocations(section.name, start, size):
            return None
        if section["sh_type"] == "SHT_NOBITS":
            return bytes(size)
        return section.data()[start:start + size]

    def symbol_in(self, name, size):
        """Returns the symbol whose address the linker puts into a variable, or `None`."""
        symbol = self._symbols[name]
        section = self._file.get_section(symbol["st_shndx"])
        entries = self._relocations(section.name, symbol["st_value"], size)
        held = self._table.get_symbol(entries[0]["r_info_sym"]) if entries else None
        return None if held is None or held["st_info"]["bind"] == "STB_LOCAL" else held.name

    def string_at(self, name, size):
        """Returns the string, without the NUL, whose address the linker puts into a variable, or `None`."""
        symbol = self._symbols[name]
        section = self._file.get_section(symbol["st_shndx"])
        entries = self._relocations(section.name, symbol["st_value"], size)
        held = self._table.get_symbol(entries[0]["r_info_sym"]) if entries else None
        if held is None or not isinstance(held["st_shndx"], int):
            return None
        addend = entries[0].entry.get("r_addend")
        if addend is None:
            start = symbol["st_value"]
            addend = int.from_bytes(section.data()[start:start + size], "little" if self.little_endian else "big")
        return string(self._file.get_section(held["st_shndx"]).data(), held["st_value"] + addend)

    def _relocations(self, section, start, size):
        """Returns what tells whose addresses go into a part of a section."""
        if section not in self._relocated:
            tables = (self._file.get_section_by_name(kind + section) for kind in (".rela", ".rel"))
            self._relocated[section] = {entry["r_offset"]: entry for table in tables
                                        if table is not None for entry in table.iter_relocations()}
        places = self._relocated[section]
        return [places[place] for place in range(start, start + size) if place in places]


class ElfLibrary:
    """A shared library: `soname` is the name by which the loader finds it."""

    def __init__(self, data):
        self._file = ELFFile(io.BytesIO(data))
        dynamic = self._file.get_section_by_name(".dynamic")
        names = [tag.soname for tag in dynamic.iter_tags("DT_SONAME")] if dynamic else []
        self.soname = names[0] if names else None
        hashes = (self._file.get_section_by_name(each) for each in (".gnu.hash", ".hash"))
        self._hashes = next((each for each in hashes if each is not None), None)

    def exports(self, name):
        """Whether the library has the symbol, in its default version."""
        symbol = self._hashes.get_symbol(name) if self._hashes is not None else None
        return symbol is not None and symbol["st_shndx"] != "SHN_UNDEF"
