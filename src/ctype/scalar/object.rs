//! `PyObject *`: a reference to a Python object of this VM.

use super::{Access, Kept, pointer};
use rustpython_vm::{PyObject, PyResult, VirtualMachine};

unsafe fn load(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: the caller's promise.
    let object = unsafe { pointer::read(source) }.cast::<PyObject>();
    if object.is_null() {
        return Err(vm.new_value_error("PyObject is NULL"));
    }
    // SAFETY: the caller promises that the pointer is what its type says: a live object.
    Ok(unsafe { &*object }.to_owned())
}

unsafe fn store(target: *mut u8, value: &PyObject, _vm: &VirtualMachine) -> PyResult<Kept> {
    // SAFETY: the caller's promise.
    unsafe { pointer::write(target, value.as_raw().expose_provenance()) };
    Ok(Some(value.to_owned()))
}

/// `py_object`.
pub const PY_OBJECT: Access = Access { load, store };
