//! Calls on AArch64, by functions in assembly that load what a [`Frame`] holds.

use super::{Form, Frame, INTEGERS, Registers, VECTORS};
use std::{
    arch::naked_asm,
    mem::{offset_of, transmute},
    ptr,
};

const _: () = assert!(INTEGERS == 8 && VECTORS == 8);

/// The contents of the registers in which results come back.
#[derive(Default)]
#[repr(C)]
struct Returned {
    integers: [u64; 2],
    vectors: [[u64; 2]; 4],
}

impl Registers {
    /// Calls the function at `address`, which returns a word, in this form; whether vector registers are
    /// among its arguments' is `vectors`.
    ///
    /// # Safety
    /// It must be a function that takes what the registers hold, and returns so.
    #[inline(always)]
    pub unsafe fn call(&self, address: usize, form: Form, vectors: bool) -> u64 {
        // SAFETY: the function takes what the registers hold, and returns in this form (see # Safety); the
        // assembly leaves the result where it is.
        unsafe {
            if form == Form::Vector {
                let enter: unsafe extern "C" fn(usize, &Self) -> f64 =
                    transmute(enter_with_registers as *const ());
                return enter(address, self).to_bits();
            }
            let enter = if vectors {
                enter_with_registers as *const ()
            } else {
                enter_with_integers as *const ()
            };
            let enter: unsafe extern "C" fn(usize, &Self) -> u64 = transmute(enter);
            enter(address, self)
        }
    }
}

impl Frame {
    /// Calls the function at `address` and writes what it returns to `result`, unless it does that itself.
    ///
    /// # Safety
    /// The function must take the arguments that were placed and return in this form; `result` must be valid for
    /// writes of what is returned, and of two machine words.
    pub unsafe fn call(&self, address: usize, form: Form, result: *mut u8) {
        let mut returned = Returned::default();
        let stack = self.stack.content();
        let (start, words) = (stack.as_ptr(), stack.len());
        // SAFETY: the function takes the arguments that were placed (see # Safety).
        unsafe { enter_with_stack(address, &self.registers, start, words, &mut returned) };
        let Returned { integers, vectors } = returned;
        // SAFETY: `result` is valid for writes of the result, and of two machine words (see # Safety).
        unsafe {
            match form {
                Form::Integer | Form::Integers => {
                    result.cast::<[u64; 2]>().write_unaligned(integers)
                }
                Form::Vector => result.cast::<[u64; 2]>().write_unaligned(vectors[0]),
                Form::Vectors { count, size } => {
                    let size = usize::from(size);
                    for (index, vector) in vectors.iter().take(count.into()).enumerate() {
                        let (from, to) = (vector.as_ptr().cast(), result.add(index * size));
                        ptr::copy_nonoverlapping::<u8>(from, to, size);
                    }
                }
                Form::Memory => {}
            }
        }
    }
}

/// Copies the words to the stack, the last one first, so that a stack that ends is met at its guard page.
macro_rules! stack {
    () => {
        "add x9, x3, #1
         and x9, x9, #0xfffffffffffffffe
         sub sp, sp, x9, lsl #3
         b 3f
         2:
         ldr x9, [x2, x3, lsl #3]
         str x9, [sp, x3, lsl #3]
         3:
         subs x3, x3, #1
         b.hs 2b"
    };
}

/// Loads the vector registers.
macro_rules! vectors {
    () => {
        "ldp q0, q1, [x17, #{vectors}]
         ldp q2, q3, [x17, #{vectors} + 32]
         ldp q4, q5, [x17, #{vectors} + 64]
         ldp q6, q7, [x17, #{vectors} + 96]"
    };
}

/// Stores what came back, at the address that was the fifth argument.
macro_rules! store {
    () => {
        "ldr x9, [x29, #16]
         stp x0, x1, [x9]
         stp q0, q1, [x9, #16]
         stp q2, q3, [x9, #48]"
    };
}

macro_rules! enter {
    ($name:ident($($extra:ident: $type:ty),*), [$($load:expr),*], [$($store:expr),*], $($operands:tt)*) => {
        /// Calls the function at `address` with these registers, and the stack if there is one, and leaves
        /// or stores what it returns.
        ///
        /// # Safety
        /// As for the method that calls this.
        // SAFETY: written for the convention that it is declared with. At entry the stack pointer is a multiple
        // of 16, and stays one: the frame has 32 bytes, and words are reserved by twos. Of the registers that
        // belong to the caller it changes the frame pointer and the link register, and restores them.
        #[unsafe(naked)]
        unsafe extern "C" fn $name(address: usize, registers: &Registers $(, $extra: $type)*) {
            naked_asm!(
                ".cfi_startproc
                 stp x29, x30, [sp, #-32]!
                 .cfi_def_cfa_offset 32
                 .cfi_offset x29, -32
                 .cfi_offset x30, -24
                 mov x29, sp
                 .cfi_def_cfa_register x29
                 str x4, [x29, #16]
                 mov x16, x0
                 mov x17, x1",
                $($load,)*
                "ldr x8, [x17, #{result}]
                 ldp x0, x1, [x17, #{integers}]
                 ldp x2, x3, [x17, #{integers} + 16]
                 ldp x4, x5, [x17, #{integers} + 32]
                 ldp x6, x7, [x17, #{integers} + 48]
                 blr x16",
                $($store,)*
                "mov sp, x29
                 ldp x29, x30, [sp], #32
                 .cfi_def_cfa sp, 0
                 .cfi_restore x29
                 .cfi_restore x30
                 ret
                 .cfi_endproc",
                integers = const offset_of!(Registers, integers),
                result = const offset_of!(Registers, result),
                $($operands)*
            );
        }
    };
}

enter!(enter_with_integers(), [], [],);
enter!(
    enter_with_registers(),
    [vectors!()],
    [],
    vectors = const offset_of!(Registers, vectors),
);
enter!(
    enter_with_stack(stack: *const u64, words: usize, returned: &mut Returned),
    [stack!(), vectors!()],
    [store!()],
    vectors = const offset_of!(Registers, vectors),
);
