/* What CPython's _ctypes_test.c takes from a file of this name. The tests read its table of methods
 * (python-shim/cpython_tests) and otherwise call it as a C library, so objects stay opaque. */

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <wchar.h>

#ifdef _WIN32
#define MS_WIN32
#include <windows.h>
#define Py_EXPORTED_SYMBOL __declspec(dllexport)
#else
#define Py_EXPORTED_SYMBOL __attribute__((visibility("default")))
#endif

typedef struct object PyObject;
typedef ptrdiff_t Py_ssize_t;
typedef PyObject *(*PyCFunction)(PyObject *, PyObject *);

typedef struct {
    const char *ml_name;
    PyCFunction ml_meth;
    int ml_flags;
    const char *ml_doc;
} PyMethodDef;

typedef struct PyModuleDef_Slot {
    int slot;
    void *value;
} PyModuleDef_Slot;

typedef struct PyModuleDef {
    void *m_base[5];
    const char *m_name;
    const char *m_doc;
    Py_ssize_t m_size;
    PyMethodDef *m_methods;
    PyModuleDef_Slot *m_slots;
    void *m_traverse, *m_clear, *m_free;
} PyModuleDef;

enum { METH_VARARGS = 1, METH_NOARGS = 4, METH_O = 8 };
enum { Py_mod_multiple_interpreters = 3, Py_mod_gil = 4 };
#define Py_MOD_PER_INTERPRETER_GIL_SUPPORTED ((void *)2)
#define Py_MOD_GIL_NOT_USED ((void *)1)
#define PyModuleDef_HEAD_INIT {0}
#define PyMODINIT_FUNC Py_EXPORTED_SYMBOL void *
#define PyModuleDef_Init(definition) (definition)

/* The functions of the C API are the program's: on Windows a library is not linked to those. */
#ifdef _WIN32
#define PROGRAM(name, type) ((type)(void *)GetProcAddress(GetModuleHandleW(NULL), #name))
#define PyArg_ParseTuple PROGRAM(PyArg_ParseTuple, int (*)(PyObject *, const char *, ...))
#define PyList_Append PROGRAM(PyList_Append, int (*)(PyObject *, PyObject *))
#define Py_GetConstant PROGRAM(Py_GetConstant, PyObject *(*)(unsigned))
#else
int PyArg_ParseTuple(PyObject *, const char *, ...);
int PyList_Append(PyObject *, PyObject *);
PyObject *Py_GetConstant(unsigned);
#endif
#define Py_RETURN_NONE return Py_GetConstant(0)
