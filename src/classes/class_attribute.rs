//! Looking up what a class says about itself, in the class and its bases.

use super::{metatype::CTypeType, slots::shares_slot};
use crate::new_class::has_plain_mro;
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyStrInterned, PyType},
    class::StaticType,
};

/// Returns what a class's metaclass finds under `name` in the class itself or its bases.
///
/// # Errors
/// Any exception that the look-up raises, other than `AttributeError`.
pub fn find(
    class: &Py<PyType>,
    name: &'static str,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let attributes = Attributes::of(class, vm);
    match attributes.and_then(|attributes| attributes.get(vm.ctx.intern_str(name))) {
        Some(found) => Ok(found),
        None => vm.get_attribute_opt(class.as_object(), name),
    }
}

/// The attributes of a class, looked up without running Python code, and without giving the class a version tag
/// if it has none yet: a class in which nothing has been looked up is cheaper to change.
pub struct Attributes<'a> {
    class: &'a Py<PyType>,
    metaclass: &'a Py<PyType>,
    /// The one class that it inherits from, if no other needs to be searched.
    base: Option<&'a Py<PyType>>,
    vm: &'a VirtualMachine,
}

impl<'a> Attributes<'a> {
    /// Returns `None` if looking up an attribute can run Python code.
    #[must_use]
    pub fn of(class: &'a Py<PyType>, vm: &'a VirtualMachine) -> Option<Self> {
        let metaclass = class.as_object().class();
        let is_plain = shares_slot!(metaclass, vm.ctx.types.type_type, getattro)
            || shares_slot!(metaclass, CTypeType::static_type(), getattro);
        if !is_plain {
            return None;
        }
        let one_base = class.bases.read().as_slice().len() == 1;
        Some(Self {
            class,
            metaclass,
            base: class
                .base
                .deref()
                .filter(|_| one_base && has_plain_mro(metaclass, vm)),
            vm,
        })
    }

    /// Looks up an attribute. Returns `Some(None)` if there is none, and `None` if finding out can run Python
    /// code.
    #[expect(clippy::option_option, reason = "a missing attribute is an answer")]
    #[must_use]
    pub fn get(&self, name: &'static PyStrInterned) -> Option<Option<PyObjectRef>> {
        if self.metaclass.heaptype_ext.is_some() && self.metaclass.get_attr(name).is_some() {
            return None;
        }
        let found = match self.base {
            Some(base) => self
                .class
                .get_direct_attr(name)
                .or_else(|| base.get_attr(name)),
            None => self.class.get_attr(name),
        };
        match found {
            Some(found) if found.class().slots.descr_get.load().is_some() => None,
            found => Some(found),
        }
    }

    /// Looks up an attribute, as [`Self::get`] does, where Python's `None` means that there is none.
    #[expect(clippy::option_option, reason = "a missing attribute is an answer")]
    #[must_use]
    pub fn find(&self, name: &'static PyStrInterned) -> Option<Option<PyObjectRef>> {
        let found = self.get(name)?;
        Some(found.filter(|found| !self.vm.is_none(found)))
    }
}
