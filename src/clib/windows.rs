//! The loader of Windows: `LoadLibraryEx` and its kin.
//!
//! Nobody here holds its lock while Python code runs, unless that runs in a library's `DllMain`; the thread is
//! detached from the interpreter meanwhile, as on Unix.

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

/// Opens the library whose terminated name this is.
///
/// # Errors
/// The system's error code.
pub fn open(name: &[u16], flags: u32, vm: &VirtualMachine) -> Result<Handle, u32> {
    debug_assert_eq!(name.last(), Some(&0));
    let open = || {
        // SAFETY: the name is terminated; the library's initialisers run, and whoever loads it answers for them.
        let module = unsafe { LoadLibraryExW(name.as_ptr(), ptr::null_mut(), flags) };
        if module.is_null() {
            Err(last_error())
        } else {
            Ok(Handle(module.expose_provenance()))
        }
    };
    loader::using(Use::Change, vm, open)
}

/// The handle of the program itself, which stays the same.
pub fn of_program(_vm: &VirtualMachine) -> Handle {
    // SAFETY: asks for the module that the process was made of; nothing is counted.
    let module = unsafe { GetModuleHandleW(ptr::null()) };
    Handle(module.expose_provenance())
}

/// The address of a symbol, if the library has it.
pub fn find(library: Handle, name: &SymbolName, vm: &VirtualMachine) -> Option<usize> {
    find_as(library, name.0.as_ptr(), vm)
}

/// Nothing: the loader has no words for a symbol's not being there.
pub fn reason(_library: Handle, _name: &SymbolName, _vm: &VirtualMachine) -> Option<String> {
    None
}

fn find_as(library: Handle, name: PCSTR, vm: &VirtualMachine) -> Option<usize> {
    let found = vm.allow_threads(|| {
        // SAFETY: the handle came from `LoadLibraryEx`, or Python code answers for it; the name is terminated, or
        // an ordinal.
        unsafe { GetProcAddress(library.module(), name) }
    });
    found.map(|function| (function as *const ()).expose_provenance())
}

impl Handle {
    fn module(self) -> HMODULE {
        ptr::with_exposed_provenance_mut(self.0)
    }

    /// The address of what a library exports under a number, if it does.
    #[must_use]
    pub fn ordinal(self, ordinal: u16, vm: &VirtualMachine) -> Option<usize> {
        // What is no address but this small is an ordinal to the loader.
        find_as(self, ptr::without_provenance(ordinal.into()), vm)
    }

    /// Gives the library up.
    ///
    /// # Errors
    /// The system's error code.
    pub fn close(self, vm: &VirtualMachine) -> Result<(), u32> {
        let close = || {
            // SAFETY: Python code that calls `FreeLibrary` answers for nobody using the library any more.
            let done = unsafe { FreeLibrary(self.module()) };
            if done == 0 { Err(last_error()) } else { Ok(()) }
        };
        loader::using(Use::Change, vm, close)
    }
}

fn last_error() -> u32 {
    // SAFETY: reads a number of this thread's own.
    unsafe { GetLastError() }
}
