//! A map of kept objects that several values share.
//!
//! Copying a structure or an array copies what its references lead to. Where that is much, the copy and
//! what it was made of share it until one of them changes. A map that is shared is a Python object, so
//! that the garbage collector counts what is in it once, whoever shares it.

use rustpython_vm::{
    PyObjectRef, PyPayload, PyRef, VirtualMachine,
    class::PyClassImpl,
    object::{Traverse, TraverseFn},
    pyclass,
};
use std::{collections::BTreeMap, ops::Range, sync::OnceLock};

/// Objects by the address of the place that leads to them, or led when the map became a shared one.
pub type Objects = BTreeMap<usize, PyObjectRef>;

#[pyclass(module = "_ctypes", name = "Keepalive", traverse = "manual")]
#[derive(Debug, Default, PyPayload)]
pub struct SharedMap(OnceLock<Objects>);

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl SharedMap {}

/// A part in a map that is shared.
#[derive(Clone, Debug)]
pub struct Share {
    map: PyRef<SharedMap>,
    /// How far the places of this value are from those in the map.
    shift: usize,
}

impl Share {
    /// An object for a map that is to be shared. Making it may start a garbage collection, and with it
    /// Python code.
    #[must_use]
    pub fn place(vm: &VirtualMachine) -> PyRef<SharedMap> {
        SharedMap::default().into_ref(&vm.ctx)
    }

    /// Makes `objects` a map that can be shared, in an object that has none yet.
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

    /// The same for places that are so much further.
    #[must_use]
    pub fn shifted(mut self, distance: usize) -> Self {
        self.shift = self.shift.wrapping_add(distance);
        self
    }

    #[must_use]
    pub fn get(&self, address: usize) -> Option<&PyObjectRef> {
        self.objects().get(&address.wrapping_sub(self.shift))
    }

    /// Whether all places lie in `range`.
    #[must_use]
    pub fn is_within(&self, range: &Range<usize>) -> bool {
        let is_in = |(key, _): (&usize, _)| range.contains(&key.wrapping_add(self.shift));
        let objects = self.objects();
        objects.first_key_value().is_none_or(is_in) && objects.last_key_value().is_none_or(is_in)
    }

    /// The places in `range`, with what they lead to.
    pub fn range(&self, range: &Range<usize>) -> impl Iterator<Item = (usize, &PyObjectRef)> {
        let keys = range.start.wrapping_sub(self.shift)..range.end.wrapping_sub(self.shift);
        // A range of everything wraps around.
        let keys = if keys.start <= keys.end {
            keys
        } else {
            0..usize::MAX
        };
        let places = self.objects().range(keys);
        let places = places.map(|(key, object)| (key.wrapping_add(self.shift), object));
        places.filter(|(address, _)| range.contains(address))
    }

    /// A map of its own.
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
