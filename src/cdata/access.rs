//! Reading and writing a typed place in memory: a field, an item, what a pointer points to.

use super::{CData, keepalive::Retained};
use crate::{
    ctype::{
        CType, Kind, Place, Simple,
        scalar::{Kept, pointer},
    },
    error,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyTuple},
};

/// The value of type `ctype` at `address`, item or field number `index` of `owner`.
///
/// A simple value is converted; anything else becomes an instance that shares the memory.
///
/// # Errors
/// What the conversion raises.
///
/// # Safety
/// `address` must be valid for reads of the type's size, as long as `owner` lives.
#[inline]
pub unsafe fn get(
    ctype: &Py<CType>,
    address: *mut u8,
    owner: &PyObject,
    index: usize,
    vm: &VirtualMachine,
) -> PyResult {
    if let Kind::Simple(simple) = &ctype.kind
        && !simple.boxed
    {
        // SAFETY: the caller's promise.
        return unsafe { (simple.access.load)(address, vm) };
    }
    let owner = owner.to_owned();
    (ctype.construct)(
        ctype,
        Place::Inside {
            address,
            owner,
            index,
        },
        vm,
    )
}

/// Stores `value` as a `ctype` at the place that `locate` tells, item or field number `index` of
/// `owner`, which keeps alive what the stored value refers to.
///
/// The conversion may run Python code, and that code may move the memory; so the place is asked for
/// when the value is ready.
///
/// # Errors
/// `TypeError` if `value` is not convertible; `RuntimeError` if it is a tuple from which no instance
/// could be made; what the conversion or `locate` raises.
///
/// # Safety
/// What `locate` tells must be valid for writes of the type's size.
#[inline]
pub unsafe fn set(
    ctype: &Py<CType>,
    owner: &CData,
    locate: impl FnOnce() -> PyResult<*mut u8>,
    index: usize,
    value: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let kept = match (CData::of(value), &ctype.kind) {
        // SAFETY: the caller's promise.
        (None, Kind::Simple(simple)) => {
            unsafe { store_simple(simple, locate, value, vm) }.map(|kept| kept.map(Retained::from))
        }
        // SAFETY: the caller's promise.
        (None, _) => unsafe { store_foreign(ctype, locate, value, vm) },
        // SAFETY: the caller's promise.
        (Some(source), _) => unsafe { store_cdata(ctype, locate, source, vm) },
    }?;
    match kept {
        Some(kept) => owner.keep(index, kept, vm),
        None => Ok(()),
    }
}

/// Stores a Python object into a simple type.
///
/// # Errors
/// What the conversion or `locate` raises.
///
/// # Safety
/// What `locate` tells must be valid for writes of the type's size.
#[inline]
pub unsafe fn store_simple(
    simple: &Simple,
    locate: impl FnOnce() -> PyResult<*mut u8>,
    value: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Kept> {
    // Room for the largest scalar, a complex long double.
    let mut word = [0u128; 2];
    let start: *mut u8 = word.as_mut_ptr().cast();
    // SAFETY: the word has room for every scalar.
    let kept = unsafe { (simple.access.store)(start, value, vm) }?;
    // SAFETY: the caller's promise.
    unsafe { std::ptr::copy_nonoverlapping(start, locate()?, simple.code.size) };
    Ok(kept)
}

/// Stores what is no C value into something that is no simple type.
///
/// # Safety
/// What `locate` tells must be valid for writes of the type's size.
unsafe fn store_foreign(
    ctype: &Py<CType>,
    locate: impl FnOnce() -> PyResult<*mut u8>,
    value: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Option<Retained>> {
    if let Some(arguments) = value.downcast_ref::<PyTuple>() {
        let arguments: Vec<PyObjectRef> = arguments.as_slice().to_vec();
        let class = ctype.python_class().as_object();
        let made = class.call(arguments, vm).map_err(|error| {
            let runtime_error = vm.ctx.exceptions.runtime_error.to_owned();
            error::wrap(runtime_error, &format!("({}) ", ctype.name()), &error, vm)
        })?;
        return match CData::of(&made) {
            // SAFETY: the caller's promise.
            Some(source) => unsafe { store_cdata(ctype, locate, source, vm) },
            None => Err(expected(ctype, &made, vm)),
        };
    }
    if ctype.is_pointer() && vm.is_none(value) {
        // SAFETY: a pointer's memory holds an address.
        unsafe { pointer::write(locate()?, 0) };
        return Ok(None);
    }
    Err(expected(ctype, value, vm))
}

fn expected(ctype: &CType, got: &PyObject, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_type_error(format!(
        "expected {} instance, got {}",
        ctype.name(),
        got.class().slot_name()
    ))
}

/// Stores a C value: a copy of its bytes if it is of the type, the address of an array's first item
/// if the type is a pointer to such items.
///
/// # Safety
/// What `locate` tells must be valid for writes of the type's size.
unsafe fn store_cdata(
    ctype: &Py<CType>,
    locate: impl FnOnce() -> PyResult<*mut u8>,
    source: &Py<CData>,
    vm: &VirtualMachine,
) -> PyResult<Option<Retained>> {
    let class = ctype.python_class();
    let value = source.as_object();
    if value.class().is(class) || value.is_instance(class.as_object(), vm)? {
        let (start, available) = source.bytes();
        let size = ctype.size();
        // `__instancecheck__` can claim anything; the bytes must be there all the same.
        if available >= size {
            // SAFETY: both sides have `size` bytes; they may overlap (`s.a = s.a`).
            unsafe { std::ptr::copy(start, locate()?, size) };
            return source.retained(vm).map(Some);
        }
    } else if let (Some(target), Some(array)) = (ctype.target(), source.ctype().array())
        && target.is(&array.item)
    {
        // Items that the pointer will lead to must not grow any more.
        target.finalize();
        // SAFETY: a pointer's memory holds an address.
        unsafe { pointer::write(locate()?, source.address().expose_provenance()) };
        // The array itself is pointed to, and with it all that it keeps.
        let retained = source.retained(vm)?;
        let pair = vec![retained.shown, value.to_owned()];
        return Ok(Some(Retained {
            shown: vm.ctx.new_tuple(pair).into(),
            hidden: retained.hidden,
        }));
    }
    Err(vm.new_type_error(format!(
        "incompatible types, {} instance instead of {} instance",
        value.class().slot_name(),
        ctype.name()
    )))
}
