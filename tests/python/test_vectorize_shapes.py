"""ctypes_vectorize: broadcasting, strides, the order of calls, and operands that share memory."""
import array
import itertools
import unittest
from ctypes import (
    POINTER, c_char, c_char_p, c_double, c_int, c_longlong, c_short, c_size_t, c_ssize_t, c_uint, c_void_p,
    py_object, sizeof,
)

from support import api, function
from vectorized import VectorizeTestCase, values

try:
    from _testbuffer import ND_PIL, ND_WRITABLE, ndarray
except ImportError:
    ndarray = None


def table(*shape, start=0, ctype=c_int):
    """An array of this shape, whose items count up from `start`."""
    made, count = ctype, 1
    for extent in reversed(shape):
        made, count = made * extent, count * extent
    result = made()
    memory = (ctype * count).from_buffer(result)
    memory[:] = range(start, start + count)
    return result


class Broadcasting(VectorizeTestCase):
    def setUp(self):
        self.add = self.vectorize(function("add_int", c_int, c_int, c_int))

    def test_stretching(self):
        row, column = table(3), table(2, 1, start=10)
        self.assertEqual(values(self.add(row, column)), [[10, 11, 12], [11, 12, 13]])
        self.assertEqual(values(self.add(column, row)), [[10, 11, 12], [11, 12, 13]])
        self.assertEqual(values(self.add(table(2, 3), row)), [[0, 2, 4], [3, 5, 7]])
        self.assertEqual(values(self.add(table(2, 3), table(1, start=7))), [[7, 8, 9], [10, 11, 12]])
        self.assertEqual(values(self.add(table(1, 1, 1), table(1))), [[[0]]])

    def test_shapes_of_results(self):
        shapes = [(1,), (2,), (3, 1), (1, 2), (3, 2), (2, 3, 1), (1, 1, 2)]
        for one, other in itertools.product(shapes, repeat=2):
            expected = tuple(max(pair) for pair in
                             reversed([*itertools.zip_longest(one[::-1], other[::-1], fillvalue=1)]))
            self.assertEqual(memoryview(self.add(table(*one), table(*other))).shape, expected)

    def test_no_items(self):
        self.assertEqual(len(self.add(table(0), 5)), 0)
        self.assertEqual(values(self.add(table(2, 0), table(1))), [[], []])
        self.assertEqual(len(self.add(table(0, 2), table(1, 1))), 0)
        self.assertEqual(len(self.add(bytearray(), bytearray())), 0)
        self.assertEqual(len(self.add(memoryview(table(3))[3:], 1)), 0)
        record = self.vectorize(function("record_call", c_int, c_int))
        function("forget_calls", None)()
        record([])
        self.assertEqual(function("count_calls", c_int)(), 0)

    def test_what_does_not_fit(self):
        for one, other in [(3, 4), (4, 3), (2, 3)]:
            message = f"argument 2 has the shape ({other},), and the others ({one},)"
            self.assertError(ValueError, message, self.add, table(one), table(other))
        message = "argument 2 has the shape (3, 2), and the others (2, 2)"
        self.assertError(ValueError, message, self.add, table(2, 2), table(3, 2))
        self.assertError(ValueError, "argument 2 has the shape (2,), and the others (0,)", self.add, [], [1, 2])
        six = self.vectorize(function("six_arguments", c_int, *[c_int] * 6))
        message = "argument 5 has the shape (4,), and the others (2, 3)"
        self.assertError(ValueError, message, six, 1, table(3), 2, table(2, 1), table(4), table(5))

    def test_many_arguments(self):
        six = self.vectorize(function("six_arguments", c_int, *[c_int] * 6))
        result = six(table(2, start=1), 2, table(2, 1, start=3), [5], 6, b"\7")
        self.assertEqual(values(result), [[765321, 765322], [765421, 765422]])

    def test_order_of_calls(self):
        record = self.vectorize(function("record_call", c_int, c_int))
        forget, recorded = function("forget_calls", None), function("recorded_call", c_int, c_int)
        numbers = table(2, 2, 3)
        for given, order in [(numbers, range(12)), (memoryview(table(12))[::-1], range(11, -1, -1)),
                             (memoryview(table(4, 3))[::-2], [9, 10, 11, 3, 4, 5])]:
            forget()
            result = record(given)
            self.assertEqual([recorded(index) for index, _ in enumerate(order)], list(order))
            self.assertEqual(list(flat(result)), list(range(len(order))))


class Strides(VectorizeTestCase):
    def setUp(self):
        self.add = self.vectorize(function("add_double", c_double, c_double, c_double))

    def test_slices(self):
        numbers = array.array("d", range(10))
        view = memoryview(numbers)
        for first, last, step in itertools.product([None, 2, 7, -3], [None, 0, 8, -2], [1, 2, 3, -1, -2, -4]):
            part = view[first:last:step]
            expected = [number + 0.5 for number in numbers[first:last:step]]
            self.assertEqual(list(self.add(part, 0.5)), expected)
            out = array.array("d", bytes(80))
            self.add(part, 0.5, out=memoryview(out)[first:last:step])
            self.assertEqual(list(out[first:last:step]), expected)
            self.assertEqual(sum(out), sum(expected))

    def test_rows(self):
        view = memoryview(table(4, 3, ctype=c_double))
        for step in 2, -1, -3:
            self.assertEqual(values(self.add(view[::step], 0)), values(table(4, 3, ctype=c_double))[::step])

    def test_rows_as_results(self):
        out = table(4, 2, ctype=c_double)
        self.add([1, 2], (c_double * 1 * 2)((10,), (20,)), out=memoryview(out)[::-2])
        self.assertEqual(values(out), [[0, 1], [21, 22], [4, 5], [11, 12]])

    def test_rows_as_targets(self):
        advance = self.vectorize(function("add_in_place", c_double, POINTER(c_double), c_double))
        out = table(4, 2, ctype=c_double)
        self.assertEqual(values(advance(memoryview(out)[::-2], 10)), [[6, 7], [2, 3]])
        self.assertEqual(values(out), [[0, 1], [12, 13], [4, 5], [16, 17]])


def flat(array):
    """The items of an array of arrays, in C order."""
    for item in array:
        yield from flat(item) if hasattr(item, "__len__") else [item]


@unittest.skipUnless(ndarray, "needs arrays that only CPython has for its tests")
class AnyStrides(VectorizeTestCase):
    """Buffers with an address that ctypes cannot tell."""

    def setUp(self):
        self.add = self.vectorize(function("add_double", c_double, c_double, c_double))
        self.advance = self.vectorize(function("add_in_place", c_double, POINTER(c_double), c_double))
        self.numbers = ndarray(list(range(12)), shape=[4, 3], format="d", flags=ND_WRITABLE)

    def test_arguments(self):
        expected = [[number + 1 for number in row] for row in self.numbers[::2, ::2].tolist()]
        self.assertEqual(values(self.add(self.numbers[::2, ::2], 1)), expected)
        self.assertEqual(values(self.add(self.numbers[:, ::-1], [1, 2, 3])[0]), [3, 3, 3])
        small = ndarray([1, 2, 3, 4], shape=[2, 2], format="B")
        self.assertEqual(values(self.add(small[:, ::-1], 0)), [[2, 1], [4, 3]])

    def test_results(self):
        part = self.numbers[::2, ::2]
        self.assertIs(self.add((c_double * 1 * 2)((100,), (200,)), [1, 2], out=part), part)
        self.assertEqual(self.numbers.tolist(), [[101, 1, 102], [3, 4, 5], [201, 7, 202], [9, 10, 11]])

    def test_in_place(self):
        part = self.numbers[:, ::2]
        self.add(part, 100, out=part)
        self.assertEqual(self.numbers.tolist()[1], [103, 4, 105])

    def test_targets(self):
        part = self.numbers[:, ::-2]
        self.assertEqual(values(self.advance(part, 100)), [[2, 0], [5, 3], [8, 6], [11, 9]])
        self.assertEqual(self.numbers.tolist()[1], [103, 4, 105])

    def test_exceptions(self):
        # What was done is in place.
        read = api("PyUnicode_ReadChar", c_uint, py_object, c_ssize_t)
        out = ndarray([0] * 8, shape=[2, 4], format="I", flags=ND_WRITABLE)
        with self.assertRaises(IndexError):
            self.vectorize(read)("abc", (c_int * 2 * 2)((0, 1), (2, 3)), out=out[:, ::2])
        self.assertEqual(out.tolist(), [[97, 0, 98, 0], [99, 0, 0, 0]])

    def test_items_behind_pointers(self):
        numbers = ndarray(list(range(6)), shape=[2, 3], format="d", flags=ND_WRITABLE | ND_PIL)
        self.assertTrue(memoryview(numbers).suboffsets)
        self.assertEqual(values(self.add(numbers, 1)), [[1, 2, 3], [4, 5, 6]])
        self.advance(numbers, 10)
        self.assertEqual(numbers.tolist(), [[10, 11, 12], [13, 14, 15]])

    def test_overlaps(self):
        part = self.numbers[:, ::2]
        message = "out overlaps argument 1"
        self.assertError(ValueError, message, self.add, memoryview(part).toreadonly(), 1, out=part)

    def test_what_python_cannot_store(self):
        strided = ndarray([1, 2, 3, 4], shape=[2, 2], format="<d", flags=ND_WRITABLE)[:, ::-1]
        message = ("ctypes cannot tell the address of a strided buffer of 2 dimensions, and Python cannot store"
                   " items of the format '<d'")
        self.assertError(BufferError, f"out: {message}", self.add, [1, 2], (c_double * 1 * 2)(), out=strided)
        self.assertError(BufferError, f"argument 1: {message}", self.advance, strided, 1)
        self.assertEqual(values(self.add(strided, 0)), [[2, 1], [4, 3]])

    def test_rows_must_be_contiguous(self):
        length = self.vectorize(function("byte_sum", c_uint, c_void_p, c_size_t))
        message = "argument 1: a row of the buffer is not contiguous"
        self.assertError(ValueError, message, length, self.numbers[:, ::2], 1)

    def test_the_same_item_more_than_once(self):
        once = ndarray([1.0, 2.0], shape=[2], strides=[0], format="d", flags=ND_WRITABLE)
        self.assertEqual(list(self.add(once, 1)), [2, 2])
        self.assertError(ValueError, "out overlaps itself", self.add, [1, 2], 1, out=once)


class Overlaps(VectorizeTestCase):
    def setUp(self):
        self.add = self.vectorize(function("add_double", c_double, c_double, c_double))
        self.advance = self.vectorize(function("add_in_place", c_double, POINTER(c_double), c_double))
        self.numbers = array.array("d", range(10))
        self.view = memoryview(self.numbers)

    def test_the_same_places(self):
        self.add(self.numbers, 1, out=self.numbers)
        self.assertEqual(list(self.numbers), list(range(1, 11)))
        self.add(self.view[::-1], self.view[::-1], out=self.view[::-1])
        self.assertEqual(list(self.numbers), list(range(2, 21, 2)))
        self.add(self.view[:5], self.view[5:], out=self.view[:5])
        self.assertEqual(list(self.numbers)[:5], [14, 18, 22, 26, 30])
        grid = table(2, 3, ctype=c_double)
        self.add(grid, 1, out=memoryview(grid).cast("B").cast("d", (2, 3)))
        self.assertEqual(values(grid), [[1, 2, 3], [4, 5, 6]])

    def test_other_places(self):
        for given, out in [(self.view[1:], self.view[:9]), (self.view[:9], self.view[1:]),
                           (self.view, self.view[::-1]), (self.view[:3], self.view[2:5]),
                           (self.view[::2], self.view[:5])]:
            self.assertError(ValueError, "out overlaps argument 1", self.add, given, 1, out=out)
            self.assertError(ValueError, "out overlaps argument 2", self.add, 1, given, out=out)
        self.assertEqual(list(self.numbers), list(range(10)))

    def test_provably_apart(self):
        self.add(self.view[:5], 100, out=self.view[5:])
        self.assertEqual(list(self.numbers)[5:], [100, 101, 102, 103, 104])
        self.add(self.view[::2], 100, out=self.view[1::2])
        self.assertEqual(list(self.numbers), [0, 100, 2, 102, 4, 104, 101, 201, 103, 203])
        self.add(self.view[::-2], 0, out=self.view[::2])
        self.assertEqual(list(self.numbers)[::2], [203, 201, 104, 102, 100])
        self.add(self.view[:0], 0, out=self.view[:0])

    def test_parts_of_items(self):
        numbers = (c_longlong * 4)()
        halves = (c_int * 8).from_buffer(numbers)
        add = self.vectorize(function("add_longlong", c_longlong, c_longlong, c_longlong))
        self.assertError(ValueError, "out overlaps argument 1", add, memoryview(halves)[::2], 1, out=numbers)
        negate = self.vectorize(function("negate_int", c_int, c_int))
        halves[:] = range(8)
        negate(memoryview(halves)[::2], out=memoryview(halves)[1::2])
        self.assertEqual(list(halves), [0, 0, 2, -2, 4, -4, 6, -6])
        shorts = (c_short * 16).from_buffer(numbers)
        self.assertError(ValueError, "out overlaps argument 1", negate, memoryview(shorts)[1::4],
                         out=memoryview(halves)[::2])
        negate(memoryview(shorts)[2::4], out=memoryview(halves)[::2])

    def test_an_item_for_all(self):
        for given in self.view[:1], memoryview(c_double.from_buffer(self.numbers)):
            self.assertError(ValueError, "out overlaps argument 1", self.add, given, [1] * 10, out=self.numbers)

    def test_targets(self):
        # C writes to the very item whose place the result takes.
        self.advance(self.numbers, 1, out=self.numbers)
        self.assertEqual(list(self.numbers), list(range(10)))
        self.assertError(ValueError, "out overlaps argument 1", self.advance, self.view[1:], 1, out=self.view[:9])
        message = "argument 2 overlaps argument 1, which C may write"
        self.assertError(ValueError, message, self.advance, self.view[1:], self.view[:9])
        self.advance(self.numbers, self.numbers)
        self.assertEqual(list(self.numbers), list(range(0, 20, 2)))
        self.advance(self.view[::2], self.view[1::2])
        self.assertEqual(list(self.numbers), [2, 2, 10, 6, 18, 10, 26, 14, 34, 18])

    def test_targets_may_overlap(self):
        swap = self.vectorize(function("divide", None, c_int, c_int, POINTER(c_int), POINTER(c_int)))
        numbers = (c_int * 4)()
        swap(7, 2, memoryview(numbers)[1:], memoryview(numbers)[:3])
        self.assertEqual(list(numbers), [1, 1, 1, 3])

    def test_addresses(self):
        total = self.vectorize(function("byte_sum", c_uint, c_void_p, c_size_t))
        memory = bytearray(16)
        place = memoryview(memory).cast("I")
        self.assertError(ValueError, "out overlaps argument 1", total, memoryview(memory)[:4], 1, out=place)
        fill = self.vectorize(function("fill_bytes", c_int, c_void_p, c_int, c_char))
        message = "argument 3 overlaps argument 1, which C may write"
        self.assertError(ValueError, message, fill, memoryview(memory)[4:8], 1, memoryview(memory)[5:9])
        # C does not write to what is read-only.
        fill(memoryview(bytes(4)), 0, memoryview(memory)[:4])

    def test_rows(self):
        rows = (c_char * 4 * 4)()
        at = self.vectorize(function("byte_at", c_int, c_char_p, c_int))
        self.assertError(ValueError, "argument 2 overlaps argument 1, which C may write", at, rows,
                         memoryview(rows).cast("B").cast("b", (4, 4)))

    def test_pointers(self):
        pointers = (c_void_p * 4)(1, 2, 3, 4)
        echo = self.vectorize(function("echo_void_p", c_void_p, c_void_p))
        self.assertEqual(list(echo(pointers, out=pointers)), [1, 2, 3, 4])
        first, last = (c_void_p * 3).from_buffer(pointers), (c_void_p * 3).from_buffer(pointers, sizeof(c_void_p))
        self.assertError(ValueError, "out overlaps argument 1", echo, first, out=last)


if __name__ == "__main__":
    unittest.main()
