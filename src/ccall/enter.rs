//! Entering C.

use super::{argument::Argument, errno, flags};
use crate::ctype::ffi_type::Scalar;
use libffi::raw::{self, ffi_type};
use rustpython_vm::{PyResult, VirtualMachine, builtins::PyBaseExceptionRef};
use smallvec::SmallVec;
use std::{cell::RefCell, ffi::c_void, mem::MaybeUninit};

/// Arguments that need no allocation.
const INLINE: usize = 8;

/// The arguments of one call.
pub type Arguments = SmallVec<[Argument; INLINE]>;

/// A function to call, and how.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    pub address: usize,
    /// `FUNCFLAG_*`.
    pub flags: u32,
    /// For a variadic call, how many arguments come before the `...`.
    pub fixed: Option<usize>,
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
/// `RuntimeError` if libffi cannot make the call; for a `PYTHONAPI` function what it left by
/// [`leave_exception`].
///
/// # Safety
/// `target.address` must be a function that takes such arguments and returns `result_type`, and
/// `result` must be valid for writes of that type and of a machine word.
pub unsafe fn call(
    target: Target,
    arguments: &mut Arguments,
    result_type: *mut ffi_type,
    result: *mut u8,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if let Some(fixed) = target.fixed {
        arguments[fixed..].iter_mut().for_each(Argument::promote);
    }
    let mut types: SmallVec<[*mut ffi_type; INLINE]> =
        arguments.iter().map(Argument::ffi).collect();
    let mut values: SmallVec<[*mut c_void; INLINE]> =
        arguments.iter_mut().map(Argument::memory).collect();
    let mut cif = MaybeUninit::<raw::ffi_cif>::zeroed();
    let count = u32::try_from(types.len()).unwrap_or(u32::MAX);
    let abi = abi(target.flags);
    let status = match target.fixed {
        // SAFETY: `types` outlives the cif.
        None => unsafe {
            raw::ffi_prep_cif(cif.as_mut_ptr(), abi, count, result_type, types.as_mut_ptr())
        },
        // SAFETY: as above; there are at least `fixed` arguments.
        Some(fixed) => unsafe {
            raw::ffi_prep_cif_var(
                cif.as_mut_ptr(),
                abi,
                u32::try_from(fixed).unwrap_or(u32::MAX),
                count,
                result_type,
                types.as_mut_ptr(),
            )
        },
    };
    if status != raw::ffi_status_FFI_OK {
        return Err(vm.new_runtime_error("ffi_prep_cif failed"));
    }
    let mut enter = || {
        let mut enter = || {
            let function: unsafe extern "C" fn() =
                // SAFETY: an address is a function pointer's value on every platform we support;
                // the caller promises that there is a function.
                unsafe { std::mem::transmute::<usize, unsafe extern "C" fn()>(target.address) };
            // SAFETY: the cif describes the function by the caller's promise, and `values` has a
            // value of the right type for each argument.
            unsafe {
                raw::ffi_call(
                    cif.as_mut_ptr(),
                    Some(function),
                    result.cast(),
                    values.as_mut_ptr(),
                );
            }
        };
        if target.flags & flags::USE_ERRNO == 0 {
            enter();
        } else {
            errno::swapped(enter);
        }
    };
    if target.flags & flags::PYTHONAPI == 0 {
        vm.allow_threads(enter);
        return Ok(());
    }
    enter();
    match PENDING.with(|pending| pending.borrow_mut().take()) {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

fn abi(_flags: u32) -> raw::ffi_abi {
    raw::ffi_abi_FFI_DEFAULT_ABI
}

/// Memory for a result: as large as its type, and at least a word, which libffi widens small
/// results to.
#[derive(Debug)]
pub struct ResultBuffer(SmallVec<[u128; 2]>);

impl ResultBuffer {
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self(SmallVec::from_elem(
            0,
            size.div_ceil(size_of::<u128>()).max(2),
        ))
    }

    #[must_use]
    pub fn start(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast()
    }
}

/// The description of a function that returns nothing.
#[must_use]
pub fn void() -> *mut ffi_type {
    Scalar::Void.raw()
}
