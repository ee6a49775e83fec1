//! Declarations of argument types: `argtypes` and `_argtypes_`.

use super::metatype::{self, CTypeType};
use crate::{
    callable::Callable,
    ccall::{
        MAX_ARGUMENTS,
        exact::Exact,
        signature::{ArgTypes, Converter},
    },
    ctype::{CType, ours::Ours},
    error,
};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyList, PyStr, PyTuple},
    class::StaticType,
};
use std::sync::atomic::Ordering;

/// Reads a declaration of argument types.
///
/// # Errors
/// `TypeError` if it is not a sequence of types, `ArgumentError` if there are too many.
pub fn read(declared: PyObjectRef, vm: &VirtualMachine) -> PyResult<ArgTypes> {
    let known = match declared.downcast_ref::<PyTuple>() {
        Some(tuple) => known_converters(tuple, vm),
        None => declared
            .downcast_ref_if_exact::<PyList>(vm)
            .and_then(|list| known_converters(&list.borrow_vec(), vm)),
    };
    let converters = match known {
        Some(known) => known,
        None => converters(&declared, vm)?,
    };
    Ok(ArgTypes::new(declared, converters))
}

/// Returns the converters of types that are known not to override `from_param`, or `None` if there are others.
/// Runs no Python code.
fn known_converters(types: &[PyObjectRef], vm: &VirtualMachine) -> Option<Vec<Converter>> {
    if types.len() > MAX_ARGUMENTS {
        return None;
    }
    let mut converters = Vec::with_capacity(types.len());
    for argtype in types {
        let ctype = CType::of(argtype, vm).filter(|ctype| ctype.is_ours(Ours::FromParam))?;
        converters.push(Converter::Type(Exact::of(ctype), ctype.to_owned()));
    }
    Some(converters)
}

fn converters(declared: &PyObject, vm: &VirtualMachine) -> PyResult<Vec<Converter>> {
    let types: Vec<PyObjectRef> = match declared.downcast_ref::<PyTuple>() {
        Some(tuple) => tuple.as_slice().to_vec(),
        None => vm
            .extract_elements_with(declared, Ok)
            .map_err(|_| vm.new_type_error("_argtypes_ must be a sequence of types"))?,
    };
    if types.len() > MAX_ARGUMENTS {
        return Err(vm.new_exception_msg(
            error::argument_error(vm),
            format!(
                "_argtypes_ has too many arguments ({}), maximum is {MAX_ARGUMENTS}",
                types.len()
            )
            .into(),
        ));
    }
    let types = types.into_iter().enumerate();
    types
        .map(|(index, argtype)| converter(index + 1, argtype, vm))
        .collect()
}

/// Returns the converter for arguments of a declared type.
fn converter(position: usize, argtype: PyObjectRef, vm: &VirtualMachine) -> PyResult<Converter> {
    if let Some(ctype) = CType::of(&argtype, vm)
        && (ctype.is_ours(Ours::FromParam) || converts_itself(ctype, vm))
    {
        return Ok(Converter::Type(Exact::of(ctype), ctype.to_owned()));
    }
    match vm.get_attribute_opt(&argtype, "from_param")? {
        Some(from_param) => Ok(match bound_to(&from_param, vm) {
            Some(ctype) => Converter::OfOther(argtype, Exact::of(&ctype), ctype),
            None => Converter::Call(argtype, Callable::new(from_param)),
        }),
        None => Err(vm.new_type_error(format!(
            "item {position} in _argtypes_ has no from_param method"
        ))),
    }
}

/// Returns the ctype whose `from_param` an object is, if it is this module's: the package gives types of
/// pointers to characters the `from_param` of the types of strings.
fn bound_to(from_param: &PyObject, vm: &VirtualMachine) -> Option<PyRef<CType>> {
    let types = &vm.ctx.types;
    if !from_param.class().is(types.builtin_function_or_method_type) {
        return None;
    }
    // No other builtin of this name is bound to a ctypes class.
    let name = from_param.get_attr("__name__", vm).ok()?;
    let is_ours = name.downcast_ref::<PyStr>()?.as_bytes() == b"from_param";
    let class = from_param.get_attr("__self__", vm).ok()?;
    let ctype = CType::of(&class, vm).filter(|_| is_ours)?;
    Some(ctype.to_owned())
}

/// Returns whether no Python code has overridden `from_param`, neither in the class nor in its metaclass. The
/// answer is noted if the metaclass cannot change.
fn converts_itself(ctype: &CType, vm: &VirtualMachine) -> bool {
    let name = vm.ctx.intern_str("from_param");
    let class = ctype.python_class();
    // Read before the look-ups, because whoever changes the class removes the tag first. A look-up gives the
    // class a tag.
    let found = class.get_attr(name);
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    let is_ours = |found: PyObjectRef| found.is(&metatype::from_param_class_method(vm));
    let metaclass = class.class();
    let ours = CTypeType::static_type().get_attr(name);
    let converts = found.is_none_or(is_ours)
        && class.get_attr(name).is_none_or(is_ours)
        && match (metaclass.get_attr(name), ours) {
            (Some(found), Some(ours)) => found.is(&ours),
            _ => false,
        };
    if converts && metaclass.heaptype_ext.is_none() {
        ctype.note_ours(Ours::FromParam, tag);
    }
    converts
}
