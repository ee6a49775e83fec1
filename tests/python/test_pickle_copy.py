"""Pickling and copying: by bytes and instance dict; never what holds pointers."""
import _ctypes
import copy
import pickle
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, BigEndianStructure, Structure, Union, addressof, c_bool, c_char, c_char_p,
    c_double, c_float, c_int, c_longdouble, c_short, c_void_p, c_wchar, c_wchar_p, pointer,
    py_object,
)

from support import PY314, TestCase


class Point(Structure):
    _fields_ = [("x", c_int), ("y", c_double)]

    def __init__(self, *args):
        super().__init__(*args)
        Point.inits += 1

    inits = 0


class Either(Union):
    _fields_ = [("number", c_int), ("real", c_float)]


class Big(BigEndianStructure):
    _fields_ = [("x", c_short)]


class Named(c_int):
    pass


class HoldsPointer(Structure):
    _fields_ = [("a", c_int), ("p", POINTER(c_int))]


class HoldsHolder(Structure):
    _fields_ = [("inner", HoldsPointer * 2)]


PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)


def ways():
    yield copy.copy
    yield copy.deepcopy
    for protocol in PROTOCOLS:
        yield lambda thing, protocol=protocol: pickle.loads(pickle.dumps(thing, protocol))


class RoundTrips(TestCase):
    def test_simple(self):
        for value in (c_int(-5), c_double(2.5), c_char(b"x"), c_wchar("€"), c_bool(True),
                      c_longdouble(1.5), Named(7)):
            for way in ways():
                other = way(value)
                self.assertIs(type(other), type(value))
                self.assertEqual(other.value, value.value)
                self.assertNotEqual(addressof(other), addressof(value))

    def test_structures(self):
        for way in ways():
            point = Point(1, 2.5)
            other = way(point)
            self.assertEqual((type(other), other.x, other.y), (Point, 1, 2.5))
            other.x = 9
            self.assertEqual(point.x, 1)
            self.assertEqual(way(Either(real=1.5)).real, 1.5)
            self.assertEqual(bytes(way(Big(1))), b"\0\1")

    def test_init_is_not_called(self):
        point = Point(1, 2.5)
        before = Point.inits
        for way in ways():
            way(point)
        self.assertEqual(Point.inits, before)

    def test_arrays(self):
        for way in (copy.copy, copy.deepcopy):
            array = (c_short * 3)(1, 2, 3)
            other = way(array)
            array[0] = 9
            self.assertEqual(other[:], [1, 2, 3])

    def test_instance_dict(self):
        for way in ways():
            point = Point(1, 2.5)
            point.note = ["a"]
            other = way(point)
            self.assertEqual(other.__dict__, {"note": ["a"]})
            self.assertEqual(other.x, 1)
        shallow, deep = copy.copy(point), copy.deepcopy(point)
        self.assertIs(shallow.note, point.note)
        self.assertIsNot(deep.note, point.note)

    def test_parts(self):
        points = (Point * 2)((1, 2.5), (3, 4.5))
        other = copy.copy(points[1])
        other.x = 9
        self.assertEqual((points[1].x, other._b_base_), (3, None))


class Refused(TestCase):
    def test_pointers(self):
        for holder in (c_char_p(b"x"), c_wchar_p("x"), c_void_p(5), pointer(c_int(5)),
                       py_object(5), CFUNCTYPE(None)(lambda: None), HoldsPointer(), HoldsHolder(),
                       (HoldsPointer * 2)(), (c_char_p * 2)(), (c_void_p * 1)()):
            for way in ways():
                self.assertError(ValueError, "ctypes objects containing pointers cannot be "
                                 "pickled", way, holder)


class Protocol(TestCase):
    def test_reduce(self):
        point = Point(1, 0.0)
        for reduced in (point.__reduce__(), point.__reduce_ex__(4)):
            rebuild, (ctype, (attributes, data)) = reduced
            self.assertIs(rebuild, _ctypes._unpickle)
            self.assertEqual((ctype, attributes, data), (Point, {}, bytes(point)))
        self.assertEqual(_ctypes._unpickle(c_short, ({}, b"\5\0")).value, 5)

    def test_setstate(self):
        number = c_short(1)
        number.__setstate__({"note": 5}, b"\7\0")
        self.assertEqual((number.value, number.note), (7, 5))
        number.__setstate__({}, b"\x08")  # shorter data fills the front
        self.assertEqual(number.value, 8)

    def test_setstate_refuses(self):
        number = c_short(1)
        prefix = "__setstate__() argument 1" if PY314 else "argument 1"
        self.assertError(TypeError, f"{prefix} must be dict, not None", number.__setstate__, None,
                         b"\0\0")
        for wrong in ((), (5,), ({}, 5), ({}, b"ab", 1), (5, b"ab")):
            with self.assertRaises(TypeError):
                number.__setstate__(*wrong)
        self.assertEqual(number.value, 1)

    def test_longer_data_is_cut(self):
        numbers = (c_short * 2)(1, 2)
        numbers.__setstate__({}, b"\5\0\6\0" + bytes(1000))
        self.assertEqual(numbers[:], [5, 6])

    def test_dynamic_types_pickle_by_name(self):
        # Array types have no importable name, so only copying within the process works.
        with self.assertRaises((pickle.PicklingError, AttributeError)):
            pickle.dumps((Named * 3)())


if __name__ == "__main__":
    unittest.main()
