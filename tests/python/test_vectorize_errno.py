"""ctypes_vectorize: errno, as ctypes' copy and as an array of what each call left."""
import array
import unittest
from ctypes import CFUNCTYPE, POINTER, c_double, c_int, c_long, c_short, get_errno, set_errno

from given import MyInt
from support import clib, function
from vectorized import VectorizeTestCase, values


def with_errno(name, restype, *argtypes):
    return CFUNCTYPE(restype, *argtypes, use_errno=True)((name, clib))


class Copy(VectorizeTestCase):
    def setUp(self):
        self.swap = self.vectorize(with_errno("set_c_errno", c_int, c_int))
        self.addCleanup(set_errno, 0)

    def test_calls_see_it(self):
        set_errno(5)
        self.assertEqual(list(self.swap([1, 2, 3])), [5, 1, 2])
        self.assertEqual(get_errno(), 3)

    def test_one_call(self):
        set_errno(5)
        self.assertEqual(self.swap(7), 5)
        self.assertEqual(get_errno(), 7)

    def test_no_calls(self):
        set_errno(5)
        self.assertEqual(len(self.swap([])), 0)
        self.assertEqual(get_errno(), 5)

    def test_functions_without_it(self):
        set_errno(5)
        self.vectorize(function("set_c_errno", c_int, c_int))([1, 2])
        self.assertEqual(get_errno(), 5)

    def test_threads(self):
        # Each thread begins with it, so the parts can be told from each other.
        swap = with_errno("set_c_errno", c_int, c_int)
        for count, threads in [(10, 2), (10, 3), (7, 7), (3, 8), (1, 4), (100, 7), (0, 3)]:
            set_errno(-1)
            vectorized = self.vectorize(swap, threads=threads)
            expected = list(range(99, 99 + count))
            parts = min(threads, count)
            for number in range(parts):
                expected[count * number // parts] = -1
            self.assertEqual(list(vectorized(list(range(100, 100 + count)))), expected)
            self.assertEqual(get_errno(), 99 + count if count else -1)


class Arrays(VectorizeTestCase):
    def setUp(self):
        self.fail_with = self.vectorize(with_errno("fail_with_errno", c_int, c_int))
        self.addCleanup(set_errno, 0)

    def test_values(self):
        for place in ((c_int * 3)(), array.array("i", [9, 9, 9]), memoryview((c_int * 3)())[::-1],
                      memoryview((c_int * 6)())[::2], (MyInt * 3)()):
            self.assertEqual(list(self.fail_with([4, 0, 6], errno=place)), [-1, -1, -1])
            self.assertEqual(list(self.vectorize(function("echo_int", c_int, c_int))(place)), [4, 0, 6])
            self.assertEqual(get_errno(), 6)

    def test_it_is_zero_before_each_call(self):
        set_errno(5)
        place = (c_int * 3)()
        swap = self.vectorize(with_errno("set_c_errno", c_int, c_int))
        self.assertEqual(list(swap([1, 2, 3], errno=place)), [0, 0, 0])
        self.assertEqual(list(place), [1, 2, 3])
        place = (c_int * 2)(7, 7)
        get = self.vectorize(with_errno("get_c_errno", c_int))
        self.assertEqual(list(get(errno=place)), [0, 0])
        self.assertEqual(list(place), [0, 0])

    def test_shapes(self):
        place = (c_int * 2 * 2)()
        result = self.vectorize(with_errno("double_and_errno", c_double, c_double, c_int))(
            [0.5, 1.5], (c_int * 1 * 2)((3,), (4,)), errno=place)
        self.assertEqual(values(result), [[0.5, 1.5], [0.5, 1.5]])
        self.assertEqual(values(place), [[3, 3], [4, 4]])
        # The arguments stretch to it.
        self.assertEqual(values(self.fail_with([5, 6], errno=place)), [[-1, -1], [-1, -1]])
        self.assertEqual(values(place), [[5, 6], [5, 6]])
        number = c_int()
        self.assertEqual(self.fail_with(5, errno=memoryview(number)), -1)
        self.assertEqual(number.value, 5)

    def test_beside_out(self):
        place, out = (c_int * 2)(), (c_int * 2)()
        self.assertIs(self.fail_with([1, 2], out=out, errno=place), out)
        self.assertEqual((list(out), list(place)), ([-1, -1], [1, 2]))

    def test_nothing_returned(self):
        place = (c_int * 2)()
        self.assertIsNone(self.vectorize(with_errno("set_c_errno", None, c_int))([1, 2], errno=place))
        self.assertEqual(list(place), [1, 2])

    def test_threads(self):
        for threads in 2, 5:
            place = (c_int * 50)()
            vectorized = self.vectorize(with_errno("fail_with_errno", c_int, c_int), threads=threads)
            self.assertEqual(list(vectorized(list(range(50)), errno=place)), [-1] * 50)
            self.assertEqual(list(place), list(range(50)))
            self.assertEqual(get_errno(), 49)

    def test_none_is_no_array(self):
        self.assertEqual(list(self.fail_with([1], errno=None)), [-1])

    def test_errors(self):
        message = "errno: the function was not made with use_errno"
        negate = self.vectorize(function("negate_int", c_int, c_int))
        self.assertError(TypeError, message, negate, [1], errno=(c_int * 1)())
        for wrong, message in [
                ([], "not a writable buffer of c_int, but list"),
                (5, "not a writable buffer of c_int, but int"),
                ((c_short * 1)(), "its items are c_short, and the values of errno are c_int"),
                (array.array("h", [1]), "its items have the format 'h', and the values of errno are c_int"),
                (bytearray(4), "its items have the format 'B', and the values of errno are c_int"),
                (memoryview(array.array("i", [1])).toreadonly(), "the buffer is read-only")]:
            self.assertError(TypeError, f"errno: {message}", self.fail_with, [1], errno=wrong)

    def test_shapes_that_do_not_fit(self):
        message = "errno has the shape (3,), and the arguments (2,)"
        self.assertError(ValueError, message, self.fail_with, [1, 2], errno=(c_int * 3)())
        message = "errno has the shape (1,), and the arguments (2,)"
        self.assertError(ValueError, message, self.fail_with, [1, 2], errno=(c_int * 1)())
        message = "errno has the shape (2,), and out (3,)"
        self.assertError(ValueError, message, self.fail_with, 1, out=(c_int * 3)(), errno=(c_int * 2)())

    def test_overlaps(self):
        numbers = (c_int * 4)(1, 2, 3, 4)
        view = memoryview(numbers)
        self.assertError(ValueError, "out overlaps errno", self.fail_with, [1, 2, 3, 4], out=numbers, errno=numbers)
        self.assertError(ValueError, "out overlaps errno", self.fail_with, [1, 2], out=view[:2], errno=view[1:3])
        self.assertError(ValueError, "errno overlaps argument 1", self.fail_with, view[:2], errno=view[1:3])
        message = "out overlaps argument 1"
        self.assertError(ValueError, message, self.fail_with, view[:2], out=view[1:3], errno=view[2:])
        increment = self.vectorize(with_errno("increment", c_int, POINTER(c_int)))
        self.assertError(ValueError, "errno overlaps argument 1", increment, view[:2], errno=view[1:3])
        self.fail_with(numbers, errno=numbers)
        self.assertEqual(list(numbers), [1, 2, 3, 4])
        self.fail_with(view[:2], out=view[2:], errno=view[:2])
        self.assertEqual(list(numbers), [1, 2, -1, -1])


class Kinds(VectorizeTestCase):
    def test_the_type_of_errno(self):
        same = c_long if c_long(2 ** 31).value < 0 else MyInt
        place = (same * 1)()
        self.vectorize(with_errno("set_c_errno", c_int, c_int))([3], errno=place)
        self.assertEqual(bytes(place), bytes((c_int * 1)(3)))


if __name__ == "__main__":
    unittest.main()
