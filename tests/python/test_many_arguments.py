"""More arguments than registers, uneven mixtures, and variadic C functions."""
import unittest
from ctypes import (
    CFUNCTYPE, Structure, byref, c_byte, c_char_p, c_double, c_float, c_int, c_int8, c_int16,
    c_int32, c_int64, c_long, c_longdouble, c_longlong, c_short, c_size_t, c_ubyte, c_uint, c_uint8,
    c_uint16, c_uint32, c_uint64, c_ulong, c_ushort, create_string_buffer, pointer,
)

from support import OURS, TestCase, clib, function


class Many(TestCase):
    def test_integers(self):
        self.assertEqual(function("ints_6", c_longlong, *[c_longlong] * 6)(*range(1, 7)), 654321)
        self.assertEqual(function("ints_7", c_longlong, *[c_int] * 7)(*range(1, 8)), 7654321)
        types = (c_byte, c_ubyte, c_short, c_ushort, c_int, c_uint, c_long, c_ulong, c_byte,
                 c_short, c_int, c_longlong)
        values = (-1, 255, -2, 65535, -3, 2 ** 32 - 1, -4, 5, -6, -7, -8, -2 ** 40)
        self.assertEqual(function("ints_12", c_longlong, *types)(*values),
                         sum(i * v for i, v in enumerate(values, 1)))
        # Without argtypes everything travels as int.
        self.assertEqual(clib["ints_7"](*range(1, 8)), 7654321)

    def test_floats(self):
        self.assertEqual(function("doubles_8", c_double, *[c_double] * 8)(*range(1, 9)), 204)
        self.assertEqual(function("doubles_9", c_double, *[c_double] * 9)(*range(1, 10)), 285)
        values = [0.5 * n for n in range(1, 11)]
        self.assertEqual(function("floats_10", c_float, *[c_float] * 10)(*values), 192.5)

    def test_mixed(self):
        types = (c_int, c_double) * 7
        values = (1, 2.5, 3, 4.5, 5, 6.5, 7, 8.5, 9, 10.5, 11, 12.5, 13, 14.5)
        expected = sum(i * v for i, v in enumerate(values, 1))
        self.assertEqual(function("mixed_14", c_double, *types)(*values), expected)
        types = (c_int8, c_float, c_uint8, c_double, c_int16, c_float, c_uint16, c_double, c_int32,
                 c_float, c_uint32, c_double, c_int64, c_float, c_uint64, c_double, c_int8, c_float,
                 c_int64, c_double)
        values = (-1, 0.5, 200, 1.5, -300, 2.5, 60000, 3.5, -70000, 4.5, 2 ** 31, 5.5, -2 ** 40,
                  6.5, 2 ** 41, 7.5, -8, 8.5, 9, 9.5)
        expected = sum(i * v for i, v in enumerate(values, 1))
        self.assertEqual(function("mixed_20", c_double, *types)(*values), expected)

    def test_aligned_on_the_stack(self):
        long_doubles = function("long_double_on_the_stack", c_double, *[c_int] * 7, c_longdouble,
                                c_int, c_longdouble)
        self.assertEqual(long_doubles(1, 1, 1, 1, 1, 1, 2, 3.0, 4, 5.0), 54326)

        class Pair(Structure):
            _align_ = 16
            _fields_ = [("a", c_longlong), ("b", c_longlong)]

        pairs = function("aligned_on_the_stack", c_longlong, *[c_int] * 7, Pair, c_int, Pair)
        in_registers = function("aligned_in_registers", c_longlong, c_int, Pair, c_int)
        self.assertEqual(in_registers(1, Pair(2, 3), 4), 4321)
        if OURS:  # libffi aligns what it could have passed in registers to eight bytes
            self.assertEqual(pairs(1, 1, 1, 1, 1, 1, 2, Pair(3, 4), 5, Pair(6, 7)), 7654326)

    def test_sixty(self):
        values = list(range(60))
        expected = sum((row + 1) * (i + 1) * values[10 * row + i]
                       for row in range(6) for i in range(10))
        self.assertEqual(function("ints_60", c_int, *[c_int] * 60)(*values), expected)

    def test_callbacks(self):
        seen = []
        prototype = CFUNCTYPE(c_double, *(c_int, c_double) * 7)

        def callback(*arguments):
            seen.extend(arguments)
            return sum(arguments)

        call = function("call_mixed_14", c_double, prototype)
        values = [1, 2.5, 3, 4.5, 5, 6.5, 7, 8.5, 9, 10.5, 11, 12.5, 13, 14.5]
        self.assertEqual(call(prototype(callback)), sum(values))
        self.assertEqual(seen, values)
        self.assertEqual([type(v) for v in seen], [int, float] * 7)

    def test_narrow_callback_arguments(self):
        prototype = CFUNCTYPE(c_longlong, c_int8, c_uint8, c_int16, c_uint16, c_int32, c_uint32,
                              c_int8, c_uint8, c_int16, c_float)
        seen = []

        def callback(*arguments):
            seen.extend(arguments)
            return len(arguments)

        self.assertEqual(function("call_narrow_10", c_longlong, prototype)(prototype(callback)), 10)
        self.assertEqual(seen, [-1, 255, -2, 65535, -3, 2 ** 32 - 1, -4, 254, -5, 0.5])


class Variadic(TestCase):
    def test_integers(self):
        total = clib["variadic_sum_ints"]
        total.restype = c_longlong
        for argtypes in (None, [c_int]):
            total.argtypes = argtypes
            self.assertEqual(total(0), 0)
            self.assertEqual(total(3, 1, 2, 3), 6)
            self.assertEqual(total(20, *range(20)), 190)
            self.assertEqual(total(3, c_int(-1), -2, True), -2)
        wide = clib["variadic_sum_longlongs"]
        wide.argtypes, wide.restype = [c_int], c_longlong
        self.assertEqual(wide(9, *[c_longlong(2 ** 40)] * 9), 9 * 2 ** 40)

    def test_doubles(self):
        # The System V ABI reads the number of vector registers used from another register.
        total = clib["variadic_sum_doubles"]
        total.argtypes, total.restype = [c_int], c_double
        for count in (0, 1, 7, 8, 9, 20):
            values = [n + 0.5 for n in range(count)]
            self.assertEqual(total(count, *map(c_double, values)), sum(values))
        total.argtypes = [c_int, c_double, c_double]
        self.assertEqual(total(2, 1.5, 2), 3.5)

    def test_long_doubles(self):
        total = clib["variadic_sum_longdoubles"]
        total.argtypes, total.restype = [c_int], c_longdouble
        self.assertEqual(total(3, *map(c_longdouble, (1.5, 2.5, 3.5))), 7.5)

    def describe(self, codes, *arguments):
        out = create_string_buffer(1000)
        variadic = clib["variadic_describe"]
        variadic.argtypes = [c_char_p, c_size_t, c_char_p]
        length = variadic(out, len(out), codes, *arguments)
        self.assertEqual(length, len(out.value))
        return out.value.decode()

    def test_mixtures(self):
        self.assertEqual(self.describe(b"idsl", 1, c_double(2.5), b"text", c_longlong(2 ** 40)),
                         f"i1 d2.5 stext l{2 ** 40} ")
        self.assertEqual(self.describe(b"didididididididididi", *[c_double(0.5), 7] * 10),
                         "d0.5 i7 " * 10)
        self.assertEqual(self.describe(b"sp", None, None), "s(null) pNULL ")
        self.assertEqual(self.describe(b"w", "wide"), "wwide ")
        self.assertEqual(self.describe(b"ppp", byref(c_int(1)), pointer(c_int(2)),
                                       (c_int * 2)(3, 4)), "p1 p2 p3 ")

    def test_structures(self):
        class Pair(Structure):
            _fields_ = [("x", c_double), ("y", c_double)]

        self.assertEqual(self.describe(b"eiee", Pair(1, 2), 5, Pair(3, 4), Pair(5.5, 6)),
                         "e1,2 i5 e3,4 e5.5,6 ")
        self.assertEqual(self.describe(b"eeeee", *[Pair(n, n + 0.5) for n in range(5)]),
                         "".join(f"e{n},{n + 0.5} " for n in range(5)))

    def test_printf(self):
        out = create_string_buffer(100)
        written = clib["variadic_format"](out, c_size_t(100), b"%s %d %.2f %c %x", b"text", -5,
                                          c_double(2.345678), c_int(65), 255)
        self.assertEqual(out.value, b"text -5 2.35 A ff")
        self.assertEqual(written, len(out.value))

    def test_one_function_many_signatures(self):
        variadic = clib["variadic_describe"]
        variadic.argtypes = [c_char_p, c_size_t, c_char_p]
        out = create_string_buffer(100)
        for codes, arguments, expected in [(b"i", (5,), b"i5 "), (b"d", (c_double(1.5),), b"d1.5 "),
                                           (b"", (), b""), (b"id", (5, c_double(0.5)), b"i5 d0.5 "),
                                           (b"i", (6,), b"i6 ")]:
            out.value = b""
            variadic(out, 100, codes, *arguments)
            self.assertEqual(out.value, expected)


if __name__ == "__main__":
    unittest.main()
