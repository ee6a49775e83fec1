"""`in` for arrays: whatever iterating and comparing would find."""

import unittest
from ctypes import (Array, c_bool, c_byte, c_char, c_double, c_float, c_int, c_int16, c_int64, c_longdouble, c_ubyte,
                    c_uint32, c_uint64, c_wchar)

from support import TestCase


class Equal:
    """Equal to one number, and says what it was compared with."""

    def __init__(self, number):
        self.number, self.seen = number, []

    def __eq__(self, other):
        self.seen.append(other)
        return other == self.number


class Fails:
    def __eq__(self, other):
        raise ZeroDivisionError


class MyInt(c_int):
    pass


def slowly(array, target):
    for item in list(array):
        if item is target or item == target:
            return True
    return False


TARGETS = [
    0, 1, -1, 5, 127, 128, 255, 256, -128, -129, 32767, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, -2**31,
    -2**31 - 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -2**63, -2**63 - 1, 10**30, True, False, 0.0,
    -0.0, 1.0, 0.5, 0.1, 1e300, float("inf"), float("nan"), 1j, 1 + 0j, None, "5", b"5", (5,), object(),
]
ARRAYS = [
    (c_byte, [-128, -1, 0, 5, 127]), (c_ubyte, [0, 1, 128, 255]), (c_int16, [-32768, 5, 32767]),
    (c_int, [-2**31, -1, 5, 2**31 - 1]), (c_uint32, [0, 5, 2**32 - 1]), (c_int64, [-2**63, -1, 2**53 + 1, 2**63 - 1]),
    (c_uint64, [1, 2**63, 2**64 - 1]), (c_float, [0.0, 0.1, 0.5, float("inf"), 1.0]),
    (c_double, [-0.0, 0.1, 1e300, float("nan"), 2.0**53]), (c_longdouble, [0.5, 1.0]), (c_bool, [True]),
    (c_int.__ctype_be__, [1, 256]), (c_int.__ctype_le__, [1, 256]), (c_double.__ctype_be__, [0.5]),
]


class Contains(TestCase):
    def test_numbers(self):
        for ctype, items in ARRAYS:
            for count in len(items), 1, 0, len(items) + 40:
                array = (ctype * count)(*items[:count])
                for target in [*TARGETS, *items]:
                    with self.subTest(type=ctype.__name__, count=count, target=target):
                        self.assertEqual(target in array, slowly(array, target))
                        self.assertEqual(target not in array, not slowly(array, target))

    def test_characters(self):
        array = (c_char * 5)(*b"abc")
        self.assertTrue(b"a" in array and b"\0" in array)
        self.assertFalse(b"abc" in array or "a" in array or 97 in array)
        wide = (c_wchar * 5)(*"a\xe9")
        self.assertTrue("\xe9" in wide and "\0" in wide)

    def test_objects_that_compare(self):
        array = (c_int * 4)(1, 2, 3, 4)
        three = Equal(3)
        self.assertIn(three, array)
        self.assertEqual(three.seen, [1, 2, 3])
        self.assertNotIn(Equal(7), array)
        self.assertRaises(ZeroDivisionError, lambda: Fails() in array)

        class Sub(int):
            def __eq__(self, other):
                return other == 4

            __hash__ = int.__hash__

        self.assertIn(Sub(9), array)

    def test_items_that_are_instances(self):
        array = (MyInt * 2)(1, 2)
        self.assertNotIn(1, array)
        rows = (c_int * 2 * 2)((1, 2), (3, 4))
        self.assertNotIn(1, rows)
        self.assertNotIn(rows[0], rows)

    def test_python_code_that_has_a_say(self):
        class Base(Array):
            _type_, _length_ = c_int, 3

        class Iterates(Base):
            def __iter__(self):
                return iter([7, 8])

        class Gets(Base):
            def __getitem__(self, index):
                if index > 3:
                    raise IndexError
                return index + 100

        class Contains(Base):
            def __contains__(self, target):
                return target == "anything"

        self.assertIn(2, Base(1, 2, 3))
        self.assertTrue(8 in Iterates(1, 2, 3) and 1 not in Iterates(1, 2, 3))
        self.assertTrue(103 in Gets(1, 2, 3) and 1 not in Gets(1, 2, 3))
        self.assertTrue("anything" in Contains(1, 2, 3) and 1 not in Contains(1, 2, 3))
        later = type("Later", (Base,), {})
        array = later(1, 2, 3)
        self.assertIn(3, array)
        later.__iter__ = lambda self: iter([9])
        self.assertTrue(9 in array and 3 not in array)
        del later.__iter__
        self.assertTrue(9 not in array and 3 in array)
        later.__getitem__ = lambda self, index: [5][index]
        self.assertTrue(5 in array and 3 not in array)
        del later.__getitem__
        self.assertIn(3, array)
        later.__contains__ = lambda self, target: False
        self.assertNotIn(3, array)
        del later.__contains__
        self.assertIn(3, array)

    def test_types_show_no_such_method(self):
        self.assertFalse(hasattr(Array, "__contains__") or hasattr(c_int * 3, "__contains__"))


if __name__ == "__main__":
    unittest.main()
