//! The program's allocator: mimalloc, asked for aligned memory only where that is more than what its
//! plain functions give.
//!
//! Nearly all objects are aligned to 16 bytes at most, as every block of mimalloc's of 16 bytes and more
//! is (`MI_MAX_ALIGN_SIZE`). Its functions for aligned memory do not rely on that: for sizes that are
//! no power of two they take a larger block and align within it, whenever the list of free blocks of
//! the right size is empty. The `mimalloc` crate goes through them for every allocation.

use libmimalloc_sys as mi;
use std::{
    alloc::{GlobalAlloc, Layout},
    ffi::c_void,
};

/// What mimalloc aligns every block to that is as large.
const ALIGN: usize = 16;

/// mimalloc, for `#[global_allocator]`.
#[derive(Debug)]
pub struct Mimalloc;

/// Whether any block of `size` bytes is aligned as the layout asks.
#[inline]
fn is_aligned_anyway(layout: Layout, size: usize) -> bool {
    layout.align() <= ALIGN && layout.align() <= size
}

// SAFETY: mimalloc's functions do what the trait asks for: blocks of at least that size, aligned as
// asked for or, by `is_aligned_anyway`, as every block of that size is; NULL if there is no memory; they
// do not unwind. Any of them takes back what any of them gave out.
unsafe impl GlobalAlloc for Mimalloc {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: any size and any power of two will do.
        let block: *mut c_void = unsafe {
            if is_aligned_anyway(layout, size) {
                mi::mi_malloc(size)
            } else {
                mi::mi_malloc_aligned(size, align)
            }
        };
        block.cast()
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: as above.
        let block: *mut c_void = unsafe {
            if is_aligned_anyway(layout, size) {
                mi::mi_zalloc(size)
            } else {
                mi::mi_zalloc_aligned(size, align)
            }
        };
        block.cast()
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        // SAFETY: the caller promises that it is a block of this allocator.
        unsafe { mi::mi_free(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        let block: *mut c_void = unsafe {
            if is_aligned_anyway(layout, size) {
                mi::mi_realloc(block.cast(), size)
            } else {
                mi::mi_realloc_aligned(block.cast(), size, layout.align())
            }
        };
        block.cast()
    }
}
