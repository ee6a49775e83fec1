//! Memory for what lives as long as one call: wide copies of strings, aggregates by value.
//!
//! Each thread keeps an arena for the next call. A call that another call's callback makes finds it
//! taken, and has one of its own.

use bumpalo::Bump;
use std::{alloc::Layout, cell::Cell, ptr::NonNull};

/// An arena that grew beyond this is not kept.
const MAX_KEPT: usize = 64 * 1024;

thread_local! {
    static IDLE: Cell<Option<Bump>> = const { Cell::new(None) };
}

/// A call's arena, which it takes from its thread when it first needs one.
#[derive(Debug, Default)]
pub struct Arena(Option<Bump>);

impl Arena {
    /// Uninitialised memory that lives as long as the arena. `None` if there is none.
    pub fn allocate(&mut self, layout: Layout) -> Option<NonNull<u8>> {
        let bump = self.0.get_or_insert_with(|| {
            // A thread that is ending has no arena any more.
            IDLE.try_with(Cell::take).ok().flatten().unwrap_or_default()
        });
        bump.try_alloc_layout(layout).ok()
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        if let Some(mut bump) = self.0.take() {
            bump.reset();
            if bump.allocated_bytes() <= MAX_KEPT {
                let _ = IDLE.try_with(|idle| idle.set(Some(bump)));
            }
        }
    }
}
