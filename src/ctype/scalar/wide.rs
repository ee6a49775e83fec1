//! Wide characters: between `str` and the platform's `wchar_t`, which is UTF-16 or UTF-32.

use libc::wchar_t;
use rustpython_common::wtf8::{CodePoint, Wtf8, Wtf8Buf};
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyCapsule};
use std::ffi::c_void;

/// The character with code point `code`.
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

/// The code units of `text` in the platform's `wchar_t`, without terminator.
#[cfg(windows)]
pub fn encode(text: &Wtf8) -> impl Iterator<Item = wchar_t> + Clone + '_ {
    text.encode_wide()
}

/// The code units of `text` in the platform's `wchar_t`, without terminator.
#[cfg(not(windows))]
pub fn encode(text: &Wtf8) -> impl Iterator<Item = wchar_t> + Clone + '_ {
    text.code_points().map(|point| point.to_u32() as wchar_t)
}

/// The same, as a list.
#[must_use]
pub fn units(text: &Wtf8) -> Vec<wchar_t> {
    let mut units = Vec::with_capacity(text.len());
    units.extend(encode(text));
    units
}

/// The text of `units`.
///
/// # Errors
/// `ValueError` if a unit is no code point.
pub fn text(units: impl Iterator<Item = wchar_t>, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    if size_of::<wchar_t>() == 2 {
        let units: Vec<u16> = units.map(|unit| unit as u16).collect();
        return Ok(Wtf8Buf::from_wide(&units));
    }
    let mut units = units.peekable();
    // What most text is, and all of most texts.
    let mut ascii = String::with_capacity(units.size_hint().0);
    while let Some(unit) = units.next_if(|&unit| (unit as u32) < 0x80) {
        ascii.push(char::from(unit as u8));
    }
    let mut text = Wtf8Buf::from(ascii);
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
pub unsafe fn text_at(
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
    let units = (0..length).map(|i| unsafe { start.add(i).read_unaligned() });
    if let Some(ascii) = ascii(units.clone()) {
        return Ok(ascii.into());
    }
    text(units, vm)
}

/// The text of units that are all ASCII, as most are.
fn ascii(units: impl ExactSizeIterator<Item = wchar_t>) -> Option<String> {
    let mut bytes = Vec::with_capacity(units.len());
    for unit in units {
        bytes.push(u8::try_from(unit).ok().filter(u8::is_ascii)?);
    }
    String::from_utf8(bytes).ok()
}

/// A terminated wide copy of `text`, owned by the capsule that comes with its address.
#[must_use]
pub fn copy(text: &Wtf8, vm: &VirtualMachine) -> (usize, PyObjectRef) {
    let mut units = Vec::with_capacity(text.len() + 1);
    units.extend(encode(text).chain([0]));
    let boxed = Box::into_raw(units.into_boxed_slice());
    // A capsule carries one thin pointer: the length goes along in the context.
    let capsule = vm.ctx.new_capsule(
        boxed.cast::<c_void>(),
        Some(c"_ctypes/cfield.c pymem"),
        Some(free_copy),
    );
    capsule.set_context(std::ptr::without_provenance_mut(boxed.len()));
    (boxed.cast::<wchar_t>() as usize, capsule.into())
}

unsafe extern "C" fn free_copy(capsule: *mut PyObject) {
    // SAFETY: the VM hands the destructor the capsule it belongs to.
    let capsule = unsafe { &*capsule };
    if let Some(capsule) = capsule.downcast_ref::<PyCapsule>() {
        let start = capsule.pointer().cast::<wchar_t>();
        let length = capsule.context().addr();
        // SAFETY: pointer and length are those of the box that `copy` took apart, and a
        // destructor runs once.
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(start, length)) });
    }
}
