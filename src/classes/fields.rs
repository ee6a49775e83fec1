//! Giving an aggregate its fields.
//!
//! Where the fields lie is decided by the `ctypes._layout` module of the standard library, for
//! every combination of `_pack_`, `_align_`, `_layout_` and bit fields; what it decided becomes the
//! class's description here.

use super::field::CField;
use crate::ctype::{CType, Kind, layout::Layout};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyStr, PyStrRef, PyTuple, PyType},
    function::{FuncArgs, KwArgs},
};

/// Defines the fields of `class`, as `_fields_` lists them.
///
/// # Errors
/// `AttributeError` if the class has its fields already or would contain itself; what the layout
/// module raises; `TypeError` or `ValueError` if that returns what it should not.
pub fn define(class: &Py<PyType>, fields: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let ctype = CType::of_class(class, vm)
        .ok_or_else(|| vm.new_type_error("ctypes state is not initialized"))?;
    if ctype.is_final() {
        return Err(vm.new_attribute_error("_fields_ is final"));
    }
    let base = class
        .base
        .deref()
        .and_then(|base| CType::of_class(base, vm));
    let computed = compute(class, ctype, base, fields, vm)?;
    let mut placed = Vec::with_capacity(computed.fields.len());
    for field in &computed.fields {
        let field_type = field.ctype();
        field_type.finalize();
        check_place(field, &computed, vm)?;
        placed.push((field.offset(), field_type.clone()));
    }
    if ctype.is_final() {
        return Err(vm.new_attribute_error("Structure or union cannot contain itself"));
    }
    let format = if matches!(ctype.kind, Kind::Union) {
        "B".to_owned()
    } else {
        computed.format
    };
    let base_layout = base.as_ref().map(|base| base.layout());
    let layout = Layout::aggregate(computed.size, computed.align, format, base_layout, placed);
    ctype.set_layout(layout, vm)?;
    for field in &computed.fields {
        field.set_owner(ctype);
        let descriptor = PyObjectRef::from(field.clone());
        class.as_object().set_attr(field.name(), descriptor, vm)?;
    }
    promote_anonymous(class, ctype, vm)
}

/// Checks that a field lies within the aggregate, and that its type is still what it was placed as.
///
/// # Errors
/// `ValueError` if not: the layout module is Python code, and so may be what it asks.
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

/// What the layout module decided.
struct Computed {
    fields: Vec<PyRef<CField>>,
    size: usize,
    align: usize,
    format: String,
}

fn compute(
    class: &Py<PyType>,
    ctype: &CType,
    base: Option<&Py<CType>>,
    fields: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Computed> {
    let module = vm.import("ctypes._layout", 0)?;
    let get_layout = module.get_attr("_layout", vm)?.get_attr("get_layout", vm)?;
    let is_struct = matches!(ctype.kind, Kind::Structure);
    let base: PyObjectRef = match base {
        Some(base) => base.python_class().clone().into(),
        None => vm.ctx.none(),
    };
    let mut keywords = KwArgs::default();
    for (name, value) in [
        ("is_struct", vm.ctx.new_bool(is_struct).into()),
        ("base", base),
    ] {
        keywords = keywords.into_iter().chain([(name.into(), value)]).collect();
    }
    let arguments = FuncArgs::new(vec![class.to_owned().into(), fields.to_owned()], keywords);
    let layout = get_layout.call(arguments, vm)?;
    let attribute = |name: &'static str| layout.get_attr(name, vm);
    let number = |name: &'static str| -> PyResult<usize> {
        let value = attribute(name)?;
        let value = value
            .downcast_ref::<PyInt>()
            .ok_or_else(|| vm.new_type_error(format!("layout {name} must be an integer")))?;
        value.try_to_primitive::<usize>(vm)
    };
    let format: PyStrRef = attribute("format_spec")?
        .downcast::<PyStr>()
        .map_err(|_| vm.new_type_error("layout format_spec must be a string"))?;
    Ok(Computed {
        size: number("size")?,
        align: number("align")?,
        format: format.to_string_lossy().into_owned(),
        fields: vm.extract_elements_with(&*attribute("fields")?, |field| {
            field.downcast::<CField>().map_err(|_| {
                vm.new_type_error("fields must be of type CField, as made by ctypes._layout")
            })
        })?,
    })
}

/// Makes the members of anonymous fields members of the aggregate itself.
fn promote_anonymous(class: &Py<PyType>, ctype: &Py<CType>, vm: &VirtualMachine) -> PyResult<()> {
    let Some(names) = vm.get_attribute_opt(class.as_object(), "_anonymous_")? else {
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
        let field = class.as_object().get_attr(&name, vm)?;
        let Some(field) = field.downcast_ref::<CField>() else {
            return Err(vm.new_attribute_error(format!(
                "'{}' is specified in _anonymous_ but not in _fields_",
                name.as_wtf8()
            )));
        };
        field.mark_anonymous();
        promote_members(class, ctype, field, vm)?;
    }
    Ok(())
}

fn promote_members(
    class: &Py<PyType>,
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
        let name: PyStrRef = field_name(&entry, vm)?
            .downcast()
            .map_err(|_| vm.new_type_error("field names must be strings"))?;
        let member = inner.as_object().get_attr(&name, vm)?;
        let Some(member) = member.downcast_ref::<CField>() else {
            return Err(vm.new_type_error(format!("'{}' is no field", name.as_wtf8())));
        };
        if member.is_anonymous() {
            // What an anonymous member of an anonymous field contains is promoted through both.
            let through = member.inside(anonymous).into_field(vm);
            vm.with_recursion(" in anonymous fields", || {
                promote_members(class, ctype, &through, vm)
            })?;
            continue;
        }
        let promoted = member.inside(anonymous).into_field(vm);
        promoted.set_owner(ctype);
        class
            .as_object()
            .set_attr(&name, PyObjectRef::from(promoted), vm)?;
    }
    Ok(())
}

/// The name in an entry of `_fields_`.
pub fn field_name(field: &PyObject, vm: &VirtualMachine) -> PyResult {
    match field.downcast_ref::<PyTuple>().map(Py::<PyTuple>::as_slice) {
        Some([name, ..]) => Ok(name.clone()),
        _ => field.get_item(&0usize, vm),
    }
}
