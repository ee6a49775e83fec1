//! Numbers of C as the items of buffers, and machine words for many of them at once.

use crate::{
    abi::{MOST_ROWS, Scalar, stack::EIGHTBYTE},
    ctype::{
        CType, Kind,
        simple::{Class, SimpleCode, WCHAR},
    },
};
use rustpython_vm::Py;
use std::mem::MaybeUninit;

/// A word for each of the calls that are made at a time.
pub type Words = [MaybeUninit<u64>; MOST_ROWS];

pub const NO_WORDS: Words = [MaybeUninit::uninit(); MOST_ROWS];

/// What a number in memory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Signed,
    Unsigned,
    Float,
    Truth,
    Character,
    WideCharacter,
    /// An address, which is no number to calculate with.
    Address,
}

/// A number in memory that fits a machine word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    sort: Sort,
    /// In bytes.
    size: usize,
}

/// How items become words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// An item of eight bytes.
    Whole,
    U8,
    S8,
    U16,
    S16,
    U32,
    S32,
    /// A truth value that becomes a number: one for whatever is not zero.
    Truth,
    FloatOfTruth,
    FloatOfU8,
    FloatOfS8,
    FloatOfU16,
    FloatOfS16,
    DoubleOfTruth,
    DoubleOfU8,
    DoubleOfS8,
    DoubleOfU16,
    DoubleOfS16,
    DoubleOfU32,
    DoubleOfS32,
    DoubleOfFloat,
    /// The item's address.
    Address,
}

impl Number {
    pub const DOUBLE: Self = Self {
        sort: Sort::Float,
        size: size_of::<f64>(),
    };

    /// An address.
    pub const ADDRESS: Self = Self {
        sort: Sort::Address,
        size: size_of::<usize>(),
    };

    /// Returns the number that a simple ctype is, unless it has the other byte order or does not fit a word.
    #[must_use]
    pub fn of(ctype: &Py<CType>) -> Option<Self> {
        let Kind::Simple(simple) = &ctype.kind else {
            return None;
        };
        Self::of_code(simple.code).filter(|_| !simple.swapped)
    }

    /// Returns the number that values of a simple type's code are, unless they do not fit a word.
    #[must_use]
    pub fn of_code(code: &SimpleCode) -> Option<Self> {
        let sort = match code.class {
            Class::Integer { signed: true } => Sort::Signed,
            Class::Integer { signed: false } => Sort::Unsigned,
            Class::Float => Sort::Float,
            Class::Bool => Sort::Truth,
            Class::Char => Sort::Character,
            Class::WideChar => Sort::WideCharacter,
            _ => return None,
        };
        let size = code.size;
        Some(Self { sort, size })
    }

    /// Returns the number that an item of a buffer is, by its PEP 3118 format.
    #[must_use]
    pub fn of_format(format: &str, size: usize) -> Option<Self> {
        let marks: &[u8] = if cfg!(target_endian = "little") {
            b"@=<"
        } else {
            b"@=>!"
        };
        let code = match format.as_bytes() {
            [code] => *code,
            [mark, code] if marks.contains(mark) => *code,
            _ => return None,
        };
        let sort = match code {
            b'b' | b'h' | b'i' | b'l' | b'q' | b'n' => Sort::Signed,
            b'B' | b'H' | b'I' | b'L' | b'Q' | b'N' => Sort::Unsigned,
            b'f' | b'd' => Sort::Float,
            b'?' => Sort::Truth,
            b'c' => Sort::Character,
            b'u' | b'w' => Sort::WideCharacter,
            b'P' => Sort::Address,
            _ => return None,
        };
        let is_word = matches!(size, 1 | 2 | 4 | 8);
        (is_word && (sort != Sort::Float || size >= 4)).then_some(Self { sort, size })
    }

    /// Returns whether the number is one byte that a character may be.
    #[must_use]
    pub fn is_byte(self) -> bool {
        matches!(self.sort, Sort::Signed | Sort::Unsigned | Sort::Character) && self.size == 1
    }

    /// Returns whether items of a buffer are numbers of this type.
    #[must_use]
    pub fn is_of(self, item: Self) -> bool {
        self == item || self.sort == Sort::Character && item.is_byte()
    }

    /// Returns how numbers of `item` become words of this type: it must be this one or a narrower one, all of
    /// whose values this one has.
    #[must_use]
    pub fn load(self, item: Self) -> Option<Load> {
        use Sort::{Character, Float, Signed, Truth, Unsigned, WideCharacter};
        Some(match (item.sort, item.size, self.sort, self.size) {
            (Character | Signed | Unsigned, 1, Character, _) => Load::S8,
            (Truth, _, Truth, _) => Load::U8,
            (WideCharacter, size, WideCharacter, own) if size == own => match WCHAR {
                Scalar::Uint16 => Load::U16,
                Scalar::Uint32 => Load::U32,
                _ => Load::S32,
            },
            (Truth, _, Signed | Unsigned, _) => Load::Truth,
            (Signed, size, Signed, own) if size <= own => signed(size),
            (Unsigned, size, Unsigned, own) if size <= own => unsigned(size),
            (Unsigned, size, Signed, own) if size < own => unsigned(size),
            (Float, 4, Float, 4) => Load::U32,
            (Float, 8, Float, 8) => Load::Whole,
            (Float, 4, Float, 8) => Load::DoubleOfFloat,
            (Truth, _, Float, 4) => Load::FloatOfTruth,
            (Unsigned, 1, Float, 4) => Load::FloatOfU8,
            (Signed, 1, Float, 4) => Load::FloatOfS8,
            (Unsigned, 2, Float, 4) => Load::FloatOfU16,
            (Signed, 2, Float, 4) => Load::FloatOfS16,
            (Truth, _, Float, 8) => Load::DoubleOfTruth,
            (Unsigned, 1, Float, 8) => Load::DoubleOfU8,
            (Signed, 1, Float, 8) => Load::DoubleOfS8,
            (Unsigned, 2, Float, 8) => Load::DoubleOfU16,
            (Signed, 2, Float, 8) => Load::DoubleOfS16,
            (Unsigned, 4, Float, 8) => Load::DoubleOfU32,
            (Signed, 4, Float, 8) => Load::DoubleOfS32,
            _ => return None,
        })
    }
}

fn signed(size: usize) -> Load {
    match size {
        1 => Load::S8,
        2 => Load::S16,
        4 => Load::S32,
        _ => Load::Whole,
    }
}

fn unsigned(size: usize) -> Load {
    match size {
        1 => Load::U8,
        2 => Load::U16,
        4 => Load::U32,
        _ => Load::Whole,
    }
}

impl Load {
    /// Returns how each eightbyte of a value of `size` bytes becomes a word: its offset, whether it goes into a
    /// vector register, and the load. `None` for one of which no number has as few bytes.
    pub fn of_eightbytes(
        eightbytes: &[Scalar],
        size: usize,
    ) -> impl Iterator<Item = Option<(usize, bool, Self)>> {
        let numbered = eightbytes.iter().enumerate();
        numbered.map(move |(number, eightbyte)| {
            let offset = number * EIGHTBYTE;
            let load = match size - offset {
                1 => Self::U8,
                2 => Self::U16,
                4 => Self::U32,
                8.. => Self::Whole,
                _ => return None,
            };
            Some((offset, eightbyte.is_float(), load))
        })
    }

    /// Writes the words of as many items as there is room for, each `stride` bytes behind the one before.
    ///
    /// # Safety
    /// There must be such items, and the load must be one of numbers or addresses.
    pub unsafe fn words(self, from: *const u8, stride: isize, into: &mut [MaybeUninit<u64>]) {
        macro_rules! each {
            ($item:ty, $convert:expr) => {{
                let convert = $convert;
                let mut at = from;
                for word in into {
                    // SAFETY: there is an item (see # Safety).
                    let item = unsafe { at.cast::<$item>().read_unaligned() };
                    word.write(convert(item));
                    at = at.wrapping_offset(stride);
                }
            }};
        }
        let is_dense = stride == size_of::<u64>().cast_signed();
        match self {
            Self::Whole if is_dense => {
                let count = into.len();
                // SAFETY: the items lie one behind the other (see # Safety), and `into` has room for them.
                unsafe {
                    from.copy_to_nonoverlapping(into.as_mut_ptr().cast(), count * size_of::<u64>())
                };
            }
            Self::Whole => each!(u64, |item| item),
            Self::U8 => each!(u8, u64::from),
            Self::S8 => each!(i8, |item| i64::from(item).cast_unsigned()),
            Self::U16 => each!(u16, u64::from),
            Self::S16 => each!(i16, |item| i64::from(item).cast_unsigned()),
            Self::U32 => each!(u32, u64::from),
            Self::S32 => each!(i32, |item| i64::from(item).cast_unsigned()),
            Self::Truth => each!(u8, |item| u64::from(item != 0)),
            Self::FloatOfTruth => each!(u8, |item| float(u8::from(item != 0))),
            Self::FloatOfU8 => each!(u8, float),
            Self::FloatOfS8 => each!(i8, float),
            Self::FloatOfU16 => each!(u16, float),
            Self::FloatOfS16 => each!(i16, float),
            Self::DoubleOfTruth => each!(u8, |item| double(u8::from(item != 0))),
            Self::DoubleOfU8 => each!(u8, double),
            Self::DoubleOfS8 => each!(i8, double),
            Self::DoubleOfU16 => each!(u16, double),
            Self::DoubleOfS16 => each!(i16, double),
            Self::DoubleOfU32 => each!(u32, double),
            Self::DoubleOfS32 => each!(i32, double),
            Self::DoubleOfFloat => each!(f32, double),
            Self::Address => {
                let mut at = from;
                for word in into {
                    word.write(at.expose_provenance() as u64);
                    at = at.wrapping_offset(stride);
                }
            }
        }
    }
}

fn float(number: impl Into<f32>) -> u64 {
    number.into().to_bits().into()
}

fn double(number: impl Into<f64>) -> u64 {
    number.into().to_bits()
}

/// Writes words as items of `size` bytes, each `stride` bytes behind the one before.
///
/// # Safety
/// There must be room for such items at `to`, for each of the words, which must have been written.
pub unsafe fn store(words: &[MaybeUninit<u64>], size: usize, to: *mut u8, stride: isize) {
    macro_rules! each {
        ($item:ty) => {{
            let mut at = to;
            for word in words {
                // SAFETY: the word was written, and there is room for an item (see # Safety).
                unsafe {
                    at.cast::<$item>()
                        .write_unaligned(word.assume_init() as $item)
                };
                at = at.wrapping_offset(stride);
            }
        }};
    }
    match size {
        1 => each!(u8),
        2 => each!(u16),
        4 => each!(u32),
        8 if stride == 8 => {
            // SAFETY: the items lie one behind the other, and there is room for them (see # Safety).
            unsafe { to.copy_from_nonoverlapping(words.as_ptr().cast(), size_of_val(words)) };
        }
        _ => each!(u64),
    }
}

/// Writes pairs of words as items of `size` bytes, at most 16, each `stride` bytes behind the one before.
///
/// # Safety
/// As for [`store`].
pub unsafe fn store_pairs(words: &[MaybeUninit<u64>], size: usize, to: *mut u8, stride: isize) {
    let mut at = to;
    for pair in words.chunks_exact(2) {
        // SAFETY: the pair was written, and there is room for an item (see # Safety), which is no larger.
        unsafe { at.copy_from_nonoverlapping(pair.as_ptr().cast(), size.min(size_of_val(pair))) };
        at = at.wrapping_offset(stride);
    }
}
