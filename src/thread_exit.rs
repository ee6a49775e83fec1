//! What runs when a thread ends, without the loader's lock.
//!
//! A thread-local value that must be dropped (`thread_local!`) is registered with the C library when it is
//! first used. glibc takes the loader's lock for that, because the code that drops the value might be unloaded.
//! That can deadlock: a thread that waits for this lock may be attached to the interpreter; the thread that
//! holds it in `dlopen` or `dlclose` may wait for a third one that `dl_iterate_phdr` has called back; and the
//! garbage collector, which waits for the first, may have stopped the third. The interpreter has dozens of
//! thread-local values, so they cannot all be registered at a better time. But the program's code is never
//! unloaded. So the program replaces glibc's function for its own thread-local values, and every program that
//! embeds the interpreter can do the same:
//!
//! ```no_run
//! # #[cfg(all(target_os = "linux", target_env = "gnu"))]
//! #[unsafe(no_mangle)]
//! unsafe extern "C" fn __cxa_thread_atexit_impl(
//!     drop: rustpython_ctypes::thread_exit::Drop,
//!     object: *mut std::ffi::c_void,
//!     _library: *mut std::ffi::c_void,
//! ) -> std::ffi::c_int {
//!     // SAFETY: the C library's callers let `drop` be called with `object` when this thread ends.
//!     unsafe { rustpython_ctypes::thread_exit::register(drop, object) }
//! }
//! # fn main() {}
//! ```

use std::{
    cell::Cell,
    ffi::{c_int, c_void},
    ptr::{self, NonNull},
    sync::OnceLock,
};

/// A function that drops an object of a thread.
pub type Drop = unsafe extern "C" fn(*mut c_void);

struct Registered {
    drop: Drop,
    object: *mut c_void,
    before: Option<NonNull<Self>>,
}

thread_local! {
    /// The entry that was registered last. This has no destructor itself.
    static LAST: Cell<Option<NonNull<Registered>>> = const { Cell::new(None) };
}

/// Arranges for `drop` to be called with `object` when the calling thread ends: the last one registered first.
/// The main thread ends only by `pthread_exit`, not with the process.
///
/// Returns zero, or another number if there is no memory for that.
///
/// # Safety
/// `drop` may be called with `object` on this thread at its end.
pub unsafe fn register(drop: Drop, object: *mut c_void) -> c_int {
    static KEY: OnceLock<Option<libc::pthread_key_t>> = OnceLock::new();
    let create = || {
        let mut key = 0;
        // SAFETY: `run` takes what the thread has under the key.
        let status = unsafe { libc::pthread_key_create(&raw mut key, Some(run)) };
        (status == 0).then_some(key)
    };
    let Some(key) = *KEY.get_or_init(create) else {
        return 1;
    };
    let before = LAST.get();
    let registered = Box::leak(Box::new(Registered {
        drop,
        object,
        before,
    }));
    LAST.set(Some(NonNull::from(registered)));
    // A value that is not NULL makes the C library call `run`.
    // SAFETY: the address is never used.
    unsafe { libc::pthread_setspecific(key, ptr::dangling()) }
}

/// Runs what is registered. The C library calls it when a thread ends, and again if anything has been
/// registered since.
unsafe extern "C" fn run(_key: *mut c_void) {
    while let Some(last) = LAST.get() {
        // SAFETY: a box that `register` has leaked, and that is taken out of the list only here.
        let Registered {
            drop,
            object,
            before,
        } = *unsafe { Box::from_raw(last.as_ptr()) };
        LAST.set(before);
        // SAFETY: `drop` may be called with `object` on this thread at its end (see `register`, # Safety).
        unsafe { drop(object) }
    }
}
