//! Panics on their way to Python: each becomes a `SystemError` with the panic's text.
//!
//! A panic is a fault of this crate or of the VM. The program gets an exception to look at, and continues. The
//! interrupted operation stays as it was when it panicked: locks are released as it unwinds, and no code here
//! leaves memory half-changed while it calls what can panic.
//!
//! Frames of Python code cannot be unwound: the VM does not restore what they have done to its stacks. A single
//! frame, that of a function which a guard has called, has suspended no other, and leaves behind only itself as
//! the current one. A panic below more frames is left to the VM, and ends the process.
//!
//! The guarded entry points are those that Python calls and that run Python code or code of the VM: methods,
//! constructors, conversions, calls that are not planned. Code that is planned or goes straight to memory
//! cannot panic, and pays nothing.

use rustpython_vm::{
    PyResult, VirtualMachine,
    builtins::PyBaseExceptionRef,
    frame::InterpreterFrame,
    vm::thread::{get_current_frame, set_current_frame},
};
use std::{
    any::Any,
    cell::{Cell, RefCell},
    panic::{self, AssertUnwindSafe, catch_unwind, resume_unwind},
    process,
    sync::Once,
};

thread_local! {
    /// The frame in which this thread's innermost guard stands; `None` without a guard.
    static GUARDED: Cell<Option<*const InterpreterFrame>> = const { Cell::new(None) };
    /// The source location of the last panic, if it becomes an exception.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The frame in which a thread's innermost guard stands.
#[derive(Clone, Copy)]
pub struct Standing(Option<*const InterpreterFrame>);

/// Returns where this thread's innermost guard stands.
#[inline]
pub fn standing() -> Standing {
    Standing(GUARDED.try_with(Cell::get).ok().flatten())
}

/// Restores where this thread's innermost guard stands, if guards were left without being dropped.
pub fn stand_as(standing: Standing) {
    let _ = GUARDED.try_with(|guarded| guarded.set(standing.0));
}

/// Makes a frame that of the innermost guard, until this is dropped.
struct Guard {
    before: Option<*const InterpreterFrame>,
}

impl Guard {
    #[inline]
    fn new(frame: *const InterpreterFrame) -> Self {
        let before = GUARDED.try_with(|guarded| guarded.replace(Some(frame)));
        Self {
            before: before.ok().flatten(),
        }
    }
}

impl Drop for Guard {
    #[inline]
    fn drop(&mut self) {
        let _ = GUARDED.try_with(|guarded| guarded.set(self.before));
    }
}

/// Runs `f`, whose panic becomes a `SystemError`.
///
/// # Errors
/// Any exception that `f` raises, and `SystemError`.
///
/// # Panics
/// If `f` panics below frames of Python code that cannot be unwound.
#[inline]
pub fn guarded<R>(vm: &VirtualMachine, f: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    let frame = get_current_frame();
    let guard = Guard::new(frame);
    let outcome = catch_unwind(AssertUnwindSafe(f));
    drop(guard);
    outcome.unwrap_or_else(|payload| match caught(&*payload, frame, vm) {
        Some(error) => Err(error),
        None => resume_unwind(payload),
    })
}

/// Runs `f`, called by C, which must not be unwound: where [`guarded`] panics, the process ends.
///
/// # Errors
/// Any exception that `f` raises, and `SystemError`.
#[inline]
pub fn guarded_above_c<R>(vm: &VirtualMachine, f: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    let outcome = catch_unwind(AssertUnwindSafe(|| guarded(vm, f)));
    // The hook has reported the panic.
    outcome.unwrap_or_else(|_| process::abort())
}

/// Runs a function of the kind that tables of functions hold, whose panic becomes a `SystemError`.
#[inline]
pub fn guarding<A>(
    function: impl FnOnce(A, &VirtualMachine) -> PyResult,
) -> impl FnOnce(A, &VirtualMachine) -> PyResult {
    |arguments, vm| guarded(vm, || function(arguments, vm))
}

#[cold]
fn caught(
    payload: &(dyn Any + Send),
    frame: *const InterpreterFrame,
    vm: &VirtualMachine,
) -> Option<PyBaseExceptionRef> {
    // The hook has noted the location of a panic that is caught.
    let place = PLACE.try_with(|place| place.borrow_mut().take());
    let place = place.ok().flatten()?;
    let _ = set_current_frame(frame);
    Some(vm.new_system_error(format!("panic at {place}: {}", text(payload))))
}

fn text(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("without a text")
}

/// Returns whether a panic now would go through no more frames of Python code than can be unwound.
fn can_be_caught() -> bool {
    let Ok(Some(frame)) = GUARDED.try_with(Cell::get) else {
        return false;
    };
    let current = get_current_frame();
    // SAFETY: the current frame is valid as long as it is the current one.
    current == frame
        || unsafe { current.as_ref() }.is_some_and(|current| current.previous() == frame)
}

/// Makes panics that become exceptions print nothing themselves.
pub fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !can_be_caught() {
                return before(info);
            }
            let place = info
                .location()
                .map_or_else(String::new, ToString::to_string);
            let _ = PLACE.try_with(|known| known.replace(Some(place)));
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::{guarded, install};
    use rustpython_vm::{AsObject, Interpreter};

    #[test]
    fn a_panic_is_an_exception() {
        Interpreter::without_stdlib(Default::default()).enter(|vm| {
            install();
            let outcome = guarded::<()>(vm, || panic!("on purpose {}", 1));
            let error = outcome.expect_err("it panicked");
            assert!(error.class().is(vm.ctx.exceptions.system_error));
            let text = error.as_object().str(vm).expect("a text").to_string();
            assert!(text.starts_with("panic at src/panics.rs:"), "{text}");
            assert!(text.ends_with(": on purpose 1"), "{text}");
            assert_eq!(guarded(vm, || Ok(1)).ok(), Some(1));
        });
    }
}
