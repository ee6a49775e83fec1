//! `void *`, as an integer address.

use super::{Access, Kept};
use rustpython_vm::{Py, PyObject, PyResult, VirtualMachine, builtins::PyInt};

/// Returns the pointer stored at `source`.
///
/// # Safety
/// `source` must be valid for reads of a pointer.
#[inline]
#[must_use]
pub unsafe fn read(source: *const u8) -> *mut u8 {
    // SAFETY: `source` is valid for reads of a pointer (see # Safety).
    let address = unsafe { source.cast::<usize>().read_unaligned() };
    std::ptr::with_exposed_provenance_mut(address)
}

/// Stores an address at `target`.
///
/// # Safety
/// `target` must be valid for writes of a pointer.
#[inline]
pub unsafe fn write(target: *mut u8, address: usize) {
    // SAFETY: `target` is valid for writes of a pointer (see # Safety).
    unsafe { target.cast::<usize>().write_unaligned(address) }
}

/// Returns an `int` as an address, wrapped to the width of a pointer.
#[must_use]
pub fn wrapping_address(int: &Py<PyInt>) -> usize {
    super::integer::wrapped(int) as usize
}

unsafe fn load(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: `source` is valid for reads of a pointer (see `Load`).
    let pointer = unsafe { read(source) };
    Ok(if pointer.is_null() {
        vm.ctx.none()
    } else {
        vm.ctx.new_int(pointer.addr()).into()
    })
}

unsafe fn store(target: *mut u8, value: &PyObject, vm: &VirtualMachine) -> PyResult<Kept> {
    let address = if vm.is_none(value) {
        0
    } else {
        match value.downcast_ref::<PyInt>() {
            Some(int) => wrapping_address(int),
            None => return Err(vm.new_type_error("cannot be converted to pointer")),
        }
    };
    // SAFETY: `target` is valid for writes of a pointer (see `Store`).
    unsafe { write(target, address) };
    Ok(None)
}

/// `void *`: NULL is `None`.
pub const VOID_P: Access = Access { load, store };
