"""from_buffer, from_buffer_copy and from_address."""
import array
import gc
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, Array, Structure, Union, addressof, c_char, c_double, c_int, c_int16,
    c_int32, c_short, c_ubyte, c_void_p, create_string_buffer, sizeof,
)

from support import TestCase


class Point(Structure):
    _fields_ = [("x", c_int16), ("y", c_int16)]


class FromBuffer(TestCase):
    def test_shares_memory(self):
        data = bytearray(8)
        number = c_int32.from_buffer(data, 4)
        number.value = -1
        self.assertEqual(data, b"\0\0\0\0\xff\xff\xff\xff")
        data[4:] = b"\x05\0\0\0"
        self.assertEqual(number.value, 5)

    def test_every_kind_of_type(self):
        data = bytearray(b"\x01\0\x02\0\x03\0\x04\0")
        self.assertEqual((c_int16 * 4).from_buffer(data)[:], [1, 2, 3, 4])
        point = Point.from_buffer(data, 4)
        self.assertEqual((point.x, point.y), (3, 4))
        self.assertEqual((Point * 2).from_buffer(data)[1].x, 3)
        self.assertEqual((c_char * 3).from_buffer(data).raw, b"\x01\0\x02")
        zeros = bytearray(sizeof(c_void_p))
        self.assertFalse(POINTER(c_int).from_buffer(zeros))
        self.assertFalse(CFUNCTYPE(None).from_buffer(zeros))

    def test_every_kind_of_buffer(self):
        self.assertEqual(c_int.from_buffer(array.array("i", [7])).value, 7)
        self.assertEqual(c_int.from_buffer((c_int * 2)(5, 6), sizeof(c_int)).value, 6)
        self.assertEqual(c_ubyte.from_buffer(create_string_buffer(b"x")).value, 120)
        self.assertEqual(c_ubyte.from_buffer(memoryview(bytearray(b"abc"))[1:]).value, 98)

    def test_export_blocks_the_buffer(self):
        data = bytearray(8)
        number = c_int.from_buffer(data)
        with self.assertRaises(BufferError):
            data.append(1)
        del number
        gc.collect()
        data.append(1)
        self.assertEqual(len(data), 9)

    def test_keeps_the_buffer(self):
        number = c_int32.from_buffer(bytearray(b"\x07\0\0\0" + bytes(1000)))
        junk = [bytearray(1004) for _ in range(50)]
        self.assertEqual((number.value, len(junk)), (7, 50))
        self.assertIsInstance(number._objects, memoryview)

    def test_parts_of_parts(self):
        data = bytearray(b"\x01\0\x02\0")
        x = c_int16.from_buffer(Point.from_buffer(data), 2)
        x.value = 9
        self.assertEqual(data[2], 9)

    def test_refuses(self):
        self.assertError(TypeError, "underlying buffer is not writable", c_int.from_buffer,
                         b"abcd")
        with self.assertRaisesRegex(TypeError, "a bytes-like object is required, not 'str'"):
            c_int.from_buffer("abcd")
        self.assertError(TypeError, "underlying buffer is not C contiguous", c_int.from_buffer,
                         memoryview(bytearray(8))[::2])
        for base in (Structure, Union, Array):
            self.assertError(TypeError, "abstract class", base.from_buffer, bytearray(8))


class Copy(TestCase):
    def test_copies(self):
        data = bytearray(b"\x05\0\0\0\x06\0\0\0")
        number = c_int32.from_buffer_copy(data, 4)
        data[4] = 9
        self.assertEqual(number.value, 6)
        data.append(1)  # nothing is exported
        number.value = 7
        self.assertEqual(data[4], 9)
        self.assertIs(number._objects, None)

    def test_read_only_sources(self):
        self.assertEqual(c_int16.from_buffer_copy(b"\x01\x02").value, 0x0201)
        self.assertEqual(Point.from_buffer_copy(b"\x01\0\x02\0").y, 2)
        self.assertEqual((c_char * 2).from_buffer_copy(b"abc", 1).value, b"bc")
        self.assertEqual(c_double.from_buffer_copy(bytes(8)).value, 0.0)

    def test_refuses(self):
        with self.assertRaisesRegex(TypeError, "a bytes-like object is required, not 'str'"):
            c_int.from_buffer_copy("abcd")
        with self.assertRaises(BufferError):
            c_int.from_buffer_copy(memoryview(bytes(8))[::2])
        for base in (Structure, Union, Array):
            self.assertError(TypeError, "abstract class", base.from_buffer_copy, bytes(8))


class Bounds(TestCase):
    def test_both(self):
        size = sizeof(c_int)
        for make in (c_int.from_buffer, c_int.from_buffer_copy):
            self.assertError(ValueError, f"Buffer size too small (3 instead of at least {size} "
                             "bytes)", make, bytearray(3))
            self.assertError(ValueError, f"Buffer size too small (8 instead of at least {size + 5}"
                             " bytes)", make, bytearray(8), 5)
            self.assertError(ValueError, "offset cannot be negative", make, bytearray(8), -1)
            with self.assertRaises(TypeError):
                make(bytearray(8), "x")
            with self.assertRaises(OverflowError):
                make(bytearray(8), 2 ** 70)
            with self.assertRaises(ValueError):
                make(bytearray(8), 2 ** 62)
            with self.assertRaises(TypeError):
                make()
            with self.assertRaises(TypeError):
                make(bytearray(8), 0, 1)

    def test_exact_fit_and_empty(self):
        self.assertEqual(c_int32.from_buffer(bytearray(4)).value, 0)
        self.assertEqual((c_int * 0).from_buffer(bytearray())[:], [])
        self.assertEqual((c_int * 0).from_buffer_copy(b"", 0)[:], [])


class FromAddress(TestCase):
    def test_shares_memory(self):
        number = c_int(5)
        other = c_int.from_address(addressof(number))
        other.value = 6
        self.assertEqual(number.value, 6)
        self.assertEqual(addressof(other), addressof(number))
        self.assertEqual((other._b_needsfree_, other._objects, other._b_base_), (0, None, None))

    def test_kinds(self):
        numbers = (c_short * 4)(1, 2, 3, 4)
        address = addressof(numbers)
        self.assertEqual((c_short * 2).from_address(address + 2)[:], [2, 3])
        self.assertEqual(Point.from_address(address + 4).y, 4)

    def test_refuses(self):
        for wrong in (5.5, "x", None, c_int()):
            self.assertError(TypeError, "integer expected", c_int.from_address, wrong)
        with self.assertRaises(TypeError):
            c_int.from_address()
        for base in (Structure, Union, Array):
            self.assertError(TypeError, "abstract class", base.from_address, 0)


if __name__ == "__main__":
    unittest.main()
