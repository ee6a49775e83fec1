//! importlib's module specs, read without running Python code.

use rustpython_vm::{
    AsObject, Py, PyObject, VirtualMachine,
    builtins::{PyDictRef, PyStr, PyStrInterned, PyType},
};
use std::sync::atomic::Ordering;

/// importlib's class of module specs, in the state in which it was made.
///
/// The VM gives every state of every class a version tag of its own. The tag distinguishes the class's specs
/// from all other objects, and the class's original state from what Python code may make of it.
#[derive(Debug)]
pub struct ModuleSpec {
    tag: u32,
    initializing: &'static PyStrInterned,
    name: &'static PyStrInterned,
    locations: &'static PyStrInterned,
}

impl ModuleSpec {
    /// Returns what is needed of the class, or `None` if it is not the class that this crate was written for.
    pub fn of(class: &Py<PyType>, vm: &VirtualMachine) -> Option<Self> {
        let name = |name: &'static str| vm.ctx.intern_str(name);
        let inherits = |name: &'static PyStrInterned| {
            let object = vm.ctx.types.object_type.get_attr(name);
            object.is_some_and(|object| class.get_attr(name).is_some_and(|own| own.is(&object)))
        };
        // These lie in the instance, and nothing in the class overrides them.
        let variables = [
            name("_initializing"),
            name("name"),
            name("submodule_search_locations"),
        ];
        let is_known = variables
            .iter()
            .all(|variable| class.get_attr(variable).is_none())
            && inherits(name("__getattribute__"));
        let [initializing, name, locations] = variables;
        // The look-ups have given the class a tag. Zero is no tag.
        let tag = class.tp_version_tag.load(Ordering::Acquire);
        (is_known && tag != 0).then_some(Self {
            tag,
            initializing,
            name,
            locations,
        })
    }

    /// Returns the variables of a spec of this class.
    fn variables(&self, spec: &PyObject) -> Option<PyDictRef> {
        let tag = spec.class().tp_version_tag.load(Ordering::Acquire);
        (tag == self.tag).then(|| spec.dict()).flatten()
    }

    /// Returns whether importlib has certainly initialised the module that has this spec.
    pub fn is_initialised(&self, spec: &PyObject, vm: &VirtualMachine) -> bool {
        let is_false = |value: &PyObject| value.is(&vm.ctx.false_value);
        vm.is_none(spec)
            || self.variables(spec).is_some_and(|variables| {
                let initializing = variables.get_item_opt(self.initializing, vm);
                initializing.is_ok_and(|value| value.as_deref().is_none_or(is_false))
            })
    }

    /// Returns whether the spec's `parent` is certainly this package.
    pub fn is_of_package(&self, spec: &PyObject, package: &str, vm: &VirtualMachine) -> bool {
        let is_parent = || {
            let variables = self.variables(spec)?;
            let name = variables.get_item_opt(self.name, vm).ok()??;
            let name = name.downcast_ref_if_exact::<PyStr>(vm)?.to_str()?;
            let locations = variables.get_item_opt(self.locations, vm).ok()??;
            let parent = if vm.is_none(&locations) {
                name.rsplit_once('.').map_or("", |(parent, _)| parent)
            } else {
                name
            };
            Some(parent == package)
        };
        is_parent().unwrap_or(false)
    }
}
