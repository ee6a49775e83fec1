//! What libffi is told about a ctype.
//!
//! Scalars share libffi's own descriptions. An aggregate gets one of ours, built from the scalars
//! it consists of: libffi classifies an aggregate by its elements, but knows neither unions nor
//! arrays nor bit fields. So the scalars are laid out here by offset, and where several share
//! storage (unions, bit fields) or the element list could misplace one, each eightbyte of the
//! aggregate is described by the class that the System V ABI's merge rule gives it
//! (System V ABI, AMD64 supplement, section 3.2.3). Elsewhere the list of scalars is handed over as
//! it is, which is what AAPCS64 needs to see a homogeneous float aggregate.

use libffi::raw;
use std::ptr;

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
    ComplexFloat,
    ComplexDouble,
    ComplexLongDouble,
}

impl Scalar {
    /// libffi's static description of this scalar.
    #[must_use]
    pub fn raw(self) -> *mut raw::ffi_type {
        macro_rules! row {
            ($name:ident) => {
                (&raw mut raw::$name)
            };
        }
        match self {
            Self::Void => row!(ffi_type_void),
            Self::Pointer => row!(ffi_type_pointer),
            Self::Sint8 => row!(ffi_type_sint8),
            Self::Uint8 => row!(ffi_type_uint8),
            Self::Sint16 => row!(ffi_type_sint16),
            Self::Uint16 => row!(ffi_type_uint16),
            Self::Sint32 => row!(ffi_type_sint32),
            Self::Uint32 => row!(ffi_type_uint32),
            Self::Sint64 => row!(ffi_type_sint64),
            Self::Uint64 => row!(ffi_type_uint64),
            Self::Float => row!(ffi_type_float),
            Self::Double => row!(ffi_type_double),
            Self::LongDouble => row!(ffi_type_longdouble),
            Self::ComplexFloat => row!(ffi_type_complex_float),
            Self::ComplexDouble => row!(ffi_type_complex_double),
            Self::ComplexLongDouble => row!(ffi_type_complex_longdouble),
        }
    }

    /// Bytes that a value of this scalar takes in memory.
    #[must_use]
    pub fn size(self) -> usize {
        // SAFETY: libffi's static descriptions of scalars are never written after start-up.
        unsafe { (*self.raw()).size }
    }

    /// The scalars a complex number consists of; `None` for what is no complex number.
    fn parts(self) -> Option<Self> {
        match self {
            Self::ComplexFloat => Some(Self::Float),
            Self::ComplexDouble => Some(Self::Double),
            Self::ComplexLongDouble => Some(Self::LongDouble),
            _ => None,
        }
    }

    fn is_sse(self) -> bool {
        matches!(self, Self::Float | Self::Double)
    }

    /// The unsigned integer of `size` bytes (1, 2, 4 or 8).
    fn unsigned(size: usize) -> Self {
        match size {
            1 => Self::Uint8,
            2 => Self::Uint16,
            4 => Self::Uint32,
            _ => Self::Uint64,
        }
    }
}

/// A scalar inside an aggregate, at a byte offset from its start.
pub type Placed = (usize, Scalar);

/// libffi's description of a ctype, and the memory it lives in.
pub struct FfiType {
    raw: *mut raw::ffi_type,
    /// What an aggregate's description consists of; none for scalars, which are libffi's statics.
    _owned: Option<Box<Aggregate>>,
}

struct Aggregate {
    description: raw::ffi_type,
    /// NULL-terminated, pointed to by `description`.
    elements: Vec<*mut raw::ffi_type>,
}

impl std::fmt::Debug for FfiType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FfiType").field(&self.raw).finish()
    }
}

// SAFETY: the description is written only while it is built, before it is shared; libffi reads it,
// and writes only the size and alignment of an aggregate whose size is still zero, which `aggregate`
// never leaves so for an aggregate that is passed by value.
unsafe impl Send for FfiType {}
// SAFETY: as for Send.
unsafe impl Sync for FfiType {}

impl FfiType {
    #[must_use]
    pub fn scalar(scalar: Scalar) -> Self {
        Self {
            raw: scalar.raw(),
            _owned: None,
        }
    }

    /// The description of a structure, union or array of `size` bytes.
    ///
    /// `scalars` are the aggregate's scalars by offset; complex numbers count as their parts.
    #[must_use]
    pub fn aggregate(size: usize, align: usize, scalars: &[Placed]) -> Self {
        let mut list: Vec<Placed> = Vec::with_capacity(scalars.len());
        for &(offset, scalar) in scalars {
            match scalar.parts() {
                Some(part) => list.extend([(offset, part), (offset + part.size(), part)]),
                None => list.push((offset, scalar)),
            }
        }
        let elements = if cfg!(all(target_arch = "x86_64", not(windows))) {
            eightbytes(size, &list)
        } else {
            list.iter().map(|&(_, scalar)| scalar).collect()
        };
        let mut elements: Vec<_> = elements.into_iter().map(Scalar::raw).collect();
        elements.push(ptr::null_mut());
        let mut owned = Box::new(Aggregate {
            description: raw::ffi_type {
                size,
                alignment: u16::try_from(align).unwrap_or(u16::MAX),
                type_: raw::FFI_TYPE_STRUCT,
                elements: ptr::null_mut(),
            },
            elements,
        });
        owned.description.elements = owned.elements.as_mut_ptr();
        Self {
            raw: &raw mut owned.description,
            _owned: Some(owned),
        }
    }

    /// The description, valid as long as `self`.
    #[must_use]
    pub fn raw(&self) -> *mut raw::ffi_type {
        self.raw
    }
}

/// Elements by which libffi classifies an aggregate as the System V ABI does.
fn eightbytes(size: usize, scalars: &[Placed]) -> Vec<Scalar> {
    const EIGHTBYTE: usize = 8;
    if size > 2 * EIGHTBYTE {
        // Class MEMORY whatever the elements are; all that counts is the size.
        return vec![Scalar::Uint64; size / EIGHTBYTE];
    }
    if scalars.iter().any(|&(_, s)| s == Scalar::LongDouble) {
        return vec![Scalar::LongDouble; size / Scalar::LongDouble.size()];
    }
    let mut elements = Vec::new();
    for start in (0..size).step_by(EIGHTBYTE) {
        let end = size.min(start + EIGHTBYTE);
        let mut inside = scalars
            .iter()
            .filter(|&&(offset, s)| offset < end && offset + s.size() > start)
            .peekable();
        let sse = inside.peek().is_some() && inside.all(|&(_, s)| s.is_sse());
        match end - start {
            8 if sse => elements.push(Scalar::Double),
            4 if sse => elements.push(Scalar::Float),
            mut rest => {
                // Widest first, so that each element is naturally aligned.
                for width in [8, 4, 2, 1] {
                    while rest >= width {
                        elements.push(Scalar::unsigned(width));
                        rest -= width;
                    }
                }
            }
        }
    }
    elements
}
