//! Interned names of attributes, each found once, and what classes have under them.

use rustpython_common::lock::PyMutex;
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyStr, PyStrInterned, PyType},
};

/// Returns the interned string of a literal. The VM has one pool of them for the whole process, and removes
/// none.
macro_rules! name {
    ($vm:expr, $text:literal) => {{
        use rustpython_vm::builtins::PyStrInterned;
        static NAME: std::sync::OnceLock<&'static PyStrInterned> = std::sync::OnceLock::new();
        *NAME.get_or_init(|| $vm.ctx.intern_str($text))
    }};
}
pub(crate) use name;

/// Returns `name` as the VM has interned it.
#[must_use]
pub fn interned(name: &Py<PyStr>, vm: &VirtualMachine) -> &'static PyStrInterned {
    let known = vm.ctx.interned_str(name);
    known.unwrap_or_else(|| vm.ctx.intern_str(name.as_wtf8()))
}

/// Puts an attribute into a class's namespace, and does no more: the name must not stand for a slot.
///
/// # Errors
/// None in practice: names are hashed without Python code.
pub fn set_attribute(
    class: &Py<PyType>,
    name: &'static PyStrInterned,
    value: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    changing(class, || {
        if let Some(own) = class.attributes.as_dict() {
            return own.set_item(name, value, vm);
        }
        class.attributes.set(name, value);
        Ok(())
    })
}

/// Puts an attribute into a class's namespace if the class has none of this name: of several threads, one
/// succeeds. Returns what the class then has.
pub fn set_first_attribute(
    class: &Py<PyType>,
    name: &'static PyStrInterned,
    value: PyObjectRef,
) -> PyObjectRef {
    // The VM's dicts can hold one key twice, if two threads find it missing at once. No Python code runs under
    // this lock: nothing is displaced.
    static FIRST: PyMutex<()> = PyMutex::new(());
    changing(class, || {
        let only_one = FIRST.lock();
        let first = class.get_direct_attr(name).unwrap_or_else(|| {
            class.attributes.set(name, value.clone());
            value
        });
        drop(only_one);
        first
    })
}

/// Changes the namespace of a class that other threads may have found already (`__subclasses__`), so that no
/// thread remembers what it looks up meanwhile.
fn changing<R>(class: &Py<PyType>, change: impl FnOnce() -> R) -> R {
    // Before the change, so that no thread remembers what is displaced.
    class.modified();
    let changed = change();
    // And after it, so that no thread remembers what was missing.
    class.modified();
    changed
}

/// Returns the name of a class with its module, for messages that give it in full.
#[must_use]
pub fn full_name(class: &Py<PyType>, vm: &VirtualMachine) -> String {
    if class.heaptype_ext.is_none() {
        return class.slot_name().to_string();
    }
    let text = |object: PyObjectRef| {
        Some(
            object
                .downcast_ref::<PyStr>()?
                .to_string_lossy()
                .into_owned(),
        )
    };
    let name = text(class.__qualname__(vm)).unwrap_or_else(|| class.slot_name().to_string());
    let module = class.__module__(vm).ok().and_then(text);
    match module.filter(|module| module != "builtins" && module != "__main__") {
        Some(module) => format!("{module}.{name}"),
        None => name,
    }
}

/// Returns what messages call an argument of the wrong type: `None`, or the name of its class.
#[must_use]
pub fn of_given(object: &PyObject, vm: &VirtualMachine) -> String {
    if vm.is_none(object) {
        return "None".to_owned();
    }
    object.class().slot_name().to_string()
}
