//! Where arguments go, one by one.

use super::{INTEGERS, VECTORS, Variant, classify::on_stack};
use crate::abi::{
    Scalar,
    passing::{PassedType, Passing},
    stack::{EIGHTBYTE, Stack},
};
use std::{mem::offset_of, ptr, slice};

/// The content of the argument registers at a call. A function reads no register that its parameters do not use,
/// so a call that loads all of them serves every signature.
#[derive(Debug)]
#[repr(C)]
pub struct Registers {
    pub(super) integers: [u64; INTEGERS],
    /// `x8`: the address of memory for the result.
    pub(super) result: u64,
    /// Keeps the vectors at a multiple of 16.
    _padding: u64,
    /// A float is in the lower end of its register.
    pub(super) vectors: [[u64; 2]; VECTORS],
}

/// Counts the registers of each class that are taken, or must stay unused.
#[derive(Clone, Copy, Debug, Default)]
pub struct NextRegister {
    integers: usize,
    vectors: usize,
}

impl NextRegister {
    /// Takes the next register of a class and returns its number. `None` if none is left.
    #[inline(always)]
    pub fn take(&mut self, is_vector: bool) -> Option<usize> {
        self.take_all(is_vector, 1)
    }

    /// Takes `count` registers of a class and returns the number of the first. `None` if there are too few; the rest
    /// then stays unused (C.3, C.13).
    #[inline]
    pub fn take_all(&mut self, is_vector: bool, count: usize) -> Option<usize> {
        let (next, all) = if is_vector {
            (&mut self.vectors, VECTORS)
        } else {
            (&mut self.integers, INTEGERS)
        };
        let first = *next;
        let fits = first + count <= all;
        *next = if fits { first + count } else { all };
        fits.then_some(first)
    }

    /// Advances to an even integer register (C.10) and returns whether one is skipped.
    pub fn even(&mut self) -> bool {
        let odd = self.integers % 2 == 1;
        self.integers += usize::from(odd);
        odd
    }
}

impl Registers {
    /// Makes registers that hold zeros.
    #[inline(always)]
    #[must_use]
    pub fn new() -> Self {
        Self {
            integers: [0; INTEGERS],
            result: 0,
            _padding: 0,
            vectors: [[0; 2]; VECTORS],
        }
    }

    /// Puts a word into the next register of its class. `None` if none is left.
    #[inline(always)]
    pub fn put(&mut self, next: &mut NextRegister, is_vector: bool, word: u64) -> Option<()> {
        let register = next.take(is_vector)?;
        if is_vector {
            self.vectors[register] = [word, 0];
        } else {
            self.integers[register] = word;
        }
        Some(())
    }

    /// Returns where the content of a register is, by the number that [`NextRegister::take`] gave it: the offset
    /// in bytes of a word.
    #[must_use]
    pub fn offset(is_vector: bool, register: usize) -> usize {
        if is_vector {
            offset_of!(Self, vectors) + register * size_of::<[u64; 2]>()
        } else {
            offset_of!(Self, integers) + register * EIGHTBYTE
        }
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
    variant: Variant,
    /// All following arguments are passed on the stack.
    is_variadic: bool,
}

impl Frame {
    /// Makes a frame without arguments.
    #[inline(always)]
    #[must_use]
    pub fn new() -> Self {
        Self::of(Variant::NATIVE)
    }

    #[inline(always)]
    fn of(variant: Variant) -> Self {
        Self {
            registers: Registers::new(),
            next: NextRegister::default(),
            stack: Stack::new(),
            variant,
            is_variadic: false,
        }
    }

    /// Places the address of memory for the result; must precede all arguments. `None` if there is no room.
    #[inline]
    pub fn result_at(&mut self, address: usize) -> Option<()> {
        self.registers.result = address as u64;
        Some(())
    }

    /// Notes that the following arguments match the `...` of a variadic function.
    #[inline(always)]
    pub fn variadic(&mut self) {
        self.is_variadic = self.variant == Variant::Apple;
    }

    /// Places a scalar of `size` bytes that fits in a word. `None` if there is no room.
    #[inline(always)]
    pub fn word(&mut self, is_vector: bool, word: u64, size: usize) -> Option<()> {
        if !self.is_variadic
            && let placed @ Some(()) = self.registers.put(&mut self.next, is_vector, word)
        {
            return placed;
        }
        self.push(word, size)
    }

    #[inline(never)]
    fn push(&mut self, word: u64, size: usize) -> Option<()> {
        let size = match self.variant {
            Variant::Apple if !self.is_variadic => size,
            _ => EIGHTBYTE,
        };
        let room = self.stack.room(size, size)?;
        room.copy_from_slice(word.to_le_bytes().get(..size)?);
        Some(())
    }

    /// Places a scalar that does not fit in a word. `None` if there is no room.
    #[inline]
    pub fn wide(&mut self, scalar: Scalar, words: &[u64]) -> Option<()> {
        let (float, count) = match scalar.parts() {
            Some(part) => (part, 2),
            None => (scalar, 1),
        };
        if size_of_val(words) < count * float.size() {
            return None;
        }
        let bytes = words.as_ptr().cast::<u8>();
        // SAFETY: the words hold as many floats.
        unsafe { self.floats(float, count, bytes, float.align()) }
    }

    /// Places the aggregate at `source`. `None` if there is no room.
    ///
    /// # Safety
    /// `source` must hold a value of this type. If it is passed by reference, C is given `source` itself.
    #[inline]
    pub unsafe fn aggregate(&mut self, passed: &PassedType, source: *const u8) -> Option<()> {
        match passed.passing() {
            Passing::Registers(pieces) => match &pieces[..] {
                [] => None,
                // SAFETY: `source` holds a value of this type (see # Safety).
                [Scalar::Uint64, ..] => unsafe { self.eightbytes(passed, source) },
                // SAFETY: `source` holds a value of this type (see # Safety); an aggregate of floats consists
                // of nothing else.
                [float, ..] => unsafe {
                    self.floats(*float, pieces.len(), source, passed.natural_align())
                },
            },
            _ => self.word(false, source.expose_provenance() as u64, EIGHTBYTE),
        }
    }

    /// Places floats, all in vector registers or all on the stack.
    ///
    /// # Safety
    /// `source` must hold `count` floats.
    unsafe fn floats(
        &mut self,
        float: Scalar,
        count: usize,
        source: *const u8,
        align: usize,
    ) -> Option<()> {
        let size = float.size();
        // SAFETY: `source` holds `count` floats (see # Safety).
        let bytes = unsafe { slice::from_raw_parts(source, size * count) };
        let first = if self.is_variadic {
            None
        } else {
            self.next.take_all(true, count)
        };
        let Some(first) = first else {
            return self.bytes(bytes, align);
        };
        let registers = self.registers.vectors.get_mut(first..first + count)?;
        for (register, float) in registers.iter_mut().zip(bytes.chunks_exact(size)) {
            let mut whole = [0; 16];
            whole.get_mut(..size)?.copy_from_slice(float);
            let [low, high] = [0, 8].map(|at| whole[at..at + 8].try_into());
            *register = [
                u64::from_ne_bytes(low.ok()?),
                u64::from_ne_bytes(high.ok()?),
            ];
        }
        Some(())
    }

    /// Places an aggregate of up to two eightbytes, all in integer registers or all on the stack.
    ///
    /// # Safety
    /// As for [`Self::aggregate`].
    unsafe fn eightbytes(&mut self, passed: &PassedType, source: *const u8) -> Option<()> {
        let count = passed.size().div_ceil(EIGHTBYTE);
        let align = on_stack(match self.variant {
            Variant::Standard => passed.natural_align(),
            Variant::Apple => passed.align(),
        });
        let mut words = [0u64; 2];
        let words = words.get_mut(..count)?;
        // SAFETY: `source` holds a value of this type (see # Safety), and the words have room for it rounded
        // up.
        unsafe { ptr::copy_nonoverlapping(source, words.as_mut_ptr().cast(), passed.size()) };
        if self.is_variadic {
            return self.stack.words(words, align);
        }
        if align > EIGHTBYTE && self.variant == Variant::Standard {
            self.next.even();
        }
        match self.next.take_all(false, count) {
            Some(first) => {
                let registers = self.registers.integers.get_mut(first..first + count)?;
                registers.copy_from_slice(words);
                Some(())
            }
            None => self.stack.words(words, align),
        }
    }

    /// Appends floats to the stack.
    fn bytes(&mut self, bytes: &[u8], align: usize) -> Option<()> {
        let (size, align) = match self.variant {
            Variant::Apple if !self.is_variadic => (bytes.len(), align),
            _ => (bytes.len().next_multiple_of(EIGHTBYTE), on_stack(align)),
        };
        let room = self.stack.room(size, align)?;
        room.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::passing::Part;

    /// Makes a frame that holds `count` integers.
    fn with_integers(variant: Variant, count: u64) -> Frame {
        let mut frame = Frame::of(variant);
        for word in 1..=count {
            frame.word(false, word, 4).unwrap();
        }
        frame
    }

    fn passed(size: usize, natural_align: usize, passing: &[Scalar]) -> PassedType {
        PassedType::for_test(size, natural_align, Passing::Registers(passing.to_vec()))
    }

    fn place(frame: &mut Frame, passed: &PassedType, words: &[u64]) {
        // SAFETY: the words hold as much.
        unsafe { frame.aggregate(passed, words.as_ptr().cast()) }.unwrap();
    }

    #[test]
    fn a_pair_that_does_not_fit_closes_the_integer_registers() {
        let pair = passed(16, 8, &[Scalar::Uint64; 2]);
        let mut frame = with_integers(Variant::Standard, 7);
        place(&mut frame, &pair, &[10, 11]);
        frame.word(false, 12, 4).unwrap();
        assert_eq!(frame.registers.integers, [1, 2, 3, 4, 5, 6, 7, 0]);
        assert_eq!(frame.stack.content(), [10, 11, 12]);
    }

    #[test]
    fn what_is_aligned_to_16_starts_at_an_even_register() {
        let pair = passed(16, 16, &[Scalar::Uint64; 2]);
        let mut frame = with_integers(Variant::Standard, 1);
        place(&mut frame, &pair, &[10, 11]);
        assert_eq!(frame.registers.integers[..4], [1, 0, 10, 11]);
        let mut frame = with_integers(Variant::Apple, 1);
        place(&mut frame, &pair, &[10, 11]);
        assert_eq!(frame.registers.integers[..4], [1, 10, 11, 0]);
    }

    #[test]
    fn floats_that_do_not_fit_close_the_vector_registers() {
        let floats = passed(12, 4, &[Scalar::Float; 3]);
        let mut frame = Frame::of(Variant::Standard);
        for _ in 0..6 {
            frame.word(true, 1, 8).unwrap();
        }
        place(&mut frame, &floats, &[2, 3]);
        frame.word(true, 4, 8).unwrap();
        assert_eq!(frame.registers.vectors[5..], [[1, 0], [0, 0], [0, 0]]);
        assert_eq!(frame.stack.content(), [2, 3, 4]);
    }

    #[test]
    fn each_float_takes_a_register() {
        let floats = passed(12, 4, &[Scalar::Float; 3]);
        let mut frame = Frame::of(Variant::Standard);
        place(&mut frame, &floats, &[2 | 3 << 32, 4]);
        assert_eq!(
            frame.registers.vectors[..4],
            [[2, 0], [3, 0], [4, 0], [0, 0]]
        );
    }

    #[test]
    fn apple_packs_the_stack_and_leaves_the_rest_of_a_variadic_call_there() {
        let mut frame = with_integers(Variant::Apple, 10);
        assert_eq!(frame.stack.content(), [9 | 10 << 32]);
        frame.variadic();
        frame.word(true, 11, 8).unwrap();
        frame.word(false, 12, 4).unwrap();
        assert_eq!(frame.registers.vectors[0], [0, 0]);
        assert_eq!(frame.stack.content(), [9 | 10 << 32, 11, 12]);
    }

    /// As clang has it for arm64-apple-macos: `(8 ints, int, struct { long a, b; } aligned to 16, char, short)`.
    #[test]
    fn apple_aligns_aggregates_on_the_stack_as_a_whole() {
        let mut frame = with_integers(Variant::Apple, 9);
        let pair = passed(16, 16, &[Scalar::Uint64; 2]);
        place(&mut frame, &pair, &[10, 11]);
        frame.word(false, 12, 1).unwrap();
        frame.word(false, 13, 2).unwrap();
        assert_eq!(frame.stack.content(), [9, 0, 10, 11, 12 | 13 << 16]);
    }

    /// As clang has it for arm64-apple-macos: `(8 doubles, float, struct { float a, b, c; }, float)`.
    #[test]
    fn apple_packs_floats_on_the_stack() {
        let mut frame = Frame::of(Variant::Apple);
        for _ in 0..8 {
            frame.word(true, 1, 8).unwrap();
        }
        frame.word(true, 2, 4).unwrap();
        place(
            &mut frame,
            &passed(12, 4, &[Scalar::Float; 3]),
            &[3 | 4 << 32, 5],
        );
        frame.word(true, 6, 4).unwrap();
        assert_eq!(frame.stack.content(), [2 | 3 << 32, 4 | 5 << 32, 6]);
    }

    #[test]
    fn a_large_aggregate_is_its_address() {
        let large = PassedType::for_test(24, 8, Passing::Reference);
        let words = [1u64, 2, 3];
        let mut frame = Frame::of(Variant::Standard);
        place(&mut frame, &large, &words);
        assert_eq!(frame.registers.integers[0], words.as_ptr().addr() as u64);
    }

    #[test]
    fn the_address_of_a_result_takes_no_argument_register() {
        let mut frame = with_integers(Variant::Standard, 0);
        frame.result_at(16).unwrap();
        frame.word(false, 1, 4).unwrap();
        assert_eq!(
            (frame.registers.result, frame.registers.integers[0]),
            (16, 1)
        );
    }

    #[test]
    fn parts_are_found_by_their_offsets() {
        let parts: [Part; 2] = [(0, Scalar::Double), (8, Scalar::Double)];
        let shape = crate::abi::passing::Shape {
            size: 16,
            align: 8,
            natural_align: 8,
            parts: &parts,
        };
        let expected = Passing::Registers(vec![Scalar::Double; 2]);
        assert_eq!(super::super::classify(shape), expected);
    }
}
