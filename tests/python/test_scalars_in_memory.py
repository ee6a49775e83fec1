"""Scalars that C reads and writes through pointers: out-parameters of every type."""
import unittest
from ctypes import (
    POINTER, byref, c_bool, c_byte, c_char, c_double, c_float, c_int, c_long, c_longdouble,
    c_longlong, c_short, c_size_t, c_ssize_t, c_ubyte, c_uint, c_ulong, c_ulonglong, c_ushort,
    c_void_p, c_wchar, pointer, sizeof,
)

from support import WIDE_CHARACTER, TestCase, clib, function

VALUES = {
    "byte": (c_byte, -5, 7), "ubyte": (c_ubyte, 250, 7), "short": (c_short, -500, 7),
    "ushort": (c_ushort, 65000, 7), "int": (c_int, -70000, 7), "uint": (c_uint, 2 ** 32 - 1, 7),
    "long": (c_long, -70000, 7), "ulong": (c_ulong, 2 ** 32 - 1, 7),
    "longlong": (c_longlong, -2 ** 63, 7), "ulonglong": (c_ulonglong, 2 ** 64 - 1, 7),
    "float": (c_float, 0.5, -1.5), "double": (c_double, 0.1, 1e300),
    "longdouble": (c_longdouble, 0.25, -1e300), "bool": (c_bool, True, False),
    "char": (c_char, b"x", b"\xff"), "wchar": (c_wchar, "€", WIDE_CHARACTER),
    "void_p": (c_void_p, 77, 2 ** 40), "size_t": (c_size_t, 5, 2 ** 40),
    "ssize_t": (c_ssize_t, -5, 2 ** 40),
}


class EveryType(TestCase):
    def test_store(self):
        for name, (ctype, *values) in VALUES.items():
            store = function(f"store_{name}", None, POINTER(ctype), ctype)
            for value in values:
                with self.subTest(name, value=value):
                    cell = ctype()
                    store(byref(cell), value)
                    self.assertEqual(cell.value, value)

    def test_store_touches_nothing_else(self):
        for name, (ctype, value, _) in VALUES.items():
            guarded = (c_ubyte * (3 * sizeof(ctype)))(*[0xAA] * (3 * sizeof(ctype)))
            middle = ctype.from_buffer(guarded, sizeof(ctype))
            function(f"store_{name}", None, POINTER(ctype), ctype)(byref(middle), value)
            with self.subTest(name):
                self.assertEqual(middle.value, value)
                outside = guarded[:sizeof(ctype)] + guarded[2 * sizeof(ctype):]
                self.assertEqual(set(outside), {0xAA})

    def test_load(self):
        for name, (ctype, *values) in VALUES.items():
            load = function(f"load_{name}", ctype, POINTER(ctype))
            for value in values:
                with self.subTest(name, value=value):
                    self.assertEqual(load(byref(ctype(value))), value)
                    self.assertEqual(load(pointer(ctype(value))), value)
                    self.assertEqual(load((ctype * 2)(value)), value)

    def test_second_argument(self):
        for name, (ctype, first, second) in VALUES.items():
            with self.subTest(name):
                pick = function(f"second_{name}", ctype, ctype, ctype)
                self.assertEqual((pick(first, second), pick(second, first)), (second, first))

    def test_arrays(self):
        for name in ("byte", "ushort", "int", "longlong", "float", "double", "longdouble"):
            ctype = VALUES[name][0]
            total = function(f"sum_array_{name}", ctype, POINTER(ctype), c_int)
            self.assertEqual(total((ctype * 5)(*range(5)), 5), 10)
            self.assertEqual(total(None, 0), 0)


class IntsAsFloats(TestCase):
    """An int is rounded to a double as `float` rounds it, and that to what the type holds."""

    EVEN, ODD = 2 ** 53, 2 ** 54 + 2 ** 2
    INTS = [0, -1, 2 ** 31, EVEN + 1, -EVEN - 1, EVEN + 3, ODD + 2, 2 ** 63 - 1, 2 ** 63 - 513, -2 ** 63,
            2 ** 63, 2 ** 64 + 2 ** 11 + 1, 10 ** 300, True]

    def test_in_memory(self):
        single = (c_float * 1)()
        double = (c_double * 1)()
        for value in self.INTS:
            with self.subTest(value=value):
                double[:] = [value]
                self.assertEqual(double[0], float(value))
                double[0] = 0
                double[0] = value
                self.assertEqual(double[0], float(value))
                self.assertEqual(c_double(value).value, float(value))
                self.assertEqual(c_longdouble(value).value, float(value))
                single[:] = (value,)
                self.assertEqual(single[0], c_float(float(value)).value)

    def test_beyond_a_double(self):
        cells = (c_double * 2)(1, 2)
        for store in [lambda: cells.__setitem__(0, 10 ** 400), lambda: c_float(10 ** 400),
                      lambda: cells.__setitem__(slice(0, 2), [5, 10 ** 400])]:
            self.assertRaises(OverflowError, store)
        self.assertEqual(list(cells), [5, 2])

    def test_double_rounding(self):
        # Halfway for a float, and a little more that a double cannot hold.
        value = 2 ** 60 + 2 ** 36 + 1
        self.assertEqual(c_float(value).value, 2.0 ** 60)


class OutParameters(TestCase):
    def test_two(self):
        quotient, remainder = c_int(), c_int()
        divide = function("divide", None, c_int, c_int, POINTER(c_int), POINTER(c_int))
        divide(17, 5, byref(quotient), pointer(remainder))
        self.assertEqual((quotient.value, remainder.value), (3, 2))
        clib.divide(19, 4, byref(quotient), byref(remainder))
        self.assertEqual((quotient.value, remainder.value), (4, 3))

    def test_into_parts_of_an_array(self):
        results = (c_int * 4)()
        size = sizeof(c_int)
        clib.divide(17, 5, byref(results, size), byref(results, 3 * size))
        self.assertEqual(results[:], [0, 3, 0, 2])

    def test_result_and_outputs(self):
        low, high = c_int(), c_int()
        minmax = function("minmax", c_int, POINTER(c_int), c_int, POINTER(c_int), POINTER(c_int))
        self.assertEqual(minmax((c_int * 3)(5, -2, 9), 3, low, high), 0)
        self.assertEqual((low.value, high.value), (-2, 9))
        self.assertEqual(minmax(None, 0, low, high), -1)


if __name__ == "__main__":
    unittest.main()
