//! The callee, and what happens right around the machine call: detaching from the VM, `errno`, exceptions left
//! behind.

#[cfg(windows)]
use crate::ccall::last_error;
use crate::{
    ccall::{errno, flags, longjmp, pending, seh, thread},
    loader::{self, Use},
};
use rustpython_vm::{PyResult, VirtualMachine};

/// A function to call.
#[derive(Clone, Copy, Debug)]
pub struct Callee {
    pub address: usize,
    /// `FUNCFLAG_*`.
    pub flags: u32,
    /// For a variadic call, the number of arguments before the `...`.
    pub fixed: Option<usize>,
}

/// Runs `enter`, which makes the machine call: detached from the VM unless the function uses it, and with
/// ctypes' copy of `errno` in place if the function asks for that.
#[inline(always)]
pub fn attached_or_not(call_flags: u32, vm: &VirtualMachine, enter: impl FnOnce()) -> PyResult<()> {
    thread::prepare(vm);
    let running = longjmp::running();
    let enter = || with_errors(call_flags, enter);
    if call_flags & (flags::PYTHONAPI | flags::HOLDS_LIBRARIES) == 0 {
        let raised = vm.allow_threads(|| seh::taking(enter));
        longjmp::back_to(running, vm);
        return seh::raise(raised, vm);
    }
    if call_flags & flags::PYTHONAPI == 0 {
        loader::using(Use::Look, vm, enter);
        longjmp::back_to(running, vm);
        return Ok(());
    }
    let enter = || {
        enter();
        longjmp::back_to(running, vm);
    };
    pending::raised_by(enter, vm)
}

/// Runs `enter`, which makes machine calls, as [`attached_or_not`] does, but attached to the VM.
///
/// # Errors
/// `OSError` for what C raises on Windows.
pub fn attached(call_flags: u32, vm: &VirtualMachine, enter: impl FnOnce()) -> PyResult<()> {
    thread::prepare(vm);
    let running = longjmp::running();
    let raised = seh::taking(|| with_errors(call_flags, enter));
    longjmp::back_to(running, vm);
    seh::raise(raised, vm)
}

/// Runs `enter` with ctypes' copies of `errno` and the last error in place if the function asks for them.
#[inline(always)]
pub fn with_errors(call_flags: u32, enter: impl FnOnce()) {
    #[cfg(windows)]
    let enter = || last_error::around(call_flags, enter);
    if call_flags & flags::USE_ERRNO == 0 {
        enter();
    } else {
        errno::swapped(enter);
    }
}

/// Returns the function at `address`.
#[inline]
pub fn function_at(address: usize) -> unsafe extern "C" fn() {
    // SAFETY: on every supported platform a function pointer's value is an address. Calling the result is
    // unsafe by its type; NULL is never called.
    unsafe {
        std::mem::transmute::<*const (), unsafe extern "C" fn()>(std::ptr::with_exposed_provenance(
            address,
        ))
    }
}
