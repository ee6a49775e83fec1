"""The two constants that test_ctypes takes from CPython's extension module of this name."""

from ctypes import c_int, c_uint, sizeof

INT_MAX = 2 ** (8 * sizeof(c_int) - 1) - 1
UINT_MAX = 2 ** (8 * sizeof(c_uint)) - 1
