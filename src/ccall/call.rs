//! A whole call: arguments, C, result.

use super::{
    MAX_ARGUMENTS,
    argument::Argument,
    default,
    enter::{self, Arguments, ResultBuffer, Target},
    from_param,
    result::Restype,
};
use crate::{
    ctype::{Converter, scalar::terminated},
    error,
};
use rustpython_vm::{AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine};

/// Calls an address: converts the arguments, enters C and converts the result.
///
/// # Errors
/// `ArgumentError` if an argument cannot be converted or there are too many, `ValueError` for the
/// NULL address, what the result's conversion raises.
pub fn address(
    target: Target,
    converters: &[Converter],
    given: &[PyObjectRef],
    restype: &Restype,
    vm: &VirtualMachine,
) -> PyResult {
    if given.len() > MAX_ARGUMENTS {
        return Err(vm.new_exception_msg(
            error::argument_error(vm),
            format!(
                "too many arguments ({}), maximum is {MAX_ARGUMENTS}",
                given.len()
            )
            .into(),
        ));
    }
    let mut arguments = Arguments::with_capacity(given.len());
    for (index, value) in given.iter().enumerate() {
        let position = index + 1;
        let argument = convert_argument(converters.get(index), value, position, vm);
        arguments.push(argument.map_err(|error| {
            // A stack at its end says nothing about the argument.
            if error.fast_isinstance(vm.ctx.exceptions.recursion_error) {
                return error;
            }
            let prefix = format!("argument {position}: ");
            error::wrap(error::argument_error(vm), &prefix, &error, vm)
        })?);
    }
    vm.audit("ctypes.call_function", || {
        (target.address, vm.ctx.new_tuple(given.to_vec()))
    })?;
    if !restype.is_passable() {
        return Err(vm.new_type_error("a result without size cannot be returned"));
    }
    if target.address == 0 {
        return Err(vm.new_value_error("NULL pointer access"));
    }
    let mut result = ResultBuffer::new(restype.size()).ok_or_else(|| vm.no_memory_error())?;
    let start = result.start();
    // SAFETY: whoever gave the address and the types answers for the function being so, as in C.
    unsafe { enter::call(target, &mut arguments, restype.result_type(), start, vm) }?;
    arguments
        .iter()
        .filter_map(Argument::copied_bytes)
        .for_each(terminated::take_over);
    // SAFETY: the call wrote a result of this type.
    unsafe { restype.convert(start, vm) }
}

fn convert_argument(
    converter: Option<&Converter>,
    value: &PyObject,
    position: usize,
    vm: &VirtualMachine,
) -> PyResult<Argument> {
    match converter {
        None => default::convert(value, position, vm),
        Some(Converter::Type(ctype)) => {
            from_param::convert(ctype, value, vm)?.into_argument(position, vm)
        }
        Some(Converter::Call(from_param)) => {
            let converted = from_param.call((value.to_owned(),), vm)?;
            default::convert(&converted, position, vm)
        }
    }
}
