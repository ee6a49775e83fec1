"""ctypes_vectorize: pointers, addresses and function pointers as arguments."""
import array
import gc
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, ArgumentError, Structure, addressof, byref, c_bool, c_byte, c_char, c_char_p, c_double,
    c_float, c_int, c_short, c_size_t, c_ubyte, c_uint, c_void_p, c_wchar_p, cast, pointer,
)

from given import MyInt, Parameter
from support import function
from vectorized import PYPY, VectorizeTestCase, values

INT_FUNCTION = CFUNCTYPE(c_int, c_int)


class Pair(Structure):
    _fields_ = [("a", c_int), ("b", c_int)]


class Targets(VectorizeTestCase):
    def setUp(self):
        self.increment = self.vectorize(function("increment", c_int, POINTER(c_int)))
        self.advance = self.vectorize(function("add_in_place", c_double, POINTER(c_double), c_double))

    def test_ctypes_arrays(self):
        numbers = (c_int * 3)(10, 20, 30)
        self.assertEqual(list(self.increment(numbers)), [11, 21, 31])
        self.assertEqual(list(numbers), [11, 21, 31])
        table = (c_int * 2 * 2)((1, 2), (3, 4))
        self.assertEqual(values(self.increment(table)), [[2, 3], [4, 5]])
        self.assertEqual(values(table), [[2, 3], [4, 5]])

    def test_buffers(self):
        numbers = array.array("d", [1, 2, 3])
        self.assertEqual(list(self.advance(numbers, 10)), [1, 2, 3])
        self.assertEqual(list(numbers), [11, 12, 13])
        self.assertEqual(list(self.advance(memoryview(numbers)[::-2], [1, 2])), [13, 11])
        self.assertEqual(list(numbers), [13, 12, 14])

    def test_one_target_for_all(self):
        number = c_double(1)
        for given in byref(number), pointer(number), number, Parameter(byref(number)):
            number.value = 1
            self.assertEqual(list(self.advance(given, [1, 2, 3])), [1, 2, 4])
            self.assertEqual(number.value, 7)
        # What the function makes of an array, which is mapped over here.
        numbers = (c_double * 2)(1, 2)
        self.assertEqual(list(self.advance(byref(numbers), [1, 2, 3])), [1, 2, 4])
        self.assertEqual(list(self.advance(byref(numbers, 8), [1, 2, 3])), [2, 3, 5])
        self.assertEqual(list(self.advance(pointer(numbers), [1])), [7])
        self.assertEqual(list(numbers), [8, 8])
        self.assertRaises(ArgumentError, self.advance, byref((c_float * 2)()), [1])
        # An array of one is mapped over, and stretched.
        self.assertEqual(list(self.advance((c_double * 1)(1), [1, 2, 3])), [1, 2, 4])

    def test_null(self):
        self.assertEqual(self.increment(None), -1)
        self.assertEqual(list(self.increment([None, pointer(c_int(4))])), [-1, 5])

    def test_buffers_without_dimensions(self):
        number = c_double(1)
        self.assertEqual(self.advance(memoryview(number), 2), 1)
        self.assertEqual(list(self.advance(memoryview(number), [1, 1])), [3, 4])
        self.assertEqual(number.value, 5)

    def test_arrays_of_pointers(self):
        numbers = (c_int * 3)(10, 20, 30)
        given = (POINTER(c_int) * 3)(*(pointer(number) for number in map(c_int, range(3))))
        self.assertEqual(list(self.increment(given)), [1, 2, 3])
        given[1] = pointer(c_int.from_buffer(numbers, 4))
        self.assertEqual(list(self.increment(given)), [2, 21, 4])
        self.assertEqual(numbers[1], 21)
        self.assertEqual(list(self.increment([given[1], None])), [22, -1])
        self.assertEqual(values(self.increment((POINTER(c_int) * 2 * 1)())), [[-1, -1]])

    def test_pointers_to_pointers(self):
        read = self.vectorize(function("read_through", c_int, POINTER(POINTER(c_int))))
        given = (POINTER(c_int) * 2)(pointer(c_int(5)), pointer(c_int(6)))
        self.assertEqual(list(read(given)), [5, 6])
        point = self.vectorize(function("point_into_table", None, POINTER(POINTER(c_int)), c_int))
        self.assertIsNone(point(given, [3, 1]))
        self.assertEqual([given[0][0], given[1][0]], [40, 20])

    def test_the_same_numbers_of_another_class(self):
        numbers = (MyInt * 2)(MyInt(1), MyInt(2))
        self.assertEqual(list(self.increment(numbers)), [2, 3])
        increment = self.vectorize(function("increment", c_int, POINTER(MyInt)))
        self.assertEqual(list(increment((c_int * 2)(1, 2))), [2, 3])

    def test_characters_in_buffers(self):
        upper = self.vectorize(function("upper_in_place", None, POINTER(c_char)))
        for text in bytearray(b"ab\0c\0"), (c_char * 5)(*b"ab\0c\0"), memoryview(bytearray(b"ab\0c\0")).cast("c"):
            upper(memoryview(text)[3:])
            self.assertEqual(bytes(text), b"ab\0C\0")

    def test_structures(self):
        increment = self.vectorize(function("increment", c_int, POINTER(Pair)))
        pairs = (Pair * 2)((1, 2), (3, 4))
        self.assertEqual(list(increment(pairs)), [2, 4])
        self.assertEqual(list(increment(memoryview(pairs))), [3, 5])
        self.assertEqual([(pair.a, pair.b) for pair in pairs], [(3, 2), (5, 4)])
        self.assertEqual(increment(pairs[1]), 6)

    def test_errors(self):
        for ctype in c_float, c_int, POINTER(c_int), Pair:
            message = f"argument 1: an array of {ctype.__name__} has neither LP_c_double nor c_double"
            self.assertError(TypeError, message, self.advance, (ctype * 2)(), 1)
        message = "argument 1: the targets of LP_c_double are c_double, and the buffer's items have the format '{}'"
        self.assertError(TypeError, message.format("f"), self.advance, array.array("f", [1]), 1)
        self.assertError(TypeError, message.format("B"), self.advance, bytearray(8), 1)
        message = "argument 1: C may write through LP_c_double, and the buffer is read-only"
        self.assertError(TypeError, message, self.advance, memoryview(array.array("d", [1])).toreadonly(), 1)
        increment = self.vectorize(function("increment", c_int, POINTER(Pair)))
        message = "argument 1: the targets of LP_Pair are Pair, and the buffer's items have the format 'B'"
        self.assertError(TypeError, message, increment, bytearray(8))
        for wrong in 5, "x", byref(c_int()), pointer(c_int()), c_int():
            self.assertRaises(ArgumentError, self.advance, wrong, 1)


class Rows(VectorizeTestCase):
    """`T * n` as a parameter: C gets the address of as many items."""

    def setUp(self):
        self.sum = self.vectorize(function("sum_of_three", c_double, c_double * 3))

    def test_one(self):
        row = (c_double * 3)(1, 2, 3)
        self.assertEqual(self.sum(row), 321)
        self.assertEqual(self.sum(array.array("d", [1, 2, 3])), 321)

    def test_many(self):
        rows = (c_double * 3 * 2)((1, 2, 3), (4, 5, 6))
        for given in rows, memoryview(rows), [(1, 2, 3), (4, 5, 6)]:
            self.assertEqual(list(self.sum(given)), [321, 654])
        self.assertEqual(list(self.sum(memoryview(rows)[::-1])), [654, 321])
        self.assertEqual(values(self.sum((c_double * 3 * 2 * 1)(rows))), [[321, 654]])

    def test_pointers_to_rows(self):
        total = self.vectorize(function("sum_of_three", c_double, POINTER(c_double * 3)))
        rows = (c_double * 3 * 2)((1, 2, 3), (4, 5, 6))
        self.assertEqual(list(total(rows)), [321, 654])
        self.assertEqual(list(total(memoryview(rows)[::-1])), [654, 321])
        self.assertEqual(list(total((POINTER(c_double * 3) * 2)(pointer(rows[1]), pointer(rows[0])))), [654, 321])

    def test_errors(self):
        message = "argument 1 has the shape (2, 4), which does not end with (3,)"
        self.assertError(ValueError, message, self.sum, (c_double * 4 * 2)())
        message = "argument 1 has the shape (), which does not end with (3,)"
        self.assertError(ValueError, message, self.sum, memoryview(c_double()))
        message = "argument 1: an array of c_float has neither c_double_Array_3 nor c_double"
        self.assertError(TypeError, message, self.sum, (c_float * 3)())
        message = "argument 1: the items of c_double_Array_3 are c_double, and the buffer's items have the format 'f'"
        self.assertError(TypeError, message, self.sum, array.array("f", [1, 2, 3]))
        message = "argument 1: a row of the buffer is not contiguous"
        self.assertError(ValueError, message, self.sum, memoryview(array.array("d", [1] * 6))[::2])


class Addresses(VectorizeTestCase):
    def setUp(self):
        self.echo = self.vectorize(function("echo_void_p", c_void_p, c_void_p))
        self.sum = self.vectorize(function("byte_sum", c_uint, c_void_p, c_size_t))

    def test_one_for_all(self):
        number = c_int(7)
        self.assertEqual(self.echo(5), 5)
        self.assertIsNone(self.echo(None))
        for given in byref(number), pointer(number), Parameter(byref(number)), c_void_p(addressof(number)):
            self.assertEqual(self.echo(given), addressof(number))
        self.assertEqual(self.sum(b"abc", 3), 294)
        self.assertEqual(list(self.sum(b"abc", [1, 2, 3])), [97, 195, 294])
        if not PYPY:
            self.assertEqual(list(self.sum("a", [1, 1])), [97, 97])
        self.assertEqual(list(self.sum(byref(c_int(1)), [1, 4])), [1, 1])

    def test_arrays_of_pointers(self):
        numbers = (c_int * 2)(1, 2)
        first, second = addressof(numbers), addressof(numbers) + 4
        pointers = (POINTER(c_int) * 3)(pointer(c_int.from_buffer(numbers)), pointer(c_int.from_buffer(numbers, 4)))
        self.assertEqual(list(self.echo(pointers)), [first, second, None])
        self.assertEqual(list(self.echo((c_void_p * 3)(first, None, second))), [first, None, second])
        self.assertEqual(values(self.echo((c_void_p * 2 * 2)((1, 2), (3, 4)))), [[1, 2], [3, 4]])
        self.assertEqual(list(self.echo([first, None, 3])), [first, None, 3])
        strings = (c_char_p * 2)(b"ab", None)
        self.assertEqual(list(self.echo(strings)), list((c_void_p * 2).from_buffer(strings)))
        self.assertEqual(list(self.sum((c_char_p * 2)(b"ab", b"cd"), 2)), [195, 199])
        wide = (c_wchar_p * 2)("ab", None)
        self.assertEqual(list(self.echo(wide)), list((c_void_p * 2).from_buffer(wide)))
        functions = (INT_FUNCTION * 2)(INT_FUNCTION(abs))
        self.assertEqual(list(self.echo(functions)), list((c_void_p * 2).from_buffer(functions)))

    def test_items_of_the_outermost_dimension(self):
        table = (c_int * 2 * 3)((1, 0), (2, 3), (4, 5))
        start = addressof(table)
        for given in table, memoryview(table):
            self.assertEqual(list(self.echo(given)), [start, start + 8, start + 16])
            self.assertEqual(list(self.sum(given, 8)), [1, 5, 9])
        self.assertEqual(list(self.sum(memoryview(table)[::-2], 8)), [9, 1])
        self.assertEqual(list(self.echo(memoryview(table)[::-2])), [start + 16, start])
        pairs = (Pair * 2)((1, 2), (3, 4))
        self.assertEqual(list(self.sum(pairs, 8)), [3, 7])
        self.assertEqual(list(self.sum(bytearray(b"ab"), 1)), [97, 98])
        self.assertEqual(self.echo(memoryview(table[0])[0:1])[:], [start])
        # It is memory like any other, not pointers.
        pointers = (c_void_p * 2)(1, 2)
        self.assertEqual(self.echo(memoryview(pointers))[0], addressof(pointers))

    def test_read_only_buffers(self):
        self.assertEqual(list(self.sum(memoryview(b"abcdef").cast("B", (3, 2)), 2)), [195, 199, 203])
        self.assertEqual(list(self.sum(memoryview(b"abcdef")[::-2], 1)), [102, 100, 98])
        self.assertEqual(self.sum(memoryview(b"abcd").cast("i").cast("B").cast("i", ()), 4), 394)

    def test_buffers_without_dimensions(self):
        number = c_int(5)
        self.assertEqual(self.echo(memoryview(number)), addressof(number))

    def test_what_is_no_address(self):
        for wrong in 1.5, object(), c_int(5):
            self.assertRaises(ArgumentError, self.echo, wrong)


class Functions(VectorizeTestCase):
    def setUp(self):
        self.apply = self.vectorize(function("apply", c_int, INT_FUNCTION, c_int))
        self.double, self.negate = INT_FUNCTION(lambda value: 2 * value), INT_FUNCTION(lambda value: -value)

    def test_one_for_all(self):
        self.assertEqual(list(self.apply(self.double, [1, 2, 3])), [2, 4, 6])
        self.assertEqual(self.apply(self.negate, 4), -4)

    def test_arrays(self):
        functions = (INT_FUNCTION * 2)(self.double, self.negate)
        self.assertEqual(list(self.apply(functions, 5)), [10, -5])
        self.assertEqual(list(self.apply([self.double, self.negate], [1, 2])), [2, -2])
        addresses = (c_void_p * 2)(*(cast(each, c_void_p).value for each in functions))
        self.assertEqual(list(self.apply(addresses, 5)), [10, -5])

    def test_errors(self):
        message = "argument 1: an array of c_int has neither CFunctionType nor c_void_p"
        self.assertError(TypeError, message, self.apply, (c_int * 2)(), 1)
        other = (CFUNCTYPE(c_int, c_short) * 2)()
        message = "argument 1: an array of CFunctionType has neither CFunctionType nor c_void_p"
        self.assertError(TypeError, message, self.apply, other, 1)
        for wrong in bytearray(8), 5, "x", abs:
            self.assertRaises(ArgumentError, self.apply, wrong, 1)


class Memory(VectorizeTestCase):
    def test_lists_live_as_long_as_the_batch(self):
        # Nothing but the batch has the arrays that are made of lists.
        def collect(value):
            gc.collect()
            return value

        callback = INT_FUNCTION(collect)
        read = self.vectorize(function("call_then_read", c_int, INT_FUNCTION, POINTER(c_int)))
        self.assertEqual(list(read(callback, [pointer(c_int(value)) for value in range(5)])), [0, 1, 2, 3, 4])
        self.assertEqual(list(read([callback] * 3, (c_int * 3)(1, 2, 3))), [1, 2, 3])

    def test_bytes_and_booleans_are_numbers_of_their_own(self):
        fill = self.vectorize(function("fill_bytes", c_int, POINTER(c_byte), c_int, c_char))
        for wrong in (c_ubyte * 1)(), (c_bool * 1)(), bytearray(1):
            self.assertRaises(TypeError, fill, wrong, 1, c_char(b"x"))
        target = (c_byte * 2)()
        fill(target, 1, c_char(b"x"))
        self.assertEqual(list(target), [120, 120])


if __name__ == "__main__":
    unittest.main()
