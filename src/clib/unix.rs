//! The loader of Unix: `dlopen` and its kin.
//!
//! `libloading` sees to what is shared between threads: `dlerror`.

use super::{Handle, SymbolName};
use crate::loader::{self, Use};
use libloading::os::unix::Library;
use rustpython_vm::VirtualMachine;
use std::{
    ffi::OsStr,
    ptr,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Opens the library `name`, or the program itself if there is none.
///
/// # Errors
/// The loader's message.
pub fn open(name: Option<&OsStr>, flags: i32, vm: &VirtualMachine) -> Result<Handle, String> {
    let open = || {
        // SAFETY: the library's initialisers run; whoever loads a library answers for them.
        match unsafe { Library::open(name, flags) } {
            Ok(library) => Ok(Handle(library.into_raw() as usize)),
            Err(error) => Err(message(&error)),
        }
    };
    loader::using(Use::Change, vm, open)
}

/// The handle of the program itself, which stays the same.
pub fn of_program(vm: &VirtualMachine) -> Handle {
    static KNOWN: AtomicUsize = AtomicUsize::new(0);
    // Nobody waits here for another thread that asks the loader.
    if KNOWN.load(Ordering::Relaxed) == 0 {
        // SAFETY: the program is open already; opening it once more does nothing but count.
        let open = || unsafe { libc::dlopen(ptr::null(), libc::RTLD_LAZY) };
        let handle = loader::using(Use::Change, vm, open).expose_provenance();
        KNOWN.store(handle, Ordering::Relaxed);
    }
    Handle(KNOWN.load(Ordering::Relaxed))
}

/// The address of a symbol, if the loader finds one that is not NULL.
pub fn find(library: Handle, name: &SymbolName, vm: &VirtualMachine) -> Option<usize> {
    let symbol = vm.allow_threads(|| {
        let library = ptr::with_exposed_provenance_mut(library.0);
        // SAFETY: the handle came from `dlopen`, or Python code answers for it; the name is terminated.
        unsafe { libc::dlsym(library, name.0.as_ptr().cast()) }
    });
    (!symbol.is_null()).then(|| symbol.expose_provenance())
}

/// The loader's words for a symbol's not being there, if it has some.
#[cold]
pub fn reason(library: Handle, name: &SymbolName, vm: &VirtualMachine) -> Option<String> {
    let look = |library: &Library| {
        // SAFETY: nothing is done with the symbol.
        let symbol = unsafe { library.get::<*mut u8>(&name.0[..]) };
        symbol.err().map(|error| message(&error))
    };
    vm.allow_threads(|| with(library, look))
}

/// Runs `f` on the library without taking part in its reference count.
fn with<R>(library: Handle, f: impl FnOnce(&Library) -> R) -> R {
    // SAFETY: the handle came from `dlopen`, or Python code answers for it. It is given back
    // below, so its count stays as it was.
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
            // SAFETY: Python code that calls `dlclose` answers for nobody using the library any more.
            let library = unsafe { Library::from_raw(self.0 as _) };
            library.close().map_err(|error| message(&error))
        };
        loader::using(Use::Change, vm, close)
    }
}

/// The loader's own words: `libloading` wraps them in the name of the function that failed.
fn message(error: &libloading::Error) -> String {
    use std::error::Error;
    error
        .source()
        .map_or_else(|| error.to_string(), ToString::to_string)
}
