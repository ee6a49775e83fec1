//! The classes of aggregates, and their descriptions for libffi.
//!
//! libffi classifies by elements and knows no unions, arrays or bit fields. So the class of each eightbyte is found
//! here, and libffi is given elements that have the same classes.

use crate::abi::{
    Scalar,
    libffi::{Description, integers, scalar},
    passing::{Part, Passing, Shape},
    stack::EIGHTBYTE,
};
use libffi::raw;
use std::ptr;

/// The class of an eightbyte (section 3.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Eightbyte {
    /// Padding alone.
    No,
    Integer,
    Sse,
    X87,
    Memory,
}

/// Classifies an aggregate (3.2.3).
#[must_use]
pub fn classify(shape: Shape<'_>) -> Passing {
    let Shape { size, parts, .. } = shape;
    let misaligned = |&(offset, scalar): &Part| offset % scalar.size() != 0;
    if size > 2 * EIGHTBYTE || parts.iter().any(misaligned) {
        return Passing::Memory;
    }
    let mut classes: Vec<Eightbyte> = (0..size)
        .step_by(EIGHTBYTE)
        .map(|start| eightbyte(start, size.min(start + EIGHTBYTE), parts))
        .collect();
    if classes == [Eightbyte::X87; 2] {
        return Passing::X87;
    }
    // Padding at the end takes no register.
    while classes.len() > 1 && classes.last() == Some(&Eightbyte::No) {
        classes.pop();
    }
    let registers = classes.iter().map(|class| match class {
        Eightbyte::No | Eightbyte::Integer => Some(Scalar::Uint64),
        Eightbyte::Sse => Some(Scalar::Double),
        // Half of an x87 value means memory.
        Eightbyte::X87 | Eightbyte::Memory => None,
    });
    registers
        .collect::<Option<Vec<_>>>()
        .map_or(Passing::Memory, Passing::Registers)
}

/// Returns the class of the bytes from `start` to `end`: the merged classes of all parts there.
fn eightbyte(start: usize, end: usize, parts: &[Part]) -> Eightbyte {
    parts
        .iter()
        .filter(|&&(offset, scalar)| offset < end && offset + scalar.size() > start)
        .map(|&(_, scalar)| match scalar {
            Scalar::LongDouble => Eightbyte::X87,
            scalar if scalar.is_float() => Eightbyte::Sse,
            _ => Eightbyte::Integer,
        })
        .fold(Eightbyte::No, |merged, class| match (merged, class) {
            (Eightbyte::No, class) => class,
            (merged, class) if merged == class => merged,
            (Eightbyte::Memory, _) => Eightbyte::Memory,
            (Eightbyte::Integer, _) | (_, Eightbyte::Integer) => Eightbyte::Integer,
            _ => Eightbyte::Memory,
        })
}

/// Describes an aggregate to libffi, without eightbytes of padding at its end.
#[must_use]
pub fn describe(shape: Shape<'_>, passing: &Passing) -> Description {
    match passing {
        Passing::Registers(eightbytes) => {
            let size = shape.size.min(EIGHTBYTE * eightbytes.len());
            Description::of(size, shape.align, fill(size, shape.parts))
        }
        Passing::X87 => Description::of(shape.size, shape.align, [Scalar::LongDouble]),
        _ => describe_in_memory(shape),
    }
}

/// Returns scalars that fill `size` bytes, with the class of each eightbyte.
fn fill(size: usize, parts: &[Part]) -> impl Iterator<Item = Scalar> {
    (0..size).step_by(EIGHTBYTE).flat_map(move |start| {
        let end = size.min(start + EIGHTBYTE);
        let float = match end - start {
            8 => Some(Scalar::Double),
            4 => Some(Scalar::Float),
            _ => None,
        };
        let float = float.filter(|_| eightbyte(start, end, parts) == Eightbyte::Sse);
        let rest = if float.is_some() { 0 } else { end - start };
        float.into_iter().chain(integers(rest))
    })
}

/// Describes an aggregate to libffi so that its class is MEMORY.
#[must_use]
pub fn describe_in_memory(shape: Shape<'_>) -> Description {
    let elements = if shape.size > 2 * EIGHTBYTE {
        // Too large for registers whatever it holds; libffi looks at four eightbytes at most.
        vec![scalar(Scalar::Uint64); (shape.size / EIGHTBYTE).min(4)]
    } else {
        // An x87 value and a float in the same place.
        vec![WEIGHTLESS_LONG_DOUBLE.pointer(), WEIGHTLESS_FLOAT.pointer()]
    };
    Description::new(shape.size, shape.align, elements)
}

/// A scalar of size zero. With it elements can overlap, which libffi cannot express otherwise.
struct Weightless(raw::ffi_type);

// SAFETY: never written.
unsafe impl Sync for Weightless {}

impl Weightless {
    const fn new(type_: u16) -> Self {
        Self(raw::ffi_type {
            size: 0,
            alignment: 1,
            type_,
            elements: ptr::null_mut(),
        })
    }

    fn pointer(&'static self) -> *mut raw::ffi_type {
        (&raw const self.0).cast_mut()
    }
}

static WEIGHTLESS_LONG_DOUBLE: Weightless = Weightless::new(raw::FFI_TYPE_LONGDOUBLE);
static WEIGHTLESS_FLOAT: Weightless = Weightless::new(raw::FFI_TYPE_FLOAT);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_eightbyte_has_the_class_of_what_it_holds() {
        use Scalar::{Double, Float, LongDouble, Sint32, Uint8, Uint64};
        let registers = |list: &[Scalar]| Passing::Registers(list.to_vec());
        for (size, parts, expected) in [
            (8, vec![(0, Float), (4, Float)], registers(&[Double])),
            (8, vec![(0, Float), (4, Sint32)], registers(&[Uint64])),
            (
                12,
                vec![(0, Double), (8, Sint32)],
                registers(&[Double, Uint64]),
            ),
            (
                12,
                vec![(0, Sint32), (4, Float), (8, Float)],
                registers(&[Uint64, Double]),
            ),
            // A union: whatever overlaps is merged.
            (8, vec![(0, Double), (0, Sint32)], registers(&[Uint64])),
            (5, vec![(0, Uint8), (1, Sint32)], Passing::Memory),
            (
                24,
                vec![(0, Double), (8, Double), (16, Double)],
                Passing::Memory,
            ),
            (16, vec![(0, LongDouble)], Passing::X87),
            (16, vec![(0, LongDouble), (0, Sint32)], Passing::Memory),
            (
                16,
                vec![(0, LongDouble), (0, Uint64), (8, Uint8)],
                registers(&[Uint64, Uint64]),
            ),
            (16, vec![(0, LongDouble), (0, Double)], Passing::Memory),
            // The second half is padding.
            (16, vec![(0, Double)], registers(&[Double])),
        ] {
            let shape = Shape {
                size,
                align: 1,
                natural_align: 1,
                parts: &parts,
            };
            assert_eq!(classify(shape), expected, "{parts:?}");
        }
    }
}
