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
        atomic::{AtomicBool, AtomicPtr, Ordering},
    },
};

/// A function that has had more plans than this has none any more: it is called the general way.
const MAX_PLANS: usize = 16;

/// A plan that can be replaced.
#[derive(Debug)]
pub struct Planned {
    /// NULL, the plan of the function's type, or one of `later`.
    current: AtomicPtr<Plan>,
    /// The plan has to be made anew: something has been declared since.
    pending: AtomicBool,
    later: OnceBox<PyMutex<Vec<Arc<Plan>>>>,
}

impl Planned {
    /// # Safety
    /// `declared`, the plan of the function's type, must live as long as this.
    #[inline]
    #[must_use]
    pub unsafe fn new(declared: Option<&Plan>) -> Self {
        Self {
            current: AtomicPtr::new(address_of(declared)),
            pending: AtomicBool::new(false),
            later: OnceBox::new(),
        }
    }

    #[inline(always)]
    #[must_use]
    pub fn get(&self) -> Option<&Plan> {
        let current = self.current.load(Ordering::Acquire);
        // SAFETY: NULL, a plan that this holds, or that of the type, which lives as long (`new`).
        unsafe { current.as_ref() }
    }

    /// Whether there is no plan because nobody has asked for one since the last declaration.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.pending.load(Ordering::Acquire)
    }

    /// Gives the plan up, after a new declaration: most functions are declared in several steps, and many
    /// are never called.
    pub fn give_up(&self) {
        // Whoever is making a plan may have read the old declaration, and is waited for.
        let later = self.later.get_or_init(Default::default).lock();
        self.pending.store(true, Ordering::Release);
        self.current.store(ptr::null_mut(), Ordering::Release);
        drop(later);
    }

    /// Puts the plan that `latest` returns in this one's place; `declared` is that of the type. Of several
    /// threads that do this, the last one to ask decides. What else `latest` returns is handed back, to be dropped outside the lock:
    /// that can run Python code, and `latest` must not.
    pub fn update<T>(
        &self,
        declared: Option<&Plan>,
        latest: impl FnOnce() -> (Option<Arc<Plan>>, T),
    ) -> T {
        let later = self.later.get_or_init(Default::default);
        let mut later = later.lock();
        let (latest, rest) = latest();
        let latest = latest.as_ref().and_then(|plan| {
            if declared == Some(&**plan) {
                return declared;
            }
            let known = later.iter().position(|known| known == plan);
            let index = match known {
                Some(index) => index,
                None if later.len() == MAX_PLANS => return None,
                None => {
                    later.push(plan.clone());
                    later.len() - 1
                }
            };
            later.get(index).map(|plan| &**plan)
        });
        self.current.store(address_of(latest), Ordering::Release);
        self.pending.store(false, Ordering::Release);
        rest
    }
}

fn address_of(plan: Option<&Plan>) -> *mut Plan {
    plan.map_or(ptr::null(), ptr::from_ref).cast_mut()
}
