//! How the values of a C type are passed, to a function and by libffi.

use super::{
    Scalar,
    libffi::{Description, scalar as scalar_type},
    native,
};
use libffi::raw::ffi_type;

/// A scalar inside an aggregate, at a byte offset from its start.
pub type Part = (usize, Scalar);

/// A structure or union, as an ABI looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a> {
    /// Bytes, padding included.
    pub size: usize,
    /// Bytes that it is aligned to.
    pub align: usize,
    /// Bytes that its members ask for, whatever the aggregate as a whole was given besides.
    pub natural_align: usize,
    /// The scalars in it; a complex number counts as two.
    pub parts: &'a [Part],
}

/// How an ABI passes a value.
#[allow(dead_code, reason = "some ABIs have no use for it")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passing {
    /// As a scalar.
    Scalar(Scalar),
    /// Each piece in a register, if there are registers for all of them; otherwise on the stack. The pieces
    /// lie one behind the other.
    Registers(Vec<Scalar>),
    /// On the stack, and as a result in memory that the caller provides.
    Memory,
    /// The address of a copy is passed, and a result is written to memory that the caller provides.
    Reference,
    /// On the stack, and as a result in the x87 register that returns a `long double`.
    X87,
}

/// A C type as far as calls have to do with it: how its values are passed, and what libffi is told of it.
#[derive(Debug)]
pub struct PassedType {
    size: usize,
    align: usize,
    #[allow(dead_code, reason = "some ABIs have no use for it")]
    natural_align: usize,
    passing: Passing,
    /// An aggregate's descriptions; none for scalars, which are libffi's statics.
    aggregate: Option<Box<Descriptions>>,
}

/// An aggregate as it is passed, and as something that no register can take.
#[derive(Debug)]
struct Descriptions {
    passed: Description,
    in_memory: Description,
}

impl PassedType {
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

    /// That of a structure or union. Among its parts may be complex numbers.
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

    /// A type that is passed so, without a description.
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

    #[inline]
    #[must_use]
    pub fn passing(&self) -> &Passing {
        &self.passing
    }

    /// Bytes of a value.
    #[inline]
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Bytes that a value is aligned to.
    #[inline]
    #[must_use]
    pub fn align(&self) -> usize {
        self.align
    }

    /// Bytes that its members ask for.
    #[allow(dead_code, reason = "some ABIs have no use for it")]
    #[inline]
    #[must_use]
    pub fn natural_align(&self) -> usize {
        self.natural_align
    }

    /// Bytes of a value without padding at its end that is not passed.
    #[must_use]
    pub fn passed_size(&self) -> usize {
        match &self.aggregate {
            Some(descriptions) => self.size.min(descriptions.passed.size()),
            None => self.size,
        }
    }

    /// Whether C can be given values of it, and libffi be told of it: an aggregate without size is nothing to
    /// either.
    #[must_use]
    pub fn is_passable(&self) -> bool {
        self.aggregate.is_none() || self.size > 0
    }

    /// Whether C is given the address of a copy.
    #[inline]
    #[must_use]
    pub fn is_passed_by_reference(&self) -> bool {
        self.passing == Passing::Reference
    }

    /// Whether C writes a result of this type to memory that the caller provides.
    #[inline]
    #[must_use]
    pub fn is_returned_in_memory(&self) -> bool {
        matches!(self.passing, Passing::Memory | Passing::Reference)
    }

    /// libffi's description, valid as long as `self`.
    #[must_use]
    pub fn described(&self) -> *mut ffi_type {
        match (&self.aggregate, &self.passing) {
            (Some(descriptions), _) => descriptions.passed.pointer(),
            (None, Passing::Scalar(scalar)) => scalar_type(*scalar),
            (None, _) => scalar_type(Scalar::Void),
        }
    }

    /// libffi's description of a result, valid as long as `self`. libffi would look for an aggregate that is one
    /// `long double` in the integer registers.
    #[must_use]
    pub fn described_as_result(&self) -> *mut ffi_type {
        match self.passing {
            Passing::X87 => scalar_type(Scalar::LongDouble),
            _ => self.described(),
        }
    }

    /// A description by which libffi puts the value onto the stack, valid as long as `self`.
    #[must_use]
    pub fn described_in_memory(&self) -> *mut ffi_type {
        match &self.aggregate {
            Some(descriptions) => descriptions.in_memory.pointer(),
            None => self.described(),
        }
    }
}

/// How libffi is told of an argument, so that it comes to what the ABI says.
#[allow(dead_code, reason = "some ABIs have no use for it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// As it is.
    Whole,
    /// The same, after a word that takes the register which has to stay unused.
    AfterPadding,
    /// As several arguments, the pieces of it. A callback's argument has to lie in one piece, so it is told whole.
    Pieces(&'a [Scalar]),
    /// As what no register takes.
    InMemory,
    /// By the address of a copy.
    Address,
}
