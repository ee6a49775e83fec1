//! The exception that a function called with `FUNCFLAG_PYTHONAPI` leaves for its caller to raise.
//!
//! Functions of this crate [`leave`] it. Functions of the C API leave it where the VM keeps the exception that
//! is being handled, and look for it there. So the exception that was being handled when C was entered is
//! remembered: any other one is an error.

use rustpython_vm::{
    Py, PyResult, VirtualMachine,
    builtins::{PyBaseException, PyBaseExceptionRef},
};
use std::cell::{Cell, RefCell};

/// The address of the exception that was being handled when C that uses the VM was entered; zero for none.
type Address = usize;
/// Stands for no such C running on this thread.
const OUTSIDE: Address = usize::MAX;

thread_local! {
    static PENDING: RefCell<Option<PyBaseExceptionRef>> = const { RefCell::new(None) };
    static STANDING: Cell<Standing> = const {
        Cell::new(Standing { handled: OUTSIDE, is_reraised: false })
    };
}

/// Prepares the thread's own place for exceptions.
pub fn prepare() {
    let _ = PENDING.try_with(|_| ());
}

/// Leaves an exception for the `PYTHONAPI` call that is in progress on this thread.
pub fn leave(error: PyBaseExceptionRef) {
    let displaced = PENDING.with(|pending| pending.borrow_mut().replace(error));
    drop(displaced);
}

/// Takes the exception that was left.
fn take() -> Option<PyBaseExceptionRef> {
    PENDING.with(|pending| pending.borrow_mut().take())
}

/// Returns the address of an exception, which identifies it.
fn address(exception: Option<&PyBaseExceptionRef>) -> Address {
    exception.map_or(0, |exception| {
        std::ptr::from_ref(&**exception).expose_provenance()
    })
}

/// The section that a thread is in.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    handled: Address,
    /// Whether the exception that was being handled has been raised again.
    is_reraised: bool,
}

/// The time from entering C that uses the VM until it returns.
#[derive(Debug)]
pub struct Section {
    /// The exception that was being handled at the call.
    handled: Option<PyBaseExceptionRef>,
    outer: Standing,
}

impl Section {
    /// Begins a section, when C is about to be entered.
    #[inline]
    #[must_use]
    pub fn begin(vm: &VirtualMachine) -> Self {
        let handled = vm.current_exception();
        let outer = STANDING.replace(Standing {
            handled: address(handled.as_ref()),
            is_reraised: false,
        });
        Self { handled, outer }
    }

    /// Ends the section, when C has returned: takes the error that C has left, and restores the exception that
    /// was being handled.
    #[inline]
    pub fn end(self, vm: &VirtualMachine) -> Option<PyBaseExceptionRef> {
        let is_reraised = STANDING.replace(self.outer).is_reraised;
        let now = vm.current_exception();
        if address(now.as_ref()) == address(self.handled.as_ref()) {
            return now.filter(|_| is_reraised);
        }
        vm.set_exception(self.handled);
        now
    }
}

#[inline]
#[must_use]
pub fn standing() -> Standing {
    STANDING.get()
}

/// Puts a thread back into the section that it was in.
pub fn stand_as(standing: Standing) {
    STANDING.set(standing);
}

/// Runs `enter`, which calls C that uses the VM.
///
/// # Errors
/// The error that C has left.
#[inline]
pub fn raised_by(enter: impl FnOnce(), vm: &VirtualMachine) -> PyResult<()> {
    // An exception found here was left by a function that was called without `FUNCFLAG_PYTHONAPI`.
    drop(take());
    let section = Section::begin(vm);
    enter();
    match take().or(section.end(vm)) {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

/// Returns the error that the running C has left so far.
#[must_use]
pub fn left(vm: &VirtualMachine) -> Option<PyBaseExceptionRef> {
    let now = vm.current_exception()?;
    let standing = STANDING.get();
    let is_new = address(Some(&now)) != standing.handled;
    (is_new || standing.is_reraised).then_some(now)
}

/// Makes the running C leave this error, or none.
pub fn set_left(error: Option<PyBaseExceptionRef>, vm: &VirtualMachine) {
    let given = address(error.as_ref());
    let standing = STANDING.get();
    let is_reraised = given != 0 && given == standing.handled;
    if error.is_some() || left(vm).is_some() {
        vm.set_exception(error.or_else(handled));
    }
    STANDING.set(Standing {
        is_reraised,
        ..standing
    });
}

/// Returns the exception that was being handled where the running C was called.
#[must_use]
pub fn handled() -> Option<PyBaseExceptionRef> {
    let address = match STANDING.get().handled {
        0 | OUTSIDE => return None,
        address => address,
    };
    let handled: *const Py<PyBaseException> = std::ptr::with_exposed_provenance(address);
    // SAFETY: the section holds the exception, and removes its address before it drops it. A section that C has
    // left by `longjmp` drops nothing.
    Some(unsafe { &*handled }.to_owned())
}

/// Runs `f`, Python code that C calls. `f` does not see the error that C has left so far, and C finds it
/// afterwards.
#[inline]
pub fn unseen<R>(vm: &VirtualMachine, f: impl FnOnce() -> R) -> R {
    match STANDING.get().handled {
        OUTSIDE => f(),
        _ => unseen_inside(vm, f),
    }
}

#[cold]
fn unseen_inside<R>(vm: &VirtualMachine, f: impl FnOnce() -> R) -> R {
    let left = left(vm);
    set_left(None, vm);
    let result = f();
    if left.is_some() {
        set_left(left, vm);
    }
    result
}
