//! Pickling and copying: a C value is its bytes and its instance dict.

use super::CData;
use crate::{
    ctype::{CType, Place, ours::Ours},
    names::{self, name},
    room,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyBytes, PyDict, PyGetSet, PyStr, PyTuple, PyType},
    class::StaticType,
};

/// Returns how to make an equal object elsewhere: `__reduce__`.
///
/// # Errors
/// `ValueError` if the value holds an address, which is meaningless elsewhere.
pub fn reduce(zelf: &Py<CData>, vm: &VirtualMachine) -> PyResult {
    if zelf.ctype().layout().has_pointer {
        return Err(holds_address(vm));
    }
    let (start, size) = zelf.bytes();
    // SAFETY: `start` and `size` are the object's own memory.
    let bytes = room::bytes(unsafe { std::slice::from_raw_parts(start, size) }, vm)?;
    let dict = zelf.as_object().get_attr(name!(vm, "__dict__"), vm)?;
    let state = vm.ctx.new_tuple(vec![dict, bytes]);
    let class = zelf.class().to_owned().into();
    let arguments = vm.ctx.new_tuple(vec![class, state.into()]);
    let unpickle = match imported(vm) {
        Some(module) => module.get_attr(name!(vm, "_unpickle"), vm),
        None => vm.import("_ctypes", 0)?.get_attr("_unpickle", vm),
    }?;
    Ok(vm.ctx.new_tuple(vec![unpickle, arguments.into()]).into())
}

#[cold]
fn holds_address(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_value_error("ctypes objects containing pointers cannot be pickled")
}

/// Returns the module `_ctypes` as `sys.modules` has it.
fn imported(vm: &VirtualMachine) -> Option<PyObjectRef> {
    let modules = vm.sys_module.dict().get_item_opt(name!(vm, "modules"), vm);
    let modules = modules.ok()??;
    let module = modules.downcast_ref_if_exact::<PyDict>(vm)?;
    module.get_item_opt(name!(vm, "_ctypes"), vm).ok()?
}

/// Updates the instance dict and the bytes: `__setstate__`.
///
/// # Errors
/// `TypeError` if `state` is not a dict and bytes, `ValueError` if the value holds an address: bytes do not say
/// what lies there.
pub fn set_state(zelf: &Py<CData>, state: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<()> {
    let [dict, bytes] = state else {
        return Err(vm.new_type_error(format!(
            "__setstate__() takes exactly 2 arguments ({} given)",
            state.len()
        )));
    };
    let Some(attributes) = dict.downcast_ref::<PyDict>() else {
        let name = names::of_given(dict, vm);
        return Err(vm.new_type_error(format!(
            "__setstate__() argument 1 must be dict, not {name}"
        )));
    };
    let bytes = match (
        bytes.downcast_ref::<PyBytes>(),
        bytes.downcast_ref::<PyStr>(),
    ) {
        (Some(bytes), _) => bytes.as_bytes(),
        (None, Some(text)) => text.as_bytes(),
        (None, None) => {
            let class = bytes.class().slot_name();
            let message = format!("a bytes-like object is required, not '{class}'");
            return Err(vm.new_type_error(message));
        }
    };
    if zelf.ctype().layout().has_pointer {
        return Err(holds_address(vm));
    }
    let (start, size) = zelf.bytes();
    let length = bytes.len().min(size);
    // SAFETY: only the object's own memory is written.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), start, length) };
    let is_plain = |of_class: PyObjectRef| of_class.downcast_ref::<PyGetSet>().is_some();
    let of_class = zelf.class().get_attr(name!(vm, "__dict__"));
    if dict.downcast_ref_if_exact::<PyDict>(vm).is_some()
        && attributes.is_empty()
        && of_class.is_none_or(is_plain)
    {
        // The instance needs no dict.
        return Ok(());
    }
    let own = zelf.as_object().get_attr(name!(vm, "__dict__"), vm)?;
    let Some(own) = own.downcast_ref::<PyDict>() else {
        return Err(vm.new_type_error(format!(
            "{}.__dict__ must be a dictionary, not {}",
            zelf.class().name(),
            own.class().name()
        )));
    };
    vm.call_method(own.as_object(), "update", (dict.clone(),))?;
    Ok(())
}

/// Makes the object that [`reduce`] described: `_unpickle`.
///
/// # Errors
/// Any exception that making the object or its `__setstate__` raises.
pub fn unpickle(class: &PyObject, state: &PyObject, vm: &VirtualMachine) -> PyResult {
    let ordinary = CType::of(class, vm).filter(|ctype| ctype.is_ours(Ours::Construction));
    let instance = match ordinary {
        Some(ctype) => (ctype.construct)(ctype, Place::New, vm),
        None => vm.call_method(class, "__new__", (class.to_owned(),)),
    }?;
    match CData::of(&instance) {
        Some(cdata) if has_our_state(cdata.class(), vm) => {
            set_state(cdata, &state_arguments(state), vm)?;
        }
        _ => {
            vm.call_method(&instance, "__setstate__", state_arguments(state))?;
        }
    }
    Ok(instance)
}

/// Returns whether instances of a class use this module's `__setstate__`.
fn has_our_state(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    let name = name!(vm, "__setstate__");
    match (class.get_attr(name), CData::static_type().get_attr(name)) {
        (Some(found), Some(ours)) => found.is(&ours),
        _ => false,
    }
}

fn state_arguments(state: &PyObject) -> Vec<PyObjectRef> {
    match state.downcast_ref::<PyTuple>() {
        Some(parts) => parts.as_slice().to_vec(),
        None => vec![state.to_owned()],
    }
}
