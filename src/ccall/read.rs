//! Reading strings at addresses that Python code gives: for `string_at` and `wstring_at`.
//!
//! On Windows C reads them, so that a structured exception can be caught ([`super::seh`]).

use crate::ctype::scalar::wide;
#[cfg(not(windows))]
use crate::room;
use rustpython_vm::{PyRef, PyResult, VirtualMachine, builtins::PyStr};

/// Reads `length` bytes, or those up to the NUL, as `bytes`.
///
/// # Errors
/// `MemoryError`; on Windows `OSError` if the memory cannot be read.
///
/// # Safety
/// `start` must be valid for reads of `length` bytes, or point to a terminated string.
pub unsafe fn bytes(start: *const u8, length: Option<usize>, vm: &VirtualMachine) -> PyResult {
    #[cfg(windows)]
    {
        // SAFETY: `start` is valid for `length` bytes, or terminated (see # Safety).
        let copy = unsafe { by_c::copy::<u8, _>(start, length, by_c::strlen, vm) }?;
        Ok(vm.ctx.new_bytes(copy).into())
    }
    #[cfg(not(windows))]
    {
        let bytes = match length {
            // SAFETY: `start` points to a terminated string (see # Safety).
            None => unsafe { std::ffi::CStr::from_ptr(start.cast()) }.to_bytes(),
            // SAFETY: `start` is valid for reads of `length` bytes (see # Safety).
            Some(length) => unsafe { std::slice::from_raw_parts(start, length) },
        };
        room::bytes(bytes, vm)
    }
}

/// Reads `length` wide characters, or those up to the NUL, as `str`.
///
/// # Errors
/// As for [`bytes`]; `ValueError` if one is not a character.
///
/// # Safety
/// `start` must be valid for reads of `length` characters, or point to a terminated string.
pub unsafe fn text(
    start: *const u8,
    length: Option<usize>,
    vm: &VirtualMachine,
) -> PyResult<PyRef<PyStr>> {
    #[cfg(windows)]
    let copy = {
        // SAFETY: `start` is valid for `length` characters, or terminated (see # Safety).
        unsafe { by_c::copy::<wide::Unit, _>(start, length, by_c::wcslen, vm) }?
    };
    #[cfg(windows)]
    let (start, length) = (copy.as_ptr().cast(), Some(copy.len()));
    // SAFETY: `start` is valid for `length` characters, or terminated (see # Safety); on Windows it is that of
    // a copy.
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

    /// Returns what a C function returns for these words.
    ///
    /// # Safety
    /// The function must take these words, and return a word.
    unsafe fn word(function: usize, words: [usize; 4], vm: &VirtualMachine) -> PyResult<usize> {
        let mut word = 0;
        // SAFETY: the function takes these words, and returns a word (see # Safety).
        let raised = taking(|| word = unsafe { guard::call(function, &words) });
        raise(raised, vm)?;
        Ok(word)
    }

    /// Copies `length` units, or as many as `measure` returns.
    ///
    /// # Safety
    /// `start` must be valid for reads of `length` units, for which any bytes are valid, or of what `measure`
    /// looks for; `measure` must be a function of one pointer that returns a size.
    pub unsafe fn copy<T, Character>(
        start: *const u8,
        length: Option<usize>,
        measure: unsafe extern "C" fn(*const Character) -> usize,
        vm: &VirtualMachine,
    ) -> PyResult<Vec<T>> {
        let start = start.expose_provenance();
        let length = match length {
            Some(length) => length,
            // SAFETY: `measure` takes the pointer, and returns a size (see # Safety).
            None => unsafe { word(measure as *const () as usize, [start, 0, 0, 0], vm) }?,
        };
        let mut copy = room::vector::<T>(length, vm)?;
        let target = copy.as_mut_ptr().expose_provenance();
        let size = length.saturating_mul(size_of::<T>());
        // SAFETY: there is room for this number of units, which can be read at `start` (see # Safety).
        unsafe {
            word(memcpy as *const () as usize, [target, start, size, 0], vm)?;
            copy.set_len(length);
        }
        Ok(copy)
    }
}
