//! The parts that every function of the C API is made of.

use crate::{ccall::pending, panics::guarded_above_c};
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine, vm::thread};
use std::ffi::{CStr, c_char};

/// Defines functions of the C API, and the table of them by name.
///
/// Each is `fn NAME(arguments) -> result, the result on failure, |vm| the body`. An exception that the body
/// raises is left for the caller. Functions marked `replaced` replace rustpython-capi's functions of the same
/// names.
macro_rules! c_functions {
    ($($kind:ident fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $result:ty, $failed:expr, |$vm:ident| $body:block)*) => {
        pub static FUNCTIONS: &[(&str, $crate::capi::place::Place)] =
            &[$((stringify!($name), $crate::capi::place::Place::function($name as *const ()))),*];

        $($crate::capi::entry::c_function! {
            $kind $name
            pub extern "C" fn $name($($argument: $type),*) -> $result {
                $crate::capi::entry::entered($failed, |$vm| $body)
            }
        })*
    };
}
pub(super) use c_functions;

/// Defines functions that the C code of variadic functions calls.
macro_rules! behind_variadic {
    ($(fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $result:ty, $failed:expr, |$vm:ident| $body:block)*) => {
        $($crate::capi::entry::c_function! {
            replaced $name
            extern "C" fn $name($($argument: $type),*) -> $result {
                $crate::capi::entry::entered($failed, |$vm| $body)
            }
        })*
    };
}
pub(super) use behind_variadic;

/// Gives a function the name by which the linker knows it.
macro_rules! c_function {
    (replaced $name:ident $function:item) => {
        #[unsafe(export_name = concat!("rustpython_ctypes_", stringify!($name)))]
        $function
    };
    (new $name:ident $function:item) => {
        #[unsafe(no_mangle)]
        $function
    };
}
pub(super) use c_function;

/// A `PyObject *` that C lends. C promises that it is an object, or NULL.
pub type Lent<'a> = Option<&'a PyObject>;

/// A reference that C gives away, or receives: an owned `PyObject *`, or NULL.
pub type Owned = Option<PyObjectRef>;

/// Runs `f` for C. Returns its result, or `failed` with the exception left for the caller.
pub fn entered<R>(failed: R, f: impl FnOnce(&VirtualMachine) -> PyResult<R>) -> R {
    let mut outcome = None;
    thread::try_with_current_vm(|vm| {
        outcome = match guarded_above_c(vm, || f(vm)) {
            Ok(result) => Some(result),
            Err(error) => {
                pending::set_left(Some(error), vm);
                None
            }
        };
    });
    // Also if there is no VM: C uses objects on a thread that it has not attached.
    outcome.unwrap_or(failed)
}

/// Returns an object that C must have given.
///
/// # Errors
/// `SystemError` if it is NULL.
pub fn given<'a>(object: Lent<'a>, vm: &VirtualMachine) -> PyResult<&'a PyObject> {
    object.ok_or_else(|| vm.new_system_error("null argument to internal routine"))
}

/// Makes CPython's error for a call of a C function that is clearly a mistake.
pub fn bad_call(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_system_error("bad argument to internal function")
}

/// Returns a `PyObject *` that C borrows; its present holder must keep it.
pub fn lend(object: &PyObject) -> *const PyObject {
    object.as_raw()
}

/// A `const char *` that C passes. C promises that it is valid, or NULL.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Text(*const c_char);

impl Text {
    pub const NULL: Self = Self(std::ptr::null());

    #[must_use]
    pub fn from_ptr(start: *const c_char) -> Self {
        Self(start)
    }

    #[must_use]
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    #[must_use]
    pub fn as_ptr(self) -> *const c_char {
        self.0
    }

    /// Returns the bytes up to the terminator, or `None` for NULL.
    #[must_use]
    pub fn bytes<'a>(self) -> Option<&'a [u8]> {
        // SAFETY: C promises a terminated string.
        (!self.0.is_null()).then(|| unsafe { CStr::from_ptr(self.0) }.to_bytes())
    }

    /// Returns `size` bytes.
    #[must_use]
    pub fn sized<'a>(self, size: usize) -> &'a [u8] {
        if self.0.is_null() || size == 0 {
            return &[];
        }
        // SAFETY: C promises `size` bytes.
        unsafe { std::slice::from_raw_parts(self.0.cast(), size) }
    }

    /// Returns the text up to the terminator.
    ///
    /// # Errors
    /// `SystemError` for NULL, `UnicodeDecodeError` if it is not UTF-8.
    pub fn str<'a>(self, vm: &VirtualMachine) -> PyResult<&'a str> {
        let bytes = self.bytes().ok_or_else(|| bad_call(vm))?;
        utf8(bytes, vm)
    }

    /// Returns the text up to the terminator, or `None` for NULL.
    ///
    /// # Errors
    /// `UnicodeDecodeError` if it is not UTF-8.
    pub fn optional<'a>(self, vm: &VirtualMachine) -> PyResult<Option<&'a str>> {
        self.bytes().map(|bytes| utf8(bytes, vm)).transpose()
    }
}

/// Returns bytes as a text.
///
/// # Errors
/// `UnicodeDecodeError` if they are not UTF-8.
pub fn utf8<'a>(bytes: &'a [u8], vm: &VirtualMachine) -> PyResult<&'a str> {
    std::str::from_utf8(bytes).map_err(|_| {
        let bytes = vm.ctx.new_bytes(bytes.to_vec()).into();
        // The codec words the error.
        let decoded = vm
            .state
            .codec_registry
            .decode_text(bytes, "utf-8", None, vm);
        decoded.err().unwrap_or_else(|| bad_call(vm))
    })
}

/// Writes to a place that C gives, or nowhere if it is NULL.
///
/// # Safety
/// `place` must be NULL or valid for writes of a `T`.
pub unsafe fn put<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: `place` is valid for writes of a `T` (see # Safety).
        unsafe { place.write(value) }
    }
}
