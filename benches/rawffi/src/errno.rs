//! The copy of C's `errno` that functions with `FUNCFLAG_USE_ERRNO` see.

use std::cell::Cell;

/// The function sees and leaves its `errno` in the copy.
pub const FUNCFLAG_USE_ERRNO: u32 = 8;

thread_local! {
    static COPY: Cell<i32> = const { Cell::new(0) };
}

/// Returns this thread's copy.
pub fn get() -> i32 {
    COPY.get()
}

/// Changes this thread's copy, and returns its old value.
pub fn set(value: i32) -> i32 {
    COPY.replace(value)
}

/// Swaps the copy with C's `errno`.
pub fn exchange() {
    // SAFETY: the C library's `errno` of this thread, which only this thread accesses.
    let real = unsafe { libc::__errno_location().replace(COPY.get()) };
    COPY.set(real);
}

/// Runs `f` with the copy as C's `errno`, and stores what `f` leaves there in the copy.
pub fn swapped(f: impl FnOnce()) {
    exchange();
    f();
    exchange();
}
