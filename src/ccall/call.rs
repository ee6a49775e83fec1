//! A whole call: arguments, C, result.

use super::{
    MAX_ARGUMENTS,
    argument::Arguments,
    default,
    enter::{self, Call},
    from_param,
    result::Restype,
    signature::Converter,
};
use crate::{audit, error};
use rustpython_vm::{
    PyObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyBaseExceptionRef,
};

/// Calls an address: converts the arguments, enters C and converts the result. For a COM method, the interface
/// pointer `this` goes in front of the arguments.
///
/// # Errors
/// `ArgumentError` if an argument cannot be converted or there are too many, `ValueError` for the NULL address,
/// any exception that the result's conversion raises.
#[inline(always)]
pub fn address(
    call: Call<'_>,
    this: Option<usize>,
    converters: &[Converter],
    given: &[PyObjectRef],
    restype: &Restype,
    vm: &VirtualMachine,
) -> PyResult {
    let count = given.len() + usize::from(this.is_some());
    if count > MAX_ARGUMENTS {
        return Err(too_many(count, vm));
    }
    let mut arguments = Arguments::new();
    if let Some(this) = this {
        arguments.pointer(this);
    }
    for (index, value) in given.iter().enumerate() {
        let position = index + 1;
        let converter = converters.get(index);
        if let Err(error) = pass(converter, value, position, &mut arguments, vm) {
            return Err(refused(position, error, vm));
        }
    }
    if !call.audited {
        audit::call(call.callee.address, given, vm)?;
    }
    if !restype.settle() || !arguments.are_passable() {
        return Err(enter::cif::not_prepared(call.callee.fixed, vm));
    }
    if call.callee.address == 0 {
        return Err(vm.new_value_error("NULL pointer access"));
    }
    if let Some(instance) = restype.instance_in_memory(vm)? {
        // SAFETY: the program that gave the address and the types must ensure that they are the function's, as
        // in C; the instance has memory of the result's type, which is larger than two words.
        let called = unsafe {
            enter::call(
                call,
                &mut arguments,
                restype.returned(),
                instance.address(),
                vm,
            )
        };
        arguments.take_over();
        called?;
        return restype.check(instance.into(), vm);
    }
    let mut result = enter::ResultBuffer::new();
    let start = result.start(restype.size(), vm)?;
    // SAFETY: as above; the buffer is as large as the result, and two words at least.
    let called = unsafe { enter::call(call, &mut arguments, restype.returned(), start, vm) };
    arguments.take_over();
    called?;
    // SAFETY: the call wrote a result of this type.
    unsafe { restype.convert(start, vm) }
}

/// Adds `value` to a call's arguments, as number `position` (counted from one), by its converter or by its own type.
/// The caller must hold `value` for the duration of the call.
///
/// # Errors
/// Any exception that the conversion raises.
#[inline(always)]
pub fn pass(
    converter: Option<&Converter>,
    value: &PyObject,
    position: usize,
    arguments: &mut Arguments,
    vm: &VirtualMachine,
) -> PyResult<()> {
    match converter {
        None => default::convert(value, position, arguments, vm),
        Some(Converter::Type(exact, ctype) | Converter::OfOther(_, exact, ctype)) => {
            match exact.pass(ctype, value, arguments, vm) {
                Some(outcome) => outcome,
                None => from_param::pass(ctype, value, position, arguments, vm),
            }
        }
        Some(Converter::Call(_, from_param)) => {
            let converted = from_param.call_with([value.to_owned()], vm)?;
            default::convert(&converted, position, arguments, vm)?;
            arguments.keep(converted);
            Ok(())
        }
    }
}

#[cold]
fn too_many(count: usize, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let message = format!("too many arguments ({count}), maximum is {MAX_ARGUMENTS}");
    vm.new_exception_msg(error::argument_error(vm), message.into())
}

/// Makes the exception that a call raises if an argument cannot be converted.
#[cold]
fn refused(position: usize, error: PyBaseExceptionRef, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let prefix = format!("argument {position}: ");
    error::wrap(error::argument_error(vm), &prefix, &error, vm)
}
