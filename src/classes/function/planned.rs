//! The plan by which a function object is called.
//!
//! Every call reads it, even while another thread declares other argument types. So no plan that a function has
//! had is released before the function: a reader need not hold the plan.

use crate::ccall::plan::Plan;
use std::{
    ptr,
    sync::atomic::{AtomicPtr, Ordering},
};

/// A plan that can be replaced, if there is one.
#[derive(Debug)]
pub struct Planned(AtomicPtr<Plan>);

impl Planned {
    /// Makes the place for a plan, with `plan` in it.
    ///
    /// # Safety
    /// The plan must live as long as `self`.
    #[inline]
    #[must_use]
    pub unsafe fn new(plan: Option<&Plan>) -> Self {
        Self(AtomicPtr::new(address_of(plan)))
    }

    #[inline(always)]
    #[must_use]
    pub fn get(&self) -> Option<&Plan> {
        let current = self.0.load(Ordering::Acquire);
        // SAFETY: NULL, or a plan that lives as long as `self` (see `new` and `set`).
        unsafe { current.as_ref() }
    }

    /// Replaces the plan.
    ///
    /// # Safety
    /// The plan must live as long as `self`.
    pub unsafe fn set(&self, plan: Option<&Plan>) {
        self.0.store(address_of(plan), Ordering::Release);
    }

    /// Removes the plan.
    pub fn give_up(&self) {
        self.0.store(ptr::null_mut(), Ordering::Release);
    }
}

fn address_of(plan: Option<&Plan>) -> *mut Plan {
    plan.map_or(ptr::null(), ptr::from_ref).cast_mut()
}
