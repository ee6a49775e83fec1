//! Arrays of characters as strings: the attributes `value` and `raw`.

use super::items::Items;
use crate::{
    classes::{
        accessor::{self, Attribute},
        char_array,
    },
    ctype::simple::Class,
    room,
};
use rustpython_vm::{
    Py, PyObject, PyResult, VirtualMachine, builtins::PyType, function::PySetterValue,
};

/// Gives an array type of characters its `value`, and one of bytes its `raw`.
pub fn add_attributes(class: &Py<PyType>, characters: Class, vm: &VirtualMachine) {
    static VALUE: Attribute = Attribute {
        name: "value",
        doc: "The characters up to the first NUL.",
        get: string_value,
        set: set_string_value,
    };
    accessor::add(class, &VALUE, &vm.ctx);
    if characters == Class::Char {
        static RAW: Attribute = Attribute {
            name: "raw",
            doc: "All bytes.",
            get: raw_bytes,
            set: set_raw_bytes,
        };
        accessor::add(class, &RAW, &vm.ctx);
    }
}

/// Returns an array of characters and their class: the getters and setters of one array type can be applied to
/// instances of another.
fn characters<'a>(
    zelf: &'a PyObject,
    attribute: &str,
    vm: &VirtualMachine,
) -> PyResult<(Items<'a>, Class)> {
    let items = Items::of(zelf, vm)?;
    match items.kind.item.simple_class() {
        Some(class @ Class::Char) => Ok((items, class)),
        Some(class @ Class::WideChar) if attribute == "value" => Ok((items, class)),
        _ => Err(accessor::does_not_apply(
            attribute,
            "character arrays",
            zelf,
            vm,
        )),
    }
}

fn string_value(zelf: &PyObject, vm: &VirtualMachine) -> PyResult {
    let (items, class) = characters(zelf, "value", vm)?;
    let size = items.kind.length * items.kind.item.size();
    // SAFETY: the array's own memory.
    unsafe { char_array::load_string(class, items.array.address(), size, vm) }
}

fn set_string_value(zelf: &PyObject, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    let (items, class) = characters(zelf, "value", vm)?;
    let PySetterValue::Assign(value) = value else {
        return Err(vm.new_type_error("can't delete attribute"));
    };
    char_array::set_value(class, items.array, &value, vm)
}

fn raw_bytes(zelf: &PyObject, vm: &VirtualMachine) -> PyResult {
    let (items, _) = characters(zelf, "raw", vm)?;
    let (start, size) = items.array.bytes();
    // SAFETY: the array's own memory.
    let bytes = unsafe { std::slice::from_raw_parts(start, size) };
    room::bytes(bytes, vm)
}

fn set_raw_bytes(zelf: &PyObject, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    let (items, _) = characters(zelf, "raw", vm)?;
    match value {
        PySetterValue::Assign(value) => char_array::set_raw(items.array, &value, vm),
        PySetterValue::Delete => Err(vm.new_attribute_error(format!(
            "attribute 'raw' of '{}' objects cannot be deleted",
            zelf.class().slot_name()
        ))),
    }
}
