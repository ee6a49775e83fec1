"""What the test files share: the C library, the version that counts, and exact error messages."""
import _ctypes
import ctypes
import os
import re
import shlex
import sys
import unittest

# Our ctypes is 3.14's. Where 3.13 differs, a test says what each does.
PY314 = sys.version_info >= (3, 14)
# What CPython gets wrong or dies of is expected of our interpreter alone.
OURS = sys.implementation.name == "rustpython"
# Whose `_objects` names places. The layered design, whose `_ctypes` is Python code, keeps as CPython does.
BY_PLACE = OURS and "_rawffi" not in sys.modules

# Windows: `int` goes by `long`'s name, `wchar_t` has 16 bits, `long double` is `double`, no number is complex, and
# aggregates are laid out as Microsoft's compilers do it.
WINDOWS = os.name == "nt"
on_unix = unittest.skipIf(WINDOWS, "of Unix' loader, or of its C library")
other_layout = unittest.skipIf(WINDOWS, "of the layout of other compilers than Microsoft's")
# A character beyond ASCII, and one that a `wchar_t` has just room for.
WIDE_CHARACTER = "\u20ac" if WINDOWS else "\U0001f40d"

# How this interpreter is started.
INTERPRETER = shlex.split(os.environ.get("CTYPES_TESTS_INTERPRETER", shlex.quote(sys.executable)))

# What our interpreter has been told to leave out of its fast path.
LEFT_OUT = os.environ.get("RUSTPYTHON_CTYPES_WITHOUT", "").split(",")

# How many times as long everything takes: under Valgrind, tests that try many cases try fewer.
SLOWED = int(os.environ.get("CTYPES_TESTS_SLOWED", "1"))

LIBRARY = os.environ["CTYPES_TEST_LIB"]
clib = ctypes.CDLL(LIBRARY)
# Where `CDLL` finds the functions of the C library: in the program itself, or in Windows' runtime.
LIBC = "msvcrt" if WINDOWS else None


def for_windows():
    """Ends a file that is for Windows anywhere else."""
    if not WINDOWS:
        sys.exit(f"{sys.argv[0]} is for Windows, and this is {sys.platform}: tests/platforms runs it")


class TestCase(unittest.TestCase):
    maxDiff = None

    def assertError(self, exception, message, function, *args, **kwargs):
        """`function(*args, **kwargs)` raises exactly this exception type with exactly this text."""
        if WINDOWS:
            message = re.sub(r"c_(u?)int(?!\d)", r"c_\1long", message)
        with self.assertRaises(exception) as caught:
            function(*args, **kwargs)
        self.assertIs(type(caught.exception), exception)
        self.assertEqual(str(caught.exception), message)


def for_unix(why):
    """Has a file skipped on Windows as a whole."""
    if WINDOWS:
        raise unittest.SkipTest(why)


def function(name, restype, *argtypes, library=clib):
    """A fresh function object, so that a test cannot disturb another one's argtypes."""
    if WINDOWS and library is clib and not hasattr(clib, name):
        # Only Unix' loader looks into what a library is linked to.
        library = ctypes.CDLL(LIBC)
    return ctypes.CFUNCTYPE(restype, *argtypes)((name, library))


def api(name, restype, *argtypes):
    """A function of the C API."""
    return ctypes.PYFUNCTYPE(restype, *argtypes)((name, ctypes.pythonapi))


def echo_object(argument, prototype=ctypes.CFUNCTYPE):
    """Passes a Python object to C and back.

    A function with restype py_object hands over a reference; the C function has none of its own to
    give.
    """
    thing = argument.value if isinstance(argument, ctypes.py_object) else argument
    _ctypes.Py_INCREF(thing)
    return prototype(ctypes.py_object, ctypes.py_object)(("echo_py_object", clib))(argument)
