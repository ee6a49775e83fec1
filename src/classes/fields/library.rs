//! Laying out an aggregate by the standard library's Python code, `ctypes._layout`.
//!
//! It decides what [`super::ordinary`] leaves to it: wrong definitions, and those that cannot be read without
//! running Python code. So the errors are the library's own, in its order, with its frames in their tracebacks.
//! It decides every definition once a program has replaced its `get_layout`.

use super::{Computed, PlacedField};
use crate::{
    c_integer,
    classes::field::CField,
    ctype::{CType, Kind},
    names::name,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyFunction, PyModule, PyStr, PyStrRef, PyType},
    function::{FuncArgs, KwArgs},
};

const MODULE: &str = "ctypes._layout";
const FUNCTION: &str = "get_layout";

/// Returns whether a program has replaced the function that lays out.
///
/// The module exists only if something has imported it, and its own function is the one that looks its globals
/// up there.
///
/// # Errors
/// Any exception that a look-up in `sys.modules` raises.
pub fn is_replaced(vm: &VirtualMachine) -> PyResult<bool> {
    let modules = vm
        .sys_module
        .dict()
        .get_item_opt(name!(vm, "modules"), vm)?;
    let Some(modules) = modules
        .as_ref()
        .and_then(|found| found.downcast_ref::<PyDict>())
    else {
        return Ok(true);
    };
    let Some(module) = modules.get_item_opt(name!(vm, "ctypes._layout"), vm)? else {
        return Ok(false);
    };
    let Some(module) = module.downcast_ref_if_exact::<PyModule>(vm) else {
        return Ok(true);
    };
    let dict = module.dict();
    let function = dict.get_item_opt(name!(vm, "get_layout"), vm)?;
    let Some(function) = function.filter(|found| found.downcast_ref::<PyFunction>().is_some())
    else {
        return Ok(true);
    };
    let globals = function.get_attr(name!(vm, "__globals__"), vm)?;
    Ok(!globals.is(&dict))
}

/// Returns the layout that the library's function decides.
///
/// # Errors
/// Any exception that it raises; `TypeError` or `ValueError` if its result is malformed.
pub fn compute(
    class: &Py<PyType>,
    ctype: &CType,
    base: Option<&Py<CType>>,
    fields: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Computed> {
    let module = vm.import(MODULE, 0)?;
    let get_layout = module.get_attr("_layout", vm)?.get_attr(FUNCTION, vm)?;
    let is_struct = matches!(ctype.kind, Kind::Structure);
    let base: PyObjectRef = match base {
        Some(base) => base.python_class().clone().into(),
        None => vm.ctx.none(),
    };
    let is_struct_object: PyObjectRef = vm.ctx.new_bool(is_struct).into();
    let keywords = [("is_struct", is_struct_object), ("base", base)];
    let keywords: KwArgs = keywords
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let arguments = FuncArgs::new(vec![class.to_owned().into(), fields.to_owned()], keywords);
    let layout = get_layout.call(arguments, vm)?;
    let attribute = |name: &'static str| layout.get_attr(name, vm);
    let number = |name: &'static str| -> PyResult<usize> {
        let size = attribute(name)?;
        let size = c_integer::exact_size(&size, vm)?;
        usize::try_from(size)
            .map_err(|_| vm.new_value_error(format!("{name} must not be negative, got {size}")))
    };
    let format: PyStrRef = attribute("format_spec")?
        .downcast::<PyStr>()
        .map_err(|_| vm.new_type_error("layout format_spec must be a string"))?;
    // A format is a C string.
    let format = format.try_into_utf8(vm)?;
    let format = format.as_str().split('\0').next().unwrap_or_default();
    Ok(Computed {
        size: number("size")?,
        align: number("align")?,
        end: is_struct.then_some(0),
        format: is_struct.then(|| format.to_owned()),
        fields: vm.extract_elements_with(&*attribute("fields")?, |field| {
            let field = field.downcast::<CField>().map_err(|_| {
                vm.new_type_error("fields must be of type CField, as made by ctypes._layout")
            })?;
            Ok(PlacedField { field, padding: 0 })
        })?,
    })
}
