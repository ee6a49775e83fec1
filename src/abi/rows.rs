//! Many calls of one function, the words of whose arguments lie in memory, on ABIs without a loop of their own.

use super::native::{Form, NextRegister, Registers};
use smallvec::SmallVec;

/// The words of each argument.
#[derive(Debug)]
pub struct Rows {
    /// Where in the registers each argument goes, and its words.
    words: SmallVec<[(usize, *const u64); 4]>,
    registers: Registers,
    /// Counts the arguments.
    next: NextRegister,
    /// Whether there are any in vector registers.
    vectors: bool,
}

impl Rows {
    /// Makes rows without arguments.
    #[must_use]
    pub fn new() -> Self {
        Self {
            words: SmallVec::new(),
            registers: Registers::new(),
            next: NextRegister::default(),
            vectors: false,
        }
    }

    /// Adds the argument of the next parameter: whether it goes into a vector register, and where its words are,
    /// one for each call. Returns `None` if no register is left.
    pub fn push(&mut self, is_vector: bool, words: *const u64) -> Option<()> {
        let register = self.next.take(is_vector)?;
        self.vectors |= is_vector;
        self.words
            .push((Registers::offset(is_vector, register), words));
        Some(())
    }

    /// Returns the number of words in which results of this form come back. `None` if they come back elsewhere.
    #[must_use]
    pub fn words_of(form: Form) -> Option<usize> {
        form.is_word().then_some(1)
    }

    /// Calls the function at `address`, which returns a word in this form, `count` times, and writes what it
    /// returns.
    ///
    /// # Safety
    /// It must be a function that takes such words, and returns so. There must be `count` words of each
    /// argument, and room for as many results; `count` must be at most [`MOST_ROWS`](super::MOST_ROWS).
    pub unsafe fn call(&mut self, address: usize, form: Form, count: usize, results: *mut u64) {
        let registers: *mut Registers = &raw mut self.registers;
        for row in 0..count {
            for &(place, words) in &self.words {
                let place = registers.wrapping_byte_add(place).cast::<u64>();
                // SAFETY: the place is in the registers, and there is a word for each row (see # Safety).
                unsafe { place.write(words.add(row).read_unaligned()) };
            }
            // SAFETY: the function takes what the registers hold, and returns in this form (see # Safety).
            let word = unsafe { (*registers).call(address, form, self.vectors) };
            // SAFETY: there is room for it (see # Safety).
            unsafe { results.add(row).write_unaligned(word) };
        }
    }
}
