//! Integers of every width, and booleans.

use super::{Access, Kept, read, write};
use crate::abi::Width;
use num_traits::Signed;
use rustpython_vm::{Py, PyObject, PyResult, VirtualMachine, builtins::PyInt};

/// Returns the integer that a store takes from `value`: any `int` or object with `__index__`, wrapped to 64
/// bits as C converts to unsigned types (C11 6.3.1.3).
///
/// # Errors
/// `TypeError` if `value` is not an integer.
pub fn wrapping(value: &PyObject, vm: &VirtualMachine) -> PyResult<u64> {
    match value.downcast_ref::<PyInt>() {
        Some(int) => Ok(wrapped(int)),
        None => Ok(wrapped(&*value.try_index(vm)?)),
    }
}

/// Returns an `int` modulo 2^64.
#[inline]
#[must_use]
pub fn wrapped(int: &Py<PyInt>) -> u64 {
    let big = int.as_bigint();
    // Asking whether a number fits would take a second call.
    let magnitude = big.iter_u64_digits().next().unwrap_or(0);
    if big.is_negative() {
        magnitude.wrapping_neg()
    } else {
        magnitude
    }
}

/// Returns the word that an `int` becomes as a C integer of this width.
#[inline(always)]
#[must_use]
pub fn word(int: &Py<PyInt>, width: Width) -> u64 {
    width.extend(wrapped(int))
}

/// Returns the value of an `int` that fits in 64 bits with its sign.
#[inline]
#[must_use]
pub fn small(int: &Py<PyInt>) -> Option<i64> {
    let mut digits = int.as_bigint().iter_u64_digits();
    let _ = digits.next();
    let fits = digits.next().is_none();
    let value = wrapped(int) as i64;
    // A number too large for the sign bit shows the other sign.
    (fits && (value < 0) == int.as_bigint().is_negative()).then_some(value)
}

/// Returns the word that a [`small`] `int` becomes as a C integer of this width.
#[inline]
#[must_use]
pub fn small_word(int: &Py<PyInt>, width: Width) -> Option<u64> {
    small(int).map(|value| width.extend(value as u64))
}

/// A C integer type.
pub trait CInteger: Copy {
    /// Reads the value as Python's `int`.
    ///
    /// # Safety
    /// `source` must be valid for reads of `size_of::<Self>()` bytes.
    unsafe fn load<const SWAPPED: bool>(source: *const u8, vm: &VirtualMachine) -> PyResult;

    /// Writes an integer, wrapped.
    ///
    /// # Safety
    /// `target` must be valid for writes of `size_of::<Self>()` bytes.
    unsafe fn store<const SWAPPED: bool>(
        target: *mut u8,
        value: &PyObject,
        vm: &VirtualMachine,
    ) -> PyResult<Kept>;
}

macro_rules! c_integers {
    ($($int:ty),*) => {$(
        impl CInteger for $int {
            #[inline]
            unsafe fn load<const SWAPPED: bool>(source: *const u8, vm: &VirtualMachine) -> PyResult {
                // SAFETY: `source` is valid for reads of the integer's size (see `CInteger::load`).
                let bytes = unsafe { read::<{ size_of::<$int>() }, SWAPPED>(source) };
                Ok(vm.ctx.new_int(<$int>::from_ne_bytes(bytes)).into())
            }

            #[inline]
            unsafe fn store<const SWAPPED: bool>(
                target: *mut u8,
                value: &PyObject,
                vm: &VirtualMachine,
            ) -> PyResult<Kept> {
                let value = wrapping(value, vm)? as $int;
                // SAFETY: `target` is valid for writes of the integer's size (see `CInteger::store`).
                unsafe { write::<{ size_of::<$int>() }, SWAPPED>(target, value.to_ne_bytes()) };
                Ok(None)
            }
        }
    )*};
}
c_integers!(i8, u8, i16, u16, i32, u32, i64, u64);

/// Returns the accesses of integer type `T`.
#[must_use]
pub const fn access<T: CInteger, const SWAPPED: bool>() -> Access {
    Access {
        load: T::load::<SWAPPED>,
        store: T::store::<SWAPPED>,
    }
}

unsafe fn load_bool(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: `source` is valid for reads of a byte (see `Load`). It is read as an integer,
    // because not every byte is a valid `bool`.
    Ok(vm.ctx.new_bool(unsafe { source.read() } != 0).into())
}

unsafe fn store_bool(target: *mut u8, value: &PyObject, vm: &VirtualMachine) -> PyResult<Kept> {
    let value = value.to_owned().is_true(vm)?;
    // SAFETY: `target` is valid for writes of a byte (see `Store`).
    unsafe { target.write(u8::from(value)) };
    Ok(None)
}

/// C's `_Bool`: any nonzero byte is true, any object has a truth value.
pub const BOOL: Access = Access {
    load: load_bool,
    store: store_bool,
};

unsafe fn load_variant_bool(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: `source` is valid for reads of two bytes (see `Load`).
    let bytes = unsafe { read::<2, false>(source) };
    Ok(vm.ctx.new_bool(bytes != [0, 0]).into())
}

unsafe fn store_variant_bool(
    target: *mut u8,
    value: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Kept> {
    let value: i16 = if value.to_owned().is_true(vm)? { -1 } else { 0 };
    // SAFETY: `target` is valid for writes of two bytes (see `Store`).
    unsafe { write::<2, false>(target, value.to_ne_bytes()) };
    Ok(None)
}

/// OLE's `VARIANT_BOOL`.
pub const VARIANT_BOOL: Access = Access {
    load: load_variant_bool,
    store: store_variant_bool,
};
