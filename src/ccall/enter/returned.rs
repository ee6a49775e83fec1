//! How C returns a result, and where a direct call finds it.

use crate::ctype::ffi_type::{CLASSIFIES, FfiType, Passing, Scalar};

/// Whether the platform's ABI is one that [`super::direct`] knows.
const KNOWN: bool = cfg!(any(
    all(target_arch = "x86_64", unix),
    all(target_arch = "aarch64", target_os = "linux")
));

/// How C returns a result.
#[derive(Clone, Copy, Debug)]
pub enum Returned<'a> {
    Scalar(Scalar),
    Aggregate(&'a FfiType),
}

/// Where a result comes back.
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
    #[cfg(all(target_arch = "x86_64", not(windows)))]
    X87,
    /// In the first two of them, a complex number.
    #[cfg(all(target_arch = "x86_64", not(windows)))]
    X87Pair,
}

impl Form {
    /// `None` if libffi has to see to it.
    #[must_use]
    pub fn of_scalar(scalar: Scalar) -> Option<Self> {
        match scalar {
            _ if !KNOWN => None,
            Scalar::Float | Scalar::Double => Some(Self::Vector),
            Scalar::ComplexFloat if CLASSIFIES => Some(Self::Vector),
            Scalar::ComplexDouble if CLASSIFIES => Some(Self::Vectors),
            #[cfg(all(target_arch = "x86_64", not(windows)))]
            Scalar::LongDouble => Some(Self::X87),
            #[cfg(all(target_arch = "x86_64", not(windows)))]
            Scalar::ComplexLongDouble => Some(Self::X87Pair),
            #[cfg(not(all(target_arch = "x86_64", not(windows))))]
            Scalar::LongDouble | Scalar::ComplexLongDouble => None,
            Scalar::ComplexFloat | Scalar::ComplexDouble => None,
            _ => Some(Self::Integer),
        }
    }

    /// `None` if libffi has to see to it.
    #[must_use]
    pub fn of(returned: Returned<'_>) -> Option<Self> {
        if !KNOWN {
            return None;
        }
        match returned {
            Returned::Scalar(scalar) => Self::of_scalar(scalar),
            Returned::Aggregate(ffi) if CLASSIFIES => match ffi.passing() {
                Passing::Registers(eightbytes) => {
                    let is_vector = |index: usize| eightbytes[index] == Scalar::Double;
                    Some(match eightbytes.len() {
                        0 => return None,
                        1 if is_vector(0) => Self::Vector,
                        1 => Self::Integer,
                        _ => match (is_vector(0), is_vector(1)) {
                            (false, false) => Self::Integers,
                            (false, true) => Self::IntegerVector,
                            (true, false) => Self::VectorInteger,
                            (true, true) => Self::Vectors,
                        },
                    })
                }
                Passing::Memory if ffi.is_passable() => Some(Self::Memory),
                Passing::X87 => Self::of_scalar(Scalar::LongDouble),
                _ => None,
            },
            Returned::Aggregate(_) => None,
        }
    }
}
