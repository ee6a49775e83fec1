"""Stands in for CPython's extension module of this name, of which the tests use `__file__` only.

`__file__` is the compiled extension itself: a library of C functions to call. The functions of the C API that it
refers to are found in the program.

`tests/conformance/run.py` sets the environment variable.
"""

import os

__file__ = os.environ["CTYPES_CONFORMANCE_LIBRARY"]
