//! The loader's cache on macOS, which contains the system's own libraries instead of files.

use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyBytes};
use std::{
    ffi::{CString, c_char, c_void},
    mem,
};

/// Returns whether the loader's cache has a library of this path.
///
/// # Errors
/// `NotImplementedError` if the loader cannot tell, as before macOS 11. `ValueError` for an embedded NUL.
pub fn shared_cache_contains([path]: [PyObjectRef; 1], vm: &VirtualMachine) -> PyResult {
    let Some(contains) = function() else {
        let message = "_dyld_shared_cache_contains_path symbol is missing";
        return Err(vm.new_not_implemented_error(message));
    };
    if vm.is_none(&path) {
        return Ok(vm.ctx.new_bool(false).into());
    }
    let encoded = vm.import("os", 0)?.get_attr("fsencode", vm)?;
    let encoded = encoded.call((path,), vm)?;
    let bytes = encoded
        .downcast_ref::<PyBytes>()
        .map_or(&[][..], |bytes| bytes.as_bytes());
    let path = CString::new(bytes).map_err(|_| vm.new_value_error("embedded null byte"))?;
    // SAFETY: the loader's function reads a terminated path.
    let contained = unsafe { contains(path.as_ptr()) };
    Ok(vm.ctx.new_bool(contained).into())
}

/// Returns the loader's function, which older systems do not have.
fn function() -> Option<unsafe extern "C" fn(*const c_char) -> bool> {
    let name = c"_dyld_shared_cache_contains_path";
    // SAFETY: the name is terminated.
    let symbol = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    // SAFETY: NULL, which is `None`, or the function that <mach-o/dyld.h> declares with this type.
    unsafe {
        mem::transmute::<*mut c_void, Option<unsafe extern "C" fn(*const c_char) -> bool>>(symbol)
    }
}
