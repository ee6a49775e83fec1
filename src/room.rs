//! Memory whose amount Python code says, of which there may not be enough.

use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// A vector with room for so many.
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

/// A vector of what `make` makes of the numbers up to `count`.
///
/// # Errors
/// `MemoryError`; what `make` raises.
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

/// A `bytes` object.
///
/// # Errors
/// `MemoryError`.
pub fn bytes(bytes: &[u8], vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let mut copy = vector(bytes.len(), vm)?;
    copy.extend_from_slice(bytes);
    Ok(vm.ctx.new_bytes(copy).into())
}
