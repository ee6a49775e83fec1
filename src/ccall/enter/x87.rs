//! Calls of functions that return in x87 registers, as System V x86-64 has `long double` returned.
//!
//! No function type of Rust's returns there, so these calls are made by functions in assembly, which
//! load what [`super::registers`] describes, and store the result. They keep a frame of their own with
//! the unwinding tables that belong to it, so that what runs below them can be looked through.

use super::registers::{INTEGERS, Registers, VECTORS};
use std::{arch::naked_asm, mem::offset_of};

const _: () = assert!(INTEGERS == 6 && VECTORS == 8);

impl Registers {
    /// Calls the function at `address`, which finds arguments on the stack too, and writes what it
    /// leaves in the first x87 register to `result`: ten bytes.
    ///
    /// # Safety
    /// It must be a function that takes what the registers and the stack hold, and returns so;
    /// `result` must be valid for writes of as much.
    #[inline]
    pub unsafe fn call_for_x87(&self, address: usize, stack: &[u64], result: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { enter_for_one(address, self, stack.as_ptr(), stack.len(), result) }
    }

    /// The same for a complex number, of two registers: the second part goes 16 bytes further.
    ///
    /// # Safety
    /// As for [`Self::call_for_x87`].
    #[inline]
    pub unsafe fn call_for_x87_pair(&self, address: usize, stack: &[u64], result: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { enter_for_two(address, self, stack.as_ptr(), stack.len(), result) }
    }
}

macro_rules! enter {
    ($name:ident, $($store:literal),*) => {
        /// Calls the function at `address` with these registers and `words` eightbytes of `stack`, and
        /// stores what it returns.
        ///
        /// # Safety
        /// There must be a function at `address` that takes what the registers and the stack hold and
        /// returns so; `stack` must be valid for reads of `words` eightbytes, few enough for the stack
        /// to have room without a look at its guard page, and `result` for writes of what is returned.
        // SAFETY: written for the convention that it is declared with. Of the registers that belong to
        // the caller it changes rbx and rbp, and restores them. At entry the stack pointer is eight
        // beyond a multiple of 16, and it is again after two pushes; what is taken off then is an odd
        // number of eightbytes, so that it is a multiple of 16 at the call, as the callee expects. The
        // callee leaves nothing in the x87 registers but its result, and storing that empties them, as
        // the caller expects.
        #[unsafe(naked)]
        unsafe extern "sysv64" fn $name(
            address: usize,
            registers: &Registers,
            stack: *const u64,
            words: usize,
            result: *mut u8,
        ) {
            naked_asm!(
                ".cfi_startproc",
                "push rbp",
                ".cfi_def_cfa_offset 16",
                ".cfi_offset rbp, -16",
                "mov rbp, rsp",
                ".cfi_def_cfa_register rbp",
                "push rbx",
                ".cfi_offset rbx, -24",
                "mov rbx, r8",
                "mov r11, rdi",
                "mov r10, rsi",
                // Room for the words, an odd number of them.
                "mov rax, rcx",
                "or rax, 1",
                "shl rax, 3",
                "sub rsp, rax",
                "jmp 3f",
                "2:",
                "mov rax, [rdx + 8 * rcx]",
                "mov [rsp + 8 * rcx], rax",
                "3:",
                "sub rcx, 1",
                "jae 2b",
                "movsd xmm0, [r10 + {vectors}]",
                "movsd xmm1, [r10 + {vectors} + 8]",
                "movsd xmm2, [r10 + {vectors} + 16]",
                "movsd xmm3, [r10 + {vectors} + 24]",
                "movsd xmm4, [r10 + {vectors} + 32]",
                "movsd xmm5, [r10 + {vectors} + 40]",
                "movsd xmm6, [r10 + {vectors} + 48]",
                "movsd xmm7, [r10 + {vectors} + 56]",
                "mov rdi, [r10 + {integers}]",
                "mov rsi, [r10 + {integers} + 8]",
                "mov rdx, [r10 + {integers} + 16]",
                "mov rcx, [r10 + {integers} + 24]",
                "mov r8, [r10 + {integers} + 32]",
                "mov r9, [r10 + {integers} + 40]",
                // Tells a variadic function how many vector registers may be used.
                "mov eax, 8",
                "call r11",
                $($store,)*
                "mov rbx, [rbp - 8]",
                "leave",
                ".cfi_def_cfa rsp, 8",
                ".cfi_restore rbx",
                ".cfi_restore rbp",
                "ret",
                ".cfi_endproc",
                integers = const offset_of!(Registers, integers),
                vectors = const offset_of!(Registers, vectors),
            );
        }
    };
}

enter!(enter_for_one, "fstp tbyte ptr [rbx]");
// The real part is on top.
enter!(
    enter_for_two,
    "fstp tbyte ptr [rbx]",
    "fstp tbyte ptr [rbx + 16]"
);
