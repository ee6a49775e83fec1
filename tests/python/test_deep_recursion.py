"""Recursion through Python and C: an error at its end, on any stack, and everything goes on afterwards."""
import io
import sys
import threading
import unittest
from ctypes import (
    CDLL, CFUNCTYPE, POINTER, ArgumentError, Structure, c_char_p, c_int, c_long, c_size_t, c_void_p,
)

from support import LIBC, OURS, PY314, TestCase, function

Unary = CFUNCTYPE(c_int, c_int)
Compare = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
libc = CDLL(LIBC)


class Recorded(TestCase):
    def setUp(self):
        # A hook of Python code would find no room for its own frame.
        self.reports = []
        original, sys.unraisablehook = sys.unraisablehook, self.reports.append
        self.addCleanup(setattr, sys, "unraisablehook", original)

    def endless(self):
        depth = 0

        @Unary
        def deeper(value):
            nonlocal depth
            depth += 1
            return deeper(value + 1) + 1

        deeper(0)
        return depth

    def through_qsort(self):
        depth, items = 0, (c_int * 2)(1, 2)
        sort = CFUNCTYPE(None, c_void_p, c_size_t, c_size_t, Compare)(("qsort", libc))

        @Compare
        def deeper(first, second):
            nonlocal depth
            depth += 1
            sort(items, 2, 4, deeper)
            return 0

        sort(items, 2, 4, deeper)
        return depth

    def with_structures(self):
        class Large(Structure):
            _fields_ = [("items", c_long * 10)]

        depth = 0

        @CFUNCTYPE(c_int, Large)
        def deeper(value):
            nonlocal depth
            depth += 1
            return deeper(value)

        deeper(Large())
        return depth

    def check_report(self):
        self.assertEqual(len(self.reports), 1)
        report = self.reports.pop()
        self.assertIs(report.exc_type, RecursionError)
        self.assertIn("maximum recursion depth exceeded", str(report.exc_value))
        self.assertNotEqual(str(report.exc_value)[-1], " ")
        self.assertIn("calling ctypes callback function", report.err_msg)


class MainThread(Recorded):
    def test_endless(self):
        for recurse in (self.endless, self.through_qsort, self.with_structures):
            self.assertGreater(recurse(), 100)
            if OURS:
                self.check_report()
            self.reports.clear()
        self.assertEqual(Unary(lambda value: value + 1)(5), 6)

    def test_hook_without_room(self):
        # There is none for the hook, which hears nothing; what was left to say goes to sys.stderr.
        heard = []

        def hook(raised):
            heard.append(raised)

        sys.unraisablehook, stderr = hook, sys.stderr
        sys.stderr = io.StringIO()
        try:
            self.endless()
        finally:
            text, sys.stderr = sys.stderr.getvalue(), stderr
        self.assertEqual(heard, [])
        self.assertIn(f"Exception ignored in sys.unraisablehook: {hook!r}", text)
        self.assertIn("\nRecursionError: maximum recursion depth exceeded\n", text)


@unittest.skipUnless(OURS, "CPython may find no memory for its report")
class SmallStacks(Recorded):
    def test_threads(self):
        failures = []
        for kilobytes in (128, 256, 512, 1024):
            for recurse in (self.endless, self.through_qsort, self.with_structures):
                def run():
                    try:
                        recurse()
                        self.check_report()
                        self.assertEqual(Unary(lambda value: value + 1)(5), 6)
                    except BaseException as error:
                        failures.append((kilobytes, recurse.__name__, error))

                before = threading.stack_size(1024 * kilobytes)
                try:
                    thread = threading.Thread(target=run)
                    thread.start()
                finally:
                    threading.stack_size(before)
                thread.join()
        self.assertEqual(failures, [])


@unittest.skipUnless(PY314, "3.13 runs out of stack")
class AsParameter(TestCase):
    class Itself:
        @property
        def _as_parameter_(self):
            return self

    class Another:
        @property
        def _as_parameter_(self):
            return type(self)()

    TYPES = [c_int, c_char_p, c_void_p, POINTER(c_int)]

    def objects(self):
        of_dict = type("OfDict", (), {})()
        of_dict._as_parameter_ = of_dict
        return [of_dict, self.Itself(), self.Another()]

    def test_from_param(self):
        for value in self.objects():
            for ctype in self.TYPES:
                with self.assertRaises(RecursionError) as caught:
                    ctype.from_param(value)
                self.assertIs(type(caught.exception), RecursionError)

    def test_calls(self):
        for value in self.objects():
            for ctype in self.TYPES + [None]:
                target = libc["abs"]
                if ctype is not None:
                    target.argtypes = [ctype]
                with self.assertRaisesRegex(ArgumentError, r"^argument 1: RecursionError: .+[^ ]$"):
                    target(value)

    def test_calls_of_themselves(self):
        class Calling:
            @property
            def _as_parameter_(self):
                return libc.abs(self)

        with self.assertRaisesRegex(ArgumentError, "^argument 1: ArgumentError: argument 1: ArgumentError: .*"
                                                   "argument 1: RecursionError: .+[^ ]$"):
            libc.abs(Calling())

    def test_raised_by_from_param(self):
        class Raising:
            @classmethod
            def from_param(cls, value):
                raise RecursionError("mine")

        class Endless:
            @classmethod
            def from_param(cls, value):
                return cls.from_param(value)

        target = libc["abs"]
        target.argtypes = [Raising]
        self.assertError(ArgumentError, "argument 1: RecursionError: mine", target, 1)
        target.argtypes = [Endless]
        self.assertError(ArgumentError, "argument 1: RecursionError: maximum recursion depth exceeded", target, 1)


class Chains(Recorded):
    def test_every_level_raises(self):
        @CFUNCTYPE(c_int, c_int)
        def deeper(value):
            if value == 0:
                raise ValueError(value)
            deeper(value - 1)
            raise KeyError(value)

        deeper(20)
        self.assertEqual([str(report.exc_value) for report in self.reports], [str(value) for value in range(21)])

    def test_bounded(self):
        call = function("call_times", c_int, Unary, c_int)
        deeper = Unary(lambda value: call(deeper, 1) + 1 if len(levels) < 20 and not levels.append(value) else 0)
        levels = []
        call(deeper, 1)
        self.assertEqual(len(levels), 20)
        self.assertEqual(self.reports, [])


if __name__ == "__main__":
    unittest.main()
