/* The variadic functions of the C API, which Rust cannot define.
 *
 * Each passes its arguments to a Rust function, which reads them one by one through the functions at the end. */

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

typedef struct object PyObject;
typedef ptrdiff_t ssize;

typedef struct {
    va_list list;
} arguments;

#define RUST(name) rustpython_ctypes_##name

/* Defines a function with `...`, which returns the result of the Rust function of the other name. */
#define WITH_DOTS(result, name, last, rust, declared, given)                                                           \
    result name declared                                                                                               \
    {                                                                                                                  \
        arguments rest;                                                                                                \
        va_start(rest.list, last);                                                                                     \
        result returned = RUST(rust) given;                                                                            \
        va_end(rest.list);                                                                                             \
        return returned;                                                                                               \
    }

/* Defines a function with a `va_list`. */
#define WITH_LIST(result, name, rust, declared, given)                                                                 \
    result name declared                                                                                               \
    {                                                                                                                  \
        arguments rest;                                                                                                \
        va_copy(rest.list, list);                                                                                      \
        result returned = RUST(rust) given;                                                                            \
        va_end(rest.list);                                                                                             \
        return returned;                                                                                               \
    }

PyObject *RUST(err_format)(PyObject *, const char *, arguments *);
WITH_DOTS(PyObject *, PyErr_Format, format, err_format, (PyObject *kind, const char *format, ...), (kind, format, &rest))
WITH_LIST(PyObject *, PyErr_FormatV, err_format, (PyObject *kind, const char *format, va_list list), (kind, format, &rest))

int RUST(warn_format)(PyObject *, ssize, const char *, arguments *);
WITH_DOTS(int, PyErr_WarnFormat, format, warn_format, (PyObject *kind, ssize level, const char *format, ...), (kind, level, format, &rest))

PyObject *RUST(unicode_format)(const char *, arguments *);
WITH_DOTS(PyObject *, PyUnicode_FromFormat, format, unicode_format, (const char *format, ...), (format, &rest))
WITH_LIST(PyObject *, PyUnicode_FromFormatV, unicode_format, (const char *format, va_list list), (format, &rest))

PyObject *RUST(bytes_format)(const char *, arguments *);
WITH_DOTS(PyObject *, PyBytes_FromFormat, format, bytes_format, (const char *format, ...), (format, &rest))
WITH_LIST(PyObject *, PyBytes_FromFormatV, bytes_format, (const char *format, va_list list), (format, &rest))

int RUST(parse_tuple)(PyObject *, const char *, arguments *);
WITH_DOTS(int, PyArg_ParseTuple, format, parse_tuple, (PyObject *tuple, const char *format, ...), (tuple, format, &rest))
WITH_LIST(int, PyArg_VaParse, parse_tuple, (PyObject *tuple, const char *format, va_list list), (tuple, format, &rest))
WITH_DOTS(int, _PyArg_ParseTuple_SizeT, format, parse_tuple, (PyObject *tuple, const char *format, ...), (tuple, format, &rest))

int RUST(parse_object)(PyObject *, const char *, arguments *);
WITH_DOTS(int, PyArg_Parse, format, parse_object, (PyObject *object, const char *format, ...), (object, format, &rest))
WITH_DOTS(int, _PyArg_Parse_SizeT, format, parse_object, (PyObject *object, const char *format, ...), (object, format, &rest))

int RUST(parse_keywords)(PyObject *, PyObject *, const char *, const char *const *, arguments *);
WITH_DOTS(int, PyArg_ParseTupleAndKeywords, names, parse_keywords, (PyObject *tuple, PyObject *dict, const char *format, const char *const *names, ...), (tuple, dict, format, names, &rest))
WITH_LIST(int, PyArg_VaParseTupleAndKeywords, parse_keywords, (PyObject *tuple, PyObject *dict, const char *format, const char *const *names, va_list list), (tuple, dict, format, names, &rest))
WITH_DOTS(int, _PyArg_ParseTupleAndKeywords_SizeT, names, parse_keywords, (PyObject *tuple, PyObject *dict, const char *format, const char *const *names, ...), (tuple, dict, format, names, &rest))

int RUST(unpack_tuple)(PyObject *, const char *, ssize, ssize, arguments *);
WITH_DOTS(int, PyArg_UnpackTuple, most, unpack_tuple, (PyObject *tuple, const char *name, ssize least, ssize most, ...), (tuple, name, least, most, &rest))

PyObject *RUST(build_value)(const char *, arguments *);
WITH_DOTS(PyObject *, Py_BuildValue, format, build_value, (const char *format, ...), (format, &rest))
WITH_LIST(PyObject *, Py_VaBuildValue, build_value, (const char *format, va_list list), (format, &rest))
WITH_DOTS(PyObject *, _Py_BuildValue_SizeT, format, build_value, (const char *format, ...), (format, &rest))

PyObject *RUST(pack)(ssize, arguments *);
WITH_DOTS(PyObject *, PyTuple_Pack, count, pack, (ssize count, ...), (count, &rest))

PyObject *RUST(call)(PyObject *, const char *, arguments *);
WITH_DOTS(PyObject *, PyObject_CallFunction, format, call, (PyObject *callable, const char *format, ...), (callable, format, &rest))
WITH_DOTS(PyObject *, _PyObject_CallFunction_SizeT, format, call, (PyObject *callable, const char *format, ...), (callable, format, &rest))

PyObject *RUST(call_method)(PyObject *, const char *, const char *, arguments *);
WITH_DOTS(PyObject *, PyObject_CallMethod, format, call_method, (PyObject *object, const char *name, const char *format, ...), (object, name, format, &rest))
WITH_DOTS(PyObject *, _PyObject_CallMethod_SizeT, format, call_method, (PyObject *object, const char *name, const char *format, ...), (object, name, format, &rest))

PyObject *RUST(call_objects)(PyObject *, arguments *);
WITH_DOTS(PyObject *, PyObject_CallFunctionObjArgs, callable, call_objects, (PyObject *callable, ...), (callable, &rest))

PyObject *RUST(call_method_objects)(PyObject *, PyObject *, arguments *);
WITH_DOTS(PyObject *, PyObject_CallMethodObjArgs, name, call_method_objects, (PyObject *object, PyObject *name, ...), (object, name, &rest))

int RUST(format_stdout)(const char *, arguments *);
WITH_DOTS(int, PySys_FormatStdout, format, format_stdout, (const char *format, ...), (format, &rest))

int RUST(format_stderr)(const char *, arguments *);
WITH_DOTS(int, PySys_FormatStderr, format, format_stderr, (const char *format, ...), (format, &rest))

/* `PyErr_FormatUnraisable` and the functions that write like `printf` have no result. */
void RUST(format_unraisable)(const char *, arguments *);
void PyErr_FormatUnraisable(const char *format, ...)
{
    arguments rest;
    va_start(rest.list, format);
    RUST(format_unraisable)(format, &rest);
    va_end(rest.list);
}

void RUST(write_text)(const char *, int to_stderr);

static void print(int to_stderr, const char *format, va_list list)
{
    char text[1001];
    vsnprintf(text, sizeof text, format, list);
    RUST(write_text)(text, to_stderr);
}

void PySys_WriteStdout(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    print(0, format, list);
    va_end(list);
}

void PySys_WriteStderr(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    print(1, format, list);
    va_end(list);
}

int PyOS_vsnprintf(char *text, size_t size, const char *format, va_list list)
{
    int length = vsnprintf(text, size, format, list);
    if (size > 0)
        text[size - 1] = 0;
    return length;
}

int PyOS_snprintf(char *text, size_t size, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int length = PyOS_vsnprintf(text, size, format, list);
    va_end(list);
    return length;
}

int RUST(next_int)(arguments *rest) { return va_arg(rest->list, int); }
long RUST(next_long)(arguments *rest) { return va_arg(rest->list, long); }
long long RUST(next_long_long)(arguments *rest) { return va_arg(rest->list, long long); }
double RUST(next_double)(arguments *rest) { return va_arg(rest->list, double); }
void *RUST(next_pointer)(arguments *rest) { return va_arg(rest->list, void *); }
