//! Reading and writing attributes of C values: fields, `value`, `contents`.
//!
//! An attribute that is a descriptor of ours is what programs do with C values more than anything else,
//! and the VM's own way to it takes longer than what the descriptor does: it looks the name up in a cache
//! that all threads share, and takes and gives back a reference to what it finds. So ctypes classes have
//! functions of their own in the slots for attributes. They do what `object` does, but each thread
//! remembers descriptors of ours.
//!
//! The VM has short ways of its own to methods, properties and attributes in an instance's dict, as long as
//! the slots hold `object`'s functions. A class that turns out to have any of these gets them back.

use super::{
    accessor::Accessor,
    field::CField,
    recent::{RECENT, Recent, Recently},
    slots::shares_slot,
};
use crate::{cdata::CData, without::without};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyFunction, PyProperty, PyStr, PyType, descriptor::PyMemberDescriptor},
    class::StaticType,
    function::PySetterValue,
};
use std::{cell::Cell, ptr, sync::atomic::Ordering};

/// A descriptor of ours.
#[derive(Clone, Copy)]
enum Descriptor {
    Field(*const Py<CField>),
    Accessor(*const Py<Accessor>),
}

thread_local! {
    static RECENTLY: Recently<Descriptor> = const {
        [const { Cell::new(Recent::nothing(Descriptor::Field(ptr::null()))) }; RECENT]
    };
}

#[inline]
fn recent(class: &Py<PyType>, name: &Py<PyStr>) -> Option<Descriptor> {
    let known = RECENTLY.try_with(|recently| Recent::find(recently, class, name));
    known.ok().flatten()
}

/// What a look-up in the class of a value has found.
enum Found {
    /// A descriptor of ours.
    Ours(PyObjectRef),
    /// What the VM has a short way to.
    Specialized,
    Other,
    Nothing,
}

/// Looks an attribute up, and remembers it if it is a descriptor of ours.
fn look_up(class: &Py<PyType>, name: &Py<PyStr>, vm: &VirtualMachine) -> Found {
    // A name that is interned nowhere is no attribute of any class.
    let Some(interned) = vm.ctx.interned_str(name) else {
        return Found::Nothing;
    };
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    let Some(found) = class.get_attr(interned) else {
        return Found::Nothing;
    };
    let descriptor = if let Some(field) = found.downcast_ref::<CField>() {
        Descriptor::Field(field)
    } else if let Some(accessor) = found.downcast_ref::<Accessor>() {
        Descriptor::Accessor(accessor)
    } else if found.downcast_ref::<PyFunction>().is_some()
        || found.downcast_ref::<PyProperty>().is_some()
        || found.downcast_ref::<PyMemberDescriptor>().is_some()
    {
        return Found::Specialized;
    } else {
        return Found::Other;
    };
    let _ = RECENTLY.try_with(|recently| {
        Recent::remember(recently, (class, tag), interned, (descriptor, &found), vm);
    });
    Found::Ours(found)
}

type GetAttr = fn(&PyObject, &Py<PyStr>, &VirtualMachine) -> PyResult;
type SetAttr = fn(&PyObject, &Py<PyStr>, PySetterValue, &VirtualMachine) -> PyResult<()>;

/// Has the instances of a class read and write their attributes by the functions here, unless Python
/// code has a say in that: of a new class, or of the base of all.
pub fn install(class: &Py<PyType>, vm: &VirtualMachine) {
    if without().attributes {
        return;
    }
    let slots = &class.slots;
    let object = &vm.ctx.types.object_type.slots;
    let (get, set) = (object.getattro.load(), object.setattro.load());
    let _ = slots
        .getattro
        .compare_exchange(get, Some(getattro as GetAttr));
    let _ = slots
        .setattro
        .compare_exchange(set, Some(setattro as SetAttr));
}

/// Gives a class the VM's own way of reading attributes back. Python code may have put another there
/// meanwhile, which stays.
#[cold]
fn leave_reading(class: &Py<PyType>, vm: &VirtualMachine) {
    let plain = vm.ctx.types.object_type.slots.getattro.load();
    let slot = &class.slots.getattro;
    let _ = slot.compare_exchange(Some(getattro as GetAttr), plain);
}

/// The same for writing.
#[cold]
fn leave_writing(class: &Py<PyType>, vm: &VirtualMachine) {
    let plain = vm.ctx.types.object_type.slots.setattro.load();
    let slot = &class.slots.setattro;
    let _ = slot.compare_exchange(Some(setattro as SetAttr), plain);
}

/// Whether setting an attribute of an instance of `class` is what it is for `object`.
#[must_use]
pub fn writes_plainly(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    shares_slot!(class, CData::static_type(), setattro)
        || shares_slot!(class, vm.ctx.types.object_type, setattro)
}

fn getattro(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    match recent(object.class(), name) {
        // SAFETY: the class of the object is as it was when this was looked up, so its description holds
        // the descriptor, and the caller holds the object. A field does not look at itself any more when
        // it has begun to make what it returns, which might run Python code that gives the object another
        // class.
        Some(Descriptor::Field(field)) => unsafe { &*field }.get(object, vm),
        Some(Descriptor::Accessor(accessor)) => {
            // SAFETY: as above.
            let attribute = unsafe { &*accessor }.attribute();
            (attribute.get)(object, vm)
        }
        None => get_looked_up(object, name, vm),
    }
}

#[inline(never)]
fn get_looked_up(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    match look_up(object.class(), name, vm) {
        Found::Specialized => leave_reading(object.class(), vm),
        Found::Nothing if object.has_instance_dict() => leave_reading(object.class(), vm),
        Found::Ours(descriptor) => {
            let get = descriptor.class().slots.descr_get.load();
            if let Some(get) = get {
                let class = object.class().to_owned();
                return get(&descriptor, Some(object), Some(class.as_object()), vm);
            }
        }
        Found::Other | Found::Nothing => {}
    }
    object.generic_getattr(name, vm)
}

fn setattro(
    object: &PyObject,
    name: &Py<PyStr>,
    value: PySetterValue,
    vm: &VirtualMachine,
) -> PyResult<()> {
    match (recent(object.class(), name), value) {
        (Some(Descriptor::Field(field)), PySetterValue::Assign(value)) => {
            // SAFETY: as in `getattro`.
            let field = unsafe { &*field };
            if field.set_number(object, &value, vm) {
                return Ok(());
            }
            // Converting the value may run Python code, which may give the object another class.
            let field = field.to_owned();
            field.set(object, &value, vm)
        }
        (Some(Descriptor::Accessor(accessor)), value) => {
            // SAFETY: as in `getattro`.
            let attribute = unsafe { &*accessor }.attribute();
            (attribute.set)(object, value, vm)
        }
        (_, value) => set_looked_up(object, name, value, vm),
    }
}

#[inline(never)]
fn set_looked_up(
    object: &PyObject,
    name: &Py<PyStr>,
    value: PySetterValue,
    vm: &VirtualMachine,
) -> PyResult<()> {
    match look_up(object.class(), name, vm) {
        Found::Specialized | Found::Nothing => leave_writing(object.class(), vm),
        Found::Ours(descriptor) => {
            if let Some(set) = descriptor.class().slots.descr_set.load() {
                return set(&descriptor, object.to_owned(), value, vm);
            }
        }
        Found::Other => {}
    }
    object.generic_setattr(name, value, vm)
}
