//! Memory of objects that are gone, for the next ones that their thread makes.
//!
//! What `byref` makes lives for one call, and a callback may not live much longer. The allocator takes
//! as long for them as everything else that is ours.

use rustpython_vm::{Py, PyObject, PyPayload, object::payload_offset};
use std::{
    alloc::{self, Layout},
    cell::Cell,
    marker::PhantomData,
    ptr::{self, NonNull},
};

/// Memory of `N` objects at most. It belongs in a thread-local static, for
/// [`PyPayload::freelist_push`] and [`PyPayload::freelist_pop`].
pub struct FreeList<T, const N: usize> {
    objects: [Cell<*mut PyObject>; N],
    count: Cell<usize>,
    payload: PhantomData<T>,
}

impl<T: PyPayload, const N: usize> FreeList<T, N> {
    pub const fn new() -> Self {
        Self {
            objects: [const { Cell::new(ptr::null_mut()) }; N],
            count: Cell::new(0),
            payload: PhantomData,
        }
    }

    /// Takes an object whose payload is dropped, and replaced by `husk`, which the VM drops. `false` if
    /// there is no room for it.
    ///
    /// # Safety
    /// As for [`PyPayload::freelist_push`].
    #[inline(always)]
    pub unsafe fn push(&self, object: *mut PyObject, husk: T) -> bool {
        // SAFETY: within the object.
        let payload = unsafe { object.byte_add(payload_offset::<T>()) }.cast::<T>();
        // SAFETY: the object has no references, and nobody is left who looks at its payload.
        unsafe {
            ptr::drop_in_place(payload);
            payload.write(husk);
        }
        // Not before: dropping can run Python code, which makes such objects.
        let count = self.count.get();
        match self.objects.get(count) {
            Some(place) => {
                place.set(object);
                self.count.set(count + 1);
                true
            }
            None => false,
        }
    }

    /// An object that was taken, if there is one.
    #[inline(always)]
    pub fn pop(&self) -> Option<NonNull<PyObject>> {
        let index = self.count.get().checked_sub(1)?;
        self.count.set(index);
        NonNull::new(self.objects.get(index)?.get())
    }
}

impl<T, const N: usize> Drop for FreeList<T, N> {
    fn drop(&mut self) {
        for place in &self.objects[..self.count.get()] {
            // SAFETY: the VM allocates an object so that has neither a dict nor weak references; what is
            // in it need not be dropped.
            unsafe { alloc::dealloc(place.get().cast(), Layout::new::<Py<T>>()) }
        }
    }
}
