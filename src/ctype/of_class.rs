//! Finding the description of a class.
//!
//! The description lies in the class's namespace, where the garbage collector sees it. A look-up there is too
//! slow for making instances, so each thread remembers its look-ups by the class's version tag: the VM gives
//! every state of every class a tag of its own, and removes it when the class changes.

use super::CType;
use rustpython_vm::{AsObject, Py, PyRef, VirtualMachine, builtins::PyType};
use std::{cell::Cell, ptr, sync::atomic::Ordering};

/// A recent look-up of this thread.
#[derive(Clone, Copy)]
struct Recent {
    /// The class's version tag; zero for none.
    tag: u32,
    ctype: *const Py<CType>,
}

const RECENT: usize = 64;

thread_local! {
    static RECENTLY: [Cell<Recent>; RECENT] = const {
        [const { Cell::new(Recent { tag: 0, ctype: ptr::null() }) }; RECENT]
    };
}

impl CType {
    /// Returns the description of exactly this class. The abstract base classes have none; their subclasses
    /// each have their own.
    #[inline]
    #[must_use]
    pub fn of_class<'a>(class: &'a Py<PyType>, vm: &VirtualMachine) -> Option<&'a Py<Self>> {
        let tag = class.tp_version_tag.load(Ordering::Acquire);
        let place = tag as usize % RECENT;
        let known = RECENTLY.try_with(|recently| recently[place].get());
        if let Ok(recent) = known
            && recent.tag == tag
            && tag != 0
        {
            // SAFETY: the tag shows that the class is as it was when this was looked up, so the description is
            // still in its namespace; nothing removes it as long as the class lives (`CType::attribute`).
            return Some(unsafe { &*recent.ctype });
        }
        let ctype: *const Py<Self> = &raw const *Self::look_up(class, vm)?;
        // The look-up gives the class a tag, if it had none.
        let recent = Recent {
            tag: class.tp_version_tag.load(Ordering::Acquire),
            ctype,
        };
        let _ = RECENTLY.try_with(|recently| recently[recent.tag as usize % RECENT].set(recent));
        // SAFETY: the class's namespace holds the description as long as the class lives (`CType::attribute`).
        Some(unsafe { &*ctype })
    }

    /// Returns the description of exactly this class, without giving the class a version tag: a class that has
    /// none is cheaper to change.
    #[must_use]
    pub fn in_namespace(class: &Py<PyType>, vm: &VirtualMachine) -> Option<PyRef<Self>> {
        class
            .get_direct_attr(Self::attribute(vm))?
            .downcast::<Self>()
            .ok()
            .filter(|ctype| ctype.python_class().is(class))
    }

    #[cold]
    fn look_up(class: &Py<PyType>, vm: &VirtualMachine) -> Option<PyRef<Self>> {
        class
            .get_attr(Self::attribute(vm))?
            .downcast::<Self>()
            .ok()
            .filter(|ctype| ctype.python_class().is(class))
    }
}
