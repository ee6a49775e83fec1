//! Making a class object: what `type.__new__` does for an ordinary class.
//!
//! The VM's own `type.__new__` finds a class's slots by going through all the special methods of all its bases,
//! which is most of the time of making a class. A class with one base has its base's slots, except for its own
//! special methods; so they are copied here. What is not so simple is left to `type.__new__`: several bases,
//! `__slots__`, `__new__`, `__init_subclass__`, `__set_name__`, a metaclass with an `mro` of its own.

mod object;
mod program;
mod vm_new;

use crate::{
    names::{interned, name, set_attribute},
    without::without,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyStr, PyStrInterned, PyStrRef, PyTuple, PyType, PyTypeRef, PyUtf8StrRef},
    function::PySetterValue,
    types::{PyTypeFlags, SLOT_DEFS, SetAttr},
};

pub(crate) use object::{hide, install, show_descriptors};
pub use program::init_hook;

/// An ordinary class that is to be made.
#[derive(Debug)]
pub(crate) struct NewClass {
    pub(crate) metaclass: PyTypeRef,
    /// Its only base.
    pub(crate) base: PyTypeRef,
    pub(crate) bases: PyRef<PyTuple<PyTypeRef>>,
    pub(crate) name: PyUtf8StrRef,
    pub(crate) qualname: PyStrRef,
    /// The namespace, without what `type.__new__` takes out of it.
    pub(crate) entries: Vec<(&'static PyStrInterned, PyObjectRef)>,
    /// The cell in which methods that say `super()` find the class.
    pub(crate) class_cell: Option<PyObjectRef>,
    /// The cell in which annotations find the namespace.
    pub(crate) namespace_cell: Option<PyObjectRef>,
    /// Whether its metaclass calls [`show_descriptors`] before anybody looks at its namespace.
    pub(crate) shares_descriptors: bool,
}

impl NewClass {
    /// Returns the class that `type` is asked for, if it is ordinary, without running Python code. `bases_of`
    /// may know the tuple of a base.
    ///
    /// # Errors
    /// None in practice: what is read has been checked.
    pub(crate) fn read(
        metaclass: &Py<PyType>,
        arguments: &[PyObjectRef],
        bases_of: impl Fn(&Py<PyType>) -> Option<PyRef<PyTuple<PyTypeRef>>>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<Self>> {
        let [name, bases, namespace] = arguments else {
            return Ok(None);
        };
        let (Some(name), Some(bases), Some(namespace)) = (
            name.downcast_ref_if_exact::<PyStr>(vm),
            bases.downcast_ref_if_exact::<PyTuple>(vm),
            namespace.downcast_ref_if_exact::<PyDict>(vm),
        ) else {
            return Ok(None);
        };
        let base = match bases.as_slice() {
            [] => vm.ctx.types.object_type,
            [base] => match base.downcast_ref::<PyType>() {
                Some(base) => base,
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let is_name = name.to_str().is_some_and(|name| !name.contains('\0'));
        if without().types
            || !is_name
            || !has_plain_mro(metaclass, vm)
            || !is_ordinary_base(base, metaclass, vm)
        {
            return Ok(None);
        }
        let (mut qualname, mut class_cell, mut namespace_cell) = (None, None, None);
        let mut entries = Vec::with_capacity(namespace.__len__() + 2);
        for (key, value) in namespace {
            let Some(key) = key.downcast_ref_if_exact::<PyStr>(vm) else {
                return Ok(None);
            };
            if !is_ordinary_entry(key, &value, vm) {
                return Ok(None);
            }
            match key.as_bytes() {
                b"__qualname__" => qualname = value.downcast::<PyStr>().ok(),
                b"__classcell__" => class_cell = Some(value),
                b"__classdictcell__" => namespace_cell = Some(value),
                _ => entries.push((interned(key, vm), value)),
            }
        }
        let name = Py::<PyStr>::to_owned(name);
        let qualname = qualname.unwrap_or_else(|| name.clone());
        Ok(Some(Self {
            metaclass: metaclass.to_owned(),
            base: base.to_owned(),
            bases: match bases_of(base) {
                Some(known) => known,
                None => bases.to_owned().try_into_typed(vm)?,
            },
            qualname,
            name: name.try_into_utf8(vm)?,
            entries,
            class_cell,
            namespace_cell,
            shares_descriptors: false,
        }))
    }

    /// Makes the class.
    ///
    /// # Errors
    /// None in practice: what could fail is not ordinary.
    pub(crate) fn make(self, vm: &VirtualMachine) -> PyResult<PyTypeRef> {
        let Self {
            metaclass,
            base,
            bases,
            name,
            qualname,
            mut entries,
            class_cell,
            namespace_cell,
            shares_descriptors,
        } = self;
        let module = name!(vm, "__module__");
        if !has(&entries, module)
            && let Some(globals) = rustpython_vm::frame::current_globals()
            && let Some(name) = globals.get_item_opt(name!(vm, "__name__"), vm)?
        {
            entries.push((module, name));
        }
        // A class that compares by value cannot keep the hash of its identity.
        let hash = name!(vm, "__hash__");
        if has(&entries, name!(vm, "__eq__")) && !has(&entries, hash) {
            entries.push((hash, vm.ctx.none()));
        }
        let class = object::derive(&base, bases, metaclass, vm)?;
        if let Some(extension) = &class.heaptype_ext {
            *extension.name.write() = name;
            *extension.qualname.write() = qualname;
        }
        let contents = name!(vm, "cell_contents");
        if let Some(cell) = class_cell {
            cell.set_attr(contents, class.clone(), vm)?;
        }
        if let (Some(cell), Some(own)) = (namespace_cell, class.attributes.as_dict()) {
            cell.set_attr(contents, own.to_owned(), vm)?;
        }
        for (name, value) in &entries {
            set_attribute(&class, name, value.clone(), vm)?;
        }
        // A slot can stand for several methods, so all are set before the first is looked at.
        for (name, value) in entries.iter().filter(|(name, _)| is_slot(name)) {
            let value = PySetterValue::Assign(value.clone());
            <PyType as SetAttr>::setattro(&class, name, value, vm)?;
        }
        let present = |name| has(&entries, name);
        object::add_descriptors(&class, &base, present, shares_descriptors, vm)?;
        for (name, property) in entries.iter().filter(|(_, value)| is_property(value, vm)) {
            vm.call_method(
                property,
                "__set_name__",
                (class.clone(), (*name).to_owned()),
            )?;
        }
        Ok(class)
    }
}

/// Returns whether classes of `metaclass` look up attributes first in themselves, then where their bases do.
#[must_use]
pub(crate) fn has_plain_mro(metaclass: &Py<PyType>, vm: &VirtualMachine) -> bool {
    if metaclass.heaptype_ext.is_none() {
        return true;
    }
    let mro = name!(vm, "mro");
    match (
        metaclass.get_attr(mro),
        vm.ctx.types.type_type.get_attr(mro),
    ) {
        (Some(found), Some(plain)) => found.is(&plain),
        _ => false,
    }
}

/// Returns whether a class of `metaclass` whose only base is `base` inherits everything from it.
fn is_ordinary_base(base: &Py<PyType>, metaclass: &Py<PyType>, vm: &VirtualMachine) -> bool {
    let init_subclass = name!(vm, "__init_subclass__");
    let plain = vm.ctx.types.object_type.get_direct_attr(init_subclass);
    metaclass.fast_issubclass(base.as_object().class())
        && base.slots.flags.has_feature(PyTypeFlags::BASETYPE)
        && !base.mro.read().is_empty()
        && match (base.get_attr(init_subclass), plain) {
            (Some(found), Some(plain)) => found.is(&plain),
            _ => false,
        }
        && base.get_attr(name!(vm, "__abc_tpflags__")).is_none()
}

/// Returns whether an entry of a class's namespace is an attribute or a special method that `type.__new__`
/// stores as it is.
fn is_ordinary_entry(key: &Py<PyStr>, value: &PyObject, vm: &VirtualMachine) -> bool {
    let is_text = |value: &PyObject| {
        value
            .downcast_ref::<PyStr>()
            .is_some_and(|text| text.to_str().is_some())
    };
    let ordinary = match key.as_bytes() {
        b"__qualname__" => is_text(value),
        b"__doc__" => value.downcast_ref::<PyStr>().is_none() || is_text(value),
        b"__classcell__" | b"__classdictcell__" => value.class().is(vm.ctx.types.cell_type),
        b"__new__" | b"__init_subclass__" | b"__class_getitem__" | b"__slots__"
        | b"__abc_tpflags__" => false,
        _ => true,
    };
    ordinary
        && (is_property(value, vm) || value.class().get_attr(name!(vm, "__set_name__")).is_none())
}

/// Returns whether a value is a property, which records its name and does no more.
fn is_property(value: &PyObject, vm: &VirtualMachine) -> bool {
    value.class().is(vm.ctx.types.property_type)
}

fn has(entries: &[(&'static PyStrInterned, PyObjectRef)], name: &'static PyStrInterned) -> bool {
    entries.iter().any(|(present, _)| present.is(name))
}

/// Returns whether a method of this name stands for a slot.
fn is_slot(name: &Py<PyStr>) -> bool {
    let name = name.as_bytes();
    // Names that every class has are not searched for.
    let known = matches!(
        name,
        b"__module__" | b"__doc__" | b"__firstlineno__" | b"__static_attributes__"
    );
    !known
        && name.starts_with(b"__")
        && name.ends_with(b"__")
        && SLOT_DEFS.iter().any(|slot| slot.name.as_bytes() == name)
}
