"""PEP 3118: what a memoryview of a ctypes object says of it, and resize."""
import ctypes
import io
import unittest
from _ctypes import buffer_info
from ctypes import (
    CFUNCTYPE, POINTER, BigEndianStructure, Structure, Union, addressof, c_bool, c_byte, c_char,
    c_char_p, c_double, c_float, c_int, c_int8, c_int16, c_int32, c_longdouble, c_short, c_ubyte,
    c_uint, c_ushort, c_void_p, c_wchar, c_wchar_p, cast, pointer, py_object, resize, sizeof,
)

from support import OURS, PY314, WINDOWS, TestCase

INT = f"<{c_int._type_}"


# The VM's memoryview parses formats, and has no code for these with a byte order.
VIEW_FORMATS = {"<u": "u", "<z": "P", "<Z": "P", "<P": "P"} if OURS else {}


class Point(Structure):
    _fields_ = [("x", c_int16), ("y", c_int16)]


class Big(BigEndianStructure):
    _fields_ = [("x", c_int16), ("y", c_float)]


class Either(Union):
    _fields_ = [("x", c_int16), ("y", c_float)]


class Empty(Structure):
    _fields_ = []


class Derived(Point):
    _fields_ = [("z", c_int8)]


class Nested(Structure):
    _fields_ = [("a", c_int8), ("p", Point), ("d", c_double), ("s", c_char * 4),
                ("n", c_int32 * 2 * 3), ("u", Either), ("e", Empty), ("b", c_bool)]


class Format(TestCase):
    def check(self, ctype, format, shape=(), strides=(), itemsize=None):
        with self.subTest(ctype):
            view = memoryview(ctype())
            self.assertEqual(view.format, VIEW_FORMATS.get(format, format))
            self.assertEqual((view.shape, view.strides, view.ndim), (shape, strides, len(shape)))
            self.assertEqual(view.itemsize, sizeof(ctype) if itemsize is None else itemsize)
            self.assertEqual(view.nbytes, sizeof(ctype))
            self.assertFalse(view.readonly)
            self.assertTrue(view.c_contiguous)
            self.assertEqual(buffer_info(ctype), (format, len(shape), shape))
            self.assertEqual(buffer_info(ctype()), (format, len(shape), shape))

    def test_simple(self):
        for ctype, format in [(c_byte, "<b"), (c_ubyte, "<B"), (c_short, "<h"), (c_ushort, "<H"),
                              (c_int, INT), (c_uint, INT.upper()), (c_float, "<f"),
                              (c_double, "<d"), (c_longdouble, "<d" if WINDOWS else "<g"), (c_bool, "<?"),
                              (c_char, "<c"), (c_wchar, "<u"), (c_char_p, "<z"),
                              (c_wchar_p, "<Z"), (py_object, "<O"),
                              (c_int.__ctype_be__, ">" + INT[1:])]:
            self.check(ctype, format)

    def test_void_pointer(self):
        self.check(c_void_p, "<P")

    def test_pointers(self):
        for ctype, format in [(POINTER(c_int), "&" + INT), (POINTER(POINTER(c_int)), "&&" + INT),
                              (POINTER(c_short * 3), "&(3)<h"), (CFUNCTYPE(None), "X{}"),
                              (POINTER(Point), "&T{<h:x:<h:y:}")]:
            self.check(ctype, format)

    def test_arrays(self):
        self.check(c_short * 3, "<h", (3,), (2,), 2)
        self.check(c_short * 3 * 2, "<h", (2, 3), (6, 2), 2)
        self.check(c_double * 4 * 3 * 2, "<d", (2, 3, 4), (96, 32, 8), 8)
        self.check(c_char * 5, "<c", (5,), (1,), 1)
        self.check(Point * 2, "T{<h:x:<h:y:}", (2,), (4,), 4)
        self.check(POINTER(c_int) * 2, "&" + INT, (2,), (sizeof(c_void_p),), sizeof(c_void_p))
        self.check(c_short * 0, "<h", (0,), (2,), 2)

    def test_structures(self):
        self.check(Point, "T{<h:x:<h:y:}")
        self.check(Big, "T{>h:x:2x>f:y:}")
        self.check(Either, "B")
        self.check(Empty, "T{}")
        self.check(Derived, "T{<b:z:x}")
        int32 = "<" + c_int32._type_
        self.check(Nested, "T{<b:a:xT{<h:x:<h:y:}:p:2x<d:d:(4)<c:s:(3,2)" + int32
                   + ":n:B:u:T{}:e:<?:b:7x}")

    @unittest.skipUnless(PY314, "3.13 counts the padding of bit fields its own way")
    def test_bit_fields(self):
        class Bits(Structure):
            _fields_ = [("x", c_int32, 3), ("y", c_int32, 5)]

        # Microsoft's unit is open to its end.
        self.check(Bits, f"T{{<{c_int32._type_}:x:<{c_int32._type_}:y:{'' if WINDOWS else '3x'}}}")

    def test_no_fields_yet(self):
        class Later(Structure):
            pass

        self.assertEqual(memoryview(Later()).format, "B")

    def test_buffer_info_refuses(self):
        for wrong in (5, int, Structure, "x"):
            self.assertError(TypeError, "not a ctypes type or object", buffer_info, wrong)


class Memory(TestCase):
    def test_shared_both_ways(self):
        array = (c_short * 3)(1, 2, 3)
        view = memoryview(array).cast("B")
        view[0] = 9
        self.assertEqual(array[0], 9)
        array[2] = 0x0403
        self.assertEqual(bytes(view), b"\x09\0\x02\0\x03\x04")
        self.assertIs(memoryview(array).obj, array)

    def test_bytes_and_friends(self):
        point = Point(1, 2)
        self.assertEqual(bytes(point), b"\x01\0\x02\0")
        self.assertEqual(bytearray(point), b"\x01\0\x02\0")
        self.assertEqual(bytes(c_int16(-2)), b"\xfe\xff")
        target = bytearray(4)
        target[:] = point
        self.assertEqual(target, bytes(point))
        self.assertEqual(b"".join([Point(1, 1), c_int16(7)]), b"\x01\0\x01\0\x07\0")

    def test_readinto(self):
        array = (c_short * 2)()
        self.assertEqual(io.BytesIO(b"\x05\0\x06\0").readinto(array), 4)
        self.assertEqual(array[:], [5, 6])

    def test_view_keeps_the_object(self):
        view = memoryview((c_int * 1000)(*range(1000)))
        junk = [(c_int * 1000)() for _ in range(50)]
        self.assertEqual(view.cast("B").cast("i")[999], 999)
        self.assertEqual(len(junk), 50)

    def test_pointer_exports_the_pointer(self):
        array = (c_int * 2)()
        self.assertEqual(int.from_bytes(bytes(pointer(array)), "little"), addressof(array))


class Resize(TestCase):
    def test_grows_and_shrinks(self):
        array = (c_short * 4)(1, 2, 3, 4)
        resize(array, 32)
        self.assertEqual((sizeof(array), len(array), sizeof(type(array))), (32, 4, 8))
        self.assertEqual(array[:], [1, 2, 3, 4])
        self.assertEqual(cast(array, POINTER(c_short))[4:16], [0] * 12)
        self.assertEqual(memoryview(array).nbytes, 32)
        resize(array, 8)
        self.assertEqual((sizeof(array), array[:]), (8, [1, 2, 3, 4]))
        resize(array, 4096)
        self.assertEqual(array[:], [1, 2, 3, 4])
        self.assertError(IndexError, "invalid index", array.__getitem__, 4)

    def test_variable_sized_structure(self):
        class Packet(Structure):
            _fields_ = [("length", c_int), ("data", c_ubyte * 0)]

        packet = Packet(10)
        resize(packet, sizeof(Packet) + 10)
        data = cast(addressof(packet) + Packet.data.offset, POINTER(c_ubyte))
        data[9] = 77
        self.assertEqual(ctypes.string_at(addressof(packet), sizeof(packet))[-1], 77)
        self.assertEqual(packet.length, 10)

    def test_refuses(self):
        self.assertError(ValueError, f"minimum size is {sizeof(c_int)}", resize, c_int(), 2)
        self.assertError(ValueError, f"minimum size is {sizeof(c_int)}", resize, c_int(), -1)
        not_owned = "Memory cannot be resized because this object doesn't own it"
        line = Nested()
        for borrowed in (c_int.from_address(addressof(line)), line.p, line.n[0],
                         c_int.from_buffer(bytearray(8)), pointer(line).contents):
            self.assertError(ValueError, not_owned, resize, borrowed, 1000)
        for wrong in (5, c_int, None):
            with self.assertRaisesRegex(TypeError, "argument 1 must be _ctypes._CData" if PY314
                                        else "expected ctypes instance"):
                resize(wrong, 4)
        with self.assertRaises(TypeError):
            resize(c_int(), "x")
        with self.assertRaises(MemoryError):
            resize(c_int(), 2 ** 62)
        with self.assertRaises(OverflowError):
            resize(c_int(), 2 ** 70)

    def test_views_are_moved_or_kept(self):
        class Box(Structure):
            _fields_ = [("a", c_int), ("p", Point)]

        box = Box(5)
        resize(box, 10_000)
        box.p.x = 3
        self.assertEqual((box.a, box.p.x, bytes(box)[4]), (5, 3, 3))

    @unittest.skipUnless(OURS, "CPython leaves the view dangling")
    def test_blocked_by_an_export(self):
        number = c_int(5)
        view = memoryview(number)
        with self.assertRaises(BufferError):
            resize(number, 1000)
        self.assertEqual((bytes(view), sizeof(number)), (bytes(number), sizeof(c_int)))
        view.release()
        resize(number, 1000)
        self.assertEqual((number.value, sizeof(number)), (5, 1000))


if __name__ == "__main__":
    unittest.main()
