//! Giving an aggregate its fields.
//!
//! `ctypes._layout` of the standard library decides where they lie, for every combination of `_pack_`,
//! `_align_`, `_layout_` and bit fields. Ordinary definitions are laid out by the same rules here
//! ([`ordinary`]); all others, wrong ones included, by the library itself ([`library`]).

mod library;
mod ordinary;
pub mod swapped;

use super::{class_attribute, field::CField, metatype::CTypeType};
use crate::{
    ctype::{
        CType,
        bits::BitField,
        layout::{Layout, Member},
    },
    names::{interned, set_attribute},
    without::without,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyStrRef, PyTuple, PyType},
    class::StaticType,
};

/// The layout of an aggregate and its fields.
struct Computed {
    fields: Vec<PlacedField>,
    size: usize,
    align: usize,
    /// Unused bytes at the end of a structure; `None` for a union.
    end: Option<u64>,
    /// The format, if it does not follow from the fields.
    format: Option<String>,
}

struct PlacedField {
    field: PyRef<CField>,
    /// Unused bytes in front of the field.
    padding: u64,
}

/// Defines the fields of `class`, as `_fields_` lists them.
///
/// # Errors
/// `AttributeError` if the class has its fields already or would contain itself; any exception that the layout
/// module raises; `TypeError` or `ValueError` if the module's result is malformed.
pub fn define(class: &Py<PyType>, fields: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let ctype = CType::in_namespace(class, vm)
        .ok_or_else(|| vm.new_type_error("ctypes state is not initialized"))?;
    if ctype.is_final() {
        return Err(vm.new_attribute_error("_fields_ is final"));
    }
    let base = class
        .base
        .deref()
        .and_then(|base| CType::of_class(base, vm));
    let computed = compute(class, &ctype, base, fields, vm)?;
    let mut members = Vec::with_capacity(computed.fields.len());
    for PlacedField { field, padding } in &computed.fields {
        field.ctype().finalize();
        check_place(field, &computed, vm)?;
        members.push(Member {
            name: field.name().clone(),
            ctype: field.ctype().clone(),
            offset: field.offset(),
            padding: *padding,
            bit_field: field.bits().map(BitField::bytes),
        });
    }
    if ctype.is_final() {
        return Err(vm.new_attribute_error("Structure or union cannot contain itself"));
    }
    let extent = (computed.size, computed.align);
    let layout = Layout::aggregate(extent, base, members, computed.end, computed.format);
    ctype.set_layout(layout, vm)?;
    let mut setter = Setter::of(class, computed.fields.len(), vm);
    for PlacedField { field, .. } in &computed.fields {
        field.set_owner(&ctype);
        setter.set(field.name(), field.clone(), vm)?;
    }
    promote_anonymous(class, &ctype, &mut setter, vm)?;
    setter.finish(&ctype);
    Ok(())
}

fn compute(
    class: &Py<PyType>,
    ctype: &CType,
    base: Option<&Py<CType>>,
    fields: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Computed> {
    if !without().types
        && !library::is_replaced(vm)?
        && let Some(computed) = ordinary::compute(class, ctype, base, fields, vm)?
    {
        return Ok(computed);
    }
    library::compute(class, ctype, base, fields, vm)
}

/// Checks that a field lies within the aggregate, and that its type has not changed since it was placed.
///
/// # Errors
/// `ValueError` otherwise: the layout module is Python code, and may call other Python code.
fn check_place(field: &CField, computed: &Computed, vm: &VirtualMachine) -> PyResult<()> {
    let end = field.offset().checked_add(field.size());
    if field.size() == field.ctype().size() && end.is_some_and(|end| end <= computed.size) {
        return Ok(());
    }
    Err(vm.new_value_error(format!(
        "field '{}' does not lie within its structure or union",
        field.name().as_wtf8()
    )))
}

/// Makes fields attributes of a class.
struct Setter<'a> {
    class: &'a Py<PyType>,
    /// Whether assigning an attribute only changes the namespace: no Python code sees it.
    direct: bool,
    /// The fields that were set.
    set: Vec<PyObjectRef>,
}

impl<'a> Setter<'a> {
    fn of(class: &'a Py<PyType>, count: usize, vm: &VirtualMachine) -> Self {
        let metaclass = class.as_object().class();
        let direct = metaclass.fast_issubclass(CTypeType::static_type())
            && (metaclass.heaptype_ext.is_none() || swapped::is_the_packages(metaclass, vm));
        Self {
            class,
            direct,
            set: Vec::with_capacity(count),
        }
    }

    fn set(&mut self, name: &PyStrRef, field: PyRef<CField>, vm: &VirtualMachine) -> PyResult<()> {
        self.set.push(field.clone().into());
        // These names have a meaning: a slot, the description, the fields themselves.
        let special = name.as_bytes().starts_with(b"__") || name.as_bytes() == b"_fields_";
        if self.direct && !special {
            return set_attribute(self.class, interned(name, vm), field.into(), vm);
        }
        let field = PyObjectRef::from(field);
        self.class.as_object().set_attr(name, field, vm)
    }

    /// Returns what the class has under a field's name, usually the field.
    fn get(&self, name: &PyStrRef, vm: &VirtualMachine) -> PyResult {
        // A look-up would give the class a version tag.
        let own = self
            .direct
            .then(|| self.class.get_direct_attr(interned(name, vm)));
        match own.flatten() {
            Some(field) if field.downcast_ref::<CField>().is_some() => Ok(field),
            _ => self.class.as_object().get_attr(name, vm),
        }
    }

    /// Makes the type hold the fields. Another thread may have looked for one just before.
    fn finish(self, ctype: &CType) {
        ctype.hold(self.set);
        self.class.modified();
    }
}

/// Makes the members of anonymous fields members of the aggregate itself.
fn promote_anonymous(
    class: &Py<PyType>,
    ctype: &Py<CType>,
    setter: &mut Setter<'_>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if ordinary::has_no_anonymous(class, vm) {
        return Ok(());
    }
    let Some(names) = class_attribute::find(class, "_anonymous_", vm)? else {
        return Ok(());
    };
    let names: Vec<PyObjectRef> = vm
        .extract_elements_with(&names, Ok)
        .map_err(|_| vm.new_type_error("_anonymous_ must be a sequence"))?;
    for name in names {
        let name: PyStrRef = name.downcast().map_err(|name| {
            vm.new_type_error(format!(
                "attribute name must be string, not '{}'",
                name.class().slot_name()
            ))
        })?;
        let field = setter.get(&name, vm)?;
        let Some(field) = field.downcast_ref::<CField>() else {
            return Err(vm.new_attribute_error(format!(
                "'{}' is specified in _anonymous_ but not in _fields_",
                name.as_wtf8()
            )));
        };
        field.mark_anonymous();
        promote_members(setter, ctype, field, vm)?;
    }
    Ok(())
}

fn promote_members(
    setter: &mut Setter<'_>,
    ctype: &Py<CType>,
    anonymous: &Py<CField>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let inner = anonymous.ctype().python_class().clone();
    let fields = inner.as_object().get_attr("_fields_", vm)?;
    let fields: Vec<PyObjectRef> = vm
        .extract_elements_with(&fields, Ok)
        .map_err(|_| vm.new_type_error("_fields_ must be a sequence"))?;
    for entry in fields {
        if entry.downcast_ref::<PyTuple>().is_none() {
            // Everywhere else a list is accepted.
            return Err(vm.new_system_error("new style getargs format but argument is not a tuple"));
        }
        let name: PyStrRef = field_name(&entry, vm)?
            .downcast()
            .map_err(|_| vm.new_type_error("field names must be strings"))?;
        let member = inner.as_object().get_attr(&name, vm)?;
        let Some(member) = member.downcast_ref::<CField>() else {
            return Err(vm.new_type_error("unexpected type"));
        };
        if member.is_anonymous() {
            // A member of an anonymous member of an anonymous field is promoted through both.
            let through = member.inside(anonymous).into_field(vm);
            vm.with_recursion("in anonymous fields", || {
                promote_members(setter, ctype, &through, vm)
            })?;
            continue;
        }
        let promoted = member.inside(anonymous).into_field(vm);
        promoted.set_owner(ctype);
        setter.set(&name, promoted, vm)?;
    }
    Ok(())
}

/// Returns the name in an entry of `_fields_`.
pub fn field_name(field: &PyObject, vm: &VirtualMachine) -> PyResult {
    match field.downcast_ref::<PyTuple>().map(Py::<PyTuple>::as_slice) {
        Some([name, ..]) => Ok(name.clone()),
        _ => field.get_item(&0usize, vm),
    }
}
