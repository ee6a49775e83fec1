//! The plan that a function object is called by.
//!
//! Every call reads it, also while another thread declares other argument types. So no plan that a
//! function has had is given up before the function is: there is no need to hold what is read.

use crate::ccall::plan::Plan;
use once_cell::race::OnceBox;
use rustpython_common::lock::PyMutex;
use std::{
    ptr,
    sync::{
        Arc,
        atomic::{AtomicPtr, Ordering},
    },
};

/// A function that has had more plans than this has none any more: it is called the general way.
const MAX_PLANS: usize = 16;

/// A plan that can be replaced.
#[derive(Debug)]
pub struct Planned {
    /// NULL, `first`, or one of `later`.
    current: AtomicPtr<Plan>,
    first: Option<Arc<Plan>>,
    later: OnceBox<PyMutex<Vec<Arc<Plan>>>>,
}

impl Planned {
    #[must_use]
    pub fn new(first: Option<Arc<Plan>>) -> Self {
        Self {
            current: AtomicPtr::new(address_of(first.as_ref())),
            first,
            later: OnceBox::new(),
        }
    }

    #[inline(always)]
    #[must_use]
    pub fn get(&self) -> Option<&Plan> {
        let current = self.current.load(Ordering::Acquire);
        // SAFETY: NULL, or a plan that this holds as long as it lives.
        unsafe { current.as_ref() }
    }

    /// Puts the plan that `latest` returns in this one's place. Of several threads that do this, the last
    /// one to ask decides. What else `latest` returns is handed back, to be dropped outside the lock:
    /// that can run Python code, and `latest` must not.
    pub fn update<T>(&self, latest: impl FnOnce() -> (Option<Arc<Plan>>, T)) -> T {
        let later = self.later.get_or_init(Default::default);
        let mut later = later.lock();
        let (latest, rest) = latest();
        let latest = latest.and_then(|plan| {
            let known = self
                .first
                .iter()
                .chain(&*later)
                .find(|&known| *known == plan);
            if known.is_some() {
                return known.cloned();
            }
            (later.len() < MAX_PLANS).then(|| {
                later.push(plan.clone());
                plan
            })
        });
        self.current
            .store(address_of(latest.as_ref()), Ordering::Release);
        rest
    }
}

fn address_of(plan: Option<&Arc<Plan>>) -> *mut Plan {
    plan.map_or(ptr::null(), Arc::as_ptr).cast_mut()
}
