//! Wide characters: conversion between `str` and the platform's `wchar_t`, which is UTF-16 or UTF-32.

use libc::wchar_t;
use rustpython_common::wtf8::{CodePoint, Wtf8, Wtf8Buf};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyCapsule, PyStr},
    class::PyClassImpl,
    pyclass,
    types::Representable,
};
use smallvec::SmallVec;
use std::{cell::UnsafeCell, ffi::CStr, ptr, slice};

/// A `wchar_t` in memory, which need not be aligned.
pub type Unit = [u8; size_of::<wchar_t>()];

/// Returns the character with code point `code`.
///
/// # Errors
/// `ValueError` if no such code point exists.
pub fn code_point(code: u32, vm: &VirtualMachine) -> PyResult<CodePoint> {
    CodePoint::from_u32(code).ok_or_else(|| {
        vm.new_value_error(format!(
            "character U+{code:x} is not in range [U+0000; U+10ffff]"
        ))
    })
}

/// Returns the code units of `text` in the platform's `wchar_t`, without a terminator.
#[cfg(windows)]
pub fn encode(text: &Wtf8) -> impl Iterator<Item = wchar_t> + Clone + '_ {
    text.encode_wide()
}

/// Returns the code units of `text` in the platform's `wchar_t`, without a terminator.
#[cfg(not(windows))]
pub fn encode(text: &Wtf8) -> impl Iterator<Item = wchar_t> + Clone + '_ {
    text.code_points().map(|point| point.to_u32() as wchar_t)
}

/// Returns the code units of `text` as a list, or `None` if there is no memory for it.
#[must_use]
pub fn units(text: &Wtf8) -> Option<SmallVec<[wchar_t; INLINE]>> {
    list(text, false)
}

/// Returns the code units of `text` with a terminator as a list, or `None` if there is no memory for it.
#[must_use]
pub fn terminated(text: &Wtf8) -> Option<SmallVec<[wchar_t; INLINE]>> {
    list(text, true)
}

#[inline]
fn list(text: &Wtf8, with_nul: bool) -> Option<SmallVec<[wchar_t; INLINE]>> {
    let bytes = text.as_bytes();
    let length = bytes.len() + usize::from(with_nul);
    if length <= INLINE && bytes.is_ascii() {
        let mut units = [0; INLINE];
        for (unit, &byte) in units.iter_mut().zip(bytes) {
            *unit = byte.into();
        }
        return Some(SmallVec::from_buf_and_len(units, length));
    }
    let mut units = SmallVec::new();
    units.try_reserve_exact(length).ok()?;
    units.extend(encode(text));
    if with_nul {
        units.push(0);
    }
    Some(units)
}

/// The number of units up to which a text needs no memory of its own.
const INLINE: usize = 16;

/// Returns the `length` units at `start`.
///
/// # Safety
/// `start` must be valid for reads of `length` units, for as long as they are used.
#[must_use]
pub unsafe fn units_at<'a>(start: *const u8, length: usize) -> &'a [Unit] {
    // SAFETY: `start` is valid for reads of `length` units (see # Safety); bytes need no alignment.
    unsafe { slice::from_raw_parts(start.cast::<Unit>(), length) }
}

/// Returns the units at `start` up to the terminator.
///
/// # Safety
/// `start` must point to a terminated string, which must be valid for as long as it is used.
#[must_use]
pub unsafe fn terminated_at<'a>(start: *const u8) -> &'a [Unit] {
    let first = start.cast::<Unit>();
    // SAFETY: the string has a terminator (see # Safety), and no unit behind it is read.
    let is_last = |&index: &usize| unsafe { first.add(index).read() } == NUL;
    let length = (0..).find(is_last).unwrap_or(0);
    // SAFETY: the units up to the terminator were read.
    unsafe { units_at(start, length) }
}

const NUL: Unit = [0; size_of::<Unit>()];

/// Returns the units up to the first NUL, or all of them.
#[must_use]
pub fn until_nul(units: &[Unit]) -> &[Unit] {
    let length = units.iter().position(|&unit| unit == NUL);
    &units[..length.unwrap_or(units.len())]
}

/// Returns the text of `units`.
///
/// # Errors
/// `ValueError` if a unit is not a code point, `MemoryError`.
pub fn text(units: &[Unit], vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
    let number = |&unit: &Unit| wchar_t::from_ne_bytes(unit) as u32;
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(units.len())
        .map_err(|_| vm.no_memory_error())?;
    // The most common kind of text. Neither loop has a branch. Another thread may write there meanwhile, so the
    // second loop does not rely on what the first has read.
    if units.iter().fold(0, |all, unit| all | number(unit)) < 0x80 {
        bytes.extend(units.iter().map(|unit| number(unit) as u8 & 0x7f));
        // SAFETY: all bytes are ASCII.
        let text = unsafe { PyStr::new_ascii_unchecked(bytes) };
        return Ok(vm.ctx.new_str(text));
    }
    if size_of::<wchar_t>() == 2 {
        let units: Vec<u16> = units.iter().map(|unit| number(unit) as u16).collect();
        return Ok(vm.ctx.new_str(Wtf8Buf::from_wide(&units)));
    }
    let mut text = Wtf8Buf::with_capacity(units.len());
    for unit in units {
        text.push(code_point(number(unit), vm)?);
    }
    Ok(vm.ctx.new_str(text))
}

/// Returns the text at `start`, of `length` units or up to the terminator.
///
/// # Errors
/// `ValueError` if a unit is not a code point, `MemoryError`.
///
/// # Safety
/// `start` must point to `length` units, or to a terminated string.
pub unsafe fn text_at(
    start: *const u8,
    length: Option<usize>,
    vm: &VirtualMachine,
) -> PyResult<PyRef<PyStr>> {
    // SAFETY: `start` points to `length` units, or to a terminated string (see # Safety).
    let units = unsafe {
        match length {
            Some(length) => units_at(start, length),
            None => terminated_at(start),
        }
    };
    text(units, vm)
}

/// Makes a terminated wide copy of `text`, and returns its address. The copy lives as long as the object, which
/// is a capsule to Python.
///
/// # Errors
/// `MemoryError` if there is no memory for it.
pub fn copy(text: &Wtf8, vm: &VirtualMachine) -> PyResult<(usize, PyObjectRef)> {
    let units = terminated(text).ok_or_else(|| vm.no_memory_error())?;
    let copy = WideCopy {
        base: PyCapsule::new(ptr::null_mut(), Some(c"_ctypes/cfield.c pymem"), None),
        units: Units(UnsafeCell::new(units)),
    };
    let copy: PyRef<WideCopy> = copy.into_ref(&vm.ctx);
    // SAFETY: no other code knows the units yet, and objects do not move.
    let address = unsafe { &mut *copy.units.0.get() }.as_mut_ptr();
    copy.base.set_pointer(address.cast());
    Ok((address.expose_provenance(), copy.into()))
}

// No doc comment: it would become the type's own.
#[pyclass(module = false, name = "PyCapsule", base = PyCapsule)]
#[derive(Debug)]
#[repr(C)]
pub struct WideCopy {
    base: PyCapsule,
    units: Units,
}

/// C memory, which C may change.
#[derive(Debug)]
struct Units(UnsafeCell<SmallVec<[wchar_t; INLINE]>>);

// SAFETY: once their address is published, this crate does not look at the units again.
unsafe impl Sync for Units {}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(Representable))]
impl WideCopy {}

impl Representable for WideCopy {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        let name = zelf
            .base
            .name()
            .map(CStr::to_string_lossy)
            .unwrap_or_default();
        let address = zelf.as_object().get_id();
        Ok(format!("<capsule object \"{name}\" at {address:#x}>"))
    }
}

/// Makes the type of wide copies.
pub fn install() {
    let class = WideCopy::make_static_type();
    // A capsule calls its destructor when it is freed; this one has none.
    class.slots.del.store(None);
}
