"""Exceptions in callbacks: C cannot see them, so sys.unraisablehook does."""
import io
import sys
import traceback
import unittest
from ctypes import CFUNCTYPE, Structure, c_char, c_double, c_int, c_longlong, c_short, py_object

from support import OURS, PY314, TestCase, function

IGNORED = "Exception ignored while " if PY314 else "Exception ignored on "


class Recorded(TestCase):
    def setUp(self):
        self.reports = []
        original = sys.unraisablehook
        sys.unraisablehook = self.record
        self.addCleanup(setattr, sys, "unraisablehook", original)

    def record(self, unraisable):
        self.reports.append((unraisable.exc_type, str(unraisable.exc_value), unraisable.err_msg,
                             unraisable.object))
        self.traceback = traceback.extract_tb(unraisable.exc_traceback)
        self.frames = [frame.name for frame in self.traceback]

    def assertReported(self, *expected):
        self.assertEqual(self.reports, list(expected))


class Raised(Recorded):
    def call(self, body, restype=c_int):
        result = CFUNCTYPE(restype, c_int)(body)(3)
        if OURS and restype is c_int:
            self.assertEqual(result, 0)  # CPython leaves what was in memory

    def check(self, body, exception, message):
        for restype in (c_int, c_double, None):
            self.reports.clear()
            self.call(body, restype)
            self.assertReported((exception, message,
                                 f"{IGNORED}calling ctypes callback function {body!r}", None))

    def test_function(self):
        def body(value):
            raise ValueError("inside", value)

        self.check(body, ValueError, "('inside', 3)")
        self.assertEqual(self.frames, ["body"])

    def test_lambda_method_object(self):
        class Thing:
            def __call__(self, value):
                raise KeyError("call")

            def method(self, value):
                raise IndexError("method")

        self.check(lambda value: 1 // 0, ZeroDivisionError,
                   "division by zero" if PY314 else "integer division or modulo by zero")
        self.check(Thing(), KeyError, "'call'")
        bound = Thing().method
        self.check(bound, IndexError, "method")

    def test_wrong_number_of_parameters(self):
        def body():
            pass

        self.call(body)
        self.assertEqual(self.reports[0][0], TypeError)
        self.assertIn("takes 0 positional arguments but 1 was given", self.reports[0][1])

    @unittest.skipUnless(PY314, "3.13 words it otherwise")
    def test_arguments_that_are_made_of_something_else(self):
        class Odd(Structure):
            _fields_ = [("a", c_int)]

            def __new__(cls):
                return 5

        body = print
        CFUNCTYPE(None, Odd)(body)(Structure.__new__(Odd))
        self.assertReported((TypeError, f"{Odd!r} returned unexpected result of type int",
                             f"Exception ignored while creating argument 0 for ctypes callback function {body!r}", None))

    def test_without_python_code_of_its_own(self):
        """The function that called C stands for what native code has raised."""
        def caller(body, restype=c_int):
            lines.append(sys._getframe().f_lineno + 1)
            CFUNCTYPE(restype, c_int)(body)(3)

        lines = []
        for body, restype in [(len, c_int), (lambda: 3, c_int), (lambda value: "x", c_int), (lambda value: 3, c_char),
                              (lambda value: "x", c_double)]:
            caller(body, restype)
            self.assertEqual([(frame.name, frame.lineno) for frame in self.traceback][-1:], [("caller", lines[-1])])
            self.assertEqual(len(self.traceback), 1)

    def test_exit_and_interrupt_are_reported_too(self):
        def leave(value):
            raise SystemExit(3)

        def interrupt(value):
            raise KeyboardInterrupt

        self.check(leave, SystemExit, "3")
        self.check(interrupt, KeyboardInterrupt, "")

    def test_calls_go_on(self):
        prototype = CFUNCTYPE(c_int, c_int)

        def body(value):
            if value % 2:
                raise ValueError(value)
            return value

        function("call_times", c_int, prototype, c_int)(prototype(body), 6)
        self.assertEqual([report[1] for report in self.reports], ["1", "3", "5"])

    def test_no_exception_is_pending_afterwards(self):
        def body(value):
            raise ValueError

        self.call(body)
        self.assertEqual(sys.exc_info(), (None, None, None))

    def test_the_callers_exception_is_untouched(self):
        def body(value):
            raise ValueError

        try:
            raise KeyError("outer")
        except KeyError as error:
            self.call(body)
            self.assertIs(sys.exc_info()[1], error)


class BadResults(Recorded):
    def check(self, restype, returned, message):
        def body():
            return returned

        CFUNCTYPE(restype)(body)()
        self.assertReported((TypeError, message, f"{IGNORED}converting result of ctypes callback "
                             f"function {body!r}", None))

    def test_not_an_integer(self):
        self.check(c_int, "x", "'str' object cannot be interpreted as an integer")

    def test_none(self):
        self.check(c_short, None, "'NoneType' object cannot be interpreted as an integer")

    def test_float_for_integer(self):
        self.check(c_longlong, 1.5, "'float' object cannot be interpreted as an integer")

    def test_not_a_number(self):
        self.check(c_double, "x", "must be real number, not str")

    def test_anything_goes_for_none(self):
        CFUNCTYPE(None)(lambda: "x")()
        self.assertReported()


@unittest.skipUnless(PY314, "3.13 prints these itself")
class BadArguments(Recorded):
    def test_simple_subclass_that_cannot_be_made(self):
        class Broken(c_int):
            def __init__(self):
                raise RuntimeError("init")

        def body(value):
            self.fail("called")

        CFUNCTYPE(c_int, c_int, Broken)(body)(1, 4)
        self.assertReported((RuntimeError, "init", f"{IGNORED}creating argument 1 for ctypes "
                             f"callback function {body!r}", None))

    def test_structure_that_cannot_be_made(self):
        class Broken(Structure):
            _fields_ = [("a", c_int)]

            def __init__(self):
                raise RuntimeError("init")

        CFUNCTYPE(c_int, Broken)(lambda value: 1)(Broken.from_buffer_copy(bytes(4)))
        self.assertEqual([report[:2] for report in self.reports], [(RuntimeError, "init")])

    def test_null_object(self):
        prototype = CFUNCTYPE(c_int, py_object)
        function("call_with_null_pointer", c_int, prototype)(prototype(lambda thing: 1))
        self.assertEqual([report[:2] for report in self.reports],
                         [(ValueError, "PyObject is NULL")])


class Hook(TestCase):
    def test_hook_that_raises(self):
        calls = []

        def hook(unraisable):
            calls.append(unraisable.exc_type)
            raise RuntimeError("in the hook")

        def body():
            raise ValueError("in the callback")

        original, stderr = sys.unraisablehook, sys.stderr
        sys.unraisablehook, sys.stderr = hook, io.StringIO()
        try:
            for _ in range(3):
                CFUNCTYPE(c_int)(body)()
        finally:
            sys.unraisablehook, sys.stderr = original, stderr
        self.assertEqual(calls, [ValueError] * 3)

    def written(self, hook, body=None):
        """What is written when `body` fails under this hook."""
        def failing():
            raise ValueError("in the callback")

        body = body or failing
        original, stderr, stdout = sys.unraisablehook, sys.stderr, sys.stdout
        sys.stderr = sys.stdout = io.StringIO()
        try:
            if hook is None:
                del sys.unraisablehook
            else:
                sys.unraisablehook = hook
            CFUNCTYPE(c_int)(body)()
            return sys.stderr.getvalue()
        finally:
            sys.unraisablehook, sys.stderr, sys.stdout = original, stderr, stdout

    def test_hook_that_fails_is_written_about(self):
        def hook(unraisable):
            raise KeyError("in the hook")

        line = hook.__code__.co_firstlineno + 1
        text = (f"Exception ignored in sys.unraisablehook: {hook!r}\nTraceback (most recent call last):\n"
                f'  File "{hook.__code__.co_filename}", line {line}, in hook\n'
                "    raise KeyError(\"in the hook\")\nKeyError: 'in the hook'\n")
        self.assertEqual(self.written(hook), text)
        self.assertEqual(self.written(3), "Exception ignored in sys.unraisablehook: 3\n"
                                          "TypeError: 'int' object is not callable\n")

    @unittest.skipUnless(PY314, "3.13 has other words")
    def test_no_hook(self):
        def body():
            raise Strange("argument")

        class Strange(Exception):
            def __str__(self):
                raise OSError

        text = self.written(None, body)
        self.assertEqual(text.splitlines()[0], f"Exception ignored while calling ctypes callback function {body!r}:")
        module = "" if __name__ == "__main__" else f"{__name__}."
        self.assertEqual(text.splitlines()[-1], f"{module}{Strange.__qualname__}: <exception str() failed>")

    def test_no_stderr(self):
        def hook(unraisable):
            raise KeyError("in the hook")

        def body():
            raise ValueError("in the callback")

        original, stderr = sys.unraisablehook, sys.stderr
        sys.unraisablehook, sys.stderr = hook, None
        try:
            CFUNCTYPE(c_int)(body)()
            # What stands there cannot be written to.
            sys.stderr = object()
            CFUNCTYPE(c_int)(body)()
        finally:
            sys.unraisablehook, sys.stderr = original, stderr

    def test_default_hook_prints(self):
        stderr, sys.stderr = sys.stderr, io.StringIO()
        try:
            def body():
                raise ValueError("in the callback")

            CFUNCTYPE(c_int)(body)()
            text = sys.stderr.getvalue()
        finally:
            sys.stderr = stderr
        self.assertIn(f"{IGNORED}calling ctypes callback function {body!r}", text)
        self.assertIn("ValueError: in the callback", text)


class Recursion(TestCase):
    def test_endless_recursion_through_callbacks(self):
        # A hook in Python would find no room for its own frame.
        reports = []
        original, sys.unraisablehook = sys.unraisablehook, reports.append
        self.addCleanup(setattr, sys, "unraisablehook", original)
        prototype = CFUNCTYPE(c_int, c_int)
        call = function("call_times", c_int, prototype, c_int)
        depth = 0

        @prototype
        def callback(value):
            nonlocal depth
            depth += 1
            return call(callback, 1)

        call(callback, 1)
        self.assertGreater(depth, 10)
        self.assertEqual({report.exc_type for report in reports}, {RecursionError})

    def test_works_afterwards(self):
        self.test_endless_recursion_through_callbacks()
        self.assertEqual(CFUNCTYPE(c_int, c_int)(lambda v: v + 1)(5), 6)


if __name__ == "__main__":
    unittest.main()
