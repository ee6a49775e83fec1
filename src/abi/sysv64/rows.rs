//! Many calls of one function, the words of whose arguments lie in memory.
//!
//! A loop of ordinary calls would save the registers that belong to the caller each time and restore them
//! ([`super::enter`] says why they are not left to the function), and load all argument registers. The loops
//! here save once, load the registers that are used, and keep what they need in their frame, where the function
//! does not reach.

use super::{
    Form, INTEGERS, NextRegister, VECTORS,
    saved::{restore_and_return, save},
};
use crate::abi::MOST_ROWS;
use std::arch::naked_asm;

const _: () = assert!(INTEGERS == 6 && VECTORS == 8);

/// The words of each argument.
#[derive(Debug)]
pub struct Rows {
    /// Those for the integer registers, then those for the vector registers.
    words: [*const u64; INTEGERS + VECTORS],
    /// Counts the arguments of each kind.
    next: NextRegister,
}

/// Loops that load as many registers of each kind.
#[derive(Debug)]
struct Class {
    integers: usize,
    vectors: usize,
    /// For results in the first integer register.
    integer: Loop,
    /// For results in the first vector register.
    vector: Loop,
}

type Loop = unsafe extern "sysv64" fn(
    address: usize,
    words: *const *const u64,
    results: *mut u64,
    count: usize,
);

/// The number of the first class for as many integers and vectors.
static CLASS_OF: [[u8; VECTORS + 1]; INTEGERS + 1] = class_of();

const fn class_of() -> [[u8; VECTORS + 1]; INTEGERS + 1] {
    let mut found = [[0; VECTORS + 1]; INTEGERS + 1];
    let (mut integers, mut vectors) = (0, 0);
    while integers <= INTEGERS {
        let mut class = 0;
        while CLASSES[class].integers < integers || CLASSES[class].vectors < vectors {
            class += 1;
        }
        found[integers][vectors] = class as u8;
        (integers, vectors) = if vectors == VECTORS {
            (integers + 1, 0)
        } else {
            (integers, vectors + 1)
        };
    }
    found
}

/// Words for registers that a loop loads and the function does not read.
static NOTHING: [u64; MOST_ROWS] = [0; MOST_ROWS];

impl Rows {
    /// Makes rows without arguments.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        Self {
            words: [NOTHING.as_ptr(); INTEGERS + VECTORS],
            next: NextRegister::default(),
        }
    }

    /// Adds the argument of the next parameter: whether it goes into a vector register, and where its words are,
    /// one for each call. Returns `None` if no register is left.
    #[inline]
    pub fn push(&mut self, is_vector: bool, words: *const u64) -> Option<()> {
        let register = self.next.take(is_vector)?;
        self.words[register + if is_vector { INTEGERS } else { 0 }] = words;
        Some(())
    }

    /// Returns the number of words in which results of this form come back. `None` if they come back elsewhere.
    #[inline]
    #[must_use]
    pub fn words_of(form: Form) -> Option<usize> {
        match form {
            Form::Integer | Form::Vector => Some(1),
            Form::Integers | Form::Vectors | Form::IntegerVector | Form::VectorInteger => Some(2),
            Form::Memory | Form::X87 | Form::X87Pair => None,
        }
    }

    /// Calls the function at `address`, which returns words in this form, `count` times, and writes what it
    /// returns.
    ///
    /// # Safety
    /// It must be a function that takes such words, and returns so. There must be `count` words of each
    /// argument, and room for the words of as many results; `count` must be at most [`MOST_ROWS`].
    pub unsafe fn call(&mut self, address: usize, form: Form, count: usize, results: *mut u64) {
        let class = &CLASSES[usize::from(CLASS_OF[self.next.integers][self.next.vectors])];
        let calls = match form {
            Form::Vector => class.vector,
            Form::Integer => class.integer,
            _ => Self::for_pairs(form),
        };
        if count > 0 {
            // SAFETY: the function takes the words and returns in this form, and there are as many (see #
            // Safety).
            unsafe { calls(address, self.words.as_ptr(), results, count) };
        }
    }
}

impl Rows {
    /// Returns the loop for a form of two words. It loads all argument registers.
    #[inline(never)]
    fn for_pairs(form: Form) -> Loop {
        match form {
            Form::Vectors => two_vectors,
            Form::IntegerVector => integer_and_vector,
            Form::VectorInteger => vector_and_integer,
            _ => two_integers,
        }
    }
}

/// Loads an argument register of each kind with the word of this row, by its number among all.
#[rustfmt::skip]
macro_rules! integer {
    ($register:literal, $number:literal) => {
        concat!("mov r10, [r11 + 8 * ", $number, "]\nmov ", $register, ", [r10 + 8 * rax]\n")
    };
}
#[rustfmt::skip]
macro_rules! vector {
    ($register:literal, $number:literal) => {
        concat!("mov r10, [r11 + 8 * ", $number, "]\nmovsd ", $register, ", [r10 + 8 * rax]\n")
    };
}

/// Loads all argument registers.
#[rustfmt::skip]
macro_rules! all {
    () => {
        concat!(
            integer!("rdi", 0), integer!("rsi", 1), integer!("rdx", 2), integer!("rcx", 3),
            integer!("r8", 4), integer!("r9", 5),
            vector!("xmm0", 6), vector!("xmm1", 7), vector!("xmm2", 8), vector!("xmm3", 9),
            vector!("xmm4", 10), vector!("xmm5", 11), vector!("xmm6", 12), vector!("xmm7", 13)
        )
    };
}

macro_rules! calls {
    ($name:ident, [$($load:expr),*], $vectors:literal, $store:expr) => {
        /// Calls the function at `address` with each row of words, and writes each result.
        ///
        /// # Safety
        /// As for [`Rows::call`]; `count` must be at least one.
        // SAFETY: written for the convention that it is declared with. At entry the stack pointer is eight
        // beyond a multiple of 16; after six pushes and 40 bytes it is a multiple, as the function expects at
        // each call. The registers that belong to the caller are pushed first and popped last. What the loop
        // needs lies in the frame: the address at 48 below the frame pointer, then the words, the results, the
        // number of calls and that of the next one.
        #[unsafe(naked)]
        unsafe extern "sysv64" fn $name(
            address: usize,
            words: *const *const u64,
            results: *mut u64,
            count: usize,
        ) {
            naked_asm!(
                save!(),
                "sub rsp, 40
                 mov [rbp - 48], rdi
                 mov [rbp - 56], rsi
                 mov [rbp - 64], rdx
                 mov [rbp - 72], rcx
                 mov qword ptr [rbp - 80], 0
                 2:
                 mov rax, [rbp - 80]
                 mov r11, [rbp - 56]",
                $($load,)*
                // For a variadic function: how many vector registers it has to save at most.
                concat!("mov eax, ", $vectors),
                "call [rbp - 48]
                 mov r10, [rbp - 64]
                 mov r11, [rbp - 80]",
                $store,
                "inc r11
                 mov [rbp - 80], r11
                 cmp r11, [rbp - 72]
                 jb 2b",
                restore_and_return!(),
            );
        }
    };
}

/// Defines the table of loops, the cheapest first: the numbers of integer and vector registers, the names of the
/// loops for results of each kind, what they load.
macro_rules! classes {
    ($(($integers:literal, $vectors:literal) $integer:ident $vector:ident [$($load:expr),*];)*) => {
        const CLASSES: &[Class] = &[$(Class {
            integers: $integers,
            vectors: $vectors,
            integer: $integer,
            vector: $vector,
        }),*];

        $(
            calls!($integer, [$($load),*], $vectors, "mov [r10 + 8 * r11], rax");
            calls!($vector, [$($load),*], $vectors, "movsd [r10 + 8 * r11], xmm0");
        )*
    };
}

/// Defines loops that load all argument registers, for results of two words: what stores each.
macro_rules! pairs {
    ($($name:ident $first:literal $second:literal;)*) => {
        $(calls!(
            $name,
            [all!()],
            8,
            concat!("shl r11, 4\n", $first, "\n", $second, "\nshr r11, 4")
        );)*
    };
}

pairs! {
    two_integers "mov [r10 + r11], rax" "mov [r10 + r11 + 8], rdx";
    two_vectors "movsd [r10 + r11], xmm0" "movsd [r10 + r11 + 8], xmm1";
    integer_and_vector "mov [r10 + r11], rax" "movsd [r10 + r11 + 8], xmm0";
    vector_and_integer "movsd [r10 + r11], xmm0" "mov [r10 + r11 + 8], rax";
}

classes! {
    (1, 0) integer_of_1_0 vector_of_1_0 [integer!("rdi", 0)];
    (0, 1) integer_of_0_1 vector_of_0_1 [vector!("xmm0", 6)];
    (2, 0) integer_of_2_0 vector_of_2_0 [integer!("rdi", 0), integer!("rsi", 1)];
    (0, 2) integer_of_0_2 vector_of_0_2 [vector!("xmm0", 6), vector!("xmm1", 7)];
    (3, 0) integer_of_3_0 vector_of_3_0 [integer!("rdi", 0), integer!("rsi", 1), integer!("rdx", 2)];
    (0, 3) integer_of_0_3 vector_of_0_3 [vector!("xmm0", 6), vector!("xmm1", 7), vector!("xmm2", 8)];
    (6, 0) integer_of_6_0 vector_of_6_0 [
        integer!("rdi", 0), integer!("rsi", 1), integer!("rdx", 2), integer!("rcx", 3), integer!("r8", 4),
        integer!("r9", 5)
    ];
    (6, 8) integer_of_6_8 vector_of_6_8 [all!()];
}
