//! Attributes of classes that a thread has looked up lately.
//!
//! The VM gives every state of every class a version tag that no other state of any class ever has, and
//! takes it away when the class or a base of it changes. So what was found under a tag is still so as long
//! as the class has that tag.

use crate::ctype::CType;
use rustpython_vm::{
    Py, PyObject, VirtualMachine,
    builtins::{PyStr, PyStrInterned, PyType},
};
use std::{cell::Cell, ptr, sync::atomic::Ordering};

pub const RECENT: usize = 256;

/// What a thread has found, by the class's tag and the attribute's name. `T` says what it is by the
/// address of an object that the class's description holds.
pub type Recently<T> = [Cell<Recent<T>>; RECENT];

#[derive(Clone, Copy)]
pub struct Recent<T> {
    /// Zero is no tag.
    tag: u32,
    /// One of the VM's interned strings, which live for ever.
    name: *const Py<PyStr>,
    found: T,
}

impl<T: Copy> Recent<T> {
    /// Nothing; `found` is never looked at.
    #[must_use]
    pub const fn nothing(found: T) -> Self {
        Self {
            tag: 0,
            name: ptr::null(),
            found,
        }
    }

    #[inline]
    fn place(tag: u32, name: *const Py<PyStr>) -> usize {
        // The lowest bits of an address are the same everywhere.
        ((name.addr() >> 5) ^ tag as usize) % RECENT
    }

    /// What was found as the attribute `name` of the class as it is now.
    #[inline]
    pub fn find(recently: &Recently<T>, class: &Py<PyType>, name: &Py<PyStr>) -> Option<T> {
        let tag = class.tp_version_tag.load(Ordering::Acquire);
        let recent = recently[Self::place(tag, name)].get();
        let is_known = recent.tag == tag && ptr::eq(recent.name, name) && tag != 0;
        is_known.then_some(recent.found)
    }

    /// Remembers what was found while the class had this tag, if it has it still. From then on the class's
    /// description holds the object that says what it is.
    pub fn remember(
        recently: &Recently<T>,
        (class, tag): (&Py<PyType>, u32),
        name: &'static PyStrInterned,
        (found, object): (T, &PyObject),
        vm: &VirtualMachine,
    ) {
        // Looking something up gives a class a tag, if it had none; what was found belongs to that or to
        // an older one.
        let is_current = tag != 0 && tag == class.tp_version_tag.load(Ordering::Acquire);
        if is_current
            && let Some(ctype) = CType::of_class(class, vm)
            && ctype.pin(object)
        {
            let name: &Py<PyStr> = name;
            recently[Self::place(tag, name)].set(Self { tag, name, found });
        }
    }
}
