//! What libffi is told about a ctype.
//!
//! Scalars share libffi's own descriptions. An aggregate gets one of ours, built from the scalars
//! it consists of. libffi knows no unions, arrays or bit fields and classifies by the elements it is
//! given, so on System V x86-64 the classification is done here, by the merge rule of the ABI
//! (AMD64 supplement, section 3.2.3), and libffi is given elements from which it comes to the same
//! result. Elsewhere the list of scalars is handed over as it is, which is what AAPCS64 needs to see
//! a homogeneous float aggregate.

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

    /// An integer of this type as a register holds it: cut to the type's width, and extended.
    #[inline]
    #[must_use]
    pub fn extend(self, word: u64) -> u64 {
        match self {
            Self::Sint8 => word as i8 as u64,
            Self::Uint8 => u64::from(word as u8),
            Self::Sint16 => word as i16 as u64,
            Self::Uint16 => u64::from(word as u16),
            Self::Sint32 => word as i32 as u64,
            Self::Uint32 | Self::Float => u64::from(word as u32),
            _ => word,
        }
    }

    /// A number as the bits of a C float of this type.
    #[inline]
    #[must_use]
    pub fn float_bits(self, number: f64) -> u64 {
        match self {
            // Beyond `float`'s range it is an infinity.
            Self::Float => u64::from((number as f32).to_bits()),
            _ => number.to_bits(),
        }
    }

    /// Stores a machine word as this scalar, cut to its width. `false` if a word is not enough.
    ///
    /// # Safety
    /// `target` must be valid for writes of the scalar's size.
    #[inline]
    #[must_use]
    pub unsafe fn write_word(self, target: *mut u8, word: u64) -> bool {
        macro_rules! write {
            ($int:ty) => {
                // SAFETY: the caller's promise.
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

    /// The scalar at `source` as a machine word, if it takes no more than that: an integer extended
    /// as its type is, the bits of a float.
    ///
    /// # Safety
    /// `source` must hold a value of this scalar.
    #[inline]
    #[must_use]
    pub unsafe fn read_word(self, source: *const u8) -> Option<u64> {
        macro_rules! read {
            ($int:ty) => {
                // SAFETY: the caller's promise.
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

    /// Whether a machine word holds it.
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

    /// Whether it is a float that a machine word holds.
    #[inline]
    #[must_use]
    pub fn is_float(self) -> bool {
        matches!(self, Self::Float | Self::Double)
    }

    /// Bytes that a value of this scalar is aligned to.
    #[must_use]
    pub fn align(self) -> usize {
        // SAFETY: as above.
        usize::from(unsafe { (*self.raw()).alignment })
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
    passing: Passing,
    /// An aggregate's descriptions; none for scalars, which are libffi's statics.
    owned: Option<Box<Descriptions>>,
}

/// How System V x86-64 passes a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passing {
    /// As libffi passes a scalar.
    Scalar(Scalar),
    /// Each eightbyte in a register, if there are enough registers left for all of them.
    Registers(Vec<Scalar>),
    /// On the stack, and as a result through a hidden pointer.
    Memory,
    /// On the stack, and as a result in the x87 register that returns a `long double`.
    X87,
}

/// An aggregate as it is, but for eightbytes of padding at its end if registers take it, and as something
/// that no register can take.
struct Descriptions {
    own: Description,
    in_memory: Description,
}

struct Description {
    raw: raw::ffi_type,
    /// NULL-terminated, pointed to by `raw`.
    elements: Vec<*mut raw::ffi_type>,
}

impl std::fmt::Debug for FfiType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FfiType").field(&self.passing).finish()
    }
}

// SAFETY: the descriptions are written only while they are built, before they are shared. libffi
// reads them, and writes only the size of an aggregate whose size is zero, which it is never given
// (`is_passable`).
unsafe impl Send for FfiType {}
// SAFETY: as for Send.
unsafe impl Sync for FfiType {}

/// A scalar that takes no room: elements that overlap, which libffi has no other way to express.
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

    fn raw(&'static self) -> *mut raw::ffi_type {
        (&raw const self.0).cast_mut()
    }
}

static WEIGHTLESS_LONG_DOUBLE: Weightless = Weightless::new(raw::FFI_TYPE_LONGDOUBLE);
static WEIGHTLESS_FLOAT: Weightless = Weightless::new(raw::FFI_TYPE_FLOAT);

/// Whether arguments are classified here.
pub const CLASSIFIES: bool = cfg!(all(target_arch = "x86_64", not(windows)));

const EIGHTBYTE: usize = 8;

impl FfiType {
    #[must_use]
    pub fn scalar(scalar: Scalar) -> Self {
        Self {
            passing: Passing::Scalar(scalar),
            owned: None,
        }
    }

    /// The description of a structure or union of `size` bytes.
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
        let passing = classify(size, &list);
        let elements: Vec<_> = if !CLASSIFIES {
            list.iter().map(|&(_, scalar)| scalar.raw()).collect()
        } else {
            match &passing {
                Passing::Registers(_) => fill(size, &list),
                Passing::X87 => vec![Scalar::LongDouble.raw()],
                Passing::Memory | Passing::Scalar(_) => in_memory(size),
            }
        };
        let passed_size = match &passing {
            Passing::Registers(eightbytes) if CLASSIFIES => size.min(EIGHTBYTE * eightbytes.len()),
            _ => size,
        };
        let owned = Box::new(Descriptions {
            own: Description::new(passed_size, align, elements),
            in_memory: Description::new(size, align, in_memory(size)),
        });
        Self {
            passing,
            owned: Some(owned),
        }
    }

    /// The description, valid as long as `self`.
    #[must_use]
    pub fn raw(&self) -> *mut raw::ffi_type {
        match (&self.owned, &self.passing) {
            (Some(owned), _) => owned.own.pointer(),
            (None, Passing::Scalar(scalar)) => scalar.raw(),
            (None, _) => Scalar::Void.raw(),
        }
    }

    /// Bytes of a value.
    #[must_use]
    pub fn size(&self) -> usize {
        // SAFETY: a description is not written once it is made.
        unsafe { (*self.raw_in_memory()).size }
    }

    /// The same without eightbytes of padding that are not passed.
    #[must_use]
    pub fn passed_size(&self) -> usize {
        // SAFETY: as above.
        unsafe { (*self.raw()).size }
    }

    /// Bytes that a value is aligned to.
    #[must_use]
    pub fn align(&self) -> usize {
        // SAFETY: as above.
        usize::from(unsafe { (*self.raw_in_memory()).alignment })
    }

    /// Whether libffi can be told of it: it knows no aggregate without size, and would write one's
    /// size into its description.
    #[must_use]
    pub fn is_passable(&self) -> bool {
        self.owned
            .as_ref()
            .is_none_or(|owned| owned.own.raw.size > 0)
    }

    /// The description for a result, valid as long as `self`. libffi would look for an aggregate
    /// that is one `long double` in the integer registers.
    #[must_use]
    pub fn raw_result(&self) -> *mut raw::ffi_type {
        match self.passing {
            Passing::X87 if CLASSIFIES => Scalar::LongDouble.raw(),
            _ => self.raw(),
        }
    }

    /// A description by which the value goes to the stack, valid as long as `self`.
    #[must_use]
    pub fn raw_in_memory(&self) -> *mut raw::ffi_type {
        match &self.owned {
            Some(owned) => owned.in_memory.pointer(),
            None => self.raw(),
        }
    }

    #[must_use]
    pub fn passing(&self) -> &Passing {
        &self.passing
    }
}

impl Description {
    fn new(size: usize, align: usize, mut elements: Vec<*mut raw::ffi_type>) -> Self {
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

    fn pointer(&self) -> *mut raw::ffi_type {
        debug_assert_eq!(self.raw.elements.cast_const(), self.elements.as_ptr());
        (&raw const self.raw).cast_mut()
    }
}

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

/// How an aggregate of these scalars is passed.
fn classify(size: usize, scalars: &[Placed]) -> Passing {
    let misaligned = |&(offset, scalar): &Placed| offset % scalar.size() != 0;
    if size > 2 * EIGHTBYTE || scalars.iter().any(misaligned) {
        return Passing::Memory;
    }
    let mut classes: Vec<Eightbyte> = (0..size)
        .step_by(EIGHTBYTE)
        .map(|start| eightbyte(start, size.min(start + EIGHTBYTE), scalars))
        .collect();
    if classes == [Eightbyte::X87; 2] {
        return Passing::X87;
    }
    // What is padding to the end takes no register.
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

/// The class of the bytes from `start` to `end`: that of all scalars there, merged.
fn eightbyte(start: usize, end: usize, scalars: &[Placed]) -> Eightbyte {
    scalars
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

/// Elements that fill an aggregate with scalars of each eightbyte's class.
fn fill(size: usize, scalars: &[Placed]) -> Vec<*mut raw::ffi_type> {
    let mut elements = Vec::new();
    for start in (0..size).step_by(EIGHTBYTE) {
        let end = size.min(start + EIGHTBYTE);
        let class = eightbyte(start, end, scalars);
        if class == Eightbyte::No && start > 0 {
            break;
        }
        let sse = class == Eightbyte::Sse;
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
    elements.into_iter().map(Scalar::raw).collect()
}

/// Elements by which libffi comes to the class MEMORY.
fn in_memory(size: usize) -> Vec<*mut raw::ffi_type> {
    if size > 2 * EIGHTBYTE {
        // Too large for registers, whatever it holds. libffi looks at four eightbytes at most.
        return vec![Scalar::Uint64.raw(); (size / EIGHTBYTE).min(4)];
    }
    // An x87 value and a float in the same place.
    vec![WEIGHTLESS_LONG_DOUBLE.raw(), WEIGHTLESS_FLOAT.raw()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_eightbyte_has_the_class_of_what_it_holds() {
        use Scalar::{Double, Float, LongDouble, Sint32, Uint8, Uint64};
        let registers = |list: &[Scalar]| Passing::Registers(list.to_vec());
        for (size, scalars, expected) in [
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
            assert_eq!(classify(size, &scalars), expected, "{scalars:?}");
        }
    }
}
