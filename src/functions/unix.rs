//! Functions for libraries, by their names on Unix.

use super::library_at;
use crate::{
    audit, c_integer,
    clib::{self, SymbolName},
    names,
};
use rustpython_vm::{
    PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBytes, PyStr},
};
use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

/// Opens a library, or the program itself.
///
/// # Errors
/// `TypeError` or `ValueError` if the name is impossible, `OSError` with the loader's message.
pub fn dlopen((name, flags): (PyObjectRef, Option<PyObjectRef>), vm: &VirtualMachine) -> PyResult {
    let flags = match flags {
        Some(flags) => c_integer::int(&flags, vm)?,
        None => libc::RTLD_NOW,
    };
    let path = if vm.is_none(&name) {
        None
    } else {
        let encoded = vm.import("os", 0)?.get_attr("fsencode", vm)?;
        Some(encoded.call((name.clone(),), vm)?)
    };
    audit::event(vm, "ctypes.dlopen", || (name.clone(),))?;
    let path = path
        .as_ref()
        .and_then(|path| path.downcast_ref::<PyBytes>())
        .map(|path| OsStr::from_bytes(path.as_bytes()));
    if path.is_some_and(|path| path.as_bytes().contains(&0)) {
        return Err(vm.new_value_error("embedded null byte"));
    }
    match clib::open(path, flags | libc::RTLD_NOW, vm) {
        Ok(handle) => Ok(vm.ctx.new_int(handle.address()).into()),
        Err(message) => Err(vm.new_os_error(message)),
    }
}

/// Closes a library.
///
/// # Errors
/// `OSError` with the loader's message.
pub fn dlclose([library]: [PyObjectRef; 1], vm: &VirtualMachine) -> PyResult {
    library_at(&library, "dlclose", vm)?
        .close(vm)
        .map_err(|message| vm.new_os_error(message))?;
    Ok(vm.ctx.none())
}

/// Looks a symbol up.
///
/// # Errors
/// `OSError` with the loader's message.
pub fn dlsym([library, name]: [PyObjectRef; 2], vm: &VirtualMachine) -> PyResult {
    let handle = library_at(&library, "dlsym", vm)?;
    let Some(text) = name.downcast_ref::<PyStr>() else {
        let got = names::of_given(&name, vm);
        return Err(vm.new_type_error(format!("dlsym() argument 2 must be str, not {got}")));
    };
    let symbol = SymbolName::new(text, vm)?;
    audit::event(vm, "ctypes.dlsym/handle", || {
        (library.clone(), name.clone())
    })?;
    let address = handle
        .symbol("symbol", &symbol, vm)
        .map_err(|message| vm.new_os_error(message))?;
    Ok(vm.ctx.new_int(address).into())
}
