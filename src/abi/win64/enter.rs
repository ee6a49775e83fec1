//! Calls on Windows, by a function in assembly that loads what a [`Frame`] holds.
//!
//! It is written for x86-64, not for Windows, so that it is tried on other systems too.

use super::{Form, Frame, Registers, SLOTS};
use std::{
    arch::naked_asm,
    mem::{offset_of, transmute},
};

const _: () = assert!(SLOTS == 4);

impl Registers {
    /// Calls the function at `address`, which returns a word, in this form.
    ///
    /// # Safety
    /// It must be a function that takes what the registers hold, and returns so.
    #[inline(always)]
    pub unsafe fn call(&self, address: usize, form: Form, _vectors: bool) -> u64 {
        // SAFETY: the function takes what the registers hold, and returns in this form (see # Safety); nothing
        // is on the stack.
        unsafe { self.enter(address, form, &[]) }
    }

    /// Calls the function at `address` with arguments on the stack, and returns its result in a word.
    ///
    /// # Safety
    /// As for [`Self::call`]; the function may look for further arguments on the stack.
    #[inline(always)]
    unsafe fn enter(&self, address: usize, form: Form, stack: &[u64]) -> u64 {
        let (start, words) = (stack.as_ptr(), stack.len());
        if form == Form::Vector {
            // SAFETY: the function leaves what was returned where it is.
            let enter: unsafe extern "win64" fn(usize, &Self, *const u64, usize) -> f64 =
                unsafe { transmute(enter as *const ()) };
            // SAFETY: the function takes what the registers and the stack hold (see # Safety).
            unsafe { enter(address, self, start, words) }.to_bits()
        } else {
            // SAFETY: as above.
            unsafe { enter(address, self, start, words) }
        }
    }
}

impl Frame {
    /// Calls the function at `address` and writes what it returns to `result`, unless it does that itself.
    ///
    /// # Safety
    /// The function must take the arguments that were placed and return in this form; `result` must be valid for
    /// writes of what is returned, and of two machine words.
    #[inline(always)]
    pub unsafe fn call(&self, address: usize, form: Form, result: *mut u8) {
        // SAFETY: the function takes the arguments that were placed, and returns in this form (see # Safety).
        let word = unsafe { self.registers.enter(address, form, self.stack.content()) };
        if !form.is_memory() {
            // SAFETY: `result` is valid for writes of two machine words (see # Safety).
            unsafe { result.cast::<u64>().write_unaligned(word) };
        }
    }
}

/// Describes the frame to code that walks the stack: exceptions and `longjmp` on Windows, debuggers.
#[cfg(windows)]
macro_rules! unwinding {
    (start) => {
        ".seh_proc {enter}"
    };
    (pushed) => {
        ".seh_pushreg rbp"
    };
    (framed) => {
        ".seh_setframe rbp, 0
         .seh_endprologue"
    };
    (end) => {
        ".seh_handler {handler}, @except
         .seh_endproc"
    };
}
#[cfg(windows)]
use super::guard::handler;
#[cfg(not(windows))]
fn handler() {}
#[cfg(not(windows))]
macro_rules! unwinding {
    (start) => {
        ".cfi_startproc
         /* {enter} */"
    };
    (pushed) => {
        ".cfi_def_cfa_offset 16
         .cfi_offset rbp, -16"
    };
    (framed) => {
        ".cfi_def_cfa_register rbp"
    };
    (end) => {
        ".cfi_endproc
         /* {handler} */"
    };
}

/// Calls the function at `address` with these registers and this stack, and leaves what it returns.
///
/// # Safety
/// As for the methods that call this.
// SAFETY: written for the convention that it is declared with. At entry the stack pointer is eight beyond a multiple
// of 16, and a multiple of 16 after one push. An even number of words is reserved, and 32 bytes for the callee. The
// words are copied the last one first, so that the stack is touched page by page, downwards. Of the registers that
// belong to the caller it changes the frame pointer, and restores it. Behind the call stands an instruction that does
// nothing, because Windows looks for no handler where a function is about to return.
#[unsafe(naked)]
unsafe extern "win64" fn enter(
    address: usize,
    registers: &Registers,
    stack: *const u64,
    words: usize,
) -> u64 {
    naked_asm!(
        unwinding!(start),
        "push rbp",
        unwinding!(pushed),
        "mov rbp, rsp",
        unwinding!(framed),
        "mov r11, rcx
         mov r10, rdx
         lea rax, [r9 + 1]
         and rax, -2
         shl rax, 3
         sub rsp, rax
         jmp 3f
         2:
         mov rax, [r8 + 8 * r9]
         mov [rsp + 8 * r9], rax
         3:
         sub r9, 1
         jae 2b
         sub rsp, 32
         mov rcx, [r10 + {slots}]
         mov rdx, [r10 + {slots} + 8]
         mov r8, [r10 + {slots} + 16]
         mov r9, [r10 + {slots} + 24]
         movq xmm0, rcx
         movq xmm1, rdx
         movq xmm2, r8
         movq xmm3, r9
         call r11
         nop
         lea rsp, [rbp]
         pop rbp
         ret",
        unwinding!(end),
        enter = sym enter,
        handler = sym handler,
        slots = const offset_of!(Registers, slots),
    );
}
