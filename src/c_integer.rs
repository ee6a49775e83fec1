//! Converting Python numbers where C has an `int`, a size or an index.

use num_traits::{Signed, ToPrimitive};
use rustpython_vm::{AsObject, PyObject, PyResult, VirtualMachine, builtins::PyInt};

/// Returns the index that a key is, if it is an exact `int` that fits: the most common kind of key.
#[inline]
pub fn exact_index(key: &PyObject, vm: &VirtualMachine) -> Option<isize> {
    key.downcast_ref_if_exact::<PyInt>(vm)?
        .as_bigint()
        .to_isize()
}

/// Returns whether a key is a number.
#[must_use]
pub fn is_index(key: &PyObject) -> bool {
    key.number().is_index()
}

/// Converts a key to an index.
///
/// # Errors
/// `TypeError` if it is not an integer, `IndexError` if it is too large for an index.
pub fn index(key: &PyObject, vm: &VirtualMachine) -> PyResult<isize> {
    let index = key.try_index(vm)?;
    let index = index.as_bigint().to_isize();
    index.ok_or_else(|| vm.new_index_error(unfit(key)))
}

/// Converts a bound or the step of a slice, where it cannot be cut to the length.
///
/// # Errors
/// `TypeError` if it is not an integer, `ValueError` if it is too large for an index.
pub fn bound(bound: &PyObject, vm: &VirtualMachine) -> PyResult<isize> {
    let index = bound.try_index(vm)?;
    let index = index.as_bigint().to_isize();
    index.ok_or_else(|| vm.new_value_error(unfit(bound)))
}

fn unfit(key: &PyObject) -> String {
    let class = key.class().slot_name();
    format!("cannot fit '{class}' into an index-sized integer")
}

/// Converts a number to a C `ssize_t`.
///
/// # Errors
/// `TypeError` if it is not an integer, `OverflowError` if it is too large.
pub fn size(value: &PyObject, vm: &VirtualMachine) -> PyResult<isize> {
    let value = value.try_index(vm)?;
    exact_size(value.as_object(), vm)
}

/// Converts an `int` to a C `ssize_t`, and accepts nothing else.
///
/// # Errors
/// `TypeError` if it is not an `int`, `OverflowError` if it is too large.
pub fn exact_size(value: &PyObject, vm: &VirtualMachine) -> PyResult<isize> {
    let value = value
        .downcast_ref::<PyInt>()
        .ok_or_else(|| vm.new_type_error("an integer is required"))?;
    let value = value.as_bigint().to_isize();
    value.ok_or_else(|| vm.new_overflow_error("Python int too large to convert to C ssize_t"))
}

/// Converts a number to a C `int`.
///
/// # Errors
/// `TypeError` if it is not an integer, `OverflowError` if it is too large.
pub fn int(value: &PyObject, vm: &VirtualMachine) -> PyResult<i32> {
    let value = value.try_index(vm)?;
    let value = value.as_bigint();
    value.to_i32().ok_or_else(|| {
        vm.new_overflow_error(match value.to_i64() {
            None => "Python int too large to convert to C long",
            Some(_) if value.is_negative() => "signed integer is less than minimum",
            Some(_) => "signed integer is greater than maximum",
        })
    })
}
