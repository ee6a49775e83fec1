//! What libffi is told of arguments.
//!
//! libffi puts aggregates where the ABI says, but that it takes no heed of alignment where they go to integer
//! registers, and that it copies large ones to where the stack is aligned to 16 bytes alone.

use super::{NextRegister, Variant, classify::on_stack};
use crate::abi::{
    Scalar,
    passing::{PassedType, Passing, Told},
    stack::EIGHTBYTE,
};

/// Tells of arguments, one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Teller {
    next: NextRegister,
}

impl Teller {
    /// Begins with the result: `x8` is no argument's.
    #[must_use]
    pub fn new(_result: &PassedType) -> Self {
        Self::default()
    }

    /// Goes on with a scalar.
    pub fn scalar(&mut self, scalar: Scalar) {
        match scalar {
            Scalar::Void => {}
            Scalar::Float | Scalar::Double | Scalar::LongDouble => {
                self.next.take(true);
            }
            Scalar::ComplexFloat | Scalar::ComplexDouble | Scalar::ComplexLongDouble => {
                self.next.take_all(true, 2);
            }
            _ => {
                self.next.take(false);
            }
        }
    }

    /// Goes on with an aggregate, or a scalar.
    pub fn tell<'a>(&mut self, passed: &'a PassedType) -> Told<'a> {
        match passed.passing() {
            Passing::Scalar(scalar) => self.scalar(*scalar),
            Passing::Registers(pieces) if pieces.first() == Some(&Scalar::Uint64) => {
                let aligned = on_stack(passed.natural_align()) > EIGHTBYTE;
                let mut even = self.next;
                if aligned
                    && Variant::NATIVE == Variant::Standard
                    && even.even()
                    && even.take_all(false, pieces.len()).is_some()
                {
                    self.next = even;
                    return Told::AfterPadding;
                }
                self.next.take_all(false, pieces.len());
            }
            Passing::Registers(floats) => {
                self.next.take_all(true, floats.len());
            }
            Passing::Memory | Passing::Reference | Passing::X87 => {
                self.next.take(false);
                return Told::Address;
            }
        }
        Told::Whole
    }
}
