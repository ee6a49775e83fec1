//! ctypes' own copy of `errno`.
//!
//! After a foreign call and before Python code reads `errno`, the interpreter itself makes system calls that
//! overwrite it. So each thread has a copy, which functions made with `use_errno` swap with C's right around
//! the call.
//!
//! On Windows each C runtime has an `errno` of its own. This is that of the runtime that the program is linked
//! to: msvcrt.dll's where MinGW links that, the universal runtime's otherwise.

use std::cell::Cell;

thread_local! {
    static COPY: Cell<i32> = const { Cell::new(0) };
}

/// Returns this thread's copy.
#[must_use]
pub fn get() -> i32 {
    COPY.get()
}

/// Changes this thread's copy, and returns its old value.
pub fn set(value: i32) -> i32 {
    COPY.replace(value)
}

/// Runs `f` with the copy as C's `errno`, and stores what `f` leaves there in the copy.
pub fn swapped<R>(f: impl FnOnce() -> R) -> R {
    exchange();
    let result = f();
    exchange();
    result
}

/// Swaps the copy with C's `errno`.
pub fn exchange() {
    let location = location();
    // SAFETY: the C library's `errno` of this thread, which only this thread accesses.
    let real = unsafe { location.replace(COPY.get()) };
    COPY.set(real);
}

/// Returns C's `errno` itself.
#[must_use]
pub fn real() -> i32 {
    // SAFETY: as above.
    unsafe { location().read() }
}

/// Changes C's `errno` itself.
pub fn set_real(value: i32) {
    // SAFETY: as above.
    unsafe { location().write(value) };
}

fn location() -> *mut i32 {
    // SAFETY: no requirements; the location is valid as long as the thread.
    #[cfg(any(target_os = "linux", target_os = "emscripten"))]
    return unsafe { libc::__errno_location() };
    // SAFETY: as above.
    #[cfg(any(target_os = "macos", target_os = "ios", target_os = "freebsd"))]
    return unsafe { libc::__error() };
    // SAFETY: as above.
    #[cfg(any(target_os = "android", target_os = "netbsd", target_os = "openbsd"))]
    return unsafe { libc::__errno() };
    #[cfg(windows)]
    {
        unsafe extern "C" {
            fn _errno() -> *mut i32;
        }
        // SAFETY: as above.
        unsafe { _errno() }
    }
}
