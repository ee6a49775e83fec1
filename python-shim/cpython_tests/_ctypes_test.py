"""Stands in for CPython's extension module of this name, of which the tests use `__file__` only.

`__file__` is the compiled extension itself: a library of C functions to call. It refers to a
handful of C API symbols, which the library made of `c_api.c` provides.

`tests/conformance/run.py` sets the environment variables.
"""

import operator
import os
import sys
from ctypes import (
    CDLL,
    PYFUNCTYPE,
    RTLD_GLOBAL,
    c_int,
    c_long,
    c_longlong,
    c_ssize_t,
    c_ulonglong,
    c_void_p,
    py_object,
    string_at,
)

__file__ = os.environ["CTYPES_CONFORMANCE_LIBRARY" + "_OF_CFUNCS" * ("test_cfuncs" in sys.argv)]

_c_api = CDLL(os.environ["CTYPES_CONFORMANCE_C_API"], mode=RTLD_GLOBAL)


def _list_append(items, item):
    items.append(item)
    return 0


def _set_hook(name, restype, argtypes, function):
    """Stores a callback in a function pointer variable of the library."""
    callback = PYFUNCTYPE(restype, *argtypes)(function)
    c_void_p.in_dll(_c_api, name).value = c_void_p.from_buffer(callback).value
    return callback


# C holds plain addresses: the callbacks live as long as the module.
_hooks = [
    _set_hook("hook_list_append", c_int, [py_object, py_object], _list_append),
    _set_hook("hook_bytes_from_string_and_size", py_object, [c_void_p, c_ssize_t], string_at),
    _set_hook("hook_bytes_from_string", py_object, [c_void_p], string_at),
    _set_hook("hook_long_from_long", py_object, [c_long], lambda value: value),
    _set_hook("hook_long_as_long", c_long, [py_object], operator.index),
]

c_int.in_dll(_c_api, "Py_OptimizeFlag").value = sys.flags.optimize


def get_last_tf_arg_s():
    return c_longlong.in_dll(CDLL(__file__), "last_tf_arg_s").value


def get_last_tf_arg_u():
    return c_ulonglong.in_dll(CDLL(__file__), "last_tf_arg_u").value
