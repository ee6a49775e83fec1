//! Pointers to NUL-terminated strings: `char *` and `wchar_t *`.

use crate::room;

use super::{Access, Kept, pointer, terminated, wide};
use rustpython_vm::{
    PyObject, PyResult, VirtualMachine,
    builtins::{PyBytes, PyInt, PyStr},
};
use std::ffi::CStr;

unsafe fn load_char_p(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: `source` is valid for reads of a pointer (see `Load`).
    let start = unsafe { pointer::read(source) };
    if start.is_null() {
        return Ok(vm.ctx.none());
    }
    // SAFETY: the pointer points to what its type says, a terminated string (see `Load`).
    let bytes = unsafe { CStr::from_ptr(start.cast()) };
    room::bytes(bytes.to_bytes(), vm)
}

unsafe fn store_char_p(target: *mut u8, value: &PyObject, vm: &VirtualMachine) -> PyResult<Kept> {
    let (address, kept) = if let Some(bytes) = value.downcast_ref::<PyBytes>() {
        let address = terminated::address(bytes);
        let address = address.ok_or_else(|| vm.no_memory_error())?;
        (address, Some(value.to_owned()))
    } else {
        (address_or_null(value, "bytes", vm)?, None)
    };
    // SAFETY: `target` is valid for writes of a pointer (see `Store`).
    unsafe { pointer::write(target, address) };
    Ok(kept)
}

/// Returns the address that a string pointer takes from what is not a string: `None` or an integer.
fn address_or_null(value: &PyObject, expected: &str, vm: &VirtualMachine) -> PyResult<usize> {
    if vm.is_none(value) {
        return Ok(0);
    }
    match value.downcast_ref::<PyInt>() {
        Some(int) => Ok(pointer::wrapping_address(int)),
        None => Err(vm.new_type_error(format!(
            "{expected} or integer address expected instead of {} instance",
            value.class().slot_name()
        ))),
    }
}

unsafe fn load_wchar_p(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: `source` is valid for reads of a pointer (see `Load`).
    let start = unsafe { pointer::read(source) };
    if start.is_null() {
        return Ok(vm.ctx.none());
    }
    // SAFETY: the pointer points to what its type says, a terminated string (see `Load`).
    let text = unsafe { wide::text_at(start, None, vm) }?;
    Ok(text.into())
}

unsafe fn store_wchar_p(target: *mut u8, value: &PyObject, vm: &VirtualMachine) -> PyResult<Kept> {
    let (address, kept) = if let Some(text) = value.downcast_ref::<PyStr>() {
        let (address, capsule) = wide::copy(text.as_wtf8(), vm)?;
        (address, Some(capsule))
    } else {
        (address_or_null(value, "unicode string", vm)?, None)
    };
    // SAFETY: `target` is valid for writes of a pointer (see `Store`).
    unsafe { pointer::write(target, address) };
    Ok(kept)
}

/// `char *`, as `bytes`.
pub const CHAR_P: Access = Access {
    load: load_char_p,
    store: store_char_p,
};
/// `wchar_t *`, as `str`.
pub const WCHAR_P: Access = Access {
    load: load_wchar_p,
    store: store_wchar_p,
};
