//! Reading attributes of the ctypes classes themselves: their fields' descriptors, `from_address` and kin.
//!
//! The metaclasses have a function of their own in the slot for that. It does what `type`'s does, but each
//! thread remembers what it has found: descriptors, and methods that are bound to their class already. A
//! class's description keeps those, and as long as nobody else holds one, it serves the next look-up too.

use super::{
    field::CField,
    metatype,
    recent::{RECENT, Recent, Recently},
    type_methods,
};
use crate::without::without;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyStr, PyStrInterned, PyType, descriptor::PyMethodDescriptor},
    function::PyMethodDef,
};
use std::{cell::Cell, sync::atomic::Ordering};

/// An attribute of a class whose metaclass is one of ours.
#[derive(Clone, Copy)]
enum Found {
    /// A field's descriptor.
    Field(*const Py<CField>),
    /// A method, bound to the class.
    Method {
        bound: *const PyObject,
        definition: &'static PyMethodDef,
    },
    /// Something else, which `type` looks up.
    Other,
}

thread_local! {
    static RECENTLY: Recently<Found> = const {
        [const { Cell::new(Recent::nothing(Found::Other)) }; RECENT]
    };
}

/// Has the classes of these metaclasses looked at by the function here.
pub fn install(metaclasses: &[&'static Py<PyType>]) {
    if !without().attributes {
        for metaclass in metaclasses {
            metaclass.slots.getattro.store(Some(getattro));
        }
    }
}

fn getattro(zelf: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    // A metaclass of Python code can have attributes of its own, and change.
    if let Some(class) = zelf.downcast_ref::<PyType>()
        && zelf.class().heaptype_ext.is_none()
    {
        let known = RECENTLY.try_with(|recently| Recent::find(recently, class, name));
        match known {
            // SAFETY: the class is as it was when this was looked up, so its description holds the
            // descriptor, and the caller holds the class.
            Ok(Some(Found::Field(field))) => return Ok(unsafe { &*field }.to_owned().into()),
            Ok(Some(Found::Method { bound, definition })) => {
                // SAFETY: the same goes for the method.
                let bound = unsafe { &*bound };
                if bound.strong_count() == 1 {
                    return Ok(bound.to_owned());
                }
                return Ok(bind(definition, class, vm));
            }
            Ok(Some(Found::Other)) => {}
            _ => {
                if let Some(found) = look_up(class, name, vm) {
                    return Ok(found);
                }
            }
        }
    }
    match vm.ctx.types.type_type.slots.getattro.load() {
        Some(plain) => plain(zelf, name, vm),
        None => Err(vm.new_system_error("type has no attributes")),
    }
}

fn bind(definition: &'static PyMethodDef, class: &Py<PyType>, vm: &VirtualMachine) -> PyObjectRef {
    definition
        .build_bound_function(&vm.ctx, class.to_owned().into())
        .into()
}

/// Looks an attribute up as `type` does, if it is one that is remembered.
#[inline(never)]
fn look_up(class: &Py<PyType>, name: &Py<PyStr>, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let name = vm.ctx.interned_str(name)?;
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    let of_metaclass = class.as_object().class().get_attr(name);
    let takes_precedence = |found: &PyObjectRef| found.class().slots.descr_set.load().is_some();
    let found = if of_metaclass.as_ref().is_some_and(takes_precedence) {
        None
    } else {
        of_class(class, name, of_metaclass, vm)
    };
    let (what, object) = match &found {
        Some((what, object)) => (*what, object.as_object()),
        None => (Found::Other, vm.ctx.types.none_type.as_object()),
    };
    let _ = RECENTLY.try_with(|recently| {
        Recent::remember(recently, (class, tag), name, (what, object), vm);
    });
    found.map(|(_, object)| object)
}

fn of_class(
    class: &Py<PyType>,
    name: &'static PyStrInterned,
    of_metaclass: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> Option<(Found, PyObjectRef)> {
    let method = |definition: &'static PyMethodDef| {
        let object = bind(definition, class, vm);
        let bound: *const PyObject = &raw const *object;
        (Found::Method { bound, definition }, object)
    };
    let Some(found) = class.get_attr(name) else {
        let found = of_metaclass?;
        let descriptor = found.downcast_ref_if_exact::<PyMethodDescriptor>(vm)?;
        return type_methods::is_ours(descriptor.method).then(|| method(descriptor.method));
    };
    if found.is(&metatype::from_param_class_method(vm)) {
        return type_methods::from_param().map(method);
    }
    let field: *const Py<CField> = found.downcast_ref::<CField>()?;
    Some((Found::Field(field), found))
}
