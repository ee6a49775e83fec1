"""`long double`: its precision is C's alone, and it has registers and a place on the stack of its own."""
import math
import platform
import struct
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, addressof, c_bool, c_double, c_float, c_int, c_longdouble, c_ubyte, memmove,
    sizeof,
)

from support import WINDOWS, TestCase, clib, function

# Has the format of x87: a significand of 64 bits, its leading one among them, a sign and 15 bits of exponent.
IS_X87 = platform.machine() in ("x86_64", "AMD64") and sizeof(c_longdouble) == 16
BIAS = 16383


def extended(negative, exponent, significand):
    """The ten bytes of a number in x87's format."""
    return struct.pack("<QH", significand, negative << 15 | exponent)


def expected(value):
    """The ten bytes of a number that is neither infinite nor a NaN."""
    fraction, exponent = math.frexp(abs(value))
    negative = math.copysign(1, value) < 0
    if fraction == 0:
        return extended(negative, 0, 0)
    return extended(negative, exponent + BIAS - 1, int(fraction * 2 ** 53) << 11)


FINITE = [0.0, -0.0, 1.0, -1.5, 0.1, 1e300, -1e-300, 2.0 ** 1023, 1.7976931348623157e308,
          2.2250738585072014e-308, 2.225073858507201e-308, 2.5e-310, 5e-324, -5e-324]
INFINITY = 1 << 63


class LongDouble(TestCase):
    @unittest.skipIf(WINDOWS, "`long double` is `double`")
    def test_precision_is_doubles_in_python(self):
        # The extra digits exist in C alone: a Python float cannot hold them.
        self.assertEqual(function("longdouble_after_one", c_longdouble)(), 1.0)
        self.assertEqual(c_longdouble(0.1).value, 0.1)

    def test_bits_survive_between_c_calls(self):
        class Exact(c_longdouble):
            pass

        after_one = function("longdouble_after_one", Exact)()
        self.assertTrue(function("longdouble_is_after_one", c_bool, Exact)(after_one))
        self.assertFalse(function("longdouble_is_after_one", c_bool, c_longdouble)(1.0))

    def test_arguments(self):
        mixed = function("longdouble_mixed", c_longdouble, c_int, c_longdouble, c_double,
                         c_longdouble, c_float)
        self.assertEqual(mixed(1, 2.5, 3.5, 4.5, 5.5), 17.0)
        many = function("longdouble_many", c_longdouble, *[c_longdouble] * 10)
        self.assertEqual(many(*[0.5] * 10), 27.5)
        self.assertEqual(function("longdouble_to_double", c_double, c_longdouble)(1e300), 1e300)

    def test_callbacks(self):
        prototype = CFUNCTYPE(c_longdouble, c_longdouble)
        call = function("call_longdouble", c_longdouble, prototype, c_longdouble)
        self.assertEqual(call(prototype(lambda v: v * 2), 1.25), 2.5)

    def test_memory(self):
        values = (c_longdouble * 3)(0.5, 1.5, 2.5)
        total = function("sum_array_longdouble", c_longdouble, POINTER(c_longdouble), c_int)
        self.assertEqual(total(values, 3), 4.5)

    def test_every_way_through_c(self):
        prototype = CFUNCTYPE(c_longdouble, c_longdouble)
        ways = [
            function("echo_longdouble", c_longdouble, c_longdouble),
            lambda value: call(prototype(lambda given: given), value),
            lambda value: untyped(c_longdouble(value)),
            prototype(lambda given: given),
        ]
        call = function("call_longdouble", c_longdouble, prototype, c_longdouble)
        untyped = function("echo_longdouble", c_longdouble)
        for way in ways:
            for value in [*FINITE, math.inf, -math.inf]:
                back = way(value)
                self.assertEqual((back, math.copysign(1, back)), (value, math.copysign(1, value)))
            self.assertTrue(math.isnan(way(math.nan)))

    def test_registers_are_left_as_they_were(self):
        # There are eight x87 registers: one that is not emptied shows in the ninth call.
        echo = function("echo_longdouble", c_longdouble, c_longdouble)
        call = function("call_longdouble", c_longdouble, CFUNCTYPE(c_longdouble, c_longdouble),
                        c_longdouble)
        nested = CFUNCTYPE(c_longdouble, c_longdouble)(lambda given: echo(given) + echo(1.0))
        for _ in range(20):
            self.assertEqual(echo(0.5), 0.5)
            self.assertEqual(call(nested, 0.5), 1.5)

    def test_the_stack_is_aligned(self):
        for count in range(10):
            misaligned = function("longdouble_misaligned", c_longdouble, *[c_int] * count)
            self.assertEqual(misaligned(*range(count)), 0.0)

    def test_every_register_and_the_stack(self):
        of_all = function("longdouble_of_all", c_longdouble, *[c_int, c_double] * 9)
        given = range(1, 19)
        self.assertEqual(of_all(*given), sum(n * n for n in given))

    def test_variadic(self):
        total = clib["variadic_longdouble_of_doubles"]
        total.argtypes, total.restype = [c_int], c_longdouble
        self.assertEqual(total(10, *map(c_double, range(10))), 45.0)
        mixed = clib["variadic_sum_longdoubles"]
        mixed.argtypes, mixed.restype = [c_int], c_longdouble
        self.assertEqual(mixed(8, *[c_longdouble(0.5)] * 8), 4.0)


@unittest.skipUnless(IS_X87, "long double has another format on this platform")
class Bits(TestCase):
    """What the ten bytes are, on either side of a call."""

    def to_c(self, value):
        """The bytes that C receives."""
        room = (c_ubyte * 16)()
        function("longdouble_to_bytes", None, c_longdouble, POINTER(c_ubyte))(value, room)
        return bytes(room)[:10]

    def from_c(self, data):
        """The number that Python receives."""
        room = (c_ubyte * 16)(*data)
        return function("longdouble_of_bytes", c_longdouble, POINTER(c_ubyte))(room)

    def in_memory(self, data):
        cell = c_longdouble()
        memmove(addressof(cell), data, 10)
        return cell.value

    def check(self, value, data):
        self.assertEqual(self.to_c(value), data)
        self.assertEqual(bytes(c_longdouble(value))[:10], data)
        for back in (self.from_c(data), self.in_memory(data)):
            self.assertEqual(struct.pack("<d", back), struct.pack("<d", value))

    def test_finite(self):
        for value in FINITE:
            with self.subTest(value=value):
                self.check(value, expected(value))

    def test_infinite(self):
        self.check(math.inf, extended(0, 0x7fff, INFINITY))
        self.check(-math.inf, extended(1, 0x7fff, INFINITY))

    def test_nan_in_memory(self):
        for negative in (0, 1):
            [nan] = struct.unpack("<d", struct.pack("<Q", negative << 63 | 0x7ff8_0000_dead_beef))
            data = extended(negative, 0x7fff, 0xdead_beef << 11 | 3 << 62)
            self.assertEqual(bytes(c_longdouble(nan))[:10], data)
            back = self.in_memory(data)
            self.assertEqual(struct.pack("<d", back), struct.pack("<d", nan))

    def test_nan_through_c(self):
        [nan] = struct.unpack("<d", struct.pack("<Q", 0xfff8_0000_dead_beef))
        data = extended(1, 0x7fff, 0xdead_beef << 11 | 3 << 62)
        self.assertEqual(self.to_c(nan), data)
        back = struct.pack("<d", self.from_c(data))
        self.assertEqual(back, struct.pack("<d", nan))

    def test_nan_that_signals_becomes_quiet(self):
        data = extended(0, 0x7fff, 0xdead_beef << 11 | 2 << 62)
        back = struct.pack("<d", self.in_memory(data))
        self.assertEqual(back, struct.pack("<Q", 0x7ff8_0000_dead_beef))

    def check_rounding(self, back):
        one = 1 << 63
        half = 1 << 10
        for exponent, significand, value in [
            (BIAS, one + half, 1.0), (BIAS, one + half + 1, 1 + 2.0 ** -52),
            (BIAS, one + half - 1, 1.0), (BIAS, one + 3 * half, 1 + 2.0 ** -51),
            (BIAS, (1 << 64) - 1, 2.0),
            # Beyond a double.
            (0x7ffe, one, math.inf), (BIAS + 1024, one, math.inf), (1, one, 0.0),
            (BIAS - 1075, one, 0.0), (BIAS - 1074, one, 5e-324),
        ]:
            for negative in (0, 1):
                number = back(extended(negative, exponent, significand))
                expected = math.copysign(value, -negative or 1)
                self.assertEqual(struct.pack("<d", number), struct.pack("<d", expected))

    def test_rounding_in_memory(self):
        self.check_rounding(self.in_memory)

    def test_rounding_of_results(self):
        self.check_rounding(self.from_c)


if __name__ == "__main__":
    unittest.main()
