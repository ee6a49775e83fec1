//! `errcheck`: Python code that looks at a result and the arguments, and returns what takes its place.
//!
//! It is given the arguments in a tuple. To make a tuple, and to drop it, the VM tells the collector, under a
//! lock that all threads share. Hardly any `errcheck` keeps the tuple, so each thread has one that serves
//! call after call, of which the collector knows nothing. One that is kept is an ordinary tuple from then on.

use super::CFuncPtr;
use crate::{callable::Callable, ccall::thread::SPARE_TUPLE, cdata::young};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::PyTuple,
    gc_state::{current_owner, gc_state},
};
use std::{
    cell::{Cell, UnsafeCell},
    mem::{self, ManuallyDrop},
    ptr::{self, NonNull},
    sync::atomic::{Ordering, fence},
};

/// What a call came to.
pub enum Checked {
    Result(PyObjectRef),
    /// What `errcheck` returned in its place.
    Other(PyObjectRef),
}

impl Checked {
    pub fn into_object(self) -> PyObjectRef {
        match self {
            Self::Result(object) | Self::Other(object) => object,
        }
    }
}

/// Has `errcheck` look at the result of a call with these arguments.
///
/// # Errors
/// What it raises.
pub fn check(
    errcheck: &Callable,
    function: &Py<CFuncPtr>,
    result: PyObjectRef,
    given: &[PyObjectRef],
    vm: &VirtualMachine,
) -> PyResult<Checked> {
    let arguments = Arguments::new(given, vm);
    let called = function.to_owned().into();
    let checked = [result.clone(), called, arguments.tuple().to_owned().into()];
    let checked = errcheck.call_with(checked, vm)?;
    Ok(if checked.is(arguments.tuple()) {
        Checked::Result(result)
    } else {
        Checked::Other(checked)
    })
}

/// The arguments of a call, which Python code may hold on to.
struct Arguments(ManuallyDrop<PyRef<PyTuple>>);

impl Arguments {
    fn new(given: &[PyObjectRef], vm: &VirtualMachine) -> Self {
        if given.is_empty() {
            return Self(ManuallyDrop::new(vm.ctx.empty_tuple.clone()));
        }
        if let Some(spare) = SPARE_TUPLE.try_with(Cell::take).ok().flatten() {
            // SAFETY: nobody else has it.
            drop(unsafe { replace(&spare, given.into()) });
            return Self(ManuallyDrop::new(spare));
        }
        let new = vm.ctx.new_tuple(given.to_vec());
        if new.as_object().is_gc_tracked() {
            // SAFETY: the collector has been told of it, and it is alive.
            unsafe { gc_state().untrack_object(NonNull::from(new.as_object())) };
        }
        Self(ManuallyDrop::new(new))
    }

    fn tuple(&self) -> &Py<PyTuple> {
        &self.0
    }
}

impl Drop for Arguments {
    fn drop(&mut self) {
        // SAFETY: it is not used any more.
        let tuple = unsafe { ManuallyDrop::take(&mut self.0) };
        if tuple.is_empty() {
            return;
        }
        if tuple.as_object().strong_count() > 1 {
            // SAFETY: `new` has made it unknown to the collector, and there is one of this for each.
            return unsafe { young::tell(tuple.as_object(), current_owner()) };
        }
        // What whoever held it read of it, they read before they let go of it.
        fence(Ordering::Acquire);
        // SAFETY: nobody else has it, or can get it: the collector does not know it, and there are no weak
        // references to tuples.
        let given = unsafe { replace(&tuple, Box::default()) };
        // There is one already if an `errcheck` has called a function with another.
        drop(SPARE_TUPLE.try_with(|place| place.replace(Some(tuple))));
        // Not before: this can run Python code.
        drop(given);
    }
}

/// Puts other elements into a tuple.
///
/// # Safety
/// Nobody else may have a reference to it.
unsafe fn replace(tuple: &PyTuple, elements: Box<[PyObjectRef]>) -> Box<[PyObjectRef]> {
    // So large, a tuple is its elements and nothing else. The VM has them in a cell, for those that are made
    // before what is in them.
    const { assert!(size_of::<PyTuple>() == size_of::<Box<[PyObjectRef]>>()) };
    let cell = ptr::from_ref(tuple).cast::<UnsafeCell<Box<[PyObjectRef]>>>();
    // SAFETY: the elements are there, and the caller promises that nobody reads them.
    unsafe { mem::replace(&mut *UnsafeCell::raw_get(cell), elements) }
}
