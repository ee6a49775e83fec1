"""Exported variables of every kind, and opening libraries."""
import ctypes
import os
import sys
import unittest
from ctypes import (
    CDLL, CFUNCTYPE, POINTER, RTLD_GLOBAL, RTLD_LOCAL, PyDLL, Structure, Union, addressof, c_char,
    c_char_p, c_double, c_int, c_ubyte, c_void_p, cast,
)

import _ctypes
from support import LIBC, LIBRARY, PY314, TestCase, clib, function, on_unix


class Point(Structure):
    _fields_ = [("x", c_int), ("y", c_int)]


class Variables(TestCase):
    def test_simple(self):
        number = c_int.in_dll(clib, "global_int")
        self.assertEqual(number.value, 42)
        number.value = 43
        self.addCleanup(setattr, number, "value", 42)
        self.assertEqual(clib.read_global_int(), 43)
        self.assertEqual(c_int.in_dll(clib, "global_int").value, 43)
        self.assertEqual(c_double.in_dll(clib, "global_double").value, 2.5)

    def test_arrays(self):
        data = (c_ubyte * 8).in_dll(clib, "global_bytes")
        self.assertEqual(data[:], list(range(1, 9)))
        self.assertEqual((c_char * 16).in_dll(clib, "global_text").value, b"global text")

    def test_structures(self):
        point = Point.in_dll(clib, "global_point")
        self.assertEqual((point.x, point.y), (3, 4))
        point.y = 40
        self.addCleanup(setattr, point, "y", 4)
        self.assertEqual(clib.read_global_point_y(), 40)
        points = (Point * 3).in_dll(clib, "global_points")
        self.assertEqual([(p.x, p.y) for p in points], [(1, 2), (3, 4), (5, 6)])

    def test_pointers(self):
        self.assertEqual(c_char_p.in_dll(clib, "global_string").value, b"pointed to")
        p = POINTER(Point).in_dll(clib, "global_point_pointer")
        self.assertEqual((p.contents.x, p[1].y), (3, 6))
        self.assertFalse(POINTER(c_int).in_dll(clib, "global_null"))
        self.assertIs(c_void_p.in_dll(clib, "global_null").value, None)

    def test_function_pointers(self):
        Unary = CFUNCTYPE(c_int, c_int)
        stored = Unary.in_dll(clib, "global_function")
        self.assertEqual(stored(5), 15)
        original = c_void_p.in_dll(clib, "global_function").value
        replacement = Unary(lambda v: v + 1)
        cell = c_void_p.in_dll(clib, "global_function")
        cell.value = cast(replacement, c_void_p).value
        self.assertEqual(clib.call_global_function(5), 6)
        self.assertEqual(stored(5), 6)  # the object is the variable itself
        cell.value = original
        self.assertEqual(clib.call_global_function(5), 15)

    def test_ownership(self):
        number = c_int.in_dll(clib, "global_int")
        self.assertEqual((number._b_needsfree_, number._b_base_), (0, None))
        self.assertEqual(addressof(number), addressof(c_int.in_dll(clib, "global_int")))

    def test_functions_are_symbols_too(self):
        self.assertEqual(addressof(c_char.in_dll(clib, "negate_int")),
                         cast(clib.negate_int, c_void_p).value)


class Refused(TestCase):
    @on_unix
    def test_unknown(self):
        self.assertError(ValueError, f"{LIBRARY}: undefined symbol: no_such_variable",
                         c_int.in_dll, clib, "no_such_variable")

    def test_wrong_arguments(self):
        self.assertError(AttributeError, "'int' object has no attribute '_handle'", c_int.in_dll,
                         5, "x")
        self.assertError(TypeError, "in_dll() argument 2 must be str, not int", c_int.in_dll,
                         clib, 5)
        with self.assertRaises(ValueError):
            c_int.in_dll(clib, "a\0b")
        with self.assertRaises(TypeError):
            c_int.in_dll(clib)

        class Fake:
            _handle = "x"

        self.assertError(TypeError, "the _handle attribute of the second argument must be an "
                         "integer", c_int.in_dll, Fake(), "global_int")
        for base in (Structure, Union):
            self.assertError(TypeError, "abstract class", base.in_dll, clib, "global_int")


@unittest.skipUnless(sys.platform == "linux" and PY314, "indirect functions are ELF's, and 3.13 dies of them")
class SymbolsAtNull(TestCase):
    """The loader finds them, and nobody can use them."""

    def test_functions(self):
        for look_up in (lambda: clib.resolved_to_null, lambda: clib["resolved_to_null"],
                        lambda: function("resolved_to_null", None), lambda: function(b"resolved_to_null", None)):
            self.assertError(AttributeError, "function 'resolved_to_null' not found", look_up)
        self.assertFalse(hasattr(clib, "resolved_to_null"))

    def test_variables(self):
        for ctype in (c_int, c_int * 3, Point, POINTER(c_int), CFUNCTYPE(None)):
            self.assertError(ValueError, "symbol 'resolved_to_null' not found", ctype.in_dll, clib, "resolved_to_null")

    def test_addresses(self):
        self.assertError(OSError, "symbol 'resolved_to_null' not found", _ctypes.dlsym, clib._handle,
                         "resolved_to_null")


class Opening(TestCase):
    def test_handles(self):
        self.assertEqual(CDLL(LIBRARY)._handle, clib._handle)
        self.assertEqual(CDLL(LIBRARY)._name, LIBRARY)
        by_handle = CDLL("any name", handle=clib._handle)
        self.assertEqual(by_handle.negate_int(5), -5)

    @on_unix
    def test_modes(self):
        for mode in (RTLD_LOCAL, RTLD_GLOBAL, os.RTLD_NOW, os.RTLD_LAZY | os.RTLD_GLOBAL):
            self.assertEqual(CDLL(LIBRARY, mode=mode).negate_int(5), -5)

    def test_pydll(self):
        self.assertEqual(PyDLL(LIBRARY).negate_int(5), -5)

    def test_loader_attributes(self):
        self.assertIs(ctypes.cdll[LIBRARY].negate_int.restype, c_int)
        with self.assertRaises(AttributeError):
            ctypes.cdll._private

    @on_unix
    def test_libc(self):
        libc = CDLL(LIBC)
        self.assertTrue(c_void_p.in_dll(libc, "environ").value)
        self.assertEqual(libc.abs(-3), 3)
        getenv = function("getenv", c_char_p, c_char_p, library=libc)
        self.assertEqual(getenv(b"CTYPES_TEST_LIB").decode(), LIBRARY)


if __name__ == "__main__":
    unittest.main()
