//! How arguments are described to libffi.
//!
//! libffi is left no choice where an aggregate goes: up to version 3.4 it overwrites the first vector register when an
//! aggregate of both classes takes the last integer register, and takes a register too many for an aggregate that
//! ends in padding.

use super::NextRegister;
use crate::abi::{
    Scalar,
    passing::{PassedType, Passing, Told},
};

/// Describes the arguments of a call to libffi, one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Teller {
    next: NextRegister,
}

impl Teller {
    /// Begins with the result: the address of memory for it takes a register.
    #[must_use]
    pub fn new(result: &PassedType) -> Self {
        let mut teller = Self::default();
        if result.is_returned_in_memory() {
            teller.next.take(false);
        }
        teller
    }

    /// Continues with a scalar. One that does not fit is passed on the stack and leaves the registers to others.
    pub fn scalar(&mut self, scalar: Scalar) {
        match scalar {
            Scalar::Float | Scalar::Double | Scalar::ComplexFloat => {
                self.next.take(true);
            }
            Scalar::ComplexDouble => {
                self.next.take_all(&[Scalar::Double; 2]);
            }
            Scalar::Void | Scalar::LongDouble | Scalar::ComplexLongDouble => {}
            _ => {
                self.next.take(false);
            }
        }
    }

    /// Continues with a value of any type and returns how to describe it.
    pub fn tell<'a>(&mut self, passed: &'a PassedType) -> Told<'a> {
        match passed.passing() {
            Passing::Scalar(scalar) => self.scalar(*scalar),
            Passing::Registers(eightbytes) => {
                return if self.next.take_all(eightbytes) {
                    Told::Pieces(eightbytes)
                } else {
                    Told::InMemory
                };
            }
            Passing::Memory | Passing::Reference | Passing::X87 => {}
        }
        Told::Whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aggregate_is_told_in_pieces_while_there_are_registers_for_it() {
        let mixed = vec![Scalar::Double, Scalar::Uint64];
        let passed = PassedType::for_test(16, 8, Passing::Registers(mixed.clone()));
        let mut teller = Teller::default();
        for _ in 0..6 {
            assert_eq!(teller.tell(&passed), Told::Pieces(&mixed));
        }
        // Vector registers are left, and no integer register is.
        assert_eq!(teller.tell(&passed), Told::InMemory);
        assert_eq!(teller.next.take(true), Some(6));
    }

    #[test]
    fn the_address_of_a_result_takes_a_register() {
        let large = PassedType::for_test(24, 8, Passing::Memory);
        assert_eq!(Teller::new(&large).next.take(false), Some(1));
        assert_eq!(Teller::default().tell(&large), Told::Whole);
    }
}
