//! References in memory, and what keeps their targets alive.
//!
//! The owner of a block of memory keeps, for each place in it where Python code has stored a reference, the
//! target of the reference. So what `p.contents.next = q` stores is kept by the node that `p` points to, and is
//! found there however the node is reached.
//!
//! Other threads must see a reference and what is kept for it change together, or they would find a pointer to
//! freed memory. So both change under the owner's lock, and references are followed under it. No Python code
//! runs under a lock, and no thread holds the locks of two objects.

use super::{
    CData, Own, State, flag,
    keepalive::{self, Displaced, Entries, Keepalive},
    objects,
    shared_map::Share,
};
use crate::ctype::scalar::wide::WideCopy;
use rustpython_common::lock::PyMutex;
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyBytes, protocol::PyBuffer,
};
use smallvec::SmallVec;
use std::{
    mem,
    ops::Range,
    ptr,
    sync::atomic::{Ordering, fence},
};

/// A copy of bytes, and the targets of the references in them.
#[derive(Debug)]
pub struct Copied {
    bytes: SmallVec<[u8; 32]>,
    kept: keepalive::Copied,
}

impl Copied {
    /// Copies the bytes to `address`, and returns the targets of the references in them.
    ///
    /// # Safety
    /// `address` must be valid for writes of the number of bytes copied.
    pub unsafe fn copy_to(self, address: *mut u8) -> Vec<PyObjectRef> {
        let Self { bytes, kept } = self;
        // SAFETY: `address` is valid for writes of `bytes.len()` bytes (see # Safety).
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), address, bytes.len()) };
        match kept {
            keepalive::Copied::Entries(entries) => {
                entries.into_iter().map(|(_, object)| object).collect()
            }
            keepalive::Copied::All(share) => vec![share.into()],
        }
    }
}

/// How a store changes what is kept for the place.
#[derive(Debug)]
pub enum Kept {
    /// Not at all: what is stored is not a reference that Python code has made, and does no harm.
    AsItIs,
    /// This object is kept from now on.
    Object(PyObjectRef),
    /// Nothing is kept from now on.
    Nothing,
}

impl CData {
    pub(super) fn has_flag(&self, flag: u8) -> bool {
        self.flags.load(Ordering::Relaxed) & flag != 0
    }

    pub(super) fn set_flag(&self, flag: u8) {
        if !self.has_flag(flag) {
            self.flags.fetch_or(flag, Ordering::AcqRel);
        }
    }

    /// Returns whether this object may keep something. If not, nothing is kept for what was read from its
    /// memory before this call.
    #[inline]
    pub(super) fn keeps(&self) -> bool {
        // A store of a reference raises the flag before it changes the memory.
        fence(Ordering::Acquire);
        self.has_flag(flag::KEEPS)
    }

    /// Prepares to keep something; `may_lead_back` says whether it can have references to this object.
    #[inline]
    fn begin_to_keep(&self, may_lead_back: bool) {
        if !self.has_flag(flag::KEEPS) {
            self.set_flag(flag::KEEPS);
            // The memory must not change before the flag.
            fence(Ordering::Release);
        }
        if may_lead_back {
            self.young.grow_up();
        }
    }

    /// Returns whether a cycle can run through an object that is kept. It cannot run through `bytes`, copies of
    /// strings and values without pointers, except for what Python code puts into a value's dict.
    #[inline]
    fn may_lead_back(object: &PyObject, vm: &VirtualMachine) -> bool {
        match Self::of(object) {
            Some(value) => value.own != Own::Mine || value.ctype.layout().has_pointer,
            None => {
                object.downcast_ref_if_exact::<PyBytes>(vm).is_none()
                    && object.downcast_ref::<WideCopy>().is_none()
            }
        }
    }

    /// Notes, for `_objects`, that another object is about to depend on what this object keeps.
    #[inline]
    pub fn ask(&self) {
        self.set_flag(flag::ASKED);
    }

    /// Returns the state that few values have, and makes it if this value has none.
    pub(super) fn state(&self) -> &PyMutex<State> {
        self.state.get_or_init(Box::default)
    }

    /// Keeps `object` as long as this object lives and nothing else is stored at the start of its memory.
    ///
    /// # Safety
    /// This object must just have been placed, and no other code know it yet.
    #[inline]
    pub unsafe fn keep_at_start(&self, object: PyObjectRef) {
        self.flags.store(flag::KEEPS, Ordering::Relaxed);
        let kept = Keepalive::One(self.address().addr(), object);
        // SAFETY: no other code has this object yet (see # Safety), locked or not; it keeps nothing that would
        // have to be dropped.
        unsafe { self.keepalive.data_ptr().write(kept) };
    }

    /// Prepares for a store into a function pointer. Calls in progress hold only the function object, so that
    /// object goes on holding its first target.
    #[inline]
    fn before_restoring(&self) {
        if self.ctype.function().is_some() && !self.has_flag(flag::RESTORED) {
            let first = self.locked(|keepalive| keepalive.get(self.address().addr()).cloned());
            let old = mem::replace(&mut self.state().lock().first, first);
            drop(old);
            self.set_flag(flag::RESTORED);
            // The memory must not change before the flag.
            fence(Ordering::Release);
        }
    }

    /// Runs `f` while nothing changes what this object keeps, or the references in its memory. `f` must run no
    /// Python code.
    #[inline]
    pub(super) fn locked<R>(&self, f: impl FnOnce(&Keepalive) -> R) -> R {
        f(&self.keepalive.lock())
    }

    /// Stores the bytes of a reference at `address` in the memory that this object owns.
    ///
    /// # Errors
    /// Any exception that updating `_objects` raises.
    ///
    /// # Safety
    /// `address` must be valid for writes of `bytes.len()` bytes.
    pub(super) unsafe fn store_reference(
        zelf: &Py<Self>,
        address: *mut u8,
        bytes: &[u8],
        kept: Kept,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        // SAFETY: `address` is valid for writes of `bytes.len()` bytes (see # Safety).
        let write = || unsafe { ptr::copy(bytes.as_ptr(), address, bytes.len()) };
        let object = match kept {
            Kept::AsItIs => {
                write();
                return Ok(());
            }
            Kept::Nothing if !zelf.keeps() => {
                write();
                return Ok(());
            }
            Kept::Nothing => None,
            Kept::Object(object) => {
                zelf.begin_to_keep(Self::may_lead_back(&object, vm));
                Some(object)
            }
        };
        zelf.before_restoring();
        let displaced = {
            let mut keepalive = zelf.keepalive.lock();
            write();
            keepalive.set(address.addr(), object)
        };
        drop(displaced);
        if zelf.has_flag(flag::SEEN) {
            objects::refresh_place(zelf, address.addr(), vm)?;
        }
        Ok(())
    }

    /// Stores copied bytes at `address` in the memory that this object owns.
    ///
    /// # Errors
    /// Any exception that updating `_objects` raises.
    ///
    /// # Safety
    /// `address` must be valid for writes of the number of bytes copied.
    pub(super) unsafe fn store_copied(
        zelf: &Py<Self>,
        address: *mut u8,
        copied: Copied,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let Copied { bytes, kept } = copied;
        let places = places(address, bytes.len());
        // SAFETY: `address` is valid for writes of `bytes.len()` bytes (see # Safety).
        let write = || unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), address, bytes.len()) };
        if kept.is_empty() && !zelf.keeps() {
            write();
            return Self::was_stored(zelf, vm);
        }
        zelf.begin_to_keep(true);
        zelf.before_restoring();
        let mut displaced = Displaced::new();
        {
            let mut keepalive = zelf.keepalive.lock();
            write();
            keepalive.replace(&places, kept, &mut displaced);
        }
        drop(displaced);
        Self::was_stored(zelf, vm)
    }

    /// Updates `_objects` after a value was stored as a whole.
    ///
    /// # Errors
    /// Any exception that storing into the dict raises.
    #[inline]
    pub(super) fn was_stored(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        if zelf.has_flag(flag::SEEN) {
            objects::refresh(zelf, vm)?;
        }
        Ok(())
    }

    /// Returns a copy of the first `size` bytes of this value, and the targets of the references in them.
    ///
    /// # Errors
    /// `MemoryError`.
    pub(super) fn copied(zelf: &Py<Self>, size: usize, vm: &VirtualMachine) -> PyResult<Copied> {
        // SAFETY: callers ask for no more bytes than the value has.
        unsafe { Self::copied_at(Self::home(zelf), zelf.address(), size, vm) }
    }

    /// Copies `size` bytes at `address` in the memory that this object owns, and the targets of the references
    /// in them.
    ///
    /// # Errors
    /// `MemoryError`.
    ///
    /// # Safety
    /// `address` must be valid for reads of `size` bytes.
    unsafe fn copied_at(
        home: &Py<Self>,
        address: *const u8,
        size: usize,
        vm: &VirtualMachine,
    ) -> PyResult<Copied> {
        let mut bytes = SmallVec::new();
        bytes
            .try_reserve_exact(size)
            .map_err(|_| vm.no_memory_error())?;
        let mut copy = || {
            bytes.clear();
            // SAFETY: `address` is valid for reads of `size` bytes (see # Safety).
            bytes.extend_from_slice(unsafe { std::slice::from_raw_parts(address, size) });
        };
        copy();
        if !home.keeps() {
            let kept = keepalive::Copied::Entries(Entries::new());
            return Ok(Copied { bytes, kept });
        }
        let places = places(address, size);
        let is_to_be_shared = home.locked(|keepalive| keepalive.is_to_be_shared(&places));
        let place = is_to_be_shared.then(|| Share::place(vm));
        let kept = {
            let mut keepalive = home.keepalive.lock();
            copy();
            keepalive.copy(&places, place)
        };
        Ok(Copied { bytes, kept })
    }

    /// Returns the targets of the references in this value's memory, for a user of a copy of them.
    #[must_use]
    pub fn targets(zelf: &Py<Self>) -> Entries {
        let home = Self::home(zelf);
        if !home.keeps() || !zelf.ctype.layout().has_pointer {
            return Entries::new();
        }
        let places = places(zelf.address(), zelf.ctype.size());
        home.locked(|keepalive| keepalive.entries(&places))
    }

    /// Fills this new value with the bytes at `address`, in memory of `owner` if the owner is known.
    ///
    /// # Errors
    /// `MemoryError`.
    ///
    /// # Safety
    /// `address` must be valid for reads of the value's size.
    pub unsafe fn fill(
        zelf: &Py<Self>,
        address: *const u8,
        owner: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let (target, size) = zelf.bytes();
        if let Some(home) = owner.and_then(Self::of).filter(|home| home.keeps()) {
            // SAFETY: `address` is valid for reads of `size` bytes (see # Safety).
            let copied = unsafe { Self::copied_at(home, address, size, vm) }?;
            // SAFETY: `target` is the value's own memory.
            return unsafe { Self::store_copied(zelf, target, copied, vm) };
        }
        // SAFETY: `address` is valid for reads of `size` bytes (see # Safety); the value is new, so its memory
        // overlaps no other.
        unsafe { ptr::copy_nonoverlapping(address, target, size) };
        Ok(())
    }

    /// Makes this pointer point to `address`, for which `kept` is kept.
    ///
    /// # Errors
    /// Any exception that updating `_objects` raises.
    pub fn point_to(
        zelf: &Py<Self>,
        address: *mut u8,
        kept: Kept,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let bytes = address.expose_provenance().to_ne_bytes();
        // SAFETY: a pointer's memory holds an address.
        unsafe { Self::store_reference(Self::home(zelf), zelf.address(), &bytes, kept, vm) }
    }

    /// Holds the buffer that this object's memory lies in, for the object's lifetime.
    pub fn hold_source(&self, source: PyBuffer) {
        let old = self.state().lock().source.replace(Box::new(source));
        drop(old);
    }
}

/// Returns the places in the `size` bytes at `address`.
fn places(address: *const u8, size: usize) -> Range<usize> {
    address.addr()..address.addr().saturating_add(size)
}
