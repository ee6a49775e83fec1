//! Callbacks that C leaves by `longjmp`.
//!
//! C may jump from inside a callback, or from a function that a callback has called, to a place before the
//! callback. What the Python code in between has put on the VM's stacks stays there, so whoever called C, or is
//! called back next, puts back what was there when the callback was entered. What that Python code held is
//! leaked, as C's own memory is.

use super::pending;
use crate::panics;
use rustpython_vm::{
    VirtualMachine,
    builtins::PyBaseExceptionRef,
    frame::InterpreterFrame,
    vm::thread::{get_current_frame, set_current_frame},
};
use std::cell::{Cell, RefCell};

thread_local! {
    /// How many callbacks this thread is in.
    static RUNNING: Cell<usize> = const { Cell::new(0) };
    /// What was there when each of them was entered.
    static ENTERED: RefCell<Vec<Entered>> = const { RefCell::new(Vec::new()) };
}

struct Entered {
    /// Where on the C stack that was.
    place: usize,
    frame: *const InterpreterFrame,
    depth: usize,
    handled: Option<PyBaseExceptionRef>,
    guard: panics::Standing,
    section: pending::Standing,
}

/// Gets what a thread notes of its callbacks ready to be used.
pub fn prepare() {
    let _ = ENTERED.try_with(|_| ());
}

/// A callback that is being run, until it is dropped.
pub struct Running {
    /// How many there are around it.
    around: usize,
}

impl Running {
    /// Notes that a callback is entered.
    #[inline]
    pub fn new(vm: &VirtualMachine) -> Self {
        let place = psm::stack_pointer().addr();
        // Stacks grow downwards: whoever was entered here or further down is there no more.
        let is_gone = |entered: &Entered| entered.place <= place;
        let first_gone = ENTERED.try_with(|all| {
            let all = all.borrow();
            let last_is_gone = all.last().is_some_and(is_gone);
            last_is_gone.then(|| all.iter().position(is_gone)).flatten()
        });
        if let Ok(Some(first)) = first_gone {
            put_back(first, vm);
        }
        let entered = Entered {
            place,
            frame: get_current_frame(),
            depth: vm.current_recursion_depth(),
            handled: vm.current_exception(),
            guard: panics::standing(),
            section: pending::standing(),
        };
        let _ = ENTERED.try_with(|all| all.borrow_mut().push(entered));
        let around = RUNNING.get();
        RUNNING.set(around + 1);
        Self { around }
    }
}

impl Drop for Running {
    #[inline]
    fn drop(&mut self) {
        RUNNING.set(self.around);
        drop(taken(self.around));
    }
}

/// Takes what was noted of callbacks inside so many, and gives what was noted first.
#[inline]
fn taken(running: usize) -> Option<Entered> {
    let take = |all: &RefCell<Vec<Entered>>| {
        let mut all = all.borrow_mut();
        if all.len() > running + 1 {
            return (None, all.split_off(running));
        }
        let last = if all.len() > running { all.pop() } else { None };
        (last, Vec::new())
    };
    // What is dropped here may call back.
    let (last, more) = ENTERED.try_with(take).ok()?;
    last.or_else(|| more.into_iter().next())
}

/// How many callbacks this thread is in.
#[inline(always)]
#[must_use]
pub fn running() -> usize {
    RUNNING.get()
}

/// Puts back what has been left, when C returns to where the thread was in so many callbacks.
#[inline(always)]
pub fn back_to(running: usize, vm: &VirtualMachine) {
    if RUNNING.get() != running {
        put_back(running, vm);
    }
}

#[cold]
#[inline(never)]
fn put_back(running: usize, vm: &VirtualMachine) {
    RUNNING.set(running);
    let Some(first) = taken(running) else { return };
    let _ = set_current_frame(first.frame);
    panics::stand_as(first.guard);
    pending::stand_as(first.section);
    vm.set_exception(first.handled);
    // The VM counts Python functions where nobody else can, so there is to be room for as many more.
    let leaked = vm.current_recursion_depth().saturating_sub(first.depth);
    let limit = &vm.recursion_limit;
    limit.set(limit.get().saturating_add(leaked));
}
