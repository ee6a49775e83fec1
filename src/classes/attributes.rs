//! Reading and writing the attributes of C values.
//!
//! Most of them are fields, `value`, `raw` and `contents`. The VM finds a descriptor through a cache that all
//! threads share: it takes a reference to what it finds, and releases it afterwards. Here each thread remembers
//! what it has found, by the version tag of the class and the name, and reads or writes at once. Whatever is
//! not a descriptor of this module goes the VM's way.
//!
//! A remembered descriptor needs no reference: the descriptions of a class and its bases hold their fields, and
//! every instance its own class; the others are functions.

use super::{
    accessor::{Accessor, Attribute},
    field::CField,
    remembered::Remembered,
    slots::shares_slot,
};
use crate::{cdata::CData, without::without};
use rustpython_vm::{
    AsObject, Py, PyObject, PyResult, VirtualMachine,
    builtins::{PyFunction, PyProperty, PyStr, PyType},
    class::StaticType,
    function::PySetterValue,
    types::PyTypeFlags,
    vm::Context,
};
use std::sync::atomic::Ordering;

/// How an attribute is read and written.
#[derive(Clone, Copy)]
enum Way {
    /// As the VM does it.
    General,
    /// The class has no such attribute; only the instance's dict can.
    Own,
    Field(*const Py<CField>),
    Accessor(&'static Attribute),
}

thread_local! {
    static RECENTLY: Remembered<Way, 256> = const { Remembered::new() };
}

/// Makes instances of `class` read and write their attributes here.
pub fn install(class: &Py<PyType>) {
    if without().attributes {
        return;
    }
    class.slots.getattro.store(Some(getattro));
    class.slots.setattro.store(Some(setattro));
}

/// Makes instances of a class that the VM has made, with the slots of `object`, read and write their attributes
/// here, unless Python code handles its attributes.
pub fn adopt(class: &Py<PyType>) {
    if without().attributes {
        return;
    }
    let (slots, object) = (&class.slots, &Context::genesis().types.object_type.slots);
    let _ = slots
        .getattro
        .compare_exchange(object.getattro.load(), Some(getattro));
    let _ = slots
        .setattro
        .compare_exchange(object.setattro.load(), Some(setattro));
}

/// Returns whether no Python code handles the writing of attributes of `class`'s instances.
#[must_use]
pub fn writes_plainly(class: &Py<PyType>) -> bool {
    let slot = class.slots.setattro.load().map(|slot| slot as usize);
    slot == Some(setattro as *const () as usize)
        || shares_slot!(class, CData::static_type(), setattro)
}

fn getattro(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    match way(object, name, vm) {
        Way::Field(field) => {
            // SAFETY: the instance's class or a base of it holds the field.
            let field = unsafe { &*field };
            match CData::of(object) {
                Some(holder) if holds_class(holder) && field.fits(holder) => field.get(holder, vm),
                _ => object.generic_getattr(name, vm),
            }
        }
        Way::Accessor(attribute) => (attribute.get)(object, vm),
        Way::Own => {
            let dict = object.dict();
            let found = dict.and_then(|dict| dict.get_item_opt(name, vm).transpose());
            found.unwrap_or_else(|| object.generic_getattr(name, vm))
        }
        Way::General => object.generic_getattr(name, vm),
    }
}

fn setattro(
    object: &PyObject,
    name: &Py<PyStr>,
    value: PySetterValue,
    vm: &VirtualMachine,
) -> PyResult<()> {
    match (way(object, name, vm), value) {
        (Way::Field(field), PySetterValue::Assign(value)) => {
            // SAFETY: the instance's class or a base of it holds the field.
            let field = unsafe { &*field };
            match CData::of(object) {
                Some(holder) if holds_class(holder) && field.fits(holder) => {
                    field.put(holder, &value, vm)
                }
                _ => object.generic_setattr(name, PySetterValue::Assign(value), vm),
            }
        }
        (Way::Accessor(attribute), value) => (attribute.set)(object, value, vm),
        (Way::Own, PySetterValue::Assign(value)) => match object.dict() {
            Some(dict) => dict.set_item(name, value, vm),
            None => object.generic_setattr(name, PySetterValue::Assign(value), vm),
        },
        (_, value) => object.generic_setattr(name, value, vm),
    }
}

/// Returns whether a value keeps its class alive in any case: Python code that runs while a field is converted
/// may give the value another class.
#[inline]
fn holds_class(value: &Py<CData>) -> bool {
    value.ctype().python_class().is(value.class())
}

/// Returns how the attribute `name` of `object` is read and written.
#[inline]
fn way(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> Way {
    let known = RECENTLY.try_with(|recently| recently.get(object.class(), name));
    match known {
        Ok(Some(way)) => way,
        _ => find_out(object, name, vm),
    }
}

/// Restores `object`'s function in a slot of a class, unless Python code has put another one there.
macro_rules! leave {
    ($class:expr, $slot:ident, $vm:expr) => {
        let plain = $vm.ctx.types.object_type.slots.$slot.load();
        let _ = $class.slots.$slot.compare_exchange(Some($slot), plain);
    };
}

/// Looks the attribute up, and remembers what it is. A name that Python code has built is identified by the
/// string that the VM has interned.
#[cold]
fn find_out(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> Way {
    let class = object.class();
    // A name that was never interned is no attribute of any class.
    let Some(interned) = vm.ctx.interned_str(name) else {
        return Way::General;
    };
    if !interned.is(name) {
        return way(object, interned, vm);
    }
    // A look-up gives the class a version, if it had none; what is found later belongs to that version or an
    // older one.
    class.get_attr(interned);
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    let has_dict = class.slots.flags.has_feature(PyTypeFlags::HAS_DICT);
    let way = match class.get_attr(interned) {
        None if has_dict => Way::Own,
        None => {
            // The VM's messages for what cannot be set are fuller in classes that leave it to `object`.
            leave!(class, setattro, vm);
            Way::General
        }
        Some(found) => {
            if is_better_specialised(interned, &found) {
                leave!(class, getattro, vm);
            }
            way_of(object, &found).unwrap_or(Way::General)
        }
    };
    let _ = RECENTLY.try_with(|recently| recently.set(tag, interned, way));
    way
}

/// Returns how an attribute is read and written for which the class has `found`, or `None` if that is not one
/// of this module's descriptors.
fn way_of(object: &PyObject, found: &PyObject) -> Option<Way> {
    if let Some(accessor) = found.downcast_ref::<Accessor>() {
        return Some(Way::Accessor(accessor.attribute()));
    }
    let field = found.downcast_ref::<CField>()?;
    let ctype = CData::of(object)?.ctype();
    let is_held =
        CField::is_held(field) && field.is_in(ctype) && ctype.python_class().is(object.class());
    is_held.then_some(Way::Field(field))
}

/// Returns whether the VM calls `found` without asking the instance for it. It does so only in classes whose
/// instances read attributes in the VM's own way, and that saves more than this module can.
fn is_better_specialised(name: &Py<PyStr>, found: &PyObject) -> bool {
    let is_special = name.as_bytes().starts_with(b"__");
    let is_called = found.downcast_ref::<PyFunction>().is_some()
        || found.downcast_ref::<PyProperty>().is_some();
    is_called && !is_special
}
