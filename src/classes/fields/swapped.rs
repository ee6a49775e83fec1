//! The package's structures and unions of the other byte order, without its Python code.
//!
//! Their metaclasses derive from `ctypes._endian._swapped_meta`, whose `__setattr__` is Python code: it
//! replaces the types in `_fields_`, and passes on every other attribute. As long as the package's code is
//! unchanged, the types in ordinary definitions are replaced here, and the fields' descriptors put into the
//! namespace at once.

use crate::{
    classes::slots::shares_slot,
    ctype::{CType, Kind},
    names::name,
};
use rustpython_common::lock::PyRwLock;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, VirtualMachine,
    builtins::{PyDict, PyFunction, PyList, PyTuple, PyType},
};
use std::sync::atomic::Ordering;

/// A metaclass as the package has made it.
struct Metaclass {
    /// Its version tag, which no other state of any class ever has.
    tag: u32,
    /// The addresses of the objects that its `__setattr__` consists of.
    code: [usize; 3],
}

static METACLASSES: PyRwLock<Vec<Metaclass>> = PyRwLock::new(Vec::new());

/// Remembers a metaclass of the package that has just been made. Attributes of its classes are found in the way
/// of its base's classes: the VM has given it the function of `type`.
pub fn remember(metaclass: &Py<PyType>, vm: &VirtualMachine) {
    if let Some(base) = metaclass.base.deref()
        && shares_slot!(metaclass, vm.ctx.types.type_type, getattro)
    {
        let base = base
            .iter_base_chain()
            .find(|base| base.heaptype_ext.is_none());
        let ours = base.and_then(|base| base.slots.getattro.load());
        metaclass.slots.getattro.store(ours);
    }
    if let Some(code) = code_of(metaclass, vm) {
        let tag = metaclass.tp_version_tag.load(Ordering::Acquire);
        METACLASSES.write().push(Metaclass { tag, code });
    }
}

/// Returns whether a metaclass is still as the package has made it.
pub fn is_the_packages(metaclass: &Py<PyType>, vm: &VirtualMachine) -> bool {
    let tag = metaclass.tp_version_tag.load(Ordering::Acquire);
    let code = {
        let known = METACLASSES.read();
        let known = known.iter().find(|known| known.tag == tag && tag != 0);
        known.map(|known| known.code)
    };
    code.is_some_and(|code| code_of(metaclass, vm) == Some(code))
}

/// Returns the addresses of the code of `__setattr__`, of the function that it calls, and of that function's
/// code.
fn code_of(metaclass: &Py<PyType>, vm: &VirtualMachine) -> Option<[usize; 3]> {
    let address = |object: &PyObject| object.get_id();
    let code = |function: &PyObject| {
        let is_python = function.downcast_ref::<PyFunction>().is_some();
        let code = is_python.then(|| function.get_attr(name!(vm, "__code__"), vm));
        Some(address(&*code?.ok()?))
    };
    let function = metaclass.get_attr(name!(vm, "__setattr__"))?;
    let own = code(&function)?;
    let globals = function.get_attr(name!(vm, "__globals__"), vm).ok()?;
    let globals = globals.downcast_ref::<PyDict>()?;
    let other = globals
        .get_item_opt(name!(vm, "_other_endian"), vm)
        .ok()??;
    Some([own, address(&other), code(&other)?])
}

/// Returns `_fields_` with the types of the other byte order, or `None` if that takes Python code or anything
/// is wrong.
pub fn swapped(fields: &PyObject, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let entries = if let Some(list) = fields.downcast_ref_if_exact::<PyList>(vm) {
        list.borrow_vec().to_vec()
    } else {
        fields
            .downcast_ref_if_exact::<PyTuple>(vm)?
            .as_slice()
            .to_vec()
    };
    let swap = |entry: PyObjectRef| {
        let [name, ctype, rest @ ..] = entry.downcast_ref_if_exact::<PyTuple>(vm)?.as_slice()
        else {
            return None;
        };
        let mut swapped = vec![name.clone(), other_order(ctype, vm)?];
        swapped.extend_from_slice(rest);
        Some(vm.ctx.new_tuple(swapped).into())
    };
    let entries: Option<Vec<PyObjectRef>> = entries.into_iter().map(swap).collect();
    Some(vm.ctx.new_list(entries?).into())
}

/// Returns a simple type's counterpart of the other byte order, or an aggregate itself.
fn other_order(object: &PyObject, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let class = object.downcast_ref::<PyType>()?;
    let ctype = CType::of_class(class, vm)?;
    let metaclass = object.class();
    if metaclass.heaptype_ext.is_some() && !is_the_packages(metaclass, vm) {
        return None;
    }
    let other = if cfg!(target_endian = "little") {
        name!(vm, "__ctype_be__")
    } else {
        name!(vm, "__ctype_le__")
    };
    match (&ctype.kind, class.get_attr(other)) {
        (Kind::Simple(_), Some(found)) if CType::of(&found, vm).is_some() => Some(found),
        (Kind::Structure | Kind::Union, None) => Some(object.to_owned()),
        _ => None,
    }
}
