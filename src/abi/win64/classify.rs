//! The classes of aggregates, and their descriptions for libffi.

use crate::abi::{
    Scalar,
    libffi::{Description, integers},
    passing::{Passing, Shape},
};

/// Classifies an aggregate ("Parameter passing").
#[must_use]
pub fn classify(shape: Shape<'_>) -> Passing {
    match shape.size {
        1 | 2 | 4 | 8 => Passing::Registers(vec![Scalar::unsigned(shape.size)]),
        _ => Passing::Reference,
    }
}

/// Describes an aggregate to libffi: a small one as a whole register, since libffi refuses smaller integers among
/// variadic arguments.
#[must_use]
pub fn describe(shape: Shape<'_>, passing: &Passing) -> Description {
    match passing {
        Passing::Registers(_) => Description::like(Scalar::Uint64),
        _ => describe_in_memory(shape),
    }
}

/// Describes an aggregate whose address is passed.
#[must_use]
pub fn describe_in_memory(shape: Shape<'_>) -> Description {
    // libffi looks at the size alone.
    Description::of(shape.size, shape.align, integers(shape.size.min(8)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_alone_counts() {
        for size in 1..40 {
            let shape = Shape {
                size,
                align: 1,
                natural_align: 1,
                parts: &[(0, Scalar::Float)],
            };
            let expected = match size {
                1 => Passing::Registers(vec![Scalar::Uint8]),
                2 => Passing::Registers(vec![Scalar::Uint16]),
                4 => Passing::Registers(vec![Scalar::Uint32]),
                8 => Passing::Registers(vec![Scalar::Uint64]),
                _ => Passing::Reference,
            };
            assert_eq!(classify(shape), expected, "{size}");
        }
    }
}
