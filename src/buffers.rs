//! Buffers of other objects.

use rustpython_vm::{
    AsObject, Py, PyObject, PyResult, VirtualMachine,
    builtins::{PyByteArray, PyType},
    protocol::{BufferFlags, PyBuffer},
};

/// Returns the buffer of an object.
///
/// # Errors
/// `TypeError` if it has none, `ValueError` if it is a closed `mmap`; any exception that its `__buffer__`
/// raises.
pub fn of(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyBuffer> {
    requested(object, BufferFlags::FULL_RO, vm)
}

/// Returns the buffer of an object for a request with these flags.
///
/// # Errors
/// As for [`of`]; `BufferError` if the object cannot serve the request.
pub fn requested(object: &PyObject, flags: BufferFlags, vm: &VirtualMachine) -> PyResult<PyBuffer> {
    let buffer = PyBuffer::from_object(vm, object, flags)?;
    let exporter = &buffer.obj;
    // The VM's own exporter panics when its memory is asked for.
    if exporter.downcast_ref_if_exact::<PyByteArray>(vm).is_none()
        && is_map(exporter.class())
        && exporter.get_attr("closed", vm)?.try_to_bool(vm)?
    {
        return Err(vm.new_value_error("mmap closed or invalid"));
    }
    Ok(buffer)
}

/// Returns whether a class is `mmap` or derived from it.
fn is_map(class: &Py<PyType>) -> bool {
    let mut bases = class.iter_base_chain();
    let of_vm = bases.find(|base| base.heaptype_ext.is_none());
    of_vm.is_some_and(|base| base.slot_name().ends_with("mmap"))
}
