//! Blocks of memory that hold C values.

use std::{
    alloc::{self, Layout},
    ptr::NonNull,
};

/// Every block is aligned for any C scalar, so that no type's alignment need be remembered.
const MIN_ALIGN: usize = 16;

/// Zeroed memory, freed with the block.
#[derive(Debug)]
pub struct Block {
    start: NonNull<u8>,
    layout: Layout,
}

// SAFETY: a block is plain memory, owned by whoever holds the block; accesses to it are C's affair.
unsafe impl Send for Block {}
// SAFETY: as for Send.
unsafe impl Sync for Block {}

impl Block {
    /// `size` zeroed bytes. `None` if there is no memory for them.
    #[must_use]
    pub fn new(size: usize, align: usize) -> Option<Self> {
        let layout = Layout::from_size_align(size.max(1), align.max(MIN_ALIGN)).ok()?;
        // SAFETY: the size is not zero.
        let start = unsafe { alloc::alloc_zeroed(layout) };
        Some(Self {
            start: NonNull::new(start)?,
            layout,
        })
    }

    /// Bytes that can be used.
    #[must_use]
    pub fn size(&self) -> usize {
        self.layout.size()
    }

    #[must_use]
    pub fn start(&self) -> *mut u8 {
        self.start.as_ptr()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout, and freed nowhere else.
        unsafe { alloc::dealloc(self.start.as_ptr(), self.layout) }
    }
}
