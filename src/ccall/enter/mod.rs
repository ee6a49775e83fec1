//! Entering C.
//!
//! There are two ways in. [`direct`] puts the arguments into the platform's argument registers and
//! on the stack itself, by one function type for each way that results come back: no description of
//! the signature is needed. [`cif`] asks libffi, which knows every ABI. The direct way is taken where
//! it can be.

pub mod cif;
pub mod direct;

use super::{argument::Arguments, errno, flags, result::Restype};
use crate::{
    ctype::ffi_type::{FfiType, Scalar},
    without::without,
};
use cif::CifCache;
use rustpython_vm::{PyResult, VirtualMachine, builtins::PyBaseExceptionRef};
use std::cell::RefCell;

/// A function to call, and how.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    pub address: usize,
    /// `FUNCFLAG_*`.
    pub flags: u32,
    /// For a variadic call, how many arguments come before the `...`.
    pub fixed: Option<usize>,
    /// The call's audit event has been raised.
    pub audited: bool,
    /// Where libffi's description of the call is kept for the next one.
    pub cif: Option<&'a CifCache>,
}

/// How C returns a result.
#[derive(Clone, Copy, Debug)]
pub enum Returned<'a> {
    Scalar(Scalar),
    Aggregate(&'a FfiType),
}

thread_local! {
    /// The exception that a function called with `FUNCFLAG_PYTHONAPI` leaves behind.
    static PENDING: RefCell<Option<PyBaseExceptionRef>> = const { RefCell::new(None) };
}

/// Leaves an exception for the `PYTHONAPI` call that is under way on this thread.
pub fn leave_exception(error: PyBaseExceptionRef) {
    let displaced = PENDING.with(|pending| pending.borrow_mut().replace(error));
    drop(displaced);
}

/// Calls `target`; the result is written to `result`.
///
/// # Errors
/// `RuntimeError` if libffi cannot make the call, `ArgumentError` if the stack has no room for the
/// arguments; for a `PYTHONAPI` function what it left by [`leave_exception`].
///
/// # Safety
/// `target.address` must be a function that takes such arguments and returns what `restype` says,
/// and `result` must be valid for writes of that type and of two machine words.
#[inline(always)]
pub unsafe fn call(
    target: Target<'_>,
    arguments: &mut Arguments,
    restype: &Restype,
    result: *mut u8,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if let Some(fixed) = target.fixed {
        for argument in &mut arguments.list()[fixed..] {
            argument.promote();
        }
    }
    if let Some(form) = restype.form()
        && !without().direct
    {
        let mut placed = direct::Placed::new();
        if placed.fill(arguments, form, result).is_some() {
            // SAFETY: the caller's promise.
            return attached_or_not(target.flags, vm, || unsafe {
                placed.call(target.address, form, result);
            });
        }
    }
    // SAFETY: the caller's promise.
    unsafe { cif::call(target, arguments, restype.returned(), result, vm) }
}

/// Runs `enter`, which makes the machine call: detached from the VM unless the function uses it, and
/// with ctypes' copy of `errno` in place if it asks for that.
#[inline(always)]
fn attached_or_not(call_flags: u32, vm: &VirtualMachine, enter: impl FnOnce()) -> PyResult<()> {
    let enter = || {
        if call_flags & flags::USE_ERRNO == 0 {
            enter();
        } else {
            errno::swapped(enter);
        }
    };
    if call_flags & flags::PYTHONAPI == 0 {
        vm.allow_threads(enter);
        return Ok(());
    }
    // What is there was left by a function that was not called as it should be.
    let stale = PENDING.with(|pending| pending.borrow_mut().take());
    drop(stale);
    enter();
    match PENDING.with(|pending| pending.borrow_mut().take()) {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

/// The function at `address`.
#[inline]
fn function_at(address: usize) -> unsafe extern "C" fn() {
    // SAFETY: an address is a function pointer's value on every platform we support, and a call is
    // made by whoever promises that there is a function; NULL is never called.
    unsafe {
        std::mem::transmute::<*const (), unsafe extern "C" fn()>(std::ptr::with_exposed_provenance(
            address,
        ))
    }
}

/// Bytes of the largest result that is no aggregate, a complex long double.
const SCALAR_RESULT: usize = 32;

/// Memory for a result: as large as its type, and at least two words, which results in registers
/// take.
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

    /// The memory for a result of `size` bytes.
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
