"""A broad table of wrong uses and the exact words they end in.

What a whole topic refuses is in that topic's file; this is the cross-check over all of them.
"""
import ctypes
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, Structure, c_bool, c_char, c_char_p, c_double, c_int32, c_short, c_void_p,
    c_wchar_p, py_object,
)

from support import WINDOWS, TestCase


class P(Structure):
    _fields_ = [("x", c_short), ("y", c_short)]


class R(Structure):
    _fields_ = [("number", c_int32), ("pointer", POINTER(c_short)), ("text", c_char_p),
                ("wide", c_wchar_p), ("void", c_void_p), ("callback", CFUNCTYPE(None)),
                ("array", c_short * 2), ("chars", c_char * 3), ("point", P), ("flag", c_bool),
                ("object", py_object), ("letter", c_char), ("real", c_double)]


TABLES = {}

TABLES["fields"] = r"""
setattr(r, "pointer", 5) => TypeError: expected LP_c_short instance, got int
setattr(r, "pointer", b"x") => TypeError: expected LP_c_short instance, got bytes
setattr(r, "pointer", c_short(5)) => TypeError: incompatible types, c_short instance instead of LP_c_short instance
setattr(r, "pointer", pointer(c_long())) => TypeError: incompatible types, LP_c_long instance instead of LP_c_short instance
setattr(r, "pointer", P()) => TypeError: incompatible types, P instance instead of LP_c_short instance
setattr(r, "text", "x") => TypeError: bytes or integer address expected instead of str instance
setattr(r, "text", 1.5) => TypeError: bytes or integer address expected instead of float instance
setattr(r, "text", bytearray(b"x")) => TypeError: bytes or integer address expected instead of bytearray instance
setattr(r, "text", create_string_buffer(3)) => TypeError: incompatible types, c_char_Array_3 instance instead of c_char_p instance
setattr(r, "text", c_wchar_p("x")) => TypeError: incompatible types, c_wchar_p instance instead of c_char_p instance
setattr(r, "wide", b"x") => TypeError: unicode string or integer address expected instead of bytes instance
setattr(r, "wide", c_char_p(b"x")) => TypeError: incompatible types, c_char_p instance instead of c_wchar_p instance
setattr(r, "void", "x") => TypeError: cannot be converted to pointer
setattr(r, "void", 1.5) => TypeError: cannot be converted to pointer
setattr(r, "void", b"x") => TypeError: cannot be converted to pointer
setattr(r, "void", pointer(c_int())) => TypeError: incompatible types, LP_c_int instance instead of c_void_p instance
setattr(r, "void", r) => TypeError: incompatible types, R instance instead of c_void_p instance
setattr(r, "callback", 5) => TypeError: expected CFunctionType instance, got int
setattr(r, "callback", None) => TypeError: expected CFunctionType instance, got NoneType
setattr(r, "callback", lambda: None) => TypeError: expected CFunctionType instance, got function
setattr(r, "callback", CFUNCTYPE(c_short)()) => TypeError: incompatible types, CFunctionType instance instead of CFunctionType instance
setattr(r, "array", 5) => TypeError: expected c_short_Array_2 instance, got int
setattr(r, "array", [1, 2]) => TypeError: expected c_short_Array_2 instance, got list
setattr(r, "array", (1, 2, 3)) => RuntimeError: (c_short_Array_2) IndexError: invalid index
setattr(r, "array", (1, "x")) => RuntimeError: (c_short_Array_2) TypeError: 'str' object cannot be interpreted as an integer
setattr(r, "array", (c_short * 3)()) => TypeError: incompatible types, c_short_Array_3 instance instead of c_short_Array_2 instance
setattr(r, "array", None) => TypeError: expected c_short_Array_2 instance, got NoneType
setattr(r, "chars", 5) => TypeError: expected bytes, int found
setattr(r, "chars", "abc") => TypeError: expected bytes, str found
setattr(r, "chars", b"abcd") => ValueError: bytes too long (4, maximum length 3)
setattr(r, "chars", None) => TypeError: expected bytes, NoneType found
setattr(r, "chars", (c_char * 3)()) => TypeError: expected bytes, c_char_Array_3 found
setattr(r, "point", 5) => TypeError: expected P instance, got int
setattr(r, "point", (1, 2, 3)) => RuntimeError: (P) TypeError: too many initializers
setattr(r, "point", [1, 2]) => TypeError: expected P instance, got list
setattr(r, "point", (1, "x")) => RuntimeError: (P) TypeError: 'str' object cannot be interpreted as an integer
setattr(r, "point", R()) => TypeError: incompatible types, R instance instead of P instance
setattr(r, "point", None) => TypeError: expected P instance, got NoneType
setattr(r, "number", c_short(5)) => TypeError: incompatible types, c_short instance instead of c_int instance
setattr(r, "number", c_double(5)) => TypeError: incompatible types, c_double instance instead of c_int instance
setattr(r, "number", P()) => TypeError: incompatible types, P instance instead of c_int instance
setattr(r, "real", "x") => TypeError: must be real number, not str
setattr(r, "real", c_short(5)) => TypeError: incompatible types, c_short instance instead of c_double instance
setattr(r, "flag", c_short(0)) => TypeError: incompatible types, c_short instance instead of c_bool instance
r.nothing => AttributeError: 'R' object has no attribute 'nothing'
"""

TABLES["constructors and items"] = r"""
R(1, 2) => TypeError: expected LP_c_short instance, got int
R(*range(20)) => TypeError: expected LP_c_short instance, got int
R(number="x") => TypeError: 'str' object cannot be interpreted as an integer
R(number=1, point=5) => TypeError: expected P instance, got int
R(1, number=2) => TypeError: duplicate values for field 'number'
P(1, 2, 3) => TypeError: too many initializers
P(x=1.5) => TypeError: 'float' object cannot be interpreted as an integer
(P * 2)(1) => TypeError: expected P instance, got int
(P * 2)((1, 2, 3)) => RuntimeError: (P) TypeError: too many initializers
(P * 2)()[5] => IndexError: invalid index
(P * 2)()["x"] => TypeError: indices must be integers
(c_short * 2)(1, 2, 3) => IndexError: invalid index
(c_short * 2)("x") => TypeError: 'str' object cannot be interpreted as an integer
(c_short * 2)().__setitem__(0, "x") => TypeError: 'str' object cannot be interpreted as an integer
(c_short * 2)().__setitem__(0, P()) => TypeError: incompatible types, P instance instead of c_short instance
(c_short * 2)().__setitem__(slice(0, 2), [1, "x"]) => TypeError: 'str' object cannot be interpreted as an integer
(c_short * 2)().__setitem__(slice(0, 2), 5) => ValueError: Can only assign sequence of same size
(c_short * 2)().__setitem__(slice(0, 1), [1, 2]) => ValueError: Can only assign sequence of same size
(POINTER(c_short) * 2)(5) => TypeError: expected LP_c_short instance, got int
(POINTER(c_short) * 2)(c_short()) => TypeError: incompatible types, c_short instance instead of LP_c_short instance
(CFUNCTYPE(None) * 2)(5) => TypeError: expected CFunctionType instance, got int
(c_char_p * 2)("x") => TypeError: bytes or integer address expected instead of str instance
(py_object * 2)()[0] => ValueError: PyObject is NULL
"""

TABLES["pointers"] = r"""
POINTER(c_short)(5) => TypeError: expected c_short instead of int
POINTER(P)((1, 2)) => TypeError: expected P instead of tuple
POINTER(c_short)().contents => ValueError: NULL pointer access
POINTER(c_short)()[0] => ValueError: NULL pointer access
pointer(c_short()).__setitem__(0, "x") => TypeError: 'str' object cannot be interpreted as an integer
pointer(c_short()).__setitem__(0, P()) => TypeError: incompatible types, P instance instead of c_short instance
pointer(P()).__setitem__(0, 5) => TypeError: expected P instance, got int
pointer(P()).__setitem__(0, (1, 2, 3)) => RuntimeError: (P) TypeError: too many initializers
pointer(c_short())[1.5] => TypeError: Pointer indices must be integer
pointer(c_short())[:] => ValueError: slice stop is required
setattr(pointer(c_short()), "contents", 5) => TypeError: expected c_short instead of int
"""

TABLES["values"] = r"""
setattr(c_short(), "value", "x") => TypeError: 'str' object cannot be interpreted as an integer
setattr(c_short(), "value", P()) => TypeError: 'P' object cannot be interpreted as an integer
setattr(c_short(), "value", c_short(1)) => TypeError: 'c_short' object cannot be interpreted as an integer
setattr(c_char_p(), "value", "x") => TypeError: bytes or integer address expected instead of str instance
setattr(c_double(), "value", b"x") => TypeError: must be real number, not bytes
c_short(P()) => TypeError: 'P' object cannot be interpreted as an integer
c_double(c_double(1)) => TypeError: must be real number, not c_double
c_char_p(c_char_p()) => TypeError: bytes or integer address expected instead of c_char_p instance
c_void_p(c_void_p()) => TypeError: cannot be converted to pointer
c_void_p(r) => TypeError: cannot be converted to pointer
c_short(1, 2) => TypeError: __init__ expected at most 1 argument, got 2
"""

TABLES["from_param"] = r"""
c_short.from_param(P()) => TypeError: 'P' object cannot be interpreted as an integer
c_double.from_param(c_float(1)) => TypeError: must be real number, not c_float
c_float.from_param("x") => TypeError: must be real number, not str
c_char_p.from_param(P()) => TypeError: 'P' object cannot be interpreted as ctypes.c_char_p
c_wchar_p.from_param(P()) => TypeError: 'P' object cannot be interpreted as ctypes.c_wchar_p
c_void_p.from_param(P()) => TypeError: 'P' object cannot be interpreted as ctypes.c_void_p
P.from_param(5) => TypeError: expected P instance instead of int
P.from_param(r) => TypeError: expected P instance instead of R
P.from_param(pointer(P())) => TypeError: expected P instance instead of LP_P
POINTER(P).from_param((1, 2)) => TypeError: expected LP_P instance instead of tuple
POINTER(P).from_param(r) => TypeError: expected LP_P instance instead of R
POINTER(P).from_param(byref(r)) => TypeError: expected LP_P instance instead of pointer to R
POINTER(P).from_param(c_void_p()) => TypeError: expected LP_P instance instead of c_void_p
POINTER(P).from_param(POINTER(c_short)()) => TypeError: expected LP_P instance instead of LP_c_short
POINTER(c_char).from_param(5) => TypeError: 'int' object cannot be interpreted as ctypes.c_char_p
(P * 2).from_param(P()) => TypeError: expected P_Array_2 instance instead of P
CFUNCTYPE(None).from_param(5) => TypeError: expected CFunctionType instance instead of int
"""

TABLES["functions"] = r"""
CFUNCTYPE(None)("x") => TypeError: argument must be callable or integer function address
CFUNCTYPE(None)(5, 6) => TypeError: function takes exactly 1 argument (2 given)
CFUNCTYPE(None)((1, 2, 3)) => TypeError: illegal func_spec argument
CFUNCTYPE(c_short, 5) => TypeError: item 1 in _argtypes_ has no from_param method
CFUNCTYPE(5) => TypeError: _restype_ must be a type, a callable, or None
CFUNCTYPE(c_short, c_short)(lambda v: v)("x") => ArgumentError: argument 1: TypeError: 'str' object cannot be interpreted as an integer
CFUNCTYPE(c_short, P)(lambda v: v)(5) => ArgumentError: argument 1: TypeError: expected P instance instead of int
CFUNCTYPE(c_short, POINTER(c_short))(lambda v: 1)(5) => ArgumentError: argument 1: TypeError: expected LP_c_short instance instead of int
CFUNCTYPE(c_short, c_char_p)(lambda v: 1)("x") => ArgumentError: argument 1: TypeError: 'str' object cannot be interpreted as ctypes.c_char_p
CFUNCTYPE(c_short, c_char_p, c_short)(lambda *v: 1)(b"x", "y") => ArgumentError: argument 2: TypeError: 'str' object cannot be interpreted as an integer
CFUNCTYPE(c_short, c_short)(lambda v: v)() => TypeError: this function takes at least 1 argument (0 given)
CFUNCTYPE(c_short, c_short, c_short)(lambda *v: 1)(1) => TypeError: this function takes at least 2 arguments (1 given)
CFUNCTYPE(POINTER(P))(lambda: None) => TypeError: invalid result type for callback function
CFUNCTYPE(c_short * 2)(lambda: None) => TypeError: invalid result type for callback function
setattr(CFUNCTYPE(None)(), "argtypes", 5) => TypeError: _argtypes_ must be a sequence of types
setattr(CFUNCTYPE(None)(), "argtypes", (5,)) => TypeError: item 1 in _argtypes_ has no from_param method
setattr(CFUNCTYPE(None)(), "restype", 5) => TypeError: restype must be a type, a callable, or None
setattr(CFUNCTYPE(None)(), "errcheck", 5) => TypeError: the errcheck attribute must be callable
PYFUNCTYPE(c_short, c_short)(lambda v: v)(1.5) => ArgumentError: argument 1: TypeError: 'float' object cannot be interpreted as an integer
"""

TABLES["memory"] = r"""
create_string_buffer("x") => TypeError: x
create_string_buffer(b"abc", 1) => ValueError: byte string too long
create_string_buffer(1.5) => TypeError: 1.5
create_unicode_buffer(b"x") => TypeError: b'x'
cast(1.5, c_void_p) => ArgumentError: argument 1: TypeError: 'float' object cannot be interpreted as ctypes.c_void_p
cast(P(), c_void_p) => ArgumentError: argument 1: TypeError: 'P' object cannot be interpreted as ctypes.c_void_p
cast(r, POINTER(P)) => ArgumentError: argument 1: TypeError: 'R' object cannot be interpreted as ctypes.c_void_p
cast(0, c_short) => TypeError: cast() argument 2 must be a pointer type, not c_short
cast(0, P) => TypeError: cast() argument 2 must be a pointer type, not P
cast(0, c_short * 2) => TypeError: cast() argument 2 must be a pointer type, not c_short_Array_2
cast(0, 5) => TypeError: cast() argument 2 must be a pointer type
string_at(1.5) => ArgumentError: argument 1: TypeError: 'float' object cannot be interpreted as ctypes.c_void_p
memmove(1.5, b"x", 1) => ArgumentError: argument 1: TypeError: 'float' object cannot be interpreted as ctypes.c_void_p
sizeof(5) => TypeError: this type has no size
alignment(5) => TypeError: no alignment info
c_short.in_dll(5, "x") => AttributeError: 'int' object has no attribute '_handle'
c_short.from_address("x") => TypeError: integer expected
c_short.from_buffer(b"xx") => TypeError: underlying buffer is not writable
c_short.from_buffer(bytearray(1)) => ValueError: Buffer size too small (1 instead of at least 2 bytes)
c_short.from_buffer(bytearray(2), 1) => ValueError: Buffer size too small (2 instead of at least 3 bytes)
c_short.from_buffer(bytearray(2), -1) => ValueError: offset cannot be negative
c_short.from_buffer_copy(b"x") => ValueError: Buffer size too small (1 instead of at least 2 bytes)
c_short.from_buffer_copy(b"xx", 2) => ValueError: Buffer size too small (2 instead of at least 4 bytes)
"""

TABLES["definitions"] = r"""
type(Structure)("S", (Structure,), {"_fields_": [("a", c_float, 1)]}) => TypeError: bit fields not allowed for type c_float
type(Structure)("S", (Structure,), {"_fields_": [("a", c_short)], "_anonymous_": ["b"]}) => AttributeError: type object 'S' has no attribute 'b'
type(Structure)("S", (Structure,), {"_fields_": [("a", c_short)], "_anonymous_": 5}) => TypeError: _anonymous_ must be a sequence
setattr(P, "_fields_", []) => AttributeError: _fields_ is final
"""


class Messages(TestCase):
    def test_tables(self):
        namespace = {**vars(ctypes), "P": P, "R": R}
        for title, table in TABLES.items():
            for line in table.strip().splitlines():
                expression, expected = line.split(" => ")
                with self.subTest(title, expression=expression):
                    namespace["r"] = R()
                    with self.assertRaises(Exception) as caught:
                        eval(expression, namespace)
                    error = caught.exception
                    if WINDOWS:
                        # That of a place in an interface's table, and the name of `int`.
                        expected = expected.replace("function takes exactly 1 argument (2 given)",
                                                    "argument 2 must be str, not int").replace("c_int", "c_long")
                    self.assertEqual(f"{type(error).__name__}: {error}", expected)


if __name__ == "__main__":
    unittest.main()
