//! Where results come back.

use crate::abi::{
    Scalar,
    passing::{PassedType, Passing},
};

/// Where a function leaves its result ("Return values").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In `rax`, or nowhere.
    Integer,
    /// In `xmm0`.
    Vector,
    /// In memory, whose address is the first argument.
    Memory,
}

impl Form {
    /// Returns the form of a scalar. `None` for complex numbers, which Microsoft's C does not have.
    #[must_use]
    pub fn of_scalar(scalar: Scalar) -> Option<Self> {
        match scalar {
            Scalar::Float | Scalar::Double | Scalar::LongDouble => Some(Self::Vector),
            _ if scalar.parts().is_some() => None,
            _ => Some(Self::Integer),
        }
    }

    /// Returns the form of a type's values. `None` if it has none, or no function returns such values.
    #[must_use]
    pub fn of(passed: &PassedType) -> Option<Self> {
        match passed.passing() {
            Passing::Scalar(scalar) => Self::of_scalar(*scalar),
            Passing::Registers(_) => Some(Self::Integer),
            Passing::Memory | Passing::Reference | Passing::X87 => {
                passed.is_passable().then_some(Self::Memory)
            }
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
