/* CPython's _ctypes_test.c wants a file of this name. */
