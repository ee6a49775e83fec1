//! Callbacks that C leaves by `longjmp`.
//!
//! C may jump from inside a callback, or from a function that a callback has called, to a place before the
//! callback. What the Python code in between has put on the VM's stacks stays there. So the next code to
//! notice, which is the caller of C or the next callback, restores what was there when the callback was
//! entered. What that Python code held is leaked, as C's own memory is.

use super::pending;
use crate::panics;
use rustpython_vm::{
    VirtualMachine,
    builtins::PyBaseExceptionRef,
    frame::InterpreterFrame,
    vm::thread::{get_current_frame, set_current_frame},
};
use std::{
    cell::{Cell, RefCell},
    mem::ManuallyDrop,
};

/// The number of nested callbacks that are noted without a vector.
const NEAR: usize = 8;

thread_local! {
    /// The number of callbacks that this thread is in.
    static RUNNING: Cell<usize> = const { Cell::new(0) };
    /// The place on the C stack where the innermost callback was entered.
    static INNERMOST: Cell<usize> = const { Cell::new(usize::MAX) };
    /// The state in which each of the first callbacks was entered. A thread that ends is in none of them.
    static FIRST: ManuallyDrop<[Cell<Option<Entered>>; NEAR]> =
        const { ManuallyDrop::new([const { Cell::new(None) }; NEAR]) };
    /// The state in which each further callback was entered.
    static FURTHER: RefCell<Vec<Entered>> = const { RefCell::new(Vec::new()) };
}

struct Entered {
    /// The place on the C stack.
    place: usize,
    frame: *const InterpreterFrame,
    depth: usize,
    handled: Option<PyBaseExceptionRef>,
    guard: panics::Standing,
    section: pending::Standing,
}

impl Entered {
    #[inline]
    fn now(place: usize, vm: &VirtualMachine) -> Self {
        Self {
            place,
            frame: get_current_frame(),
            depth: vm.current_recursion_depth(),
            handled: vm.current_exception(),
            guard: panics::standing(),
            section: pending::standing(),
        }
    }

    /// Notes this state for the callback with `around` callbacks around it.
    #[inline]
    fn note(self, around: usize) {
        FIRST.with(|first| match first.get(around) {
            Some(noted) => drop(noted.replace(Some(self))),
            None => self.note_further(),
        });
    }

    #[cold]
    fn note_further(self) {
        let _ = FURTHER.try_with(|further| further.borrow_mut().push(self));
    }

    /// Takes the state that was noted for the callback with `around` callbacks around it.
    #[inline]
    fn take(around: usize) -> Option<Self> {
        FIRST.with(|first| match first.get(around) {
            Some(noted) => noted.take(),
            None => Self::take_further(around - NEAR),
        })
    }

    #[cold]
    fn take_further(index: usize) -> Option<Self> {
        let taken = FURTHER.try_with(|further| {
            let mut further = further.borrow_mut();
            (index < further.len()).then(|| further.split_off(index))
        });
        // Dropping the others may call back.
        taken.ok().flatten()?.into_iter().next()
    }
}

/// Runs `f` with a noted state.
fn look<R>(noted: &Cell<Option<Entered>>, f: impl FnOnce(Option<&Entered>) -> R) -> R {
    let entered = noted.take();
    let found = f(entered.as_ref());
    noted.set(entered);
    found
}

/// Prepares the thread's own list of states.
pub fn prepare() {
    let _ = FURTHER.try_with(|_| ());
}

/// A callback that is running, until this is dropped.
pub struct Running {
    /// The number of callbacks around it.
    around: usize,
    /// The place where the innermost of those was entered.
    outer: usize,
}

impl Running {
    /// Notes that a callback is entered.
    #[inline]
    pub fn new(vm: &VirtualMachine) -> Self {
        let place = psm::stack_pointer().addr();
        // Stacks grow downwards: a callback that was entered here or further down has been left.
        if INNERMOST.get() <= place {
            put_back_from(place, vm);
        }
        let around = RUNNING.get();
        Entered::now(place, vm).note(around);
        RUNNING.set(around + 1);
        let outer = INNERMOST.replace(place);
        Self { around, outer }
    }
}

impl Drop for Running {
    #[inline]
    fn drop(&mut self) {
        RUNNING.set(self.around);
        INNERMOST.set(self.outer);
        drop(Entered::take(self.around));
    }
}

/// Restores the state before callbacks that were left unnoticed: those entered no further up than a place on
/// the stack.
#[cold]
#[inline(never)]
fn put_back_from(place: usize, vm: &VirtualMachine) {
    let is_gone = |entered: &Entered| entered.place <= place;
    let near = FIRST.with(|first| {
        first
            .iter()
            .position(|noted| look(noted, |entered| entered.is_some_and(is_gone)))
    });
    let gone = near.or_else(|| {
        let further = FURTHER.try_with(|further| further.borrow().iter().position(is_gone));
        Some(NEAR + further.ok().flatten()?)
    });
    if let Some(first) = gone {
        put_back(first, vm);
    }
}

/// Returns the number of callbacks that this thread is in.
#[inline(always)]
#[must_use]
pub fn running() -> usize {
    RUNNING.get()
}

/// Restores the state before callbacks that were left, when C returns to where the thread was in `running`
/// callbacks.
#[inline(always)]
pub fn back_to(running: usize, vm: &VirtualMachine) {
    if RUNNING.get() != running {
        put_back(running, vm);
    }
}

#[cold]
#[inline(never)]
fn put_back(running: usize, vm: &VirtualMachine) {
    let all = RUNNING.replace(running);
    let Some(first) = Entered::take(running) else {
        return;
    };
    for further in running + 1..all.min(NEAR) {
        drop(Entered::take(further));
    }
    INNERMOST.set(innermost(running));
    let _ = set_current_frame(first.frame);
    panics::stand_as(first.guard);
    pending::stand_as(first.section);
    vm.set_exception(first.handled);
    // The VM still counts the Python functions that were left, and the count cannot be changed from here. So
    // the limit grows by their number.
    let leaked = vm.current_recursion_depth().saturating_sub(first.depth);
    let limit = &vm.recursion_limit;
    limit.set(limit.get().saturating_add(leaked));
}

/// Returns the place where the innermost of `running` callbacks was entered.
fn innermost(running: usize) -> usize {
    let Some(index) = running.checked_sub(1) else {
        return usize::MAX;
    };
    let place = |entered: Option<&Entered>| entered.map_or(usize::MAX, |entered| entered.place);
    FIRST.with(|first| match first.get(index) {
        Some(noted) => look(noted, place),
        None => FURTHER
            .try_with(|further| place(further.borrow().get(index - NEAR)))
            .unwrap_or(usize::MAX),
    })
}
