"""Reads C types from debug information: DWARF 4 and 5, as gcc and clang write it.

The DWARF standard, version 5: chapter 5 has the entries of types, section 7.8 the encodings of numbers.
"""

import os
from functools import cached_property

from ..errors import Unsupported
from . import model

# DW_ATE_*: what kind of number it is.
_KINDS = {0x02: "bool", 0x03: "complex", 0x04: "float", 0x05: "signed", 0x06: "signed", 0x07: "unsigned",
          0x08: "unsigned", 0x10: "unsigned", 0x0D: "signed", 0x0E: "unsigned"}
# Says nothing that ctypes could: what it is of is the type.
_TRANSPARENT = {"DW_TAG_volatile_type", "DW_TAG_restrict_type", "DW_TAG_atomic_type",
                "DW_TAG_immutable_type", "DW_TAG_packed_type"}
_POINTERS = {"DW_TAG_pointer_type", "DW_TAG_reference_type"}


class Reader:
    """The types of one object file, which has one compilation unit."""

    def __init__(self, dwarf):
        units = (unit for unit in dwarf.iter_CUs() if unit.get_top_DIE().tag == "DW_TAG_compile_unit")
        self._unit = next(units, None)
        if self._unit is None:
            raise Unsupported("an object file without debug information in DWARF")
        self._dwarf, self._known = dwarf, {}

    @cached_property
    def _children(self):
        return list(self._unit.get_top_DIE().iter_children())

    @cached_property
    def _files(self):
        return _file_names(self._dwarf, self._unit)

    def variables(self):
        """Returns the type of each variable of the unit, by its name."""
        return {_text(die, "DW_AT_name"): self._type_of(die)
                for die in self._children
                if die.tag == "DW_TAG_variable" and "DW_AT_name" in die.attributes}

    def typedefs(self):
        """Returns every typedef of the unit, in order."""
        return [self._type(die) for die in self._children if die.tag == "DW_TAG_typedef"]

    def tagged(self):
        """Returns every structure, union and enum of the unit that has a tag, in order."""
        return [self._type(die) for die in self._children
                if die.tag in ("DW_TAG_structure_type", "DW_TAG_union_type", "DW_TAG_enumeration_type")
                and "DW_AT_name" in die.attributes]

    def enums(self):
        """Returns every enum of the unit, with or without a tag, in order."""
        return [self._type(die) for die in self._children if die.tag == "DW_TAG_enumeration_type"]

    def _type_of(self, die):
        if "DW_AT_type" not in die.attributes:
            return model.Void()
        return self._type(die.get_DIE_from_attribute("DW_AT_type"))

    def _type(self, die):
        known = self._known.get(die.offset)
        if known is None:
            known = self._known[die.offset] = self._read(die)
        return known

    def _read(self, die):
        if die.tag in _TRANSPARENT:
            return self._type_of(die)
        return _READERS[die.tag](self, die)

    def _read_base(self, die):
        kind = _KINDS.get(die.attributes["DW_AT_encoding"].value, "other")
        return model.Scalar(_text(die, "DW_AT_name"), kind, die.attributes["DW_AT_byte_size"].value)

    def _read_pointer(self, die):
        size = die.attributes["DW_AT_byte_size"].value if "DW_AT_byte_size" in die.attributes \
            else self._unit["address_size"]
        # The target may lead back here.
        pointer = self._known[die.offset] = model.Pointer(model.Void(), size)
        pointer.target = self._type_of(die)
        return pointer

    def _read_const(self, die):
        return model.Const(self._type_of(die))

    def _read_typedef(self, die):
        typedef = model.Typedef(_text(die, "DW_AT_name"), model.Void(), self._place(die))
        self._known[die.offset] = typedef
        typedef.of = self._type_of(die)
        return typedef

    def _read_array(self, die):
        item = self._type_of(die)
        if "DW_AT_GNU_vector" in die.attributes:
            whole = model.Array(item, _count(next(iter(die.iter_children()))))
            return model.Scalar(f"a vector of {model.spelling(item)}", "other", whole.size)
        counts = [_count(child) for child in die.iter_children() if child.tag == "DW_TAG_subrange_type"]
        for count in reversed(counts):
            item = model.Array(item, count)
        return item

    def _read_function(self, die):
        function = model.Function(model.Void(), [], False, "DW_AT_prototyped" in die.attributes)
        self._known[die.offset] = function
        function.result = self._type_of(die)
        for child in die.iter_children():
            if child.tag == "DW_TAG_unspecified_parameters":
                function.variadic = True
            elif child.tag == "DW_TAG_formal_parameter":
                function.parameters.append(self._type_of(child))
        # `int f()` shows as a variadic function without parameters (gcc), or without a prototype (clang).
        function.prototyped = bool(function.parameters) or not function.variadic and function.prototyped
        function.variadic = function.variadic and function.prototyped
        return function

    def _read_record(self, die):
        kind = "union" if die.tag == "DW_TAG_union_type" else "struct"
        record = model.Record(kind, _text(die, "DW_AT_name"), self._place(die))
        self._known[die.offset] = record
        if "DW_AT_declaration" in die.attributes:
            return record
        record.complete = True
        record.size = die.attributes["DW_AT_byte_size"].value
        record.align = _number(die, "DW_AT_alignment")
        record.fields = [self._field(child) for child in die.iter_children()
                         if child.tag == "DW_TAG_member"]
        return record

    def _field(self, die):
        kind, offset = self._type_of(die), _number(die, "DW_AT_data_member_location") or 0
        field = model.Field(_text(die, "DW_AT_name"), kind, offset)
        field.bits = _number(die, "DW_AT_bit_size")
        if field.bits is None:
            return field
        if "DW_AT_data_bit_offset" in die.attributes:
            field.bit = die.attributes["DW_AT_data_bit_offset"].value
        else:
            # DWARF 3's way, which both compilers still take: counted from the highest bit of the unit. In
            # packed structures it is negative, and clang writes that without a sign.
            unit = _number(die, "DW_AT_byte_size") or kind.size
            above = die.attributes["DW_AT_bit_offset"].value
            above -= above >> 63 << 64 if above > 0 else 0
            field.bit = offset * 8 + unit * 8 - above - field.bits
        field.offset = field.bit // 8
        return field

    def _read_enum(self, die):
        members = {_text(child, "DW_AT_name"): child.attributes["DW_AT_const_value"].value
                   for child in die.iter_children() if child.tag == "DW_TAG_enumerator"}
        complete = "DW_AT_declaration" not in die.attributes
        signed = any(value < 0 for value in members.values())
        if "DW_AT_type" in die.attributes:
            signed = model.bare(self._type_of(die)).kind != "unsigned"
        return model.Enum(_text(die, "DW_AT_name"), self._place(die), complete,
                          _number(die, "DW_AT_byte_size"), signed, members)

    def _place(self, die):
        return self._files.get(_number(die, "DW_AT_decl_file")), _number(die, "DW_AT_decl_line")


def _read_unspecified(reader, die):
    return model.Void()


_READERS = {
    "DW_TAG_base_type": Reader._read_base,
    "DW_TAG_const_type": Reader._read_const,
    "DW_TAG_typedef": Reader._read_typedef,
    "DW_TAG_array_type": Reader._read_array,
    "DW_TAG_subroutine_type": Reader._read_function,
    "DW_TAG_structure_type": Reader._read_record,
    "DW_TAG_union_type": Reader._read_record,
    "DW_TAG_enumeration_type": Reader._read_enum,
    "DW_TAG_unspecified_type": _read_unspecified,
    **{tag: Reader._read_pointer for tag in _POINTERS},
}


def _number(die, name):
    attribute = die.attributes.get(name)
    return None if attribute is None or not isinstance(attribute.value, int) else attribute.value


def _text(die, name):
    attribute = die.attributes.get(name)
    return None if attribute is None else attribute.value.decode()


def _count(subrange):
    """Returns the number of items of one dimension, or `None` if it is not declared."""
    if "DW_AT_count" in subrange.attributes:
        return _number(subrange, "DW_AT_count")
    bound = _number(subrange, "DW_AT_upper_bound")
    # gcc writes the bound of `int x[0]` as the largest number there is.
    return None if bound is None else (bound + 1) & 0xFFFFFFFFFFFFFFFF


def _file_names(dwarf, unit):
    """Returns the path of each file by the number that debug information gives it."""
    program = dwarf.line_program_for_CU(unit)
    if program is None:
        return {}
    header = program.header
    # Files and directories are counted from 0 in DWARF 5; before, directory 0 is the compiler's own.
    fifth = header["version"] >= 5
    base = _text(unit.get_top_DIE(), "DW_AT_comp_dir") or ""
    directories = [each.decode() for each in header["include_directory"]]
    if not fifth:
        directories.insert(0, base)
    paths = {}
    for number, entry in enumerate(header["file_entry"], 0 if fifth else 1):
        directory = directories[entry.dir_index] if entry.dir_index < len(directories) else base
        paths[number] = os.path.normpath(os.path.join(base, directory, entry.name.decode()))
    return paths
