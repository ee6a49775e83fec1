//! Where results come back.

use crate::abi::{
    Scalar,
    passing::{PassedType, Passing},
};

/// Where a function leaves its result (3.2.3, "Returning of Values").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In the first integer register, or nowhere.
    Integer,
    /// In the first vector register.
    Vector,
    /// In two registers, each the next one of its class.
    Integers,
    Vectors,
    IntegerVector,
    VectorInteger,
    /// In memory, whose address is the first argument.
    Memory,
    /// In the first x87 register.
    X87,
    /// In the first two of them, a complex number.
    X87Pair,
}

impl Form {
    /// Returns the form of a scalar; every scalar has one.
    #[must_use]
    pub fn of_scalar(scalar: Scalar) -> Option<Self> {
        Some(match scalar {
            Scalar::Float | Scalar::Double | Scalar::ComplexFloat => Self::Vector,
            Scalar::ComplexDouble => Self::Vectors,
            Scalar::LongDouble => Self::X87,
            Scalar::ComplexLongDouble => Self::X87Pair,
            _ => Self::Integer,
        })
    }

    /// Returns the form of a type's values. `None` if no function returns such values.
    #[must_use]
    pub fn of(passed: &PassedType) -> Option<Self> {
        let is_vector = |piece: &Scalar| *piece == Scalar::Double;
        match passed.passing() {
            Passing::Scalar(scalar) => Self::of_scalar(*scalar),
            Passing::Registers(eightbytes) => match &eightbytes[..] {
                [] => None,
                [one] if is_vector(one) => Some(Self::Vector),
                [_] => Some(Self::Integer),
                [first, second, ..] => Some(match (is_vector(first), is_vector(second)) {
                    (false, false) => Self::Integers,
                    (false, true) => Self::IntegerVector,
                    (true, false) => Self::VectorInteger,
                    (true, true) => Self::Vectors,
                }),
            },
            Passing::Memory | Passing::Reference => passed.is_passable().then_some(Self::Memory),
            Passing::X87 => Some(Self::X87),
        }
    }

    /// Returns whether the caller provides memory for the result.
    #[inline(always)]
    #[must_use]
    pub fn is_memory(self) -> bool {
        self == Self::Memory
    }

    /// Returns whether the result fits in a word.
    #[inline(always)]
    #[must_use]
    pub fn is_word(self) -> bool {
        matches!(self, Self::Integer | Self::Vector)
    }
}
