"""What is done with the bytes of sections: debug information is handed to pyelftools, strings are read.

Debug sections of an object file refer to each other by offset. In COFF and Mach-O the offsets already
stand in the bytes, so nothing has to be relocated to read them.
"""

import io

from elftools.dwarf.dwarfinfo import DebugSectionDescriptor, DwarfConfig, DWARFInfo

# The sections that DWARFInfo takes, in the order in which it takes them.
_NAMES = ("debug_info", "debug_aranges", "debug_abbrev", "debug_frame", "eh_frame", "debug_str",
          "debug_loc", "debug_ranges", "debug_line", "debug_pubtypes", "debug_pubnames", "debug_addr",
          "debug_str_offsets", "debug_line_str", "debug_loclists", "debug_rnglists", "debug_sup",
          "gnu_debugaltlink", "debug_types")


def dwarf(sections, address_size, machine):
    """Returns the debug information in `sections` (their bytes by their names in ELF, without the dot)."""
    config = DwarfConfig(little_endian=True, machine_arch=machine, default_address_size=address_size)
    return DWARFInfo(config, *(_described(name, sections.get(name)) for name in _NAMES))


def _described(name, data):
    if data is None:
        return None
    return DebugSectionDescriptor(stream=io.BytesIO(data), name="." + name, global_offset=0,
                                  size=len(data), address=0)


def string(data, start):
    """Returns the bytes of a section from `start` to the next NUL, or `None` if there is none."""
    end = -1 if data is None else data.find(b"\0", start)
    return None if end < 0 else data[start:end]
