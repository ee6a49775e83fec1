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

    /// Turns a list of items into the dict that Python sees. The items go into it outside the
    /// lock, through [`Shown::finish`].
    pub fn show(&mut self, vm: &VirtualMachine) -> Shown {
        match self {
            Self::Empty => Shown::Nothing,
            Self::Single(object) => Shown::Object(object.clone()),
            Self::Dict(dict) => Shown::Object(dict.clone().into()),
            Self::Items(items) => {
                let dict = vm.ctx.new_dict();
                let items = std::mem::take(items);
                *self = Self::Dict(dict.clone());
                Shown::Fill(dict, items)
            }
        }
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

/// What `_objects` is, perhaps with items yet to be put into it.
#[derive(Debug)]
#[must_use]
pub enum Shown {
    Nothing,
    Object(PyObjectRef),
    Fill(PyDictRef, Vec<(String, PyObjectRef)>),
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
                for (key, object) in items {
                    dict.set_item(key.as_str(), object, vm)?;
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
            Self::Single(object) => object.traverse(visit),
            Self::Items(items) => items.iter().for_each(|(_, object)| object.traverse(visit)),
            Self::Dict(dict) => dict.traverse(visit),
        }
    }
}
