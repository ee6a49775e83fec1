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
    /// That of a scalar. `None` for complex numbers, which Microsoft's C has none of.
    #[must_use]
    pub fn of_scalar(scalar: Scalar) -> Option<Self> {
        match scalar {
            Scalar::Float | Scalar::Double | Scalar::LongDouble => Some(Self::Vector),
            _ if scalar.parts().is_some() => None,
            _ => Some(Self::Integer),
        }
    }

    /// That of a type. `None` if there is none, or no function returns such values.
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

    /// Whether the caller gives the address of memory for it.
    #[inline(always)]
    #[must_use]
    pub fn is_memory(self) -> bool {
        self == Self::Memory
    }

    /// Whether one word holds it.
    #[inline(always)]
    #[must_use]
    pub fn is_word(self) -> bool {
        matches!(self, Self::Integer | Self::Vector)
    }
}
