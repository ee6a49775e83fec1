//! `isinstance` against a ctypes class, which most arguments that are not C values fail.
//!
//! Python's own check calls the metaclass's `__instancecheck__`, and then reads the object's `__class__`. Where
//! neither can be Python code, the bases of the object's class decide.

use crate::names::name;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyStrInterned, PyType},
    types::PyTypeFlags,
    vm::Context,
};
use std::sync::OnceLock;

/// Returns whether `value` is an instance of the ctypes class `class`, as `isinstance` does.
///
/// # Errors
/// Any exception that an `__instancecheck__` or a `__class__` of Python code raises.
#[inline]
pub fn is_instance(value: &PyObject, class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<bool> {
    if value.class().is(class) {
        return Ok(true);
    }
    is_derived(value, class, vm)
}

fn is_derived(value: &PyObject, class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<bool> {
    // Python code cannot add anything to this module's metaclasses, only derive from them.
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

/// Returns whether the class of a class is one of this module's metaclasses: Python code cannot add anything to
/// them, only derive from them.
#[inline]
pub fn has_our_metaclass(class: &Py<PyType>) -> bool {
    let flags = &class.class().slots.flags;
    flags.has_feature(PyTypeFlags::IMMUTABLETYPE)
}

/// Returns whether a metaclass of Python code may decide what an instance of the class is.
#[must_use]
pub fn has_a_say(class: &Py<PyType>) -> bool {
    let metaclass = class.class();
    if metaclass.heaptype_ext.is_none() {
        return false;
    }
    let name = Context::genesis().intern_str("__instancecheck__");
    let bases = metaclass.mro.read();
    let mut own = bases.iter().filter(|base| base.heaptype_ext.is_some());
    own.any(|base| base.get_direct_attr(name).is_some())
}

/// Returns whether the `__class__` of `value` is read by `object`'s own attribute, not by Python code.
fn says_its_class(value: &PyObject, vm: &VirtualMachine) -> bool {
    /// A name, and what `object` has under it, which cannot be changed.
    type OfObject = (&'static PyStrInterned, Option<PyObjectRef>);
    static CLASS: OnceLock<OfObject> = OnceLock::new();
    static GETATTRIBUTE: OnceLock<OfObject> = OnceLock::new();
    let class = value.class();
    let is_objects = |known: &'static OnceLock<OfObject>, name: &'static str| {
        let (name, ours) = known.get_or_init(|| {
            let name = vm.ctx.intern_str(name);
            (name, vm.ctx.types.object_type.get_attr(name))
        });
        match (class.get_attr(name), ours) {
            (Some(found), Some(ours)) => found.is(ours),
            _ => false,
        }
    };
    let getattro = |class: &Py<PyType>| class.slots.getattro.load().map(|slot| slot as usize);
    // C values have a slot of their own, which does the same as that of `object`.
    let is_looked_up = getattro(class) == getattro(vm.ctx.types.object_type)
        || is_objects(&GETATTRIBUTE, "__getattribute__")
            && class.get_attr(name!(vm, "__getattr__")).is_none();
    is_looked_up && is_objects(&CLASS, "__class__")
}
