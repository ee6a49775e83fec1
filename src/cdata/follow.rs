//! Following the references in a value's memory.
//!
//! Other threads may make a pointer lead elsewhere meanwhile. What is found is one of its targets, which
//! stays alive as long as the reader needs it.

use super::{CData, Own, flag, kept::Kept};
use crate::ctype::scalar::pointer;
use rustpython_vm::{AsObject, Py, PyObjectRef};
use std::sync::atomic::{Ordering, fence};

impl CData {
    /// The address in this value's memory, and what is kept for it: for copying a reference.
    #[inline]
    pub fn reference(zelf: &Py<Self>) -> (usize, Kept) {
        let place = zelf.address();
        // SAFETY: the caller knows that the value is an address.
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

    /// The address that this pointer holds, and whoever owns the memory there, if that is known: it is
    /// there as long as the owner is.
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

    /// Whoever owns the memory at `address`, if `kept` leads there. The address may have been stored by
    /// C, which says nothing of what it leads to.
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

    /// The address in this value's memory, and what has to be held while C uses it.
    #[inline]
    #[must_use]
    pub fn followed(zelf: &Py<Self>) -> (usize, Option<PyObjectRef>) {
        match Self::reference(zelf) {
            (address, Kept::Object(object)) => (address, Some(object)),
            (address, _) => (address, None),
        }
    }

    /// What has to be held while C runs at the address that this function pointer holds, and the address.
    /// Nothing has to, if nothing but the object's making has stored the address: whoever calls the
    /// object holds that.
    #[inline]
    #[must_use]
    pub fn callee(zelf: &Py<Self>) -> (usize, Option<PyObjectRef>) {
        // SAFETY: a function pointer's memory holds an address.
        let address = unsafe { pointer::read(zelf.address()) }.addr();
        // Whoever stores something else raises the flag first.
        fence(Ordering::Acquire);
        if zelf.own == Own::Mine && !zelf.has_flag(flag::RESTORED) {
            return (address, None);
        }
        Self::followed(zelf)
    }

    /// Runs `f` with the address that this pointer holds, NULL if none, while what is there stays alive.
    /// `f` must run no Python code.
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
