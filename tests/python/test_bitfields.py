"""Bit fields: what is read and written. Where they lie is test_structure_layout's question."""
import sys
import unittest
from ctypes import (
    BigEndianStructure, Structure, Union, c_byte, c_int, c_int8, c_int16, c_int32, c_int64,
    c_longlong, c_short, c_uint8, c_uint16, c_uint32, c_uint64, sizeof,
)

from support import PY314, TestCase, function, other_layout

little = unittest.skipUnless(sys.byteorder == "little", "written out for little-endian machines")


def bits(ctype, *sizes, base=Structure, **namespace):
    """A structure with fields a, b, c... of these bit sizes."""
    fields = [(name, ctype, size) for name, size in zip("abcdefgh", sizes)]
    return type(base)("Bits", (base,), {**namespace, "_fields_": fields})


class Values(TestCase):
    def test_every_width_signed_and_unsigned(self):
        for signed, unsigned in [(c_int8, c_uint8), (c_int16, c_uint16), (c_int32, c_uint32),
                                 (c_int64, c_uint64)]:
            for width in range(1, 8 * sizeof(signed) + 1):
                with self.subTest(type=signed, width=width):
                    top = 1 << width - 1
                    cell = bits(unsigned, width)()
                    for value in (0, 1, top, 2 * top - 1):
                        cell.a = value
                        self.assertEqual(cell.a, value & (2 * top - 1))
                    cell = bits(signed, width)()
                    for value in (0, -1, -top, top - 1):
                        cell.a = value
                        self.assertEqual(cell.a, value)

    def test_too_large_values_are_cut(self):
        cell = bits(c_int, 3, 5)()
        cell.a = 4
        self.assertEqual((cell.a, cell.b), (-4, 0))
        cell.a = 2 ** 100 + 3
        self.assertEqual((cell.a, cell.b), (3, 0))
        cell.b = -1
        self.assertEqual((cell.a, cell.b), (3, -1))

    def test_neighbours_are_left_alone(self):
        Cell = bits(c_uint32, 5, 11, 1, 15)
        cell = Cell(0x1F, 0x7FF, 1, 0x7FFF)
        self.assertEqual(bytes(cell), b"\xff" * 4)
        for name, size in zip("abcd", (5, 11, 1, 15)):
            setattr(cell, name, 0)
            values = [getattr(cell, other) for other in "abcd"]
            self.assertEqual(values, [0 if other == name else full for other, full in
                                      zip("abcd", (0x1F, 0x7FF, 1, 0x7FFF))])
            setattr(cell, name, (1 << size) - 1)

    def test_initialisers(self):
        cell = bits(c_int, 4, 4, 4)(1, c=3)
        self.assertEqual((cell.a, cell.b, cell.c), (1, 0, 3))

    def test_refuses(self):
        cell = bits(c_int, 4)(5)
        for wrong in ("x", 1.5, None):
            self.assertError(TypeError, f"'{type(wrong).__name__}' object cannot be interpreted "
                             "as an integer", setattr, cell, "a", wrong)
        self.assertError(TypeError, "can't delete attribute", delattr, cell, "a")
        self.assertEqual(cell.a, 5)

    def test_index_protocol(self):
        class Index:
            def __index__(self):
                return 3

        cell = bits(c_int, 4)()
        cell.a = Index()
        self.assertEqual(cell.a, 3)


class Layout(TestCase):
    @little
    def test_words(self):
        cell = bits(c_uint16, 3, 13)(0b101, 1)
        self.assertEqual(bytes(cell), b"\x0d\x00")

    def test_new_unit(self):
        for ctype in (c_uint8, c_uint16, c_uint32, c_uint64):
            whole = 8 * sizeof(ctype)
            self.assertEqual(sizeof(bits(ctype, whole - 1, 1)), sizeof(ctype))
            self.assertEqual(sizeof(bits(ctype, whole - 1, 2)), 2 * sizeof(ctype))
            self.assertEqual(sizeof(bits(ctype, 1, whole, 1)), 3 * sizeof(ctype))

    def test_with_plain_fields(self):
        class Mixed(Structure):
            _fields_ = [("a", c_int, 3), ("b", c_int), ("c", c_int, 5), ("d", c_int, 6)]

        cell = Mixed(-1, 100, 7, -8)
        self.assertEqual((cell.a, cell.b, cell.c, cell.d), (-1, 100, 7, -8))
        self.assertEqual(sizeof(Mixed), 12)

    def test_inherited(self):
        class Base(Structure):
            _fields_ = [("a", c_uint32, 8)]

        class Derived(Base):
            _fields_ = [("b", c_uint32, 8)]

        cell = Derived(1, 2)
        self.assertEqual((cell.a, cell.b), (1, 2))
        self.assertEqual(sizeof(Derived), 8)

    @other_layout
    @unittest.skipUnless(PY314, "3.13 laid different sizes out in a way of its own")
    def test_sizes_share_a_unit_as_gcc_has_it(self):
        class Growing(Structure):
            _fields_ = [("a", c_byte, 4), ("b", c_short, 4), ("c", c_longlong, 50)]

        self.assertEqual((Growing.b.byte_offset, Growing.b.bit_offset), (0, 4))
        self.assertEqual((Growing.c.byte_offset, Growing.c.bit_offset), (0, 8))
        self.assertEqual(sizeof(Growing), 8)

    @unittest.skipUnless(PY314, "_layout_ is 3.14's")
    def test_ms_and_gcc_differ(self):
        fields = [("a", c_int8, 3), ("b", c_int32, 3)]

        class Ms(Structure):
            _layout_ = "ms"
            _fields_ = fields

        class Gcc(Structure):
            _layout_ = "gcc-sysv"
            _fields_ = fields

        self.assertEqual((sizeof(Ms), sizeof(Gcc)), (8, 4))
        self.assertEqual((Ms.b.byte_offset, Gcc.b.byte_offset), (4, 0))

    @unittest.skipUnless(PY314, "_layout_ is 3.14's")
    def test_packed(self):
        Packed = bits(c_uint32, 20, 20, _layout_="ms", _pack_=1)
        self.assertEqual(sizeof(Packed), 8)
        cell = Packed(0xFFFFF, 0x12345)
        self.assertEqual((cell.a, cell.b), (0xFFFFF, 0x12345))


class BigEndian(TestCase):
    def test_starts_at_the_big_end(self):
        cell = bits(c_uint32, 3, 5, base=BigEndianStructure)(5, 9)
        self.assertEqual(bytes(cell), b"\xa9\0\0\0")
        self.assertEqual((cell.a, cell.b), (5, 9))

    def test_signed(self):
        for ctype in (c_int8, c_int16, c_int32, c_int64):
            cell = bits(ctype, 3, 4, base=BigEndianStructure)(-4, -1)
            self.assertEqual((cell.a, cell.b), (-4, -1))
            self.assertEqual(bytes(cell)[0], 0b10011110)
            cell.a = 3
            self.assertEqual((cell.a, cell.b), (3, -1))


class Unions(TestCase):
    @little
    @unittest.skipUnless(PY314, "in 3.13 bit fields of a union follow each other")
    def test_all_start_at_bit_zero(self):
        class Views(Union):
            _fields_ = [("a", c_uint32, 4), ("b", c_uint32, 12), ("whole", c_uint32)]

        views = Views(whole=0xABCDE)
        self.assertEqual((views.a, views.b), (0xE, 0xCDE))
        views.a = 1
        self.assertEqual(views.whole, 0xABCD1)


class ByValue(TestCase):
    def test_through_c(self):
        class Packed(Structure):
            _fields_ = [("a", c_uint32, 3), ("b", c_int32, 13), ("c", c_uint32, 16)]

        made = function("make_bits_by_value", Packed, c_uint32, c_int, c_uint32)(5, -7, 60000)
        self.assertEqual((made.a, made.b, made.c), (5, -7, 60000))
        self.assertEqual(function("sum_bits_by_value", c_longlong, Packed)(made),
                         5 - 700 + 60000)


if __name__ == "__main__":
    unittest.main()
