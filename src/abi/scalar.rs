//! The scalar types of C, as far as an ABI tells them apart.

use super::long_double;

/// The scalar classes that ABIs tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    Void,
    Pointer,
    Sint8,
    Uint8,
    Sint16,
    Uint16,
    Sint32,
    Uint32,
    Sint64,
    Uint64,
    Float,
    Double,
    LongDouble,
    #[cfg_attr(windows, allow(dead_code, reason = "C has no complex numbers there"))]
    ComplexFloat,
    #[cfg_attr(windows, allow(dead_code, reason = "C has no complex numbers there"))]
    ComplexDouble,
    #[cfg_attr(windows, allow(dead_code, reason = "C has no complex numbers there"))]
    ComplexLongDouble,
}

impl Scalar {
    /// Returns the size of a value in bytes.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            // `Void` has the size that libffi gives it.
            Self::Void | Self::Sint8 | Self::Uint8 => 1,
            Self::Sint16 | Self::Uint16 => 2,
            Self::Sint32 | Self::Uint32 | Self::Float => 4,
            Self::Sint64 | Self::Uint64 | Self::Double | Self::ComplexFloat => 8,
            Self::Pointer => size_of::<usize>(),
            Self::ComplexDouble => 16,
            Self::LongDouble => long_double::SIZE,
            Self::ComplexLongDouble => 2 * long_double::SIZE,
        }
    }

    /// Returns how an integer of this type fills a register.
    #[inline]
    #[must_use]
    pub const fn width(self) -> Width {
        let (size, signed) = match self {
            Self::Sint8 => (1, true),
            Self::Uint8 => (1, false),
            Self::Sint16 => (2, true),
            Self::Uint16 => (2, false),
            Self::Sint32 => (4, true),
            Self::Uint32 | Self::Float => (4, false),
            _ => (8, false),
        };
        Width {
            shift: 64 - 8 * size,
            signed,
        }
    }

    /// Cuts a word to the type's width and extends it again, as a register holds it.
    #[inline]
    #[must_use]
    pub fn extend(self, word: u64) -> u64 {
        self.width().extend(word)
    }

    /// Returns a number as the bits of a C float of this type.
    #[inline]
    #[must_use]
    pub fn float_bits(self, number: f64) -> u64 {
        match self {
            // Beyond `float`'s range it is an infinity.
            Self::Float => u64::from((number as f32).to_bits()),
            _ => number.to_bits(),
        }
    }

    /// Stores a machine word as this scalar, cut to its width. Returns `false` if a word is not enough.
    ///
    /// # Safety
    /// `target` must be valid for writes of the scalar's size.
    #[inline]
    #[must_use]
    pub unsafe fn write_word(self, target: *mut u8, word: u64) -> bool {
        macro_rules! write {
            ($int:ty) => {
                // SAFETY: `target` is valid for writes of the scalar's size (see # Safety).
                unsafe { target.cast::<$int>().write_unaligned(word as $int) }
            };
        }
        match self {
            Self::Sint8 | Self::Uint8 => write!(u8),
            Self::Sint16 | Self::Uint16 => write!(u16),
            Self::Sint32 | Self::Uint32 | Self::Float => write!(u32),
            Self::Sint64 | Self::Uint64 | Self::Double => write!(u64),
            Self::Pointer => write!(usize),
            Self::Void
            | Self::LongDouble
            | Self::ComplexFloat
            | Self::ComplexDouble
            | Self::ComplexLongDouble => return false,
        }
        true
    }

    /// Reads the scalar at `source` as a machine word, if it fits one: an integer extended as its type
    /// requires, the bits of a float.
    ///
    /// # Safety
    /// `source` must hold a value of this scalar.
    #[inline]
    #[must_use]
    pub unsafe fn read_word(self, source: *const u8) -> Option<u64> {
        macro_rules! read {
            ($int:ty) => {
                // SAFETY: `source` holds a value of this scalar (see # Safety).
                unsafe { source.cast::<$int>().read_unaligned() as u64 }
            };
        }
        Some(match self {
            Self::Sint8 => read!(i8),
            Self::Uint8 => read!(u8),
            Self::Sint16 => read!(i16),
            Self::Uint16 => read!(u16),
            Self::Sint32 => read!(i32),
            Self::Uint32 | Self::Float => read!(u32),
            Self::Sint64 | Self::Uint64 | Self::Double => read!(u64),
            Self::Pointer => read!(usize),
            Self::Void
            | Self::LongDouble
            | Self::ComplexFloat
            | Self::ComplexDouble
            | Self::ComplexLongDouble => return None,
        })
    }

    /// Returns whether the scalar fits a machine word.
    #[must_use]
    pub fn is_word(self) -> bool {
        !matches!(
            self,
            Self::Void
                | Self::LongDouble
                | Self::ComplexFloat
                | Self::ComplexDouble
                | Self::ComplexLongDouble
        )
    }

    /// Returns whether the scalar is a float that fits a machine word.
    #[inline]
    #[must_use]
    pub fn is_float(self) -> bool {
        matches!(self, Self::Float | Self::Double)
    }

    /// Returns the alignment of a value in bytes.
    #[must_use]
    pub fn align(self) -> usize {
        match self {
            Self::Void | Self::Sint8 | Self::Uint8 => 1,
            Self::Sint16 | Self::Uint16 => 2,
            Self::Sint32 | Self::Uint32 | Self::Float | Self::ComplexFloat => 4,
            Self::Sint64 | Self::Uint64 => align_of::<u64>(),
            Self::Double | Self::ComplexDouble => align_of::<f64>(),
            Self::Pointer => align_of::<usize>(),
            Self::LongDouble | Self::ComplexLongDouble => long_double::ALIGN,
        }
    }

    /// Returns the scalar type of a complex number's parts, or `None` if it is not a complex number.
    #[must_use]
    pub fn parts(self) -> Option<Self> {
        match self {
            Self::ComplexFloat => Some(Self::Float),
            Self::ComplexDouble => Some(Self::Double),
            Self::ComplexLongDouble => Some(Self::LongDouble),
            _ => None,
        }
    }

    /// Returns the unsigned integer of `size` bytes (1, 2, 4 or 8).
    #[must_use]
    pub fn unsigned(size: usize) -> Self {
        match size {
            1 => Self::Uint8,
            2 => Self::Uint16,
            4 => Self::Uint32,
            _ => Self::Uint64,
        }
    }
}

/// How an integer of fewer bits than a register's fills it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width {
    /// The bits that are not the integer's.
    shift: u8,
    signed: bool,
}

impl Width {
    /// Cuts a word to this width and extends it again.
    #[inline(always)]
    #[must_use]
    pub const fn extend(self, word: u64) -> u64 {
        if self.signed {
            ((word << self.shift) as i64 >> self.shift) as u64
        } else {
            word << self.shift >> self.shift
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_and_extended() {
        let word = 0xffff_ffff_8765_43f0;
        assert_eq!(Scalar::Sint8.extend(word), -16i64 as u64);
        assert_eq!(Scalar::Uint8.extend(word), 0xf0);
        assert_eq!(Scalar::Sint16.extend(word), 0x43f0);
        assert_eq!(Scalar::Sint32.extend(word), word);
        assert_eq!(Scalar::Uint32.extend(word), 0x8765_43f0);
        assert_eq!(Scalar::Uint64.extend(word), word);
    }
}
