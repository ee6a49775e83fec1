"""Arguments that planned calls take at once, and others."""
import sys
import unittest
from ctypes import (
    POINTER, ArgumentError, Structure, byref, c_char_p, c_int, c_short, c_void_p, c_wchar_p, cast,
    pointer, py_object, sizeof,
)

from _ctypes import Py_INCREF, _Pointer

from support import OURS, PY314, TestCase, clib, function


class Pointers(TestCase):
    def test_what_is_taken(self):
        increment = function("increment", c_int, POINTER(c_int))
        value = c_int(1)
        array = (c_int * 3)(10)
        for number, thing in enumerate((byref(value), pointer(value), value), 2):
            self.assertEqual(increment(thing), number)
        self.assertEqual(increment(array), 11)
        self.assertEqual(increment(cast(array, POINTER(c_int))), 12)
        self.assertEqual(increment(None), -1)
        for wrong in (byref(c_short()), pointer(c_short()), c_short(), (c_short * 3)(), 5, "x",
                      byref(pointer(value))):
            self.assertRaises(ArgumentError, increment, wrong)

    def test_offset(self):
        array = (c_int * 3)(1, 2, 3)
        increment = function("increment", c_int, c_void_p)
        self.assertEqual(increment(byref(array, sizeof(c_int))), 3)

    def test_void_pointers(self):
        echo = function("echo_void_p", c_void_p, c_void_p)
        for thing in (None, 0):
            self.assertIsNone(echo(thing))
        self.assertEqual(echo(2**64 - 1), 2**64 - 1)
        self.assertEqual(echo(-1), 2**64 - 1)

    @unittest.skipUnless(PY314 or OURS, "3.13 keeps the old target's from_param")
    def test_another_target_later(self):
        class Shape(Structure):
            _fields_ = [("a", c_int)]

        class Other(Structure):
            _fields_ = [("a", c_int)]

        class Target(_Pointer):
            _type_ = Shape

        increment = clib["increment"]
        increment.restype, increment.argtypes = c_int, [Target]
        self.assertEqual(increment(byref(Shape(4))), 5)
        self.assertRaises(ArgumentError, increment, byref(Other(4)))
        Target.set_type(Other)
        self.assertEqual(increment(byref(Other(4))), 5)
        self.assertRaises(ArgumentError, increment, byref(Shape(4)))


class Strings(TestCase):
    def test_both_kinds(self):
        length = function("wide_length", c_int, c_wchar_p)
        self.assertEqual(length("x" * 1000), 1000)
        self.assertEqual(length(""), 0)
        narrow = clib["byte_length"]
        narrow.argtypes = [c_char_p]
        self.assertEqual(narrow(b"abc"), 3)
        self.assertEqual(narrow(c_char_p(b"abcd")), 4)
        self.assertRaises(ArgumentError, narrow, "abc")


class Objects(TestCase):
    @unittest.skipUnless(OURS, "CPython 3.13 dies of it")
    def test_null(self):
        null = function("echo_void_p", py_object, c_void_p)
        self.assertError(ValueError, "PyObject is NULL", null, None)

    def test_references(self):
        echo = function("echo_py_object", py_object, py_object)
        thing = object()
        before = sys.getrefcount(thing)
        for _ in range(5):
            # The function gives a reference away that it does not have.
            Py_INCREF(thing)
            self.assertIs(echo(thing), thing)
        self.assertEqual(sys.getrefcount(thing), before)


if __name__ == "__main__":
    unittest.main()
