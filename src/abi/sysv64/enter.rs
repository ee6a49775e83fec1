//! Calls on System V x86-64, by functions in assembly that load what a [`Frame`] holds.
//!
//! A function type of Rust's would do for most of them, but not for what returns in x87 registers, as
//! `long double` does, nor for arguments that are aligned to more than the stack is. And a compiler keeps
//! what it needs after a call in the registers that the ABI promises it (section 3.2.1): machine code that
//! breaks the promise, `cpuid` in `rbx` mostly, would end the process here, and runs where libffi calls it.
//! So these functions restore all of those registers from a frame of their own, and need but the frame
//! pointer for that, as libffi does. The frame has the unwinding tables that belong to it, so that what
//! runs below it can be looked through.

use super::{
    Form, Frame, INTEGERS, Registers, VECTORS,
    saved::{restore_and_return, save},
};
use std::{
    arch::naked_asm,
    mem::{offset_of, transmute},
};

const _: () = assert!(INTEGERS == 6 && VECTORS == 8);

impl Registers {
    /// Calls the function at `address`, which returns a word, in this form; whether vector registers are
    /// among its arguments' is `vectors`.
    ///
    /// # Safety
    /// It must be a function that takes what the registers hold, and returns so.
    #[inline(always)]
    pub unsafe fn call(&self, address: usize, form: Form, vectors: bool) -> u64 {
        // SAFETY: the function takes what the registers hold, and returns in this form (see # Safety).
        unsafe {
            match form {
                Form::Vector => self.all::<f64>(address).to_bits(),
                _ if vectors => self.all::<u64>(address),
                _ => self.integers_alone(address),
            }
        }
    }

    /// Calls the function at `address`, which returns as `R` is returned.
    ///
    /// # Safety
    /// As for [`Self::call`].
    #[inline(always)]
    unsafe fn all<R>(&self, address: usize) -> R {
        // SAFETY: the function leaves what was returned where it is.
        let enter: unsafe extern "sysv64" fn(usize, &Self) -> R =
            unsafe { transmute(enter_with_registers as *const ()) };
        // SAFETY: the function takes what the registers hold (see # Safety).
        unsafe { enter(address, self) }
    }

    /// Calls a function that takes no vector register.
    ///
    /// # Safety
    /// As for [`Self::call`].
    #[inline(always)]
    unsafe fn integers_alone(&self, address: usize) -> u64 {
        // SAFETY: as above.
        let enter: unsafe extern "sysv64" fn(usize, &Self) -> u64 =
            unsafe { transmute(enter_with_integers as *const ()) };
        // SAFETY: the function takes what the integer registers hold (see # Safety).
        unsafe { enter(address, self) }
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
        // SAFETY: the function takes the arguments and returns in this form, and `result` is valid (see #
        // Safety).
        unsafe {
            match form {
                Form::Integer => self.enter::<u64>(address, result),
                Form::Vector => self.enter::<f64>(address, result),
                _ => self.call_for_more(address, form, result),
            }
        }
    }

    /// Calls a function with another form of result.
    ///
    /// # Safety
    /// As for [`Self::call`].
    #[inline(never)]
    unsafe fn call_for_more(&self, address: usize, form: Form, result: *mut u8) {
        let stack = self.stack.content();
        let (start, words, align) = (stack.as_ptr(), stack.len(), self.stack.align());
        let registers = &self.registers;
        // SAFETY: the function takes the arguments and returns in this form, and `result` is valid (see #
        // Safety).
        unsafe {
            match form {
                Form::Integer => self.enter::<u64>(address, result),
                Form::Vector => self.enter::<f64>(address, result),
                Form::Integers => self.enter::<Pair<u64, u64>>(address, result),
                Form::Vectors => self.enter::<Pair<f64, f64>>(address, result),
                Form::IntegerVector => self.enter::<Pair<u64, f64>>(address, result),
                Form::VectorInteger => self.enter::<Pair<f64, u64>>(address, result),
                // The function writes the result itself, and returns its address, which is not used.
                Form::Memory => self.enter::<u64>(address, [0u64; 1].as_mut_ptr().cast()),
                // Ten bytes go to the result; the second part of a complex number goes 16 bytes further.
                Form::X87 => enter_for_one(address, registers, start, words, align, result),
                Form::X87Pair => enter_for_two(address, registers, start, words, align, result),
            }
        }
    }

    /// Calls a function whose result `R` is, and writes the result.
    ///
    /// # Safety
    /// As for [`Self::call`]; `R` must be what the form says.
    #[inline(always)]
    unsafe fn enter<R>(&self, address: usize, result: *mut u8) {
        // SAFETY: the function takes the arguments and returns an `R` (see # Safety).
        let returned: R = unsafe {
            if self.stack.is_empty() {
                self.registers.all(address)
            } else {
                self.enter_with_stack(address)
            }
        };
        // SAFETY: `result` is valid for writes of the result, and of two machine words (see # Safety).
        unsafe { result.cast::<R>().write_unaligned(returned) };
    }

    /// Calls a function that takes arguments on the stack, and returns its result.
    ///
    /// # Safety
    /// As for [`Self::enter`].
    #[inline]
    unsafe fn enter_with_stack<R>(&self, address: usize) -> R {
        let stack = self.stack.content();
        // SAFETY: as for the other functions in assembly.
        let enter: unsafe extern "sysv64" fn(usize, &Registers, *const u64, usize, usize) -> R =
            unsafe { transmute(enter_with_stack as *const ()) };
        let (start, words, align) = (stack.as_ptr(), stack.len(), self.stack.align());
        // SAFETY: the function takes the arguments and returns an `R` (see # Safety); the stack has this size
        // and alignment.
        unsafe { enter(address, &self.registers, start, words, align) }
    }
}

/// Two registers' worth of result.
#[repr(C)]
struct Pair<A, B>(A, B);

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

/// Sets `al` for a variadic function: the number of vector registers that may be used.
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
                save!(),
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
                restore_and_return!(),
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
