//! What a pointer type points to, which may become known later, by `set_type`.

use super::CType;
use rustpython_common::lock::PyMutex;
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyRef,
    object::{Traverse, TraverseFn},
};
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

/// Some pointer type's target has been replaced by another.
static ANY_REPLACED: AtomicBool = AtomicBool::new(false);

/// Whether what was remembered as the target of some pointer type may be so no longer. Programs
/// complete pointer types, and hardly one changes them.
#[inline]
#[must_use]
pub fn any_replaced() -> bool {
    ANY_REPLACED.load(Ordering::Acquire)
}

/// A type that is read on every access to what a pointer points to, without a lock.
pub struct Target {
    /// The last of `all`, or NULL.
    current: AtomicPtr<Py<CType>>,
    /// Every type that this has been, so that whoever reads it need not hold it.
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
            // There is nothing that could refuse it.
            let _ = target.replace(ctype, |_| Ok::<_, ()>(()));
        }
        target
    }

    #[inline]
    #[must_use]
    pub fn get(&self) -> Option<&Py<CType>> {
        let current = self.current.load(Ordering::Acquire);
        // SAFETY: NULL, or one of `all`, which holds it as long as this lives.
        unsafe { current.as_ref() }
    }

    /// Makes `ctype` the target, if `check` finds nothing wrong with the one before. `check` must run
    /// no Python code.
    ///
    /// # Errors
    /// What `check` returns.
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

    /// Takes everything out, for the garbage collector.
    pub fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        *self.current.get_mut() = std::ptr::null_mut();
        out.extend(self.all.lock().drain(..).map(PyObjectRef::from));
    }
}

// SAFETY: visits each object it owns exactly once, while their lock is free.
unsafe impl Traverse for Target {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        if let Some(all) = self.all.try_lock() {
            all.traverse(visit);
        }
    }
}
