//! Where arguments go, one by one.

use super::SLOTS;
use crate::abi::{
    Scalar,
    passing::{PassedType, Passing},
    stack::{EIGHTBYTE, Stack},
};
use std::{mem::offset_of, ptr};

/// The content of the argument registers at a call; integer and vector registers hold the same.
#[derive(Debug)]
pub struct Registers {
    pub(super) slots: [u64; SLOTS],
}

/// Counts the slots that are taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct NextRegister(usize);

impl NextRegister {
    /// Takes the next slot and returns its number. `None` if none is left.
    #[inline(always)]
    pub fn take(&mut self, _is_vector: bool) -> Option<usize> {
        let slot = self.0;
        (slot < SLOTS).then(|| {
            self.0 += 1;
            slot
        })
    }
}

impl Registers {
    /// Makes registers that hold zeros.
    #[inline(always)]
    #[must_use]
    pub fn new() -> Self {
        Self { slots: [0; SLOTS] }
    }

    /// Puts a word into the next slot. `None` if none is left.
    #[inline(always)]
    pub fn put(&mut self, next: &mut NextRegister, _is_vector: bool, word: u64) -> Option<()> {
        *self.slots.get_mut(next.0)? = word;
        next.0 += 1;
        Some(())
    }

    /// Returns where the content of a register is, by the number that [`NextRegister::take`] gave it: the offset
    /// in bytes of a word.
    #[must_use]
    pub fn offset(_is_vector: bool, register: usize) -> usize {
        offset_of!(Self, slots) + register * EIGHTBYTE
    }

    /// Returns the content of an integer register.
    #[inline(always)]
    #[must_use]
    pub fn integer(&self, register: usize) -> u64 {
        self.slots[register]
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

    /// Places a scalar that fits in a word. Every size takes a whole slot. `None` if there is no room.
    #[inline(always)]
    pub fn word(&mut self, is_vector: bool, word: u64, _size: usize) -> Option<()> {
        match self.registers.put(&mut self.next, is_vector, word) {
            Some(()) => Some(()),
            None => self.stack.push(word),
        }
    }

    /// Places a `long double`. `None` if there is no room, and for complex numbers, which Microsoft's C does not have.
    #[inline]
    pub fn wide(&mut self, scalar: Scalar, words: &[u64]) -> Option<()> {
        match (scalar, words) {
            (Scalar::LongDouble, &[word]) => self.word(true, word, EIGHTBYTE),
            _ => None,
        }
    }

    /// Places the aggregate at `source`. `None` if there is no room.
    ///
    /// # Safety
    /// `source` must hold a value of this type. If it is passed by reference, C is given `source` itself.
    #[inline]
    pub unsafe fn aggregate(&mut self, passed: &PassedType, source: *const u8) -> Option<()> {
        let mut word = 0u64;
        match passed.passing() {
            Passing::Registers(_) if passed.size() <= EIGHTBYTE => {
                // SAFETY: `source` holds a value of this type (see # Safety), for which the word has room.
                unsafe { ptr::copy_nonoverlapping(source, (&raw mut word).cast(), passed.size()) };
            }
            _ => word = source.expose_provenance() as u64,
        }
        self.word(false, word, EIGHTBYTE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_argument_takes_the_slot_of_its_place() {
        let mut frame = Frame::new();
        for (place, is_vector) in [false, true, true, false, true, false]
            .into_iter()
            .enumerate()
        {
            frame.word(is_vector, place as u64, 8).unwrap();
        }
        assert_eq!(frame.registers.slots, [0, 1, 2, 3]);
        assert_eq!(frame.stack.content(), [4, 5]);
    }

    #[test]
    fn small_aggregates_are_integers_and_others_their_addresses() {
        let small = PassedType::for_test(4, 4, Passing::Registers(vec![Scalar::Uint32]));
        let large = PassedType::for_test(12, 4, Passing::Reference);
        let source = [0x1122_3344_5566_7788u64, 0];
        let mut frame = Frame::new();
        frame.result_at(16).unwrap();
        for passed in [&small, &large] {
            // SAFETY: there are as many bytes.
            unsafe { frame.aggregate(passed, source.as_ptr().cast()) }.unwrap();
        }
        let address = source.as_ptr().addr() as u64;
        assert_eq!(frame.registers.slots, [16, 0x5566_7788, address, 0]);
    }

    #[cfg(all(target_arch = "x86_64", not(miri)))]
    mod calls {
        use super::super::{super::Form, *};

        extern "win64" fn weigh(a: i64, b: f64, c: i32, d: f32, e: f64, f: i64, g: i64) -> f64 {
            a as f64
                + 10.0 * b
                + 100.0 * f64::from(c)
                + 1e3 * f64::from(d)
                + 1e4 * e
                + 1e5 * f as f64
                + 1e6 * g as f64
        }

        extern "win64" fn third(_: i64, _: i64, third: i64) -> i64 {
            third
        }

        #[test]
        fn a_function_finds_its_arguments() {
            let mut frame = Frame::new();
            frame.word(false, 1, 8).unwrap();
            frame.word(true, 2f64.to_bits(), 8).unwrap();
            frame.word(false, 3, 4).unwrap();
            frame.word(true, 4f32.to_bits().into(), 4).unwrap();
            frame.word(true, 5f64.to_bits(), 8).unwrap();
            frame.word(false, 6, 8).unwrap();
            frame.word(false, 7, 8).unwrap();
            let mut result = [0f64; 2];
            let address = weigh as *const () as usize;
            // SAFETY: the function takes that, and returns so.
            unsafe { frame.call(address, Form::Vector, result.as_mut_ptr().cast()) };
            assert_eq!(result[0], 7_654_321.0);
        }

        #[test]
        fn registers_are_enough_for_four() {
            let mut registers = Registers::new();
            let mut next = NextRegister::default();
            for word in [5, 6, 7] {
                registers.put(&mut next, false, word).unwrap();
            }
            let address = third as *const () as usize;
            // SAFETY: the function takes that, and returns so.
            assert_eq!(unsafe { registers.call(address, Form::Integer, false) }, 7);
        }
    }
}
