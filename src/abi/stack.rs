//! The arguments of a call that are passed on the stack.

use std::{mem::MaybeUninit, slice};

/// Bytes of a register or stack slot.
pub const EIGHTBYTE: usize = 8;

/// The stack's alignment at a call, in bytes.
pub const STACK_ALIGN: usize = 16;

/// The most eightbytes that a call can pass; the interpreter always leaves more stack than this.
pub const MOST_STACK: usize = 2048;

/// Eightbytes that need no allocation.
const FEW: usize = 16;

/// The stack's content at a call, from the lowest address up.
#[derive(Debug)]
pub struct Stack {
    /// The first eightbytes, uninitialised while nothing is used: most calls pass nothing on the stack.
    few: MaybeUninit<[u64; FEW]>,
    /// The whole content, if it does not fit there.
    many: Vec<u64>,
    /// The size of the content in bytes.
    used: usize,
    /// The alignment in bytes.
    align: usize,
}

#[allow(dead_code, reason = "some ABIs have no use for it")]
impl Stack {
    /// Makes an empty stack.
    #[inline(always)]
    #[must_use]
    pub fn new() -> Self {
        Self {
            few: MaybeUninit::uninit(),
            many: Vec::new(),
            used: 0,
            align: STACK_ALIGN,
        }
    }

    /// Returns whether nothing is passed on the stack.
    #[inline(always)]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Returns the alignment in bytes: a power of two, 16 or more.
    #[inline]
    #[must_use]
    pub fn align(&self) -> usize {
        self.align
    }

    /// Appends a word. `None` if there is no room.
    #[inline]
    pub fn push(&mut self, word: u64) -> Option<()> {
        self.words(&[word], EIGHTBYTE)
    }

    /// Appends words, the first one aligned to `align` bytes. `None` if there is no room.
    #[inline]
    pub fn words(&mut self, words: &[u64], align: usize) -> Option<()> {
        let room = self.room(size_of_val(words), align)?;
        for (place, word) in room.chunks_exact_mut(EIGHTBYTE).zip(words) {
            place.copy_from_slice(&word.to_ne_bytes());
        }
        Some(())
    }

    /// Appends `size` bytes, aligned to `align` bytes, and returns them to be written; an alignment below eight must
    /// be a power of two. `None` if there is no room, or if nothing can be aligned so.
    #[inline]
    pub fn room(&mut self, size: usize, align: usize) -> Option<&mut [u8]> {
        if align > EIGHTBYTE {
            self.raise(align)?;
        }
        let start = (self.used + align - 1) & !(align - 1);
        let end = start + size;
        if end > FEW * EIGHTBYTE {
            self.grow(end)?;
        } else if self.used == 0 {
            self.few.write([0; FEW]);
        }
        self.used = end;
        let all = if self.many.is_empty() {
            self.few.as_mut_ptr().cast::<u8>()
        } else {
            self.many.as_mut_ptr().cast()
        };
        // SAFETY: both are initialised up to `end`, and `self` is borrowed mutably.
        Some(unsafe { slice::from_raw_parts_mut(all.add(start), size) })
    }

    /// Raises the alignment to `align` at least. `None` if it is no power of two or above [`MOST_ALIGN`].
    fn raise(&mut self, align: usize) -> Option<()> {
        if align > MOST_ALIGN || !align.is_power_of_two() {
            return None;
        }
        self.align = self.align.max(align);
        Some(())
    }

    /// Makes room up to `end`. `None` if that is more than [`MOST_STACK`] allows.
    #[cold]
    fn grow(&mut self, end: usize) -> Option<()> {
        if end > MOST_STACK * EIGHTBYTE {
            return None;
        }
        if self.many.is_empty() {
            self.many = self.content().to_vec();
        }
        self.many.resize(end.div_ceil(EIGHTBYTE), 0);
        Some(())
    }

    /// Returns the content in eightbytes.
    #[inline]
    #[must_use]
    pub fn content(&self) -> &[u64] {
        if self.used == 0 {
            return &[];
        }
        if self.many.is_empty() {
            // SAFETY: `room` initialised all of it when the first byte was used.
            let few = unsafe { self.few.assume_init_ref() };
            return few.get(..self.used.div_ceil(EIGHTBYTE)).unwrap_or(few);
        }
        &self.many
    }
}

/// The largest alignment of an argument on the stack, in bytes. It is less than a page, so that no call skips the
/// guard page at the end of the stack.
pub const MOST_ALIGN: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_placed_lies_one_behind_the_other() {
        let mut stack = Stack::new();
        assert!(stack.is_empty() && stack.content().is_empty());
        stack.push(1).unwrap();
        stack.words(&[2, 3], 16).unwrap();
        stack.room(2, 2).unwrap().fill(0xff);
        stack.room(4, 4).unwrap().fill(0x11);
        assert_eq!(
            stack.content(),
            [
                1,
                0,
                2,
                3,
                u64::from_ne_bytes([255, 255, 0, 0, 17, 17, 17, 17])
            ]
        );
        assert_eq!(stack.align(), 16);
    }

    #[test]
    fn there_is_room_for_many_and_not_for_more() {
        let mut stack = Stack::new();
        let words: Vec<u64> = (0..MOST_STACK as u64).collect();
        for &word in &words {
            stack.push(word).unwrap();
        }
        assert_eq!(stack.content(), words);
        assert!(stack.push(0).is_none());
    }

    #[test]
    fn it_is_aligned_as_its_arguments_ask() {
        let mut stack = Stack::new();
        stack.push(1).unwrap();
        stack.words(&[2], 64).unwrap();
        assert_eq!((stack.align(), stack.content()[8]), (64, 2));
        assert!(stack.room(8, 2 * MOST_ALIGN).is_none());
        assert!(stack.room(8, 48).is_none());
    }
}
