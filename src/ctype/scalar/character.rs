//! `char` and `wchar_t` as single characters.

use super::{Access, Kept, wide};
use crate::names::full_name;
use libc::wchar_t;
use rustpython_common::wtf8::Wtf8Buf;
use rustpython_vm::{
    AsObject, PyObject, PyRef, PyResult, VirtualMachine,
    builtins::{PyByteArray, PyBytes, PyInt, PyStr},
};
use std::sync::OnceLock;

unsafe fn load_char(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: `source` is valid for reads of a byte (see `Load`).
    Ok(single(unsafe { source.read() }, vm).into())
}

/// Returns the `bytes` of this one byte: always the same object, as in CPython. The VM keeps such objects for
/// characters, but not for bytes.
fn single(byte: u8, vm: &VirtualMachine) -> PyRef<PyBytes> {
    static KNOWN: [OnceLock<PyRef<PyBytes>>; 256] = [const { OnceLock::new() }; 256];
    let known = KNOWN[usize::from(byte)].get_or_init(|| {
        let new = vm.ctx.new_bytes(vec![byte]);
        // Threads that use it do not contend for its reference count.
        new.as_object().make_immortal();
        new
    });
    if known.as_bytes() == [byte] {
        known.clone()
    } else {
        // C has written into it.
        vm.ctx.new_bytes(vec![byte])
    }
}

unsafe fn store_char(target: *mut u8, value: &PyObject, vm: &VirtualMachine) -> PyResult<Kept> {
    let byte = byte(value, vm)?;
    // SAFETY: `target` is valid for writes of a byte (see `Store`).
    unsafe { target.write(byte) };
    Ok(None)
}

fn byte(value: &PyObject, vm: &VirtualMachine) -> PyResult<u8> {
    let wrong_length = |kind: &str, length: usize| {
        vm.new_type_error(format!(
            "one character bytes, bytearray, or an integer in range(256) expected, \
             not {kind} of length {length}"
        ))
    };
    if let Some(bytes) = value.downcast_ref::<PyBytes>() {
        return match *bytes.as_bytes() {
            [byte] => Ok(byte),
            _ => Err(wrong_length("bytes", bytes.as_bytes().len())),
        };
    }
    if let Some(bytes) = value.downcast_ref::<PyByteArray>() {
        let bytes = bytes.borrow_buf();
        return match *bytes {
            [byte] => Ok(byte),
            _ => Err(wrong_length("bytearray", bytes.len())),
        };
    }
    if let Some(int) = value.downcast_ref::<PyInt>() {
        return u8::try_from(int.as_bigint())
            .map_err(|_| vm.new_type_error("integer not in range(256)"));
    }
    Err(vm.new_type_error(format!(
        "one character bytes, bytearray, or an integer in range(256) expected, not {}",
        full_name(value.class(), vm)
    )))
}

unsafe fn load_wchar(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: `source` is valid for reads of a `wchar_t` (see `Load`).
    let unit = unsafe { source.cast::<wchar_t>().read_unaligned() };
    if let Ok(latin1) = u8::try_from(unit) {
        return Ok(vm.ctx.latin1_char(latin1).into());
    }
    let mut text = Wtf8Buf::new();
    text.push(wide::code_point(unit as u32, vm)?);
    Ok(vm.ctx.new_str(text).into())
}

unsafe fn store_wchar(target: *mut u8, value: &PyObject, vm: &VirtualMachine) -> PyResult<Kept> {
    let Some(text) = value.downcast_ref::<PyStr>() else {
        return Err(vm.new_type_error(format!(
            "a unicode character expected, not instance of {}",
            full_name(value.class(), vm)
        )));
    };
    let mut units = wide::encode(text.as_wtf8());
    let (Some(unit), None) = (units.next(), units.next()) else {
        return Err(vm.new_type_error(match text.char_len() {
            1 => format!(
                "the string {} cannot be converted to a single wchar_t character",
                value.ascii(vm)?.to_string_lossy()
            ),
            length => format!("a unicode character expected, not a string of length {length}"),
        }));
    };
    // SAFETY: `target` is valid for writes of a `wchar_t` (see `Store`).
    unsafe { target.cast::<wchar_t>().write_unaligned(unit) };
    Ok(None)
}

/// C's `char`, as `bytes` of length one.
pub const CHAR: Access = Access {
    load: load_char,
    store: store_char,
};
/// C's `wchar_t`, as a `str` of length one.
pub const WCHAR: Access = Access {
    load: load_wchar,
    store: store_wchar,
};
