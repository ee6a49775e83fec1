//! Allocating memory of a size that Python code gives, which may be too large.

use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Returns a vector with room for `count` items.
///
/// # Errors
/// `MemoryError`.
pub fn vector<T>(count: usize, vm: &VirtualMachine) -> PyResult<Vec<T>> {
    let mut vector = Vec::new();
    match vector.try_reserve_exact(count) {
        Ok(()) => Ok(vector),
        Err(_) => Err(vm.no_memory_error()),
    }
}

/// Returns a vector of the results of `make` for the numbers below `count`.
///
/// # Errors
/// `MemoryError`; any exception that `make` raises.
#[inline]
pub fn collect<T>(
    count: usize,
    make: impl FnMut(isize) -> PyResult<T>,
    vm: &VirtualMachine,
) -> PyResult<Vec<T>> {
    let mut vector = vector(count, vm)?;
    for made in (0..count as isize).map(make) {
        vector.push(made?);
    }
    Ok(vector)
}

/// Returns a `bytes` object with these bytes.
///
/// # Errors
/// `MemoryError`.
pub fn bytes(bytes: &[u8], vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let mut copy = vector(bytes.len(), vm)?;
    copy.extend_from_slice(bytes);
    Ok(vm.ctx.new_bytes(copy).into())
}
