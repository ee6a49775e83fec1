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

use indexmap::IndexMap;
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyStr},
    object::{Traverse, TraverseFn},
};
use std::collections::HashSet;

/// What somebody who copies a value's bytes has to keep.
#[derive(Debug)]
pub struct Retained {
    /// What `_objects` shows.
    pub shown: PyObjectRef,
    /// The objects that the copied bytes point to, where what is shown may lose them.
    pub hidden: Vec<PyObjectRef>,
}

impl From<PyObjectRef> for Retained {
    fn from(shown: PyObjectRef) -> Self {
        Self {
            shown,
            hidden: Vec::new(),
        }
    }
}

/// What one owner of memory keeps alive.
#[derive(Debug, Default)]
pub struct Keepalive {
    shown: Shown,
    hidden: IndexMap<String, Vec<PyObjectRef>>,
}

/// Objects by key, in the order in which they came.
type Items = IndexMap<String, PyObjectRef>;

/// What `_objects` shows.
#[derive(Debug, Default)]
enum Shown {
    /// Nothing yet: `_objects` is `None`.
    #[default]
    Nothing,
    /// A value without parts: `_objects` is the one object itself.
    Single(PyObjectRef),
    /// Items by key.
    Items(Items),
    /// Items in the dict that Python has seen.
    Dict(PyDictRef),
}

impl Keepalive {
    /// A keepalive that shows `shown`, a dict or the one object, and keeps `hidden` beside it.
    #[must_use]
    pub fn shared(shown: Result<PyDictRef, PyObjectRef>, hidden: Vec<PyObjectRef>) -> Self {
        Self {
            shown: match shown {
                Ok(dict) => Shown::Dict(dict),
                Err(object) => Shown::Single(object),
            },
            hidden: IndexMap::from_iter([(String::new(), hidden)]),
        }
    }

    /// Makes `_objects` a dict if it is nothing yet.
    pub fn begin_items(&mut self) {
        if matches!(self.shown, Shown::Nothing) {
            self.shown = Shown::Items(Items::new());
        }
    }

    /// Records what is retained under `key`, or as the one object without. What is displaced goes
    /// to `displaced`, to be dropped outside any lock: that can run Python code.
    ///
    /// # Errors
    /// What storing into the dict raises.
    pub fn set(
        &mut self,
        key: Option<String>,
        retained: Retained,
        displaced: &mut Vec<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let hidden_key = key.as_deref().unwrap_or_default();
        let old = if retained.hidden.is_empty() {
            self.hidden.swap_remove(hidden_key)
        } else {
            self.hidden.insert(hidden_key.to_owned(), retained.hidden)
        };
        displaced.extend(old.into_iter().flatten());
        let object = retained.shown;
        let Some(key) = key else {
            let old = std::mem::replace(&mut self.shown, Shown::Single(object));
            old.take_apart(displaced);
            return Ok(());
        };
        match &mut self.shown {
            Shown::Items(items) => displaced.extend(items.insert(key, object)),
            Shown::Dict(dict) => {
                // Held here, what the dict gives up is not dropped in it.
                displaced.extend(dict.get_item_opt(key.as_str(), vm)?);
                dict.set_item(key.as_str(), object, vm)?;
            }
            shown => {
                let items = Shown::Items(Items::from_iter([(key, object)]));
                std::mem::replace(shown, items).take_apart(displaced);
            }
        }
        Ok(())
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

    /// The objects that are kept for what lies at `path` and below it; an empty path is all of it.
    #[must_use]
    pub fn objects(&self, path: &str) -> Vec<PyObjectRef> {
        let mut objects = match &self.shown {
            Shown::Nothing => Vec::new(),
            Shown::Single(object) => vec![object.clone()],
            Shown::Items(items) => matching(items, path),
            Shown::Dict(dict) if path.is_empty() => dict.values_vec(),
            Shown::Dict(dict) => dict
                .items_vec()
                .into_iter()
                .filter(|(key, _)| {
                    let key = key.downcast_ref::<PyStr>().and_then(|key| key.to_str());
                    key.is_some_and(|key| is_below(key, path))
                })
                .map(|(_, object)| object)
                .collect(),
        };
        let hidden = self.hidden.iter().filter(|(key, _)| is_below(key, path));
        objects.extend(hidden.flat_map(|(_, hidden)| hidden.iter().cloned()));
        once(objects)
    }

    /// The objects under these keys.
    #[must_use]
    pub fn find(&self, keys: &[String], vm: &VirtualMachine) -> Vec<PyObjectRef> {
        let mut found = match &self.shown {
            Shown::Nothing => Vec::new(),
            Shown::Single(object) => vec![object.clone()],
            Shown::Items(items) => {
                let named = keys.iter().filter_map(|key| items.get(key.as_str()));
                named.cloned().collect()
            }
            Shown::Dict(dict) => keys
                .iter()
                .filter_map(|key| dict.get_item_opt(key.as_str(), vm).ok().flatten())
                .collect(),
        };
        for key in keys {
            found.extend(self.hidden.get(key.as_str()).into_iter().flatten().cloned());
        }
        once(found)
    }

    /// Takes everything out, for the garbage collector.
    pub fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        std::mem::take(&mut self.shown).take_apart(out);
        out.extend(std::mem::take(&mut self.hidden).into_values().flatten());
    }
}

impl Shown {
    fn take_apart(self, out: &mut Vec<PyObjectRef>) {
        match self {
            Self::Nothing => {}
            Self::Single(object) => out.push(object),
            Self::Items(items) => out.extend(items.into_values()),
            Self::Dict(dict) => out.push(dict.into()),
        }
    }
}

/// Each object once: copies of copies would repeat themselves for ever.
fn once(mut objects: Vec<PyObjectRef>) -> Vec<PyObjectRef> {
    let mut seen = HashSet::new();
    objects.retain(|object| seen.insert(object.get_id()));
    // Few of many may be left, and they are kept for long.
    objects.shrink_to_fit();
    objects
}

/// Whether a key names what lies at `path` or below it: the path comes last in it.
fn is_below(key: &str, path: &str) -> bool {
    path.is_empty()
        || key
            .strip_suffix(path)
            .is_some_and(|inner| inner.is_empty() || inner.ends_with(':'))
}

fn matching(items: &Items, path: &str) -> Vec<PyObjectRef> {
    items
        .iter()
        .filter(|(key, _)| is_below(key, path))
        .map(|(_, object)| object.clone())
        .collect()
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Keepalive {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        match &self.shown {
            Shown::Nothing => {}
            Shown::Single(object) => object.traverse(visit),
            Shown::Items(items) => items.values().for_each(|object| object.traverse(visit)),
            Shown::Dict(dict) => dict.traverse(visit),
        }
        self.hidden
            .values()
            .for_each(|object| object.traverse(visit));
    }
}
