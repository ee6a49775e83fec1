//! Calls on System V x86-64, by functions in assembly that load what [`super::registers`] describes.
//!
//! A function type of Rust's would do for most of them, but not for what returns in x87 registers, as
//! `long double` does, nor for arguments that are aligned to more than the stack is. And a compiler keeps
//! what it needs after a call in the registers that the ABI promises it (section 3.2.1): machine code that
//! breaks the promise, `cpuid` in `rbx` mostly, would end the process here, and runs where libffi calls it.
//! So these functions restore all of those registers from a frame of their own, and need but the frame
//! pointer for that, as libffi does. The frame has the unwinding tables that belong to it, so that what
//! runs below it can be looked through.

use super::registers::{INTEGERS, Registers, VECTORS};
use std::{
    arch::naked_asm,
    mem::{offset_of, transmute},
};

const _: () = assert!(INTEGERS == 6 && VECTORS == 8);

/// Eightbytes of stack that a call can take: what the interpreter leaves is more.
pub const MOST_STACK: usize = 2048;

impl Registers {
    /// Calls the function at `address`.
    ///
    /// # Safety
    /// It must be a function that takes what the registers hold, and returns as `R` is returned.
    #[inline(always)]
    pub unsafe fn call<R>(&self, address: usize) -> R {
        // SAFETY: the function leaves what was returned where it is.
        let enter: unsafe extern "sysv64" fn(usize, &Self) -> R =
            unsafe { transmute(enter_with_registers as *const ()) };
        // SAFETY: the caller's promise.
        unsafe { enter(address, self) }
    }

    /// The same for a function that takes no vector register.
    ///
    /// # Safety
    /// As for [`Self::call`].
    #[inline(always)]
    pub unsafe fn call_with_integers<R>(&self, address: usize) -> R {
        // SAFETY: as above.
        let enter: unsafe extern "sysv64" fn(usize, &Self) -> R =
            unsafe { transmute(enter_with_integers as *const ()) };
        // SAFETY: the caller's promise.
        unsafe { enter(address, self) }
    }

    /// The same for a function that finds arguments on the stack too, which starts at a multiple of
    /// `align`.
    ///
    /// # Safety
    /// As for [`Self::call`]. There must be [`MOST_STACK`] eightbytes at most; `align` must be a power of
    /// two, 16 at least and `MOST_ALIGN` at most.
    #[inline]
    pub unsafe fn call_with_stack<R>(&self, address: usize, stack: &[u64], align: usize) -> R {
        // SAFETY: as above.
        let enter: unsafe extern "sysv64" fn(usize, &Self, *const u64, usize, usize) -> R =
            unsafe { transmute(enter_with_stack as *const ()) };
        // SAFETY: the caller's promise.
        unsafe { enter(address, self, stack.as_ptr(), stack.len(), align) }
    }

    /// The same for a function that returns in the first x87 register: its ten bytes go to `result`.
    ///
    /// # Safety
    /// As for [`Self::call_with_stack`]; `result` must be valid for writes of as much.
    #[inline]
    pub unsafe fn call_for_x87(
        &self,
        address: usize,
        (stack, align): (&[u64], usize),
        result: *mut u8,
    ) {
        let (start, words) = (stack.as_ptr(), stack.len());
        // SAFETY: the caller's promise.
        unsafe { enter_for_one(address, self, start, words, align, result) }
    }

    /// The same for a complex number, of two registers: the second part goes 16 bytes further.
    ///
    /// # Safety
    /// As for [`Self::call_for_x87`].
    #[inline]
    pub unsafe fn call_for_x87_pair(
        &self,
        address: usize,
        (stack, align): (&[u64], usize),
        result: *mut u8,
    ) {
        let (start, words) = (stack.as_ptr(), stack.len());
        // SAFETY: the caller's promise.
        unsafe { enter_for_two(address, self, start, words, align, result) }
    }
}

/// Copies the words to the stack, the last one first, so that a stack that ends is met at its guard page.
macro_rules! stack {
    () => {
        "lea rax, [8 * rcx]
         sub rsp, rax
         neg r8
         and rsp, r8
         jmp 3f
         2:
         mov rax, [rdx + 8 * rcx]
         mov [rsp + 8 * rcx], rax
         3:
         sub rcx, 1
         jae 2b"
    };
}

/// Loads the vector registers.
macro_rules! vectors {
    () => {
        "movsd xmm0, [r10 + {vectors}]
         movsd xmm1, [r10 + {vectors} + 8]
         movsd xmm2, [r10 + {vectors} + 16]
         movsd xmm3, [r10 + {vectors} + 24]
         movsd xmm4, [r10 + {vectors} + 32]
         movsd xmm5, [r10 + {vectors} + 40]
         movsd xmm6, [r10 + {vectors} + 48]
         movsd xmm7, [r10 + {vectors} + 56]"
    };
}

/// What `al` tells a variadic function: how many vector registers may be used.
macro_rules! all_vectors {
    () => {
        "mov eax, 8"
    };
}
macro_rules! no_vectors {
    () => {
        "xor eax, eax"
    };
}

macro_rules! enter {
    ($name:ident($($extra:ident: $type:ty),*), [$($load:expr),*], [$($store:literal),*], $($operands:tt)*) => {
        /// Calls the function at `address` with these registers, and the stack if there is one, and leaves
        /// or stores what it returns.
        ///
        /// # Safety
        /// As for the method that calls this.
        // SAFETY: written for the convention that it is declared with. At entry the stack pointer is eight
        // beyond a multiple of 16, and a multiple of 16 after seven pushes; it stays one, as the callee
        // expects at the call. The registers that belong to the caller are pushed first and popped last.
        // The callee leaves nothing in the x87 registers but its result, and storing that empties them, as
        // the caller expects.
        #[unsafe(naked)]
        unsafe extern "sysv64" fn $name(address: usize, registers: &Registers $(, $extra: $type)*) {
            naked_asm!(
                ".cfi_startproc
                 push rbp
                 .cfi_def_cfa_offset 16
                 .cfi_offset rbp, -16
                 mov rbp, rsp
                 .cfi_def_cfa_register rbp
                 push rbx
                 .cfi_offset rbx, -24
                 push r12
                 .cfi_offset r12, -32
                 push r13
                 .cfi_offset r13, -40
                 push r14
                 .cfi_offset r14, -48
                 push r15
                 .cfi_offset r15, -56",
                // The result's address, if there is one.
                "push r9",
                "mov r11, rdi
                 mov r10, rsi",
                $($load,)*
                "mov rdi, [r10 + {integers}]
                 mov rsi, [r10 + {integers} + 8]
                 mov rdx, [r10 + {integers} + 16]
                 mov rcx, [r10 + {integers} + 24]
                 mov r8, [r10 + {integers} + 32]
                 mov r9, [r10 + {integers} + 40]
                 call r11",
                $($store,)*
                "lea rsp, [rbp - 40]
                 pop r15
                 pop r14
                 pop r13
                 pop r12
                 pop rbx
                 pop rbp
                 .cfi_def_cfa rsp, 8
                 ret
                 .cfi_endproc",
                integers = const offset_of!(Registers, integers),
                $($operands)*
            );
        }
    };
}

enter!(enter_with_integers(), [no_vectors!()], [],);
enter!(
    enter_with_registers(),
    [vectors!(), all_vectors!()],
    [],
    vectors = const offset_of!(Registers, vectors),
);
enter!(
    enter_with_stack(stack: *const u64, words: usize, align: usize),
    [stack!(), vectors!(), all_vectors!()],
    [],
    vectors = const offset_of!(Registers, vectors),
);
enter!(
    enter_for_one(stack: *const u64, words: usize, align: usize, result: *mut u8),
    [stack!(), vectors!(), all_vectors!()],
    ["mov rax, [rbp - 48]", "fstp tbyte ptr [rax]"],
    vectors = const offset_of!(Registers, vectors),
);
// The real part is on top.
enter!(
    enter_for_two(stack: *const u64, words: usize, align: usize, result: *mut u8),
    [stack!(), vectors!(), all_vectors!()],
    ["mov rax, [rbp - 48]", "fstp tbyte ptr [rax]", "fstp tbyte ptr [rax + 16]"],
    vectors = const offset_of!(Registers, vectors),
);
