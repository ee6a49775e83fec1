//! Pointers to NUL-terminated strings: `char *` and `wchar_t *`.

use super::{Access, Kept, character::code_point, pointer, terminated};
use libc::wchar_t;
use rustpython_common::wtf8::{Wtf8, Wtf8Buf};
use rustpython_vm::{
    PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBytes, PyInt, PyStr},
};
use std::ffi::{CStr, c_void};

/// The code units of `text` in the platform's `wchar_t`, without terminator.
#[must_use]
pub fn wide_units(text: &Wtf8) -> Vec<wchar_t> {
    if size_of::<wchar_t>() == 2 {
        text.encode_wide().map(|unit| unit as wchar_t).collect()
    } else {
        text.code_points()
            .map(|point| point.to_u32() as wchar_t)
            .collect()
    }
}

/// The text of `units`.
///
/// # Errors
/// `ValueError` if a unit is no code point.
pub fn text_of_wide(
    units: impl Iterator<Item = wchar_t>,
    vm: &VirtualMachine,
) -> PyResult<Wtf8Buf> {
    if size_of::<wchar_t>() == 2 {
        let units: Vec<u16> = units.map(|unit| unit as u16).collect();
        return Ok(Wtf8Buf::from_wide(&units));
    }
    let mut text = Wtf8Buf::new();
    for unit in units {
        text.push(code_point(unit as u32, vm)?);
    }
    Ok(text)
}

/// The text at `start`, of `length` units or up to the terminator.
///
/// # Errors
/// `ValueError` if a unit is no code point.
///
/// # Safety
/// `start` must point to that many units, or to a terminated string.
pub unsafe fn wide_at(
    start: *const wchar_t,
    length: Option<usize>,
    vm: &VirtualMachine,
) -> PyResult<Wtf8Buf> {
    let length = length.unwrap_or_else(|| {
        // SAFETY: the caller promises a terminated string.
        (0..)
            .find(|&i| unsafe { start.add(i).read_unaligned() } == 0)
            .unwrap_or(0)
    });
    // SAFETY: the caller's promise.
    text_of_wide(
        (0..length).map(|i| unsafe { start.add(i).read_unaligned() }),
        vm,
    )
}

unsafe fn load_char_p(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: the caller's promise.
    let start = unsafe { pointer::read(source) };
    if start.is_null() {
        return Ok(vm.ctx.none());
    }
    // SAFETY: the caller promises that the pointer is what its type says: a terminated string.
    let bytes = unsafe { CStr::from_ptr(start.cast()) };
    Ok(vm.ctx.new_bytes(bytes.to_bytes().to_vec()).into())
}

unsafe fn store_char_p(target: *mut u8, value: &PyObject, vm: &VirtualMachine) -> PyResult<Kept> {
    let (address, kept) = if let Some(bytes) = value.downcast_ref::<PyBytes>() {
        (terminated::address(bytes), Some(value.to_owned()))
    } else {
        (address_or_null(value, "bytes", vm)?, None)
    };
    // SAFETY: the caller's promise.
    unsafe { pointer::write(target, address) };
    Ok(kept)
}

/// What a string pointer takes besides strings: `None` and integer addresses.
fn address_or_null(value: &PyObject, expected: &str, vm: &VirtualMachine) -> PyResult<usize> {
    if vm.is_none(value) {
        return Ok(0);
    }
    match value.downcast_ref::<PyInt>() {
        Some(int) => Ok(pointer::wrapping_address(int)),
        None => Err(vm.new_type_error(format!(
            "{expected} or integer address expected instead of {} instance",
            value.class().slot_name()
        ))),
    }
}

unsafe fn load_wchar_p(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: the caller's promise.
    let start = unsafe { pointer::read(source) };
    if start.is_null() {
        return Ok(vm.ctx.none());
    }
    // SAFETY: the caller promises that the pointer is what its type says: a terminated string.
    let text = unsafe { wide_at(start.cast(), None, vm) }?;
    Ok(vm.ctx.new_str(text).into())
}

unsafe fn store_wchar_p(target: *mut u8, value: &PyObject, vm: &VirtualMachine) -> PyResult<Kept> {
    let (address, kept) = if let Some(text) = value.downcast_ref::<PyStr>() {
        let (address, capsule) = wide_copy(text.as_wtf8(), vm);
        (address, Some(capsule))
    } else {
        (address_or_null(value, "unicode string", vm)?, None)
    };
    // SAFETY: the caller's promise.
    unsafe { pointer::write(target, address) };
    Ok(kept)
}

/// A terminated wide copy of `text`, owned by the capsule that comes with its address.
#[must_use]
pub fn wide_copy(text: &Wtf8, vm: &VirtualMachine) -> (usize, PyObjectRef) {
    let mut units = wide_units(text);
    units.push(0);
    let boxed = Box::into_raw(units.into_boxed_slice());
    // A capsule carries one thin pointer: the length goes along in the context.
    let capsule = vm.ctx.new_capsule(
        boxed.cast::<c_void>(),
        Some(c"_ctypes/cfield.c pymem"),
        Some(free_wide_copy),
    );
    capsule.set_context(std::ptr::without_provenance_mut(boxed.len()));
    (boxed.cast::<wchar_t>() as usize, capsule.into())
}

unsafe extern "C" fn free_wide_copy(capsule: *mut PyObject) {
    // SAFETY: the VM hands the destructor the capsule it belongs to.
    let capsule = unsafe { &*capsule };
    if let Some(capsule) = capsule.downcast_ref::<rustpython_vm::builtins::PyCapsule>() {
        let start = capsule.pointer().cast::<wchar_t>();
        let length = capsule.context().addr();
        // SAFETY: pointer and length are those of the box that `wide_copy` took apart, and a
        // destructor runs once.
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(start, length)) });
    }
}

/// `char *`, as `bytes`.
pub const CHAR_P: Access = Access {
    load: load_char_p,
    store: store_char_p,
};
/// `wchar_t *`, as `str`.
pub const WCHAR_P: Access = Access {
    load: load_wchar_p,
    store: store_wchar_p,
};
