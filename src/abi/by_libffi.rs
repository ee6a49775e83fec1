//! All other platforms: libffi makes every call, since it knows every ABI.
//!
//! It is given the list of an aggregate's scalars, from which it finds out by itself how the aggregate is passed.
//! There is no [`Form`], so nothing that would take one can be called.

use super::{
    Scalar,
    libffi::Description,
    passing::{PassedType, Passing, Shape, Told},
};

/// Bytes that an argument can be aligned to: libffi would write beyond the memory that it reserves for one that is
/// aligned to more than the stack is.
pub const MOST_ALIGN: usize = super::stack::STACK_ALIGN;

/// Whether a callback's arguments can be told with padding between them.
pub const PADS: bool = false;

/// Argument registers for integers and addresses, as far as they are known here.
pub const INTEGERS: usize = 0;

/// Calls an aggregate one that is passed in memory: libffi knows better, and is not asked.
#[must_use]
pub fn classify(_shape: Shape<'_>) -> Passing {
    Passing::Memory
}

/// What libffi is told of an aggregate.
#[must_use]
pub fn describe(shape: Shape<'_>, _passing: &Passing) -> Description {
    let scalars = shape.parts.iter().map(|&(_, scalar)| scalar);
    Description::of(shape.size, shape.align, scalars)
}

/// What libffi is told of an aggregate.
#[must_use]
pub fn describe_in_memory(shape: Shape<'_>) -> Description {
    describe(shape, &Passing::Memory)
}

/// Where a direct call finds its result: there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {}

impl Form {
    /// `None`.
    #[must_use]
    pub fn of_scalar(_scalar: Scalar) -> Option<Self> {
        None
    }

    /// `None`.
    #[must_use]
    pub fn of(_passed: &PassedType) -> Option<Self> {
        None
    }

    /// Nobody has a form to ask.
    #[must_use]
    pub fn is_memory(self) -> bool {
        match self {}
    }

    /// Nobody has a form to ask.
    #[must_use]
    pub fn is_word(self) -> bool {
        match self {}
    }
}

/// No registers.
#[derive(Debug)]
pub struct Registers;

/// Takes none of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct NextRegister;

impl NextRegister {
    /// `None`.
    pub fn take(&mut self, _is_vector: bool) -> Option<usize> {
        None
    }
}

impl Registers {
    #[must_use]
    pub fn new() -> Self {
        Self
    }

    /// `None`: there is no register.
    pub fn put(&mut self, _next: &mut NextRegister, _is_vector: bool, _word: u64) -> Option<()> {
        None
    }

    /// Nothing was put.
    #[must_use]
    pub fn integer(&self, _register: usize) -> u64 {
        0
    }

    /// Nobody has a form to ask for.
    ///
    /// # Safety
    /// None is needed.
    pub unsafe fn call(&self, _address: usize, form: Form, _vectors: bool) -> u64 {
        match form {}
    }
}

/// A frame that nothing can be placed in.
#[derive(Debug)]
pub struct Frame;

impl Frame {
    #[must_use]
    pub fn new() -> Self {
        Self
    }

    /// `None`: there is no place.
    pub fn result_at(&mut self, _address: usize) -> Option<()> {
        None
    }

    /// Changes nothing.
    pub fn variadic(&mut self) {}

    /// `None`: there is no place.
    pub fn word(&mut self, _is_vector: bool, _word: u64, _size: usize) -> Option<()> {
        None
    }

    /// `None`: there is no place.
    pub fn wide(&mut self, _scalar: Scalar, _words: &[u64]) -> Option<()> {
        None
    }

    /// `None`: there is no place.
    ///
    /// # Safety
    /// None is needed.
    pub unsafe fn aggregate(&mut self, _passed: &PassedType, _source: *const u8) -> Option<()> {
        None
    }

    /// Nobody has a form to ask for.
    ///
    /// # Safety
    /// None is needed.
    pub unsafe fn call(&self, _address: usize, form: Form, _result: *mut u8) {
        match form {}
    }
}

/// Tells libffi of arguments as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Teller;

impl Teller {
    /// Begins with the result.
    #[must_use]
    pub fn new(_result: &PassedType) -> Self {
        Self
    }

    /// Goes on with a scalar.
    pub fn scalar(&mut self, _scalar: Scalar) {}

    /// Goes on with an aggregate, or a scalar.
    pub fn tell<'a>(&mut self, _passed: &'a PassedType) -> Told<'a> {
        Told::Whole
    }
}
