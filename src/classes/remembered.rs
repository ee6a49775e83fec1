//! What a thread has recently found out about attributes.
//!
//! It is remembered by the name and the class's version tag, which no other state of any class ever has: the VM
//! removes it when the class or a base of it changes. So there is nothing to invalidate, and no lock.

use rustpython_vm::{
    Py,
    builtins::{PyStr, PyStrInterned, PyType},
};
use std::{cell::Cell, ptr, sync::atomic::Ordering};

/// What is known of at most `N` attributes, a power of two. It belongs in a thread-local static.
pub struct Remembered<T, const N: usize>([Cell<Entry<T>>; N]);

#[derive(Clone, Copy)]
struct Entry<T> {
    tag: u32,
    /// One of the VM's interned strings, which are never freed.
    name: *const Py<PyStr>,
    found: Option<T>,
}

impl<T: Copy, const N: usize> Remembered<T, N> {
    pub const fn new() -> Self {
        Self(
            [const {
                Cell::new(Entry {
                    tag: 0,
                    name: ptr::null(),
                    found: None,
                })
            }; N],
        )
    }

    /// Returns what is known of an attribute of `class` in its present state.
    #[inline]
    pub fn get(&self, class: &Py<PyType>, name: &Py<PyStr>) -> Option<T> {
        let tag = class.tp_version_tag.load(Ordering::Acquire);
        let entry = self.place(tag, name).get();
        let is_known = entry.tag == tag && ptr::eq(entry.name, name);
        entry.found.filter(|_| is_known)
    }

    /// Notes what was found in the state of a class that has this tag; zero is no tag.
    pub fn set(&self, tag: u32, name: &'static PyStrInterned, found: T) {
        let name: &Py<PyStr> = name;
        if tag != 0 {
            let found = Some(found);
            self.place(tag, name).set(Entry { tag, name, found });
        }
    }

    #[inline]
    fn place(&self, tag: u32, name: &Py<PyStr>) -> &Cell<Entry<T>> {
        let name = ptr::from_ref(name).addr();
        &self.0[(name >> 4 ^ name >> 12 ^ tag as usize) % N]
    }
}
