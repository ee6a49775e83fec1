"""The other byte order: simple types, structures, unions, arrays of them."""
import struct
import sys
import unittest
from ctypes import _endian
from ctypes import (
    POINTER, BigEndianStructure, BigEndianUnion, LittleEndianStructure, LittleEndianUnion,
    Structure, Union, addressof, alignment, c_bool, c_byte, c_char, c_char_p, c_double, c_float,
    c_int, c_int8, c_int16, c_int32, c_int64, c_long, c_longdouble, c_longlong, c_short, c_ubyte,
    c_uint, c_uint16, c_uint32, c_uint64, c_ulong, c_ulonglong, c_ushort, c_void_p, c_wchar,
    c_wchar_p, py_object, sizeof,
)

from support import PY314, WINDOWS, TestCase

SWAPPABLE = [c_short, c_ushort, c_int, c_uint, c_long, c_ulong, c_longlong, c_ulonglong, c_float,
             c_double]
# On Windows it is `double`.
LONG_DOUBLES = [] if WINDOWS else [c_longdouble]
OTHER = "__ctype_be__" if sys.byteorder == "little" else "__ctype_le__"
NATIVE = "__ctype_le__" if sys.byteorder == "little" else "__ctype_be__"
Swapped, SwappedUnion = ((BigEndianStructure, BigEndianUnion) if sys.byteorder == "little"
                         else (LittleEndianStructure, LittleEndianUnion))
ORDER = ">" if sys.byteorder == "little" else "<"


class Simple(TestCase):
    def test_pairs(self):
        for ctype in SWAPPABLE:
            other = getattr(ctype, OTHER)
            self.assertIs(getattr(ctype, NATIVE), ctype)
            self.assertIs(getattr(other, NATIVE), ctype)
            self.assertIs(getattr(other, OTHER), other)
            self.assertEqual(other.__name__, ctype.__name__ + ("_be" if OTHER == "__ctype_be__"
                                                               else "_le"))
            self.assertEqual((sizeof(other), alignment(other)), (sizeof(ctype), alignment(ctype)))
            self.assertEqual(other._type_, ctype._type_)

    def test_single_bytes_have_no_order(self):
        for ctype in (c_byte, c_ubyte, c_char):
            self.assertIs(ctype.__ctype_be__, ctype)
            self.assertIs(ctype.__ctype_le__, ctype)

    @unittest.skipUnless(PY314, "c_bool has an order since 3.14")
    def test_bool(self):
        other = getattr(c_bool, OTHER)
        self.assertIs(getattr(c_bool, NATIVE), c_bool)
        self.assertIs(getattr(other, NATIVE), c_bool)
        self.assertEqual((sizeof(other), bytes(other(1)), bytes(other(0))), (1, b"\1", b"\0"))

    def test_types_without_an_order(self):
        for ctype in (*LONG_DOUBLES, c_wchar, c_char_p, c_wchar_p, c_void_p, py_object,
                      POINTER(c_int), c_int * 2):
            self.assertFalse(hasattr(ctype, OTHER), ctype)

    def test_integers(self):
        for ctype in SWAPPABLE[:-2]:
            other = getattr(ctype, OTHER)
            signed = ctype(-1).value < 0
            for value in (0, 1, 0x12, 0x1234, -1 if signed else 255, -2 if signed else 254):
                cell = other(value)
                self.assertEqual(cell.value, value)
                self.assertEqual(bytes(cell), bytes(ctype(value))[::-1])
                cell.value = 5
                self.assertEqual(cell.value, 5)
            self.assertEqual(other(2 ** 100 + 7).value, 7)
            self.assertEqual(repr(other(7)).partition("(")[2], "7)")
            self.assertError(TypeError, "'str' object cannot be interpreted as an integer", other,
                             "x")

    def test_floats(self):
        for ctype in (c_float, c_double):
            other = getattr(ctype, OTHER)
            self.assertEqual(other(1.5).value, 1.5)
            self.assertEqual(bytes(other(-0.25)), bytes(ctype(-0.25))[::-1])
            self.assertError(TypeError, "must be real number, not str", other, "x")

    def test_arrays_and_pointers(self):
        other = getattr(c_int32, OTHER)
        array = (other * 2)(1, -2)
        self.assertEqual(bytes(array), struct.pack(ORDER + "2i", 1, -2))
        self.assertEqual(array[:], [1, -2])
        pointer = POINTER(other)(other(77))
        self.assertEqual(pointer[0], 77)
        pointer[0] = 78
        self.assertEqual(pointer.contents.value, 78)


class Structures(TestCase):
    def test_native_is_plain(self):
        native, union = ((LittleEndianStructure, LittleEndianUnion) if sys.byteorder == "little"
                         else (BigEndianStructure, BigEndianUnion))
        self.assertIs(native, Structure)
        self.assertIs(union, Union)

    def test_every_field_type(self):
        class Record(Swapped):
            _fields_ = [("b", c_int8), ("h", c_int16), ("H", c_uint16), ("i", c_int32),
                        ("I", c_uint32), ("q", c_int64), ("Q", c_uint64), ("f", c_float),
                        ("d", c_double), ("c", c_char), ("s", c_char * 3)]

        values = (-1, -2, 3, -4, 5, -6, 7, 1.5, -2.5, b"x", b"abc")
        record = Record(*values)
        self.assertEqual(tuple(getattr(record, name) for name, _ in Record._fields_), values)
        expected = struct.pack(ORDER + "bxhHxxiIqQfxxxxdc3s", *values)
        self.assertEqual(bytes(record)[:len(expected)], expected)
        self.assertEqual(tuple(getattr(Record.from_buffer_copy(bytes(record)), name)
                               for name, _ in Record._fields_), values)

    def test_same_layout(self):
        fields = [("a", c_int8), ("b", c_int32), ("c", c_int16), ("d", c_double)]

        class Plain(Structure):
            _fields_ = fields

        class Other(Swapped):
            _fields_ = fields

        self.assertEqual(sizeof(Plain), sizeof(Other))
        for name, _ in fields:
            self.assertEqual(getattr(Plain, name).offset, getattr(Other, name).offset)

    def test_nested_and_arrays(self):
        class Inner(Swapped):
            _fields_ = [("a", c_int16), ("b", c_int16)]

        class Outer(Swapped):
            _fields_ = [("inner", Inner), ("numbers", c_int16 * 2), ("grid", c_int16 * 2 * 2)]

        outer = Outer((1, 2), (3, 4), ((5, 6), (7, 8)))
        self.assertEqual(bytes(outer), struct.pack(ORDER + "8h", *range(1, 9)))
        outer.numbers[0] = 0x0102
        self.assertEqual(bytes(outer)[4:6], struct.pack(ORDER + "h", 0x0102))
        self.assertEqual([row[:] for row in outer.grid], [[5, 6], [7, 8]])

    def test_native_structure_inside_keeps_its_order(self):
        class Inner(Structure):
            _fields_ = [("a", c_int16)]

        class Outer(Swapped):
            _fields_ = [("inner", Inner), ("b", c_int16)]

        self.assertEqual(bytes(Outer((1,), 2)), struct.pack("=h", 1) + struct.pack(ORDER + "h", 2))

    def test_union(self):
        class Views(SwappedUnion):
            _fields_ = [("word", c_uint32), ("bytes", c_ubyte * 4)]

        self.assertEqual(bytes(Views(1)), struct.pack(ORDER + "I", 1))
        self.assertEqual(Views(bytes=(1, 2, 3, 4)).word,
                         struct.unpack(ORDER + "I", b"\1\2\3\4")[0])

    def test_fields_set_later(self):
        class Later(Swapped):
            pass

        Later._fields_ = [("a", c_int16)]
        self.assertEqual(bytes(Later(1)), struct.pack(ORDER + "h", 1))

    def test_the_package_s_code_can_be_replaced(self):
        seen = []
        original = _endian._other_endian

        def other_endian(ctype):
            seen.append(ctype)
            return original(ctype)

        def define():
            class Made(Swapped):
                _fields_ = [("a", c_int16), ("b", c_int16)]

            self.assertEqual(bytes(Made(1, 2)), struct.pack(ORDER + "hh", 1, 2))

        define()
        self.assertEqual(seen, [])
        _endian._other_endian = other_endian
        try:
            define()
        finally:
            _endian._other_endian = original
        self.assertEqual(seen, [c_int16, c_int16])
        setattr_ = _endian._swapped_meta.__setattr__
        names = []

        def noted(cls, name, value):
            names.append(name)
            setattr_(cls, name, value)

        _endian._swapped_meta.__setattr__ = noted
        try:
            define()
        finally:
            _endian._swapped_meta.__setattr__ = setattr_
        self.assertEqual(names, ["_fields_", "a", "b"])
        define()
        self.assertEqual(len(names), 3)

    def test_metaclass_of_a_metaclass(self):
        names = []

        class Meta(type(Swapped)):
            def __setattr__(cls, name, value):
                names.append(name)
                super().__setattr__(name, value)

        class Made(Swapped, metaclass=Meta):
            _fields_ = [("a", c_int16), ("b", c_int16)]

        self.assertEqual(names, ["_fields_", "a", "b"])
        self.assertEqual(bytes(Made(1, 2)), struct.pack(ORDER + "hh", 1, 2))

    def test_fields_show_the_other_order(self):
        class Inner(Swapped):
            _fields_ = [("a", c_int16)]

        class Made(Swapped):
            _fields_ = (("a", c_int16), ("b", c_int32, 3), ("c", Inner))

        self.assertEqual(Made._fields_, [("a", getattr(c_int16, OTHER)),
                                         ("b", getattr(c_int32, OTHER), 3), ("c", Inner)])

    def test_inheritance(self):
        class Base(Swapped):
            _fields_ = [("a", c_int16)]

        class Derived(Base):
            _fields_ = [("b", c_int16)]

        self.assertEqual(bytes(Derived(1, 2)), struct.pack(ORDER + "hh", 1, 2))

    def test_refuses(self):
        for ctype in (POINTER(c_int), c_char_p, c_wchar_p, c_void_p, c_wchar, py_object,
                      *LONG_DOUBLES):
            for base in (Swapped, SwappedUnion):
                self.assertError(TypeError, f"This type does not support other endian: {ctype}",
                                 type(base), "Bad", (base,), {"_fields_": [("a", ctype)]})

    def test_shares_memory_with_native(self):
        class Other(Swapped):
            _fields_ = [("a", c_uint32)]

        other = Other(0x01020304)
        self.assertEqual(c_uint32.from_address(addressof(other)).value,
                         int.from_bytes(struct.pack(ORDER + "I", 0x01020304), sys.byteorder))


if __name__ == "__main__":
    unittest.main()
