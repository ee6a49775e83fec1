//! The arguments of a `...`, and the functions that have one, which are C code (`variadic.c`).

use super::{
    entry::{Lent, Text},
    place::Place,
};
use rustpython_vm::PyObjectRef;
use std::ffi::{c_int, c_long, c_longlong, c_void};

/// C's `va_list`.
#[repr(C)]
pub struct Arguments {
    _opaque: [u8; 0],
}

mod c {
    use super::{Arguments, c_int, c_long, c_longlong, c_void};

    unsafe extern "C" {
        pub fn rustpython_ctypes_next_int(arguments: *mut Arguments) -> c_int;
        pub fn rustpython_ctypes_next_long(arguments: *mut Arguments) -> c_long;
        pub fn rustpython_ctypes_next_long_long(arguments: *mut Arguments) -> c_longlong;
        pub fn rustpython_ctypes_next_double(arguments: *mut Arguments) -> f64;
        pub fn rustpython_ctypes_next_pointer(arguments: *mut Arguments) -> *mut c_void;
    }
}

/// The C caller must pass what the format and the other arguments announce.
impl Arguments {
    pub fn int(&mut self) -> c_int {
        // SAFETY: C promises that the next argument is of this type.
        unsafe { c::rustpython_ctypes_next_int(self) }
    }

    pub fn long(&mut self) -> c_long {
        // SAFETY: C promises that the next argument is of this type.
        unsafe { c::rustpython_ctypes_next_long(self) }
    }

    pub fn long_long(&mut self) -> c_longlong {
        // SAFETY: C promises that the next argument is of this type.
        unsafe { c::rustpython_ctypes_next_long_long(self) }
    }

    /// Reads an integer as wide as a pointer.
    pub fn size(&mut self) -> isize {
        self.pointer::<u8>().addr() as isize
    }

    pub fn double(&mut self) -> f64 {
        // SAFETY: C promises that the next argument is of this type.
        unsafe { c::rustpython_ctypes_next_double(self) }
    }

    pub fn pointer<T>(&mut self) -> *mut T {
        // SAFETY: C promises that the next argument is a pointer.
        unsafe { c::rustpython_ctypes_next_pointer(self) }.cast()
    }

    pub fn text(&mut self) -> Text {
        Text::from_ptr(self.pointer())
    }

    pub fn lent<'a>(&mut self) -> Lent<'a> {
        // SAFETY: C promises an object, or NULL.
        unsafe { self.pointer::<rustpython_vm::PyObject>().as_ref() }
    }

    /// Reads objects up to a NULL.
    pub fn objects(&mut self) -> Vec<PyObjectRef> {
        std::iter::from_fn(|| self.lent().map(ToOwned::to_owned)).collect()
    }
}

macro_rules! variadic {
    ($($name:ident)*) => {
        mod symbols {
            unsafe extern "C" {
                $(pub fn $name();)*
            }
        }

        pub static FUNCTIONS: &[(&str, Place)] =
            &[$((stringify!($name), Place::function(symbols::$name as *const ()))),*];
    };
}

variadic! {
    PyArg_Parse
    PyArg_ParseTuple
    PyArg_ParseTupleAndKeywords
    PyArg_UnpackTuple
    PyArg_VaParse
    PyArg_VaParseTupleAndKeywords
    PyBytes_FromFormat
    PyBytes_FromFormatV
    PyErr_Format
    PyErr_FormatUnraisable
    PyErr_FormatV
    PyErr_WarnFormat
    PyOS_snprintf
    PyOS_vsnprintf
    PyObject_CallFunction
    PyObject_CallFunctionObjArgs
    PyObject_CallMethod
    PyObject_CallMethodObjArgs
    PySys_FormatStderr
    PySys_FormatStdout
    PySys_WriteStderr
    PySys_WriteStdout
    PyTuple_Pack
    PyUnicode_FromFormat
    PyUnicode_FromFormatV
    Py_BuildValue
    Py_VaBuildValue
    _PyArg_ParseTupleAndKeywords_SizeT
    _PyArg_ParseTuple_SizeT
    _PyArg_Parse_SizeT
    _PyObject_CallFunction_SizeT
    _PyObject_CallMethod_SizeT
    _Py_BuildValue_SizeT
}
