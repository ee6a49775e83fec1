//! C calling Python.
//!
//! A callback is a closure that libffi makes: a C function pointer with data behind it. When C calls it, on
//! whatever thread, the thread is attached to the interpreter, the arguments are converted, the Python callable
//! is called, and its result is converted back. C cannot be told of errors, so exceptions go to
//! `sys.unraisablehook`, and C receives zero.

pub mod attach;
mod closure;
mod convert;
#[cfg(windows)]
mod interfaces;
mod pages;
mod result;
mod shape;
mod sheet;
mod spare;
mod unraisable;

#[cfg(windows)]
use crate::ccall::last_error;
use crate::{
    callable::Callable,
    ccall::{errno, flags, longjmp::Running, pending, seh},
    cdata::young::{self, BeginsYoung, Young},
    panics::guarded_above_c,
};
use closure::{Closure, Made};
use convert::load_argument;
use libffi::raw::ffi_cif;
use result::Returned;
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyType},
    class::StaticType,
    object::{Traverse, TraverseFn},
    pyclass,
    vm::Context,
};
pub use shape::Shape;

use spare::Spare;
use std::{
    ffi::c_void,
    mem::ManuallyDrop,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// A callback: the closure, and what it calls. A call that is under way holds it.
#[pyclass(
    module = "_ctypes",
    name = "CThunkObject",
    traverse = "manual",
    clear = false
)]
pub struct Thunk {
    young: Young,
    closure: ManuallyDrop<Closure>,
    shape: PyRef<Shape>,
    callable: Callable,
    spare: Spare,
    returned: Returned,
}

impl std::fmt::Debug for Thunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Thunk")
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

impl PyPayload for Thunk {
    const NEW_REF_UNTRACKED: bool = true;

    #[inline]
    fn class(_ctx: &Context) -> &'static Py<PyType> {
        Self::static_type()
    }
}

// SAFETY: `young` is a field of the payload; there is no freelist.
unsafe impl BeginsYoung for Thunk {
    #[inline]
    fn young(&self) -> &Young {
        &self.young
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Thunk {}

impl Thunk {
    /// Makes a C function that calls `callable`.
    ///
    /// # Errors
    /// `MemoryError` if there is no memory for the closure, `RuntimeError` if libffi refuses the
    /// signature.
    pub fn new(
        callable: PyObjectRef,
        shape: &Py<Shape>,
        vm: &VirtualMachine,
    ) -> PyResult<PyRef<Self>> {
        let thunk = Self {
            young: Young::default(),
            closure: ManuallyDrop::new(shape.closure(vm)?),
            shape: shape.to_owned(),
            callable: Callable::new(callable),
            spare: Spare::new(shape),
            returned: Returned::default(),
        };
        let thunk = young::new_object(thunk, Self::static_type().to_owned(), |_| (), vm);
        thunk.closure.lead_to(&thunk);
        Ok(thunk)
    }

    /// Returns the address that C calls.
    #[must_use]
    pub fn address(&self) -> usize {
        self.closure.address()
    }
}

impl Drop for Thunk {
    fn drop(&mut self) {
        // SAFETY: the closure is not used after this.
        let closure = unsafe { ManuallyDrop::take(&mut self.closure) };
        Shape::give_back(&self.shape, closure);
    }
}

// SAFETY: visits each object it owns exactly once. There is nothing to clear: in a cycle, what holds the thunk
// is cleared (the keepalive of a function object, a container).
unsafe impl Traverse for Thunk {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.shape.traverse(visit);
        self.callable.traverse(visit);
        self.spare.traverse(visit);
        self.returned.traverse(visit);
    }
}

/// Handles a call of any callback by C.
///
/// # Safety
/// libffi calls it with the memory for the result and the arguments of the cif that the closure was prepared
/// with, and with the closure's own data. Its callback must not be gone unless the interpreter is.
unsafe extern "C" fn entry(
    _cif: *mut ffi_cif,
    result: *mut c_void,
    arguments: *mut *mut c_void,
    data: *mut c_void,
) {
    // SAFETY: the closure exists, or C would not call it.
    let made = unsafe { &*data.cast_const().cast::<Made>() };
    // Before any other code changes it.
    #[cfg(windows)]
    last_error::take_from_c(made.flags);
    // SAFETY: `result` is libffi's memory for the result (see # Safety).
    unsafe { made.clear_result(result) };
    let outcome = catch_unwind(AssertUnwindSafe(move || {
        let swaps_errno = made.flags & flags::USE_ERRNO != 0;
        if swaps_errno {
            errno::exchange();
        }
        let run = move |vm: &VirtualMachine| {
            // SAFETY: the thread is attached, and the callback is not gone (see # Safety). From here on the
            // thunk is held here too; if that is the last reference, it is dropped on an attached thread.
            if let Some(thunk) = unsafe { made.thunk() } {
                let _running = Running::new(vm);
                pending::unseen(vm, || thunk.run(result, arguments, vm));
            }
        };
        seh::not_taking(|| made.attacher.attached(run));
        if swaps_errno {
            errno::exchange();
        }
    }));
    // The panic hook has reported the panic; C must not see it.
    drop(outcome);
    #[cfg(windows)]
    last_error::give_to_c(made.flags);
}

impl Thunk {
    /// Calls the callable.
    fn run(&self, target: *mut c_void, arguments: *mut *mut c_void, vm: &VirtualMachine) {
        let (callable, shape) = (self.callable.object(), &*self.shape);
        let mut spare = self.spare.take(&shape.arguments);
        // One more for the instance of a method.
        let mut converted = match shape.arguments.len() {
            0 => Vec::new(),
            count => Vec::with_capacity(count + 1),
        };
        for (index, ctype) in shape.arguments.iter().enumerate() {
            // SAFETY: libffi passes a pointer for each argument of the cif.
            let source = unsafe { *arguments.add(shape.place_of(index)) };
            // SAFETY: it points to a value of the argument's type.
            match unsafe { load_argument(ctype, index, source.cast(), spare.as_mut(), vm) } {
                Ok(value) => converted.push(value),
                Err(error) => {
                    let what = format!("creating argument {index} for");
                    return report(error, &what, callable, vm);
                }
            }
        }
        let returned = guarded_above_c(vm, || {
            vm.with_recursion("in a ctypes callback", || self.callable.call(converted, vm))
        });
        match returned {
            Err(error) => report(error, "calling", callable, vm),
            Ok(value) => {
                let Some(ctype) = &shape.result else { return };
                // SAFETY: libffi's memory for a result of this type.
                let stored =
                    unsafe { result::store(ctype, target.cast(), value, &self.returned, vm) };
                if let Err(error) = stored {
                    report(error, "converting result of", callable, vm);
                }
            }
        }
    }
}

/// Reports to `sys.unraisablehook` an exception that C cannot be told of.
fn report(error: PyBaseExceptionRef, what: &str, callable: &PyObjectRef, vm: &VirtualMachine) {
    let name = match callable.as_object().repr(vm) {
        Ok(name) => name.to_string_lossy().into_owned(),
        Err(_) => "<object repr failed>".to_owned(),
    };
    let message = format!("Exception ignored while {what} ctypes callback function {name}");
    unraisable::report(error, message, vm);
}
