//! The RustPython interpreter with this crate's `_ctypes` in it.

use rustpython::{InterpreterBuilder, InterpreterBuilderExt};
use std::ffi::CStr;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: rustpython_ctypes::allocator::Mimalloc = rustpython_ctypes::allocator::Mimalloc;

// Hidden from libraries, which can be unloaded.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
std::arch::global_asm!(".hidden __cxa_thread_atexit_impl");

/// Replaces the C library's function, for what the program's own code registers.
///
/// # Safety
/// `drop` may be called with `object` on this thread at its end.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[unsafe(no_mangle)]
unsafe extern "C" fn __cxa_thread_atexit_impl(
    drop: rustpython_ctypes::thread_exit::Drop,
    object: *mut std::ffi::c_void,
    _library: *mut std::ffi::c_void,
) -> std::ffi::c_int {
    // SAFETY: `drop` may be called with `object` on this thread at its end (see # Safety).
    unsafe { rustpython_ctypes::thread_exit::register(drop, object) }
}

/// Sets the C library's locale for characters, by which the libraries that Python calls convert text: the
/// environment's, or UTF-8 where that is the bare C locale (PEP 538).
fn set_c_locale() {
    let set = |name: &CStr| {
        // SAFETY: no other thread runs yet; the result is a string of the C library that is read before the
        // next call.
        unsafe {
            let locale = libc::setlocale(libc::LC_CTYPE, name.as_ptr());
            (!locale.is_null()).then(|| CStr::from_ptr(locale).to_owned())
        }
    };
    let locale = set(c"");
    if cfg!(windows) {
        // There is no such locale.
        return;
    }
    let is_bare = locale.is_none_or(|locale| [c"C", c"POSIX"].contains(&locale.as_c_str()));
    if is_bare && std::env::var_os("LC_ALL").is_none() {
        set(c"C.UTF-8");
    }
}

fn main() -> std::process::ExitCode {
    set_c_locale();
    let builder = InterpreterBuilder::new().init_stdlib();
    let ctypes = rustpython_ctypes::module_def(&builder.ctx);
    let builder = builder.add_native_module(ctypes);
    #[cfg(feature = "capi")]
    let builder = builder.init_hook(rustpython_ctypes::capi::init_hook);
    rustpython::run(
        builder
            .init_hook(rustpython_ctypes::new_class::init_hook)
            .init_hook(rustpython_ctypes::import::init_hook),
    )
}
