"""Python callables of every kind, which native code calls over and over."""
import sys
import unittest
from ctypes import CFUNCTYPE, c_int

from given import ROUNDS
from support import TestCase, clib, function


class PythonCode(TestCase):
    """Python callables of every kind, which native code calls over and over."""

    def results(self, thing, value=4):
        """What a callback, a result type and an errcheck make of a value."""
        callback = CFUNCTYPE(c_int, c_int)(thing)
        convert = clib["echo_int"]
        convert.argtypes, convert.restype = [c_int], thing
        return [(callback(value), convert(value)) for _ in ROUNDS]

    def test_kinds(self):
        class Methods:
            def method(self, value):
                return value + 1

            @classmethod
            def of_class(cls, value):
                return value + 1

            @staticmethod
            def static(value):
                return value + 1

            def __call__(self, value):
                return value + 1

        class Made(int):
            def __new__(cls, value):
                return super().__new__(cls, value + 1)

        def plain(value):
            return value + 1

        def default(value, more=1):
            return value + more

        def anything(*values, **names):
            return values[0] + 1

        def named(value, *, more=1):
            return value + more

        def closed_over(value):
            return [value + 1 for _ in range(1)][0] + (lambda: value)() - value

        def deleted(value):
            result = value + 1
            del value
            return result

        things = Methods()
        for thing in (things.method, Methods.of_class, Methods.static, things, Made, plain, default, anything,
                      named, closed_over, deleted, (1).__add__):
            self.assertEqual(self.results(thing), [(5, 5)] * 3, thing)

    def test_wrong_number_of_parameters(self):
        def two(first, second):
            return first

        def none():
            return 5

        convert = clib["echo_int"]
        convert.argtypes = [c_int]
        for thing in (two, none):
            convert.restype = thing
            for _ in ROUNDS:
                self.assertRaises(TypeError, convert, 4)

    def test_generator(self):
        def generate(value):
            yield value

        convert = clib["echo_int"]
        convert.argtypes, convert.restype = [c_int], generate
        for _ in ROUNDS:
            self.assertEqual(list(convert(4)), [4])

    def test_function_changes(self):
        def function(value):
            return value + 1

        def two(value, more=10):
            return value + more

        convert = clib["echo_int"]
        convert.argtypes, convert.restype = [c_int], function
        callback = CFUNCTYPE(c_int, c_int)(function)
        self.assertEqual((convert(4), callback(4)), (5, 5))
        function.__code__ = two.__code__
        self.assertRaises(TypeError, convert, 4)
        function.__defaults__ = (20,)
        self.assertEqual((convert(4), callback(4)), (24, 24))
        function.__defaults__ = (30,)
        self.assertEqual((convert(4), callback(4)), (34, 34))
        function.__code__ = (lambda value: value).__code__
        self.assertEqual((convert(4), callback(4)), (4, 4))
        function.__code__ = (lambda *values: len(values)).__code__
        self.assertEqual((convert(4), callback(4)), (1, 1))

    def test_is_traced(self):
        def function(value):
            return value

        def check(result, called, arguments):
            return result

        callback = CFUNCTYPE(c_int, c_int)(function)
        convert = clib["echo_int"]
        convert.argtypes, convert.restype, convert.errcheck = [c_int], function, check
        callback(1), convert(1)
        seen = []

        def trace(frame, event, argument):
            if event == "call":
                seen.append(frame.f_code.co_name)
            return trace

        old = sys.gettrace()
        sys.settrace(trace)
        try:
            callback(1)
            convert(1)
        finally:
            sys.settrace(old)
        self.assertEqual(seen, ["function", "function", "check"])

    def test_frames(self):
        def function(value):
            return sys._getframe().f_locals["value"] + sys._getframe(1).f_lineno * 0

        self.assertEqual(self.results(function), [(4, 4)] * 3)


if __name__ == "__main__":
    unittest.main()
