//! Setting a structure's fields from the positional arguments of its constructor.
//!
//! By the rules this is an attribute assignment for each name in `_fields_`. As long as the names lead to the
//! fields' descriptors and nothing else takes part, the descriptors are used directly. Python code may change
//! that at any time; then the class gets another version tag, and the descriptors are looked up again.

use super::{attributes, field::CField, fields::field_name};
use crate::{
    cdata::CData,
    ctype::{CType, constructor_fields::ConstructorFields, shared::Shared},
    names::name,
};
use rustpython_vm::{
    Py, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyStr, PyType},
};
use std::sync::atomic::Ordering;

/// Sets fields of a new instance. Returns `false` if that takes attribute assignments.
///
/// # Errors
/// Any exception that the assignment of a field raises.
pub fn set(zelf: &Py<CData>, values: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<bool> {
    let ctype = zelf.ctype();
    let version = ctype.python_class().tp_version_tag.load(Ordering::Acquire);
    let known = ctype.constructor_fields.get().map(Shared::read);
    if let Some(known) = known.filter(|known| known.version == version && version != 0) {
        return set_fields(&known, zelf, values, vm);
    }
    let found = look_up(ctype, vm)?.into_ref(&vm.ctx);
    let shared = ctype
        .constructor_fields
        .get_or_init(|| Shared::new(found.clone()));
    drop(shared.replace(found.clone()));
    set_fields(&found, zelf, values, vm)
}

fn set_fields(
    positional: &ConstructorFields,
    zelf: &Py<CData>,
    values: &[PyObjectRef],
    vm: &VirtualMachine,
) -> PyResult<bool> {
    let Some(fields) = positional.fields.as_ref() else {
        return Ok(false);
    };
    if values.len() > fields.len() {
        return Ok(false);
    }
    for (field, value) in fields.iter().zip(values) {
        let Some(field) = field.downcast_ref::<CField>() else {
            return Ok(false);
        };
        if !field.fits(zelf) {
            return Ok(false);
        }
        field.put(zelf, value, vm)?;
    }
    Ok(true)
}

fn look_up(ctype: &CType, vm: &VirtualMachine) -> PyResult<ConstructorFields> {
    let class = ctype.python_class();
    let mut fields = Vec::new();
    // A look-up gives the class a version, if it had none; what is found later belongs to that version or an
    // older one.
    class.get_attr(name!(vm, "_fields_"));
    let version = class.tp_version_tag.load(Ordering::Acquire);
    let plain = attributes::writes_plainly(class) && collect(ctype, class, &mut fields, vm)?;
    Ok(ConstructorFields {
        version,
        fields: plain.then_some(fields),
    })
}

/// Collects the descriptors of the type's class that the `_fields_` of `base` and its bases name. Returns
/// `false` if one is not a field.
fn collect(
    ctype: &CType,
    base: &Py<PyType>,
    fields: &mut Vec<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<bool> {
    let class = ctype.python_class();
    if let Some(above) = base.base.deref()
        && CType::of_class(above, vm).is_some()
        && !collect(ctype, above, fields, vm)?
    {
        return Ok(false);
    }
    let Some(entries) = base.get_direct_attr(name!(vm, "_fields_")) else {
        return Ok(true);
    };
    let entries: Vec<PyObjectRef> = vm.extract_elements_with(&entries, Ok)?;
    for entry in &entries {
        let name = field_name(entry, vm)?;
        let found = name
            .downcast_ref::<PyStr>()
            .and_then(|name| class.get_attr(vm.ctx.intern_str(name.as_wtf8())))
            .filter(|found| {
                let field = found.downcast_ref::<CField>();
                field.is_some_and(|field| field.is_in(ctype))
            });
        match found {
            Some(field) => fields.push(field),
            None => return Ok(false),
        }
    }
    Ok(true)
}
