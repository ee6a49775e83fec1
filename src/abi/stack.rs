//! The arguments of a call that go onto the stack.

use std::{mem::MaybeUninit, slice};

/// Bytes of a register or stack slot.
pub const EIGHTBYTE: usize = 8;

/// The stack is aligned to this many bytes at a call.
pub const STACK_ALIGN: usize = 16;

/// Eightbytes that a call can take: what the interpreter leaves is more.
pub const MOST_STACK: usize = 2048;

/// Eightbytes that take no allocation.
const FEW: usize = 16;

/// What lies on the stack at a call, from the lowest address up.
#[derive(Debug)]
pub struct Stack {
    /// Without content as long as nothing is used of it: most calls need none, and most others this much.
    few: MaybeUninit<[u64; FEW]>,
    /// What is used of the stack, if that is more.
    many: Vec<u64>,
    /// Bytes that are used.
    used: usize,
    /// Bytes that it is aligned to.
    align: usize,
}

#[allow(dead_code, reason = "some ABIs have no use for it")]
impl Stack {
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

    #[inline(always)]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Bytes that it has to be aligned to, a power of two: 16 or more.
    #[inline]
    #[must_use]
    pub fn align(&self) -> usize {
        self.align
    }

    /// Places a word behind what is there. `None` if there is no room.
    #[inline]
    pub fn push(&mut self, word: u64) -> Option<()> {
        self.words(&[word], EIGHTBYTE)
    }

    /// Places words, the first one aligned to so many bytes. `None` if there is no room.
    #[inline]
    pub fn words(&mut self, words: &[u64], align: usize) -> Option<()> {
        let room = self.room(size_of_val(words), align)?;
        for (place, word) in room.chunks_exact_mut(EIGHTBYTE).zip(words) {
            place.copy_from_slice(&word.to_ne_bytes());
        }
        Some(())
    }

    /// Room for so many bytes, aligned to so many, which is a power of two if it is less than eight. `None` if there is no room, or none that is aligned so.
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
        // SAFETY: either has been filled as far as `end`, and nobody else refers to it.
        Some(unsafe { slice::from_raw_parts_mut(all.add(start), size) })
    }

    /// Has the stack aligned to no less than this. `None` if nothing is aligned so.
    fn raise(&mut self, align: usize) -> Option<()> {
        if align > MOST_ALIGN || !align.is_power_of_two() {
            return None;
        }
        self.align = self.align.max(align);
        Some(())
    }

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

    /// What is used of it, in eightbytes.
    #[inline]
    #[must_use]
    pub fn content(&self) -> &[u64] {
        if self.used == 0 {
            return &[];
        }
        if self.many.is_empty() {
            // SAFETY: whoever used some of it has filled it before.
            let few = unsafe { self.few.assume_init_ref() };
            return few.get(..self.used.div_ceil(EIGHTBYTE)).unwrap_or(few);
        }
        &self.many
    }
}

/// Bytes that an argument on the stack can be aligned to. Less than a page, so that no call steps over the guard
/// page of a stack that ends.
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
