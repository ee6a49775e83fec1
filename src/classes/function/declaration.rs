//! What Python code has declared for one function: its `argtypes`, `restype` and `errcheck`.
//!
//! Most functions are declared in several steps, and many are never called. So a declaration is only
//! noted, and the first call after it makes the signature, once for all steps. Calls read the signature
//! without a lock.

use super::planned::Planned;
use crate::ccall::{
    plan::Plan,
    signature::{Declared, Signature},
};
use rustpython_common::lock::PyMutex;
use rustpython_vm::{
    Py, PyObjectCell, PyObjectRef, PyPayload, PyRef, VirtualMachine,
    object::{Traverse, TraverseFn},
};
use std::{mem, sync::Arc};

/// The number of plans beyond which a function has none any more: it is called the general way.
const MAX_PLANS: usize = 16;

/// A declaration, and the signature for it.
#[derive(Debug)]
pub struct Declaration {
    latest: PyMutex<Latest>,
    /// The signature; empty until it is made.
    signature: PyObjectCell,
}

/// The latest declaration. No Python code runs under its lock.
#[derive(Debug)]
struct Latest {
    declared: Declared,
    /// The number of declarations so far.
    edition: u64,
    /// All plans that the function has had, except for its type's.
    plans: Vec<Arc<Plan>>,
}

impl Declaration {
    /// Makes the declaration of a function's type.
    #[must_use]
    pub fn new(signature: &Py<Signature>) -> Self {
        Self {
            latest: PyMutex::new(Latest {
                declared: signature.declared.clone(),
                edition: 0,
                plans: Vec::new(),
            }),
            signature: None.into(),
        }
    }

    /// Returns the signature of what has been declared. If there is none, [`Self::catch_up`] must make it.
    #[inline]
    #[must_use]
    pub fn signature(&self) -> Option<PyRef<Signature>> {
        self.signature.load_owned()?.downcast().ok()
    }

    /// Returns what `read` finds in the declaration. It must not run Python code.
    pub fn get<R>(&self, read: impl FnOnce(&Declared) -> R) -> R {
        read(&self.latest.lock().declared)
    }

    /// Applies `change` to the declaration; `change` must not run Python code. Returns what it displaces:
    /// dropping that may. No call finds the plan in `planned` any more.
    pub fn change<T>(
        &self,
        planned: &Planned,
        change: impl FnOnce(&mut Declared) -> T,
    ) -> Displaced<T> {
        let mut latest = self.latest.lock();
        let declared = change(&mut latest.declared);
        latest.edition += 1;
        let signature = self.signature.store(None);
        // Before what is displaced can be dropped: the plan knows ctypes by their addresses.
        planned.give_up();
        Displaced {
            declared,
            signature,
        }
    }

    /// Makes the signature of what has been declared, and its plan if that is wanted, for this call and later
    /// ones.
    ///
    /// # Safety
    /// `planned` must not outlive this, nor the plan of the type.
    #[cold]
    pub unsafe fn catch_up(
        &self,
        planned: Option<&Planned>,
        of_type: &Py<Signature>,
        vm: &VirtualMachine,
    ) -> PyRef<Signature> {
        let (declared, edition) = {
            let latest = self.latest.lock();
            (latest.declared.clone(), latest.edition)
        };
        // Outside the lock: a new object can start a collection, which runs Python code.
        let signature = Signature::new(declared).into_ref(&vm.ctx);
        let plan = signature.shared_plan();
        let mut latest = self.latest.lock();
        if latest.edition == edition {
            // Another thread may have made the same signature.
            let displaced = self.signature.store(Some(signature.clone().into()));
            if let Some(planned) = planned {
                let plan = plan.and_then(|plan| match of_type.plan() {
                    Some(known) if *known == *plan => Some(known),
                    _ => latest.keep(plan),
                });
                // SAFETY: plans are kept as long as this lives, which `planned` does not outlive (see #
                // Safety).
                unsafe { planned.set(plan) };
            }
            drop(latest);
            drop(displaced);
        }
        // A declaration that another thread has made meanwhile is too late for this call.
        signature
    }

    /// Restores what the function's type declares; moves everything else into `out`.
    pub fn reset(&self, planned: &Planned, of_type: &Py<Signature>, out: &mut Vec<PyObjectRef>) {
        let back = of_type.declared.clone();
        let displaced = self.change(planned, |declared| mem::replace(declared, back));
        displaced.declared.release(out);
        out.extend(displaced.signature);
    }
}

/// What a declaration was before.
#[must_use]
#[derive(Debug)]
pub struct Displaced<T> {
    declared: T,
    signature: Option<PyObjectRef>,
}

impl Latest {
    /// Keeps a plan, or finds an equal one. Returns `None` if there are too many.
    fn keep(&mut self, plan: Arc<Plan>) -> Option<&Plan> {
        let index = match self.plans.iter().position(|known| *known == plan) {
            Some(index) => index,
            None if self.plans.len() == MAX_PLANS => return None,
            None => {
                self.plans.push(plan);
                self.plans.len() - 1
            }
        };
        self.plans.get(index).map(|plan| &**plan)
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Latest {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.declared.traverse(visit);
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Declaration {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.latest.traverse(visit);
        self.signature.traverse(visit);
    }
}
