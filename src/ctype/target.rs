//! The target of a pointer type, which `set_type` may set later.

use super::CType;
use rustpython_common::lock::PyMutex;
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyRef,
    object::{Traverse, TraverseFn},
};
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

/// Whether any pointer type's target has ever been replaced by another.
static ANY_REPLACED: AtomicBool = AtomicBool::new(false);

/// Returns whether a remembered target of a pointer type may be out of date. Programs set the targets of
/// incomplete pointer types, and hardly ever change them.
#[inline]
#[must_use]
pub fn any_replaced() -> bool {
    ANY_REPLACED.load(Ordering::Acquire)
}

/// The target of a pointer type, read without a lock on every access through a pointer.
pub struct Target {
    /// The last of `all`, or NULL.
    current: AtomicPtr<Py<CType>>,
    /// Every target that the type has had, so that readers need not hold the one they have read.
    all: PyMutex<Vec<PyRef<CType>>>,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Target")
    }
}

impl Target {
    #[must_use]
    pub fn new(ctype: Option<PyRef<CType>>) -> Self {
        let target = Self {
            current: AtomicPtr::default(),
            all: PyMutex::default(),
        };
        if let Some(ctype) = ctype {
            // `check` never refuses here.
            let _ = target.replace(ctype, |_| Ok::<_, ()>(()));
        }
        target
    }

    #[inline]
    #[must_use]
    pub fn get(&self) -> Option<&Py<CType>> {
        let current = self.current.load(Ordering::Acquire);
        // SAFETY: NULL, or one of `all`, which holds it for the lifetime of `self`.
        unsafe { current.as_ref() }
    }

    /// Makes `ctype` the target, unless `check` refuses to replace the old one. `check` must run no Python
    /// code.
    ///
    /// # Errors
    /// The error that `check` returns.
    pub fn replace<E>(
        &self,
        ctype: PyRef<CType>,
        check: impl FnOnce(Option<&Py<CType>>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut all = self.all.lock();
        let old = self.get();
        check(old)?;
        if old.is_some_and(|old| !old.is(&ctype)) {
            ANY_REPLACED.store(true, Ordering::Release);
        }
        let pointer: *const Py<CType> = &raw const *ctype;
        if !all.iter().any(|known| known.is(&ctype)) {
            all.push(ctype);
        }
        self.current.store(pointer.cast_mut(), Ordering::Release);
        Ok(())
    }

    /// Removes everything, for the garbage collector.
    pub fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        *self.current.get_mut() = std::ptr::null_mut();
        out.extend(self.all.lock().drain(..).map(PyObjectRef::from));
    }
}

// SAFETY: visits each object it owns exactly once, while the lock is free.
unsafe impl Traverse for Target {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        if let Some(all) = self.all.try_lock() {
            all.traverse(visit);
        }
    }
}
