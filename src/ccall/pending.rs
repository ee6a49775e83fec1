//! The exception that a function called with `FUNCFLAG_PYTHONAPI` leaves for its caller to raise.

use rustpython_vm::builtins::PyBaseExceptionRef;
use std::cell::RefCell;

thread_local! {
    static PENDING: RefCell<Option<PyBaseExceptionRef>> = const { RefCell::new(None) };
}

/// Gets the thread's own place for exceptions ready to be used.
pub fn prepare() {
    let _ = PENDING.try_with(|_| ());
}

/// Leaves an exception for the `PYTHONAPI` call that is under way on this thread.
pub fn leave(error: PyBaseExceptionRef) {
    let displaced = PENDING.with(|pending| pending.borrow_mut().replace(error));
    drop(displaced);
}

/// Takes what was left.
pub fn take() -> Option<PyBaseExceptionRef> {
    PENDING.with(|pending| pending.borrow_mut().take())
}
