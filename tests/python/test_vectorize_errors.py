"""ctypes_vectorize: what `vectorize` refuses, and what its callables say of themselves."""
import ctypes
import unittest
import weakref
from ctypes import CFUNCTYPE, POINTER, PYFUNCTYPE, ArgumentError, c_double, c_int, c_long, c_void_p, cast, py_object

from given import MyInt
from support import WINDOWS, clib, function
from vectorized import VectorizeTestCase

INT_FUNCTION = CFUNCTYPE(c_int, c_int)


class Made(VectorizeTestCase):
    # Some argtypes are no types of C, and functions of the C API keep the interpreter.
    left_to_python = ("test_converters", "test_functions_of_all_kinds")

    def test_attributes(self):
        negate = function("negate_int", c_int, MyInt)
        vectorized = self.vectorize(negate)
        self.assertIs(vectorized.function, negate)
        self.assertEqual(vectorized.argtypes, (MyInt,))
        self.assertIs(type(vectorized.argtypes), tuple)
        self.assertIs(vectorized.restype, c_int)
        self.assertEqual((vectorized.threads, vectorized.critical), (1, False))
        vectorized = self.vectorize(negate, threads=3)
        self.assertEqual((vectorized.threads, vectorized.critical), (3, False))
        self.assertIs(self.vectorize(negate, critical=1).critical, True)

    def test_repr(self):
        negate = function("negate_int", c_int, c_int)
        self.assertEqual(repr(self.vectorize(negate)), f"<vectorized {negate!r}>")

    def test_later_changes_have_no_effect(self):
        negate = clib["negate_int"]
        negate.argtypes = [c_int]
        vectorized = self.vectorize(negate)
        negate.argtypes, negate.restype, negate.errcheck = [c_double, c_double], None, print
        self.assertEqual(list(vectorized([1, 2])), [-1, -2])
        self.assertEqual((vectorized.argtypes, vectorized.restype), ((c_int,), c_int))
        self.assertEqual(vectorized(3), -3)

    def test_the_function_is_kept(self):
        vectorized = self.vectorize(INT_FUNCTION(lambda value: value + 1))
        self.assertEqual(list(vectorized([1, 2])), [2, 3])
        self.assertEqual(vectorized.function(5), 6)

    def test_functions_of_all_kinds(self):
        address = cast(function("negate_int", c_int), c_void_p).value
        for each in clib["negate_int"], type(clib["negate_int"])(address), INT_FUNCTION(address), \
                INT_FUNCTION(("negate_int", clib)), PYFUNCTYPE(c_int, c_int)(("negate_int", clib)):
            each.argtypes = [c_int]
            self.assertEqual(list(self.vectorize(each)([1, 2])), [-1, -2])

    def test_subclasses(self):
        class Own(INT_FUNCTION):
            _argtypes_, _restype_, _flags_ = (c_int,), c_int, INT_FUNCTION._flags_

        self.assertEqual(list(self.vectorize(Own(("negate_int", clib)))([1, 2])), [-1, -2])

    def test_flags_have_no_effect(self):
        prototype = CFUNCTYPE(c_int, c_int, c_int)
        add = prototype(("add_int", clib), ((1, "a", 5), (1, "b", 7)))
        vectorized = self.vectorize(add)
        self.assertEqual(list(vectorized([1, 2], 10)), [11, 12])
        self.assertError(TypeError, "this function takes 2 arguments (1 given)", vectorized, [1, 2])
        self.assertError(TypeError, "an unexpected keyword argument 'a'", vectorized, 1, 2, a=1)
        divide = CFUNCTYPE(None, c_int, c_int, POINTER(c_int), POINTER(c_int))(
            ("divide", clib), ((1, "a"), (1, "b"), (2, "quotient"), (2, "remainder")))
        quotients, remainders = (c_int * 2)(), (c_int * 2)()
        self.assertIsNone(self.vectorize(divide)([7, 9], 2, quotients, remainders))
        self.assertEqual((list(quotients), list(remainders)), ([3, 4], [1, 1]))

    def test_converters(self):
        class Doubled:
            @classmethod
            def from_param(cls, value):
                if not isinstance(value, int):
                    raise ValueError(f"{value!r} is no number")
                return c_int(2 * value)

        class Derived(c_int):
            @classmethod
            def from_param(cls, value):
                return c_int(len(value))

        add = clib["add_int"]
        add.argtypes = [c_int, Doubled]
        vectorized = self.vectorize(add)
        self.assertEqual(vectorized.argtypes, (c_int, Doubled))
        self.assertEqual(list(vectorized([1, 2], 5)), [11, 12])
        self.assertError(ArgumentError, "argument 2: ValueError: [] is no number", vectorized, [1, 2], [])
        self.assertError(ArgumentError, "argument 2: ValueError: b'x' is no number", vectorized, [1, 2], b"x")
        add.argtypes = [c_int, Derived]
        for sized in [1, 2, 3], (1, 2, 3), b"abc", bytearray(3), (c_int * 3)():
            self.assertEqual(list(self.vectorize(add)([1, 2], sized)), [4, 5])

    def test_objects(self):
        hold = self.vectorize(function("second_void_p", c_void_p, py_object, c_void_p))
        for thing in [1, 2], (1, 2), object(), b"x":
            self.assertEqual(list(hold(thing, [3, 4])), [3, 4])

    def test_dead_vectorized_functions(self):
        vectorized = self.vectorize(function("negate_int", c_int, c_int))
        reference = weakref.ref(vectorized)
        self.assertIs(reference(), vectorized)


class Refused(VectorizeTestCase):
    def test_no_function(self):
        for wrong, name in [(5, "int"), (len, type(len).__name__), (c_int(), "c_int"), (None, "NoneType"),
                            (INT_FUNCTION, type(INT_FUNCTION).__name__)]:
            self.assertError(TypeError, f"vectorize() takes a ctypes function, not {name}", self.vectorize, wrong)

    def test_no_argtypes(self):
        self.assertError(TypeError, "negate_int has no argtypes, which say what its arguments are", self.vectorize,
                         clib["negate_int"])
        address = cast(clib["negate_int"], c_void_p).value
        bare = type(clib["negate_int"])(address)
        if bare.argtypes is None:
            self.assertError(TypeError, "the function has no argtypes, which say what its arguments are",
                             self.vectorize, bare)

    def test_errcheck(self):
        negate = function("negate_int", c_int, c_int)
        negate.errcheck = lambda *arguments: None
        message = "the function has an errcheck, which takes one result at a time; check the array of results instead"
        self.assertError(TypeError, message, self.vectorize, negate)

    def test_restypes(self):
        class Checked(c_long):
            @staticmethod
            def _check_retval_(value):
                return value

        class Object(py_object):
            pass

        negate = clib["negate_int"]
        negate.argtypes = [c_int]
        for restype, message in [
                (str, "is a Python callable, which takes one result at a time; declare the C type"),
                (lambda value: value, "is a Python callable, which takes one result at a time; declare the C type"),
                (Checked, "Checked checks one result at a time; declare c_long"),
                (py_object, "is py_object; an array cannot own its objects"),
                (Object, "is py_object; an array cannot own its objects")]:
            negate.restype = restype
            self.assertError(TypeError, f"negate_int's restype {message}", self.vectorize, negate)

    @unittest.skipUnless(WINDOWS, "of Windows")
    def test_hresult(self):
        message = "the function's restype HRESULT checks one result at a time; declare c_long"
        self.assertError(TypeError, message, self.vectorize, function("give_hresult", ctypes.HRESULT, c_long))

    def test_null(self):
        self.assertError(ValueError, "the function is a NULL pointer", self.vectorize, INT_FUNCTION())

    def test_threads(self):
        negate = function("negate_int", c_int, c_int)
        for wrong, name in ("2", "str"), (1.0, "float"), (None, "NoneType"), (True, "bool"):
            self.assertError(TypeError, f"threads must be an int, not {name}", self.vectorize, negate, threads=wrong)
        for wrong in 0, -1, -2 ** 70:
            message = f"threads must be at least 1, not {wrong}"
            self.assertError(ValueError, message, self.vectorize, negate, threads=wrong)
        message = "a critical batch runs on its own thread: threads must be 1"
        self.assertError(ValueError, message, self.vectorize, negate, threads=2, critical=True)
        self.assertEqual(list(self.vectorize(negate, threads=10 ** 6)([1, 2])), [-1, -2])

    def test_options_have_names(self):
        from ctypes_vectorize import vectorize
        self.assertRaises(TypeError, vectorize, function("negate_int", c_int, c_int), 1)
        self.assertRaises(TypeError, vectorize)


class Calls(VectorizeTestCase):
    def test_numbers_of_arguments(self):
        add = self.vectorize(function("add_int", c_int, c_int, c_int))
        self.assertError(TypeError, "this function takes 2 arguments (0 given)", add)
        self.assertError(TypeError, "this function takes 2 arguments (3 given)", add, [1], [2], [3])
        self.assertError(TypeError, "this function takes 1 argument (2 given)",
                         self.vectorize(function("negate_int", c_int, c_int)), [1], [2])
        self.assertError(TypeError, "this function takes 0 arguments (1 given)",
                         self.vectorize(function("no_parameters", c_double)), [1])

    def test_keywords(self):
        add = self.vectorize(function("add_int", c_int, c_int, c_int))
        for name in "x", "self", "arguments", "threads":
            keywords = {name: 3}
            self.assertError(TypeError, f"an unexpected keyword argument '{name}'", lambda: add([1], 2, **keywords))

    def test_order(self):
        # Whatever else is wrong, the first in this order is said.
        add = self.vectorize(function("add_int", c_int, c_int, c_int))
        self.assertError(TypeError, "this function takes 2 arguments (1 given)", add, b"x", out=5, errno=5)
        wrong = (c_double * 2)()
        message = "argument {}: an array of c_double is neither of c_int nor of a narrower type"
        self.assertError(TypeError, message.format(1), add, wrong, wrong, out=5, errno=5)
        self.assertError(TypeError, message.format(2), add, [1], wrong, out=5, errno=5)
        self.assertError(TypeError, "errno: the function was not made with use_errno", add, [1], [1], out=5, errno=5)
        message = "out: not a writable buffer of c_int, but int"
        self.assertError(TypeError, message, add, [1, 2], [1, 2, 3], out=5)
        numbers = (c_int * 4)()
        message = "argument 2 has the shape (3,), and the others (2,)"
        self.assertError(ValueError, message, add, [1, 2], [1, 2, 3], out=numbers)
        message = "out has the shape (4,), and the arguments (2,)"
        self.assertError(ValueError, message, add, memoryview(numbers)[:2], [1, 2], out=numbers)

    def test_nothing_is_called(self):
        record = self.vectorize(function("record_call", c_int, c_int))
        function("forget_calls", None)()
        for arguments, places in [
                (([1, "x"],), {}), (([1], [2]), {}), (([1, 2],), {"out": (c_int * 3)()}),
                (([1, 2],), {"out": (c_double * 2)()}), (((c_int * 2)(),), {"errno": (c_int * 2)()})]:
            self.assertRaises((TypeError, ValueError), record, *arguments, **places)
        self.assertEqual(function("count_calls", c_int)(), 0)


if __name__ == "__main__":
    unittest.main()
