//! Structured exceptions that C raises, caught where the machine call was made.
//!
//! Windows looks for exception handlers in the tables of the functions on the stack. The functions in assembly
//! that make machine calls name a handler in theirs. When the handler catches an exception, it makes the system
//! unwind to right behind the call:
//!
//! ```text
//! guarded         Rust: says where to put what is taken
//!   enter         assembly: names the handler, and makes the next call
//!     ...         libffi, C: raises
//! ```
//!
//! Only frames of C and of assembly can be left in this way. Code that lets other code run inside a call, as a
//! callback does, suspends the guard for that time.

use std::{arch::naked_asm, cell::Cell, ffi::c_void, ptr};
use windows_sys::Win32::{
    Foundation::{EXCEPTION_BREAKPOINT, EXCEPTION_STACK_OVERFLOW, GetLastError, SetLastError},
    System::Diagnostics::Debug::{CONTEXT, EXCEPTION_RECORD, RtlUnwindEx, UNWIND_HISTORY_TABLE},
    System::Threading::SetThreadStackGuarantee,
};

/// What was raised: its code, and the details of an access violation.
#[derive(Clone, Copy, Debug)]
pub struct Raised {
    pub code: i32,
    pub writes: bool,
    pub address: usize,
}

thread_local! {
    /// The place for what this thread raises. NULL if nothing is caught.
    static PLACE: Cell<*const Cell<Option<Raised>>> = const { Cell::new(ptr::null()) };
}

/// Runs `f`, which makes one machine call, and returns what the call has raised.
#[inline]
pub fn guarded(f: impl FnOnce()) -> Option<Raised> {
    let place = Cell::new(None);
    let outer = PLACE.replace(&raw const place);
    f();
    PLACE.set(outer);
    let raised = place.get();
    if raised.is_some_and(|raised| raised.code == EXCEPTION_STACK_OVERFLOW) {
        restore_guard_page();
    }
    raised
}

/// Makes the system leave this thread enough of its stack to handle a stack overflow.
pub fn prepare() {
    /// The stack that the handlers of Rust's standard library and of the system need.
    const ROOM: u32 = 64 * 1024;
    let mut size = ROOM;
    // SAFETY: takes the number, and stores the old one. Without it a stack overflow ends the process.
    unsafe { SetThreadStackGuarantee(&raw mut size) };
}

/// Runs `f`, in which nothing is caught.
#[inline]
pub fn unguarded<R>(f: impl FnOnce() -> R) -> R {
    let outer = PLACE.replace(ptr::null());
    let result = f();
    PLACE.set(outer);
    result
}

/// Restores the guard page at the end of the stack.
#[cold]
fn restore_guard_page() {
    unsafe extern "C" {
        fn _resetstkoflw() -> i32;
    }
    // SAFETY: the frames that took the stack are gone.
    unsafe { _resetstkoflw() };
}

/// What a handler is told about its function (`DISPATCHER_CONTEXT`).
#[repr(C)]
#[derive(Debug)]
pub struct Dispatcher {
    /// An address in the function: behind its call.
    control_pc: usize,
    image_base: usize,
    function_entry: *mut c_void,
    establisher_frame: usize,
    target_ip: usize,
    context: *mut CONTEXT,
    language_handler: *mut c_void,
    handler_data: *mut c_void,
    history: *mut UNWIND_HISTORY_TABLE,
}

/// Handles exceptions for the functions in assembly: notes an exception that is to be caught, and unwinds
/// everything that the call has led to. `frame` is the function's.
///
/// # Safety
/// The system calls it, with descriptions of the exception and of the function.
pub unsafe extern "C" fn handler(
    exception: *const EXCEPTION_RECORD,
    frame: *const c_void,
    _context: *mut CONTEXT,
    dispatcher: *const Dispatcher,
) -> i32 {
    const CONTINUE_SEARCH: i32 = 1;
    // SAFETY: reads a number of this thread, before reading a thread-local value changes it.
    let last_error = unsafe { GetLastError() };
    // SAFETY: the system passes valid descriptions (see # Safety).
    let (record, function) = unsafe { (&*exception, &*dispatcher) };
    let place = PLACE.get();
    // The place of a call that C has left by `longjmp` was further down, and no longer exists.
    let is_there = place.addr() > frame.addr();
    // SAFETY: a variable of `guarded` on this thread's stack, above the call that it waits for.
    let Some(place) = unsafe { place.as_ref() }.filter(|_| is_there) else {
        return CONTINUE_SEARCH;
    };
    // Breakpoints are for a debugger.
    if record.ExceptionCode == EXCEPTION_BREAKPOINT {
        return CONTINUE_SEARCH;
    }
    place.set(Some(Raised {
        code: record.ExceptionCode,
        writes: record.ExceptionInformation[0] != 0,
        address: record.ExceptionInformation[1],
    }));
    let behind: *const c_void = ptr::with_exposed_provenance(function.control_pc);
    // SAFETY: the frame is on the stack, its function continues behind its call whatever is returned, and all
    // frames below it are of C and of assembly. This does not return.
    unsafe {
        SetLastError(last_error);
        RtlUnwindEx(
            frame,
            behind,
            exception,
            ptr::null(),
            function.context,
            function.history,
        );
    }
    CONTINUE_SEARCH
}

/// Calls a C function with four words. The result is meaningless if something has been raised.
///
/// # Safety
/// The function must take these words, and nothing else.
// SAFETY: written for the convention that it is declared with. At entry the stack pointer is eight beyond a multiple
// of 16; 40 bytes are reserved, of which 32 are the callee's.
#[unsafe(naked)]
pub unsafe extern "win64" fn call(function: usize, words: &[usize; 4]) -> usize {
    naked_asm!(
        ".seh_proc {call}
         sub rsp, 40
         .seh_stackalloc 40
         .seh_endprologue
         mov rax, rcx
         mov r10, rdx
         mov rcx, [r10]
         mov rdx, [r10 + 8]
         mov r8, [r10 + 16]
         mov r9, [r10 + 24]
         call rax
         nop
         add rsp, 40
         ret
         .seh_handler {handler}, @except
         .seh_endproc",
        call = sym call,
        handler = sym handler,
    );
}
