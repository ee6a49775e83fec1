"""Arguments that a `from_param` of Python code converts."""
import unittest
from ctypes import ArgumentError, c_int

from given import ROUNDS
from support import TestCase, function


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


if __name__ == "__main__":
    unittest.main()
