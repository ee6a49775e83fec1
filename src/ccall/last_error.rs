//! Windows' last error, as C leaves it and as Python code sees it.
//!
//! Each thread has a number in which the functions of the system leave their errors, and nearly everything
//! changes it: on this platform even reading a thread-local value does. So whatever C leaves there is noted
//! right after the call and restored right before the next one: a program reads it by a call of its own
//! (`GetLastError`), with the interpreter in between. A callback finds what C had, and C finds it again
//! afterwards.
//!
//! Functions made with `use_last_error` get the copy that `get_last_error` shows instead, just as `use_errno`
//! has a copy of `errno` ([`super::errno`]).

use super::flags;
use std::cell::Cell;
use windows_sys::Win32::Foundation::{GetLastError, SetLastError};

thread_local! {
    /// The number that C left there.
    static LEFT: Cell<u32> = const { Cell::new(0) };
    /// The copy that `get_last_error` shows.
    static COPY: Cell<u32> = const { Cell::new(0) };
}

/// Returns this thread's copy.
#[must_use]
pub fn get() -> u32 {
    COPY.get()
}

/// Changes this thread's copy, and returns its old value.
pub fn set(value: u32) -> u32 {
    COPY.replace(value)
}

/// Returns the number that C left there last.
#[must_use]
pub fn left() -> u32 {
    LEFT.get()
}

fn real() -> u32 {
    // SAFETY: reads a number of this thread.
    unsafe { GetLastError() }
}

fn set_real(value: u32) {
    // SAFETY: changes a number of this thread.
    unsafe { SetLastError(value) };
}

/// Runs `enter`, which makes a machine call with these `FUNCFLAG_*`, with the right number in place.
#[inline]
pub fn around(call_flags: u32, enter: impl FnOnce()) {
    let kept = if call_flags & flags::USE_LASTERROR == 0 {
        &LEFT
    } else {
        &COPY
    };
    set_real(kept.get());
    enter();
    let left = real();
    kept.set(left);
}

/// Notes the number that C has when it calls back with these `FUNCFLAG_*`. Nothing else may have run since.
#[inline]
pub fn take_from_c(call_flags: u32) {
    let of_c = real();
    LEFT.set(if call_flags & flags::USE_LASTERROR == 0 {
        of_c
    } else {
        COPY.replace(of_c)
    });
}

/// Restores for C the number that the callback has left.
#[inline]
pub fn give_to_c(call_flags: u32) {
    let left = LEFT.get();
    set_real(if call_flags & flags::USE_LASTERROR == 0 {
        left
    } else {
        COPY.replace(left)
    });
}
