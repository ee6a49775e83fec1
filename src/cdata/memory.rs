//! Blocks of memory that hold C values.

use std::{
    alloc::{self, Layout},
    ptr::NonNull,
};

/// The alignment of every block, enough for any C scalar, so no type's alignment has to be remembered.
const MIN_ALIGN: usize = 16;

/// Zeroed memory, freed with the block. A block is one address, because every value has room for a block and
/// few have one; how it was allocated is written in front of it.
#[derive(Debug)]
pub struct Block {
    start: NonNull<u8>,
}

/// How a block was allocated: it starts `align` bytes into an allocation of `size` bytes.
#[derive(Clone, Copy)]
#[repr(C)]
struct Header {
    size: usize,
    align: usize,
}

const _: () = assert!(size_of::<Header>() <= MIN_ALIGN);

// SAFETY: a block is plain memory, owned by the holder of the block; accesses to it race as they may in C.
unsafe impl Send for Block {}
// SAFETY: as for Send.
unsafe impl Sync for Block {}

impl Block {
    /// Allocates `size` zeroed bytes. Returns `None` if there is no memory for them.
    #[must_use]
    pub fn new(size: usize, align: usize) -> Option<Self> {
        // An `_align_` that is not a power of two affects the layout of fields; memory cannot be aligned to it.
        let align = if align.is_power_of_two() {
            align.max(MIN_ALIGN)
        } else {
            MIN_ALIGN
        };
        let size = size.max(1).checked_add(align)?;
        let layout = Layout::from_size_align(size, align).ok()?;
        // SAFETY: the size is not zero.
        let allocation = NonNull::new(unsafe { alloc::alloc_zeroed(layout) })?;
        // SAFETY: the allocation has more than `align` bytes.
        let start = unsafe { allocation.add(align) };
        let block = Self { start };
        // SAFETY: `align` is at least the header's size, so the header lies in the allocation; an address
        // aligned to sixteen bytes is aligned for it.
        unsafe { block.header().write(Header { size, align }) };
        Some(block)
    }

    fn header(&self) -> NonNull<Header> {
        // SAFETY: the allocation begins at least `align` bytes in front of the block, which is no less than the
        // header's size.
        unsafe { self.start.sub(size_of::<Header>()) }.cast()
    }

    /// Returns the number of usable bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        // SAFETY: the header was written when the block was made.
        let Header { size, align } = unsafe { self.header().read() };
        size - align
    }

    #[must_use]
    pub fn start(&self) -> *mut u8 {
        self.start.as_ptr()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: the header was written when the block was made.
        let Header { size, align } = unsafe { self.header().read() };
        // SAFETY: the block was allocated with this layout, in an allocation that begins `align` bytes in front
        // of it; it is freed nowhere else.
        unsafe {
            let layout = Layout::from_size_align_unchecked(size, align);
            alloc::dealloc(self.start.sub(align).as_ptr(), layout);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Block;

    #[test]
    fn blocks_are_zeroed_and_aligned() {
        for size in [0, 1, 15, 16, 17, 100_000] {
            for align in [1, 8, 16, 24, 64, 4096] {
                let block = Block::new(size, align).expect("memory");
                assert_eq!(block.size(), size.max(1));
                let aligned = if align == 24 { 16 } else { align.max(16) };
                assert_eq!(block.start().addr() % aligned, 0);
                // SAFETY: the block's own memory.
                let bytes = unsafe { std::slice::from_raw_parts_mut(block.start(), block.size()) };
                assert!(bytes.iter().all(|&byte| byte == 0));
                bytes.fill(0xff);
                assert_eq!(block.size(), size.max(1));
            }
        }
        assert!(Block::new(usize::MAX, 16).is_none());
    }
}
