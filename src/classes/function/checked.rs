//! `errcheck`: Python code that looks at a result and the arguments, and returns a replacement for the result.
//!
//! It gets the arguments in a tuple. To make a tuple, and to drop it, the VM tells the collector, under a lock
//! that all threads share. Hardly any `errcheck` keeps the tuple, so each thread has one that is reused for
//! every call, and of which the collector knows nothing. If a tuple is kept, it is an ordinary one from then
//! on.

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

/// The outcome of a call.
pub enum Checked {
    Result(PyObjectRef),
    /// The object that `errcheck` returned instead.
    Other(PyObjectRef),
}

impl Checked {
    pub fn into_object(self) -> PyObjectRef {
        match self {
            Self::Result(object) | Self::Other(object) => object,
        }
    }
}

/// Calls `errcheck` with the result of a call with these arguments.
///
/// # Errors
/// Any exception that it raises.
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
            // SAFETY: no other code has a reference to it.
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
            // SAFETY: `new` has removed the tuple from the collector, and only this `Arguments` tells of it.
            return unsafe { young::tell(tuple.as_object(), current_owner()) };
        }
        // Orders what former holders read of it before what follows.
        fence(Ordering::Acquire);
        // SAFETY: no other code has a reference to it or can get one: the collector does not know it, and
        // tuples have no weak references.
        let given = unsafe { replace(&tuple, Box::default()) };
        // There is one already if an `errcheck` has called another function that has an `errcheck`.
        drop(SPARE_TUPLE.try_with(|place| place.replace(Some(tuple))));
        // Only now, because this can run Python code.
        drop(given);
    }
}

/// Replaces the elements of a tuple.
///
/// # Safety
/// No other code may have a reference to the tuple.
unsafe fn replace(tuple: &PyTuple, elements: Box<[PyObjectRef]>) -> Box<[PyObjectRef]> {
    // With this size, a tuple consists only of its elements. The VM keeps them in a cell, for tuples that are
    // made before their elements.
    const { assert!(size_of::<PyTuple>() == size_of::<Box<[PyObjectRef]>>()) };
    let cell = ptr::from_ref(tuple).cast::<UnsafeCell<Box<[PyObjectRef]>>>();
    // SAFETY: the elements are in the cell, and no other code reads them (see # Safety).
    unsafe { mem::replace(&mut *UnsafeCell::raw_get(cell), elements) }
}
