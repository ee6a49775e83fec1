//! How arguments are described to libffi.

use crate::abi::{
    Scalar,
    passing::{PassedType, Passing, Told},
};

/// Describes the arguments of a call to libffi, one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Teller;

impl Teller {
    /// Begins with the result.
    #[must_use]
    pub fn new(_result: &PassedType) -> Self {
        Self
    }

    /// Continues with a scalar.
    pub fn scalar(&mut self, _scalar: Scalar) {}

    /// Continues with a value of any type and returns how to describe it.
    pub fn tell<'a>(&mut self, passed: &'a PassedType) -> Told<'a> {
        match passed.passing() {
            Passing::Scalar(_) | Passing::Registers(_) => Told::Whole,
            Passing::Memory | Passing::Reference | Passing::X87 => Told::Address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_integer_is_told_by_its_address() {
        let small = PassedType::for_test(8, 4, Passing::Registers(vec![Scalar::Uint64]));
        let large = PassedType::for_test(12, 4, Passing::Reference);
        let mut teller = Teller::new(&large);
        assert_eq!(teller.tell(&small), Told::Whole);
        assert_eq!(teller.tell(&large), Told::Address);
    }
}
