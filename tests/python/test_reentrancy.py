"""Python code that runs in the middle of an operation and changes what it works on."""
import gc
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, Structure, c_double, c_int, c_short, c_void_p, create_string_buffer,
    pointer, resize, sizeof,
)

from support import OURS, TestCase, clib, function

Unary = CFUNCTYPE(c_int, c_int)


class Index:
    """An integer whose conversion runs `action` first."""

    def __init__(self, value, action):
        self.value, self.action = value, action

    def __index__(self):
        self.action()
        return self.value

    def __float__(self):
        self.action()
        return float(self.value)


class DuringStores(TestCase):
    @unittest.skipUnless(OURS, "CPython writes to the freed memory")
    def test_resized(self):
        number, array = c_int(1), (c_int * 3)()
        number.value = Index(5, lambda: resize(number, 100_000))
        self.assertEqual(number.value, 5)
        array[1] = Index(6, lambda: resize(array, 100_000))
        self.assertEqual(array[:], [0, 6, 0])
        array[:] = [Index(n, lambda n=n: resize(array, 200_000 * (n + 1))) for n in range(3)]
        self.assertEqual(array[:], [0, 1, 2])

        class Record(Structure):
            _fields_ = [("a", c_int), ("bits", c_int, 5), ("d", c_double)]

        record = Record()
        record.a = Index(7, lambda: resize(record, 100_000))
        record.bits = Index(3, lambda: resize(record, 200_000))
        record.d = Index(2, lambda: resize(record, 300_000))
        self.assertEqual((record.a, record.bits, record.d), (7, 3, 2.0))

    def test_index_changes_the_array(self):
        array = (c_int * 3)(1, 2, 3)
        self.assertEqual(array[Index(1, lambda: array.__setitem__(1, 50))], 50)
        array[Index(0, lambda: resize(array, 10_000))] = 9
        self.assertEqual(array[:], [9, 50, 3])

    def test_pointer_moved_meanwhile(self):
        first, second = c_int(1), c_int(2)
        p = pointer(first)

        def move():
            p.contents = second

        p[0] = Index(7, move)
        self.assertEqual((first.value, second.value), (7, 2))

    def test_list_that_changes_while_it_is_assigned(self):
        for change, expected in [(lambda values: values.clear(), [7, 2, 3, 4]),
                                 (lambda values: values.pop(), [7, 8, 9, 4]),
                                 (lambda values: values.__setitem__(1, 50), [7, 50, 9, 10]),
                                 (lambda values: values.append(1), [7, 8, 9, 10])]:
            array, values = (c_int * 4)(1, 2, 3, 4), []
            values.extend([Index(7, lambda: change(values)), 8, 9, 10])
            if expected[-1] == 4:
                self.assertError(IndexError, "list index out of range", array.__setitem__, slice(0, 4), values)
            else:
                array[0:4] = values
            self.assertEqual(array[:], expected)
        array = (c_int * 4)()
        array[::-1] = [Index(1, lambda: None), 2, Index(3, lambda: None), 4]
        self.assertEqual(array[:], [4, 3, 2, 1])

    def test_sequence_that_changes_its_length(self):
        class Shrinking:
            def __len__(self):
                return 3

            def __getitem__(self, index):
                if index == 1:
                    raise IndexError
                return index

        array = (c_int * 3)(7, 8, 9)
        with self.assertRaises(IndexError):
            array[0:3] = Shrinking()
        self.assertEqual(array[1:], [8, 9])

    def test_initialiser_that_initialises_again(self):
        class Record(Structure):
            _fields_ = [("a", c_int), ("b", c_int)]

        record = Record()
        record.__init__(Index(1, lambda: record.__init__(8, 9)), 2)
        self.assertEqual((record.a, record.b), (1, 2))

    def test_fields_set_while_fields_are_set(self):
        class Record(Structure):
            pass

        def fields():
            yield ("a", c_int)
            try:
                Record._fields_ = [("z", c_short)]
            except (AttributeError, TypeError):
                pass
            yield ("b", c_int)

        try:
            Record._fields_ = list(fields())
        except (AttributeError, TypeError, ValueError):
            pass
        record = Record()
        self.assertIn(sizeof(record), (sizeof(c_short), 2 * sizeof(c_int)))


class DuringCalls(TestCase):
    @unittest.skipUnless(OURS, "CPython may lose the converters it is going through")
    def test_from_param_changes_the_function(self):
        add = clib["add_int"]

        class Changing:
            @classmethod
            def from_param(cls, value):
                add.argtypes = [c_short]
                add.restype = c_double
                del add.argtypes
                gc.collect()
                return value

        add.argtypes = [Changing, c_int]
        add(2, 3)
        add.restype = c_int
        self.assertEqual(add(2, 3), 5)

    def test_from_param_releases_the_argument_it_made(self):
        class Temporary:
            @classmethod
            def from_param(cls, value):
                return create_string_buffer(value * 1000)

        length = clib["byte_length"]
        length.argtypes = [Temporary]
        self.assertEqual([length(b"abc") for _ in range(20)], [3000] * 20)

    def test_callback_frees_the_arguments(self):
        cell = [(c_int * 30)(*range(30))]
        compare = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))

        @compare
        def body(a, b):
            cell.clear()
            gc.collect()
            return a[0] - b[0]

        sort = function("sort_ints", None, POINTER(c_int), c_void_p, compare)
        sort(cell[0], 30, body)
        self.assertEqual(cell, [])

    def test_errcheck_calls_the_function_again(self):
        negate = function("negate_int", c_int, c_int)

        def check(result, func, arguments):
            return result if arguments[0] == 0 else (result, func(arguments[0] - 1))

        negate.errcheck = check
        self.assertEqual(negate(3), (-3, (-2, (-1, 0))))

    def test_restype_replaces_itself(self):
        negate = clib["negate_int"]

        def once(value):
            negate.restype = c_int
            return "first"

        negate.restype = once
        self.assertEqual((negate(1), negate(1)), ("first", -1))

    def test_finaliser_calls_c(self):
        results = []

        class Handle(c_int):
            def __del__(self):
                results.append(clib.negate_int(self.value))

        def make():
            return Handle(5)

        make()
        gc.collect()
        self.assertEqual(results, [-5])


if __name__ == "__main__":
    unittest.main()
