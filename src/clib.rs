//! Opening shared libraries and looking up their symbols.
//!
//! ctypes hands raw `dlopen` handles about as integers (`CDLL._handle`), closes none of them by
//! itself and lets Python code pass handles of its own, so the handle is what is kept here, and
//! `libloading` is asked for each operation on it.

use crate::names::name;
use libloading::os;
use rustpython_vm::{
    PyObject, PyResult, VirtualMachine,
    builtins::{PyInt, PyStr},
};
use std::ffi::{CStr, CString, OsStr};

#[cfg(unix)]
use os::unix as native;
#[cfg(windows)]
use os::windows as native;

/// The handle of a library that Python code names.
#[derive(Clone, Copy, Debug)]
pub struct Handle(usize);

impl Handle {
    /// The handle in `_handle`.
    ///
    /// # Errors
    /// `TypeError` naming `owner` if it is no integer.
    pub fn of(value: &PyObject, owner: &str, vm: &VirtualMachine) -> PyResult<Self> {
        match value.downcast_ref::<PyInt>() {
            Some(int) => Ok(Self(int.as_u64_mask() as usize)),
            None => Err(vm.new_type_error(format!(
                "the _handle attribute of the {owner} must be an integer"
            ))),
        }
    }

    #[must_use]
    pub fn from_address(address: usize) -> Self {
        Self(address)
    }

    #[must_use]
    pub fn address(self) -> usize {
        self.0
    }

    /// Runs `f` on the library without taking part in its reference count.
    fn with<R>(self, f: impl FnOnce(&native::Library) -> R) -> R {
        // SAFETY: the handle came from `dlopen`, or Python code answers for it. It is given back
        // below, so its count stays as it was.
        let library = unsafe { native::Library::from_raw(self.0 as _) };
        let result = f(&library);
        let _ = library.into_raw();
        result
    }

    /// The address of a symbol.
    ///
    /// # Errors
    /// The loader's message if the library has no such symbol.
    pub fn symbol(self, name: &CStr) -> Result<usize, String> {
        self.with(|library| {
            // SAFETY: the symbol is used as a plain address.
            let symbol = unsafe { library.get::<*mut u8>(name.to_bytes_with_nul()) };
            match symbol {
                Ok(symbol) => Ok(symbol.as_raw_ptr() as usize),
                Err(error) => Err(message(&error)),
            }
        })
    }

    /// Closes the library.
    ///
    /// # Errors
    /// The loader's message.
    pub fn close(self) -> Result<(), String> {
        // SAFETY: Python code that calls `dlclose` answers for nobody using the library any more.
        let library = unsafe { native::Library::from_raw(self.0 as _) };
        library.close().map_err(|error| message(&error))
    }
}

/// Opens the library `name`, or the program itself if there is none.
///
/// # Errors
/// The loader's message.
#[cfg(unix)]
pub fn open(name: Option<&OsStr>, flags: i32) -> Result<Handle, String> {
    // SAFETY: the library's initialisers run; whoever loads a library answers for them.
    let library = unsafe { native::Library::open(name, flags) };
    match library {
        Ok(library) => Ok(Handle(library.into_raw() as usize)),
        Err(error) => Err(message(&error)),
    }
}

/// The loader's own words: `libloading` wraps them in the name of the function that failed.
fn message(error: &libloading::Error) -> String {
    use std::error::Error;
    error
        .source()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

/// A symbol's name, given as `str` or `bytes`.
///
/// # Errors
/// `ValueError` for an embedded NUL.
pub fn symbol_name(name: &PyStr, vm: &VirtualMachine) -> PyResult<CString> {
    CString::new(name.as_bytes()).map_err(|_| vm.new_value_error("embedded null character"))
}

/// Looks `name` up in the library object `dll`, raising the `ctypes.dlsym` audit events.
///
/// # Errors
/// `TypeError` if `dll` has no integer `_handle`; what `missing` makes of the loader's message.
pub fn lookup(
    dll: &PyObject,
    owner: &str,
    name: &PyStr,
    missing: impl FnOnce(String) -> rustpython_vm::builtins::PyBaseExceptionRef,
    vm: &VirtualMachine,
) -> PyResult<usize> {
    let handle = Handle::of(&*dll.get_attr(name!(vm, "_handle"), vm)?, owner, vm)?;
    handle.symbol(&symbol_name(name, vm)?).map_err(missing)
}
