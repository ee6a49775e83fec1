//! Making instances: the call of a ctypes class.
//!
//! A class is called through the vectorcall slot of its metaclass. As long as neither `__new__` nor
//! `__init__` is Python's, that makes the object and initialises it in one go, from the arguments as
//! the VM has them.

use super::slots::shares_slot;
use crate::{
    cdata::CData,
    ctype::{CType, Place, ours::Ours},
    without::without,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::PyType, class::StaticType, function::FuncArgs,
};
use std::sync::atomic::Ordering;

/// A base class whose instances are made here.
pub trait Base: PyPayload + StaticType {
    /// Initialises a new instance from positional arguments, as its `__init__` does.
    ///
    /// # Errors
    /// What `__init__` raises.
    fn initialize(zelf: &Py<CData>, args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<()>;

    /// Initialises a new instance from keyword arguments alone, if its `__init__` takes any.
    ///
    /// # Errors
    /// What `__init__` raises.
    fn initialize_by_name(
        _zelf: &Py<CData>,
        _names: &[PyObjectRef],
        _values: &[PyObjectRef],
        _vm: &VirtualMachine,
    ) -> Option<PyResult<()>> {
        None
    }
}

/// Has the classes of `metaclass` called by [`call`].
pub fn install<B: Base>(metaclass: &Py<PyType>) {
    if !without().vectorcall {
        metaclass.slots.vectorcall.store(Some(call::<B>));
    }
}

/// Has the classes of a metaclass of Python code called by [`call`] too. The VM leaves the slot empty
/// where it finds `__new__` by name.
pub fn hand_on(metaclass: &Py<PyType>) {
    if metaclass.heaptype_ext.is_none() || metaclass.slots.vectorcall.load().is_some() {
        return;
    }
    let ours = metaclass
        .iter_base_chain()
        .find(|base| base.heaptype_ext.is_none());
    if let Some(ours) = ours {
        metaclass
            .slots
            .vectorcall
            .store(ours.slots.vectorcall.load());
    }
}

fn call<B: Base>(
    class: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    if let Some(class) = class.downcast_ref::<PyType>() {
        let made = match names.filter(|names| !names.is_empty()) {
            None => make::<B>(class, &args[..nargs], vm),
            Some(names) if nargs == 0 => make_by_name::<B>(class, names, &args, vm),
            Some(_) => None,
        };
        if let Some(made) = made {
            return made;
        }
    }
    call_by_slot(class, args, nargs, names, vm)
}

/// Makes an instance of `class` from positional arguments. `None` if that takes the class's own `__new__`
/// and `__init__`.
#[inline(always)]
pub fn make<B: Base>(
    class: &Py<PyType>,
    args: &[PyObjectRef],
    vm: &VirtualMachine,
) -> Option<PyResult> {
    let made = new_instance::<B>(class, vm)?.and_then(|object| {
        B::initialize(&object, args, vm)?;
        Ok(object.into())
    });
    Some(made)
}

/// The same from keyword arguments alone.
fn make_by_name<B: Base>(
    class: &Py<PyType>,
    names: &[PyObjectRef],
    values: &[PyObjectRef],
    vm: &VirtualMachine,
) -> Option<PyResult> {
    match new_instance::<B>(class, vm)? {
        Err(error) => Some(Err(error)),
        Ok(object) => {
            let initialized = B::initialize_by_name(&object, names, values, vm)?;
            Some(initialized.map(|()| object.into()))
        }
    }
}

/// A new instance of a plain class.
#[inline(always)]
fn new_instance<B: Base>(
    class: &Py<PyType>,
    vm: &VirtualMachine,
) -> Option<PyResult<PyRef<CData>>> {
    let ctype = CType::of_class(class, vm)?;
    if !is_plain::<B>(ctype, vm) {
        return None;
    }
    let payload = CData::new(ctype.to_owned(), Place::New, vm);
    Some(payload.map(|payload| payload.into_instance(class.to_owned(), vm)))
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

/// Whether instances of a class are made and initialised as those of `B` are.
#[inline]
pub fn is_plain<B: StaticType>(ctype: &CType, vm: &VirtualMachine) -> bool {
    ctype.is_ours(Ours::Construction) || find_plain::<B>(ctype, vm)
}

/// Whether a class is plain, which is noted if its metaclass is one that cannot change.
#[inline(never)]
fn find_plain<B: StaticType>(ctype: &CType, vm: &VirtualMachine) -> bool {
    let class = ctype.python_class();
    // Before the slots: who changes them takes the tag away first.
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    let metaclass = class.as_object().class();
    let base = B::static_type();
    // The slot this is called through is no proof: the VM hands it on to metaclasses whose `__call__` is
    // Python's, if that was deleted from one further down.
    let is_plain = shares_slot!(metaclass, vm.ctx.types.type_type, call)
        && shares_slot!(class, base, new)
        && shares_slot!(class, base, init);
    if is_plain && metaclass.heaptype_ext.is_none() {
        ctype.note_ours(Ours::Construction, tag);
    }
    is_plain
}
