"""Stands in for CPython's extension module of this name: its functions are taken from the compiled extension, which
`__file__` names, a library of C functions to call. The functions of the C API that it refers to are found in the
program.

`tests/conformance/run.py` sets the environment variables.
"""

import os
import sys
from ctypes import CDLL, c_longlong, c_ulonglong

__file__ = os.environ["CTYPES_CONFORMANCE_LIBRARY" + "_OF_CFUNCS" * ("test_cfuncs" in sys.argv)]


def get_last_tf_arg_s():
    return c_longlong.in_dll(CDLL(__file__), "last_tf_arg_s").value


def get_last_tf_arg_u():
    return c_ulonglong.in_dll(CDLL(__file__), "last_tf_arg_u").value
