//! Instances for the arguments of a callback, used again call after call.
//!
//! A pointer or structure that C passes becomes an instance, which is mostly gone when the callback
//! returns. Then nobody can tell whether the next call gets a new instance or the same one, and making
//! two takes a third of the time of a comparison that `qsort` asks for. So the callback holds on to its
//! instances, and if after the call nobody else does and nothing was done to them but with their memory,
//! they serve again. Meanwhile they hold no address of C's, and if anybody gets at them all the same
//! (`gc.get_objects`), they are his.

use super::Shape;
use crate::{
    cdata::CData,
    ctype::{CType, Kind},
};
use rustpython_common::lock::{PyMutex, PyMutexGuard};
use rustpython_vm::{
    AsObject, Py, PyRef,
    object::{Traverse, TraverseFn},
};
use std::sync::atomic::{Ordering, fence};

/// Instances by the position of the argument.
type Instances = Box<[Option<PyRef<CData>>]>;

/// The instances of a callback; nothing if its arguments are given in none.
pub struct Spare(Option<PyMutex<Instances>>);

/// The instances while a call uses them. Other calls at the same time, on other threads or further down,
/// do without.
pub struct InUse<'a> {
    instances: PyMutexGuard<'a, Instances>,
    types: &'a [PyRef<CType>],
}

impl Spare {
    /// For a callback of this shape.
    #[must_use]
    pub fn new(shape: &Shape) -> Self {
        Self(shape.uses_instances.then(PyMutex::default))
    }

    /// The instances, of these types, if no other call uses them. Nobody ever waits for the lock, so
    /// Python code can run while it is held.
    #[must_use]
    pub fn take<'a>(&'a self, types: &'a [PyRef<CType>]) -> Option<InUse<'a>> {
        let mut instances = self.0.as_ref()?.try_lock()?;
        if instances.is_empty() {
            *instances = vec![None; types.len()].into_boxed_slice();
        }
        Some(InUse { instances, types })
    }
}

impl InUse<'_> {
    /// The instance for an argument, if there is one.
    #[must_use]
    pub fn get(&self, argument: usize) -> Option<&Py<CData>> {
        let instance = self.instances.get(argument)?.as_deref()?;
        is_as_new(instance, self.types.get(argument)?).then_some(instance)
    }

    /// Holds on to the instance that was made for an argument.
    pub fn put(&mut self, argument: usize, instance: &Py<CData>) {
        if let Some(place) = self.instances.get_mut(argument) {
            *place = Some(instance.to_owned());
        }
    }
}

impl Drop for InUse<'_> {
    /// Gives up what is not as if it were new, and makes all else so.
    fn drop(&mut self) {
        for (place, ctype) in self.instances.iter_mut().zip(self.types) {
            match place {
                Some(instance) if is_as_new(instance, ctype) => {
                    // SAFETY: the instance's own memory, which has at least its type's size.
                    unsafe { instance.address().write_bytes(0, ctype.size()) };
                }
                _ => *place = None,
            }
        }
    }
}

/// Whether an argument of this type becomes an instance with memory of its own, and nothing more to it:
/// a function pointer has a signature too.
#[must_use]
pub fn is_given_in_instance(ctype: &CType) -> bool {
    match &ctype.kind {
        Kind::Simple(simple) => simple.boxed,
        Kind::Array(_) | Kind::Function(_) => false,
        Kind::Structure | Kind::Union | Kind::Pointer(_) => true,
    }
}

/// Whether an instance could be taken for one that was just made, but for what is in its memory.
fn is_as_new(instance: &Py<CData>, ctype: &Py<CType>) -> bool {
    let object = instance.as_object();
    let class = object.class();
    let is_alone = object.strong_count() == 1;
    // What whoever held it did to it, they did before they let go of it.
    fence(Ordering::Acquire);
    is_alone
        && class.is(ctype.python_class())
        // What `__slots__` names in a subclass, and a finaliser, belong to one instance.
        && class.slots.member_count == 0
        && class.slots.del.load().is_none()
        && !object.has_instance_dict()
        && object.weak_count().is_none_or(|references| references == 0)
        && instance.is_bare()
}

// SAFETY: visits each object it owns exactly once, and none while a call uses them: the collector then
// takes them for alive.
unsafe impl Traverse for Spare {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        if let Some(instances) = self.0.as_ref().and_then(PyMutex::try_lock) {
            for instance in instances.iter().flatten() {
                instance.traverse(visit);
            }
        }
    }
}
