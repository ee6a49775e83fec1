//! How arguments are described to libffi.
//!
//! libffi ignores the alignment of aggregates that go to integer registers, and its copies of large aggregates are
//! aligned to 16 bytes only.

use super::{NextRegister, Variant, classify::on_stack};
use crate::abi::{
    Scalar,
    passing::{PassedType, Passing, Told},
    stack::EIGHTBYTE,
};

/// Describes the arguments of a call to libffi, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Teller {
    next: NextRegister,
    variant: Variant,
}

impl Default for Teller {
    fn default() -> Self {
        Self::of(Variant::NATIVE)
    }
}

impl Teller {
    fn of(variant: Variant) -> Self {
        Self {
            next: NextRegister::default(),
            variant,
        }
    }

    /// Begins with the result: its address, in `x8`, takes no argument register.
    #[must_use]
    pub fn new(_result: &PassedType) -> Self {
        Self::default()
    }

    /// Continues with a scalar.
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

    /// Continues with a value of any type and returns how to describe it.
    pub fn tell<'a>(&mut self, passed: &'a PassedType) -> Told<'a> {
        match passed.passing() {
            Passing::Scalar(scalar) => self.scalar(*scalar),
            Passing::Registers(pieces) if pieces.first() == Some(&Scalar::Uint64) => {
                let aligned = on_stack(passed.natural_align()) > EIGHTBYTE;
                let mut even = self.next;
                if aligned
                    && self.variant == Variant::Standard
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

#[cfg(test)]
mod tests {
    use super::*;

    fn aligned_pair() -> PassedType {
        PassedType::for_test(16, 16, Passing::Registers(vec![Scalar::Uint64; 2]))
    }

    fn after(variant: Variant, integers: usize) -> Teller {
        let mut teller = Teller::of(variant);
        for _ in 0..integers {
            teller.scalar(Scalar::Sint32);
        }
        teller
    }

    #[test]
    fn padding_goes_before_what_starts_at_an_even_register() {
        let pair = aligned_pair();
        assert_eq!(after(Variant::Standard, 0).tell(&pair), Told::Whole);
        assert_eq!(after(Variant::Standard, 1).tell(&pair), Told::AfterPadding);
        assert_eq!(after(Variant::Apple, 1).tell(&pair), Told::Whole);
        // Register 7 is left, and none of the pair goes there.
        assert_eq!(after(Variant::Standard, 7).tell(&pair), Told::Whole);
    }

    #[test]
    fn once_a_pair_has_not_fitted_no_integer_register_is_used() {
        let pair = aligned_pair();
        let mut teller = after(Variant::Standard, 7);
        teller.tell(&pair);
        assert_eq!(teller.next.take(false), None);
        assert_eq!(teller.next.take(true), Some(0));
    }

    #[test]
    fn large_aggregates_are_told_by_their_address() {
        let large = PassedType::for_test(24, 8, Passing::Reference);
        let mut teller = Teller::of(Variant::Standard);
        assert_eq!(teller.tell(&large), Told::Address);
        assert_eq!(teller.next.take(false), Some(1));
    }
}
