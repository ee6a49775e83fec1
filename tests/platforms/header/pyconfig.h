/* What CPython's _ctypes_test.c asks of its configuration. */
#define HAVE_WCHAR_H 1
