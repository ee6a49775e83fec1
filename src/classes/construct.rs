//! Making instances: the call of a ctypes class.
//!
//! A class is called through the vectorcall slot of its metaclass. As long as neither `__new__` nor
//! `__init__` is Python's, that makes the object and initialises it in one go, from the arguments as
//! the VM has them.

use super::metatype::shares_slot;
use crate::{
    cdata::CData,
    ctype::{CType, Place},
    without::without,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, builtins::PyType,
    class::StaticType, function::FuncArgs,
};

/// A base class whose instances are made here.
pub trait Base: PyPayload + StaticType {
    /// Initialises a new instance from positional arguments, as its `__init__` does.
    ///
    /// # Errors
    /// What `__init__` raises.
    fn initialize(zelf: &Py<CData>, args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<()>;
}

/// Has the classes of `metaclass` called by [`call`].
pub fn install<B: Base>(metaclass: &Py<PyType>) {
    if !without().vectorcall {
        metaclass.slots.vectorcall.store(Some(call::<B>));
    }
}

fn call<B: Base>(
    class: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    if let Some(class) = class.downcast_ref::<PyType>()
        && names.is_none_or(<[_]>::is_empty)
        && is_called_by_type(class.as_object().class(), vm)
        && is_native::<B>(class)
        && let Some(ctype) = CType::of_class(class, vm)
    {
        let payload = CData::new(ctype.to_owned(), Place::New, vm)?;
        let object = payload.into_instance(class.to_owned());
        B::initialize(&object, &args[..nargs], vm)?;
        return Ok(object.into());
    }
    call_by_slot(class, args, nargs, names, vm)
}

/// Calls `object` the general way, for a vectorcall slot that has no short one.
///
/// # Errors
/// `TypeError` if it is not callable; what the call raises.
pub fn call_by_slot(
    object: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    let args = FuncArgs::from_vectorcall_owned(args, nargs, names);
    match object.class().slots.call.load() {
        Some(call) => call(object, args, vm),
        None => Err(vm.new_type_error(format!(
            "'{}' object is not callable",
            object.class().slot_name()
        ))),
    }
}

/// Whether a metaclass has the `__call__` of `type`. The slot this is called through is no proof: the VM
/// hands it on to metaclasses whose `__call__` is Python's, if that was deleted from one further down.
#[inline]
fn is_called_by_type(metaclass: &Py<PyType>, vm: &VirtualMachine) -> bool {
    shares_slot!(metaclass, vm.ctx.types.type_type, call)
}

/// Whether instances of `class` are made and initialised as those of its base `B` are: then their
/// payload is a [`CData`] alone.
#[inline]
fn is_native<B: Base>(class: &Py<PyType>) -> bool {
    let base = B::static_type();
    shares_slot!(class, base, new) && shares_slot!(class, base, init)
}
