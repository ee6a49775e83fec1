"""ctypes_vectorize: results of every kind, new arrays and `out`."""
import array
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, Structure, Union, addressof, c_bool, c_byte, c_char, c_char_p, c_double, c_float, c_int,
    c_longdouble, c_longlong, c_short, c_ubyte, c_uint, c_ushort, c_void_p, c_wchar, pointer, py_object, sizeof,
)

from given import MyInt, MyVoid
from support import PY314, WINDOWS, function
from vectorized import PYPY, VectorizeTestCase, values

INT_FUNCTION = CFUNCTYPE(c_int, c_int)


class Large(Structure):
    _fields_ = [("a", c_double), ("b", c_double), ("c", c_double)]


class NewArrays(VectorizeTestCase):
    def test_numbers(self):
        for name, ctype, given in [
                ("byte", c_byte, [-128, 127]), ("ubyte", c_ubyte, [0, 255]), ("short", c_short, [-1, 2 ** 15 - 1]),
                ("ushort", c_ushort, [0, 2 ** 16 - 1]), ("int", c_int, [-1, 2 ** 31 - 1]),
                ("uint", c_uint, [2 ** 32 - 1]), ("longlong", c_longlong, [-2 ** 63, 5]),
                ("float", c_float, [1.5, float("inf")]), ("double", c_double, [0.1, -0.0]),
                ("bool", c_bool, [True, False]), ("char", c_char, [b"x", b"\xff"]),
                ("wchar", c_wchar, ["x", "\xe4"])]:
            result = self.vectorize(function(f"echo_{name}", ctype, ctype))(given)
            self.assertIs(type(result), ctype * len(given))
            self.assertEqual(list(result), given)

    def test_nested(self):
        given = (c_int * 3 * 2)((1, 2, 3), (4, 5, 6))
        result = self.vectorize(function("negate_int", c_int, c_int))(given)
        self.assertIs(type(result), c_int * 3 * 2)
        self.assertEqual(values(result), [[-1, -2, -3], [-4, -5, -6]])

    def test_narrow_results_ignore_the_upper_register(self):
        wide = self.vectorize(function("echo_longlong", c_byte, c_longlong))
        self.assertEqual(list(wide([0x1234_5678_9ABC_DEF0, 0x7F])), [-0x10, 0x7F])
        self.assertEqual(list(self.vectorize(function("echo_int", c_bool, c_int))([0, 1])), [False, True])

    def test_nothing(self):
        store = self.vectorize(function("store_int", None, POINTER(c_int), c_int))
        target = (c_int * 3)()
        self.assertIsNone(store(target, [1, 2, 3]))
        self.assertEqual(list(target), [1, 2, 3])
        self.assertIsNone(store((c_int * 0)(), 1))

    def test_subclasses(self):
        result = self.vectorize(function("negate_int", MyInt, c_int))([1, 2])
        self.assertIs(type(result), MyInt * 2)
        self.assertEqual([item.value for item in result], [-1, -2])
        result = self.vectorize(function("echo_void_p", MyVoid, c_void_p))([5, None])
        self.assertEqual([item.value for item in result], [5, None])

    def test_structures(self):
        result = self.vectorize(function("make_f64x3", Large, *[c_double] * 3))([1, 2], 3, 4)
        self.assertIs(type(result), Large * 2)
        self.assertEqual([(item.a, item.b, item.c) for item in result], [(1, 3, 4), (2, 3, 4)])

    def test_unions(self):
        class View(Union):
            _fields_ = [("a", c_int)]

        result = self.vectorize(function("negate_int", View, c_int))([5, 6])
        self.assertEqual([item.a for item in result], [-5, -6])

    def test_pointers(self):
        numbers = (c_int * 3)(1, 2, 3)
        for restype in POINTER(c_int), c_void_p, c_char_p:
            echo = self.vectorize(function("echo_void_p", restype, c_void_p))
            result = echo(numbers)
            self.assertIs(type(result), restype * 3)
            expected = [addressof(numbers) + 4 * index for index in range(3)]
            self.assertEqual(list((c_void_p * 3).from_buffer(result)), expected)
        self.assertEqual(self.vectorize(function("echo_void_p", POINTER(c_int), c_void_p))(numbers)[2][0], 3)

    def test_functions(self):
        result = self.vectorize(function("pick_function", INT_FUNCTION, c_int))([0, 1, 2])
        self.assertIs(type(result), INT_FUNCTION * 3)
        self.assertEqual((result[0](5), result[1](5), bool(result[2])), (6, 25, False))

    def test_no_parameters(self):
        made = self.vectorize(function("no_parameters", c_double))
        self.assertEqual(made(), 2.5)
        self.assertEqual(list(made(out=(c_double * 3)())), [2.5, 2.5, 2.5])


class OneCall(VectorizeTestCase):
    """Without an array, the result is what the function returns."""

    def test_values(self):
        self.assertEqual(self.vectorize(function("negate_int", c_int, c_int))(5), -5)
        self.assertEqual(self.vectorize(function("echo_char", c_char, c_char))(c_char(b"x")), b"x")
        self.assertEqual(self.vectorize(function("echo_char_p", c_char_p, c_char_p))(b"text"), b"text")
        self.assertIsNone(self.vectorize(function("echo_void_p", c_void_p, c_void_p))(None))
        self.assertIsNone(self.vectorize(function("store_int", None, POINTER(c_int), c_int))(pointer(c_int()), 1))

    def test_instances(self):
        result = self.vectorize(function("negate_int", MyInt, c_int))(5)
        self.assertIs(type(result), MyInt)
        self.assertEqual(result.value, -5)
        result = self.vectorize(function("make_f64x3", Large, *[c_double] * 3))(1, 2, 3)
        self.assertIs(type(result), Large)
        self.assertEqual((result.a, result.b, result.c), (1, 2, 3))
        number = c_int(7)
        result = self.vectorize(function("echo_void_p", POINTER(c_int), c_void_p))(pointer(number))
        self.assertIs(type(result), POINTER(c_int))
        self.assertEqual(result[0], 7)
        self.assertEqual(self.vectorize(function("pick_function", INT_FUNCTION, c_int))(1)(9), 81)

    def test_buffers_without_dimensions(self):
        add = self.vectorize(function("add_double", c_double, c_double, c_double))
        self.assertEqual(add(memoryview(c_double(1)), memoryview(c_float(2))), 3)
        place = c_double()
        view = memoryview(place)
        self.assertIs(add(1, 2, out=view), view)
        self.assertEqual(place.value, 3)
        add(memoryview(c_double(5)), 2, out=view)
        self.assertEqual(place.value, 7)

    @unittest.skipIf(PYPY, "its objects have no address")
    def test_objects(self):
        thing = object()
        echo = function("same_address", c_void_p, py_object)
        self.assertEqual(self.vectorize(echo)(thing), echo(thing))


class Out(VectorizeTestCase):
    def setUp(self):
        self.add = self.vectorize(function("add_double", c_double, c_double, c_double))

    def test_places(self):
        for place in ((c_double * 2)(), array.array("d", [0, 0]), memoryview(bytearray(16)).cast("d"),
                      memoryview(array.array("d", [0] * 4))[::2], memoryview((c_double * 2)())[::-1]):
            self.assertIs(self.add([1, 2], 3, out=place), place)
            found = self.add(place, 0)
            self.assertEqual(list(found), [4, 5])

    def test_none_is_no_place(self):
        self.assertEqual(list(self.add([1, 2], 3, out=None)), [4, 5])

    def test_nested(self):
        place = (c_double * 2 * 2)()
        self.add((c_double * 1 * 2)((1,), (2,)), [10, 20], out=place)
        self.assertEqual(values(place), [[11, 21], [12, 22]])

    def test_equal_types(self):
        negate = self.vectorize(function("negate_int", c_int, c_int))
        place = (MyInt * 2)()
        negate([1, 2], out=place)
        self.assertEqual([item.value for item in place], [-1, -2])
        negate = self.vectorize(function("negate_int", MyInt, c_int))
        self.assertEqual(list(negate([1, 2], out=(c_int * 2)())), [-1, -2])
        self.assertEqual(list(negate([1, 2], out=array.array("i", [0, 0]))), [-1, -2])

    def test_characters(self):
        echo = self.vectorize(function("echo_char", c_char, c_char))
        self.assertEqual(echo(b"abc", out=bytearray(3)), b"abc")
        self.assertEqual(echo(b"abc", out=(c_char * 3)()).raw, b"abc")

    def test_pointers(self):
        echo = self.vectorize(function("echo_void_p", POINTER(c_int), c_void_p))
        numbers = (c_int * 2)(1, 2)
        self.assertEqual([item[0] for item in echo(numbers, out=(POINTER(c_int) * 2)())], [1, 2])
        self.assertEqual(list(echo(numbers, out=(c_void_p * 2)())), [addressof(numbers), addressof(numbers) + 4])
        self.assertError(TypeError, "out: its items are LP_c_double, and the results are LP_c_int", echo, numbers,
                         out=(POINTER(c_double) * 2)())
        words = memoryview(bytearray(2 * sizeof(c_void_p))).cast("P")
        self.assertEqual(list(echo(numbers, out=words)), [addressof(numbers), addressof(numbers) + 4])

    def test_structures(self):
        make = self.vectorize(function("make_f64x3", Large, *[c_double] * 3))
        memory = (Large * 2)()
        for place in memory, memoryview(memory):
            self.assertIs(make([1, 2], 3, 4, out=place), place)
            self.assertEqual([(item.a, item.b, item.c) for item in memory], [(1, 3, 4), (2, 3, 4)])

    def test_errors(self):
        for wrong, message in [
                ([], "not a writable buffer of c_double, but list"),
                (5, "not a writable buffer of c_double, but int"),
                (c_double(), "not a writable buffer of c_double, but c_double"),
                ((c_float * 2)(), "its items are c_float, and the results are c_double"),
                ((Large * 2)(), "its items are Large, and the results are c_double"),
                (array.array("f", [1, 2]), "its items have the format 'f', and the results are c_double"),
                (memoryview(array.array("d", [1, 2])).toreadonly(), "the buffer is read-only"),
                (bytes(16), "its items have the format 'B', and the results are c_double")]:
            self.assertError(TypeError, f"out: {message}", self.add, [1, 2], 3, out=wrong)
        self.assertError(TypeError, "out: the function returns nothing",
                         self.vectorize(function("store_int", None, POINTER(c_int), c_int)), (c_int * 1)(), 1,
                         out=(c_int * 1)())

    def test_shapes(self):
        # The arguments stretch to it, but not it to the arguments.
        self.assertEqual(list(self.add(1, 2, out=(c_double * 3)())), [3, 3, 3])
        self.assertEqual(values(self.add([1, 2], 3, out=(c_double * 2 * 2)())), [[4, 5], [4, 5]])
        for shape, text in [(c_double * 3, "(3,)"), (c_double * 1, "(1,)"), (c_double * 1 * 2, "(2, 1)")]:
            message = f"out has the shape {text}, and the arguments (2,)"
            self.assertError(ValueError, message, self.add, [1, 2], 3, out=shape())
        message = "out has the shape (), and the arguments (1,)"
        self.assertError(ValueError, message, self.add, [1], 2, out=memoryview(c_double()))

    @unittest.skipIf(PYPY, "its functions return no long double")
    def test_long_double(self):
        add = self.vectorize(function("add_longdouble", c_longdouble, c_longdouble, c_longdouble))
        place = (c_longdouble * 2)()
        add([1, 2], (c_longdouble * 1)(0.5), out=memoryview(place)[::-1])
        self.assertEqual(list(place), [2.5, 1.5])

    @unittest.skipUnless(PY314 and not WINDOWS, "complex types are 3.14's, and not Microsoft's")
    def test_complex(self):
        from ctypes import c_double_complex
        echo = self.vectorize(function("echo_double_complex", c_double_complex, c_double_complex))
        place = (c_double_complex * 2)()
        echo([1j, 2], out=place)
        self.assertEqual(list(place), [1j, 2])


if __name__ == "__main__":
    unittest.main()
