//! Loading C scalars from memory as Python objects, and storing them.
//!
//! One file for each kind of value. Each function is a row's `load` or `store` in the table of simple types
//! ([`super::simple`]). Memory need not be aligned: packed structures and buffers of other programs are not.

#[cfg(windows)]
pub mod bstr;
pub mod character;
#[cfg_attr(windows, allow(dead_code, reason = "C has no complex numbers there"))]
pub mod complex;
pub mod eightbytes;
pub mod float;
mod held;
pub mod integer;
pub mod object;
pub mod pointer;
pub mod string;
pub mod terminated;
pub mod wide;

use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

/// Reads a value as a Python object.
///
/// # Safety
/// The memory must be valid for reads of the row's size; a pointer in it must be NULL or point to what its type
/// says.
pub type Load = unsafe fn(*const u8, &VirtualMachine) -> PyResult;

/// The object that the memory's owner must keep alive because of what was stored, if there is one.
pub type Kept = Option<PyObjectRef>;

/// Writes a Python object as a value.
///
/// # Safety
/// The memory must be valid for writes of the row's size.
pub type Store = unsafe fn(*mut u8, &PyObject, &VirtualMachine) -> PyResult<Kept>;

/// The two accesses in one byte order.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    pub load: Load,
    pub store: Store,
}

/// Reads the bytes of a `T`, reversed when the value is of the other byte order.
///
/// # Safety
/// `source` must be valid for reads of `N` bytes.
#[inline(always)]
unsafe fn read<const N: usize, const SWAPPED: bool>(source: *const u8) -> [u8; N] {
    // SAFETY: `source` is valid for reads of `N` bytes (see # Safety); a byte array needs no alignment.
    let mut bytes = unsafe { source.cast::<[u8; N]>().read() };
    if SWAPPED {
        bytes.reverse();
    }
    bytes
}

/// Writes bytes, reversed when the value is of the other byte order.
///
/// # Safety
/// `target` must be valid for writes of `N` bytes.
#[inline(always)]
unsafe fn write<const N: usize, const SWAPPED: bool>(target: *mut u8, mut bytes: [u8; N]) {
    if SWAPPED {
        bytes.reverse();
    }
    // SAFETY: `target` is valid for writes of `N` bytes (see # Safety); a byte array needs no alignment.
    unsafe { target.cast::<[u8; N]>().write(bytes) }
}
