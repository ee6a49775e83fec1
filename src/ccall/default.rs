//! What Python objects become as arguments where no declared type asks for anything in particular.

use super::{argument::Argument, byref::CArg};
use crate::{
    cdata::CData,
    ctype::{ffi_type::Scalar, scalar::wide},
};
use num_traits::ToPrimitive;
use rustpython_vm::{
    Py, PyObject, PyResult, VirtualMachine,
    builtins::{PyBytes, PyInt, PyStr},
};

/// Converts `value` by its own type: a C value to itself, an `int` to C's `int`, strings and `None`
/// to pointers, anything else to what its `_as_parameter_` is.
///
/// # Errors
/// `TypeError` naming parameter number `position` (counted from one) if there is no such
/// conversion, `OverflowError` for an `int` too large for a C integer, what `_as_parameter_` raises.
pub fn convert(value: &PyObject, position: usize, vm: &VirtualMachine) -> PyResult<Argument> {
    if let Some(cdata) = CData::of(value) {
        return Argument::cdata(cdata, vm);
    }
    if let Some(arg) = value.downcast_ref::<CArg>() {
        return Ok(arg.argument().clone());
    }
    if vm.is_none(value) {
        return Ok(Argument::pointer(0, None));
    }
    if let Some(int) = value.downcast_ref::<PyInt>() {
        return c_int(int, vm);
    }
    if let Some(bytes) = value.downcast_ref::<PyBytes>() {
        return Ok(Argument::bytes(bytes));
    }
    if let Some(text) = value.downcast_ref::<PyStr>() {
        let (address, capsule) = wide::copy(text.as_wtf8(), vm);
        return Ok(Argument::pointer(address, Some(capsule)));
    }
    match vm.get_attribute_opt(value, "_as_parameter_")? {
        Some(inner) => vm.with_recursion(" while converting an argument", || {
            convert(&inner, position, vm)
        }),
        None => Err(vm.new_type_error(format!("Don't know how to convert parameter {position}"))),
    }
}

/// An `int` as C's `int`: whatever fits a `long`, signed or not, is cut to its width.
fn c_int(int: &Py<PyInt>, vm: &VirtualMachine) -> PyResult<Argument> {
    let big = int.as_bigint();
    if big.to_i64().is_none() && big.to_u64().is_none() {
        return Err(vm.new_overflow_error("int too long to convert"));
    }
    let value = int.as_u64_mask() as i32;
    Argument::scalar(Scalar::Sint32, |target| {
        // SAFETY: an argument's word has room for every scalar.
        unsafe { target.cast::<i32>().write(value) };
        Ok(None)
    })
}
