"""A panic under a call from Python is a SystemError with its text, and everything goes on."""
import mmap
import subprocess
import sys
import unittest
from ctypes import CDLL, CFUNCTYPE, c_char, c_int, py_object

from support import INTERPRETER, LIBC, OURS, TestCase

CLOSED = "mmap closed or invalid"


@unittest.skipUnless(OURS, "CPython has no panics")
class Panics(TestCase):
    def setUp(self):
        # Views of a closed memory map are what this VM's own code panics of.
        closed = mmap.mmap(-1, 100)
        closed.close()
        self.view = memoryview(closed)
        self.absolute = CDLL(LIBC)["abs"]

    def convert(self, function):
        class Argument:
            from_param = function

        self.absolute.argtypes = [Argument]
        return self.absolute(self.view)

    def assertPanics(self, function, *arguments):
        with self.assertRaisesRegex(SystemError, f"^panic at .*: {CLOSED}$") as caught:
            function(*arguments)
        self.assertIs(type(caught.exception), SystemError)

    def test_under_methods(self):
        for method in (c_int.from_buffer, c_int.from_buffer_copy):
            for _ in range(3):
                self.assertPanics(method, self.view)

    def test_under_a_call(self):
        for _ in range(3):
            self.assertPanics(self.convert, memoryview.tolist)

    def test_under_a_function_of_python_code(self):
        for _ in range(3):
            self.assertPanics(self.convert, lambda value: value.tolist())
            # The frames that are there are the ones that run.
            frame = sys._getframe()
            self.assertIs(frame.f_code, Panics.test_under_a_function_of_python_code.__code__)
            self.assertEqual(sys.exc_info(), (None, None, None))

    def test_under_more_of_them(self):
        # That is the VM's own, and cannot be put right.
        script = ("import mmap\nfrom ctypes import *\n"
                  "closed = mmap.mmap(-1, 100)\nclosed.close()\nview = memoryview(closed)\n"
                  "def deep(count): return deep(count - 1) if count else view.tolist()\n"
                  "class Argument: from_param = deep\n"
                  f"function = CDLL({LIBC!r}).abs\nfunction.argtypes = [Argument]\nfunction(5)")
        result = subprocess.run([*INTERPRETER, "-c", script], capture_output=True, text=True, timeout=60)
        self.assertEqual((result.stdout, result.returncode), ("", 101))
        self.assertIn(CLOSED, result.stderr)

    def test_in_a_callback(self):
        reports = []
        original = sys.unraisablehook
        self.addCleanup(setattr, sys, "unraisablehook", original)
        sys.unraisablehook = lambda raised: reports.append((raised.exc_type, str(raised.exc_value)))
        for body in (memoryview.tolist, lambda view: view.tolist()):
            self.assertEqual(CFUNCTYPE(c_int, py_object)(body)(self.view), 0)
            [(exception, text)] = reports
            self.assertIs(exception, SystemError)
            self.assertRegex(text, CLOSED)
            reports.clear()

    def test_says_nothing_else(self):
        script = ("import mmap\nfrom ctypes import *\n"
                  "closed = mmap.mmap(-1, 100)\nclosed.close()\nview = memoryview(closed)\n"
                  "try: c_int.from_buffer(view)\nexcept SystemError: print('caught')")
        result = subprocess.run([*INTERPRETER, "-c", script], capture_output=True, text=True, timeout=60)
        self.assertEqual((result.stdout, result.stderr, result.returncode), ("caught\n", "", 0))


class ClosedMaps(TestCase):
    def test_are_no_buffers(self):
        class Map(mmap.mmap):
            pass

        for made in (mmap.mmap(-1, 100), Map(-1, 100)):
            made.close()
            self.assertError(ValueError, CLOSED, c_int.from_buffer, made)
            self.assertError(ValueError, CLOSED, c_int.from_buffer_copy, made)
            self.assertError(ValueError, CLOSED, setattr, (c_char * 200)(), "raw", made)

    def test_cannot_be_closed_under_a_value(self):
        made = mmap.mmap(-1, 100)
        value = c_int.from_buffer(made)
        self.assertRaises(BufferError, made.close)
        value.value = 3
        self.assertEqual(made[0], 3)


class ByteArrays(TestCase):
    def test_cannot_be_initialised_under_a_value(self):
        memory = bytearray(100)
        value = (c_char * 100).from_buffer(memory)

        class Initialising:
            def __index__(self):
                return 100_000

        for arguments in ((), (5,), (b"x" * 1000,), ("x", "ascii"), (Initialising(),), ([1, 2, 3],)):
            self.assertError(BufferError, "Existing exports of data: object cannot be re-sized",
                             memory.__init__, *arguments)
        others = [bytearray(100) for _ in range(100)]
        value.raw = b"z" * 100
        self.assertEqual(memory, b"z" * 100)
        self.assertEqual(others, [bytes(100)] * 100)

    @unittest.skipUnless(OURS, "CPython empties the array first")
    def test_exported_by_the_argument(self):
        memory, values = bytearray(100), []

        class Exporting:
            def __index__(self):
                values.append((c_char * 100).from_buffer(memory))
                return 3

        self.assertRaises(BufferError, memory.__init__, Exporting())
        values[0].raw = b"z" * 100
        self.assertEqual(memory, b"z" * 100)

    def test_are_initialised_otherwise(self):
        class Derived(bytearray):
            def __init__(self, *arguments, **keywords):
                super().__init__(*arguments, **keywords)
                self.mark = 1

        self.assertEqual((Derived(b"ab"), Derived(2), Derived("x", encoding="ascii"), Derived(b"x").mark),
                         (b"ab", b"\0\0", b"x", 1))
        memory = bytearray(b"one")
        memory.__init__(b"three")
        self.assertEqual(memory, b"three")
        memory.__init__(memory)
        self.assertRaises(TypeError, bytearray.__init__, 3)
        self.assertRaises(TypeError, bytearray.__init__)
        self.assertRaises(TypeError, memory.__init__, 1.5)


if __name__ == "__main__":
    unittest.main()
