//! What an object's memory keeps alive, and how `_objects` shows it.
//!
//! A pointer in a C value says nothing about who owns what it points to, so the object that owns
//! the memory remembers it: an item for each field or element that holds a reference. Python sees
//! them as the dict that ctypes documents, keyed by the path from the owner down to the field. Here
//! the items stay in a list, which is all that most objects ever need; the dict is made when
//! somebody asks for it, and is from then on where the items live.

use rustpython_vm::{
    PyObjectRef, PyResult, VirtualMachine,
    builtins::PyDictRef,
    object::{Traverse, TraverseFn},
};

/// What one owner of memory keeps alive.
#[derive(Debug, Default)]
pub enum Keepalive {
    /// Nothing yet: `_objects` is `None`.
    #[default]
    Empty,
    /// A value without parts: `_objects` is the one object itself.
    Single(PyObjectRef),
    /// Items by key.
    Items(Vec<(String, PyObjectRef)>),
    /// Items in the dict that Python has seen.
    Dict(PyDictRef),
}

impl Keepalive {
    /// Records an object under `key`. What is left to do comes back, to be done outside any lock:
    /// dropping an object can run Python code.
    pub fn set(&mut self, key: Option<String>, object: PyObjectRef) -> Displaced {
        let Some(key) = key else {
            return Displaced::Keepalive(std::mem::replace(self, Self::Single(object)));
        };
        match self {
            Self::Items(items) => match items.iter_mut().find(|(known, _)| *known == key) {
                Some((_, slot)) => Displaced::Object(std::mem::replace(slot, object)),
                None => {
                    items.push((key, object));
                    Displaced::Nothing
                }
            },
            Self::Dict(dict) => Displaced::Store(dict.clone(), key, object),
            Self::Empty | Self::Single(_) => {
                let items = Self::Items(vec![(key, object)]);
                Displaced::Keepalive(std::mem::replace(self, items))
            }
        }
    }

    /// What `_objects` shows. A list of items becomes a dict, for which `fresh` is an empty one:
    /// making it here would be an allocation under the lock, which may start a garbage collection
    /// and with it Python code. Storing `str` keys into a new dict runs none.
    ///
    /// # Errors
    /// What storing into the dict raises.
    pub fn show(&mut self, fresh: PyDictRef, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        if let Self::Items(items) = self {
            for (key, object) in items {
                fresh.set_item(key.as_str(), object.clone(), vm)?;
            }
            // Every object is in the dict now, so what is dropped here is no last reference.
            *self = Self::Dict(fresh);
        }
        Ok(match self {
            Self::Empty | Self::Items(_) => None,
            Self::Single(object) => Some(object.clone()),
            Self::Dict(dict) => Some(dict.clone().into()),
        })
    }
}

/// What a change of the list leaves to be done without holding the lock.
#[derive(Debug)]
#[must_use]
pub enum Displaced {
    Nothing,
    Object(PyObjectRef),
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
            Self::Object(object) => {
                drop(object);
                Ok(())
            }
            Self::Keepalive(keepalive) => {
                drop(keepalive);
                Ok(())
            }
        }
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Keepalive {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        match self {
            Self::Empty => {}
            Self::Single(object) => object.traverse(visit),
            Self::Items(items) => items.iter().for_each(|(_, object)| object.traverse(visit)),
            Self::Dict(dict) => dict.traverse(visit),
        }
    }
}
