"""Array types and their items: how they are made, filled, indexed, nested and subclassed."""
import ctypes
import sys
import unittest
from ctypes import (
    ARRAY, Array, POINTER, Structure, alignment, c_char, c_char_p, c_double, c_int, c_int8, c_short,
    c_wchar, py_object, sizeof,
)

from support import TestCase, function

Three = c_int * 3


class Pair(Structure):
    _fields_ = [("a", c_int), ("b", c_int)]


class Types(TestCase):
    def test_multiplication_makes_one_type(self):
        self.assertIs(c_int * 3, Three)
        self.assertIs(3 * c_int, Three)
        self.assertIs(ARRAY(c_int, 3), Three)
        self.assertIs(c_int * True, c_int * 1)
        self.assertIsNot(c_int * 4, Three)
        self.assertTrue(issubclass(Three, Array))
        self.assertIs(type(Three), type(Array))
        self.assertEqual(type(Three).__name__, "PyCArrayType")

    def test_description(self):
        self.assertEqual(Three.__name__, f"{c_int.__name__}_Array_3")
        self.assertEqual((Three * 2).__name__, f"{c_int.__name__}_Array_3_Array_2")
        self.assertIs(Three._type_, c_int)
        self.assertEqual(Three._length_, 3)
        self.assertIs((Three * 2)._type_, Three)
        for item in (c_int8, c_short, c_double, Pair, POINTER(c_int), Three):
            self.assertEqual(sizeof(item * 5), 5 * sizeof(item))
            self.assertEqual(alignment(item * 5), alignment(item))

    def test_zero_length(self):
        Empty = c_int * 0
        self.assertEqual(sizeof(Empty), 0)
        self.assertEqual(alignment(Empty), alignment(c_int))
        self.assertEqual(len(Empty()), 0)
        self.assertEqual(list(Empty()), [])
        self.assertEqual(Empty()[:], [])
        self.assertError(IndexError, "invalid index", Empty, 1)
        self.assertError(IndexError, "invalid index", lambda: Empty()[0])

    def test_bad_lengths(self):
        self.assertError(ValueError, "Array length must be >= 0, not -1", lambda: c_int * -1)
        too_large = sys.maxsize // sizeof(c_double) + 1
        self.assertError(OverflowError, "array too large", lambda: c_double * too_large)
        self.assertError(OverflowError, "array too large",
                         lambda: (c_double * (too_large // 2)) * 3)
        for wrong in ("x", 1.5, None, c_int):
            with self.assertRaises(TypeError):
                c_int * wrong
        with self.assertRaises(OverflowError):
            c_int * 2 ** 70

    def test_subclass(self):
        class Named(Array):
            _type_ = c_int
            _length_ = 3
            total = property(sum)

        self.assertEqual(Named(1, 2, 3).total, 6)
        self.assertEqual(sizeof(Named), sizeof(Three))
        self.assertIsNot(Named, Three)

        class Longer(Named):
            _length_ = 5

        class Narrower(Longer):
            _type_ = c_short

        self.assertEqual((len(Longer()), sizeof(Longer)), (5, 5 * sizeof(c_int)))
        self.assertEqual((len(Narrower()), sizeof(Narrower)), (5, 5 * sizeof(c_short)))
        self.assertEqual(Narrower(1, 2).total, 3)

    def test_bad_subclasses(self):
        def define(**namespace):
            return type(Array)("Bad", (Array,), namespace)

        self.assertError(AttributeError, "class must define a '_length_' attribute", define)
        self.assertError(AttributeError, "class must define a '_length_' attribute", define,
                         _type_=c_int)
        self.assertError(AttributeError, "class must define a '_type_' attribute", define,
                         _length_=3)
        for length in (-1, -2 ** 70):
            self.assertError(ValueError, "The '_length_' attribute must not be negative", define,
                             _type_=c_int, _length_=length)
        for length in ("3", 3.0, None):
            self.assertError(TypeError, "The '_length_' attribute must be an integer", define,
                             _type_=c_int, _length_=length)
        self.assertError(OverflowError, "The '_length_' attribute is too large", define,
                         _type_=c_int, _length_=2 ** 70)
        self.assertError(OverflowError, "array too large", define, _type_=c_double,
                         _length_=sys.maxsize)
        for item in (int, 5, None):
            self.assertError(TypeError, "_type_ must have storage info", define, _type_=item,
                             _length_=3)

    def test_abstract(self):
        self.assertError(TypeError, "abstract class", Array)

    def test_generic_alias(self):
        self.assertEqual(str(Array[c_int]), f"_ctypes.Array[ctypes.{c_int.__name__}]")


class Items(TestCase):
    def test_initialisers(self):
        self.assertEqual(list(Three()), [0, 0, 0])
        self.assertEqual(list(Three(1)), [1, 0, 0])
        self.assertEqual(list(Three(1, 2, 3)), [1, 2, 3])
        self.assertError(IndexError, "invalid index", Three, 1, 2, 3, 4)
        self.assertError(TypeError, "'str' object cannot be interpreted as an integer", Three, 1,
                         "2")
        self.assertEqual(list(Three(c_int(4), 5)), [4, 5, 0])

    def test_init_again(self):
        array = Three(1, 2, 3)
        array.__init__(9)
        self.assertEqual(array[:], [9, 2, 3])

    def test_indices(self):
        array = Three(10, 20, 30)
        self.assertEqual([array[i] for i in (0, 1, 2, -1, -2, -3)], [10, 20, 30, 30, 20, 10])
        array[-1] = 33
        array[True] = 22
        self.assertEqual(array[:], [10, 22, 33])

        class Index:
            def __index__(self):
                return 1

        array[Index()] = 5
        self.assertEqual(array[Index()], 5)

    def test_bad_indices(self):
        array = Three()
        for index in (3, -4, 1000):
            self.assertError(IndexError, "invalid index", array.__getitem__, index)
            self.assertError(IndexError, "invalid index", array.__setitem__, index, 1)
        for index in ("0", 1.0, None, ()):
            self.assertError(TypeError, "indices must be integers", array.__getitem__, index)
            self.assertError(TypeError, "indices must be integer", array.__setitem__, index, 1)
        with self.assertRaises(IndexError):
            array[2 ** 70]

    def test_bad_values(self):
        array = Three(1, 2, 3)
        self.assertError(TypeError, "'str' object cannot be interpreted as an integer",
                         array.__setitem__, 0, "x")
        self.assertError(TypeError, "Array does not support item deletion", array.__delitem__, 0)
        self.assertEqual(array[:], [1, 2, 3])

    def test_sequence_protocol(self):
        array = Three(1, 2, 3)
        self.assertEqual(len(array), 3)
        self.assertEqual(list(iter(array)), [1, 2, 3])
        self.assertEqual(list(reversed(array)), [3, 2, 1])
        self.assertIn(2, array)
        self.assertNotIn(4, array)
        self.assertEqual((max(array), sum(array), sorted(array)), (3, 6, [1, 2, 3]))
        first, *rest = array
        self.assertEqual((first, rest), (1, [2, 3]))

    def test_not_a_value(self):
        array = Three()
        self.assertFalse(hasattr(array, "value"))
        self.assertFalse(hasattr(array, "raw"))
        self.assertNotEqual(array, Three())
        self.assertError(TypeError, "unhashable type", hash, array)

    def test_shares_memory_with_c(self):
        array = Three(1, 2, 3)
        total = function("sum_array_int", c_int, POINTER(c_int), c_int)
        self.assertEqual(total(array, 3), 6)
        array[1] = 40
        self.assertEqual(total(array, 3), 44)

    def test_items_of_every_kind(self):
        self.assertEqual((c_char_p * 3)(b"a", None)[:], [b"a", None, None])
        marker = object()
        objects = (py_object * 2)(marker)
        self.assertIs(objects[0], marker)
        self.assertError(ValueError, "PyObject is NULL", objects.__getitem__, 1)
        number = c_int(5)
        pointers = (POINTER(c_int) * 2)(ctypes.pointer(number))
        pointers[0][0] = 6
        self.assertEqual(number.value, 6)
        self.assertFalse(pointers[1])


class Nested(TestCase):
    def test_rows(self):
        Grid = Three * 2
        grid = Grid((1, 2, 3), (4, 5))
        self.assertEqual([row[:] for row in grid], [[1, 2, 3], [4, 5, 0]])
        grid[1][2] = 6
        self.assertEqual(bytes(grid), bytes((c_int * 6)(1, 2, 3, 4, 5, 6)))
        grid[0] = (7,)
        self.assertEqual(grid[0][:], [7, 0, 0])
        grid[0] = Three(7, 8, 9)
        self.assertEqual(grid[0][:], [7, 8, 9])
        row = grid[1]
        grid[1] = (0, 0, 1)
        self.assertEqual(row[:], [0, 0, 1])

    def test_three_dimensions(self):
        cube = (c_int8 * 2 * 3 * 4)()
        self.assertEqual((len(cube), len(cube[0]), len(cube[0][0])), (4, 3, 2))
        cube[3][2][1] = 5
        self.assertEqual(bytes(cube)[-1], 5)

    def test_structures(self):
        pairs = (Pair * 2)((1, 2), Pair(3, 4))
        self.assertEqual([(p.a, p.b) for p in pairs], [(1, 2), (3, 4)])
        pairs[0] = (5,)
        self.assertEqual((pairs[0].a, pairs[0].b), (5, 0))
        pairs[1].b = 9
        self.assertEqual(pairs[1].b, 9)

    def test_refuses(self):
        name = Three.__name__
        grid = (Three * 2)()
        for wrong in (5, "abc", [1, 2, 3], None):
            self.assertError(TypeError, f"expected {name} instance, got {type(wrong).__name__}",
                             grid.__setitem__, 0, wrong)
        self.assertError(TypeError, "incompatible types, c_short_Array_3 instance instead of "
                         f"{name} instance", grid.__setitem__, 0, (c_short * 3)())
        self.assertError(RuntimeError, f"({name}) IndexError: invalid index", grid.__setitem__, 0,
                         (1, 2, 3, 4))
        self.assertError(RuntimeError, "(Pair) TypeError: too many initializers", Pair * 2,
                         (1, 2, 3))
        self.assertError(TypeError, "expected Pair instance, got list", Pair * 2, [1, 2])


class FromParam(TestCase):
    def test_only_its_own_instances(self):
        array = Three()
        self.assertIs(Three.from_param(array), array)
        name = Three.__name__
        for wrong in ((1, 2, 3), [1, 2, 3], 5, (c_int * 4)()):
            self.assertError(TypeError, f"expected {name} instance instead of "
                             f"{type(wrong).__name__}", Three.from_param, wrong)

    def test_character_arrays_take_no_strings(self):
        # A string is converted, but to the type of a fresh array, not to a parameter.
        for ctype, text in [(c_char * 3, b"abc"), (c_wchar * 3, "abc")]:
            self.assertError(TypeError, f"expected {ctype.__name__} instance instead of "
                             f"{type(text).__name__}", ctype.from_param, text)


if __name__ == "__main__":
    unittest.main()
