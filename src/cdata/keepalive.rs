//! What an object's memory keeps alive, and how `_objects` shows it.
//!
//! A pointer in a C value says nothing about who owns what it points to, so the object that owns
//! the memory remembers it: an item for each field or element that holds a reference. Python sees
//! them as the dict that ctypes documents, keyed by the path from the owner down to the field; the
//! dict is made when somebody asks for it.
//!
//! What is shown is shared: a copy of a structure shows the dict of the original, which changes with
//! it, and Python code can change any dict. So the dict is a view and nothing stands on it: what is
//! kept is kept here.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::PyDictRef,
    object::{Traverse, TraverseFn},
};
use smallvec::SmallVec;
use std::collections::HashSet;

/// Where an item lies in the memory of its owner: the indices on the way up, innermost first.
pub type Path = SmallVec<[usize; 3]>;

/// The objects of one item.
pub type Objects = SmallVec<[PyObjectRef; 2]>;

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
    /// Objects by path, what is shown before what is hidden.
    items: IndexMap<Path, Objects, FxBuildHasher>,
    /// Objects that are kept for the value as a whole: first the one that is shown, if one is.
    whole: Objects,
    view: View,
}

/// What `_objects` is.
#[derive(Debug, Default)]
enum View {
    /// `None`.
    #[default]
    Nothing,
    /// The one object.
    Single,
    /// A dict of the items, once somebody asks.
    Items,
    /// A dict that somebody has asked for.
    Dict(PyDictRef),
}

/// An item that is yet to be stored in the dict that Python sees, outside any lock.
#[derive(Debug)]
pub struct Store {
    dict: PyDictRef,
    key: String,
    object: PyObjectRef,
}

impl Store {
    /// Stores it.
    ///
    /// # Errors
    /// What storing into the dict raises.
    pub fn finish(self, vm: &VirtualMachine) -> PyResult<()> {
        self.dict.set_item(self.key.as_str(), self.object, vm)
    }
}

impl Keepalive {
    /// A keepalive that shows the dict of another, or its one object, and keeps `objects`.
    #[must_use]
    pub fn shared(shown: Result<PyDictRef, PyObjectRef>, mut whole: Objects) -> Self {
        let view = match shown {
            Ok(dict) => View::Dict(dict),
            Err(single) => {
                whole.insert(0, single);
                View::Single
            }
        };
        Self {
            items: IndexMap::default(),
            whole,
            view,
        }
    }

    /// Makes `_objects` a dict if it is nothing yet.
    pub fn begin_items(&mut self) {
        if matches!(self.view, View::Nothing) {
            self.view = View::Items;
        }
    }

    /// Records what is retained under `path`, or as the one object without. What is displaced goes
    /// to `displaced`, to be dropped outside any lock: that can run Python code.
    #[must_use]
    pub fn set(
        &mut self,
        path: Option<Path>,
        retained: Retained,
        displaced: &mut Vec<PyObjectRef>,
    ) -> Option<Store> {
        let shown = retained.shown.clone();
        let mut objects = Objects::from_iter([retained.shown]);
        objects.extend(retained.hidden);
        let Some(path) = path else {
            displaced.extend(self.items.drain(..).flat_map(|(_, objects)| objects));
            displaced.extend(std::mem::replace(&mut self.whole, objects));
            if let View::Dict(dict) = std::mem::replace(&mut self.view, View::Single) {
                displaced.push(dict.into());
            }
            return None;
        };
        let store = match &self.view {
            View::Dict(dict) => Some(Store {
                dict: dict.clone(),
                key: key(&path),
                object: shown,
            }),
            _ => {
                self.view = View::Items;
                None
            }
        };
        displaced.extend(self.items.insert(path, objects).into_iter().flatten());
        store
    }

    /// What `_objects` shows, unless that is a dict that is yet to be made.
    #[must_use]
    pub fn shown(&self) -> Option<Option<PyObjectRef>> {
        match &self.view {
            View::Items => None,
            View::Nothing => Some(None),
            View::Single => Some(self.whole.first().cloned()),
            View::Dict(dict) => Some(Some(dict.clone().into())),
        }
    }

    /// What `_objects` shows. The first time that is a dict, it is `fresh`, an empty one: making it
    /// here would be an allocation under the lock, which may start a garbage collection and with it
    /// Python code. Storing `str` keys into a new dict runs none.
    ///
    /// # Errors
    /// What storing into the dict raises.
    pub fn show(&mut self, fresh: PyDictRef, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        if matches!(self.view, View::Items) {
            for (path, objects) in &self.items {
                if let Some(shown) = objects.first() {
                    fresh.set_item(key(path).as_str(), shown.clone(), vm)?;
                }
            }
            self.view = View::Dict(fresh);
        }
        Ok(self.shown().flatten())
    }

    /// The objects that are kept for what lies at `path` and below it; an empty path is all of it.
    #[must_use]
    pub fn objects(&self, path: &Path) -> Vec<PyObjectRef> {
        let below = self.items.iter().filter(|(known, _)| known.ends_with(path));
        once(below.flat_map(|(_, objects)| objects).chain(&self.whole))
    }

    /// The object that a pointer points to, if that is all there is.
    #[inline]
    #[must_use]
    pub fn only_pointee(&self) -> Option<PyObjectRef> {
        let (path, objects) = self.items.first().filter(|_| self.items.len() == 1)?;
        match (&path[..], &objects[..]) {
            ([1], [pointee]) => Some(pointee.clone()),
            _ => None,
        }
    }

    /// Adds what a pointer points to, and what that keeps, if the pointer lies in no other value.
    pub fn add_pointees(&self, objects: &mut Objects) {
        match self.only_pointee() {
            Some(pointee) => objects.push(pointee),
            None => objects.extend(self.find(&[1, 0].map(|index| Path::from_slice(&[index])))),
        }
    }

    /// The objects under these paths.
    #[must_use]
    pub fn find(&self, paths: &[Path]) -> Objects {
        let mut found = Objects::new();
        let items = paths.iter().filter_map(|path| self.items.get(path));
        for object in items.flatten() {
            if !found.iter().any(|known| known.is(object)) {
                found.push(object.clone());
            }
        }
        found
    }

    /// Takes everything out, for the garbage collector.
    pub fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        for (_, mut objects) in self.items.drain(..) {
            out.extend(objects.drain(..));
        }
        out.extend(self.whole.drain(..));
        if let View::Dict(dict) = std::mem::take(&mut self.view) {
            out.push(dict.into());
        }
    }
}

/// Each object once: copies of copies would repeat themselves for ever.
fn once<'a>(objects: impl Iterator<Item = &'a PyObjectRef>) -> Vec<PyObjectRef> {
    let mut seen = HashSet::new();
    objects
        .filter(|object| seen.insert(object.get_id()))
        .cloned()
        .collect()
}

/// The key under which `_objects` shows what lies at `path`.
fn key(path: &Path) -> String {
    let parts: Vec<String> = path.iter().map(|index| format!("{index:x}")).collect();
    parts.join(":")
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Keepalive {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        for object in self.items.values().flatten().chain(&self.whole) {
            object.traverse(visit);
        }
        if let View::Dict(dict) = &self.view {
            dict.traverse(visit);
        }
    }
}
