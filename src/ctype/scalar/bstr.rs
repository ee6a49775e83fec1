//! `BSTR`, OLE's string, as `str`: it records its length, and the system allocates it.

use super::{Access, Kept, pointer, wide};
use crate::names::full_name;
use rustpython_common::lock::PyMutex;
use rustpython_vm::{PyObject, PyResult, VirtualMachine, builtins::PyStr};
use std::ptr;
use windows_sys::{
    Win32::Foundation::{SysAllocStringLen, SysFreeString, SysStringLen},
    core::BSTR,
};

/// Held while a string is read or freed. Nothing under it runs Python code.
static TURN: PyMutex<()> = PyMutex::new(());

unsafe fn load(source: *const u8, vm: &VirtualMachine) -> PyResult {
    let turn = TURN.lock();
    // SAFETY: `source` is valid for reads of a pointer (see `Load`).
    let string: BSTR = unsafe { pointer::read(source) }.cast_const().cast();
    if string.is_null() {
        return Ok(vm.ctx.none());
    }
    // SAFETY: the pointer is NULL or points to a string of the system (see `Load`), which is not
    // freed while the lock is held.
    let units =
        unsafe { std::slice::from_raw_parts(string, SysStringLen(string) as usize) }.to_vec();
    drop(turn);
    // SAFETY: `units` has this number of units.
    let text = unsafe { wide::text_at(units.as_ptr().cast(), Some(units.len()), vm) }?;
    Ok(text.into())
}

unsafe fn store(target: *mut u8, value: &PyObject, vm: &VirtualMachine) -> PyResult<Kept> {
    let new = match value.downcast_ref::<PyStr>() {
        Some(text) => allocate(text, vm)?,
        None if vm.is_none(value) => ptr::null(),
        None => {
            return Err(vm.new_type_error(format!(
                "unicode string expected instead of {} instance",
                full_name(value.class(), vm)
            )));
        }
    };
    let turn = TURN.lock();
    // SAFETY: `target` is valid for reads and writes of a pointer (see `Store`).
    let old: BSTR = unsafe { pointer::read(target) }.cast_const().cast();
    // SAFETY: `target` is valid for writes of a pointer (see `Store`).
    unsafe { pointer::write(target, new.expose_provenance()) };
    // SAFETY: NULL, or a string of the system to which nothing refers any more.
    unsafe { SysFreeString(old) };
    drop(turn);
    Ok(None)
}

fn allocate(text: &PyStr, vm: &VirtualMachine) -> PyResult<BSTR> {
    let units = wide::units(text.as_wtf8()).ok_or_else(|| vm.no_memory_error())?;
    let length =
        u32::try_from(units.len()).map_err(|_| vm.new_value_error("String too long for BSTR"))?;
    // SAFETY: `units` has `length` units.
    let string = unsafe { SysAllocStringLen(units.as_ptr(), length) };
    if string.is_null() {
        return Err(vm.no_memory_error());
    }
    Ok(string)
}

/// OLE's string, as `str`.
pub const ACCESS: Access = Access { load, store };
