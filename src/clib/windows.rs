//! The loader of Windows: `LoadLibraryEx` and related functions.
//!
//! No thread holds its lock here while Python code runs, unless that runs in a library's `DllMain`; the thread
//! is detached from the interpreter meanwhile, as on Unix.

use super::{Handle, SymbolName};
use crate::loader::{self, Use};
use rustpython_vm::VirtualMachine;
use std::ptr;
use windows_sys::{
    Win32::{
        Foundation::{FreeLibrary, GetLastError, HMODULE},
        System::LibraryLoader::{GetModuleHandleW, GetProcAddress, LoadLibraryExW},
    },
    core::PCSTR,
};

/// Opens the library with this terminated name.
///
/// # Errors
/// The system's error code.
pub fn open(name: &[u16], flags: u32, vm: &VirtualMachine) -> Result<Handle, u32> {
    debug_assert_eq!(name.last(), Some(&0));
    let open = || {
        // SAFETY: the name is terminated; the library's initialisers run, and the program that loads it must
        // ensure that they may.
        let module = unsafe { LoadLibraryExW(name.as_ptr(), ptr::null_mut(), flags) };
        if module.is_null() {
            Err(last_error())
        } else {
            Ok(Handle(module.expose_provenance()))
        }
    };
    loader::using(Use::Change, vm, open)
}

/// Returns the handle of the program itself, which never changes.
pub fn of_program(_vm: &VirtualMachine) -> Handle {
    // SAFETY: asks for the module of the process itself; nothing is counted.
    let module = unsafe { GetModuleHandleW(ptr::null()) };
    Handle(module.expose_provenance())
}

/// Returns the address of a symbol, if the library has it.
pub fn find(library: Handle, name: &SymbolName, vm: &VirtualMachine) -> Option<usize> {
    find_as(library, name.0.as_ptr(), vm)
}

/// Returns nothing: the loader has no message about a missing symbol.
pub fn reason(_library: Handle, _name: &SymbolName, _vm: &VirtualMachine) -> Option<String> {
    None
}

fn find_as(library: Handle, name: PCSTR, vm: &VirtualMachine) -> Option<usize> {
    let found = vm.allow_threads(|| {
        // SAFETY: the handle came from `LoadLibraryEx`, or Python code must ensure that it is one; the name is
        // terminated, or an ordinal.
        unsafe { GetProcAddress(library.module(), name) }
    });
    found.map(|function| (function as *const ()).expose_provenance())
}

impl Handle {
    fn module(self) -> HMODULE {
        ptr::with_exposed_provenance_mut(self.0)
    }

    /// Returns the address of what a library exports under a number, if it does.
    #[must_use]
    pub fn ordinal(self, ordinal: u16, vm: &VirtualMachine) -> Option<usize> {
        // A name that is such a small number is an ordinal to the loader.
        find_as(self, ptr::without_provenance(ordinal.into()), vm)
    }

    /// Closes the library.
    ///
    /// # Errors
    /// The system's error code.
    pub fn close(self, vm: &VirtualMachine) -> Result<(), u32> {
        let close = || {
            // SAFETY: Python code that calls `FreeLibrary` must ensure that the library is no longer used.
            let done = unsafe { FreeLibrary(self.module()) };
            if done == 0 { Err(last_error()) } else { Ok(()) }
        };
        loader::using(Use::Change, vm, close)
    }
}

fn last_error() -> u32 {
    // SAFETY: reads a number of this thread.
    unsafe { GetLastError() }
}
