//! References in memory, and what keeps alive what they lead to.
//!
//! Whoever owns a block of memory keeps, for each place in it that Python code has stored a reference in,
//! what the reference leads to. So what `p.contents.next = q` stores is kept by the node that is pointed
//! to, and found there by whoever comes another way.
//!
//! A reference and what is kept for it are two things that other threads must see change together, or
//! they would find a pointer to what is gone. So both change under the owner's lock, and references are
//! followed under it. No Python code runs under a lock, and nobody holds
//! those of two objects.

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

/// A copy of bytes, and what the references among them lead to.
#[derive(Debug)]
pub struct Copied {
    bytes: SmallVec<[u8; 32]>,
    kept: keepalive::Copied,
}

impl Copied {
    /// Copies the bytes to `address`, and returns what the references among them lead to.
    ///
    /// # Safety
    /// `address` must be valid for writes of as many bytes.
    pub unsafe fn copy_to(self, address: *mut u8) -> Vec<PyObjectRef> {
        let Self { bytes, kept } = self;
        // SAFETY: the caller's promise.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), address, bytes.len()) };
        match kept {
            keepalive::Copied::Entries(entries) => {
                entries.into_iter().map(|(_, object)| object).collect()
            }
            keepalive::Copied::All(share) => vec![share.into()],
        }
    }
}

/// What a store does to what is kept for the place.
#[derive(Debug)]
pub enum Kept {
    /// Nothing: what is stored is no reference that Python code has made, and does no harm.
    AsItIs,
    /// This is kept from now on.
    Object(PyObjectRef),
    /// Nothing is kept any more.
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

    /// Whether this object may keep something. What was read of its memory before this returned `false`
    /// was stored by nobody who keeps anything for it.
    #[inline]
    pub(super) fn keeps(&self) -> bool {
        // Whoever stores a reference raises the flag first.
        fence(Ordering::Acquire);
        self.has_flag(flag::KEEPS)
    }

    /// Gets ready to keep something; `may_lead_back` if it can have references to this object.
    #[inline]
    fn begin_to_keep(&self, may_lead_back: bool) {
        if !self.has_flag(flag::KEEPS) {
            self.set_flag(flag::KEEPS);
            // The memory must not change before.
            fence(Ordering::Release);
        }
        if may_lead_back {
            self.young.grow_up();
        }
    }

    /// Whether a cycle can run through an object that is kept: not through `bytes` and copies of strings, nor
    /// through a value without pointers, but for what Python code puts into its dict.
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

    /// Notes that something else is about to depend on what this object keeps, for `_objects`.
    #[inline]
    pub fn ask(&self) {
        self.set_flag(flag::ASKED);
    }

    /// What few values have, which is made now if this value has it not.
    pub(super) fn state(&self) -> &PyMutex<State> {
        self.state.get_or_init(Box::default)
    }

    /// Keeps `object` as long as this object lives or nothing else is stored at the start of its memory.
    ///
    /// # Safety
    /// This object must just have been placed, and nobody else know it yet.
    #[inline]
    pub unsafe fn keep_at_start(&self, object: PyObjectRef) {
        self.flags.store(flag::KEEPS, Ordering::Relaxed);
        let kept = Keepalive::One(self.address().addr(), object);
        // SAFETY: nobody else looks at it, locked or not; it keeps nothing that would have to be dropped.
        unsafe { self.keepalive.data_ptr().write(kept) };
    }

    /// Gets ready to store something in a function pointer. Calls that are under way hold no more than the
    /// function object, so that goes on holding what it led to when they began.
    #[inline]
    fn before_restoring(&self) {
        if self.ctype.function().is_some() && !self.has_flag(flag::RESTORED) {
            let first = self.locked(|keepalive| keepalive.get(self.address().addr()).cloned());
            let old = mem::replace(&mut self.state().lock().first, first);
            drop(old);
            self.set_flag(flag::RESTORED);
            // The memory must not change before.
            fence(Ordering::Release);
        }
    }

    /// Runs `f` while nothing changes what this object keeps, or the references in its memory. `f` must
    /// run no Python code.
    #[inline]
    pub(super) fn locked<R>(&self, f: impl FnOnce(&Keepalive) -> R) -> R {
        f(&self.keepalive.lock())
    }

    /// Stores the bytes of a reference at `address` in the memory that this object owns.
    ///
    /// # Errors
    /// What bringing `_objects` up to date raises.
    ///
    /// # Safety
    /// `address` must be valid for writes of as many bytes.
    pub(super) unsafe fn store_reference(
        zelf: &Py<Self>,
        address: *mut u8,
        bytes: &[u8],
        kept: Kept,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        // SAFETY: the caller's promise.
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
    /// What bringing `_objects` up to date raises.
    ///
    /// # Safety
    /// `address` must be valid for writes of as many bytes.
    pub(super) unsafe fn store_copied(
        zelf: &Py<Self>,
        address: *mut u8,
        copied: Copied,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let Copied { bytes, kept } = copied;
        let places = places(address, bytes.len());
        // SAFETY: the caller's promise.
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

    /// Brings `_objects` up to date after a value was stored as a whole.
    ///
    /// # Errors
    /// What storing into the dict raises.
    #[inline]
    pub(super) fn was_stored(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        if zelf.has_flag(flag::SEEN) {
            objects::refresh(zelf, vm)?;
        }
        Ok(())
    }

    /// The first `size` bytes of this value, and what the references among them lead to.
    ///
    /// # Errors
    /// `MemoryError`.
    pub(super) fn copied(zelf: &Py<Self>, size: usize, vm: &VirtualMachine) -> PyResult<Copied> {
        // SAFETY: the caller asks for no more than the value has.
        unsafe { Self::copied_at(Self::home(zelf), zelf.address(), size, vm) }
    }

    /// A copy of `size` bytes at `address` in the memory that this object owns, and what the references
    /// among them lead to.
    ///
    /// # Errors
    /// `MemoryError`.
    ///
    /// # Safety
    /// `address` must be valid for reads of as many bytes.
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
            // SAFETY: the caller's promise.
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

    /// What the references in this value's memory lead to, for whoever uses a copy of them.
    #[must_use]
    pub fn targets(zelf: &Py<Self>) -> Entries {
        let home = Self::home(zelf);
        if !home.keeps() || !zelf.ctype.layout().has_pointer {
            return Entries::new();
        }
        let places = places(zelf.address(), zelf.ctype.size());
        home.locked(|keepalive| keepalive.entries(&places))
    }

    /// Fills this new value with the bytes at `address`, which are in the memory that `owner` owns, if that
    /// is known.
    ///
    /// # Errors
    /// `MemoryError`.
    ///
    /// # Safety
    /// `address` must be valid for reads of as many bytes as the value has.
    pub unsafe fn fill(
        zelf: &Py<Self>,
        address: *const u8,
        owner: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let (target, size) = zelf.bytes();
        if let Some(home) = owner.and_then(Self::of).filter(|home| home.keeps()) {
            // SAFETY: the caller's promise.
            let copied = unsafe { Self::copied_at(home, address, size, vm) }?;
            // SAFETY: the value's own memory.
            return unsafe { Self::store_copied(zelf, target, copied, vm) };
        }
        // SAFETY: the caller's promise; the value is new, so nothing else lies in its memory.
        unsafe { ptr::copy_nonoverlapping(address, target, size) };
        Ok(())
    }

    /// Has this pointer lead to `address`, for which `kept` is kept.
    ///
    /// # Errors
    /// What bringing `_objects` up to date raises.
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

    /// Holds the buffer that this object's memory lies in, for as long as the object lives.
    pub fn hold_source(&self, source: PyBuffer) {
        let old = self.state().lock().source.replace(Box::new(source));
        drop(old);
    }
}

/// The places in `size` bytes from `address` on.
fn places(address: *const u8, size: usize) -> Range<usize> {
    address.addr()..address.addr().saturating_add(size)
}
