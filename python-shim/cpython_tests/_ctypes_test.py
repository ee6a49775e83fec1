"""Stands in for CPython's extension module of this name: its functions are taken from the compiled extension, which
`__file__` names, a library of C functions to call. The functions of the C API that it refers to are found in the
program.

`tests/conformance/run.py` sets the environment variable.
"""

import os
from ctypes import (
    POINTER, PYFUNCTYPE, PyDLL, Structure, c_char_p, c_int, c_longlong, c_ssize_t, c_ulonglong, c_void_p,
    py_object,
)

__file__ = os.environ["CTYPES_CONFORMANCE_LIBRARY"]


class PyMethodDef(Structure):
    _fields_ = [("ml_name", c_char_p), ("ml_meth", c_void_p), ("ml_flags", c_int), ("ml_doc", c_char_p)]


class PyModuleDef(Structure):
    # What is in front of the name belongs to the interpreter.
    _fields_ = [("m_base", c_void_p * 5), ("m_name", c_char_p), ("m_doc", c_char_p), ("m_size", c_ssize_t),
                ("m_methods", POINTER(PyMethodDef))]


# Variables of 3.13's library for which 3.14's has functions.
VARIABLES = {"get_last_tf_arg_s": (c_longlong, "last_tf_arg_s"), "get_last_tf_arg_u": (c_ulonglong, "last_tf_arg_u")}
METH_VARARGS, METH_NOARGS, METH_O = 1, 4, 8


def _function(method):
    call = PYFUNCTYPE(py_object, c_void_p, py_object)(method.ml_meth)
    return {METH_VARARGS: lambda *arguments: call(None, arguments),
            METH_NOARGS: lambda: call(None, None),
            METH_O: lambda argument: call(None, argument)}[method.ml_flags]


def __getattr__(name):
    """A function of the module's, which is looked for when it is asked for: some tests want to load the library
    themselves."""
    library = PyDLL(__file__)
    library.PyInit__ctypes_test.restype = POINTER(PyModuleDef)
    methods = library.PyInit__ctypes_test().contents.m_methods
    index = 0
    while methods and methods[index].ml_name:
        if methods[index].ml_name.decode() == name:
            return _function(methods[index])
        index += 1
    if name in VARIABLES:
        ctype, variable = VARIABLES[name]
        return lambda: ctype.in_dll(library, variable).value
    raise AttributeError(name)
