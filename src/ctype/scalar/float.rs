//! `float`, `double` and `long double`.

use super::{Access, Kept, integer, read, write};
use crate::abi::long_double;
use rustpython_vm::{
    PyObject, PyResult, VirtualMachine,
    builtins::{PyFloat, PyInt},
};

/// Returns the number that an exact `float`, or an exact `int` of at most 64 bits, is: rounded to the nearest
/// double, and to an even one halfway, as `float(value)` does.
#[inline]
#[must_use]
pub fn exact(value: &PyObject, vm: &VirtualMachine) -> Option<f64> {
    if let Some(float) = value.downcast_ref_if_exact::<PyFloat>(vm) {
        return Some(float.to_f64());
    }
    let int = value.downcast_ref_if_exact::<PyInt>(vm)?;
    integer::small(int).map(|small| small as f64)
}

/// Returns the number that a store takes from `value`.
///
/// # Errors
/// `TypeError` if `value` is not a real number, `OverflowError` for an `int` beyond a double's range.
pub fn number(value: &PyObject, vm: &VirtualMachine) -> PyResult<f64> {
    if let Some(number) = exact(value, vm) {
        return Ok(number);
    }
    // An instance of a derived class is a number by itself, whatever its `__float__` returns.
    match value.downcast_ref::<PyFloat>() {
        Some(float) => Ok(float.to_f64()),
        None => Ok(value.try_float(vm)?.to_f64()),
    }
}

unsafe fn load_f32<const SWAPPED: bool>(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: `source` is valid for reads of a `float` (see `Load`).
    let value = f32::from_ne_bytes(unsafe { read::<4, SWAPPED>(source) });
    Ok(vm.ctx.new_float(value.into()).into())
}

unsafe fn store_f32<const SWAPPED: bool>(
    target: *mut u8,
    value: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Kept> {
    // A number beyond `float`'s range becomes an infinity.
    let value = number(value, vm)? as f32;
    // SAFETY: `target` is valid for writes of a `float` (see `Store`).
    unsafe { write::<4, SWAPPED>(target, value.to_ne_bytes()) };
    Ok(None)
}

unsafe fn load_f64<const SWAPPED: bool>(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: `source` is valid for reads of a `double` (see `Load`).
    let value = f64::from_ne_bytes(unsafe { read::<8, SWAPPED>(source) });
    Ok(vm.ctx.new_float(value).into())
}

unsafe fn store_f64<const SWAPPED: bool>(
    target: *mut u8,
    value: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Kept> {
    let value = number(value, vm)?;
    // SAFETY: `target` is valid for writes of a `double` (see `Store`).
    unsafe { write::<8, SWAPPED>(target, value.to_ne_bytes()) };
    Ok(None)
}

unsafe fn load_long_double(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: `source` is valid for reads of a `long double` (see `Load`).
    let value = unsafe { long_double::load(source) };
    Ok(vm.ctx.new_float(value).into())
}

unsafe fn store_long_double(
    target: *mut u8,
    value: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Kept> {
    let value = number(value, vm)?;
    // SAFETY: `target` is valid for writes of a `long double` (see `Store`).
    unsafe { long_double::store(target, value) };
    Ok(None)
}

/// Returns the accesses of C's `float`.
#[must_use]
pub const fn single<const SWAPPED: bool>() -> Access {
    Access {
        load: load_f32::<SWAPPED>,
        store: store_f32::<SWAPPED>,
    }
}

/// Returns the accesses of C's `double`.
#[must_use]
pub const fn double<const SWAPPED: bool>() -> Access {
    Access {
        load: load_f64::<SWAPPED>,
        store: store_f64::<SWAPPED>,
    }
}

/// C's `long double`.
pub const LONG_DOUBLE: Access = Access {
    load: load_long_double,
    store: store_long_double,
};
