//! Who is called, and what happens right around the machine call: detaching from the VM, `errno`,
//! exceptions left behind.

use crate::{
    ccall::{errno, flags, thread},
    loader::{self, Use},
};
use rustpython_vm::{PyResult, VirtualMachine, builtins::PyBaseExceptionRef};
use std::cell::RefCell;

/// A function to call.
#[derive(Clone, Copy, Debug)]
pub struct Callee {
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

/// Gets the thread's own place for exceptions ready to be used.
pub fn prepare() {
    let _ = PENDING.try_with(|_| ());
}

/// Leaves an exception for the `PYTHONAPI` call that is under way on this thread.
pub fn leave_exception(error: PyBaseExceptionRef) {
    let displaced = PENDING.with(|pending| pending.borrow_mut().replace(error));
    drop(displaced);
}

/// Runs `enter`, which makes the machine call: detached from the VM unless the function uses it, and
/// with ctypes' copy of `errno` in place if it asks for that.
#[inline(always)]
pub fn attached_or_not(call_flags: u32, vm: &VirtualMachine, enter: impl FnOnce()) -> PyResult<()> {
    thread::prepare(vm);
    let enter = || {
        if call_flags & flags::USE_ERRNO == 0 {
            enter();
        } else {
            errno::swapped(enter);
        }
    };
    if call_flags & (flags::PYTHONAPI | flags::HOLDS_LIBRARIES) == 0 {
        vm.allow_threads(enter);
        return Ok(());
    }
    if call_flags & flags::PYTHONAPI == 0 {
        loader::using(Use::Look, vm, enter);
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
pub fn function_at(address: usize) -> unsafe extern "C" fn() {
    // SAFETY: an address is a function pointer's value on every platform we support, and a call is
    // made by whoever promises that there is a function; NULL is never called.
    unsafe {
        std::mem::transmute::<*const (), unsafe extern "C" fn()>(std::ptr::with_exposed_provenance(
            address,
        ))
    }
}
