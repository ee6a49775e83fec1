//! All other platforms: libffi makes every call, since it knows every ABI.
//!
//! An aggregate is described by the list of its scalars, and libffi classifies it. No [`Form`] exists here, so no
//! function that takes one can be called.

use super::{
    Scalar,
    libffi::Description,
    passing::{PassedType, Passing, Shape, Told},
};

/// The largest alignment of an argument, in bytes: libffi would write beyond the memory that it reserves for an
/// argument that is aligned to more than the stack.
pub const MOST_ALIGN: usize = super::stack::STACK_ALIGN;

/// Whether aggregates in registers are passed as eightbytes, each as an integer or a `double`.
pub const PASSES_EIGHTBYTES: bool = false;

/// Whether a callback's arguments can be told with padding between them.
pub const PADS: bool = false;

/// Argument registers for integers and addresses that are known here.
pub const INTEGERS: usize = 0;

/// Classifies every aggregate as passed in memory; libffi has its own classes.
#[must_use]
pub fn classify(_shape: Shape<'_>) -> Passing {
    Passing::Memory
}

/// Describes an aggregate to libffi.
#[must_use]
pub fn describe(shape: Shape<'_>, _passing: &Passing) -> Description {
    let scalars = shape.parts.iter().map(|&(_, scalar)| scalar);
    Description::of(shape.size, shape.align, scalars)
}

/// Describes an aggregate to libffi.
#[must_use]
pub fn describe_in_memory(shape: Shape<'_>) -> Description {
    describe(shape, &Passing::Memory)
}

/// Where a direct call finds its result; there are no direct calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {}

impl Form {
    /// Returns `None`.
    #[must_use]
    pub fn of_scalar(_scalar: Scalar) -> Option<Self> {
        None
    }

    /// Returns `None`.
    #[must_use]
    pub fn of(_passed: &PassedType) -> Option<Self> {
        None
    }

    /// Cannot be called.
    #[must_use]
    pub fn is_memory(self) -> bool {
        match self {}
    }

    /// Cannot be called.
    #[must_use]
    pub fn is_word(self) -> bool {
        match self {}
    }
}

/// No registers.
#[derive(Debug)]
pub struct Registers;

/// Counts no registers.
#[derive(Clone, Copy, Debug, Default)]
pub struct NextRegister;

impl NextRegister {
    /// Returns `None`.
    pub fn take(&mut self, _is_vector: bool) -> Option<usize> {
        None
    }
}

impl Registers {
    #[must_use]
    pub fn new() -> Self {
        Self
    }

    /// Returns `None`: there is no register.
    pub fn put(&mut self, _next: &mut NextRegister, _is_vector: bool, _word: u64) -> Option<()> {
        None
    }

    /// Returns zero.
    #[must_use]
    pub fn integer(&self, _register: usize) -> u64 {
        0
    }

    /// Cannot be called.
    ///
    /// # Safety
    /// None is needed.
    pub unsafe fn call(&self, _address: usize, form: Form, _vectors: bool) -> u64 {
        match form {}
    }
}

/// No words.
#[derive(Debug)]
pub struct Rows;

impl Rows {
    /// Cannot be called.
    #[must_use]
    pub fn words_of(form: Form) -> Option<usize> {
        match form {}
    }

    #[must_use]
    pub fn new() -> Self {
        Self
    }

    /// Returns `None`: there is no register.
    pub fn push(&mut self, _is_vector: bool, _words: *const u64) -> Option<()> {
        None
    }

    /// Cannot be called.
    ///
    /// # Safety
    /// None is needed.
    pub unsafe fn call(&mut self, _address: usize, form: Form, _count: usize, _results: *mut u64) {
        match form {}
    }
}

/// A frame in which nothing can be placed.
#[derive(Debug)]
pub struct Frame;

impl Frame {
    #[must_use]
    pub fn new() -> Self {
        Self
    }

    /// Returns `None`: nothing can be placed.
    pub fn result_at(&mut self, _address: usize) -> Option<()> {
        None
    }

    /// Does nothing.
    pub fn variadic(&mut self) {}

    /// Returns `None`: nothing can be placed.
    pub fn word(&mut self, _is_vector: bool, _word: u64, _size: usize) -> Option<()> {
        None
    }

    /// Returns `None`: nothing can be placed.
    pub fn wide(&mut self, _scalar: Scalar, _words: &[u64]) -> Option<()> {
        None
    }

    /// Returns `None`: nothing can be placed.
    ///
    /// # Safety
    /// None is needed.
    pub unsafe fn aggregate(&mut self, _passed: &PassedType, _source: *const u8) -> Option<()> {
        None
    }

    /// Cannot be called.
    ///
    /// # Safety
    /// None is needed.
    pub unsafe fn call(&self, _address: usize, form: Form, _result: *mut u8) {
        match form {}
    }
}

/// Describes arguments to libffi by their own types.
#[derive(Clone, Copy, Debug, Default)]
pub struct Teller;

impl Teller {
    /// Begins with the result.
    #[must_use]
    pub fn new(_result: &PassedType) -> Self {
        Self
    }

    /// Continues with a scalar.
    pub fn scalar(&mut self, _scalar: Scalar) {}

    /// Continues with a value of any type.
    pub fn tell<'a>(&mut self, _passed: &'a PassedType) -> Told<'a> {
        Told::Whole
    }
}
