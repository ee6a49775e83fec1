"""Pointers, strings, arrays, functions and objects as arguments: what each type takes and refuses, in the
words of CPython 3.14."""
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, ArgumentError, addressof, byref, c_byte, c_char, c_char_p, c_int, c_short,
    c_size_t, c_void_p, c_wchar, c_wchar_p, cast, create_string_buffer, create_unicode_buffer, pointer,
    py_object,
)

from given import ROUNDS, MyVoid, Point, Point3, Parameter
from support import OURS, PY314, TestCase, echo_object, function


@unittest.skipUnless(PY314 or OURS, "3.13 words errors otherwise")
class Addresses(TestCase):
    def echo(self, argtype):
        return function("echo_void_p", c_size_t, argtype)

    def check(self, argtype, taken, refused=()):
        echo = self.echo(argtype)
        for _ in ROUNDS:
            for value, address in taken:
                self.assertEqual(echo(value), address)
            for value in refused:
                self.assertRaises(ArgumentError, echo, value)

    def setUp(self):
        self.number = c_int(5)
        self.array = (c_int * 3)(1, 2, 3)
        self.buffer = create_string_buffer(b"buffer")
        self.wide = create_unicode_buffer("wide")
        self.point = Point(1, 2)
        self.callback = CFUNCTYPE(c_int)(lambda: 1)

    def in_memory(self, value):
        return c_size_t.from_buffer(value).value

    def test_void_pointer(self):
        text = c_char_p(b"text")
        wide = c_wchar_p("text")
        there = pointer(self.number)
        self.check(c_void_p, [
            (None, 0), (5, 5), (-1, 2**64 - 1), (True, 1), (c_void_p(9), 9), (MyVoid(8), 8), (c_void_p(), 0),
            (self.array, addressof(self.array)), (there, addressof(self.number)),
            (byref(self.number), addressof(self.number)),
            (byref(self.array, 4), addressof(self.array) + 4), (self.buffer, addressof(self.buffer)),
            (text, self.in_memory(text)), (wide, self.in_memory(wide)),
            (self.callback, self.in_memory(self.callback)), (Parameter(self.array), addressof(self.array)),
            (Parameter(3), 3),
        ], [self.number, self.point, 1.5, object(), Parameter(1.5)])
        self.check(MyVoid, [(MyVoid(8), 8), (None, 0), (7, 7), (there, addressof(self.number))], [c_void_p(9)])

    def test_strings(self):
        length = function("byte_length", c_size_t, c_char_p)
        letters = (c_char * 4)(*b"abc")
        for _ in ROUNDS:
            for value, expected in ((b"abcd", 4), (self.buffer, 6), (c_char_p(b"ab"), 2), (letters, 3),
                                    (cast(letters, POINTER(c_char)), 3), (byref(c_char()), 0),
                                    (Parameter(b"abc"), 3), (None, 2**64 - 1)):
                self.assertEqual(length(value), expected)
            for wrong in ("abc", 5, self.array, self.wide, (c_byte * 4)(), byref(self.number), c_void_p(5),
                          pointer(self.number), self.point):
                self.assertError(
                    ArgumentError, "argument 1: TypeError: "
                    f"'{name(wrong)}' object cannot be interpreted as ctypes.c_char_p", length, wrong)

    def test_wide_strings(self):
        length = function("wide_length", c_size_t, c_wchar_p)
        for _ in ROUNDS:
            for value, expected in (("abcd", 4), (self.wide, 4), (c_wchar_p("ab"), 2),
                                    (cast(self.wide, POINTER(c_wchar)), 4), (byref(c_wchar()), 0),
                                    (Parameter("abc"), 3), (None, 2**64 - 1)):
                self.assertEqual(length(value), expected)
            for wrong in (b"abc", 5, self.array, self.buffer, byref(c_char()), c_char_p(b"x")):
                self.assertError(
                    ArgumentError, "argument 1: TypeError: "
                    f"'{name(wrong)}' object cannot be interpreted as ctypes.c_wchar_p", length, wrong)

    def test_pointer(self):
        here = addressof(self.number)
        self.check(POINTER(c_int), [
            (None, 0), (byref(self.number), here), (pointer(self.number), here), (self.number, here),
            (self.array, addressof(self.array)), (Parameter(pointer(self.number)), here),
            (Parameter(byref(self.number)), here),
        ], [c_short(), byref(c_short()), (c_short * 2)(), 5, "x", Parameter(5), Parameter(self.number)])

    def test_pointer_to_derived(self):
        point = Point3(1, 2, 3)
        here = addressof(point)
        points = (Point3 * 2)()
        self.check(POINTER(Point), [
            (point, here), (byref(point), here), (points, addressof(points)),
            (pointer(point), here), (Parameter(byref(point)), here),
        ], [Point3, c_int(), byref(c_int())])
        self.check(POINTER(Point3), [(point, here)], [self.point, byref(self.point)])

    def test_array(self):
        A = c_int * 3
        self.check(A, [(self.array, addressof(self.array)), (byref(self.number), addressof(self.number)),
                       (Parameter(self.array), addressof(self.array))],
                   [None, (c_int * 4)(), (c_short * 3)(), pointer(self.number), byref(c_short()), 5])

    def test_function_pointer(self):
        Callback = CFUNCTYPE(c_int)
        there = self.in_memory(self.callback)
        self.check(Callback, [(self.callback, there), (Parameter(self.callback), there)],
                   [None, 5, CFUNCTYPE(c_short)(lambda: 1), lambda: 1])

    def test_objects(self):
        thing = object()
        for given in (thing, b"bytes", "text", 5, c_int(7), [1]):
            self.assertIs(echo_object(given), given)
        echo = function("echo_void_p", c_size_t, py_object)
        self.assertEqual(echo(py_object(thing)), id(thing))
        self.assertEqual(echo(thing), id(thing))
        self.assertEqual(echo(py_object()), 0)


def name(value):
    cls = type(value)
    return cls.__name__ if cls.__module__ != "_ctypes" else f"_ctypes.{cls.__name__}"


if __name__ == "__main__":
    unittest.main()
