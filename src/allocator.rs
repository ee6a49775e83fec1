//! The program's allocator: mimalloc, asked for aligned memory only where its plain functions do not align
//! enough.
//!
//! Nearly all objects are aligned to 16 bytes at most, as every mimalloc block of 16 bytes and more is
//! (`MI_MAX_ALIGN_SIZE`). Its functions for aligned memory do not rely on that: if the list of free blocks of
//! the right size is empty, then for sizes that are not a power of two they take a larger block and align
//! within it. The `mimalloc` crate uses them for every allocation.

use libmimalloc_sys as mi;
use std::{
    alloc::{GlobalAlloc, Layout},
    ffi::c_void,
};

/// The alignment of every mimalloc block of at least this size.
const ALIGN: usize = 16;

/// mimalloc, for `#[global_allocator]`.
#[derive(Debug)]
pub struct Mimalloc;

/// Returns whether any block of `size` bytes is aligned as the layout requires.
#[inline]
fn is_aligned_anyway(layout: Layout, size: usize) -> bool {
    layout.align() <= ALIGN && layout.align() <= size
}

// SAFETY: mimalloc's functions do what the trait requires: they return blocks of at least that size, aligned as
// requested or, by `is_aligned_anyway`, as every block of that size is, or NULL if there is no memory, and do
// not unwind. Each of them accepts the blocks of all.
unsafe impl GlobalAlloc for Mimalloc {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: any size and any power of two is valid.
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
        // SAFETY: any size and any power of two is valid.
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
        // SAFETY: `block` is a block of this allocator, as the trait requires.
        unsafe { mi::mi_free(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: `block` is a block of this allocator, as the trait requires; any new size is valid.
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
