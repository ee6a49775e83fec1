//! What libffi is told of arguments.

use crate::abi::{
    Scalar,
    passing::{PassedType, Passing, Told},
};

/// Tells of arguments, one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Teller;

impl Teller {
    /// Begins with the result.
    #[must_use]
    pub fn new(_result: &PassedType) -> Self {
        Self
    }

    /// Goes on with a scalar.
    pub fn scalar(&mut self, _scalar: Scalar) {}

    /// Goes on with an aggregate, or a scalar.
    pub fn tell<'a>(&mut self, passed: &'a PassedType) -> Told<'a> {
        match passed.passing() {
            Passing::Scalar(_) | Passing::Registers(_) => Told::Whole,
            Passing::Memory | Passing::Reference | Passing::X87 => Told::Address,
        }
    }
}
