/* The C API symbols that CPython's compiled `_ctypes_test` leaves undefined, and the few that the
 * tests reach through `ctypes.pythonapi`, for an interpreter that has no C API.
 *
 * `_ctypes_test.py` loads this library with RTLD_GLOBAL and fills in the hooks: functions about
 * Python objects are ctypes callbacks into Python, so the tests see real objects cross the border
 * in both directions.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

typedef void PyObject;

/* Set by _ctypes_test.py. */
int (*hook_list_append)(PyObject *, PyObject *);
PyObject *(*hook_bytes_from_string_and_size)(const char *, ssize_t);
PyObject *(*hook_bytes_from_string)(const char *);
PyObject *(*hook_long_from_long)(long);
long (*hook_long_as_long)(PyObject *);
int Py_OptimizeFlag;

int PyList_Append(PyObject *list, PyObject *item)
{
    return hook_list_append(list, item);
}

PyObject *PyBytes_FromStringAndSize(const char *bytes, ssize_t size)
{
    return hook_bytes_from_string_and_size(bytes, size);
}

PyObject *PyBytes_FromString(const char *bytes)
{
    return hook_bytes_from_string(bytes);
}

PyObject *PyLong_FromLong(long value)
{
    return hook_long_from_long(value);
}

long PyLong_AsLong(PyObject *object)
{
    return hook_long_as_long(object);
}

int PyOS_snprintf(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}

/* The extension module's own entry points are never called: the library is opened as a plain
 * shared library, not imported. Its references to these only have to resolve.
 */
#define NEVER_CALLED(name)                                               \
    void *name(void)                                                     \
    {                                                                    \
        fputs("unexpected call of " #name " in _ctypes_test\n", stderr); \
        abort();                                                         \
    }

NEVER_CALLED(PyArg_ParseTuple)
NEVER_CALLED(PyModuleDef_Init)
NEVER_CALLED(Py_GetConstantBorrowed)
NEVER_CALLED(PyErr_Format)
NEVER_CALLED(PyErr_SetString)
NEVER_CALLED(PyList_New)
NEVER_CALLED(PyLong_FromLongLong)
NEVER_CALLED(PyLong_FromUnsignedLongLong)
NEVER_CALLED(PyType_GetFlags)
NEVER_CALLED(PyUnicode_CompareWithASCIIString)
NEVER_CALLED(PyUnicode_FromString)
NEVER_CALLED(_Py_DecRef)
void *PyExc_TypeError, *PyExc_ValueError;
