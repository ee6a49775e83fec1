//! Arrays of `char` and `wchar_t` as strings: `value`, `raw`, and fields of such types.

use crate::{
    buffers,
    cdata::CData,
    ctype::{scalar::wide, simple::Class},
    room,
};
use libc::wchar_t;
use rustpython_vm::{
    PyObject, PyResult, VirtualMachine,
    builtins::{PyBytes, PyStr},
};
use std::ffi::CStr;

/// Returns the characters of an array up to the first NUL, as `bytes` or `str`.
///
/// # Errors
/// `ValueError` if a wide character is not a code point.
///
/// # Safety
/// `address` must be valid for reads of `size` bytes.
pub unsafe fn load_string(
    class: Class,
    address: *const u8,
    size: usize,
    vm: &VirtualMachine,
) -> PyResult {
    if class == Class::Char {
        // SAFETY: `address` is valid for reads of `size` bytes (see # Safety).
        let bytes = unsafe { std::slice::from_raw_parts(address, size) };
        let text = CStr::from_bytes_until_nul(bytes).map_or(bytes, CStr::to_bytes);
        return room::bytes(text, vm);
    }
    // SAFETY: no more units are read than lie in the `size` bytes at `address` (see # Safety).
    let units = unsafe { wide::units_at(address, size / size_of::<wchar_t>()) };
    Ok(wide::text(wide::until_nul(units), vm)?.into())
}

/// Returns `count` characters of an array from `start` on, `step` apart.
///
/// # Errors
/// `ValueError` if a wide character is not a code point.
///
/// # Safety
/// Each of the `count` characters must be valid for reads.
pub unsafe fn load_slice(
    class: Class,
    address: *const u8,
    start: isize,
    step: isize,
    count: usize,
    vm: &VirtualMachine,
) -> PyResult {
    let indices = (0..count as isize).map(|number| start.wrapping_add(number.wrapping_mul(step)));
    let no_memory = |_| vm.no_memory_error();
    if class == Class::Char {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(count).map_err(no_memory)?;
        if step == 1 {
            let first = address.wrapping_offset(start);
            // SAFETY: the `count` characters are valid for reads (see # Safety), and contiguous.
            bytes.extend_from_slice(unsafe { std::slice::from_raw_parts(first, count) });
        } else {
            // SAFETY: each of the characters is valid for reads (see # Safety).
            bytes.extend(indices.map(|index| unsafe { address.offset(index).read() }));
        }
        return Ok(vm.ctx.new_bytes(bytes).into());
    }
    let wide = address.cast::<wide::Unit>();
    if step == 1 && count <= isize::MAX as usize / size_of::<wide::Unit>() {
        // SAFETY: the `count` characters are valid for reads (see # Safety), and contiguous.
        let units = unsafe { wide::units_at(wide.wrapping_offset(start).cast(), count) };
        return Ok(wide::text(units, vm)?.into());
    }
    let mut units = Vec::new();
    units.try_reserve_exact(count).map_err(no_memory)?;
    // SAFETY: each of the characters is valid for reads (see # Safety).
    units.extend(indices.map(|index| unsafe { wide.offset(index).read() }));
    Ok(wide::text(&units, vm)?.into())
}

/// Stores a string into a field. Bytes are cut at their first NUL, which is stored if there is room for it; the
/// bytes of the field behind it do not change.
///
/// # Errors
/// `TypeError` if `value` is not a string of the kind, `ValueError` if it is too long.
///
/// # Safety
/// `address` must be valid for writes of `size` bytes.
pub unsafe fn store_field(
    class: Class,
    address: *mut u8,
    size: usize,
    value: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if class != Class::Char {
        // SAFETY: `address` is valid for writes of `size` bytes (see # Safety).
        return unsafe { store_wide(address, size, value, Words::FIELD, vm) };
    }
    let Some(bytes) = value.downcast_ref::<PyBytes>() else {
        return Err(vm.new_type_error(format!(
            "expected bytes, {} found",
            value.class().slot_name()
        )));
    };
    let bytes = bytes.as_bytes();
    let length = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
    if length > size {
        return Err(vm.new_value_error(format!("bytes too long ({length}, maximum length {size})")));
    }
    // SAFETY: at most `size` bytes are written, and a NUL only if there is room for it.
    unsafe {
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), address, length);
        if length < size {
            address.add(length).write(0);
        }
    }
    Ok(())
}

/// The wording of the errors of the two functions that store wide strings.
#[derive(Clone, Copy)]
struct Words {
    /// Whether to give the length that was found, and the one that fits.
    lengths: bool,
}

impl Words {
    const FIELD: Self = Self { lengths: true };
    const VALUE: Self = Self { lengths: false };
}

/// Stores a wide string and, if there is room for it, its terminator.
///
/// # Safety
/// `address` must be valid for writes of `size` bytes.
unsafe fn store_wide(
    address: *mut u8,
    size: usize,
    value: &PyObject,
    words: Words,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let Some(text) = value.downcast_ref::<PyStr>() else {
        return Err(vm.new_type_error(format!(
            "unicode string expected instead of {} instance",
            value.class().slot_name()
        )));
    };
    let units = wide::units(text.as_wtf8()).ok_or_else(|| vm.no_memory_error())?;
    let room = size / size_of::<wchar_t>();
    if units.len() > room {
        return Err(vm.new_value_error(if words.lengths {
            format!("string too long ({}, maximum length {room})", units.len())
        } else {
            "string too long".to_owned()
        }));
    }
    // SAFETY: there are at most `room` units, and the terminator is written only if there is room for it.
    unsafe {
        std::ptr::copy_nonoverlapping(units.as_ptr().cast(), address, size_of_val(&units[..]));
        if units.len() < room {
            let end = address.cast::<wchar_t>().add(units.len());
            end.write_unaligned(0);
        }
    }
    Ok(())
}

/// Stores `value` as an array's `value`: the string, and a NUL behind it if there is room for one.
///
/// # Errors
/// `TypeError` if `value` is not a string of the kind, `ValueError` if it is too long.
pub fn set_value(
    class: Class,
    array: &CData,
    value: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let (address, size) = array.bytes();
    if class != Class::Char {
        // SAFETY: the array's own memory.
        return unsafe { store_wide(address, size, value, Words::VALUE, vm) };
    }
    let Some(bytes) = value.downcast_ref::<PyBytes>() else {
        return Err(vm.new_type_error(format!(
            "bytes expected instead of {} instance",
            value.class().slot_name()
        )));
    };
    let bytes = bytes.as_bytes();
    if bytes.len() > size {
        return Err(vm.new_value_error("byte string too long"));
    }
    // SAFETY: at most `size` bytes are written, and a NUL only if there is room for it.
    unsafe {
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), address, bytes.len());
        if bytes.len() < size {
            address.add(bytes.len()).write(0);
        }
    }
    Ok(())
}

/// Stores a buffer's bytes at the start of an array.
///
/// # Errors
/// `TypeError` if `value` is not a buffer, `ValueError` if it is too long.
pub fn set_raw(array: &CData, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    if let Some(bytes) = value.downcast_ref_if_exact::<PyBytes>(vm) {
        let (address, size) = array.bytes();
        let bytes = bytes.as_bytes();
        if bytes.len() > size {
            return Err(vm.new_value_error("byte string too long"));
        }
        // SAFETY: the length was checked; no array lies in the memory of a `bytes` object.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), address, bytes.len()) };
        return Ok(());
    }
    let buffer = buffers::of(value, vm)?;
    let (address, size) = array.bytes();
    if buffer.desc.len > size {
        return Err(vm.new_value_error("byte string too long"));
    }
    buffer.contiguous_or_collect(|bytes| {
        // SAFETY: the length was checked; source and target may be the same memory.
        unsafe { std::ptr::copy(bytes.as_ptr(), address, bytes.len()) }
    });
    Ok(())
}
