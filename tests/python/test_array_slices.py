"""Slices of arrays, both ways, held against what a list does."""
import itertools
import unittest
from ctypes import POINTER, Structure, c_byte, c_char, c_double, c_int, c_wchar, pointer, py_object

from support import TestCase


class Reading(TestCase):
    def test_every_slice_of_a_small_array(self):
        array = (c_int * 5)(*range(5))
        expected = list(range(5))
        bounds = [None, *range(-7, 8)]
        for start, stop in itertools.product(bounds, bounds):
            for step in (None, 1, 2, 3, 7, -1, -2, -3, -7):
                where = slice(start, stop, step)
                self.assertEqual(array[where], expected[where], where)

    def test_result_types(self):
        self.assertEqual((c_double * 3)(1, 2, 3)[:2], [1.0, 2.0])
        self.assertEqual((c_char * 4)(*b"abcd")[1:3], b"bc")
        self.assertEqual((c_char * 4)(*b"ab\0d")[:], b"ab\0d")
        self.assertEqual((c_char * 4)(*b"abcd")[::-2], b"db")
        self.assertEqual((c_char * 4)()[2:1], b"")
        self.assertEqual((c_wchar * 4)(*"ab€d")[1:], "b€d")
        self.assertEqual((c_wchar * 4)(*"abcd")[::-1], "dcba")
        self.assertEqual((c_wchar * 4)()[4:], "")
        self.assertEqual((c_byte * 4)(1, 2)[1:3], [2, 0])

    def test_items_share_the_arrays_memory(self):
        class Cell(Structure):
            _fields_ = [("v", c_int)]

        cells = (Cell * 3)()
        cells[1:][0].v = 7
        self.assertEqual(cells[1].v, 7)

    def test_huge_bounds(self):
        array = (c_int * 3)(1, 2, 3)
        self.assertEqual(array[:2 ** 70], [1, 2, 3])
        self.assertEqual(array[-2 ** 70:2], [1, 2])
        self.assertEqual(array[::2 ** 70], [1])
        self.assertEqual(array[::-2 ** 70], [3])

    def test_bad_slices(self):
        array = (c_int * 3)()
        with self.assertRaisesRegex(ValueError, "slice step cannot be zero"):
            array[::0]
        with self.assertRaisesRegex(TypeError, "slice indices must be integers"):
            array["0":]

    def test_null_objects(self):
        self.assertError(ValueError, "PyObject is NULL", (py_object * 2)(1).__getitem__,
                         slice(None))


class Writing(TestCase):
    def test_every_slice_of_a_small_array(self):
        bounds = [None, *range(-6, 7)]
        for start, stop in itertools.product(bounds, bounds):
            for step in (None, 2, -1, -3):
                where = slice(start, stop, step)
                array = (c_int * 5)(*range(5))
                expected = list(range(5))
                new = range(100, 100 + len(expected[where]))
                array[where] = list(new)
                expected[where] = new
                self.assertEqual(array[:], expected, where)

    def test_from_any_sequence(self):
        array = (c_int * 4)()
        array[0:2] = (1, 2)
        array[2:4] = range(3, 5)
        self.assertEqual(array[:], [1, 2, 3, 4])
        array[:] = (c_int * 4)(5, 6, 7, 8)
        self.assertEqual(array[:], [5, 6, 7, 8])
        array[::2] = [c_int(1), 2]
        self.assertEqual(array[:], [1, 6, 2, 8])

    def test_characters(self):
        text = (c_char * 4)(*b"abcd")
        text[0:2] = b"XY"
        text[2:4] = [b"1", 50]
        self.assertEqual(text.raw, b"XY12")
        wide = (c_wchar * 4)(*"abcd")
        wide[1:3] = "€ß"
        self.assertEqual(wide[:], "a€ßd")

    def test_wrong_length(self):
        array = (c_int * 4)(1, 2, 3, 4)
        for where, values in [(slice(0, 2), [1]), (slice(0, 2), [1, 2, 3]), (slice(None), []),
                              (slice(None, None, 2), [1]), (slice(2, 2), [1])]:
            self.assertError(ValueError, "Can only assign sequence of same size",
                             array.__setitem__, where, values)
        self.assertEqual(array[:], [1, 2, 3, 4])

    def test_not_a_sequence(self):
        for wrong in (5, None):
            with self.assertRaises((TypeError, ValueError)):
                (c_int * 2)()[:] = wrong

    def test_bad_item_stops_there(self):
        array = (c_int * 3)(1, 2, 3)
        with self.assertRaises(TypeError):
            array[:] = [7, "x", 9]
        self.assertEqual(array[:], [7, 2, 3])

    def test_deletion(self):
        array = (c_int * 3)()
        self.assertError(TypeError, "Array does not support item deletion", array.__delitem__,
                         slice(0, 1))

    def test_pointers(self):
        pointers = (POINTER(c_int) * 3)()
        pointers[0:2] = [pointer(c_int(4)), (c_int * 2)(5, 6)]
        self.assertEqual([p[0] for p in pointers[:2]], [4, 5])
        self.assertFalse(pointers[2])


if __name__ == "__main__":
    unittest.main()
