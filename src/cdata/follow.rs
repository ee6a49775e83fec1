//! Following the references in a value's memory.
//!
//! Other threads may change a pointer meanwhile. The target that is returned is one that the pointer has had,
//! and stays alive as long as the reader needs it.

use super::{CData, Own, flag, references::Kept};
use crate::ctype::scalar::pointer;
use rustpython_vm::{AsObject, Py, PyObjectRef};
use std::sync::atomic::{Ordering, fence};

impl CData {
    /// Returns the address in this value's memory and what is kept for it, in order to copy a reference.
    #[inline]
    pub fn reference(zelf: &Py<Self>) -> (usize, Kept) {
        let place = zelf.address();
        // SAFETY: the callers ask only for values that hold an address.
        let read = || unsafe { pointer::read(place) }.addr();
        let address = read();
        let home = Self::home(zelf);
        if !home.keeps() {
            return (address, Kept::Nothing);
        }
        home.locked(|keepalive| {
            let kept = keepalive.get(place.addr());
            (read(), kept.cloned().map_or(Kept::Nothing, Kept::Object))
        })
    }

    /// Returns the address that this pointer holds and the owner of the memory there, if it is known. The
    /// memory is valid for the owner's lifetime.
    #[inline]
    #[must_use]
    pub fn pointee(zelf: &Py<Self>) -> (*mut u8, Option<PyObjectRef>) {
        let place = zelf.address();
        // SAFETY: a pointer's memory holds an address.
        let read = || unsafe { pointer::read(place) };
        let address = read();
        let home = Self::home(zelf);
        if !home.keeps() {
            return (address, None);
        }
        let (address, kept) =
            home.locked(|keepalive| (read(), keepalive.get(place.addr()).cloned()));
        (address, kept.and_then(|kept| Self::anchor(kept, address)))
    }

    /// Returns the owner of the memory at `address`, if `kept` leads to that memory. The address may have been
    /// stored by C, which does not change what is kept.
    #[inline]
    fn anchor(kept: PyObjectRef, address: *mut u8) -> Option<PyObjectRef> {
        let Some(value) = Self::of(&kept) else {
            return Some(kept);
        };
        let home = Self::home(value);
        if !home.has_memory_at(address.addr()) && !value.has_memory_at(address.addr()) {
            return None;
        }
        if home.is(value) {
            return Some(kept);
        }
        Some(home.to_owned().into())
    }

    /// Returns the address in this value's memory and what must be held while C uses it.
    #[inline]
    #[must_use]
    pub fn followed(zelf: &Py<Self>) -> (usize, Option<PyObjectRef>) {
        match Self::reference(zelf) {
            (address, Kept::Object(object)) => (address, Some(object)),
            (address, _) => (address, None),
        }
    }

    /// Returns the address that this function pointer holds and what must be held while C runs there. Nothing
    /// must be held if the address is the one that the object was made with: the caller holds the object.
    #[inline]
    #[must_use]
    pub fn callee(zelf: &Py<Self>) -> (usize, Option<PyObjectRef>) {
        // SAFETY: a function pointer's memory holds an address.
        let address = unsafe { pointer::read(zelf.address()) }.addr();
        // A store raises the flag before it changes the memory.
        fence(Ordering::Acquire);
        if zelf.own == Own::Mine && !zelf.has_flag(flag::RESTORED) {
            return (address, None);
        }
        Self::followed(zelf)
    }

    /// Runs `f` with the address that this pointer holds (it may be NULL), while the target stays alive. `f`
    /// must run no Python code.
    #[inline]
    pub fn with_pointee<R>(zelf: &Py<Self>, f: impl FnOnce(*mut u8) -> R) -> R {
        let place = zelf.address();
        // SAFETY: a pointer's memory holds an address.
        let read = || unsafe { pointer::read(place) };
        let address = read();
        let home = Self::home(zelf);
        if !home.keeps() {
            return f(address);
        }
        home.locked(|_| f(read()))
    }
}
