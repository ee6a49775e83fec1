//! `_as_parameter_`: what an object passes in its place.
//!
//! The attribute can be anything, a property for example. In most classes it is not: it lies in the
//! object's dict, or the class has a plain value for it, and to find it runs no Python code. That a class
//! is so is remembered with its version tag.

use crate::names::name;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyStrInterned, PyType},
};
use std::sync::atomic::{AtomicU64, Ordering};

fn attribute(vm: &VirtualMachine) -> &'static PyStrInterned {
    name!(vm, "_as_parameter_")
}

/// The `_as_parameter_` of an object, if it has one.
///
/// # Errors
/// What the attribute's look-up raises, other than `AttributeError`.
pub fn as_parameter(value: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    if let Some(found) = at_once(value, vm) {
        return Ok(Some(found));
    }
    vm.get_attribute_opt(value, attribute(vm))
}

/// The same for an object that cannot be anything else than an argument by its `_as_parameter_`: no ctype
/// takes or converts it otherwise, but for those that take every object. It runs no Python code.
#[must_use]
pub fn at_once(value: &PyObject, vm: &VirtualMachine) -> Option<PyObjectRef> {
    if !is_plain(value.class(), vm) {
        return None;
    }
    let own = match value.dict() {
        Some(attributes) => attributes.get_item_opt(attribute(vm), vm).ok()?,
        None => None,
    };
    own.or_else(|| value.class().get_attr(attribute(vm)))
}

/// Whether the `_as_parameter_` of such objects is found without Python code, and nothing else in them can
/// be an argument.
#[inline]
fn is_plain(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    /// What is known of some classes: the version tag, and whether they are so in the last bit. Zero is
    /// nothing.
    static KNOWN: [AtomicU64; 64] = [const { AtomicU64::new(0) }; 64];
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    let noted = KNOWN[tag as usize % KNOWN.len()].load(Ordering::Relaxed);
    if noted >> 1 == u64::from(tag) && tag != 0 {
        return noted & 1 == 1;
    }
    // A look-up gives the class a tag. Those that count come after: who changes the class takes the tag
    // away first.
    let _ = class.get_attr(attribute(vm));
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    let is_plain = find_out(class, vm);
    let noted = u64::from(tag) << 1 | u64::from(is_plain);
    KNOWN[tag as usize % KNOWN.len()].store(noted, Ordering::Relaxed);
    is_plain
}

#[cold]
fn find_out(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    let object = vm.ctx.types.object_type;
    let getattro = |class: &Py<PyType>| class.slots.getattro.load().map(|slot| slot as usize);
    let number = &class.slots.as_number;
    let is_made_by_python = |class: &Py<PyType>| class.is(object) || class.heaptype_ext.is_some();
    // Values of builtin classes and C values are arguments by themselves; numbers convert.
    class.mro.read().iter().all(|class| is_made_by_python(class))
        && number.index.load().is_none()
        && number.float.load().is_none()
        && getattro(class) == getattro(object)
        // `isinstance` asks for it.
        && is_same(class, object, name!(vm, "__class__"))
        && class.get_attr(attribute(vm)).is_none_or(|found| {
            let slots = &found.class().slots;
            slots.descr_get.load().is_none() && slots.descr_set.load().is_none()
        })
}

/// Whether both classes have the same under this name.
fn is_same(class: &Py<PyType>, other: &Py<PyType>, name: &'static PyStrInterned) -> bool {
    match (class.get_attr(name), other.get_attr(name)) {
        (Some(found), Some(expected)) => found.is(&expected),
        _ => false,
    }
}
