//! libffi's description of a structure, as data.

use libffi::raw::{self, ffi_type};
use std::{cell::UnsafeCell, ptr};

/// A description, with the list that it points to.
#[derive(Debug)]
pub struct Description {
    description: UnsafeCell<ffi_type>,
    _elements: Vec<*mut ffi_type>,
}

// SAFETY: a description is not written any more. libffi computes size and alignment when a cif is prepared, but
// only for a description whose size is zero, and a structure with elements has a size. The list that it points
// to moves with it and is not changed.
unsafe impl Send for Description {}
// SAFETY: as for Send.
unsafe impl Sync for Description {}

impl Description {
    /// Makes a structure of these elements. It stays in its box, where libffi may point to it.
    pub fn new(size: usize, align: usize, mut elements: Vec<*mut ffi_type>) -> Box<Self> {
        elements.push(ptr::null_mut());
        Box::new(Self {
            description: UnsafeCell::new(ffi_type {
                size,
                alignment: align as u16,
                type_: raw::ffi_type_enum_STRUCT,
                elements: elements.as_mut_ptr(),
            }),
            _elements: elements,
        })
    }

    pub fn as_ptr(&self) -> *mut ffi_type {
        self.description.get()
    }
}
