//! Where results come back.

use crate::abi::{
    Scalar, long_double,
    passing::{PassedType, Passing},
};

/// Where a function leaves its result (6.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In the first integer register, or nowhere.
    Integer,
    /// In the first vector register, in no more than eight bytes.
    Vector,
    /// In two integer registers.
    Integers,
    /// `count` floats of `size` bytes, each in a vector register.
    Vectors { count: u8, size: u8 },
    /// In memory, whose address is in `x8`.
    Memory,
}

impl Form {
    /// Returns the form of a scalar; every scalar has one.
    #[must_use]
    pub fn of_scalar(scalar: Scalar) -> Option<Self> {
        Some(match scalar {
            Scalar::Float | Scalar::Double => Self::Vector,
            Scalar::LongDouble if long_double::IS_DOUBLE => Self::Vector,
            Scalar::LongDouble => Self::vectors(1, scalar),
            _ => match scalar.parts() {
                Some(part) => Self::vectors(2, part),
                None => Self::Integer,
            },
        })
    }

    /// Returns the form of a type's values. `None` if no function returns such values.
    #[must_use]
    pub fn of(passed: &PassedType) -> Option<Self> {
        match passed.passing() {
            Passing::Scalar(scalar) => Self::of_scalar(*scalar),
            Passing::Registers(pieces) => match &pieces[..] {
                [] => None,
                [Scalar::Uint64, ..] => Some(Self::Integers),
                [float, ..] => Some(Self::vectors(pieces.len(), *float)),
            },
            Passing::Memory | Passing::Reference | Passing::X87 => Some(Self::Memory),
        }
    }

    fn vectors(count: usize, float: Scalar) -> Self {
        Self::Vectors {
            count: count as u8,
            size: float.size() as u8,
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
