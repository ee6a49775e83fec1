//! The plan that a function object is called by.
//!
//! Every call reads it, also while another thread declares other argument types. So no plan that a
//! function has had is given up before the function is: there is no need to hold what is read.

use crate::ccall::plan::Plan;
use std::{
    ptr,
    sync::atomic::{AtomicPtr, Ordering},
};

/// A plan that can be replaced, if there is one.
#[derive(Debug)]
pub struct Planned(AtomicPtr<Plan>);

impl Planned {
    /// # Safety
    /// The plan must live as long as this.
    #[inline]
    #[must_use]
    pub unsafe fn new(plan: Option<&Plan>) -> Self {
        Self(AtomicPtr::new(address_of(plan)))
    }

    #[inline(always)]
    #[must_use]
    pub fn get(&self) -> Option<&Plan> {
        let current = self.0.load(Ordering::Acquire);
        // SAFETY: NULL, or a plan that lives as long as this (`new`, `set`).
        unsafe { current.as_ref() }
    }

    /// # Safety
    /// The plan must live as long as this.
    pub unsafe fn set(&self, plan: Option<&Plan>) {
        self.0.store(address_of(plan), Ordering::Release);
    }

    /// There is no plan any more.
    pub fn give_up(&self) {
        self.0.store(ptr::null_mut(), Ordering::Release);
    }
}

fn address_of(plan: Option<&Plan>) -> *mut Plan {
    plan.map_or(ptr::null(), ptr::from_ref).cast_mut()
}
