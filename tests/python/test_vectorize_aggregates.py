"""ctypes_vectorize: structures and unions as arguments and results."""
import array
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, ArgumentError, Structure, Union, c_double, c_float, c_int, c_int8, c_int32, c_int64,
    c_uint64,
)

from support import function
from vectorized import VectorizeTestCase


class Item(Structure):
    _fields_ = [("id", c_int), ("weight", c_double)]


class Same(Structure):
    _fields_ = Item._fields_


class Derived(Item):
    _fields_ = []


class Integers(Structure):
    _fields_ = [("a", c_int64), ("b", c_uint64)]


class Floats(Structure):
    _fields_ = [("a", c_float), ("b", c_float)]


class Mixed(Structure):
    _fields_ = [("a", c_int8), ("b", c_int32)]


class Large(Structure):
    _fields_ = [("a", c_double), ("b", c_double), ("c", c_double)]


class Either(Union):
    _fields_ = [("a", c_int64), ("b", c_double)]


ECHOED = {
    "i64x2": (Integers, [(1, 2), (-3, 4)]), "f32x2": (Floats, [(1.5, 2), (-3, 4)]),
    "i8i32": (Mixed, [(1, 2), (-3, 1 << 30)]), "f64x3": (Large, [(1, 2, 3), (4, 5, 6)]),
}


CHANGE = CFUNCTYPE(c_int, c_int)


def fields(instance):
    return tuple(getattr(instance, name) for name, _ in instance._fields_)


class Aggregates(VectorizeTestCase):
    def setUp(self):
        self.heavier = self.vectorize(function("heavier", Item, Item, c_double))
        self.items = (Item * 3)((1, 10), (2, 20), (3, 30))

    def test_arrays(self):
        result = self.heavier(self.items, [1, 2, 3])
        self.assertIs(type(result), Item * 3)
        self.assertEqual([fields(item) for item in result], [(1, 11), (2, 22), (3, 33)])
        self.assertEqual([fields(item) for item in self.items], [(1, 10), (2, 20), (3, 30)])
        table = (Item * 2 * 1)(((1, 2), (3, 4)))
        self.assertEqual(fields(self.heavier(table, 1)[0][1]), (3, 5))

    def test_buffers(self):
        result = self.heavier(memoryview(self.items)[::-2], 0)
        self.assertEqual([fields(item) for item in result], [(3, 30), (1, 10)])
        self.assertEqual(fields(self.heavier(memoryview(Item(5, 6)), 1)), (5, 7))
        # What counts is the format.
        if memoryview((Same * 1)()).format == memoryview(self.items).format:
            self.assertEqual(fields(self.heavier(memoryview((Same * 1)((5, 6))), 1)[0]), (5, 7))

    def test_lists(self):
        result = self.heavier([Item(1, 2), (3, 4), ()], 1)
        self.assertEqual([fields(item) for item in result], [(1, 3), (3, 5), (0, 1)])

    def test_one_for_all(self):
        result = self.heavier(Item(1, 2), [1, 2])
        self.assertEqual([fields(item) for item in result], [(1, 3), (1, 4)])
        result = self.heavier(Item(1, 2), 3)
        self.assertIs(type(result), Item)
        self.assertEqual(fields(result), (1, 5))
        self.assertEqual(fields(self.heavier(Derived(1, 2), [3])[0]), (1, 5))

    def test_in_place(self):
        self.assertIs(self.heavier(self.items, 1, out=self.items), self.items)
        self.assertEqual([item.weight for item in self.items], [11, 21, 31])
        self.heavier(memoryview(self.items)[::2], [5, 6], out=memoryview(self.items)[::2])
        self.assertEqual([item.weight for item in self.items], [16, 21, 37])

    def test_of_all_classes(self):
        for name, (ctype, given) in ECHOED.items():
            echo = self.vectorize(function(f"echo_{name}", ctype, ctype))
            self.assertEqual([fields(item) for item in echo((ctype * 2)(*given))], given)
            self.assertEqual([fields(item) for item in echo(given)], given)
            self.assertEqual(fields(echo(ctype(*given[1]))), given[1])

    def test_unions(self):
        echo = self.vectorize(function("echo_u_i64_f64", Either, Either))
        result = echo((Either * 2)(Either(a=5), Either(b=2.5)))
        self.assertIs(type(result), Either * 2)
        self.assertEqual((result[0].a, result[1].b), (5, 2.5))

    def test_targets_beside_values(self):
        total = self.vectorize(function("total_weight", c_double, Item, POINTER(Item)))
        others = (Item * 2)((7, 100), (8, 200))
        self.assertEqual(list(total((Item * 2)((1, 1), (2, 2)), others)), [101, 202])
        self.assertEqual([other.id for other in others], [1, 2])
        self.assertEqual(list(total(self.items, self.items)), [20, 40, 60])

    def test_values_do_not_change(self):
        advance = self.vectorize(function("call_with_item", c_double, CHANGE, Item))
        item = Item(1, 2)

        def change(value):
            item.weight += 100
            return value

        callback = CHANGE(change)
        self.assertEqual(list(advance([callback, callback], item)), [2, 2])
        self.assertEqual(item.weight, 202)

    def test_errors(self):
        for wrong, message in [
                ((Same * 2)(), "an array of Same is not of Item"),
                ((Derived * 2)(), "an array of Derived is not of Item"),
                ((c_double * 2)(), "an array of c_double is not of Item"),
                ((POINTER(Item) * 2)(), "an array of LP_Item is not of Item"),
                (array.array("d", [1, 2]), "a buffer of format 'd' is not of Item"),
                (bytearray(16), "a buffer of format 'B' is not of Item")]:
            self.assertError(TypeError, f"argument 1: {message}", self.heavier, wrong, 1)
        for wrong in 5, None, Same(), c_int(5):
            self.assertRaises(ArgumentError, self.heavier, wrong, 1)
        message = "out: its items are Same, and the results are Item"
        self.assertError(TypeError, message, self.heavier, Item(), 1, out=(Same * 1)())
        message = "out: its items have the format 'B', and the results are Item"
        self.assertError(TypeError, message, self.heavier, Item(), 1, out=bytearray(16))


if __name__ == "__main__":
    unittest.main()
