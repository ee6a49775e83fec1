//! Which arguments there are registers for, on System V x86-64.
//!
//! libffi is told where each aggregate goes, so that it need not find out: up to 3.4 it overwrites the first
//! vector register when an aggregate of both classes takes the last integer register, and takes one register
//! too many for an aggregate that ends in padding.

use super::registers::{INTEGERS, VECTORS};
use crate::ctype::ffi_type::{CLASSIFIES, FfiType, Passing, Scalar};
use libffi::raw::ffi_type;

/// The argument registers that are left for the arguments to come.
#[derive(Clone, Copy, Debug)]
pub struct Available {
    integers: usize,
    vectors: usize,
}

impl Available {
    #[must_use]
    pub fn all() -> Self {
        Self {
            integers: INTEGERS,
            vectors: VECTORS,
        }
    }

    /// Takes the registers that a scalar goes into. What does not fit goes to the stack and leaves them as
    /// they are.
    pub fn take_scalar(&mut self, scalar: Scalar) {
        let (integers, vectors) = match scalar {
            Scalar::Float | Scalar::Double | Scalar::ComplexFloat => (0, 1),
            Scalar::ComplexDouble => (0, 2),
            Scalar::Void | Scalar::LongDouble | Scalar::ComplexLongDouble => (0, 0),
            _ => (1, 0),
        };
        self.take(integers, vectors);
    }

    /// The same for the eightbytes of an aggregate, if there is one for each. `false` if the aggregate goes
    /// to the stack.
    pub fn take_eightbytes(&mut self, eightbytes: &[Scalar]) -> bool {
        let vectors = eightbytes.iter().filter(|&&s| s == Scalar::Double).count();
        self.take(eightbytes.len() - vectors, vectors)
    }

    /// What libffi is told of the next argument, whole; valid as long as `ffi`.
    pub fn describe(&mut self, ffi: &FfiType) -> *mut ffi_type {
        match ffi.passing() {
            Passing::Scalar(scalar) => self.take_scalar(*scalar),
            Passing::Registers(eightbytes) if CLASSIFIES && !self.take_eightbytes(eightbytes) => {
                return ffi.raw_in_memory();
            }
            _ => {}
        }
        ffi.raw()
    }

    /// Takes the register for the address of a result in memory, if that is how a result is returned.
    pub fn take_for_result(&mut self, ffi: &FfiType) {
        if CLASSIFIES && *ffi.passing() == Passing::Memory {
            self.take(1, 0);
        }
    }

    fn take(&mut self, integers: usize, vectors: usize) -> bool {
        let fits = integers <= self.integers && vectors <= self.vectors;
        if fits {
            self.integers -= integers;
            self.vectors -= vectors;
        }
        fits
    }
}
