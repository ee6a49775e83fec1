//! A map of kept objects that several values share.
//!
//! Copying a structure or an array copies what its references point to. If those are many, the copy and the
//! original share the map until one of them changes. A shared map is a Python object, so that the garbage
//! collector counts its contents once, however many values share it.

use rustpython_vm::{
    PyObjectRef, PyPayload, PyRef, VirtualMachine,
    class::PyClassImpl,
    object::{Traverse, TraverseFn},
    pyclass,
};
use std::{collections::BTreeMap, ops::Range, sync::OnceLock};

/// Objects by the address of the place that holds the reference to them, or held it when the map became shared.
pub type Objects = BTreeMap<usize, PyObjectRef>;

#[pyclass(module = "_ctypes", name = "Keepalive", traverse = "manual")]
#[derive(Debug, Default, PyPayload)]
pub struct SharedMap(OnceLock<Objects>);

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl SharedMap {}

/// A value's reference to a shared map.
#[derive(Clone, Debug)]
pub struct Share {
    map: PyRef<SharedMap>,
    /// The distance from the places in the map to those of this value.
    shift: usize,
}

impl Share {
    /// Makes the object for a map that is to be shared. Making it may start a garbage collection, and so run
    /// Python code.
    #[must_use]
    pub fn place(vm: &VirtualMachine) -> PyRef<SharedMap> {
        SharedMap::default().into_ref(&vm.ctx)
    }

    /// Makes `objects` a shared map in `place`, which must be empty.
    #[must_use]
    pub fn new(objects: Objects, place: PyRef<SharedMap>) -> Self {
        let taken = place.0.set(objects);
        debug_assert!(taken.is_ok());
        Self {
            map: place,
            shift: 0,
        }
    }

    fn objects(&self) -> &Objects {
        static NONE: Objects = Objects::new();
        self.map.0.get().unwrap_or(&NONE)
    }

    /// Returns the share with its places moved by `distance`.
    #[must_use]
    pub fn shifted(mut self, distance: usize) -> Self {
        self.shift = self.shift.wrapping_add(distance);
        self
    }

    #[must_use]
    pub fn get(&self, address: usize) -> Option<&PyObjectRef> {
        self.objects().get(&address.wrapping_sub(self.shift))
    }

    /// Returns whether all places lie in `range`.
    #[must_use]
    pub fn is_within(&self, range: &Range<usize>) -> bool {
        let is_in = |(key, _): (&usize, _)| range.contains(&key.wrapping_add(self.shift));
        let objects = self.objects();
        objects.first_key_value().is_none_or(is_in) && objects.last_key_value().is_none_or(is_in)
    }

    /// Returns the places in `range`, with the objects kept for them.
    pub fn range(&self, range: &Range<usize>) -> impl Iterator<Item = (usize, &PyObjectRef)> {
        let keys = range.start.wrapping_sub(self.shift)..range.end.wrapping_sub(self.shift);
        // The range of everything wraps around.
        let keys = if keys.start <= keys.end {
            keys
        } else {
            0..usize::MAX
        };
        let places = self.objects().range(keys);
        let places = places.map(|(key, object)| (key.wrapping_add(self.shift), object));
        places.filter(|(address, _)| range.contains(address))
    }

    /// Returns a copy of the map.
    #[must_use]
    pub fn unshared(&self) -> Objects {
        let all = self.range(&(0..usize::MAX));
        all.map(|(address, object)| (address, object.clone()))
            .collect()
    }
}

impl From<Share> for PyObjectRef {
    fn from(share: Share) -> Self {
        share.map.into()
    }
}

// SAFETY: visits the one object it owns once.
unsafe impl Traverse for Share {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.map.traverse(visit);
    }
}

/// Makes the type of shared maps.
pub fn install() {
    let _ = SharedMap::make_static_type();
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for SharedMap {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        for object in self.0.get().into_iter().flat_map(BTreeMap::values) {
            object.traverse(visit);
        }
    }

    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        out.extend(self.0.take().into_iter().flat_map(BTreeMap::into_values));
    }
}
