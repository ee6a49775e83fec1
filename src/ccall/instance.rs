//! `isinstance` against a ctypes class, which most arguments that are no C values fail.
//!
//! Python's own check asks the metaclass's `__instancecheck__`, and then the object's `__class__`. Where
//! neither can be Python's, the bases of the object's class say it all.

use crate::cdata::CData;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyStrInterned, PyType},
    class::StaticType,
    types::PyTypeFlags,
};
use std::sync::OnceLock;

/// Whether `value` is an instance of the ctypes class `class`, as `isinstance` has it.
///
/// # Errors
/// What an `__instancecheck__` or a `__class__` of Python code raises.
#[inline]
pub fn is_instance(value: &PyObject, class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<bool> {
    if value.class().is(class) {
        return Ok(true);
    }
    is_derived(value, class, vm)
}

fn is_derived(value: &PyObject, class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<bool> {
    // Python code cannot add anything to a metaclass of ours, only derive from it.
    let metaclass = class.class();
    if metaclass
        .slots
        .flags
        .has_feature(PyTypeFlags::IMMUTABLETYPE)
    {
        if value.class().fast_issubclass(class) {
            return Ok(true);
        }
        if says_its_class(value, vm) {
            return Ok(false);
        }
    }
    value.is_instance(class.as_object(), vm)
}

/// Whether the class of a class is one of ours: Python code cannot add anything to it, only derive from it.
#[inline]
pub fn has_our_metaclass(class: &Py<PyType>) -> bool {
    let flags = &class.class().slots.flags;
    flags.has_feature(PyTypeFlags::IMMUTABLETYPE)
}

/// Whether the `__class__` of `value` is what `object` says it is.
fn says_its_class(value: &PyObject, vm: &VirtualMachine) -> bool {
    /// The name, and what `object` has under it, which nobody can change.
    static CLASS: OnceLock<(&PyStrInterned, Option<PyObjectRef>)> = OnceLock::new();
    let object = vm.ctx.types.object_type;
    let (name, ours) = CLASS.get_or_init(|| {
        let name = vm.ctx.intern_str("__class__");
        (name, object.get_attr(name))
    });
    let class = value.class();
    let getattro = |class: &Py<PyType>| class.slots.getattro.load().map(|slot| slot as usize);
    // Ours does what `object`'s does.
    let is_plain = [object, CData::static_type()]
        .into_iter()
        .any(|plain| getattro(class) == getattro(plain));
    is_plain
        && match (class.get_attr(name), ours) {
            (Some(found), Some(ours)) => found.is(ours),
            _ => false,
        }
}
