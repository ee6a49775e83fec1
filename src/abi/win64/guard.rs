//! Structured exceptions that C raises, taken where the machine call was made.
//!
//! Windows looks for who handles an exception in the tables of the functions on the stack. The functions in assembly
//! that make machine calls name a handler in theirs. What it takes, it has the system unwind to right behind the call:
//!
//! ```text
//! guarded         Rust: says where to put what is taken
//!   enter         assembly: names the handler, and makes the next call
//!     ...         libffi, C: raises
//! ```
//!
//! Frames of C and of assembly can be left so, and no others. Whoever lets other code run inside of a call, as a
//! callback does, puts an end to the guard for that time.

use std::{arch::naked_asm, cell::Cell, ffi::c_void, ptr};
use windows_sys::Win32::{
    Foundation::{EXCEPTION_BREAKPOINT, EXCEPTION_STACK_OVERFLOW, GetLastError, SetLastError},
    System::Diagnostics::Debug::{CONTEXT, EXCEPTION_RECORD, RtlUnwindEx, UNWIND_HISTORY_TABLE},
    System::Threading::SetThreadStackGuarantee,
};

/// What was raised: its code, and what an access violation says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Raised {
    pub code: i32,
    pub writes: bool,
    pub address: usize,
}

thread_local! {
    /// Where what this thread raises is put. NULL: nothing is taken.
    static PLACE: Cell<*const Cell<Option<Raised>>> = const { Cell::new(ptr::null()) };
}

/// Runs `f`, which makes one machine call, and says what has been raised by it.
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

/// Has the system leave this thread enough of its stack to handle its overflow.
pub fn prepare() {
    /// What the handlers take that Rust's standard library and the system have.
    const ROOM: u32 = 64 * 1024;
    let mut size = ROOM;
    // SAFETY: takes the number, and stores what it was before. Without it the overflow ends the process.
    unsafe { SetThreadStackGuarantee(&raw mut size) };
}

/// Runs `f`, inside of which nothing is taken.
#[inline]
pub fn unguarded<R>(f: impl FnOnce() -> R) -> R {
    let outer = PLACE.replace(ptr::null());
    let result = f();
    PLACE.set(outer);
    result
}

/// Makes the page that tells that the stack ends tell it again.
#[cold]
fn restore_guard_page() {
    unsafe extern "C" {
        fn _resetstkoflw() -> i32;
    }
    // SAFETY: the frames that took the stack are gone.
    unsafe { _resetstkoflw() };
}

/// What a handler is told of the function whose it is (`DISPATCHER_CONTEXT`).
#[repr(C)]
#[derive(Debug)]
pub struct Dispatcher {
    /// Where the function is: behind its call.
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

/// The handler of the functions in assembly: what there is somebody for, it notes, and has everything unwound that
/// the call has led to. `frame` is the function's.
///
/// # Safety
/// The system calls it, with what describes the exception and the function.
pub unsafe extern "C" fn handler(
    exception: *const EXCEPTION_RECORD,
    frame: *const c_void,
    _context: *mut CONTEXT,
    dispatcher: *const Dispatcher,
) -> i32 {
    const CONTINUE_SEARCH: i32 = 1;
    // SAFETY: reads a number of this thread's own, which looking at what else the thread has changes.
    let last_error = unsafe { GetLastError() };
    // SAFETY: the caller's promise.
    let (record, function) = unsafe { (&*exception, &*dispatcher) };
    let place = PLACE.get();
    // What C has jumped over by `longjmp` lay further down, and is there no more.
    let is_there = place.addr() > frame.addr();
    // SAFETY: what `guarded` has on this thread's stack, above the call that it waits for.
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
    // SAFETY: the frame is on the stack, its function goes on behind its call whatever has been returned, and those
    // that the call has led to are C's and assembly's. This does not return.
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

/// Calls a function of C's with four words. What it returns is of no meaning if something has been raised.
///
/// # Safety
/// The function must take them, and nothing else.
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
