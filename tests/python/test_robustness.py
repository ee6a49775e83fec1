"""Sizes, depths and half-made objects that must end in exceptions, not in a crash."""
import ctypes
import sys
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, Array, Structure, Union, c_bool, c_byte, c_char, c_double, c_int, c_void_p,
    create_string_buffer, create_unicode_buffer, resize, sizeof,
)

from support import OURS, TestCase, clib, function


class Pair(Structure):
    _fields_ = [("a", c_int), ("b", c_double)]


class Either(Union):
    _fields_ = [("a", c_int), ("b", c_double)]


class Sizes(TestCase):
    def test_too_much_memory(self):
        for length in (2 ** 60, sys.maxsize):
            ctype = c_char * length
            self.assertEqual((sizeof(ctype), ctype._length_), (length, length))
            with self.assertRaises(MemoryError):
                ctype()
            with self.assertRaises(MemoryError):
                create_string_buffer(length)
            with self.assertRaises(ValueError):
                ctype.from_buffer(bytearray(10))
        with self.assertRaises(OverflowError):
            create_unicode_buffer(sys.maxsize)
        with self.assertRaises((MemoryError, OverflowError)):
            resize(c_int(), sys.maxsize)

    @unittest.skipUnless(OURS, "CPython 3.13 overflows")
    def test_structures_as_large_as_the_address_space(self):
        Half = c_char * (sys.maxsize // 2)
        with self.assertRaises((OverflowError, ValueError, MemoryError, TypeError, AssertionError)):
            class TooLarge(Structure):
                _fields_ = [("a", Half), ("b", Half), ("c", Half)]

            TooLarge()

    def test_lengths_are_checked_against_the_type(self):
        self.assertError(IndexError, "invalid index", (c_int * 3)().__getitem__, 3)

        class Lying(Array):
            _type_ = c_char
            _length_ = 3

        Lying._length_ = 10 ** 6  # too late
        with self.assertRaises(IndexError):
            Lying()[5]
        Lying._type_ = c_double
        self.assertEqual(Lying()[2], b"\0")


class Depths(TestCase):
    def test_nested_types(self):
        ctype = c_int
        for _ in range(50):
            ctype = ctype * 1
        self.assertEqual(sizeof(ctype), sizeof(c_int))
        self.assertEqual(memoryview(ctype()).ndim, 50)
        for n in range(200):
            ctype = type(Structure)(f"S{n}", (Structure,), {"_fields_": [("f", ctype)]})
        self.assertEqual(sizeof(ctype()), sizeof(c_int))
        for _ in range(200):
            ctype = POINTER(ctype)
        self.assertFalse(ctype())

    def test_deep_inheritance(self):
        ctype = Pair
        for n in range(200):
            ctype = type(Structure)(f"D{n}", (ctype,), {"_fields_": [(f"f{n}", c_byte)]})
        self.assertEqual(ctype(1, 2.0, *range(100)).f99, 99)

    def test_many_fields(self):
        Wide = type(Structure)("Wide", (Structure,),
                               {"_fields_": [(f"f{n}", c_int) for n in range(2000)]})
        wide = Wide(*range(2000))
        self.assertEqual((wide.f0, wide.f1999, sizeof(Wide)), (0, 1999, 8000))
        self.assertError(TypeError, "too many initializers", Wide, *range(2001))

    @unittest.skipUnless(OURS, "CPython overflows its stack")
    def test_endless_as_parameter(self):
        class Endless:
            @property
            def _as_parameter_(self):
                return self

        for call in (clib["is_null"], function("is_null", c_bool, c_void_p),
                     function("negate_int", c_int, c_int)):
            with self.assertRaises((RecursionError, ctypes.ArgumentError)):
                call(Endless())


class Uninitialised(TestCase):
    """Types and instances made behind the constructors' backs."""

    def test_types_without_init(self):
        for base in (Structure, Union):
            meta = type(base)
            with self.subTest(meta):
                try:
                    raw = meta.__new__(meta, "Raw", (base,), {})
                except TypeError:
                    continue
                for use in (lambda t: t(), sizeof, POINTER, lambda t: t * 2,
                            lambda t: t.from_param(5)):
                    try:
                        use(raw)
                    except (TypeError, ValueError, AttributeError, RuntimeError):
                        pass

    def test_instances_without_new(self):
        for ctype in (c_int, Pair, Either, c_int * 3, POINTER(c_int), CFUNCTYPE(None)):
            with self.assertRaises(TypeError):
                object.__new__(ctype)
            with self.assertRaises(TypeError):
                ctype.__new__(int)
            if ctype.__init__ is not object.__init__:
                with self.assertRaises(TypeError):
                    ctype.__init__(object())

    def test_null_function(self):
        if not OURS:
            self.skipTest("CPython jumps to address 0")
        with self.assertRaises(ValueError):
            CFUNCTYPE(None)()()

    def test_pointer_without_target(self):
        p = POINTER(c_int).__new__(POINTER(c_int))
        self.assertFalse(p)
        self.assertError(ValueError, "NULL pointer access", lambda: p.contents)


@unittest.skipUnless(OURS, "CPython reads outside the object")
class OutOfBounds(TestCase):
    class Large(Structure):
        _fields_ = [("filler", c_char * 5000), ("last", c_int)]

    def test_field_of_another_type(self):
        for small in (c_char(), Pair(), (c_char * 3)()):
            with self.assertRaises((TypeError, ValueError)):
                self.Large.last.__get__(small)
            with self.assertRaises((TypeError, ValueError)):
                self.Large.last.__set__(small, 5)

    def test_changed_class(self):
        pair = Pair()
        try:
            pair.__class__ = self.Large
            pair.last = 5
            pair.last
        except (TypeError, ValueError):
            pass


if __name__ == "__main__":
    unittest.main()
