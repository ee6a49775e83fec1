//! Iterating over an array.
//!
//! The VM iterates over an object that has items but no `__iter__` by asking for each item under a lock, and
//! checking how an item was refused. This iterator knows the array. The types show no method for it, because
//! CPython's have none.

use super::{Array, items::Items};
use crate::classes::slots::shares_slot;
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyTupleRef, PyType, builtins_iter},
    class::{PyClassImpl, StaticType},
    object::{Traverse, TraverseFn},
    protocol::PyIterReturn,
    pyclass,
    types::{IterNext, Iterable, SelfIter},
};
use std::sync::atomic::{AtomicUsize, Ordering};

/// An iterator over an array. When it has come to the end it stays there, and goes on holding the array
/// as long as it lives itself.
#[pyclass(module = false, name = "iterator", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub struct ArrayIterator {
    array: PyObjectRef,
    /// The index of the next item, or [`AT_END`].
    next: AtomicUsize,
}

const AT_END: usize = usize::MAX;

// SAFETY: visits the one object it owns once.
unsafe impl Traverse for ArrayIterator {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.array.traverse(visit);
    }
}

/// Makes arrays, and classes that derive from them later, use this iterator.
pub fn install() {
    let _ = ArrayIterator::make_static_type();
    Array::static_type().slots.iter.store(Some(iterate));
}

/// Returns whether only the array's memory decides what its items are.
pub fn is_iterated_here(class: &Py<PyType>) -> bool {
    shares_slot!(class, Array::static_type(), iter) && has_own_items(class)
}

#[inline]
fn has_own_items(class: &Py<PyType>) -> bool {
    shares_slot!(class, Array::static_type(), as_sequence.item)
}

fn iterate(array: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let iterator = ArrayIterator {
        array,
        next: AtomicUsize::new(0),
    };
    Ok(iterator.into_ref(&vm.ctx).into())
}

impl ArrayIterator {
    /// Returns the item, if there is one.
    #[inline]
    fn item(&self, index: usize, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let array: &PyObject = &self.array;
        // Python code may have overridden the items since the last one.
        if !has_own_items(array.class()) {
            let item = array.sequence_unchecked().get_item(index as isize, vm);
            return PyIterReturn::from_getitem_result(item, vm);
        }
        if let Some(number) = Items::number(array, index as isize, vm) {
            return number.map(PyIterReturn::Return);
        }
        let items = Items::of(array, vm)?;
        if index >= items.kind.length {
            return Ok(PyIterReturn::StopIteration(None));
        }
        items.get(index, vm).map(PyIterReturn::Return)
    }
}

impl SelfIter for ArrayIterator {}

impl IterNext for ArrayIterator {
    #[inline]
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let index = zelf.next.load(Ordering::Relaxed);
        if index == AT_END {
            return Ok(PyIterReturn::StopIteration(None));
        }
        let item = zelf.item(index, vm)?;
        let next = match item {
            PyIterReturn::Return(_) => index + 1,
            PyIterReturn::StopIteration(_) => AT_END,
        };
        zelf.next.store(next, Ordering::Relaxed);
        Ok(item)
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(IterNext, Iterable))]
impl ArrayIterator {
    #[pymethod]
    fn __length_hint__(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult<usize> {
        match zelf.next.load(Ordering::Relaxed) {
            AT_END => Ok(0),
            index => Ok(zelf.array.length(vm)?.saturating_sub(index)),
        }
    }

    #[pymethod]
    fn __reduce__(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult<PyTupleRef> {
        let iter = builtins_iter(vm)?;
        Ok(match zelf.next.load(Ordering::Relaxed) {
            AT_END => vm.new_tuple((iter, (vm.ctx.empty_tuple.clone(),))),
            index => vm.new_tuple((iter, (zelf.array.clone(),), index)),
        })
    }

    #[pymethod]
    fn __setstate__(zelf: PyRef<Self>, state: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let Some(state) = state.downcast_ref::<PyInt>() else {
            return Err(vm.new_type_error("an integer is required"));
        };
        let state = isize::try_from(state.as_bigint())
            .map_err(|_| vm.new_overflow_error("Python int too large to convert to C ssize_t"))?;
        if zelf.next.load(Ordering::Relaxed) != AT_END {
            zelf.next.store(state.max(0) as usize, Ordering::Relaxed);
        }
        Ok(())
    }
}
