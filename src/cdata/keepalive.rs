//! What an object's memory keeps alive, and how `_objects` shows it.
//!
//! A pointer in a C value says nothing about who owns what it points to, so the object that owns
//! the memory remembers it: an item for each field or element that holds a reference. Python sees
//! them as the dict that ctypes documents, keyed by the path from the owner down to the field. Here
//! the items stay in a list, which is all that most objects ever need; the dict is made when
//! somebody asks for it, and is from then on where the items live.
//!
//! What is shown is shared: a copy of a structure keeps the dict of the original, and changes with
//! it. What the copied pointers point to must not change with it, so the objects of that moment are
//! kept beside what is shown.

use rustpython_vm::{
    PyObjectRef, PyResult, VirtualMachine,
    builtins::PyDictRef,
    object::{Traverse, TraverseFn},
};

/// What somebody who copies a value's bytes has to keep.
#[derive(Debug)]
pub struct Retained {
    /// What `_objects` shows.
    pub shown: PyObjectRef,
    /// The objects that the copied bytes point to, where what is shown may lose them.
    pub hidden: Option<PyObjectRef>,
}

impl From<PyObjectRef> for Retained {
    fn from(shown: PyObjectRef) -> Self {
        Self {
            shown,
            hidden: None,
        }
    }
}

/// What one owner of memory keeps alive.
#[derive(Debug, Default)]
pub struct Keepalive {
    shown: Shown,
    hidden: Vec<(String, PyObjectRef)>,
}

/// What `_objects` shows.
#[derive(Debug, Default)]
enum Shown {
    /// Nothing yet: `_objects` is `None`.
    #[default]
    Nothing,
    /// A value without parts: `_objects` is the one object itself.
    Single(PyObjectRef),
    /// Items by key.
    Items(Vec<(String, PyObjectRef)>),
    /// Items in the dict that Python has seen.
    Dict(PyDictRef),
}

impl Keepalive {
    /// A keepalive that shows `shown`, a dict or the one object, and keeps `hidden` beside it.
    #[must_use]
    pub fn shared(shown: Result<PyDictRef, PyObjectRef>, hidden: Option<PyObjectRef>) -> Self {
        Self {
            shown: match shown {
                Ok(dict) => Shown::Dict(dict),
                Err(object) => Shown::Single(object),
            },
            hidden: hidden
                .map(|hidden| (String::new(), hidden))
                .into_iter()
                .collect(),
        }
    }

    /// Makes `_objects` a dict if it is nothing yet.
    pub fn begin_items(&mut self) {
        if matches!(self.shown, Shown::Nothing) {
            self.shown = Shown::Items(Vec::new());
        }
    }

    /// Records what is retained under `key`, or as the one object without. What is left to do comes
    /// back, to be done outside any lock: dropping an object can run Python code.
    pub fn set(&mut self, key: Option<String>, retained: Retained) -> Displaced {
        let hidden_key = key.clone().unwrap_or_default();
        let known = self
            .hidden
            .iter()
            .position(|(known, _)| *known == hidden_key);
        let mut dropped: Vec<PyObjectRef> = known
            .map(|index| self.hidden.swap_remove(index).1)
            .into_iter()
            .collect();
        if let Some(hidden) = retained.hidden {
            self.hidden.push((hidden_key, hidden));
        }
        let object = retained.shown;
        let mut store = None;
        match (key, &mut self.shown) {
            (None, shown) => match std::mem::replace(shown, Shown::Single(object)) {
                Shown::Nothing => {}
                Shown::Single(old) => dropped.push(old),
                Shown::Items(items) => dropped.extend(items.into_iter().map(|(_, old)| old)),
                Shown::Dict(dict) => dropped.push(dict.into()),
            },
            (Some(key), Shown::Items(items)) => {
                match items.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, slot)) => dropped.push(std::mem::replace(slot, object)),
                    None => items.push((key, object)),
                }
            }
            (Some(key), Shown::Dict(dict)) => store = Some((dict.clone(), key, object)),
            (Some(key), shown) => {
                if let Shown::Single(old) =
                    std::mem::replace(shown, Shown::Items(vec![(key, object)]))
                {
                    dropped.push(old);
                }
            }
        }
        Displaced { dropped, store }
    }

    /// What `_objects` shows. A list of items becomes a dict, for which `fresh` is an empty one:
    /// making it here would be an allocation under the lock, which may start a garbage collection
    /// and with it Python code. Storing `str` keys into a new dict runs none.
    ///
    /// # Errors
    /// What storing into the dict raises.
    pub fn show(&mut self, fresh: PyDictRef, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        if let Shown::Items(items) = &self.shown {
            for (key, object) in items {
                fresh.set_item(key.as_str(), object.clone(), vm)?;
            }
            // Every object is in the dict now, so what is dropped here is no last reference.
            self.shown = Shown::Dict(fresh);
        }
        Ok(match &self.shown {
            Shown::Nothing | Shown::Items(_) => None,
            Shown::Single(object) => Some(object.clone()),
            Shown::Dict(dict) => Some(dict.clone().into()),
        })
    }

    /// Every object that is kept.
    #[must_use]
    pub fn objects(&self) -> Vec<PyObjectRef> {
        let mut objects = match &self.shown {
            Shown::Nothing => Vec::new(),
            Shown::Single(object) => vec![object.clone()],
            Shown::Items(items) => items.iter().map(|(_, object)| object.clone()).collect(),
            Shown::Dict(dict) => dict.values_vec(),
        };
        objects.extend(self.hidden.iter().map(|(_, object)| object.clone()));
        objects
    }

    /// The objects under these keys.
    #[must_use]
    pub fn find(&self, keys: &[String], vm: &VirtualMachine) -> Vec<PyObjectRef> {
        let mut found = match &self.shown {
            Shown::Nothing => Vec::new(),
            Shown::Single(object) => vec![object.clone()],
            Shown::Items(items) => pick(items, keys),
            Shown::Dict(dict) => keys
                .iter()
                .filter_map(|key| dict.get_item_opt(key.as_str(), vm).ok().flatten())
                .collect(),
        };
        found.extend(pick(&self.hidden, keys));
        found
    }

    /// Takes everything out, for the garbage collector.
    pub fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        match std::mem::take(&mut self.shown) {
            Shown::Nothing => {}
            Shown::Single(object) => out.push(object),
            Shown::Items(items) => out.extend(items.into_iter().map(|(_, object)| object)),
            Shown::Dict(dict) => out.push(dict.into()),
        }
        out.extend(self.hidden.drain(..).map(|(_, object)| object));
    }
}

fn pick(items: &[(String, PyObjectRef)], keys: &[String]) -> Vec<PyObjectRef> {
    items
        .iter()
        .filter(|(key, _)| keys.contains(key))
        .map(|(_, object)| object.clone())
        .collect()
}

/// What a change of the keepalive leaves to be done without holding its lock.
#[derive(Debug)]
#[must_use]
pub struct Displaced {
    dropped: Vec<PyObjectRef>,
    /// The item goes into the dict.
    store: Option<(PyDictRef, String, PyObjectRef)>,
}

impl Displaced {
    /// Does it.
    ///
    /// # Errors
    /// What storing into the dict raises.
    pub fn finish(self, vm: &VirtualMachine) -> PyResult<()> {
        drop(self.dropped);
        match self.store {
            Some((dict, key, object)) => dict.set_item(key.as_str(), object, vm),
            None => Ok(()),
        }
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Keepalive {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        match &self.shown {
            Shown::Nothing => {}
            Shown::Single(object) => object.traverse(visit),
            Shown::Items(items) => items.iter().for_each(|(_, object)| object.traverse(visit)),
            Shown::Dict(dict) => dict.traverse(visit),
        }
        self.hidden
            .iter()
            .for_each(|(_, object)| object.traverse(visit));
    }
}
