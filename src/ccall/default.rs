//! Converting arguments for which no type is declared.

use super::{
    arena::Arena,
    argument::{Arguments, word_of},
    byref::CArg,
    plain,
};
use crate::{
    abi::{Scalar, Width},
    cdata::CData,
    ctype::scalar::{integer, terminated},
};
use num_traits::ToPrimitive;
use rustpython_vm::{
    Py, PyObject, PyResult, VirtualMachine,
    builtins::{PyBytes, PyInt, PyStr},
};

/// The width of C's `int`, which an `int` without a declared type becomes.
const C_INT: Width = Scalar::Sint32.width();

/// Returns the scalar in a machine word that `value` becomes, if its type decides that at once; [`convert`] has
/// the same result. The word is valid for the lifetime of `value` and the arena.
#[inline]
pub fn word(value: &PyObject, arena: &mut Arena, vm: &VirtualMachine) -> Option<(Scalar, u64)> {
    own_word(value, arena, vm).or_else(|| followed(value, arena, vm))
}

/// Returns what [`word`] does for the `_as_parameter_` of `value`.
#[inline(never)]
fn followed(value: &PyObject, arena: &mut Arena, vm: &VirtualMachine) -> Option<(Scalar, u64)> {
    let inner = plain::plain_parameter(value, vm)?;
    // What C writes into the copy of `bytes` must be copied back.
    if inner.downcast_ref::<PyBytes>().is_some() {
        return None;
    }
    let found = own_word(&inner, arena, vm)?;
    arena.keep(inner)?;
    Some(found)
}

#[inline]
fn own_word(value: &PyObject, arena: &mut Arena, vm: &VirtualMachine) -> Option<(Scalar, u64)> {
    let address = if let Some(int) = value.downcast_ref_if_exact::<PyInt>(vm) {
        return Some((Scalar::Sint32, integer::small_word(int, C_INT)?));
    } else if let Some(bytes) = value.downcast_ref_if_exact::<PyBytes>(vm) {
        terminated::address(bytes)?
    } else if let Some(cdata) = CData::of(value) {
        return word_of(cdata, arena);
    } else if let Some(arg) = value.downcast_ref::<CArg>() {
        arg.address()?
    } else if vm.is_none(value) {
        0
    } else if let Some(text) = value.downcast_ref_if_exact::<PyStr>(vm) {
        if has_nul(text) {
            return None;
        }
        arena.wide(text.as_wtf8())?.as_ptr().expose_provenance()
    } else {
        // A truth value, a member of an enumeration.
        let int = value.downcast_ref::<PyInt>()?;
        return Some((Scalar::Sint32, integer::small_word(int, C_INT)?));
    };
    Some((Scalar::Pointer, address as u64))
}

/// Adds `value` to a call's arguments, converted by its own type: a C value to itself, an `int` to C's `int`,
/// strings and `None` to pointers, anything else by its `_as_parameter_`. The caller must hold `value` for the
/// duration of the call.
///
/// # Errors
/// `TypeError` naming parameter number `position` (counted from one) if there is no such conversion,
/// `ValueError` for a text that contains a NUL, `OverflowError` for an `int` too large for a C integer, any
/// exception that `_as_parameter_` raises.
pub fn convert(
    value: &PyObject,
    position: usize,
    arguments: &mut Arguments,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if let Some(cdata) = CData::of(value) {
        return arguments.cdata(cdata, vm);
    }
    if let Some(int) = value.downcast_ref::<PyInt>() {
        return c_int(int, arguments, vm);
    }
    if let Some(arg) = value.downcast_ref::<CArg>() {
        return arg.pass(arguments, vm);
    }
    if vm.is_none(value) {
        arguments.pointer(0);
        return Ok(());
    }
    if let Some(bytes) = value.downcast_ref::<PyBytes>() {
        // SAFETY: the caller holds `value` for the duration of the call (see above).
        return unsafe { arguments.bytes(bytes, vm) };
    }
    if let Some(text) = value.downcast_ref::<PyStr>() {
        if has_nul(text) {
            return Err(vm.new_value_error("embedded null character"));
        }
        return arguments.wide(text.as_wtf8(), vm);
    }
    match plain::as_parameter(value, vm)? {
        Some(inner) => {
            vm.with_recursion("while processing _as_parameter_", || {
                convert(&inner, position, arguments, vm)
            })?;
            arguments.keep(inner);
            Ok(())
        }
        None => Err(vm.new_type_error(format!("Don't know how to convert parameter {position}"))),
    }
}

/// Returns whether a text contains a NUL, at which C would take it to end.
#[inline]
fn has_nul(text: &Py<PyStr>) -> bool {
    text.as_bytes().contains(&0)
}

/// Adds an `int` as C's `int`: whatever fits a `long`, signed or not, is cut to its width.
fn c_int(int: &Py<PyInt>, arguments: &mut Arguments, vm: &VirtualMachine) -> PyResult<()> {
    let big = int.as_bigint();
    if big.to_i64().is_none() && big.to_u64().is_none() {
        return Err(vm.new_overflow_error("int too long to convert"));
    }
    arguments.integer(Scalar::Sint32, integer::word(int, C_INT));
    Ok(())
}
