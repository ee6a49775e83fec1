//! Functions of a library: `lib[name]` and `lib.name`.
//!
//! The package has `CDLL.__getitem__` and `CDLL.__getattr__` for that, Python methods that the VM calls through
//! slots of the class. This module puts its own functions into those slots. The VM restores its own as soon as
//! a program changes such a method, in the class or in a subclass.

use super::{PackageFunction, Row, row};
use crate::{
    audit,
    classes::function::constructor,
    clib::{Handle, SymbolName},
    names::name,
    without::without,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyInt, PyStr, PyType},
    protocol::PyMapping,
};
use std::{
    cell::Cell,
    ptr,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

type GetAttribute = fn(&PyObject, &Py<PyStr>, &VirtualMachine) -> PyResult;

/// The VM's own function that reads an attribute of an object whose class has a `__getattr__`.
static GET_ATTRIBUTE: OnceLock<GetAttribute> = OnceLock::new();

/// Handles `CDLL.__getitem__` for an ordinary library and the name of a symbol that it has.
pub fn item(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let [library, name] = args else { return None };
    symbol(library, name, vm)
}

fn symbol(library: &PyObject, name: &PyObject, vm: &VirtualMachine) -> Option<PyResult> {
    let text = name.downcast_ref_if_exact::<PyStr>(vm)?;
    if !is_ordinary(library.class(), vm) {
        return None;
    }
    let attributes = library.dict()?;
    let own = |name| attributes.get_item_opt(name, vm).ok()?;
    let class = own(name!(vm, "_FuncPtr"))?;
    let handle = own(name!(vm, "_handle"))?;
    handle.downcast_ref_if_exact::<PyInt>(vm)?;
    let handle = Handle::of(&handle, "library", vm).ok()?;
    let symbol = SymbolName::new(text, vm).ok()?;
    let address = handle.find(&symbol, vm)?;
    let function = constructor::of_symbol(class.downcast_ref::<PyType>()?, library, address, vm)?;
    Some(function.and_then(|function| {
        function.set_attr(name!(vm, "__name__"), name.to_owned(), vm)?;
        Ok(function)
    }))
}

/// Returns whether `_FuncPtr` and `_handle` of objects of a class come from their dict: no Python code handles
/// attributes.
fn is_ordinary(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    /// Version tags of such classes; zero for none.
    static ORDINARY: [AtomicU32; 8] = [const { AtomicU32::new(0) }; 8];
    let noted = |tag: u32| &ORDINARY[tag as usize % ORDINARY.len()];
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    if tag != 0 && noted(tag).load(Ordering::Relaxed) == tag {
        return true;
    }
    let get = name!(vm, "__getattribute__");
    // A look-up gives the class a tag. The look-ups that count come after reading it, because whoever changes
    // the class removes the tag first.
    let _ = class.get_attr(get);
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    let of_object = vm.ctx.types.object_type.get_attr(get);
    let is_objects = match (class.get_attr(get), of_object) {
        (Some(found), Some(of_object)) => found.is(&of_object),
        _ => false,
    };
    let is_ordinary = is_objects
        && [name!(vm, "_FuncPtr"), name!(vm, "_handle")]
            .into_iter()
            .filter_map(|name| class.get_attr(name))
            .all(|found| is_no_data_descriptor(&found));
    if is_ordinary {
        noted(tag).store(tag, Ordering::Relaxed);
    }
    is_ordinary
}

/// Returns whether a class's attribute lets its objects have another of that name, now and later: Python code
/// can change the classes that it has made.
fn is_no_data_descriptor(found: &PyObject) -> bool {
    let class = found.class();
    class.slots.descr_set.load().is_none() && class.heaptype_ext.is_none()
}

/// Returns `lib[name]`.
fn subscript(library: PyMapping<'_>, name: &PyObject, vm: &VirtualMachine) -> PyResult {
    let library = library.obj;
    if !audit::is_watched()
        && let Some(function) = symbol(library, name, vm)
    {
        return function;
    }
    vm.call_special_method(library, name!(vm, "__getitem__"), (name.to_owned(),))
}

/// Returns `lib.name`.
fn getattro(library: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
    match (own_attribute(library, name, vm), GET_ATTRIBUTE.get()) {
        (Some(found), _) => Ok(found),
        (None, Some(get)) => get(library, name, vm),
        (None, None) => library.generic_getattr(name, vm),
    }
}

/// Returns an object's own attribute of this name, if its class leaves it to the object: a function that has
/// been looked up before, the handle.
fn own_attribute(object: &PyObject, name: &Py<PyStr>, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let tag = object.class().tp_version_tag.load(Ordering::Acquire);
    let known = LEFT.try_with(|left| left[place(tag, name)].get());
    let is_known = known.is_ok_and(|known| known == (tag, ptr::from_ref(name))) && tag != 0;
    if !is_known && !is_left(object.class(), name, vm) {
        return None;
    }
    object.dict()?.get_item_opt(name, vm).ok()?
}

thread_local! {
    /// Attributes that classes leave to their objects, recently looked up by this thread: the version tag of
    /// the class, and the interned name.
    static LEFT: [Cell<(u32, *const Py<PyStr>)>; 64] = const {
        [const { Cell::new((0, ptr::null())) }; 64]
    };
}

fn place(tag: u32, name: &Py<PyStr>) -> usize {
    let address = ptr::from_ref(name).addr();
    (address >> 4 ^ address >> 10 ^ tag as usize) % 64
}

/// Returns whether a class leaves an attribute to its objects.
#[cold]
fn is_left(class: &Py<PyType>, name: &Py<PyStr>, vm: &VirtualMachine) -> bool {
    let Some(interned) = vm.ctx.interned_str(name) else {
        return false;
    };
    // A look-up gives the class a tag. The look-up that counts comes after reading it.
    let _ = class.get_attr(interned);
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    let found = class.get_attr(interned);
    let is_left = found.is_none_or(|found| is_no_data_descriptor(&found));
    if is_left && interned.is(name) {
        let _ = LEFT.try_with(|left| left[place(tag, name)].set((tag, ptr::from_ref(name))));
    }
    is_left
}

/// Puts the functions into the slots of the package's classes of libraries.
pub fn install(package: &Py<PyDict>, vm: &VirtualMachine) -> PyResult<()> {
    let Some(base) = package.get_item_opt("CDLL", vm)? else {
        return Ok(());
    };
    let Some(base) = base.downcast_ref::<PyType>() else {
        return Ok(());
    };
    let name = name!(vm, "__getitem__");
    let Some(own) = base.get_direct_attr(name) else {
        return Ok(());
    };
    static ITEM: Row = row("__getitem__", item);
    let Some(function) = PackageFunction::in_place_of(own, &ITEM, vm) else {
        return Ok(());
    };
    base.as_object().set_attr(name, function.clone(), vm)?;
    if without().vectorcall {
        return Ok(());
    }
    for class in ["CDLL", "PyDLL", "WinDLL", "OleDLL"] {
        let Some(class) = package.get_item_opt(class, vm)? else {
            continue;
        };
        let Some(class) = class.downcast_ref::<PyType>() else {
            continue;
        };
        if !class
            .get_attr(name)
            .is_some_and(|found| found.is(&function))
        {
            continue;
        }
        class.slots.as_mapping.subscript.store(Some(subscript));
        if let Some(own) = class.slots.getattro.load() {
            let _ = GET_ATTRIBUTE.set(own);
            class.slots.getattro.store(Some(getattro));
        }
    }
    Ok(())
}
