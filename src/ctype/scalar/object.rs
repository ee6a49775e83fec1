//! `PyObject *`: a reference to a Python object of this VM.

use super::{Access, Kept, pointer};
use rustpython_vm::{PyObject, PyResult, VirtualMachine};

unsafe fn load(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: `source` is valid for reads of a pointer (see `Load`).
    let object = unsafe { pointer::read(source) }.cast::<PyObject>();
    if object.is_null() {
        return Err(vm.new_value_error("PyObject is NULL"));
    }
    // SAFETY: the pointer points to what its type says, a live object (see `Load`).
    Ok(unsafe { &*object }.to_owned())
}

unsafe fn store(target: *mut u8, value: &PyObject, _vm: &VirtualMachine) -> PyResult<Kept> {
    // SAFETY: `target` is valid for writes of a pointer (see `Store`).
    unsafe { pointer::write(target, value.as_raw().expose_provenance()) };
    Ok(Some(value.to_owned()))
}

/// `py_object`.
pub const PY_OBJECT: Access = Access { load, store };
