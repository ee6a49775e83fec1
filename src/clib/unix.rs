//! The loader of Unix: `dlopen` and related functions.
//!
//! `libloading` handles what threads share: `dlerror`.

use super::{Handle, SymbolName};
use crate::loader::{self, Use};
use libloading::os::unix::Library;
use rustpython_vm::VirtualMachine;
use std::{
    ffi::OsStr,
    ptr,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Opens the library `name`, or the program itself if there is no name.
///
/// # Errors
/// The loader's message.
pub fn open(name: Option<&OsStr>, flags: i32, vm: &VirtualMachine) -> Result<Handle, String> {
    let open = || {
        // SAFETY: the library's initialisers run; the program that loads a library must ensure that they may.
        match unsafe { Library::open(name, flags) } {
            Ok(library) => Ok(Handle(library.into_raw() as usize)),
            Err(error) => Err(message(&error)),
        }
    };
    loader::using(Use::Change, vm, open)
}

/// Returns the handle of the program itself, which never changes.
pub fn of_program(vm: &VirtualMachine) -> Handle {
    static KNOWN: AtomicUsize = AtomicUsize::new(0);
    // No thread waits here for another one that asks the loader.
    if KNOWN.load(Ordering::Relaxed) == 0 {
        // SAFETY: the program is open already; opening it again only counts.
        let open = || unsafe { libc::dlopen(ptr::null(), libc::RTLD_LAZY) };
        let handle = loader::using(Use::Change, vm, open).expose_provenance();
        KNOWN.store(handle, Ordering::Relaxed);
    }
    Handle(KNOWN.load(Ordering::Relaxed))
}

/// Returns the address of a symbol, if the loader finds one that is not NULL.
pub fn find(library: Handle, name: &SymbolName, vm: &VirtualMachine) -> Option<usize> {
    let symbol = vm.allow_threads(|| {
        let library = ptr::with_exposed_provenance_mut(library.0);
        // SAFETY: the handle came from `dlopen`, or Python code must ensure that it is one; the name is
        // terminated.
        unsafe { libc::dlsym(library, name.0.as_ptr().cast()) }
    });
    (!symbol.is_null()).then(|| symbol.expose_provenance())
}

/// Returns the loader's message about a missing symbol, if it has one.
#[cold]
pub fn reason(library: Handle, name: &SymbolName, vm: &VirtualMachine) -> Option<String> {
    let look = |library: &Library| {
        // SAFETY: the symbol is not used.
        let symbol = unsafe { library.get::<*mut u8>(&name.0[..]) };
        symbol.err().map(|error| message(&error))
    };
    vm.allow_threads(|| with(library, look))
}

/// Runs `f` on the library without changing its reference count.
fn with<R>(library: Handle, f: impl FnOnce(&Library) -> R) -> R {
    // SAFETY: the handle came from `dlopen`, or Python code must ensure that it is one. It is given back below,
    // so its count does not change.
    let library = unsafe { Library::from_raw(library.0 as _) };
    let result = f(&library);
    let _ = library.into_raw();
    result
}

impl Handle {
    /// Closes the library.
    ///
    /// # Errors
    /// The loader's message.
    pub fn close(self, vm: &VirtualMachine) -> Result<(), String> {
        let close = || {
            // SAFETY: Python code that calls `dlclose` must ensure that the library is no longer used.
            let library = unsafe { Library::from_raw(self.0 as _) };
            library.close().map_err(|error| message(&error))
        };
        loader::using(Use::Change, vm, close)
    }
}

/// Returns the loader's own message, which `libloading` wraps in the name of the function that failed.
fn message(error: &libloading::Error) -> String {
    use std::error::Error;
    error
        .source()
        .map_or_else(|| error.to_string(), ToString::to_string)
}
