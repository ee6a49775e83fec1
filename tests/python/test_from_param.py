"""Arguments that a `from_param` of Python code converts."""
import gc
import unittest
import weakref
from ctypes import (
    CDLL, CFUNCTYPE, POINTER, ArgumentError, byref, c_char, c_char_p, c_int, c_short, c_size_t,
    c_void_p, c_wchar, c_wchar_p, cast, create_string_buffer, create_unicode_buffer,
)

from given import ROUNDS, Parameter
from support import LIBC, OURS, PY314, TestCase, function


class FromParam(TestCase):
    def test_from_param(self):
        calls = []

        def convert(*given):
            calls.append(given)
            if given[-1] == "bad":
                raise ValueError("bad")
            return c_int(given[-1])

        class Bound:
            from_param = classmethod(convert)

        class Static:
            from_param = staticmethod(convert)

        class Instance:
            def from_param(self, value):
                return convert(self, value)

        class Callable:
            class from_param:
                def __new__(cls, value):
                    return convert(value)

        instance = Instance()
        for argtype, first in ((Bound, [Bound]), (Static, []), (instance, [instance]), (Callable, [])):
            echo = function("echo_int", c_int)
            echo.argtypes = [argtype]
            for value in ROUNDS:
                self.assertEqual(echo(value), value)
                self.assertEqual(calls.pop(), (*first, value))
            self.assertError(ArgumentError, "argument 1: ValueError: bad", echo, "bad")
            calls.clear()

    def test_from_param_later(self):
        class Late(c_int):
            pass

        echo = function("echo_int", c_int)
        echo.argtypes = [Late]
        self.assertEqual(echo(5), 5)
        Late.from_param = classmethod(lambda cls, value: c_int(value + 1))
        # What was declared stays as it was.
        self.assertEqual(echo(5), 5)
        echo.argtypes = [Late]
        self.assertEqual(echo(5), 6)
        del Late.from_param
        echo.argtypes = [Late]
        self.assertEqual(echo(5), 5)

    def test_from_param_changes_what_came_before(self):
        number = c_int(1)

        class Changing:
            @classmethod
            def from_param(cls, value):
                number.value = 50
                return c_int(value)

        add = function("add_int", c_int)
        add.argtypes = [c_int, Changing]
        self.assertEqual(add(number, 2), 3)
        self.assertEqual(add(number, 2), 52)


class OfAnotherType(TestCase):
    """A type can have the `from_param` of another, as the package gives it to pointers to characters."""

    def test_characters(self):
        pointer_type = POINTER(c_char)
        length = function("byte_length", c_size_t, pointer_type)
        self.assertEqual(length.argtypes, (pointer_type,))
        buffer = create_string_buffer(b"buffer")
        for _ in ROUNDS:
            for value, expected in (
                (b"bytes", 5), (buffer, 6), (byref(c_char(b"\0")), 0), (cast(buffer, pointer_type), 6),
                (c_char_p(b"text"), 4), (Parameter(b"parameter"), 9), (Parameter(buffer), 6),
            ):
                self.assertEqual(length(value), expected, value)
            for wrong in (5, "text", c_int(), 1.5, (c_int * 3)(), create_unicode_buffer("x")):
                with self.assertRaises(ArgumentError) as caught:
                    length(wrong)
                if PY314 or OURS:
                    self.assertIn("object cannot be interpreted as ctypes.c_char_p", str(caught.exception))
        self.assertIsNone(function("echo_void_p", c_void_p, pointer_type)(None))

    def test_wide_characters(self):
        length = function("wide_length", c_size_t, POINTER(c_wchar))
        for _ in ROUNDS:
            for value in ("text", create_unicode_buffer("text"), c_wchar_p("text"),
                          cast(create_unicode_buffer("text"), POINTER(c_wchar))):
                self.assertEqual(length(value), 4)
            self.assertRaises(ArgumentError, length, b"text")

    def test_what_is_written_into_bytes(self):
        fill = CFUNCTYPE(c_void_p, POINTER(c_char), c_int, c_size_t)(("memset", CDLL(LIBC)))
        text = bytes(bytearray(b"parameter"))
        fill(text, 120, 3)
        self.assertEqual(text, b"xxxameter")

    def test_in_any_class(self):
        class Own:
            from_param = c_int.from_param

        class Static:
            from_param = staticmethod(c_short.from_param)

        echo = function("echo_int", c_int)
        for argtype, ctype in ((Own, c_int), (Own(), c_int), (Static, c_short)):
            echo.argtypes = [argtype]
            self.assertEqual(echo.argtypes, [argtype])
            for _ in ROUNDS:
                for value in (5, True, ctype(-7), Parameter(8), 70000):
                    expected = ctype(getattr(value, "_as_parameter_", value) if not isinstance(value, ctype)
                                     else value.value).value
                    self.assertEqual(echo(value), expected)
                self.assertRaises(ArgumentError, echo, "x")

    def test_stays_as_it_was(self):
        class Base(c_int):
            pass

        class Other:
            from_param = Base.from_param

        echo = function("echo_int", c_int)
        echo.argtypes = [Other]
        Base.from_param = classmethod(lambda cls, value: c_int(0))
        self.assertEqual(echo(5), 5)
        Other.from_param = Base.from_param
        self.assertEqual(echo(5), 5)
        echo.argtypes = [Other]
        self.assertEqual(echo(5), 0)

    def test_is_not_kept(self):
        class Held(c_int):
            pass

        class Other:
            from_param = Held.from_param

        echo = function("echo_int", c_int)
        echo.argtypes = [Other]
        self.assertEqual(echo(5), 5)
        held = [weakref.ref(Held), weakref.ref(Other)]
        echo.argtypes = [c_int]
        del Held, Other
        # The second is found when the first is gone.
        gc.collect()
        gc.collect()
        self.assertEqual([reference() for reference in held], [None, None])


if __name__ == "__main__":
    unittest.main()
