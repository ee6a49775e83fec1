//! Where arguments go, one by one.

use super::{INTEGERS, VECTORS};
use crate::abi::{
    Scalar,
    passing::{PassedType, Passing},
    stack::{EIGHTBYTE, STACK_ALIGN, Stack},
};
use std::{ptr, slice};

/// The content of the argument registers at a call. A function reads no register that its parameters do not use,
/// so a call that loads all of them serves every signature.
#[derive(Debug)]
pub struct Registers {
    pub(super) integers: [u64; INTEGERS],
    /// A `float` is in the lower half of its register.
    pub(super) vectors: [f64; VECTORS],
}

/// Counts the registers of each class that are taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct NextRegister {
    pub(super) integers: usize,
    pub(super) vectors: usize,
}

impl NextRegister {
    /// Takes the next register of a class and returns its number. `None` if none is left.
    #[inline(always)]
    pub fn take(&mut self, is_vector: bool) -> Option<usize> {
        let (next, all) = if is_vector {
            (&mut self.vectors, VECTORS)
        } else {
            (&mut self.integers, INTEGERS)
        };
        let register = *next;
        (register < all).then(|| {
            *next += 1;
            register
        })
    }

    /// Takes a register for each eightbyte. Takes none and returns `false` if there are too few.
    pub fn take_all(&mut self, eightbytes: &[Scalar]) -> bool {
        let vectors = eightbytes.iter().filter(|&&s| s == Scalar::Double).count();
        let integers = eightbytes.len() - vectors;
        let fits = self.integers + integers <= INTEGERS && self.vectors + vectors <= VECTORS;
        if fits {
            self.integers += integers;
            self.vectors += vectors;
        }
        fits
    }
}

impl Registers {
    /// Makes registers that hold zeros.
    #[inline(always)]
    #[must_use]
    pub fn new() -> Self {
        Self {
            integers: [0; INTEGERS],
            vectors: [0.0; VECTORS],
        }
    }

    /// Puts a word into the next register of its class. `None` if none is left. By [`NextRegister::take`] each argument
    /// of a planned call would take eight more instructions.
    #[inline(always)]
    pub fn put(&mut self, next: &mut NextRegister, is_vector: bool, word: u64) -> Option<()> {
        if is_vector {
            *self.vectors.get_mut(next.vectors)? = f64::from_bits(word);
            next.vectors += 1;
        } else {
            *self.integers.get_mut(next.integers)? = word;
            next.integers += 1;
        }
        Some(())
    }

    /// Returns the content of an integer register.
    #[inline(always)]
    #[must_use]
    pub fn integer(&self, register: usize) -> u64 {
        self.integers[register]
    }
}

/// The arguments of a call, in registers and on the stack.
#[derive(Debug)]
pub struct Frame {
    pub(super) registers: Registers,
    next: NextRegister,
    pub(super) stack: Stack,
}

impl Frame {
    /// Makes a frame without arguments.
    #[inline(always)]
    #[must_use]
    pub fn new() -> Self {
        Self {
            registers: Registers::new(),
            next: NextRegister::default(),
            stack: Stack::new(),
        }
    }

    /// Places the address of memory for the result; must precede all arguments. `None` if there is no room.
    #[inline]
    pub fn result_at(&mut self, address: usize) -> Option<()> {
        self.word(false, address as u64, EIGHTBYTE)
    }

    /// Notes that the following arguments match the `...` of a variadic function.
    #[inline(always)]
    pub fn variadic(&mut self) {}

    /// Places a scalar that fits in a word. Every size takes a whole register or stack slot. `None` if there is no
    /// room.
    #[inline(always)]
    pub fn word(&mut self, is_vector: bool, word: u64, _size: usize) -> Option<()> {
        match self.registers.put(&mut self.next, is_vector, word) {
            Some(()) => Some(()),
            None => self.stack.push(word),
        }
    }

    /// Places a scalar that does not fit in a word. `None` if there is no room.
    #[inline]
    pub fn wide(&mut self, scalar: Scalar, words: &[u64]) -> Option<()> {
        match scalar {
            // A complex number counts as its parts (3.2.3), two floats as one eightbyte.
            Scalar::ComplexFloat => self.eightbytes(words, &[Scalar::Double], EIGHTBYTE),
            Scalar::ComplexDouble => self.eightbytes(words, &[Scalar::Double; 2], EIGHTBYTE),
            _ => self.stack.words(words, STACK_ALIGN),
        }
    }

    /// Places the aggregate at `source`. `None` if there is no room.
    ///
    /// # Safety
    /// `source` must hold a value of this type.
    #[inline]
    pub unsafe fn aggregate(&mut self, passed: &PassedType, source: *const u8) -> Option<()> {
        let (size, align) = (passed.size(), passed.align().max(EIGHTBYTE));
        let Passing::Registers(eightbytes) = passed.passing() else {
            // SAFETY: `source` holds a value of this size (see # Safety).
            let bytes = unsafe { slice::from_raw_parts(source, size) };
            let room = self.stack.room(size.next_multiple_of(EIGHTBYTE), align)?;
            room.get_mut(..size)?.copy_from_slice(bytes);
            return Some(());
        };
        let mut words = [0u64; 2];
        let words = words.get_mut(..size.div_ceil(EIGHTBYTE))?;
        // SAFETY: `source` holds a value of this size (see # Safety), and the words have room for it rounded
        // up.
        unsafe { ptr::copy_nonoverlapping(source, words.as_mut_ptr().cast(), size) };
        self.eightbytes(words, eightbytes, align)
    }

    /// Places eightbytes, all in registers or all on the stack.
    fn eightbytes(&mut self, words: &[u64], classes: &[Scalar], align: usize) -> Option<()> {
        let mut next = self.next;
        if !next.take_all(classes) {
            return self.stack.words(words, align);
        }
        for (&word, &class) in words.iter().zip(classes) {
            let is_vector = class == Scalar::Double;
            self.registers.put(&mut self.next, is_vector, word)?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::passing::Shape;

    fn words(values: &[(bool, u64)]) -> Frame {
        let mut frame = Frame::new();
        for &(is_vector, word) in values {
            frame.word(is_vector, word, EIGHTBYTE).unwrap();
        }
        frame
    }

    #[test]
    fn integers_and_floats_take_registers_of_their_own_and_then_the_stack() {
        let all: Vec<_> = (0..20).map(|n| (n % 2 == 1, n)).collect();
        let frame = words(&all);
        assert_eq!(frame.registers.integers, [0, 2, 4, 6, 8, 10]);
        let vectors = frame.registers.vectors.map(f64::to_bits);
        assert_eq!(vectors, [1, 3, 5, 7, 9, 11, 13, 15]);
        assert_eq!(frame.stack.content(), [12, 14, 16, 17, 18, 19]);
    }

    #[test]
    fn a_long_double_lies_on_the_stack_at_a_multiple_of_16() {
        let mut frame = words(&[(false, 1); 7]);
        frame.wide(Scalar::LongDouble, &[8, 9]).unwrap();
        assert_eq!(frame.stack.content(), [1, 0, 8, 9]);
    }

    #[test]
    fn an_aggregate_goes_to_registers_as_a_whole_or_to_the_stack() {
        let parts = [(0, Scalar::Uint64), (8, Scalar::Uint64)];
        let shape = Shape {
            size: 16,
            align: 8,
            natural_align: 8,
            parts: &parts,
        };
        let passing = super::super::classify(shape);
        assert_eq!(passing, Passing::Registers(vec![Scalar::Uint64; 2]));
        let mut frame = words(&[(false, 1); 5]);
        frame.eightbytes(&[8, 9], &[Scalar::Uint64; 2], 8).unwrap();
        frame.word(false, 2, EIGHTBYTE).unwrap();
        assert_eq!(frame.registers.integers, [1, 1, 1, 1, 1, 2]);
        assert_eq!(frame.stack.content(), [8, 9]);
    }

    #[test]
    fn two_floats_are_one_eightbyte() {
        let mut frame = words(&[(true, 1)]);
        frame.wide(Scalar::ComplexFloat, &[5]).unwrap();
        frame.wide(Scalar::ComplexDouble, &[6, 7]).unwrap();
        let vectors = frame.registers.vectors.map(f64::to_bits);
        assert_eq!(vectors[..4], [1, 5, 6, 7]);
    }
}
