//! A Python object that is read without a lock while other threads may replace it.

use arc_swap::{ArcSwapAny, Guard, RefCnt};
use rustpython_vm::{
    AsObject, Py, PyPayload, PyRef,
    object::{Traverse, TraverseFn},
};
use std::ops::Deref;

/// A reference that `arc_swap` can count.
#[derive(Debug)]
struct Counted<T: PyPayload>(PyRef<T>);

impl<T: PyPayload> Clone for Counted<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

// SAFETY: the pointer is that of a counted object; a clone adds one reference and a drop removes one;
// `from_ptr` takes over the reference that `into_ptr` left.
unsafe impl<T: PyPayload> RefCnt for Counted<T> {
    type Base = Py<T>;

    fn into_ptr(this: Self) -> *mut Py<T> {
        let object: *const Py<T> = PyRef::leak(this.0);
        object.cast_mut()
    }

    fn as_ptr(this: &Self) -> *mut Py<T> {
        let object: *const Py<T> = &raw const *this.0;
        object.cast_mut()
    }

    unsafe fn from_ptr(object: *const Py<T>) -> Self {
        // SAFETY: `object` comes from `into_ptr`, as the trait requires.
        Self(unsafe { PyRef::from_raw(object) })
    }
}

/// An object that can be replaced. A reader keeps the object that it has read.
#[derive(Debug)]
pub struct Shared<T: PyPayload>(ArcSwapAny<Counted<T>>);

impl<T: PyPayload> Shared<T> {
    #[must_use]
    pub fn new(object: PyRef<T>) -> Self {
        Self(ArcSwapAny::new(Counted(object)))
    }

    #[inline]
    #[must_use]
    pub fn read(&self) -> impl Deref<Target = Py<T>> + use<T> {
        Read(self.0.load())
    }

    #[must_use]
    pub fn into_inner(self) -> PyRef<T> {
        self.0.into_inner().0
    }

    /// Replaces the object by `object` and returns the old one: dropping it can run Python code.
    #[must_use]
    pub fn replace(&self, object: PyRef<T>) -> PyRef<T> {
        self.0.swap(Counted(object)).0
    }
}

/// An object that is being read.
struct Read<T: PyPayload>(Guard<Counted<T>>);

impl<T: PyPayload> Deref for Read<T> {
    type Target = Py<T>;

    #[inline]
    fn deref(&self) -> &Py<T> {
        &self.0.0
    }
}

// SAFETY: visits the one object it owns exactly once.
unsafe impl<T: PyPayload> Traverse for Shared<T> {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        let object = self.0.load();
        visit(object.0.as_object());
    }
}
