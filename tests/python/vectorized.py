"""Both halves of ctypes_vectorize: the Python half alone, and the native one where there is one."""
import _ctypes
import os
import sys
from unittest import mock

from support import LEFT_OUT, TestCase

PACKAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../python-shim/ctypes_vectorize")
sys.path.insert(0, PACKAGE)

from ctypes_vectorize import vectorize  # noqa: E402
from ctypes_vectorize.vectorized import Vectorized  # noqa: E402

# Whose ctypes has no long double, and whose objects die late.
PYPY = sys.implementation.name == "pypy"
HAS_NATIVE = hasattr(_ctypes, "_Vectorized")
# Whether the native half makes calls at all: it does so by the plans of ordinary calls.
IS_PLANNED = HAS_NATIVE and not {"plan", "direct", "exact"}.intersection(LEFT_OUT)


def in_python(function, *, threads=1, critical=False):
    """`vectorize`, without the native half."""
    return Vectorized(function, threads, critical)


class VectorizeTestCase(TestCase):
    """Tests that run once with each half, which is their `vectorize`.

    The native half leaves errors to the other one. The tests named in `left_to_python` are those in which it leaves
    calls that succeed, too.
    """

    left_to_python = ()
    vectorize = staticmethod(vectorize)

    def run(self, result=None):
        if HAS_NATIVE:
            self.vectorize = in_python
            super().run(result)
            del self.vectorize
        if IS_PLANNED:
            self.note_what_is_left()
        return super().run(result)

    def note_what_is_left(self):
        """Has the test fail if it leaves successful calls to Python and is not listed, or the other way round."""
        left = []
        call = Vectorized.__call__

        def noting(vectorized, /, *arguments, **keywords):
            result = call(vectorized, *arguments, **keywords)
            left.append((vectorized.argtypes, arguments))
            return result

        def check():
            patch.stop()
            if bool(left) != (self._testMethodName in self.left_to_python):
                self.fail(f"left to Python: {left}")

        patch = mock.patch.object(Vectorized, "__call__", noting)
        patch.start()
        self.addCleanup(check)

    def __str__(self):
        return f"{super().__str__()} with {self.vectorize.__name__}"


def values(array):
    """The items of an array of arrays, as lists of lists."""
    return [values(item) for item in array] if hasattr(array, "__len__") and not isinstance(array, (bytes, str)) \
        else array
