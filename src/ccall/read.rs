//! Strings in C's memory, where Python code says that they are: for `string_at` and `wstring_at`.
//!
//! On Windows it is C that reads, so that what it raises can be taken ([`super::seh`]).

use crate::ctype::scalar::wide;
#[cfg(not(windows))]
use crate::room;
use rustpython_vm::{PyRef, PyResult, VirtualMachine, builtins::PyStr};

/// So many bytes, or those up to the NUL, as `bytes`.
///
/// # Errors
/// `MemoryError`; on Windows `OSError` if there is no memory to be read.
///
/// # Safety
/// There must be as many bytes, or a terminated string.
pub unsafe fn bytes(start: *const u8, length: Option<usize>, vm: &VirtualMachine) -> PyResult {
    #[cfg(windows)]
    {
        // SAFETY: the caller's promise.
        let copy = unsafe { by_c::copy::<u8, _>(start, length, by_c::strlen, vm) }?;
        Ok(vm.ctx.new_bytes(copy).into())
    }
    #[cfg(not(windows))]
    {
        let bytes = match length {
            // SAFETY: the caller's promise.
            None => unsafe { std::ffi::CStr::from_ptr(start.cast()) }.to_bytes(),
            // SAFETY: as above.
            Some(length) => unsafe { std::slice::from_raw_parts(start, length) },
        };
        room::bytes(bytes, vm)
    }
}

/// So many wide characters, or those up to the NUL, as `str`.
///
/// # Errors
/// As for [`bytes`]; `ValueError` if one is no character.
///
/// # Safety
/// There must be as many, or a terminated string.
pub unsafe fn text(
    start: *const u8,
    length: Option<usize>,
    vm: &VirtualMachine,
) -> PyResult<PyRef<PyStr>> {
    #[cfg(windows)]
    let copy = {
        // SAFETY: the caller's promise.
        unsafe { by_c::copy::<wide::Unit, _>(start, length, by_c::wcslen, vm) }?
    };
    #[cfg(windows)]
    let (start, length) = (copy.as_ptr().cast(), Some(copy.len()));
    // SAFETY: the caller's promise, or as many as were copied.
    unsafe { wide::text_at(start, length, vm) }
}

#[cfg(windows)]
mod by_c {
    use crate::{
        abi::win64::guard,
        ccall::seh::{raise, taking},
        room,
    };
    use rustpython_vm::{PyResult, VirtualMachine};
    use std::ffi::{c_char, c_void};

    unsafe extern "C" {
        pub fn strlen(start: *const c_char) -> usize;
        pub fn wcslen(start: *const u16) -> usize;
        fn memcpy(target: *mut c_void, source: *const c_void, size: usize) -> *mut c_void;
    }

    /// What a function of C's returns that is given these words.
    ///
    /// # Safety
    /// It must take them, and return a word.
    unsafe fn word(function: usize, words: [usize; 4], vm: &VirtualMachine) -> PyResult<usize> {
        let mut word = 0;
        // SAFETY: the caller's promise.
        let raised = taking(|| word = unsafe { guard::call(function, &words) });
        raise(raised, vm)?;
        Ok(word)
    }

    /// Copies so many units, or as many as `measure` says.
    ///
    /// # Safety
    /// There must be as many, for which any bytes are valid, or what `measure` looks for; it must be a function of one
    /// pointer that returns a size.
    pub unsafe fn copy<T, Character>(
        start: *const u8,
        length: Option<usize>,
        measure: unsafe extern "C" fn(*const Character) -> usize,
        vm: &VirtualMachine,
    ) -> PyResult<Vec<T>> {
        let start = start.expose_provenance();
        let length = match length {
            Some(length) => length,
            // SAFETY: the caller's promise.
            None => unsafe { word(measure as *const () as usize, [start, 0, 0, 0], vm) }?,
        };
        let mut copy = room::vector::<T>(length, vm)?;
        let target = copy.as_mut_ptr().expose_provenance();
        let size = length.saturating_mul(size_of::<T>());
        // SAFETY: there is room for so many; the caller's promise.
        unsafe {
            word(memcpy as *const () as usize, [target, start, size, 0], vm)?;
            copy.set_len(length);
        }
        Ok(copy)
    }
}
