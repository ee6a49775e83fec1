//! Scalars that take more than a machine word, as arguments on System V x86-64: a `long double`, complex
//! numbers.

use super::{complex, float};
use crate::ctype::{ffi_type::Scalar, long_double::X87Extended};
use rustpython_vm::{PyObject, VirtualMachine};

/// The most that a scalar takes: a complex `long double`.
const MOST: usize = 4;

/// The words of one, of which the first few count.
#[derive(Clone, Copy, Debug)]
pub struct Eightbytes {
    words: [u64; MOST],
    count: usize,
}

impl Eightbytes {
    /// Those of the number that an exact `float` or `int` is, or `complex` if it may be one, as this
    /// scalar. `None` for anything else, and for a scalar that a word is enough for.
    #[inline]
    #[must_use]
    pub fn of(scalar: Scalar, value: &PyObject, vm: &VirtualMachine) -> Option<Self> {
        if scalar == Scalar::LongDouble {
            let [first, second] = X87Extended::of(float::exact(value, vm)?).eightbytes();
            return Some(Self {
                words: [first, second, 0, 0],
                count: 2,
            });
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
                let [real, imaginary] = [number.re, number.im].map(X87Extended::of);
                let ([a, b], [c, d]) = (real.eightbytes(), imaginary.eightbytes());
                ([a, b, c, d], MOST)
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
