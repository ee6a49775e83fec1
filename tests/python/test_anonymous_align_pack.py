"""`_anonymous_`, `_pack_` and `_align_`: what they do to attributes and layout."""
import ctypes
import unittest
import warnings
from ctypes import (
    BigEndianStructure, Structure, Union, addressof, alignment, c_char, c_double, c_int, c_int8,
    c_int16, c_int32, c_int64, c_longdouble, c_uint8, c_uint32, c_uint64, c_void_p, sizeof,
)

from support import PY314, TestCase


class Pair(Structure):
    _fields_ = [("x", c_int32), ("y", c_int32)]


class Scalars(Union):
    _fields_ = [("integer", c_int32), ("real", ctypes.c_float)]


class Anonymous(TestCase):
    class Shape(Structure):
        _anonymous_ = ["value", "position"]
        _fields_ = [("kind", c_int8), ("value", Scalars), ("position", Pair), ("z", c_int8)]

    def test_fields_appear_in_the_outer_type(self):
        Shape = self.Shape
        for name, offset in [("kind", 0), ("integer", 4), ("real", 4), ("x", 8), ("y", 12),
                             ("z", 16)]:
            self.assertEqual(getattr(Shape, name).offset, offset)
        self.assertEqual(Shape.x.size, 4)

    def test_access(self):
        shape = self.Shape(1, (0x3F800000,), (3, 4), 5)
        self.assertEqual((shape.kind, shape.real, shape.x, shape.y, shape.z), (1, 1.0, 3, 4, 5))
        shape.integer, shape.y = 0, 7
        self.assertEqual((shape.real, shape.position.y, shape.value.integer), (0.0, 7, 0))
        self.assertError(TypeError, "can't delete attribute", delattr, shape, "x")

    def test_keywords_reach_inside(self):
        shape = self.Shape(x=3, real=1.0, position=(9, 4))
        self.assertEqual((shape.integer, shape.y), (0x3F800000, 4))

    def test_two_levels(self):
        class Outer(Structure):
            _anonymous_ = ("shape",)
            _fields_ = [("before", c_int8), ("shape", self.Shape)]

        self.assertEqual((Outer.x.offset, Outer.integer.offset), (12, 8))
        outer = Outer(1)
        outer.x, outer.real = 5, 1.0
        self.assertEqual((outer.shape.position.x, outer.shape.integer), (5, 0x3F800000))

    def test_bit_fields(self):
        class Bits(Structure):
            _fields_ = [("low", c_uint32, 4), ("high", c_uint32, 28)]

        class Register(Union):
            _anonymous_ = ("bits",)
            _fields_ = [("whole", c_uint32), ("bits", Bits)]

        register = Register(0xABCDEF12)
        self.assertEqual((register.low, register.high), (0x2, 0xABCDEF1))
        register.low = 0xF
        self.assertEqual(register.whole, 0xABCDEF1F)

    def test_inheritance(self):
        class Derived(self.Shape):
            _fields_ = [("extra", c_int32)]

        derived = Derived(extra=6)
        derived.x = 5
        self.assertEqual((derived.position.x, derived.extra), (5, 6))

    def test_a_string_is_a_sequence_of_names(self):
        class Outer(Structure):
            _anonymous_ = "p"
            _fields_ = [("p", Pair)]

        self.assertEqual(Outer(x=3).p.x, 3)

    def test_set_before_fields_only(self):
        class Later(Structure):
            pass

        Later._anonymous_ = ["p"]
        Later._fields_ = [("p", Pair)]
        self.assertEqual(Later.y.offset, 4)

        class TooLate(Structure):
            _fields_ = [("p", Pair)]

        TooLate._anonymous_ = ["p"]
        self.assertFalse(hasattr(TooLate, "x"))


def packed(pack, *fields, base=Structure):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return type(base)("Packed", (base,), {"_pack_": pack, "_fields_": list(fields)})


class Pack(TestCase):
    def test_offsets(self):
        fields = [("a", c_int8), ("b", c_int16), ("c", c_int32), ("d", c_int64)]
        for pack, offsets, size in [(1, (0, 1, 3, 7), 15), (2, (0, 2, 4, 8), 16),
                                    (4, (0, 2, 4, 8), 16), (8, (0, 2, 4, 8), 16)]:
            cls = packed(pack, *fields)
            self.assertEqual(tuple(getattr(cls, n).offset for n in "abcd"), offsets)
            self.assertEqual(sizeof(cls), size)
            self.assertEqual(alignment(cls), min(pack, 8))

    def test_unaligned_access(self):
        cls = packed(1, ("a", c_int8), ("d", c_double), ("q", c_int64), ("p", c_void_p),
                     ("g", c_longdouble), ("s", c_char * 3), ("n", Pair))
        cell = cls(1, 2.5, -3, 4, 5.5, b"abc", (6, 7))
        self.assertEqual((cell.d, cell.q, cell.p, cell.g, cell.s, cell.n.y),
                         (2.5, -3, 4, 5.5, b"abc", 7))
        for name, value in [("d", 0.5), ("q", 2 ** 40), ("p", 77), ("g", -1.5)]:
            setattr(cell, name, value)
            self.assertEqual(getattr(cell, name), value)
        self.assertEqual(bytes(cell)[1:9], bytes(c_double(0.5)))

    def test_nested_types_keep_their_own_layout(self):
        cls = packed(1, ("a", c_int8), ("p", Pair), ("b", c_int8))
        self.assertEqual((cls.p.offset, sizeof(cls)), (1, 10))
        inner = packed(1, ("a", c_int8), ("b", c_int32))

        class Outer(Structure):
            _fields_ = [("a", c_int8), ("inner", inner), ("c", c_int16)]

        self.assertEqual((Outer.inner.offset, Outer.c.offset, sizeof(Outer)), (1, 6, 8))

    def test_unions(self):
        cls = packed(2, ("a", c_int8 * 5), ("b", c_int64), base=Union)
        self.assertEqual((sizeof(cls), alignment(cls)), (8, 2))

    def test_byte_order(self):
        cls = packed(1, ("a", c_int8), ("b", c_int32), base=BigEndianStructure)
        self.assertEqual(bytes(cls(1, 2)), b"\x01\0\0\0\x02")

    @unittest.skipUnless(PY314, "_layout_ is 3.14's")
    def test_explicit_layout_does_not_warn(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")

            class Explicit(Structure):
                _pack_ = 1
                _layout_ = "ms"
                _fields_ = [("a", c_int8), ("b", c_int32)]

        self.assertEqual(sizeof(Explicit), 5)


class Align(TestCase):
    def test_sizes(self):
        for align in (1, 2, 4, 8, 16, 64):
            class Aligned(Structure):
                _align_ = align
                _fields_ = [("a", c_int32), ("b", c_int8)]

            self.assertEqual(alignment(Aligned), max(align, 4))
            self.assertEqual(sizeof(Aligned), max(align, 8))
            self.assertEqual((Aligned.a.offset, Aligned.b.offset), (0, 4))

    def test_zero_is_the_default(self):
        class Default(Structure):
            _align_ = 0
            _fields_ = [("a", c_int16)]

        self.assertEqual((alignment(Default), sizeof(Default)), (2, 2))

    def test_as_a_field(self):
        class Inner(Structure):
            _align_ = 16
            _fields_ = [("a", c_int8)]

        class Outer(Structure):
            _fields_ = [("before", c_int8), ("inner", Inner), ("after", c_int8)]

        self.assertEqual((Outer.inner.offset, Outer.after.offset), (16, 32))
        self.assertEqual((sizeof(Outer), alignment(Outer)), (48, 16))
        outer = Outer(1, (2,), 3)
        self.assertEqual((outer.before, outer.inner.a, outer.after), (1, 2, 3))

    def test_array(self):
        class Inner(Structure):
            _align_ = 8
            _fields_ = [("a", c_int8)]

        array = (Inner * 3)()
        self.assertEqual((sizeof(array), alignment(array)), (24, 8))
        self.assertEqual(addressof(array[1]) - addressof(array[0]), 8)

    def test_union(self):
        class Aligned(Union):
            _align_ = 16
            _fields_ = [("a", c_uint8 * 5), ("b", c_uint64)]

        self.assertEqual((sizeof(Aligned), alignment(Aligned)), (16, 16))

    def test_inheritance(self):
        class Base(Structure):
            _align_ = 16
            _fields_ = [("a", c_int)]

        class Derived(Base):
            _fields_ = [("b", c_int8)]

        self.assertEqual((alignment(Derived), Derived.b.offset), (16, 16))
        self.assertEqual(sizeof(Derived), 32)

    def test_byte_order(self):
        class Big(BigEndianStructure):
            _align_ = 8
            _fields_ = [("a", c_int16)]

        self.assertEqual(bytes(Big(1)), b"\0\1" + bytes(6))


if __name__ == "__main__":
    unittest.main()
