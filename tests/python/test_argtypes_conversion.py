"""Arguments with `argtypes`: what each type lets through to C, own `from_param`s, errors."""
import unittest
from ctypes import (
    CDLL, CFUNCTYPE, POINTER, ArgumentError, Structure, addressof, byref, c_bool, c_byte, c_char, c_char_p,
    c_double, c_float, c_int, c_int16, c_long, c_longdouble, c_longlong, c_short, c_size_t, c_ubyte,
    c_uint, c_ushort, c_void_p, c_wchar, c_wchar_p, create_string_buffer, create_unicode_buffer,
    pointer, py_object, sizeof,
)

from support import LIBC, PY314, WIDE_CHARACTER, WINDOWS, TestCase, clib, echo_object, function

INT = c_int.__name__


class Scalars(TestCase):
    def test_every_type_arrives(self):
        for name, ctype, values in [
                ("byte", c_byte, (-128, 0, 127)), ("ubyte", c_ubyte, (0, 255)),
                ("short", c_short, (-2 ** 15, 2 ** 15 - 1)), ("ushort", c_ushort, (0, 65535)),
                ("int", c_int, (-2 ** 31, 2 ** 31 - 1)), ("uint", c_uint, (0, 2 ** 32 - 1)),
                ("char", c_char, (b"\0", b"a", b"\xff")), ("bool", c_bool, (False, True)),
                ("wchar", c_wchar, ("\0", "a", "€", WIDE_CHARACTER))]:
            widen = function(f"widen_{name}", c_longlong, ctype)
            echo = function(f"echo_{name}", ctype, ctype)
            for value in values:
                number = ord(value) if isinstance(value, (bytes, str)) else value
                self.assertEqual(widen(value), number)
                self.assertEqual(widen(ctype(value)), number)
                self.assertEqual(echo(value), value)
                self.assertIs(type(echo(value)), type(value))

    def test_range_is_not_checked(self):
        self.assertEqual(function("widen_byte", c_longlong, c_byte)(255), -1)
        self.assertEqual(function("widen_ubyte", c_longlong, c_ubyte)(-1), 255)
        self.assertEqual(function("widen_int", c_longlong, c_int)(2 ** 40 + 7), 7)
        self.assertEqual(function("echo_longlong", c_longlong, c_longlong)(2 ** 64 - 1), -1)

    def test_floats(self):
        for name, ctype in [("float", c_float), ("double", c_double), ("longdouble", c_longdouble)]:
            echo = function(f"echo_{name}", ctype, ctype)
            for value in (0.0, 1.5, -2.25, 3, True, float("inf")):
                self.assertEqual(echo(value), value)
                self.assertIs(type(echo(value)), float)
            self.assertNotEqual(echo(float("nan")), echo(float("nan")))
            self.assertEqual(function(f"add_{name}", ctype, ctype, ctype)(0.5, 0.25), 0.75)
        self.assertEqual(function("echo_float", c_float, c_float)(0.1), c_float(0.1).value)
        self.assertEqual(function("mix_int_double", c_double, c_int, c_double)(1, 0.5), 1.5)
        self.assertEqual(function("mix_float_double", c_float, c_float, c_double)(1.5, 2), 3.5)

    def test_instances_of_the_type_and_of_subclasses(self):
        class Number(c_int):
            pass

        widen = function("widen_int", c_longlong, c_int)
        self.assertEqual((widen(c_int(-3)), widen(Number(-4))), (-3, -4))
        self.assertError(ArgumentError, "argument 1: TypeError: 'c_short' object cannot be "
                         "interpreted as an integer", widen, c_short(3))
        self.assertError(ArgumentError, f"argument 1: TypeError: '{INT}' object cannot be "
                         "interpreted as an integer", function("widen_int", c_longlong, Number),
                         c_int(3))

    def test_refusals_name_the_argument(self):
        number = "'str' object cannot be interpreted as an integer"
        for position in range(2):
            arguments = [1, 1]
            arguments[position] = "x"
            self.assertError(ArgumentError, f"argument {position + 1}: TypeError: {number}",
                             function("add_int", c_int, c_int, c_int), *arguments)
        echo = function("echo_double", c_double, c_double)
        self.assertError(ArgumentError, "argument 1: TypeError: must be real number, not str",
                         echo, "x")
        self.assertError(ArgumentError, "argument 1: OverflowError: int too large to convert to "
                         "float", echo, 10 ** 400)
        text = ("one character bytes, bytearray, or an integer in range(256) expected, not bytes "
                "of length 2" if PY314 else "one character bytes, bytearray or integer expected")
        self.assertError(ArgumentError, f"argument 1: TypeError: {text}",
                         function("echo_char", c_char, c_char), b"ab")


class Strings(TestCase):
    def test_bytes(self):
        length = function("byte_length", c_size_t, c_char_p)
        none = c_size_t(-1).value
        for value, expected in [(b"four", 4), (b"", 0), (b"a\0b", 1), (None, none),
                                (c_char_p(b"four"), 4), (create_string_buffer(b"abc"), 3),
                                (c_char_p(), none), (byref(c_char(0)), 0),
                                (pointer(c_char(0)), 0)]:
            self.assertEqual(length(value), expected, value)
        for wrong in ("x", 5, bytearray(b"x"), c_wchar_p("x"), c_void_p(5), (c_byte * 2)()):
            self.assertError(ArgumentError, f"argument 1: TypeError: '{type(wrong).__name__}' "
                             "object cannot be interpreted as ctypes.c_char_p", length, wrong)

    def test_wide(self):
        length = function("wide_length", c_size_t, c_wchar_p)
        for value, expected in [("four", 4), ("", 0), ("a\0b", 1), ("\U0001f40d", 2 if WINDOWS else 1),
                                (None, c_size_t(-1).value), (c_wchar_p("four"), 4),
                                (create_unicode_buffer("abc"), 3)]:
            self.assertEqual(length(value), expected, value)
        for wrong in (b"x", 5, c_char_p(b"x")):
            self.assertError(ArgumentError, f"argument 1: TypeError: '{type(wrong).__name__}' "
                             "object cannot be interpreted as ctypes.c_wchar_p", length, wrong)

    def test_comes_back(self):
        self.assertEqual(function("echo_char_p", c_char_p, c_char_p)(b"abc"), b"abc")
        self.assertEqual(function("echo_wchar_p", c_wchar_p, c_wchar_p)("äbc"), "äbc")


class VoidPointers(TestCase):
    def test_accepts(self):
        same = function("same_address", c_void_p, c_void_p)
        array = (c_int * 2)()
        callback = CFUNCTYPE(None)(lambda: None)
        self.assertEqual(same(array), addressof(array))
        self.assertEqual(same(byref(array)), addressof(array))
        self.assertEqual(same(byref(array, 4)), addressof(array) + 4)
        self.assertEqual(same(pointer(array)), addressof(array))
        self.assertEqual(same(c_void_p(77)), 77)
        self.assertEqual((same(88), same(True)), (88, 1))
        self.assertEqual(same(-1), 2 ** (8 * sizeof(c_void_p)) - 1)
        self.assertEqual(same(callback), c_void_p.from_buffer(callback).value)
        self.assertIs(same(None), None)
        self.assertIs(same(c_void_p()), None)
        self.assertEqual(function("byte_length", c_size_t, c_void_p)(b"four"), 4)
        self.assertEqual(function("wide_length", c_size_t, c_void_p)("vier5"), 5)
        self.assertEqual(function("byte_length", c_size_t, c_void_p)(c_char_p(b"abc")), 3)

    def test_refuses(self):
        same = function("same_address", c_void_p, c_void_p)
        for wrong in (1.5, c_int(5), [], bytearray(b"x"), Structure):
            with self.assertRaisesRegex(ArgumentError, "object cannot be interpreted as "
                                        "ctypes.c_void_p"):
                same(wrong)


class Protocols(TestCase):
    def test_as_parameter(self):
        class Holder:
            def __init__(self, value):
                self._as_parameter_ = value

        widen = function("widen_int", c_longlong, c_int)
        self.assertEqual(widen(Holder(5)), 5)
        self.assertEqual(widen(Holder(c_int(-5))), -5)
        self.assertEqual(widen(Holder(Holder(6))), 6)
        self.assertEqual(function("byte_length", c_size_t, c_char_p)(Holder(b"abc")), 3)
        self.assertEqual(function("byte_length", c_size_t, c_void_p)(Holder(b"abc")), 3)
        self.assertError(ArgumentError, "argument 1: TypeError: 'str' object cannot be "
                         "interpreted as an integer", widen, Holder("x"))

    def test_as_parameter_property_may_fail(self):
        class Broken:
            @property
            def _as_parameter_(self):
                raise KeyError("inside")

        self.assertError(ArgumentError, "argument 1: KeyError: 'inside'",
                         function("widen_int", c_longlong, c_int), Broken())

    def test_own_from_param(self):
        class Length:
            @classmethod
            def from_param(cls, value):
                return len(value)

        class Doubler:
            def from_param(self, value):
                return c_int(2 * value)

        add = clib["add_int"]
        add.argtypes = [Length, Doubler()]
        self.assertEqual(add("abc", 5), 13)
        self.assertError(ArgumentError, "argument 1: TypeError: object of type 'int' has no "
                         "len()", add, 5, 5)

    def test_from_param_result_is_converted_as_without_argtypes(self):
        class Passing:
            @classmethod
            def from_param(cls, value):
                return value

        length = clib["byte_length"]
        length.argtypes = [Passing]
        self.assertEqual(length(b"abc"), 3)
        self.assertEqual(length(create_string_buffer(b"abcd")), 4)
        self.assertEqual(length(None), -1)
        for wrong in ([], 1.5, object()):
            self.assertError(ArgumentError, "argument 1: TypeError: Don't know how to convert "
                             "parameter 1", length, wrong)

    def test_error_in_from_param(self):
        class Failing:
            @classmethod
            def from_param(cls, value):
                raise ValueError("inside")

        add = clib["add_int"]
        add.argtypes = [c_int, Failing]
        self.assertError(ArgumentError, "argument 2: ValueError: inside", add, 1, 2)

    def test_overridden_from_param_of_a_subclass(self):
        class Halved(c_int):
            @classmethod
            def from_param(cls, value):
                return cls(value // 2)

        self.assertEqual(function("widen_int", c_longlong, Halved)(10), 5)

    def test_super_from_param_of_string_and_void_pointers(self):
        for base in (c_char_p, c_wchar_p, c_void_p):
            class Derived(base):
                @classmethod
                def from_param(cls, value):
                    return super().from_param(value[0])

            self.assertIn("from_param", vars(base))
            length = function("wcslen" if base is c_wchar_p else "strlen", c_size_t, Derived,
                              library=CDLL(LIBC))
            self.assertEqual(length(["abc" if base is c_wchar_p else b"abc"]), 3)
        self.assertNotIn("from_param", vars(c_int))

    def test_as_parameter_of_a_pointer_is_no_second_conversion(self):
        class Wrapper:
            def __init__(self, value):
                self._as_parameter_ = value

        IntPointer = POINTER(c_int)
        for value in (None, c_int(3), (c_int * 3)()):
            with self.assertRaisesRegex(TypeError, r"expected LP_c_\w+ instance instead of "):
                IntPointer.from_param(Wrapper(value))
        target = pointer(c_int(3))
        self.assertIs(IntPointer.from_param(Wrapper(Wrapper(target))), target)

    def test_py_object(self):
        for thing in (5, "x", None, [], self):
            self.assertIs(echo_object(thing), thing)
        self.assertEqual(echo_object(py_object("boxed")), "boxed")

    def test_bytes_as_py_object(self):
        class Boxing:
            @classmethod
            def from_param(cls, value):
                return py_object.from_param(value)

        echo = function("echo_py_object", py_object)
        echo.argtypes = [Boxing]
        # The object itself, and a pointer to its characters, are two things.
        thing = b"bytes " * 3
        import _ctypes
        _ctypes.Py_INCREF(thing)
        self.assertIs(echo(thing), thing)


class Assignment(TestCase):
    def test_validation(self):
        add = clib["add_int"]
        self.assertError(TypeError, "_argtypes_ must be a sequence of types", setattr, add,
                         "argtypes", 5)
        self.assertError(TypeError, "item 2 in _argtypes_ has no from_param method", setattr, add,
                         "argtypes", [c_int, "x"])
        self.assertIs(add.argtypes, None)
        add.argtypes = [c_int, c_int]
        self.assertEqual(add.argtypes, [c_int, c_int])
        add.argtypes = (c_long,)
        self.assertEqual(add.argtypes, (c_long,))
        del add.argtypes
        self.assertIs(add.argtypes, None)
        add.argtypes = None
        self.assertEqual(add(2, 3), 5)

    def test_instance_and_type(self):
        prototype = CFUNCTYPE(c_int, c_int, c_int)
        add = prototype(("add_int", clib))
        self.assertEqual(add.argtypes, (c_int, c_int))
        add.argtypes = [c_int16, c_int16]
        self.assertEqual(add(2 ** 16 + 1, 1), 2)
        del add.argtypes
        self.assertEqual(add.argtypes, (c_int, c_int))

    def test_list_is_copied(self):
        types = [c_int, c_int]
        add = clib["add_int"]
        add.argtypes = types
        types[0] = c_char_p
        self.assertEqual(add(1, 2), 3)

    def test_change_between_calls(self):
        echo = clib["echo_longlong"]
        echo.restype = c_longlong
        for ctype, expected in [(c_byte, -1), (c_ubyte, 255), (c_longlong, 2 ** 40 - 1),
                                (c_ushort, 65535), (c_byte, -1)]:
            echo.argtypes = [ctype]
            self.assertEqual(echo(2 ** 40 - 1), expected)


if __name__ == "__main__":
    unittest.main()
