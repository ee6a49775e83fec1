//! libffi's descriptions of C types: its static ones of scalars, and one made for each aggregate, of the
//! scalars that it consists of.
//!
//! libffi knows neither unions nor bit fields nor arrays inside structures, and classifies by the elements that
//! it is given. So where a room of this folder classifies aggregates, it also chooses elements that lead libffi
//! to the same result.

use super::Scalar;
use libffi::raw;
#[cfg(all(target_arch = "x86_64", windows))]
use std::ffi::c_void;
use std::ptr;

/// Returns libffi's static description of a scalar.
#[must_use]
pub fn scalar(scalar: Scalar) -> *mut raw::ffi_type {
    macro_rules! address_of {
        ($name:ident) => {
            (&raw mut raw::$name)
        };
    }
    match scalar {
        Scalar::Void => address_of!(ffi_type_void),
        Scalar::Pointer => address_of!(ffi_type_pointer),
        Scalar::Sint8 => address_of!(ffi_type_sint8),
        Scalar::Uint8 => address_of!(ffi_type_uint8),
        Scalar::Sint16 => address_of!(ffi_type_sint16),
        Scalar::Uint16 => address_of!(ffi_type_uint16),
        Scalar::Sint32 => address_of!(ffi_type_sint32),
        Scalar::Uint32 => address_of!(ffi_type_uint32),
        Scalar::Sint64 => address_of!(ffi_type_sint64),
        Scalar::Uint64 => address_of!(ffi_type_uint64),
        Scalar::Float => address_of!(ffi_type_float),
        Scalar::Double => address_of!(ffi_type_double),
        Scalar::LongDouble if super::long_double::IS_DOUBLE => address_of!(ffi_type_double),
        Scalar::LongDouble => address_of!(ffi_type_longdouble),
        #[cfg(not(windows))]
        Scalar::ComplexFloat => address_of!(ffi_type_complex_float),
        #[cfg(not(windows))]
        Scalar::ComplexDouble => address_of!(ffi_type_complex_double),
        #[cfg(not(windows))]
        Scalar::ComplexLongDouble => address_of!(ffi_type_complex_longdouble),
        // Microsoft's C has no complex numbers, and no ctype is one there.
        #[cfg(windows)]
        Scalar::ComplexFloat | Scalar::ComplexDouble | Scalar::ComplexLongDouble => {
            address_of!(ffi_type_void)
        }
    }
}

/// libffi's description of an aggregate, and the memory it lives in.
pub struct Description {
    raw: raw::ffi_type,
    /// NULL-terminated, pointed to by `raw`.
    elements: Vec<*mut raw::ffi_type>,
}

// SAFETY: a description is written only while it is built, before it is shared. libffi reads it, and writes only
// the size of an aggregate whose size is zero, which it is never given (`PassedType::is_passable`).
unsafe impl Send for Description {}
// SAFETY: as for Send.
unsafe impl Sync for Description {}

impl std::fmt::Debug for Description {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Description")
            .field("size", &self.raw.size)
            .finish_non_exhaustive()
    }
}

impl Description {
    /// Describes a structure of `size` bytes, aligned to `align` bytes, that consists of `elements`.
    #[must_use]
    pub fn new(size: usize, align: usize, mut elements: Vec<*mut raw::ffi_type>) -> Self {
        elements.push(ptr::null_mut());
        let raw = raw::ffi_type {
            size,
            alignment: u16::try_from(align).unwrap_or(u16::MAX),
            type_: raw::FFI_TYPE_STRUCT,
            // A vector's buffer stays where it is when the vector moves.
            elements: elements.as_mut_ptr(),
        };
        Self { raw, elements }
    }

    /// Describes a structure that consists of scalars.
    #[must_use]
    pub fn of(size: usize, align: usize, scalars: impl IntoIterator<Item = Scalar>) -> Self {
        Self::new(size, align, scalars.into_iter().map(scalar).collect())
    }

    /// Describes a scalar.
    #[must_use]
    #[allow(dead_code, reason = "some ABIs have no use for it")]
    pub fn like(scalar: Scalar) -> Self {
        let mut description = Self::new(scalar.size(), scalar.align(), Vec::new());
        // SAFETY: libffi's static descriptions of scalars are never written.
        description.raw.type_ = unsafe { (*self::scalar(scalar)).type_ };
        description
    }

    /// Returns the size in bytes that libffi sees.
    #[must_use]
    pub fn size(&self) -> usize {
        self.raw.size
    }

    /// Returns what libffi is given, valid for the lifetime of `self`.
    #[must_use]
    pub fn pointer(&self) -> *mut raw::ffi_type {
        debug_assert_eq!(self.raw.elements.cast_const(), self.elements.as_ptr());
        (&raw const self.raw).cast_mut()
    }
}

/// Returns unsigned integers that fill `size` bytes, the widest first, so that each is naturally aligned.
pub fn integers(size: usize) -> impl Iterator<Item = Scalar> {
    let narrow = [4, 2, 1]
        .into_iter()
        .filter(move |width| (size % 8) & width != 0);
    let wide = std::iter::repeat_n(8, size / 8);
    wide.chain(narrow).map(Scalar::unsigned)
}

/// Calls libffi's function that makes calls. On Windows structured exceptions are caught where it makes them.
///
/// # Safety
/// As for libffi's `ffi_call`.
#[cfg(all(target_arch = "x86_64", windows))]
#[inline]
pub unsafe fn ffi_call(
    cif: *mut raw::ffi_cif,
    function: Option<unsafe extern "C" fn()>,
    result: *mut c_void,
    values: *mut *mut c_void,
) {
    let words = [
        cif.expose_provenance(),
        function.map_or(0, |function| function as usize),
        result.expose_provenance(),
        values.expose_provenance(),
    ];
    // SAFETY: these are the function's parameters, which are valid for libffi (see # Safety).
    unsafe { super::win64::guard::call(raw::ffi_call as *const () as usize, &words) };
}

#[cfg(not(all(target_arch = "x86_64", windows)))]
pub use raw::ffi_call;
