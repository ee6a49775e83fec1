//! Reading attributes of the ctypes classes themselves: their fields' descriptors, and methods such as
//! `from_address`.
//!
//! The metaclasses have a function of their own in the slot for that. It does what `type`'s does, but each
//! thread remembers what it has found: descriptors, and methods already bound to their class. A class's
//! description keeps the bound methods, and as long as nobody else holds one, the next look-up reuses it.

use super::{field::CField, metatype, remembered::Remembered, type_methods};
use crate::{ctype::CType, new_class::show_descriptors, without::without};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyStr, PyStrInterned, PyType, descriptor::PyMethodDescriptor},
    function::PyMethodDef,
};
use std::sync::atomic::Ordering;

/// An attribute of a class whose metaclass is this module's.
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
    static RECENTLY: Remembered<Found, 128> = const { Remembered::new() };
}

/// Makes the function here read the attributes of the classes of these metaclasses.
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
        match RECENTLY
            .try_with(|recently| recently.get(class, name))
            .ok()
            .flatten()
        {
            // SAFETY: the tag shows that the class is as it was when this was looked up, so its description or
            // that of a base still holds what was found, and the caller holds the class.
            Some(Found::Field(field)) => return Ok(unsafe { &*field }.to_owned().into()),
            Some(Found::Method { bound, definition }) => {
                // SAFETY: the method is held in the same way.
                let bound = unsafe { &*bound };
                if bound.strong_count() == 1 {
                    return Ok(bound.to_owned());
                }
                return Ok(bind(definition, class, vm));
            }
            Some(Found::Other) => {}
            None => {
                if let Some(found) = look_up(class, name, vm) {
                    return Ok(found);
                }
            }
        }
    }
    if name.as_bytes() == b"__dict__"
        && let Some(class) = zelf.downcast_ref::<PyType>()
    {
        show_descriptors(class, vm)?;
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

/// Looks an attribute up as `type` does, and remembers what it is. Returns `None` to leave it to `type`.
#[inline(never)]
fn look_up(class: &Py<PyType>, name: &Py<PyStr>, vm: &VirtualMachine) -> Option<PyObjectRef> {
    // Names that the VM has not interned cannot be identified by their addresses.
    let name = vm.ctx.interned_str(name)?;
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    let of_metaclass = class.as_object().class().get_attr(name);
    let takes_precedence = |found: &PyObjectRef| found.class().slots.descr_set.load().is_some();
    let looked_up = match of_metaclass {
        Some(found) if takes_precedence(&found) => None,
        of_metaclass => of_class(class, name, of_metaclass, vm),
    };
    let found = looked_up.as_ref().map_or(Found::Other, |(found, _)| *found);
    // The look-up gives the class a tag, if it had none; what was found belongs to that tag or to an older one.
    if tag != 0 && tag == class.tp_version_tag.load(Ordering::Acquire) {
        let _ = RECENTLY.try_with(|recently| recently.set(tag, name, found));
    }
    looked_up.map(|(_, object)| object)
}

/// Returns what the class, or else the metaclass, has under the name, if it is a kind of attribute that is
/// remembered.
fn of_class(
    class: &Py<PyType>,
    name: &'static PyStrInterned,
    of_metaclass: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> Option<(Found, PyObjectRef)> {
    let method = |definition: &'static PyMethodDef| {
        let ctype = CType::of_class(class, vm)?;
        let object = ctype.hold_method(definition.name, bind(definition, class, vm));
        let bound: *const PyObject = &raw const *object;
        Some((Found::Method { bound, definition }, object))
    };
    let Some(found) = class.get_attr(name) else {
        let found = of_metaclass?;
        let descriptor = found.downcast_ref_if_exact::<PyMethodDescriptor>(vm)?;
        let is_ours = type_methods::is_ours(descriptor.method);
        return is_ours.then(|| method(descriptor.method)).flatten();
    };
    if found.is(&metatype::from_param_class_method(vm)) {
        return type_methods::from_param().and_then(method);
    }
    let field = found.downcast_ref::<CField>()?;
    let address: *const Py<CField> = field;
    let is_in = CType::of_class(class, vm).is_some_and(|ctype| field.is_in(ctype));
    (CField::is_held(field) && is_in).then_some((Found::Field(address), found))
}
