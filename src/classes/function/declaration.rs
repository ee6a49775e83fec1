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

/// A function that has had more plans than this has none any more: it is called the general way.
const MAX_PLANS: usize = 16;

/// A declaration, and the signature for it.
#[derive(Debug)]
pub struct Declaration {
    latest: PyMutex<Latest>,
    /// Empty until it is made.
    signature: PyObjectCell,
}

/// What has been declared last. No Python code runs under its lock.
#[derive(Debug)]
struct Latest {
    declared: Declared,
    /// How often something has been declared.
    edition: u64,
    /// All plans that the function has had, but its type's.
    plans: Vec<Arc<Plan>>,
}

impl Declaration {
    /// That of a function's type.
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

    /// The signature for what has been declared, for [`Self::catch_up`] to make if there is none.
    #[inline]
    #[must_use]
    pub fn signature(&self) -> Option<PyRef<Signature>> {
        self.signature.load_owned()?.downcast().ok()
    }

    /// What `read` finds in the declaration. It must not run Python code.
    pub fn get<R>(&self, read: impl FnOnce(&Declared) -> R) -> R {
        read(&self.latest.lock().declared)
    }

    /// Declares what `change` does, which must not run Python code. What it displaces is handed back:
    /// dropping that may. Nobody goes by the plan in `planned` any more.
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

    /// Makes the signature for what has been declared, and its plan if that is wanted, for this call and
    /// those that follow.
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
        // Not under the lock: a new object can start a collection, which runs Python code.
        let signature = Signature::new(declared).into_ref(&vm.ctx);
        let plan = signature.shared_plan();
        let mut latest = self.latest.lock();
        if latest.edition == edition {
            // Another thread may have made the same.
            let displaced = self.signature.store(Some(signature.clone().into()));
            if let Some(planned) = planned {
                let plan = plan.and_then(|plan| match of_type.plan() {
                    Some(known) if *known == *plan => Some(known),
                    _ => latest.keep(plan),
                });
                // SAFETY: the caller's promise; plans are kept as long as this lives.
                unsafe { planned.set(plan) };
            }
            drop(latest);
            drop(displaced);
        }
        // What another thread has declared meanwhile comes too late for this call.
        signature
    }

    /// Goes back to what the function's type declares; everything else goes into `out`.
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
    /// Keeps a plan, or finds the same one. `None` if there are too many.
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
