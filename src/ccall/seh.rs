//! Structured exceptions that C raises: an access violation becomes an `OSError`.
//!
//! Windows looks for who handles an exception in the tables of the functions on the stack. A function in assembly
//! stands between Rust and the machine call, and its table says that a filter is to be asked. What the filter takes,
//! the system unwinds to right behind the call:
//!
//! ```text
//! call            Rust: has a record on its stack
//!   enter         assembly: what the table covers is the next call
//!     ffi_call    puts the arguments in place
//!       ...       C, which raises
//! ```
//!
//! Only frames of C and of assembly are unwound so. While a callback runs inside, there are the interpreter's frames
//! as well, which nobody but themselves can put right; then the filter takes nothing, nor does a call that is made
//! attached to the interpreter come through here. Such an exception ends the process.

use super::longjmp;
use crate::system_error;
use rustpython_vm::{PyResult, VirtualMachine, builtins::PyBaseExceptionRef};
use std::{
    arch::global_asm,
    cell::Cell,
    ffi::c_void,
    sync::atomic::{AtomicUsize, Ordering},
};
use windows_sys::Win32::{
    Foundation::{
        EXCEPTION_ACCESS_VIOLATION, EXCEPTION_ARRAY_BOUNDS_EXCEEDED, EXCEPTION_BREAKPOINT,
        EXCEPTION_DATATYPE_MISALIGNMENT, EXCEPTION_FLT_DENORMAL_OPERAND,
        EXCEPTION_FLT_DIVIDE_BY_ZERO, EXCEPTION_FLT_INEXACT_RESULT,
        EXCEPTION_FLT_INVALID_OPERATION, EXCEPTION_FLT_OVERFLOW, EXCEPTION_FLT_STACK_CHECK,
        EXCEPTION_FLT_UNDERFLOW, EXCEPTION_INT_DIVIDE_BY_ZERO, EXCEPTION_INT_OVERFLOW,
        EXCEPTION_NONCONTINUABLE_EXCEPTION, EXCEPTION_PRIV_INSTRUCTION, EXCEPTION_SINGLE_STEP,
        EXCEPTION_STACK_OVERFLOW,
    },
    System::Diagnostics::Debug::EXCEPTION_POINTERS,
};

/// What was raised: its code, and what an access violation says of itself.
#[derive(Clone, Copy, Debug)]
struct Raised {
    code: i32,
    writes: bool,
    address: usize,
}

/// What a call that is under way notes for the filter.
struct Record {
    /// How many callbacks ran when it was made.
    running: usize,
    raised: Option<Raised>,
}

/// A function of up to four words, none of them in a vector register.
pub type Function = unsafe extern "C" fn();

unsafe extern "C" {
    /// Calls `function` with four words. What it raises is noted in `record`, if the filter takes it.
    fn rustpython_ctypes_enter(function: Function, record: *mut Record, words: *const [usize; 4]);

    /// Makes the page that tells that the stack ends tell it again.
    fn _resetstkoflw() -> i32;
}

// The frame holds the shadow space of the function that is called, and behind it the address of the record, where
// the filter finds it. The instruction behind the call keeps its return address within what the table covers.
global_asm!(
    ".seh_proc rustpython_ctypes_enter",
    ".globl rustpython_ctypes_enter",
    "rustpython_ctypes_enter:",
    "sub rsp, 40",
    ".seh_stackalloc 40",
    ".seh_endprologue",
    "mov [rsp + 32], rdx",
    "mov rax, rcx",
    "mov r10, r8",
    "mov rcx, [r10]",
    "mov rdx, [r10 + 8]",
    "mov r8, [r10 + 16]",
    "mov r9, [r10 + 24]",
    ".Lrustpython_ctypes_covered:",
    "call rax",
    "nop",
    ".Lrustpython_ctypes_behind:",
    "add rsp, 40",
    "ret",
    ".seh_handler __C_specific_handler, @except",
    ".seh_handlerdata",
    ".long 1",
    ".long .Lrustpython_ctypes_covered@IMGREL",
    ".long .Lrustpython_ctypes_behind@IMGREL",
    ".long {filter}@IMGREL",
    ".long .Lrustpython_ctypes_behind@IMGREL",
    ".text",
    ".seh_endproc",
    filter = sym filter,
);

/// Bytes from the start of the frame to the address of the record.
const RECORD: usize = 32;

/// Says whether an exception is taken, and notes what it is. `frame` is that of the function in assembly.
unsafe extern "C" fn filter(pointers: *const EXCEPTION_POINTERS, frame: *const c_void) -> i32 {
    const EXECUTE_HANDLER: i32 = 1;
    const CONTINUE_SEARCH: i32 = 0;
    // SAFETY: the function in assembly has put it there, and `call` is waiting with the record.
    let record = unsafe { &mut **frame.byte_add(RECORD).cast::<*mut Record>() };
    // SAFETY: the system describes the exception.
    let exception = unsafe { &*(*pointers).ExceptionRecord };
    let code = exception.ExceptionCode;
    // Breakpoints are for a debugger.
    if code == EXCEPTION_BREAKPOINT || longjmp::running() != record.running {
        return CONTINUE_SEARCH;
    }
    record.raised = Some(Raised {
        code,
        writes: exception.ExceptionInformation[0] != 0,
        address: exception.ExceptionInformation[1],
    });
    EXECUTE_HANDLER
}

/// How many threads have something to raise.
static WAITING: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// What the last call has raised, until an exception is made of it.
    static RAISED: Cell<Option<Raised>> = const { Cell::new(None) };
}

/// Calls a function that calls C. What C raises, [`raise`] is for.
///
/// # Safety
/// The function must take these words, and nothing else. When something is raised under it, its frame and those
/// that it leads to are gone.
#[inline]
pub unsafe fn call(function: Function, words: [usize; 4]) {
    let mut record = Record {
        running: longjmp::running(),
        raised: None,
    };
    // SAFETY: the caller's promise; the record is there until the call is over.
    unsafe { rustpython_ctypes_enter(function, &raw mut record, &raw const words) };
    // SAFETY: the filter may have written it.
    if unsafe { (&raw const record.raised).read_volatile() }.is_some() {
        note(record.raised);
    }
}

#[cold]
#[inline(never)]
fn note(raised: Option<Raised>) {
    if raised.is_some_and(|raised| raised.code == EXCEPTION_STACK_OVERFLOW) {
        // SAFETY: the frames that took the stack are gone.
        unsafe { _resetstkoflw() };
    }
    if RAISED.replace(raised).is_none() {
        WAITING.fetch_add(1, Ordering::Relaxed);
    }
}

/// Raises what the last call on this thread has raised.
///
/// # Errors
/// `OSError` for a structured exception.
#[inline(always)]
pub fn raise(vm: &VirtualMachine) -> PyResult<()> {
    if WAITING.load(Ordering::Relaxed) == 0 {
        return Ok(());
    }
    match RAISED.take() {
        None => Ok(()),
        Some(raised) => {
            WAITING.fetch_sub(1, Ordering::Relaxed);
            Err(exception(raised, vm))
        }
    }
}

/// What CPython calls the exceptions that have no text of the system's.
const NAMES: [(i32, &str); 15] = [
    (EXCEPTION_DATATYPE_MISALIGNMENT, "datatype misalignment"),
    (EXCEPTION_SINGLE_STEP, "single step"),
    (EXCEPTION_ARRAY_BOUNDS_EXCEEDED, "array bounds exceeded"),
    (
        EXCEPTION_FLT_DENORMAL_OPERAND,
        "floating-point operand denormal",
    ),
    (EXCEPTION_FLT_DIVIDE_BY_ZERO, "float divide by zero"),
    (EXCEPTION_FLT_INEXACT_RESULT, "float inexact"),
    (EXCEPTION_FLT_INVALID_OPERATION, "float invalid operation"),
    (EXCEPTION_FLT_OVERFLOW, "float overflow"),
    (EXCEPTION_FLT_STACK_CHECK, "stack over/underflow"),
    (EXCEPTION_STACK_OVERFLOW, "stack overflow"),
    (EXCEPTION_FLT_UNDERFLOW, "float underflow"),
    (EXCEPTION_INT_DIVIDE_BY_ZERO, "integer divide by zero"),
    (EXCEPTION_INT_OVERFLOW, "integer overflow"),
    (EXCEPTION_PRIV_INSTRUCTION, "privileged instruction"),
    (EXCEPTION_NONCONTINUABLE_EXCEPTION, "nocontinuable"),
];

#[cold]
fn exception(raised: Raised, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let Raised {
        code,
        writes,
        address,
    } = raised;
    if code == EXCEPTION_ACCESS_VIOLATION {
        let does = if writes { "writing" } else { "reading" };
        return vm.new_os_error(format!(
            "exception: access violation {does} 0x{address:016X}"
        ));
    }
    match NAMES.iter().find(|(known, _)| *known == code) {
        Some((_, name)) => vm.new_os_error(format!("exception: {name}")),
        None => system_error::exception(code.cast_unsigned(), vm),
    }
}
