//! Scalars larger than a machine word, as arguments: a `long double`, complex numbers.

use super::{complex, float};
use crate::abi::{Scalar, long_double, stack::EIGHTBYTE};
use rustpython_vm::{PyObject, VirtualMachine};

/// The number of words of the largest scalar, a complex `long double`.
const MOST: usize = 4;

/// The words of a scalar, of which the first few are used.
#[derive(Clone, Copy, Debug)]
pub struct Eightbytes {
    words: [u64; MOST],
    count: usize,
}

impl Eightbytes {
    /// Returns the words of the number that an exact `float` or `int` is, or `complex` if the scalar is
    /// complex. Returns `None` for anything else, and for a scalar that fits a word.
    #[inline]
    #[must_use]
    pub fn of(scalar: Scalar, value: &PyObject, vm: &VirtualMachine) -> Option<Self> {
        if scalar == Scalar::LongDouble {
            let mut words = [0; MOST];
            // SAFETY: the words have room for a `long double`.
            unsafe { long_double::store(words.as_mut_ptr().cast(), float::exact(value, vm)?) };
            let count = long_double::SIZE.div_ceil(EIGHTBYTE);
            return Some(Self { words, count });
        }
        let number = complex::exact(value, vm)?;
        let (words, count) = match scalar {
            Scalar::ComplexFloat => {
                let [real, imaginary] = [number.re, number.im].map(|part| (part as f32).to_bits());
                let both = u64::from(real) | u64::from(imaginary) << 32;
                ([both, 0, 0, 0], 1)
            }
            Scalar::ComplexDouble => ([number.re.to_bits(), number.im.to_bits(), 0, 0], 2),
            Scalar::ComplexLongDouble => {
                let mut words = [0; MOST];
                let start: *mut u8 = words.as_mut_ptr().cast();
                // SAFETY: the words have room for two `long double`s.
                unsafe {
                    long_double::store(start, number.re);
                    long_double::store(start.add(long_double::SIZE), number.im);
                }
                (words, (2 * long_double::SIZE).div_ceil(EIGHTBYTE))
            }
            _ => return None,
        };
        Some(Self { words, count })
    }

    #[inline]
    #[must_use]
    pub fn words(&self) -> &[u64] {
        self.words.get(..self.count).unwrap_or(&self.words)
    }
}
