"""Arguments beyond the declared ones, which C takes by its `...`."""
import _ctypes
import unittest
from ctypes import (
    ArgumentError, Structure, byref, c_byte, c_char_p, c_double, c_float, c_int, c_int64, c_short,
    c_size_t, c_void_p, create_string_buffer,
)

from given import ROUNDS, Colour, Parameter
from support import OURS, TestCase, clib


class Variadic(TestCase):
    def declared(self, name, restype, *argtypes):
        made = clib[name]
        made.restype, made.argtypes = restype, argtypes
        return made

    def test_ints(self):
        add = self.declared("variadic_sum_ints", c_int64, c_int)
        for _ in ROUNDS:
            for count in range(20):
                self.assertEqual(add(count, *range(count)), sum(range(count)))
            self.assertEqual(add(5, 1, True, c_int(3), Colour.RED, Parameter(6)), 16)
            if OURS:  # libffi refuses what C promotes
                self.assertEqual(add(2, c_short(-4), c_byte(-5)), -9)

    def test_doubles(self):
        add = self.declared("variadic_sum_doubles", c_double, c_int)
        for _ in ROUNDS:
            for count in range(12):
                self.assertEqual(add(count, *map(c_double, range(count))), sum(range(count)))
        if OURS:  # libffi refuses a float, which C promotes
            self.assertEqual(add(2, c_float(0.5), c_double(0.25)), 0.75)

    def test_everything(self):
        describe = self.declared("variadic_describe", c_int, c_char_p, c_size_t, c_char_p)
        out = create_string_buffer(200)
        number = c_int(7)
        for _ in ROUNDS:
            length = describe(out, 200, b"idslpwp", 5, c_double(1.5), b"text", c_int64(2**40), byref(number), "wide",
                              None)
            self.assertEqual(out.value, b"i5 d1.5 stext l1099511627776 p7 wwide pNULL ")
            self.assertEqual(length, len(out.value))

    def test_what_is_written_into_bytes(self):
        fill = self.declared("variadic_format", c_int, c_void_p, c_size_t, c_char_p)
        text = bytes(bytearray(b"....."))
        self.assertEqual(fill(text, 6, b"%s%d", b"abcd", 1), 5)
        self.assertEqual(text, b"abcd1")

    def test_refused(self):
        add = self.declared("variadic_sum_ints", c_int64, c_int)
        for _ in ROUNDS:
            self.assertError(ArgumentError, "argument 3: TypeError: Don't know how to convert parameter 3",
                             add, 2, 1, object())
            self.assertError(ArgumentError, "argument 1: TypeError: 'str' object cannot be interpreted as an "
                             "integer", add, "x", 1)
            self.assertError(TypeError, "this function takes at least 1 argument (0 given)", add)

    def test_not_by_stdcall(self):
        class Function(_ctypes.CFuncPtr):
            _flags_ = 0
            _restype_ = c_int

        add = Function(("variadic_sum_ints", clib))
        add.argtypes = [c_int]
        for _ in ROUNDS:
            self.assertEqual(add(0), 0)
            self.assertError(TypeError, "this function takes 1 argument (2 given)", add, 1, 2)


class Values(TestCase):
    def test_structure_and_subclass(self):
        describe = clib["variadic_describe"]
        describe.argtypes, describe.restype = [c_char_p, c_size_t, c_char_p], c_int

        class Pair(Structure):
            _fields_ = [("x", c_double), ("y", c_double)]

        class Derived(Pair):
            pass

        out = create_string_buffer(99)
        for _ in ROUNDS:
            for pair in (Pair(1, 2), Derived(1, 2)):
                describe(out, 99, b"eie", pair, 5, pair)
                self.assertEqual(out.value, b"e1,2 i5 e1,2 ")


if __name__ == "__main__":
    unittest.main()
