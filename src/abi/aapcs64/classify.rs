//! The classes of aggregates, and their descriptions for libffi.

use crate::abi::{
    Scalar,
    libffi::{Description, integers},
    long_double,
    passing::{Part, Passing, Shape},
    stack::EIGHTBYTE,
};

/// The most members of a homogeneous aggregate (5.9.5.1).
const MOST_FLOATS: usize = 4;

/// Classifies an aggregate (6.8.2, B.4 and C).
#[must_use]
pub fn classify(shape: Shape<'_>) -> Passing {
    if let Some(floats) = homogeneous(shape) {
        return Passing::Registers(floats);
    }
    if shape.size > 2 * EIGHTBYTE {
        return Passing::Reference;
    }
    Passing::Registers(vec![Scalar::Uint64; shape.size.div_ceil(EIGHTBYTE)])
}

/// Returns the members of an aggregate that consists of one to four floats of one type and nothing else.
fn homogeneous(shape: Shape<'_>) -> Option<Vec<Scalar>> {
    let &(_, first) = shape.parts.first()?;
    let float = fundamental(first)?;
    let (size, count) = (float.size(), shape.size / float.size());
    let is_member = |&(offset, scalar): &Part| {
        fundamental(scalar) == Some(float) && offset % size == 0 && offset < shape.size
    };
    let is_one = |index: usize| {
        shape
            .parts
            .iter()
            .any(|&(offset, _)| offset == index * size)
    };
    let homogeneous = shape.size.is_multiple_of(size)
        && count <= MOST_FLOATS
        && shape.parts.iter().all(is_member)
        && (0..count).all(is_one);
    homogeneous.then(|| vec![float; count])
}

/// Returns the type of a float; `long double` may be another name for `double`.
fn fundamental(scalar: Scalar) -> Option<Scalar> {
    match scalar {
        Scalar::LongDouble if long_double::IS_DOUBLE => Some(Scalar::Double),
        Scalar::Float | Scalar::Double | Scalar::LongDouble => Some(scalar),
        _ => None,
    }
}

/// Describes an aggregate to libffi: as floats if they are passed as such, otherwise as integers.
#[must_use]
pub fn describe(shape: Shape<'_>, passing: &Passing) -> Description {
    let align = on_stack(shape.natural_align);
    match passing {
        Passing::Registers(pieces) if pieces.first() != Some(&Scalar::Uint64) => {
            Description::of(shape.size, align, pieces.iter().copied())
        }
        _ => describe_in_memory(shape),
    }
}

/// Describes an aggregate to libffi so that no vector register can hold it.
#[must_use]
pub fn describe_in_memory(shape: Shape<'_>) -> Description {
    // Larger ones are passed by address; a few elements are enough for them.
    let elements = integers(shape.size.min(4 * EIGHTBYTE));
    Description::of(shape.size, on_stack(shape.natural_align), elements)
}

/// Returns the alignment of an aggregate on the stack or in x registers (C.10, C.14).
#[must_use]
pub fn on_stack(natural_align: usize) -> usize {
    if natural_align < 2 * EIGHTBYTE {
        EIGHTBYTE
    } else {
        2 * EIGHTBYTE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(size: usize, parts: &[Part]) -> Passing {
        classify(Shape {
            size,
            align: 8,
            natural_align: 8,
            parts,
        })
    }

    #[test]
    fn equal_floats_go_to_vector_registers() {
        use Scalar::{Double, Float};
        let floats = [(0, Float), (4, Float), (8, Float)];
        assert_eq!(of(12, &floats), Passing::Registers(vec![Float; 3]));
        let doubles: Vec<Part> = (0..4).map(|index| (8 * index, Double)).collect();
        assert_eq!(of(32, &doubles), Passing::Registers(vec![Double; 4]));
        // A union of a float and an array of two.
        let union = [(0, Float), (0, Float), (4, Float)];
        assert_eq!(of(8, &union), Passing::Registers(vec![Float; 2]));
    }

    #[test]
    fn others_go_to_integer_registers_or_by_address() {
        use Scalar::{Double, Float, Sint32, Uint64};
        let integers = |count| Passing::Registers(vec![Uint64; count]);
        assert_eq!(of(8, &[(0, Float), (4, Sint32)]), integers(1));
        assert_eq!(of(16, &[(0, Double), (8, Float)]), integers(2));
        assert_eq!(of(8, &[(0, Double), (0, Float), (4, Float)]), integers(1));
        assert_eq!(
            of(12, &[(0, Sint32), (4, Sint32), (8, Sint32)]),
            integers(2)
        );
        let five: Vec<Part> = (0..5).map(|index| (4 * index, Float)).collect();
        assert_eq!(of(20, &five), Passing::Reference);
        assert_eq!(
            of(24, &[(0, Uint64), (8, Uint64), (16, Uint64)]),
            Passing::Reference
        );
        // Aligned to more than its float.
        assert_eq!(of(16, &[(0, Float)]), integers(2));
    }
}
