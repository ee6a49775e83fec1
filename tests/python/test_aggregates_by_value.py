"""Aggregates by value whose class follows from more than the types of their fields.

Random ones are tests/abi's business.
"""
import platform
import unittest
from ctypes import (
    CFUNCTYPE, Structure, Union, alignment, c_byte, c_double, c_float, c_int, c_longdouble, c_longlong, sizeof,
)

from support import OURS, TestCase, clib, function

# What libffi gets wrong, and CPython passes as libffi has it: with the ABIs of src/abi it is right here.
own_entry = unittest.skipUnless(OURS and platform.machine() in ("x86_64", "AMD64", "aarch64", "arm64"),
                                "what our own entry does")

# Elsewhere the address of a copy is passed.
SYSTEM_V = platform.machine() == "x86_64"


class Aligned32(Structure):
    _align_ = 32
    _fields_ = [("a", c_longlong), ("b", c_longlong)]


class Aligned64(Structure):
    _align_ = 64
    _fields_ = [("a", c_longlong)]


@own_entry
class OverAligned(TestCase):
    def test_arguments(self):
        call = function("over_aligned", c_longlong, c_int, Aligned32, c_int, Aligned64, Aligned32)
        for _ in range(8):
            self.assertEqual(call(1, Aligned32(2, 3), 4, Aligned64(5), Aligned32(6, 7)), 7654321)

    def test_without_argtypes(self):
        undeclared = clib["over_aligned"]
        undeclared.restype = c_longlong
        self.assertEqual(undeclared(1, Aligned32(2, 3), 4, Aligned64(5), Aligned32(6, 7)), 7654321)

    def test_long_double_result(self):
        call = function("over_aligned_long_double", c_longdouble, Aligned64, c_longdouble)
        self.assertEqual(call(Aligned64(3), 2.5), 28)

    def test_result(self):
        call = function("over_aligned_result", Aligned64, Aligned64)
        self.assertEqual(call(Aligned64(41)).a, 42)

    def test_callback(self):
        def callback(a, x, b, y, z):
            return a + 10 * x.a + 100 * x.b + 1000 * b + 10000 * y.a + 100000 * z.a + 1000000 * z.b

        prototype = CFUNCTYPE(c_longlong, c_int, Aligned32, c_int, Aligned64, Aligned32)
        call = function("call_over_aligned", c_longlong, prototype)
        self.assertEqual(call(prototype(callback)), 7654321)

    def test_more_than_the_direct_entry_takes(self):
        class Large(Structure):
            _align_ = 32
            _fields_ = [("a", c_byte * 32000)]

        if SYSTEM_V:
            with self.assertRaisesRegex(Exception, "alignment leaves no room"):
                clib["over_aligned"](Large())


class PaddedFloat(Structure):
    _align_ = 16
    _fields_ = [("a", c_float)]


class PaddedInteger(Structure):
    _align_ = 16
    _fields_ = [("a", c_longlong)]


class Padded(TestCase):
    @own_entry
    def test_callback(self):
        seen = []

        def callback(x, a, y, b, z):
            seen.extend([x.a, a, y.a, b, z])
            return 6.5

        prototype = CFUNCTYPE(c_double, PaddedFloat, c_int, PaddedInteger, c_int, c_double)
        call = function("call_tail_padded", c_double, prototype)
        self.assertEqual(call(prototype(callback)), 6.5)
        self.assertEqual(seen, [1.5, 2, 3, 4, 5.5])

    @own_entry
    def test_callback_on_the_stack(self):
        seen = []

        def callback(*arguments):
            seen.extend(arguments)
            return -9

        prototype = CFUNCTYPE(c_longlong, *[c_int] * 6, PaddedInteger, c_int)
        call = function("call_tail_padded_on_the_stack", c_longlong, prototype)
        self.assertEqual(call(prototype(callback)), -9)
        seen[6] = seen[6].a
        self.assertEqual(seen, list(range(1, 9)))


class WideOrDouble(Union):
    _fields_ = [("wide", c_longdouble), ("narrow", c_double)]


class WideOrInt(Union):
    _fields_ = [("wide", c_longdouble), ("narrow", c_int)]


class WideOrLongs(Union):
    _fields_ = [("wide", c_longdouble), ("narrow", c_longlong * 2)]


@own_entry
class UnionsOfLongDouble(TestCase):
    TYPES = (c_int, WideOrDouble, WideOrInt, c_int, WideOrLongs)

    def test_arguments(self):
        call = function("unions_of_long_double", c_longdouble, *self.TYPES)
        longs = WideOrLongs(narrow=(5, 6))
        self.assertEqual(call(1, WideOrDouble(2), WideOrInt(narrow=3), 4, longs), 654321)

    def test_results(self):
        self.assertEqual(function("wide_or_double", WideOrDouble, c_longdouble)(2.5).wide, 2.5)
        self.assertEqual(function("wide_or_int", WideOrInt, c_int)(-7).narrow, -7)
        longs = function("wide_or_longs", WideOrLongs, c_longlong, c_longlong)(-8, 9)
        self.assertEqual(longs.narrow[:], [-8, 9])

    def test_callback(self):
        def callback(a, x, y, b, z):
            return a + 10 * x.wide + 100 * y.narrow + 1000 * b + 10000 * z.narrow[0] + 100000 * z.narrow[1]

        prototype = CFUNCTYPE(c_longdouble, *self.TYPES)
        self.assertEqual(function("call_unions_of_long_double", c_longdouble, prototype)(prototype(callback)),
                         654321)


class PackedBits(Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("a", c_byte), ("b", c_longlong, 7)]


class HalfUsed(Structure):
    _pack_ = 4
    _layout_ = "ms"
    _fields_ = [("a", c_float), ("b", c_longlong, 7)]


@own_entry
class BitFields(TestCase):
    def test_layout(self):
        self.assertEqual([sizeof(PackedBits), alignment(PackedBits)], [9, 1])
        self.assertEqual([sizeof(HalfUsed), alignment(HalfUsed)], [12, 4])

    def test_packed_argument(self):
        call = function("packed_bits", c_longlong, PackedBits, c_int)
        self.assertEqual(call(PackedBits(-5, -6), 7), 6993995)

    def test_packed_result(self):
        made = function("packed_bits_result", PackedBits, c_int, c_int)(-5, -6)
        self.assertEqual([made.a, made.b], [-5, -6])

    def test_packed_in_a_callback(self):
        prototype = CFUNCTYPE(c_longlong, PackedBits, c_int)
        call = function("call_packed_bits", c_longlong, prototype)
        self.assertEqual(call(prototype(lambda x, y: x.a + 1000 * x.b + 1000000 * y)), 6993995)

    def test_type_reaches_into_an_eightbyte_without_bits(self):
        call = function("half_used", c_longlong, c_int, HalfUsed, c_int)
        self.assertEqual(call(1, HalfUsed(2, -3), 4), 3997021)


if __name__ == "__main__":
    unittest.main()
