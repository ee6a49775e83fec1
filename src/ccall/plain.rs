//! Objects of Python classes as arguments: numbers, and objects that pass their `_as_parameter_` instead.
//!
//! The attribute can be anything, a property for example. In most classes it lies in the object's dict, or the
//! class has a plain value for it, and finding it runs no Python code. What a class is like is remembered with
//! its version tag.

use crate::names::name;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyStrInterned, PyType},
};
use std::sync::atomic::{AtomicU64, Ordering};

fn attribute(vm: &VirtualMachine) -> &'static PyStrInterned {
    name!(vm, "_as_parameter_")
}

/// Returns the `_as_parameter_` of an object, if it has one.
///
/// # Errors
/// Any exception that the look-up raises, other than `AttributeError`.
pub fn as_parameter(value: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    if let Some(found) = plain_parameter(value, vm) {
        return Ok(Some(found));
    }
    vm.get_attribute_opt(value, attribute(vm))
}

/// Returns the `_as_parameter_` of an object that can only be an argument by that: no ctype takes or converts
/// it otherwise, except for those that take every object. Runs no Python code.
#[must_use]
pub fn plain_parameter(value: &PyObject, vm: &VirtualMachine) -> Option<PyObjectRef> {
    if kind(value.class(), vm) != Kind::Plain {
        return None;
    }
    let own = match value.dict() {
        Some(attributes) => attributes.get_item_opt(attribute(vm), vm).ok()?,
        None => None,
    };
    own.or_else(|| value.class().get_attr(attribute(vm)))
}

/// Returns an object as an `int`, if Python code has derived its class from `int`: no ctype takes it for an
/// instance.
#[must_use]
pub fn derived_int<'a>(value: &'a PyObject, vm: &VirtualMachine) -> Option<&'a Py<PyInt>> {
    let int = value.downcast_ref::<PyInt>()?;
    (kind(value.class(), vm) == Kind::Int).then_some(int)
}

/// What objects of a class are as arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Other,
    /// An `int`.
    Int,
    /// Only their `_as_parameter_`, which is found without Python code.
    Plain,
}

#[inline]
fn kind(class: &Py<PyType>, vm: &VirtualMachine) -> Kind {
    const KINDS: [Kind; 4] = [Kind::Other, Kind::Int, Kind::Plain, Kind::Other];
    /// What is known of some classes: the version tag, and the kind in the last two bits. Zero is an empty
    /// entry.
    static KNOWN: [AtomicU64; 64] = [const { AtomicU64::new(0) }; 64];
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    let known = KNOWN[tag as usize % KNOWN.len()].load(Ordering::Relaxed);
    if known >> 2 == u64::from(tag) && tag != 0 {
        return KINDS[known as usize % KINDS.len()];
    }
    // A look-up gives the class a tag. The look-ups that count come after reading it, because whoever changes
    // the class removes the tag first.
    let _ = class.get_attr(attribute(vm));
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    let kind = find_out(class, vm);
    let known = u64::from(tag) << 2 | kind as u64;
    KNOWN[tag as usize % KNOWN.len()].store(known, Ordering::Relaxed);
    kind
}

#[cold]
fn find_out(class: &Py<PyType>, vm: &VirtualMachine) -> Kind {
    let (object, int) = (vm.ctx.types.object_type, vm.ctx.types.int_type);
    // Values of other builtin classes, and C values, are arguments by themselves.
    let is_base =
        |base: &Py<PyType>| base.is(object) || base.is(int) || base.heaptype_ext.is_some();
    let are_bases = class.mro.read().iter().all(|base| is_base(base));
    // `isinstance` reads `__class__`.
    if !are_bases || !has_same(class, object, name!(vm, "__class__")) {
        Kind::Other
    } else if class.fast_issubclass(int) {
        if is_looked_up_plainly(class, vm) {
            Kind::Int
        } else {
            Kind::Other
        }
    } else if is_plain(class, vm) {
        Kind::Plain
    } else {
        Kind::Other
    }
}

/// Returns whether no Python code decides how attributes of a class's instances are found.
fn is_looked_up_plainly(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    let getattro = |class: &Py<PyType>| class.slots.getattro.load().map(|slot| slot as usize);
    getattro(class) == getattro(vm.ctx.types.object_type)
}

fn is_plain(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    let number = &class.slots.as_number;
    // A number converts by itself.
    number.index.load().is_none()
        && number.float.load().is_none()
        && is_looked_up_plainly(class, vm)
        && class.get_attr(attribute(vm)).is_none_or(|found| {
            // Python code can turn objects of the classes that it has made into descriptors.
            let class = found.class();
            class.slots.descr_get.load().is_none() && class.heaptype_ext.is_none()
        })
}

/// Returns whether both classes have the same object under this name.
fn has_same(class: &Py<PyType>, other: &Py<PyType>, name: &'static PyStrInterned) -> bool {
    match (class.get_attr(name), other.get_attr(name)) {
        (Some(found), Some(expected)) => found.is(&expected),
        _ => false,
    }
}
