"""`ctypes.pythonapi`: errors that C leaves, takes and looks at."""
import ctypes
import io
import os
import signal
import subprocess
import sys
import unittest
from contextlib import redirect_stderr
from ctypes import CFUNCTYPE, PYFUNCTYPE, c_char_p, c_int, c_void_p, py_object, pythonapi

from support import INTERPRETER, PY314, TestCase, api, on_unix

O = py_object
set_string = api("PyErr_SetString", None, O, c_char_p)
set_none = api("PyErr_SetNone", None, O)
set_object = api("PyErr_SetObject", None, O, O)
occurred = api("PyErr_Occurred", c_void_p)
call = api("PyObject_CallObject", O, O, O)


class Left(TestCase):
    def test_errors_are_raised_when_the_call_returns(self):
        self.assertError(ValueError, "text", set_string, ValueError, b"text")
        self.assertError(KeyError, "1", set_object, KeyError, 1)
        self.assertError(FileNotFoundError, "[Errno 2] x", set_object, OSError, (2, "x"))
        self.assertError(ValueError, "", set_none, ValueError)
        self.assertError(MemoryError, "", api("PyErr_NoMemory", O))
        self.assertError(SystemError, "bad argument to internal function", api("PyErr_BadInternalCall", None))
        self.assertError(TypeError, "bad argument type for built-in operation", api("PyErr_BadArgument", c_int))
        placed = api("_PyErr_BadInternalCall", None, c_char_p, c_int)
        self.assertError(SystemError, "file.c:7: bad argument to internal function", placed, b"file.c", 7)

    def test_whatever_the_result_type(self):
        for restype in [None, c_int, O, c_void_p, c_char_p, ctypes.c_double, lambda number: number]:
            function = ctypes.PyDLL(None, handle=pythonapi._handle).PyErr_SetString
            function.restype = restype
            function.argtypes = [O, c_char_p]
            self.assertError(ValueError, "text", function, ValueError, b"text")

    def test_no_class_of_exceptions(self):
        for wrong, shown in [(3, "3"), (int, "<class 'int'>")]:
            message = f"_PyErr_SetObject: exception {shown} is not a BaseException subclass"
            self.assertError(SystemError, message, set_string, wrong, b"text")

    def test_instances_stay_what_they_are(self):
        error = ValueError("itself")
        with self.assertRaises(ValueError) as caught:
            set_object(ValueError, error)
        self.assertIs(caught.exception, error)
        with self.assertRaises(ValueError) as caught:
            set_raised = api("PyErr_SetRaisedException", None, c_void_p)
            ctypes.pythonapi.Py_IncRef(O(error))
            set_raised(id(error))
        self.assertIs(caught.exception, error)

    def test_errors_of_the_c_library(self):
        # The number is the calling thread's, right before the call.
        library = ctypes.PyDLL(None, handle=pythonapi._handle, use_errno=True)
        function = library.PyErr_SetFromErrnoWithFilename
        function.argtypes, function.restype = [O, c_char_p], O
        ctypes.set_errno(2)
        with self.assertRaises(FileNotFoundError) as caught:
            function(OSError, b"/a/file")
        self.assertEqual((caught.exception.errno, caught.exception.filename), (2, "/a/file"))
        function = library.PyErr_SetFromErrno
        function.argtypes, function.restype = [O], O
        ctypes.set_errno(13)
        with self.assertRaises(PermissionError) as caught:
            function(OSError)
        self.assertEqual(caught.exception.args, (13, os.strerror(13)))

    @unittest.skipUnless(PY314, "3.13.0 dies of it")
    def test_null_without_an_error(self):
        null = api("PyErr_Occurred", O)
        self.assertError(ValueError, "PyObject is NULL", null)


class Handled(TestCase):
    """What is handled where C is called is no error of C's."""

    def test_nothing_has_occurred(self):
        self.assertIsNone(occurred())
        try:
            raise KeyError(1)
        except KeyError as handled:
            self.assertIsNone(occurred())
            self.assertEqual(api("PyLong_AsLong", ctypes.c_long, O)(5), 5)
            self.assertIs(sys.exception(), handled)

    def test_it_is_still_handled(self):
        try:
            raise KeyError(1)
        except KeyError as handled:
            with self.assertRaises(ValueError) as caught:
                set_string(ValueError, b"text")
            self.assertIs(caught.exception.__context__, handled)
            self.assertIs(sys.exception(), handled)
            api("PyErr_Clear", None)()
            self.assertIs(sys.exception(), handled)
        self.assertIsNone(sys.exception())

    def test_functions_that_c_calls_see_it(self):
        try:
            raise KeyError(1)
        except KeyError as handled:
            self.assertIs(call(sys.exception, ()), handled)
            self.assertIs(api("PyErr_GetHandledException", O)(), handled)

            def again():
                raise

            with self.assertRaises(KeyError) as caught:
                call(again, O())
            self.assertIs(caught.exception, handled)

    def test_functions_that_c_calls_have_their_own(self):
        def inner():
            try:
                raise ValueError
            except ValueError:
                self.assertIsNone(occurred())
                return repr(sys.exception())

        try:
            raise KeyError(1)
        except KeyError:
            self.assertEqual(call(inner, ()), "ValueError()")
            self.assertEqual(repr(sys.exception()), "KeyError(1)")


class Inside(TestCase):
    """C that sets an error, and goes on. Callbacks of C's stand for it."""

    def test_errors_pass_through_callbacks(self):
        seen = []
        clear = api("PyErr_Clear", None)

        @PYFUNCTYPE(c_int)
        def callback():
            seen.append(sys.exception())
            clear()
            return 5

        self.assertEqual(callback(), 5)
        self.assertEqual(seen, [None])

    def test_taking_and_putting_back(self):
        kind, value, trace = O(), O(), O()
        api("PyErr_Fetch", None, c_void_p, c_void_p, c_void_p)(
            *map(ctypes.addressof, (kind, value, trace))
        )
        for place in (kind, value, trace):
            with self.assertRaises(ValueError):
                place.value
        restore = api("PyErr_Restore", None, c_void_p, c_void_p, c_void_p)
        error = ValueError("put back")
        for given in (error, ValueError):
            pythonapi.Py_IncRef(O(given))
        with self.assertRaises(ValueError) as caught:
            restore(id(ValueError), id(error), None)
        self.assertIs(caught.exception, error)
        restore(None, None, None)

    def test_matching(self):
        matches = api("PyErr_GivenExceptionMatches", c_int, O, O)
        for error, wanted, result in [
            (ValueError, ValueError, 1),
            (UnicodeError, ValueError, 1),
            (ValueError, UnicodeError, 0),
            (ValueError("x"), ValueError, 1),
            (ValueError, (KeyError, (OSError, ValueError)), 1),
            (ValueError, (), 0),
            (ValueError, 5, 0),
            (O(), ValueError, 0),
        ]:
            self.assertEqual(matches(error, wanted), result, (error, wanted))


class Classes(TestCase):
    def test_new_ones(self):
        new = api("PyErr_NewException", O, c_char_p, O, O)
        kind = new(b"a.module.Kind", O(), O())
        self.assertEqual((kind.__module__, kind.__qualname__, kind.__mro__[1]), ("a.module", "Kind", Exception))
        kind = new(b"m.Kind", (KeyError, ValueError), {"attribute": 5})
        self.assertEqual((kind.__bases__, kind.attribute), ((KeyError, ValueError), 5))
        kind = new(b"m.Kind", LookupError, O())
        self.assertEqual(kind.__bases__, (LookupError,))
        with_doc = api("PyErr_NewExceptionWithDoc", O, c_char_p, c_char_p, O, O)
        self.assertEqual(with_doc(b"m.Kind", b"What it is.", O(), O()).__doc__, "What it is.")
        self.assertError(SystemError, "PyErr_NewException: name must be module.class", new, b"Kind", O(), O())
        with self.assertRaises(TypeError):
            new(b"m.Kind", 5, O())


class Printed(TestCase):
    def test_nothing_to_print(self):
        output = io.StringIO()
        with redirect_stderr(output):
            api("PyErr_Clear", None)()
            api("PyErr_PrintEx", None, c_int)(0)
        self.assertEqual(output.getvalue(), "")

    def test_warnings(self):
        import warnings

        warn = api("PyErr_WarnEx", c_int, O, c_char_p, ctypes.c_ssize_t)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.assertEqual(warn(UserWarning, b"careful", 1), 0)
            formatted = pythonapi.PyErr_WarnFormat
            formatted.restype = c_int
            self.assertEqual(formatted(O(UserWarning), ctypes.c_ssize_t(1), b"careful %d", 5), 0)
        self.assertEqual([str(one.message) for one in caught], ["careful", "careful 5"])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.assertError(UserWarning, "careful", warn, UserWarning, b"careful", 1)

    def test_written(self):
        output = io.StringIO()
        with redirect_stderr(output):
            pythonapi.PySys_WriteStderr.restype = pythonapi.PySys_FormatStderr.restype = None
            pythonapi.PySys_WriteStderr(b"%d-%s;", 5, b"x")
            pythonapi.PySys_FormatStderr(b"%R", O("y"))
        self.assertEqual(output.getvalue(), "5-x;'y'")

    def test_code_that_fails(self):
        output = io.StringIO()
        with redirect_stderr(output):
            run = api("PyRun_SimpleString", c_int, c_char_p)
            self.assertEqual(run(b"raise ValueError('from C')"), -1)
            self.assertEqual(run(b"1 +"), -1)
        self.assertIn("ValueError: from C", output.getvalue())
        self.assertIn("SyntaxError", output.getvalue())

    def test_hooks(self):
        seen = []
        before, sys.excepthook = sys.excepthook, lambda *event: seen.append(event)
        self.addCleanup(setattr, sys, "excepthook", before)
        run = api("PyRun_SimpleString", c_int, c_char_p)
        self.assertEqual(run(b"raise ValueError('from C')"), -1)
        [(kind, value, trace)] = seen
        self.assertEqual((kind, repr(value), trace.tb_lineno), (ValueError, "ValueError('from C')", 1))

        def fails(*event):
            raise KeyError("in the hook")

        sys.excepthook = fails
        output = io.StringIO()
        with redirect_stderr(output):
            self.assertEqual(run(b"raise ValueError('from C')"), -1)
        for part in ("Error in sys.excepthook:", "in the hook", "Original exception was:", "from C"):
            self.assertIn(part, output.getvalue())

    def test_code_that_exits(self):
        program = (
            "import atexit, ctypes; print('before', flush=True); atexit.register(print, 'at exit'); "
            "ctypes.pythonapi.PyRun_SimpleString(b'raise SystemExit(7)'); "
            "print('behind')"
        )
        done = subprocess.run([*INTERPRETER, "-c", program], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (7, "before\nat exit\n"))


class Signals(TestCase):
    @on_unix
    def test_checking(self):
        check = api("PyErr_CheckSignals", c_int)
        self.assertEqual(check(), 0)
        seen = []
        before = signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
        self.addCleanup(signal.signal, signal.SIGUSR1, before)
        # The main thread is held in C, which looks for signals itself.
        check_twice = PYFUNCTYPE(c_int)(lambda: (os.kill(os.getpid(), signal.SIGUSR1), check())[1])
        self.assertEqual(check_twice(), 0)
        self.assertEqual(seen, [1])

    def test_interrupting(self):
        with self.assertRaises(KeyboardInterrupt):
            api("PyErr_SetInterrupt", None)()
            for _ in range(100_000):
                pass


class FromCallbacks(TestCase):
    def test_errors_of_callbacks_are_their_own(self):
        """An exception that a callback raises goes to the hook, one that it has handled nowhere."""
        caught = []
        before, sys.unraisablehook = sys.unraisablehook, lambda event: caught.append(event.exc_type)
        self.addCleanup(setattr, sys, "unraisablehook", before)

        @CFUNCTYPE(c_int)
        def raises():
            set_string(ValueError, b"in a callback")
            return 1

        @CFUNCTYPE(c_int)
        def handles():
            try:
                set_string(ValueError, b"in a callback")
            except ValueError:
                return 2

        raises()
        self.assertEqual(handles(), 2)
        self.assertEqual(caught, [ValueError])


if __name__ == "__main__":
    unittest.main()
