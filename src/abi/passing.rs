//! How values of a C type are passed to functions, and how they are described to libffi.

use super::{
    Scalar,
    libffi::{Description, scalar as scalar_type},
    native,
};
use libffi::raw::ffi_type;

/// A scalar inside an aggregate, at a byte offset from its start.
pub type Part = (usize, Scalar);

/// The facts about a structure or union that ABIs depend on.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a> {
    /// Size in bytes, with padding.
    pub size: usize,
    /// Alignment in bytes.
    pub align: usize,
    /// The largest alignment of its members, in bytes, without what `_align_` adds.
    pub natural_align: usize,
    /// Its scalars; a complex number counts as two.
    pub parts: &'a [Part],
}

/// How an ABI passes a value.
#[allow(dead_code, reason = "some ABIs have no use for it")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passing {
    /// As a scalar.
    Scalar(Scalar),
    /// Each piece in a register if there are registers for all of them, otherwise on the stack. Pieces are
    /// adjacent in memory.
    Registers(Vec<Scalar>),
    /// On the stack; a result is written to memory that the caller provides.
    Memory,
    /// By the address of a copy; a result is written to memory that the caller provides.
    Reference,
    /// On the stack; a result comes back in the x87 register of a `long double`.
    X87,
}

/// What calls need to know of a C type: how its values are passed, and libffi's description of it.
#[derive(Debug)]
pub struct PassedType {
    size: usize,
    align: usize,
    #[allow(dead_code, reason = "some ABIs have no use for it")]
    natural_align: usize,
    passing: Passing,
    /// An aggregate's descriptions. Scalars have none: theirs are libffi's statics.
    aggregate: Option<Box<Descriptions>>,
}

/// libffi's descriptions of an aggregate: as it is passed, and as something that no register can hold.
#[derive(Debug)]
struct Descriptions {
    passed: Description,
    in_memory: Description,
}

impl PassedType {
    /// Describes a scalar type.
    #[must_use]
    pub fn scalar(scalar: Scalar) -> Self {
        Self {
            size: scalar.size(),
            align: scalar.align(),
            natural_align: scalar.align(),
            passing: Passing::Scalar(scalar),
            aggregate: None,
        }
    }

    /// Classifies and describes a structure or union. Its parts may include complex numbers.
    #[must_use]
    pub fn aggregate(shape: Shape<'_>) -> Self {
        let mut parts: Vec<Part> = Vec::with_capacity(shape.parts.len());
        for &(offset, scalar) in shape.parts {
            match scalar.parts() {
                Some(part) => parts.extend([(offset, part), (offset + part.size(), part)]),
                None => parts.push((offset, scalar)),
            }
        }
        let shape = Shape {
            parts: &parts,
            ..shape
        };
        let passing = native::classify(shape);
        let descriptions = Descriptions {
            passed: native::describe(shape, &passing),
            in_memory: native::describe_in_memory(shape),
        };
        Self {
            size: shape.size,
            align: shape.align,
            natural_align: shape.natural_align,
            passing,
            aggregate: Some(Box::new(descriptions)),
        }
    }

    /// Makes a type of an aggregate that is passed in this way, without a description.
    #[cfg(test)]
    pub fn for_test(size: usize, natural_align: usize, passing: Passing) -> Self {
        Self {
            size,
            align: natural_align,
            natural_align,
            passing,
            aggregate: None,
        }
    }

    /// Returns how a value is passed.
    #[inline]
    #[must_use]
    pub fn passing(&self) -> &Passing {
        &self.passing
    }

    /// Returns the eightbytes in registers by which a value is passed, where an ABI does it so: `Double` for those
    /// in vector registers.
    #[must_use]
    pub fn eightbytes(&self) -> Option<&[Scalar]> {
        match &self.passing {
            Passing::Registers(eightbytes) if native::PASSES_EIGHTBYTES => Some(eightbytes),
            _ => None,
        }
    }

    /// Returns the size of a value in bytes.
    #[inline]
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Returns the alignment of a value in bytes.
    #[inline]
    #[must_use]
    pub fn align(&self) -> usize {
        self.align
    }

    /// Returns the largest alignment of its members in bytes.
    #[allow(dead_code, reason = "some ABIs have no use for it")]
    #[inline]
    #[must_use]
    pub fn natural_align(&self) -> usize {
        self.natural_align
    }

    /// Returns the size of a value in bytes, without padding at its end that is not passed.
    #[must_use]
    pub fn passed_size(&self) -> usize {
        match &self.aggregate {
            Some(descriptions) => self.size.min(descriptions.passed.size()),
            None => self.size,
        }
    }

    /// Returns whether values can be passed: neither C nor libffi knows aggregates of size zero.
    #[must_use]
    pub fn is_passable(&self) -> bool {
        self.aggregate.is_none() || self.size > 0
    }

    /// Returns whether C receives the address of a copy.
    #[inline]
    #[must_use]
    pub fn is_passed_by_reference(&self) -> bool {
        self.passing == Passing::Reference
    }

    /// Returns whether C writes a result of this type to memory that the caller provides.
    #[inline]
    #[must_use]
    pub fn is_returned_in_memory(&self) -> bool {
        matches!(self.passing, Passing::Memory | Passing::Reference)
    }

    /// Returns libffi's description, valid for the lifetime of `self`.
    #[must_use]
    pub fn described(&self) -> *mut ffi_type {
        match (&self.aggregate, &self.passing) {
            (Some(descriptions), _) => descriptions.passed.pointer(),
            (None, Passing::Scalar(scalar)) => scalar_type(*scalar),
            (None, _) => scalar_type(Scalar::Void),
        }
    }

    /// Returns libffi's description of a result, valid for the lifetime of `self`. An aggregate that is one
    /// `long double` is described as that: libffi would look for it in the integer registers.
    #[must_use]
    pub fn described_as_result(&self) -> *mut ffi_type {
        match self.passing {
            Passing::X87 => scalar_type(Scalar::LongDouble),
            _ => self.described(),
        }
    }

    /// Returns a description by which libffi passes the value on the stack, valid for the lifetime of `self`.
    #[must_use]
    pub fn described_in_memory(&self) -> *mut ffi_type {
        match &self.aggregate {
            Some(descriptions) => descriptions.in_memory.pointer(),
            None => self.described(),
        }
    }
}

/// Returns the eightbytes by which a scalar that does not fit a word is passed, as [`PassedType::eightbytes`] does.
#[must_use]
pub fn eightbytes_of(scalar: Scalar) -> Option<&'static [Scalar]> {
    match scalar {
        _ if !native::PASSES_EIGHTBYTES => None,
        Scalar::ComplexFloat => Some(&[Scalar::Double]),
        Scalar::ComplexDouble => Some(&[Scalar::Double; 2]),
        _ => None,
    }
}

/// How an argument is described to libffi, so that it does what the ABI says.
#[allow(dead_code, reason = "some ABIs have no use for it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// By the type's own description.
    Whole,
    /// By the type's own description, after a word that fills the register which must stay unused.
    AfterPadding,
    /// As several arguments, one for each piece. A callback's argument must be contiguous in memory and is
    /// described as a whole.
    Pieces(&'a [Scalar]),
    /// By the description that no register can hold.
    InMemory,
    /// As a pointer to a copy.
    Address,
}
