"""Results: `restype` of every kind, `errcheck`, subclasses, and what a change of either does."""
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, Structure, Union, c_bool, c_byte, c_char, c_char_p, c_double, c_float,
    c_int, c_long, c_longlong, c_short, c_size_t, c_ubyte, c_uint, c_ushort, c_void_p, c_wchar,
    c_wchar_p, py_object,
)

from support import OURS, TestCase, clib, echo_object, function


def with_restype(name, restype, *argtypes):
    result = clib[name]
    result.argtypes = argtypes
    result.restype = restype
    return result


class Simple(TestCase):
    def test_default_is_int(self):
        negate = clib["negate_int"]
        self.assertIs(negate.restype, c_int)
        self.assertEqual(negate(2 ** 31 - 1), -(2 ** 31 - 1))

    def test_python_values(self):
        for name, ctype, value in [
                ("byte", c_byte, -5), ("ubyte", c_ubyte, 250), ("short", c_short, -500),
                ("ushort", c_ushort, 65000), ("uint", c_uint, 2 ** 32 - 1),
                ("longlong", c_longlong, -2 ** 63), ("float", c_float, 1.5),
                ("double", c_double, -0.1), ("bool", c_bool, True), ("char", c_char, b"x"),
                ("wchar", c_wchar, "€"), ("char_p", c_char_p, b"text"),
                ("wchar_p", c_wchar_p, "text"), ("void_p", c_void_p, 77)]:
            result = with_restype(f"echo_{name}", ctype, ctype)(value)
            self.assertEqual(result, value)
            self.assertIs(type(result), type(value))

    def test_narrow_results_ignore_the_upper_register(self):
        wide = with_restype("echo_longlong", c_byte, c_longlong)
        self.assertEqual(wide(0x1234_5678_9ABC_DEF0), -0x10)
        wide.restype = c_ushort
        self.assertEqual(wide(0x1234_5678_9ABC_DEF0), 0xDEF0)
        wide.restype = c_int
        self.assertEqual(wide(0xFFFF_FFFF), -1)

    def test_null_pointers(self):
        self.assertIs(with_restype("null_bytes", c_char_p)(), None)
        self.assertIs(with_restype("null_wide", c_wchar_p)(), None)
        self.assertIs(with_restype("null_bytes", c_void_p)(), None)
        self.assertFalse(with_restype("null_bytes", POINTER(c_char))())

    @unittest.skipUnless(OURS, "CPython 3.13 dies of it")
    def test_null_object(self):
        self.assertError(ValueError, "PyObject is NULL", with_restype("null_bytes", py_object))

    def test_strings(self):
        self.assertEqual(with_restype("constant_bytes", c_char_p)(), b"constant \xe4 bytes")
        self.assertEqual(with_restype("constant_wide", c_wchar_p)(), "wïde € \U0001f40d")
        self.assertEqual(with_restype("find_byte", c_char_p, c_char_p, c_char)(b"abcd", b"c"),
                         b"cd")
        self.assertIs(with_restype("find_byte", c_char_p, c_char_p, c_char)(b"abcd", b"x"), None)

    def test_subclasses_stay_boxed(self):
        class Status(c_int):
            def failed(self):
                return self.value < 0

        class Name(c_char_p):
            pass

        status = with_restype("negate_int", Status, c_int)(5)
        self.assertIs(type(status), Status)
        self.assertEqual((status.value, status.failed()), (-5, True))
        name = with_restype("constant_bytes", Name)()
        self.assertIs(type(name), Name)
        self.assertTrue(name.value.startswith(b"constant"))


class Other(TestCase):
    def test_none(self):
        negate = with_restype("negate_int", None, c_int)
        self.assertIs(negate.restype, None)
        self.assertIs(negate(5), None)

    def test_pointer(self):
        table = with_restype("int_table", POINTER(c_int))()
        self.assertIs(type(table), POINTER(c_int))
        self.assertEqual(table[2], 30)
        self.assertEqual(with_restype("word_vector", POINTER(c_char_p))()[:4],
                         [b"alpha", b"beta", b"gamma", None])

    def test_function(self):
        pick = with_restype("pick_function", CFUNCTYPE(c_int, c_int), c_int)
        self.assertEqual(pick(1)(9), 81)

    def test_structure_and_union(self):
        class Triple(Structure):
            _fields_ = [("a", c_double), ("b", c_double), ("c", c_double)]

        made = with_restype("make_f64x3", Triple, *[c_double] * 3)(1, 2, 3)
        self.assertIs(type(made), Triple)
        self.assertEqual((made.a, made.b, made.c), (1, 2, 3))
        self.assertIsNot(made, with_restype("make_f64x3", Triple, *[c_double] * 3)(1, 2, 3))

        class View(Union):
            _fields_ = [("a", c_int)]

        self.assertEqual(with_restype("negate_int", View, c_int)(5).a, -5)

    def test_py_object(self):
        thing = object()
        self.assertIs(echo_object(thing), thing)

    def test_callables_get_an_int(self):
        negate = with_restype("negate_int", lambda v: [v], c_int)
        self.assertEqual(negate(5), [-5])
        negate.restype = str
        self.assertEqual(negate(5), "-5")

        def failing(value):
            raise KeyError(value)

        negate.restype = failing
        self.assertError(KeyError, "-5", negate, 5)

    def test_check_retval(self):
        class Checked(c_int):
            @classmethod
            def _check_retval_(cls, value):
                return ("checked", value)

        checked, value = with_restype("negate_int", Checked, c_int)(5)
        self.assertEqual((checked, type(value), value.value), ("checked", Checked, -5))


class Assignment(TestCase):
    def test_refuses(self):
        negate = clib["negate_int"]
        for wrong in (5, "c_int", (), b""):
            self.assertError(TypeError, "restype must be a type, a callable, or None", setattr,
                             negate, "restype", wrong)
        self.assertIs(negate.restype, c_int)

    def test_deletion_restores_the_types(self):
        negate = function("negate_int", c_int, c_int)
        negate.restype = c_byte
        self.assertEqual((negate.restype, negate(300)), (c_byte, -44))
        del negate.restype
        self.assertEqual((negate.restype, negate(300)), (c_int, -300))

    def test_change_between_calls(self):
        echo = clib["echo_longlong"]
        echo.argtypes = [c_longlong]
        for ctype, expected in [(c_byte, 1), (c_longlong, 2 ** 40 + 1), (None, None), (c_int, 1),
                                (c_bool, True), (c_long, c_long(2 ** 40 + 1).value)]:
            echo.restype = ctype
            self.assertEqual(echo(2 ** 40 + 1), expected)


class Errcheck(TestCase):
    def test_arguments(self):
        add = function("add_int", c_int, c_int, c_int)
        seen = []

        def check(*arguments):
            seen.append(arguments)
            return "checked"

        add.errcheck = check
        self.assertIs(add.errcheck, check)
        self.assertEqual(add(2, 3), "checked")
        self.assertEqual(seen, [(5, add, (2, 3))])

    def test_sees_the_converted_result_and_the_callers_arguments(self):
        length = function("byte_length", c_size_t, c_char_p)
        length.errcheck = lambda result, func, arguments: (result, arguments)
        self.assertEqual(length(b"abc"), (3, (b"abc",)))
        negate = function("negate_int", None, c_int)
        negate.errcheck = lambda result, func, arguments: (result, arguments)
        self.assertEqual(negate(5), (None, (5,)))
        negate.restype = str
        self.assertEqual(negate(5), ("-5", (5,)))

    def test_structure_results(self):
        class Pair(Structure):
            _fields_ = [("a", c_float), ("b", c_float)]

        add = function("add_f32x2", Pair, Pair, Pair)
        add.errcheck = lambda result, func, arguments: result.a + arguments[0].b
        self.assertEqual(add(Pair(1, 2), Pair(3, 4)), 6)

    def test_exceptions(self):
        def check(result, func, arguments):
            if result < 0:
                raise OSError(-result, "failed")
            return result

        negate = function("negate_int", c_int, c_int)
        negate.errcheck = check
        self.assertEqual(negate(-5), 5)
        with self.assertRaises(OSError) as caught:
            negate(5)
        self.assertEqual(caught.exception.errno, 5)

    def test_refuses(self):
        negate = clib["negate_int"]
        for wrong in (5, None, "x"):
            self.assertError(TypeError, "the errcheck attribute must be callable", setattr,
                             negate, "errcheck", wrong)
        self.assertIs(negate.errcheck, None)

    def test_deletion(self):
        negate = function("negate_int", c_int, c_int)
        negate.errcheck = lambda *arguments: "checked"
        del negate.errcheck
        self.assertIs(negate.errcheck, None)
        self.assertEqual(negate(5), -5)

    def test_returning_the_arguments(self):
        negate = function("negate_int", c_int, c_int)
        negate.errcheck = lambda result, func, arguments: arguments
        self.assertEqual(negate(5), -5)  # the sign that the result is fine as it is


if __name__ == "__main__":
    unittest.main()
