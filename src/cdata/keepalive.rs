//! What an object's memory keeps alive, and how `_objects` shows it.
//!
//! A pointer in a C value says nothing about who owns what it points to, so the object that owns
//! the memory remembers it: an item for each field or element that holds a reference. Python sees
//! them as the dict that ctypes documents, keyed by the path from the owner down to the field. Here
//! the items stay in a list, which is all that most objects ever need; the dict is made when
//! somebody asks for it, and is from then on where the items live.

use crate::ctype::kept::{Buffers, Kept};
use rustpython_vm::{
    PyObjectRef, PyResult, VirtualMachine,
    builtins::PyDictRef,
    object::{Traverse, TraverseFn},
};
use std::sync::Arc;

/// What one owner of memory keeps alive.
#[derive(Debug, Default)]
pub enum Keepalive {
    /// Nothing yet: `_objects` is `None`.
    #[default]
    Empty,
    /// A value without parts: `_objects` is the one object itself.
    Single(Kept),
    /// Items by key.
    Items(Vec<(String, Kept)>),
    /// Items in the dict that Python has seen; copies that pointers point into stay beside it.
    Dict(PyDictRef, Vec<(String, Option<Buffers>)>),
}

impl Keepalive {
    /// Records `kept` under `key`. What it displaces comes back, to be dropped outside any lock:
    /// dropping an object can run Python code.
    #[must_use]
    pub fn set(&mut self, key: Option<String>, kept: Kept) -> Displaced {
        let Some(key) = key else {
            return Displaced::Keepalive(std::mem::replace(self, Self::Single(kept)));
        };
        match self {
            Self::Items(items) => {
                match items.iter_mut().find(|(existing, _)| *existing == key) {
                    Some((_, slot)) => Displaced::Kept(std::mem::replace(slot, kept)),
                    None => {
                        items.push((key, kept));
                        Displaced::Nothing
                    }
                }
            }
            Self::Dict(dict, buffers) => {
                match buffers.iter_mut().find(|(existing, _)| *existing == key) {
                    Some((_, slot)) => *slot = kept.buffers,
                    None => buffers.push((key.clone(), kept.buffers)),
                }
                Displaced::Store(dict.clone(), key, kept.object)
            }
            Self::Empty | Self::Single(_) => Displaced::Keepalive(std::mem::replace(
                self,
                Self::Items(vec![(key, kept)]),
            )),
        }
    }

    /// Turns a list of items into the dict that Python sees. The items go into it outside the
    /// lock, through [`Shown::finish`].
    #[must_use]
    pub fn show(&mut self, vm: &VirtualMachine) -> Shown {
        match self {
            Self::Empty => Shown::Nothing,
            Self::Single(kept) => Shown::Object(kept.object.clone()),
            Self::Dict(dict, _) => Shown::Object(dict.clone().into()),
            Self::Items(items) => {
                let dict = vm.ctx.new_dict();
                let items = std::mem::take(items);
                let buffers = items
                    .iter()
                    .map(|(key, kept)| (key.clone(), kept.buffers.clone()))
                    .collect();
                *self = Self::Dict(dict.clone(), buffers);
                Shown::Fill(dict, items)
            }
        }
    }

    /// Every copy that pointers in this memory may point into.
    #[must_use]
    pub fn buffers(&self) -> Option<Buffers> {
        let mut all: Vec<Arc<[u8]>> = Vec::new();
        let mut add = |buffers: &Option<Buffers>| {
            if let Some(buffers) = buffers {
                all.extend(buffers.iter().cloned());
            }
        };
        match self {
            Self::Empty => {}
            Self::Single(kept) => add(&kept.buffers),
            Self::Items(items) => items.iter().for_each(|(_, kept)| add(&kept.buffers)),
            Self::Dict(_, list) => list.iter().for_each(|(_, buffers)| add(buffers)),
        }
        (!all.is_empty()).then(|| Arc::new(all))
    }
}

/// What a change of the list leaves to be done without holding the lock.
#[derive(Debug)]
#[must_use]
pub enum Displaced {
    Nothing,
    Kept(Kept),
    Keepalive(Keepalive),
    /// The item goes into the dict.
    Store(PyDictRef, String, PyObjectRef),
}

impl Displaced {
    /// Does it.
    ///
    /// # Errors
    /// What storing into the dict raises.
    pub fn finish(self, vm: &VirtualMachine) -> PyResult<()> {
        match self {
            Self::Store(dict, key, object) => dict.set_item(key.as_str(), object, vm),
            Self::Nothing => Ok(()),
            Self::Kept(kept) => {
                drop(kept);
                Ok(())
            }
            Self::Keepalive(keepalive) => {
                drop(keepalive);
                Ok(())
            }
        }
    }
}

/// What `_objects` is, perhaps with items yet to be put into it.
#[derive(Debug)]
#[must_use]
pub enum Shown {
    Nothing,
    Object(PyObjectRef),
    Fill(PyDictRef, Vec<(String, Kept)>),
}

impl Shown {
    /// The object to show.
    ///
    /// # Errors
    /// What storing into the dict raises.
    pub fn finish(self, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        match self {
            Self::Nothing => Ok(None),
            Self::Object(object) => Ok(Some(object)),
            Self::Fill(dict, items) => {
                for (key, kept) in items {
                    dict.set_item(key.as_str(), kept.object, vm)?;
                }
                Ok(Some(dict.into()))
            }
        }
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Keepalive {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        match self {
            Self::Empty => {}
            Self::Single(kept) => kept.traverse(visit),
            Self::Items(items) => items.iter().for_each(|(_, kept)| kept.traverse(visit)),
            Self::Dict(dict, _) => dict.traverse(visit),
        }
    }
}
