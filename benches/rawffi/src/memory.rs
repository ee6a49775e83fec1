//! C memory that an object stands for.

use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyInt};
use std::{
    alloc::Layout,
    ptr,
    sync::atomic::{AtomicPtr, Ordering},
};

/// An address, and whether the memory there is freed with the object.
#[derive(Debug)]
pub struct Memory {
    /// NULL once it is freed.
    address: AtomicPtr<u8>,
    /// How the memory was allocated, if it is to be freed here.
    layout: Option<Layout>,
    autofree: bool,
}

impl Memory {
    /// Allocates zeroed memory. Returns `None` if there is none.
    pub fn new(size: usize, align: usize, autofree: bool) -> Option<Self> {
        // Results of calls are written as whole words.
        let layout = Layout::from_size_align(size.max(16), align.max(16)).ok()?;
        // SAFETY: the size is not zero.
        let address = unsafe { std::alloc::alloc_zeroed(layout) };
        (!address.is_null()).then(|| Self {
            address: AtomicPtr::new(address),
            layout: Some(layout),
            autofree,
        })
    }

    /// Refers to memory at an address that the program gives.
    pub fn at(address: usize) -> Self {
        Self {
            address: AtomicPtr::new(ptr::with_exposed_provenance_mut(address)),
            layout: None,
            autofree: false,
        }
    }

    /// Returns the address; NULL once the memory is freed.
    pub fn address(&self) -> *mut u8 {
        self.address.load(Ordering::Acquire)
    }

    /// Frees the memory. Returns `false` if there is nothing to free.
    pub fn free(&self) -> bool {
        let Some(layout) = self.layout else {
            return false;
        };
        let address = self.address.swap(ptr::null_mut(), Ordering::AcqRel);
        if address.is_null() {
            return false;
        }
        // SAFETY: allocated with this layout, and taken out so that nobody else frees it.
        unsafe { std::alloc::dealloc(address, layout) };
        true
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if self.autofree {
            self.free();
        }
    }
}

/// Returns an address, from a Python `int` or an object with a `buffer`.
///
/// # Errors
/// `TypeError` if it is neither.
pub fn address(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
    if let Some(int) = object.downcast_ref::<PyInt>() {
        return Ok(int.as_u64_mask() as usize);
    }
    object.get_attr("buffer", vm)?.try_to_value(vm)
}

/// Returns an address, unless the memory there has been freed.
///
/// # Errors
/// `RuntimeError`.
pub fn freed(address: *mut u8, vm: &VirtualMachine) -> PyResult<*mut u8> {
    if address.is_null() {
        return Err(vm.new_runtime_error("trying to access a freed memory"));
    }
    Ok(address)
}

/// Frees memory.
///
/// # Errors
/// `RuntimeError` if there is nothing to free.
pub fn free(memory: &Memory, vm: &VirtualMachine) -> PyResult<()> {
    if memory.free() {
        return Ok(());
    }
    Err(vm.new_runtime_error("trying to free what is not this object's, or no more"))
}
