//! Finding out whether anything but an object itself holds it.

use rustc_hash::FxHashMap;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef,
    builtins::{PyModule, PyType},
};

/// The number of objects that are looked at, at most.
const MOST: usize = 1000;

/// The objects reachable from an object, as far as they were looked at.
#[derive(Default)]
struct Reachable {
    objects: Vec<PyObjectRef>,
    places: FxHashMap<usize, usize>,
    /// The indices of the objects that each object refers to, once for each reference.
    references: Vec<Vec<usize>>,
}

impl Reachable {
    /// Finds what is reachable from an object. Returns `None` if that is too much.
    fn from(object: &PyObject) -> Option<Self> {
        let mut found = Self::default();
        found.place(object.to_owned());
        let mut next = 0;
        while let Some(object) = found.objects.get(next).cloned() {
            for referent in object.gc_get_referents() {
                // An object that is not looked at counts as held by others, and so does what it refers to.
                let is_looked_at = referent.is_gc_tracked()
                    && referent.downcast_ref::<PyType>().is_none()
                    && referent.downcast_ref::<PyModule>().is_none();
                if is_looked_at {
                    let place = found.place(referent);
                    found.references[next].push(place);
                }
            }
            if found.objects.len() > MOST {
                return None;
            }
            next += 1;
        }
        Some(found)
    }

    fn place(&mut self, object: PyObjectRef) -> usize {
        *self.places.entry(object.get_id()).or_insert_with(|| {
            self.objects.push(object);
            self.references.push(Vec::new());
            self.objects.len() - 1
        })
    }

    /// Returns whether the first object can be reached by references that were not found, of which `known` lead
    /// to it.
    fn is_held(&self, known: usize) -> bool {
        // The list itself holds one more.
        let mut unexplained: Vec<usize> = self
            .objects
            .iter()
            .map(|object| object.strong_count() - 1)
            .collect();
        unexplained[0] = unexplained[0].saturating_sub(known);
        for &place in self.references.iter().flatten() {
            unexplained[place] = unexplained[place].saturating_sub(1);
        }
        let mut held: Vec<bool> = unexplained.iter().map(|&count| count > 0).collect();
        let mut rest: Vec<usize> = (0..held.len()).filter(|&place| held[place]).collect();
        while let Some(place) = rest.pop() {
            for &referent in &self.references[place] {
                if !std::mem::replace(&mut held[referent], true) {
                    rest.push(referent);
                }
            }
        }
        held[0]
    }
}

/// Returns whether nothing refers to `object` but `known` references of the caller's, and objects that only
/// `object` itself leads to. Returns `false` if that is not certain.
#[must_use]
pub fn is_held_by_itself_alone(object: &PyObject, known: usize) -> bool {
    Reachable::from(object).is_some_and(|found| !found.is_held(known))
}
