//! Entering C.
//!
//! There are two ways in. The direct one ([`direct`]) puts the arguments where the platform's ABI says
//! ([`crate::abi`]) and needs no description of the signature. The other one ([`cif`]) goes through libffi,
//! which knows every ABI. The direct way is taken where it can be.

pub mod cif;
pub mod detached;
pub mod direct;

use super::argument::Arguments;
use crate::{
    abi::{
        Scalar,
        native::{Form, Frame},
        passing::PassedType,
    },
    without::without,
};
use cif::CifCache;
use detached::{Callee, attached_or_not};
use rustpython_vm::{PyResult, VirtualMachine};

/// A function to call, and how.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    pub callee: Callee,
    /// Whether the call's audit event has been raised.
    pub audited: bool,
    /// Keeps libffi's description of the call for the next one.
    pub cif: Option<&'a CifCache>,
}

/// What a function returns.
#[derive(Clone, Copy, Debug)]
pub struct Returned<'a> {
    /// The place of the result after a direct call. `None` if libffi must make the call.
    pub form: Option<Form>,
    /// The result's type.
    pub what: ReturnType<'a>,
}

/// The type of a function's result in C.
#[derive(Clone, Copy, Debug)]
pub enum ReturnType<'a> {
    Scalar(Scalar),
    Aggregate(&'a PassedType),
}

/// Makes `call`, and writes the result to `result`.
///
/// # Errors
/// `RuntimeError` if libffi cannot make the call, `ArgumentError` if the stack has no room for the arguments;
/// for a `PYTHONAPI` function the exception that it left by [`super::pending::leave`].
///
/// # Safety
/// The callee must be a function that takes such arguments and returns what `returned` says, and `result` must
/// be valid for writes of that type, and of two machine words.
#[inline(always)]
pub unsafe fn call(
    call: Call<'_>,
    arguments: &mut Arguments,
    returned: Returned<'_>,
    result: *mut u8,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let callee = call.callee;
    if let Some(fixed) = callee.fixed {
        for argument in &mut arguments.list()[fixed..] {
            argument.promote();
        }
    }
    if let Some(form) = returned.form
        && (!without().direct || cif::cannot(arguments))
    {
        let mut frame = Frame::new();
        let result_is_placed =
            !form.is_memory() || frame.result_at(result.expose_provenance()).is_some();
        if result_is_placed && direct::fill(&mut frame, arguments, callee.fixed).is_some() {
            // SAFETY: the function takes such arguments (see # Safety), and the frame holds them.
            return attached_or_not(callee.flags, vm, || unsafe {
                frame.call(callee.address, form, result);
            });
        }
    }
    // SAFETY: the function takes such arguments, and `result` has room for its result (see # Safety).
    unsafe { cif::call(callee, call.cif, arguments, returned.what, result, vm) }
}

/// The size of the largest result that is not an aggregate, a complex long double.
pub const SCALAR_RESULT: usize = 32;

/// Memory for a result: as large as its type, and at least the two words that results in registers take.
#[derive(Debug)]
pub struct ResultBuffer {
    small: [u128; SCALAR_RESULT / size_of::<u128>()],
    large: Vec<u128>,
}

impl ResultBuffer {
    #[inline(always)]
    #[must_use]
    pub fn new() -> Self {
        Self {
            small: [0; SCALAR_RESULT / size_of::<u128>()],
            large: Vec::new(),
        }
    }

    /// Returns the memory for a result of `size` bytes.
    ///
    /// # Errors
    /// `MemoryError` if there is none.
    #[inline]
    pub fn start(&mut self, size: usize, vm: &VirtualMachine) -> PyResult<*mut u8> {
        if size <= SCALAR_RESULT {
            return Ok(self.small.as_mut_ptr().cast());
        }
        let words = size.div_ceil(size_of::<u128>());
        self.large
            .try_reserve_exact(words)
            .map_err(|_| vm.no_memory_error())?;
        self.large.resize(words, 0);
        Ok(self.large.as_mut_ptr().cast())
    }
}
