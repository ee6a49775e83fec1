//! What lives as long as one call: memory for wide copies of strings and aggregates by value, and objects that
//! stand for arguments.
//!
//! Each thread keeps an arena for the next call. A call made by another call's callback finds it taken, and
//! makes one of its own.

use crate::{cdata::CData, ctype::scalar::wide};
use bumpalo::Bump;
use libc::wchar_t;
use rustpython_common::wtf8::Wtf8;
use rustpython_vm::{Py, PyObjectRef};
use std::{alloc::Layout, cell::Cell, mem::ManuallyDrop, ptr::NonNull};

/// The size beyond which an arena is not kept.
const MAX_KEPT: usize = 64 * 1024;

thread_local! {
    static IDLE: Cell<Option<Bump>> = const { Cell::new(None) };
}

/// Prepares the thread's own arena.
pub fn prepare() {
    let _ = IDLE.try_with(|_| ());
}

/// A call's arena, which it takes from its thread when it first needs one. The arena is given back as a whole,
/// so a call that needed none has nothing to drop.
#[derive(Debug, Default)]
pub struct Arena {
    memory: ManuallyDrop<Option<Bump>>,
    /// The object that was kept last.
    kept: Option<NonNull<Kept>>,
}

/// An object that is kept, in the arena's memory.
struct Kept {
    object: PyObjectRef,
    before: Option<NonNull<Self>>,
}

impl Arena {
    /// Allocates uninitialised memory that lives as long as the arena. Returns `None` if there is none.
    pub fn allocate(&mut self, layout: Layout) -> Option<NonNull<u8>> {
        let bump = self.memory.get_or_insert_with(|| {
            // A thread that is ending has no arena any more.
            IDLE.try_with(Cell::take).ok().flatten().unwrap_or_default()
        });
        bump.try_alloc_layout(layout).ok()
    }

    /// Keeps `object` as long as the arena lives. Returns `None` if there is no memory for that.
    pub fn keep(&mut self, object: PyObjectRef) -> Option<()> {
        let place = self.allocate(Layout::new::<Kept>())?.cast::<Kept>();
        let before = self.kept;
        // SAFETY: `place` is new memory for a `Kept`.
        unsafe { place.write(Kept { object, before }) };
        self.kept = Some(place);
        Some(())
    }

    /// Keeps the targets of the references in an aggregate as long as the arena lives, because C gets a copy of
    /// them. Returns `None` if there is no memory for that.
    pub fn hold(&mut self, value: &Py<CData>) -> Option<()> {
        let mut targets = CData::targets(value).into_iter();
        targets.try_for_each(|(_, target)| self.keep(target))
    }

    #[inline(never)]
    fn give_back(&mut self) {
        while let Some(kept) = self.kept {
            // SAFETY: `keep` has written it there, and it is read once. The memory is given back below.
            let Kept { object, before } = unsafe { kept.read() };
            self.kept = before;
            drop(object);
        }
        if let Some(mut bump) = self.memory.take() {
            bump.reset();
            if bump.allocated_bytes() <= MAX_KEPT {
                let _ = IDLE.try_with(|idle| idle.set(Some(bump)));
            }
        }
    }

    /// Makes a terminated wide copy of `text`. Returns `None` if there is no memory for it.
    pub fn wide(&mut self, text: &Wtf8) -> Option<NonNull<wchar_t>> {
        let units = wide::encode(text);
        let count = units.clone().count() + 1;
        let layout = Layout::array::<wchar_t>(count).ok()?;
        let start = self.allocate(layout)?.cast::<wchar_t>();
        for (index, unit) in units.chain([0]).enumerate() {
            // SAFETY: the copy has room for all units and the terminator, which were counted.
            unsafe { start.add(index).write(unit) };
        }
        Some(start)
    }
}

impl Drop for Arena {
    #[inline(always)]
    fn drop(&mut self) {
        if self.memory.is_some() {
            self.give_back();
        }
    }
}
