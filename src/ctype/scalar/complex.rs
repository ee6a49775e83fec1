//! Complex numbers: two floats side by side, the real part first (C11 6.2.5 p13).

use super::{Access, Kept, float, read, write};
use crate::abi::long_double;
use num_complex::Complex64;
use rustpython_vm::{PyObject, PyResult, VirtualMachine, builtins::PyComplex};

/// The float type of the two parts, in one byte order.
trait Part {
    const SIZE: usize;
    /// Whether a number beyond the type's range is an error, as in the other byte order, and not an infinity.
    const STRICT: bool = false;
    /// Reads a part.
    ///
    /// # Safety
    /// `source` must be valid for reads of `SIZE` bytes.
    unsafe fn load(source: *const u8) -> f64;
    /// Writes a part.
    ///
    /// # Safety
    /// `target` must be valid for writes of `SIZE` bytes.
    unsafe fn store(target: *mut u8, value: f64);
}

/// C's `float` and `double`.
struct Float<const SWAPPED: bool>;
struct Double<const SWAPPED: bool>;

macro_rules! parts {
    ($($part:ident $float:ty, $strict:expr;)*) => {$(
        impl<const SWAPPED: bool> Part for $part<SWAPPED> {
            const SIZE: usize = size_of::<$float>();
            const STRICT: bool = SWAPPED && $strict;
            unsafe fn load(source: *const u8) -> f64 {
                // SAFETY: `source` is valid for reads of the part's size (see `Part::load`).
                let bytes = unsafe { read::<{ size_of::<$float>() }, SWAPPED>(source) };
                <$float>::from_ne_bytes(bytes).into()
            }
            unsafe fn store(target: *mut u8, value: f64) {
                let bytes = (value as $float).to_ne_bytes();
                // SAFETY: `target` is valid for writes of the part's size (see `Part::store`).
                unsafe { write::<{ size_of::<$float>() }, SWAPPED>(target, bytes) }
            }
        }
    )*};
}
parts! {
    Float f32, true;
    Double f64, false;
}

struct LongDouble;
impl Part for LongDouble {
    const SIZE: usize = long_double::SIZE;
    unsafe fn load(source: *const u8) -> f64 {
        // SAFETY: `source` is valid for reads of the part's size (see `Part::load`).
        unsafe { long_double::load(source) }
    }
    unsafe fn store(target: *mut u8, value: f64) {
        // SAFETY: `target` is valid for writes of the part's size (see `Part::store`).
        unsafe { long_double::store(target, value) }
    }
}

unsafe fn load<P: Part>(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: a complex number is two parts, and `source` is valid for reads of both (see
    // [`Load`](super::Load)).
    let value = unsafe { Complex64::new(P::load(source), P::load(source.add(P::SIZE))) };
    Ok(vm.ctx.new_complex(value).into())
}

unsafe fn store<P: Part>(target: *mut u8, value: &PyObject, vm: &VirtualMachine) -> PyResult<Kept> {
    let value = number(value, vm)?;
    let is_beyond = |part: f64| part.is_finite() && (part as f32).is_infinite();
    if P::STRICT && (is_beyond(value.re) || is_beyond(value.im)) {
        return Err(vm.new_overflow_error("float too large to pack with f format"));
    }
    // SAFETY: a complex number is two parts, and `target` is valid for writes of both (see
    // [`Store`](super::Store)).
    unsafe {
        P::store(target, value.re);
        P::store(target.add(P::SIZE), value.im);
    }
    Ok(None)
}

/// Returns the number that an exact `complex` is, or an exact real number that [`float::exact`] takes.
#[inline]
#[must_use]
pub fn exact(value: &PyObject, vm: &VirtualMachine) -> Option<Complex64> {
    match value.downcast_ref_if_exact::<PyComplex>(vm) {
        Some(complex) => Some(complex.to_complex()),
        None => float::exact(value, vm).map(Into::into),
    }
}

fn number(value: &PyObject, vm: &VirtualMachine) -> PyResult<Complex64> {
    if let Some(number) = exact(value, vm) {
        return Ok(number);
    }
    // An instance of a derived class is a number by itself, whatever its `__complex__` returns.
    if let Some(complex) = value.downcast_ref::<PyComplex>() {
        return Ok(complex.to_complex());
    }
    match value.to_owned().try_complex(vm)? {
        Some((number, _)) => Ok(number),
        None => Err(vm.new_type_error(format!(
            "must be real number, not {}",
            value.class().slot_name()
        ))),
    }
}

const fn access<P: Part>() -> Access {
    Access {
        load: load::<P>,
        store: store::<P>,
    }
}

/// Returns the accesses of `float _Complex`.
#[must_use]
pub const fn single<const SWAPPED: bool>() -> Access {
    access::<Float<SWAPPED>>()
}

/// Returns the accesses of `double _Complex`.
#[must_use]
pub const fn double<const SWAPPED: bool>() -> Access {
    access::<Double<SWAPPED>>()
}

/// `long double _Complex`.
pub const LONG_DOUBLE: Access = access::<LongDouble>();
