"""Iterating over arrays, which have no `__iter__`."""

import copy
import gc
import operator
import pickle
import unittest
import weakref
from collections.abc import Iterable
from ctypes import (POINTER, Array, Structure, c_char, c_char_p, c_double, c_int, c_wchar, pointer, py_object)

from support import WINDOWS, TestCase


class Pair(Structure):
    _fields_ = [("a", c_int), ("b", c_int)]


class MyInt(c_int):
    pass


# By this name it is pickled.
c_int_Array_4 = c_int * 4


class Iteration(TestCase):
    def test_items_of_every_kind(self):
        self.assertEqual(list((c_int * 3)(1, 2, 3)), [1, 2, 3])
        self.assertEqual(tuple((c_double * 2)(0.5, 2)), (0.5, 2.0))
        self.assertEqual(list((c_char * 3)(*b"ab")), [b"a", b"b", b"\0"])
        self.assertEqual("".join((c_wchar * 3)(*"ab\xe9")), "ab\xe9")
        self.assertEqual([*(c_char_p * 2)(b"text")], [b"text", None])
        self.assertEqual([item.value for item in (MyInt * 2)(4, 5)], [4, 5])
        self.assertEqual(list((c_int.__ctype_be__ * 2)(1, 2)), [1, 2])
        self.assertEqual([list(row) for row in (c_int * 2 * 2)((1, 2), (3, 4))], [[1, 2], [3, 4]])
        self.assertEqual(list((c_int * 0)()), [])
        first, second = (c_int * 2)(1, 2)
        self.assertEqual((first, second), (1, 2))
        self.assertEqual(sum((c_int * 100)(*range(100))), 4950)
        self.assertEqual(max((c_int * 3)(1, 3, 2)), 3)
        self.assertEqual(list(zip((c_int * 2)(1, 2), (c_int * 3)(3, 4, 5))), [(1, 3), (2, 4)])
        self.assertEqual(list(reversed((c_int * 3)(1, 2, 3))), [3, 2, 1])

    def test_items_share_the_memory(self):
        pairs = (Pair * 3)()
        for number, pair in enumerate(pairs):
            pair.a = number
        self.assertEqual([pair.a for pair in pairs], [0, 1, 2])
        pointers = (POINTER(Pair) * 3)(*map(pointer, pairs))
        for p in pointers:
            p.contents.b = 7
        self.assertEqual([pair.b for pair in pairs], [7, 7, 7])
        kept = list((Pair * 2)(Pair(1), Pair(2)))
        gc.collect()
        self.assertEqual([pair.a for pair in kept], [1, 2])

    def test_changes_on_the_way(self):
        array, seen = (c_int * 5)(*range(5)), []
        for item in array:
            seen.append(item)
            array[4] = 9
        self.assertEqual(seen, [0, 1, 2, 3, 9])

    def test_the_end_is_the_end(self):
        iterator = iter((c_int * 2)(1, 2))
        self.assertIs(iter(iterator), iterator)
        self.assertEqual((next(iterator), next(iterator), next(iterator, None)), (1, 2, None))
        self.assertRaises(StopIteration, next, iterator)
        self.assertEqual(operator.length_hint(iterator), 0)

    def test_state(self):
        array = c_int_Array_4(*range(4))
        iterator = iter(array)
        self.assertEqual((next(iterator), operator.length_hint(iterator)), (0, 3))
        self.assertEqual(iterator.__reduce__(), (iter, (array,), 1))
        self.assertEqual(list(copy.copy(iterator)), [1, 2, 3])
        if not WINDOWS:
            # There the class has the name of an array of `long`.
            self.assertEqual(list(pickle.loads(pickle.dumps(iterator))), [1, 2, 3])
        iterator.__setstate__(3)
        self.assertEqual(list(iterator), [3])
        iterator.__setstate__(0)
        self.assertEqual((list(iterator), iterator.__reduce__()), ([], (iter, ((),))))
        iterator = iter(array)
        iterator.__setstate__(-5)
        self.assertEqual(next(iterator), 0)
        iterator.__setstate__(50)
        self.assertEqual((operator.length_hint(iterator), list(iterator)), (0, []))
        self.assertRaises(TypeError, iter(array).__setstate__, "text")
        self.assertEqual(type(iterator).__name__, "iterator")

    def test_an_item_that_fails(self):
        array = (py_object * 3)()
        array[0], array[2] = "first", "last"
        iterator = iter(array)
        self.assertEqual(next(iterator), "first")
        for _ in range(3):
            self.assertRaises(ValueError, next, iterator)
        array[1] = "middle"
        self.assertEqual(list(iterator), ["middle", "last"])

    def test_python_code_that_has_a_say(self):
        class Base(Array):
            _type_, _length_ = c_int, 3

        class Gets(Base):
            def __getitem__(self, index):
                if index == 5:
                    raise IndexError
                return index + 100

        class Stops(Base):
            def __getitem__(self, index):
                if index == 2:
                    raise StopIteration
                return super().__getitem__(index)

        class Iterates(Base):
            def __iter__(self):
                yield "own"

        class Longer(Base):
            def __len__(self):
                return 10

        self.assertEqual(list(Base(1, 2, 3)), [1, 2, 3])
        self.assertEqual(list(Gets(1, 2, 3)), [100, 101, 102, 103, 104])
        self.assertEqual(list(Stops(1, 2, 3)), [1, 2])
        self.assertEqual(list(Iterates(1, 2, 3)), ["own"])
        self.assertEqual(list(Longer(1, 2, 3)), [1, 2, 3])
        later = type("Later", (Base,), {})
        array = later(1, 2, 3)
        iterator = iter(array)
        self.assertEqual(next(iterator), 1)
        later.__getitem__ = lambda self, index: ["a", "b"][index]
        self.assertEqual((list(iterator), list(array)), (["b"], ["a", "b"]))
        del later.__getitem__
        self.assertEqual(list(array), [1, 2, 3])
        later.__iter__ = lambda self: iter("own")
        self.assertEqual(list(array), ["o", "w", "n"])
        del later.__iter__
        self.assertEqual(list(array), [1, 2, 3])

    def test_types_show_no_such_method(self):
        array = (c_int * 3)()
        self.assertFalse(hasattr(array, "__iter__") or hasattr(Array, "__iter__"))
        self.assertNotIsInstance(array, Iterable)
        self.assertRaises(TypeError, iter, pointer(c_int()).contents)

    def test_the_array_lives_as_long(self):
        array = (Pair * 2)(Pair(1), Pair(2))
        alive, iterator = weakref.ref(array), iter(array)
        del array
        gc.collect()
        self.assertEqual((alive() is None, [pair.a for pair in iterator]), (False, [1, 2]))
        del iterator
        gc.collect()
        self.assertIsNone(alive())

    def test_cycles_are_found(self):
        array = (c_int * 2)()
        array.iterator = iter(array)
        alive = weakref.ref(array)
        del array
        gc.collect()
        self.assertIsNone(alive())


if __name__ == "__main__":
    unittest.main()
