//! The code that C calls: libffi's closures in memory that is never writable and executable at once.
//!
//! Some builds of libffi (Debian's) allocate closures in memory that is both. A sheet is a mapping of its own:
//! it is filled with closures before they are published, and can only be read and executed from then on. The
//! part of a closure that changes lies behind the pointer that it carries. Where a mapping cannot be sealed in
//! this way, or libffi's closures are more than memory, libffi allocates them.

use super::pages::{self, Pages};
use libffi::raw::{self, ffi_cif, ffi_closure};
use std::{
    ffi::c_void,
    ptr::{self, NonNull},
};

/// The function that libffi calls for a callback: the cif, memory for the result, the arguments, the closure's
/// data.
pub type ClosureFunction =
    unsafe extern "C" fn(*mut ffi_cif, *mut c_void, *mut *mut c_void, *mut c_void);

/// Closures of one cif.
pub struct Sheet(Memory);

enum Memory {
    Sealed(#[allow(dead_code, reason = "unmapped when it is dropped")] Pages),
    OfLibffi(Vec<NonNull<ffi_closure>>),
}

/// Why there is no sheet.
#[derive(Clone, Copy, Debug)]
pub enum Failure {
    NoMemory,
    /// libffi has refused, with this status.
    Refused(raw::ffi_status),
}

/// Number of bytes from one closure to the next.
const STRIDE: usize = size_of::<ffi_closure>().next_multiple_of(16);

impl Sheet {
    /// Returns the number of closures that fit a page.
    #[must_use]
    pub fn closures_of_a_page() -> usize {
        pages::page_size() / STRIDE
    }

    /// Makes a closure for each pointer to data. Returns the addresses that C calls.
    ///
    /// # Errors
    /// If there is no memory, or libffi refuses.
    ///
    /// # Safety
    /// The cif must be prepared, and live as long as the closures can be called.
    pub unsafe fn new(
        cif: *mut ffi_cif,
        entry: ClosureFunction,
        data: &[*mut c_void],
    ) -> Result<(Self, Vec<*mut c_void>), Failure> {
        // SAFETY: the cif is prepared, and lives as long as the closures (see # Safety).
        match unsafe { sealed(cif, entry, data) } {
            // SAFETY: as above.
            Err(Failure::NoMemory) => unsafe { of_libffi(cif, entry, data) },
            made => made,
        }
    }
}

/// Does what [`Sheet::new`] does, in a mapping of its own.
///
/// # Errors
/// As for [`Sheet::new`].
///
/// # Safety
/// As for [`Sheet::new`].
unsafe fn sealed(
    cif: *mut ffi_cif,
    entry: ClosureFunction,
    data: &[*mut c_void],
) -> Result<(Sheet, Vec<*mut c_void>), Failure> {
    let pages = Pages::new(STRIDE * data.len()).ok_or(Failure::NoMemory)?;
    let mut codes = Vec::with_capacity(data.len());
    for (index, &data) in data.iter().enumerate() {
        // SAFETY: the offset is within the mapping.
        let closure = unsafe { pages.start().as_ptr().byte_add(STRIDE * index) };
        // SAFETY: there is room for a closure, zeroed, which is run where it lies; the cif is prepared (see #
        // Safety).
        unsafe { prepare(closure.cast(), cif, entry, data, closure) }?;
        codes.push(closure);
    }
    if pages.seal() {
        Ok((Sheet(Memory::Sealed(pages)), codes))
    } else {
        Err(Failure::NoMemory)
    }
}

/// Does what [`Sheet::new`] does, in memory that libffi allocates.
///
/// # Errors
/// As for [`Sheet::new`].
///
/// # Safety
/// As for [`Sheet::new`].
unsafe fn of_libffi(
    cif: *mut ffi_cif,
    entry: ClosureFunction,
    data: &[*mut c_void],
) -> Result<(Sheet, Vec<*mut c_void>), Failure> {
    // From here on dropping the sheet frees the closures in it.
    let mut sheet = Sheet(Memory::OfLibffi(Vec::with_capacity(data.len())));
    let mut codes = Vec::with_capacity(data.len());
    for &data in data {
        let mut code = ptr::null_mut();
        // SAFETY: allocates a closure.
        let closure = unsafe { raw::ffi_closure_alloc(size_of::<ffi_closure>(), &raw mut code) };
        let closure = NonNull::new(closure.cast()).ok_or(Failure::NoMemory)?;
        if let Memory::OfLibffi(closures) = &mut sheet.0 {
            closures.push(closure);
        }
        // SAFETY: closure and code belong together; the cif is prepared (see # Safety).
        unsafe { prepare(closure.as_ptr(), cif, entry, data, code) }?;
        codes.push(code);
    }
    Ok((sheet, codes))
}

/// Prepares a closure in the memory at `closure`.
///
/// # Errors
/// If libffi refuses.
///
/// # Safety
/// As for [`Sheet::new`]; `closure` must have room for a closure, which is run at `code`.
unsafe fn prepare(
    closure: *mut ffi_closure,
    cif: *mut ffi_cif,
    entry: ClosureFunction,
    data: *mut c_void,
    code: *mut c_void,
) -> Result<(), Failure> {
    // SAFETY: `closure` has room for a closure, and the cif is prepared (see # Safety).
    match unsafe { raw::ffi_prep_closure_loc(closure, cif, Some(entry), data, code) } {
        raw::ffi_status_FFI_OK => Ok(()),
        status => Err(Failure::Refused(status)),
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        // Sealed closures go with their pages. C no longer calls a closure that is gone.
        if let Memory::OfLibffi(closures) = &self.0 {
            for closure in closures {
                // SAFETY: allocated by `ffi_closure_alloc`, and freed nowhere else.
                unsafe { raw::ffi_closure_free(closure.as_ptr().cast()) };
            }
        }
    }
}
