"""What functions return: `restype` of every kind, subclasses, and what a change of it does."""
import gc
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, ArgumentError, Structure, Union, byref, c_bool, c_byte, c_char, c_char_p,
    c_double, c_float, c_int, c_long, c_longlong, c_short, c_ubyte, c_uint, c_ushort, c_void_p, c_wchar,
    c_wchar_p, py_object,
)

from given import ROUNDS, MyInt, MyVoid
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


class Results(TestCase):
    def test_boxed(self):
        for name, restype in (("echo_int", MyInt), ("echo_void_p", MyVoid), ("echo_double",
                              type("MyDouble", (c_double,), {}))):
            for argtypes in ([c_double if "double" in name else c_int], None):
                made = clib[name]
                made.restype, made.argtypes = restype, argtypes
                for value in ROUNDS:
                    given = c_double(value) if "double" in name else value
                    result = made(given)
                    self.assertIs(type(result), restype)
                    self.assertEqual(result.value or 0, value)

    def test_pointer(self):
        number = c_int(5)
        for argtypes in ([c_void_p], None):
            echo = clib["echo_void_p"]
            echo.restype, echo.argtypes = POINTER(c_int), argtypes
            for _ in ROUNDS:
                result = echo(byref(number))
                self.assertIs(type(result), POINTER(c_int))
                self.assertEqual(result[0], 5)
                self.assertFalse(echo(None))

    def test_wide(self):
        self.assertEqual(function("constant_wide", c_wchar_p)(), "w\u00efde \u20ac \U0001f40d")
        echo = function("echo_void_p", c_wchar_p, c_wchar_p)
        for text in ("", "ascii", "\u00e4", "\U0001f40d", "x" * 100 + "\u20ac"):
            self.assertEqual(echo(text), text)
        self.assertIsNone(echo(None))

    def test_callable(self):
        seen = []

        def restype(value):
            seen.append(value)
            if value < 0:
                raise KeyError(value)
            return [value]

        for argtypes in ([c_int], None):
            echo = clib["echo_int"]
            echo.restype, echo.argtypes = restype, argtypes
            for value in ROUNDS:
                self.assertEqual(echo(value), [value])
            self.assertRaises(KeyError, echo, -1)
        self.assertEqual(seen, [*ROUNDS, -1] * 2)

    def test_check_retval(self):
        class Checked(c_int):
            @staticmethod
            def _check_retval_(checked):
                if checked.value < 0:
                    raise OSError(-checked.value)
                return checked.value * 10

        for argtypes in ([c_int], None):
            echo = clib["echo_int"]
            echo.restype, echo.argtypes = Checked, argtypes
            for value in ROUNDS:
                self.assertEqual(echo(value), value * 10)
            self.assertRaises(OSError, echo, -1)

    def test_check_retval_of_a_metaclass(self):
        class Meta(type(c_int)):
            @property
            def _check_retval_(cls):
                return lambda value: ("meta", value)

        class Late(type(c_int)):
            def __getattr__(cls, name):
                if name == "_check_retval_":
                    return lambda value: ("late", value)
                raise AttributeError(name)

        for meta, word in ((Meta, "meta"), (Late, "late")):
            restype = meta("Restype", (c_int,), {})
            echo = function("echo_int", c_int, c_int)
            echo.restype = restype
            result = echo(5)
            self.assertEqual(result[0], word)
            self.assertIs(type(result[1]), restype)

    def test_changed_by_restype(self):
        echo = clib["echo_int"]
        echo.argtypes = [c_int]

        def restype(value):
            echo.restype = c_short
            echo.argtypes = [c_double]
            gc.collect()
            return value

        echo.restype = restype
        self.assertEqual(echo(5), 5)
        self.assertRaises(ArgumentError, echo, "x")


if __name__ == "__main__":
    unittest.main()
