//! The table of simple types: one row for each `_type_` code.

#[cfg(windows)]
use super::scalar::bstr;
#[cfg(not(windows))]
use super::scalar::complex;
use super::scalar::{Access, character, float, integer, object, pointer, string};
use crate::abi::{Scalar, Width, long_double};
use libc::{c_int, c_long, c_short, c_uint, c_ulong, c_ushort, wchar_t};
use std::mem::{align_of, size_of};

/// The kind of values that a code has, for the conversions of arguments and results that depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Integer {
        signed: bool,
    },
    Bool,
    /// OLE's boolean: two bytes, true is -1.
    VariantBool,
    /// OLE's string.
    #[cfg(windows)]
    Bstr,
    Float,
    LongDouble,
    #[cfg_attr(windows, allow(dead_code, reason = "C has no complex numbers there"))]
    Complex,
    Char,
    WideChar,
    CharPointer,
    WideCharPointer,
    VoidPointer,
    Object,
}

impl Class {
    /// Returns whether a value is read by following a pointer.
    #[inline]
    #[must_use]
    pub fn is_reference(self) -> bool {
        matches!(
            self,
            Self::CharPointer | Self::WideCharPointer | Self::Object
        )
    }
}

/// A row: everything that follows from the `_type_` code.
#[derive(Debug)]
pub struct SimpleCode {
    pub code: char,
    pub size: usize,
    pub align: usize,
    /// The code for a PEP 3118 format string with standard sizes.
    pub format: char,
    pub scalar: Scalar,
    /// How an integer of this type fills a word.
    pub width: Width,
    pub class: Class,
    pub native: Access,
    /// The accesses in the other byte order, if the type has one.
    pub swapped: Option<Access>,
}

const fn row(
    code: char,
    layout: (usize, usize),
    format: char,
    scalar: Scalar,
    class: Class,
    native: Access,
    swapped: Option<Access>,
) -> SimpleCode {
    let (size, align) = layout;
    SimpleCode {
        code,
        size,
        align,
        format,
        scalar,
        width: scalar.width(),
        class,
        native,
        swapped,
    }
}

/// Makes a row of an integer type; format and scalar follow from its width and signedness.
macro_rules! int {
    ($code:literal, $int:ty) => {{
        const SIGNED: bool = <$int>::MIN != 0;
        const FORMS: [(char, char, Scalar, Scalar); 4] = [
            ('b', 'B', Scalar::Sint8, Scalar::Uint8),
            ('h', 'H', Scalar::Sint16, Scalar::Uint16),
            ('i', 'I', Scalar::Sint32, Scalar::Uint32),
            ('q', 'Q', Scalar::Sint64, Scalar::Uint64),
        ];
        let form = FORMS[size_of::<$int>().trailing_zeros() as usize];
        row(
            $code,
            of::<$int>(),
            format_code($code, if SIGNED { form.0 } else { form.1 }),
            if SIGNED { form.2 } else { form.3 },
            Class::Integer { signed: SIGNED },
            integer::access::<$int, false>(),
            Some(integer::access::<$int, true>()),
        )
    }};
}

/// Returns the code of an integer type in a format string. `long` keeps its own where it is as wide as `int`.
const fn format_code(code: char, of_width: char) -> char {
    match (code, of_width) {
        ('l' | 'L', 'i' | 'I') => code,
        _ => of_width,
    }
}

const fn of<T>() -> (usize, usize) {
    (size_of::<T>(), align_of::<T>())
}

const fn long_doubles(count: usize) -> (usize, usize) {
    (count * long_double::SIZE, long_double::ALIGN)
}

/// `wchar_t`.
pub const WCHAR: Scalar = if size_of::<wchar_t>() == 2 {
    Scalar::Uint16
} else if wchar_t::MIN == 0 {
    Scalar::Uint32
} else {
    Scalar::Sint32
};

/// `int`, which functions return unless they are declared otherwise.
pub const INT: SimpleCode = int!('i', c_int);

#[rustfmt::skip]
mod pointers {
    use super::*;

    /// `char *`
    pub const CHAR_P: SimpleCode = row('z', of::<usize>(), 'z', Scalar::Pointer, Class::CharPointer, string::CHAR_P, None);
    /// `wchar_t *`
    pub const WCHAR_P: SimpleCode = row('Z', of::<usize>(), 'Z', Scalar::Pointer, Class::WideCharPointer, string::WCHAR_P, None);
    /// `void *`
    pub const VOID_P: SimpleCode = row('P', of::<usize>(), 'P', Scalar::Pointer, Class::VoidPointer, pointer::VOID_P, None);
}
pub use pointers::{CHAR_P, VOID_P, WCHAR_P};

#[rustfmt::skip]
static TABLE: &[SimpleCode] = &[
    int!('b', i8),
    int!('B', u8),
    int!('h', c_short),
    int!('H', c_ushort),
    INT,
    int!('I', c_uint),
    int!('l', c_long),
    int!('L', c_ulong),
    int!('q', i64),
    int!('Q', u64),
    row('?', (1, 1), '?', Scalar::Uint8, Class::Bool, integer::BOOL, Some(integer::access::<u8, true>())),
    row('f', of::<f32>(), 'f', Scalar::Float, Class::Float, float::single::<false>(), Some(float::single::<true>())),
    row('d', of::<f64>(), 'd', Scalar::Double, Class::Float, float::double::<false>(), Some(float::double::<true>())),
    row('g', long_doubles(1), 'g', Scalar::LongDouble, Class::LongDouble, float::LONG_DOUBLE, None),
    #[cfg(not(windows))]
    row('F', of::<[f32; 2]>(), 'F', Scalar::ComplexFloat, Class::Complex, complex::single::<false>(), Some(complex::single::<true>())),
    #[cfg(not(windows))]
    row('D', of::<[f64; 2]>(), 'D', Scalar::ComplexDouble, Class::Complex, complex::double::<false>(), Some(complex::double::<true>())),
    #[cfg(not(windows))]
    row('G', long_doubles(2), 'G', Scalar::ComplexLongDouble, Class::Complex, complex::LONG_DOUBLE, None),
    row('c', (1, 1), 'c', Scalar::Sint8, Class::Char, character::CHAR, None),
    row('u', of::<wchar_t>(), 'u', WCHAR, Class::WideChar, character::WCHAR, None),
    CHAR_P,
    WCHAR_P,
    VOID_P,
    row('O', of::<usize>(), 'O', Scalar::Pointer, Class::Object, object::PY_OBJECT, None),
    row('v', of::<i16>(), 'v', Scalar::Sint16, Class::VariantBool, integer::VARIANT_BOOL, None),
    #[cfg(windows)]
    row('X', of::<usize>(), 'X', Scalar::Pointer, Class::Bstr, bstr::ACCESS, None),
];

/// The codes that a `_type_` may name, as ctypes lists them when it refuses any other.
pub const CODES: &str = if cfg!(windows) {
    "cbBhHiIlLdfuzZqQPXOv?g"
} else {
    "cbBhHiIlLdDFGfuzZqQPOv?g"
};

/// Returns the row of a `_type_` code.
#[must_use]
pub fn lookup(code: char) -> Option<&'static SimpleCode> {
    TABLE.iter().find(|row| row.code == code)
}
