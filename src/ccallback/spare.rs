//! Instances for the arguments of a callback, reused from call to call.
//!
//! A pointer or structure that C passes becomes an instance, which is usually gone when the callback returns.
//! Then Python code cannot tell whether the next call gets a new instance or the same one, and making two takes
//! a third of the time of a comparison for `qsort`. So the callback keeps its instances. If after the call no
//! other code holds an instance and only its memory has changed, it is reused. In between, the instances hold
//! no address from C; if some code finds one all the same (`gc.get_objects`), that code keeps it.

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

/// The instances of a callback; `None` if no argument is passed in one.
pub struct Spare(Option<PyMutex<Instances>>);

/// The instances while a call uses them. Other calls at the same time, on other threads or nested, do without.
pub struct InUse<'a> {
    instances: PyMutexGuard<'a, Instances>,
    types: &'a [PyRef<CType>],
}

impl Spare {
    /// Makes the instances for callbacks of this shape.
    #[must_use]
    pub fn new(shape: &Shape) -> Self {
        Self(shape.uses_instances.then(PyMutex::default))
    }

    /// Returns the instances, of these types, if no other call uses them. No thread ever waits for the lock, so
    /// Python code may run while it is held.
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
    /// Returns the instance for an argument, if there is one.
    #[must_use]
    pub fn get(&self, argument: usize) -> Option<&Py<CData>> {
        let instance = self.instances.get(argument)?.as_deref()?;
        is_as_new(instance, self.types.get(argument)?).then_some(instance)
    }

    /// Keeps the instance that was made for an argument.
    pub fn put(&mut self, argument: usize, instance: &Py<CData>) {
        if let Some(place) = self.instances.get_mut(argument) {
            *place = Some(instance.to_owned());
        }
    }
}

impl Drop for InUse<'_> {
    /// Releases instances that are not as good as new, and resets all others.
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

/// Returns whether an argument of this type becomes an instance with memory of its own and no other state: a
/// function pointer has a signature too.
#[must_use]
pub fn is_given_in_instance(ctype: &CType) -> bool {
    match &ctype.kind {
        Kind::Simple(simple) => simple.boxed,
        Kind::Array(_) | Kind::Function(_) => false,
        Kind::Structure | Kind::Union | Kind::Pointer(_) => true,
    }
}

/// Returns whether an instance differs from a new one only in its memory.
fn is_as_new(instance: &Py<CData>, ctype: &Py<CType>) -> bool {
    let object = instance.as_object();
    let class = object.class();
    let is_alone = object.strong_count() == 1;
    // Orders what former holders did to the instance before what follows.
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

// SAFETY: visits each object it owns exactly once, and none while a call uses them: then the collector takes
// them for alive.
unsafe impl Traverse for Spare {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        if let Some(instances) = self.0.as_ref().and_then(PyMutex::try_lock) {
            for instance in instances.iter().flatten() {
                instance.traverse(visit);
            }
        }
    }
}
