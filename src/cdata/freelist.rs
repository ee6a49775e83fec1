//! Memory of freed objects, which their thread reuses.
//!
//! The objects that `byref` makes live for one call, and those that a callback gets may not live much longer.
//! The allocator takes as long for them as all the rest of this crate's work.

use rustpython_vm::{Py, PyObject, PyPayload, object::payload_offset};
use std::{
    alloc::{self, Layout},
    cell::Cell,
    marker::PhantomData,
    ptr::{self, NonNull},
};

/// The memory of at most `N` objects. It belongs in a thread-local static, for [`PyPayload::freelist_push`] and
/// [`PyPayload::freelist_pop`].
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

    /// Drops an object's payload, replaces it by `husk`, which the VM drops, and takes the object. Returns
    /// `false` if there is no room for it.
    ///
    /// # Safety
    /// As for [`PyPayload::freelist_push`].
    #[inline(always)]
    pub unsafe fn push(&self, object: *mut PyObject, husk: T) -> bool {
        // SAFETY: the payload lies at this offset within the object.
        let payload = unsafe { object.byte_add(payload_offset::<T>()) }.cast::<T>();
        // SAFETY: the object has no references left, so no other code looks at its payload.
        unsafe {
            ptr::drop_in_place(payload);
            payload.write(husk);
        }
        // Read only now: dropping can run Python code, which may push such objects too.
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

    /// Returns the object that was pushed last, if there is one.
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
            // SAFETY: the VM allocates objects without a dict and weak references with this layout; the payload
            // is a husk, which need not be dropped.
            unsafe { alloc::dealloc(place.get().cast(), Layout::new::<Py<T>>()) }
        }
    }
}
