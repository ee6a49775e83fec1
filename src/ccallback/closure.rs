//! The closures of one function type, which its callbacks reuse.

use super::{
    Thunk,
    attach::Attacher,
    sheet::{Failure, Sheet},
};
use libffi::raw::ffi_cif;
use rustpython_common::lock::PyMutex;
use rustpython_vm::{Py, PyRef, PyResult, VirtualMachine};
use std::{
    ffi::c_void,
    ptr::{self, NonNull},
    sync::atomic::{AtomicPtr, Ordering},
};

/// The number of closures made for the first callback of a type: few types have more callbacks at a time.
const FIRST: usize = 4;

/// A C function that libffi makes, and the data behind it. It lives as long as the [`Closures`] that it belongs
/// to.
pub struct Closure(NonNull<Made>);

/// The data behind a closure.
pub struct Made {
    /// The address that C calls.
    code: *mut c_void,
    pub attacher: &'static Attacher,
    /// The number of bytes that C has for the result.
    result_size: usize,
    /// `FUNCFLAG_*`.
    pub flags: u32,
    /// The callback; NULL if it is gone. It lives in the interpreter, so only an attached thread may look at
    /// it.
    thunk: AtomicPtr<Py<Thunk>>,
}

impl Made {
    /// Makes the data behind a closure whose code is made later.
    #[must_use]
    pub fn new(attacher: &'static Attacher, result_size: usize, flags: u32) -> Self {
        Self {
            code: ptr::null_mut(),
            attacher,
            result_size,
            flags,
            thunk: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// Returns the callback, if it exists.
    ///
    /// # Safety
    /// The thread must be attached, and the callback must not be gone unless the interpreter is.
    pub unsafe fn thunk(&self) -> Option<PyRef<Thunk>> {
        let thunk: *const Py<Thunk> = self.thunk.load(Ordering::Acquire);
        // SAFETY: NULL, or a callback that is not gone (see # Safety).
        unsafe { thunk.as_ref() }.map(ToOwned::to_owned)
    }

    /// Sets the result that C receives if Python supplies none.
    ///
    /// # Safety
    /// `result` must be libffi's memory for the result.
    pub unsafe fn clear_result(&self, result: *mut c_void) {
        // SAFETY: libffi's memory for the result has this number of bytes (see # Safety,
        // `super::result::size`).
        unsafe { result.cast::<u8>().write_bytes(0, self.result_size) };
    }
}

// SAFETY: nothing changes after it is made, except for the callback, which is atomic.
unsafe impl Send for Closure {}
// SAFETY: as for Send.
unsafe impl Sync for Closure {}

impl Closure {
    #[inline]
    fn made(&self) -> &Made {
        // SAFETY: the data lives as long as the closures of the type, and no code has it mutably.
        unsafe { self.0.as_ref() }
    }

    /// Makes the closure call this thunk, which gives the closure back when it dies.
    #[inline]
    pub fn lead_to(&self, thunk: &Py<Thunk>) {
        let thunk = ptr::from_ref(thunk).cast_mut();
        self.made().thunk.store(thunk, Ordering::Release);
    }

    /// Makes the closure call nothing, because the callback is gone.
    #[inline]
    pub fn lead_nowhere(&self) {
        self.made().thunk.store(ptr::null_mut(), Ordering::Relaxed);
    }

    /// Returns the address that C calls.
    #[inline]
    #[must_use]
    pub fn address(&self) -> usize {
        self.made().code.expose_provenance()
    }
}

/// All closures of a type, with those of them that are idle.
#[derive(Default)]
pub struct Closures {
    /// The closure that became idle last, or NULL: most programs need no other.
    last: AtomicPtr<Made>,
    stock: PyMutex<Stock>,
}

#[derive(Default)]
struct Stock {
    idle: Vec<Closure>,
    blocks: Vec<Block>,
}

/// Closures that were made together.
struct Block {
    sheet: Option<Sheet>,
    /// Owned by the block.
    made: NonNull<[Made]>,
}

// SAFETY: a mapping and memory that are used only through closures.
unsafe impl Send for Block {}

impl Closures {
    /// Takes an idle closure. Returns `None` if there is none.
    #[inline]
    pub fn take(&self) -> Option<Closure> {
        let last = self.last.swap(ptr::null_mut(), Ordering::Acquire);
        match NonNull::new(last) {
            Some(last) => Some(Closure(last)),
            None => self.stock.lock().idle.pop(),
        }
    }

    /// Takes back one of these closures.
    #[inline]
    pub fn give_back(&self, closure: Closure) {
        let new = closure.0.as_ptr();
        let (null, ok, other) = (ptr::null_mut(), Ordering::Release, Ordering::Relaxed);
        if self.last.compare_exchange(null, new, ok, other).is_err() {
            self.stock.lock().idle.push(closure);
        }
    }

    /// Makes more closures, and returns one of them.
    ///
    /// # Errors
    /// `MemoryError` if there is no memory for them, `RuntimeError` if libffi refuses the signature.
    ///
    /// # Safety
    /// The cif must be prepared, and live as long as one of these closures can be called.
    pub unsafe fn make(
        &self,
        cif: *mut ffi_cif,
        behind: impl Fn() -> Made,
        vm: &VirtualMachine,
    ) -> PyResult<Closure> {
        let mut stock = self.stock.lock();
        let count = match stock.blocks.len() {
            0 => FIRST,
            _ => Sheet::closures_of_a_page(),
        };
        let made: Box<[Made]> = (0..count).map(|_| behind()).collect();
        let first: NonNull<Made> = NonNull::from(Box::leak(made)).cast();
        let mut block = Block {
            sheet: None,
            made: NonNull::slice_from_raw_parts(first, count),
        };
        // SAFETY: the index is within the slice.
        let data = (0..count).map(|index| unsafe { first.add(index) });
        let list: Vec<_> = data.clone().map(|made| made.as_ptr().cast()).collect();
        // SAFETY: the cif is prepared, and lives as long as the closures (see # Safety).
        let (sheet, codes) =
            unsafe { Sheet::new(cif, super::entry, &list) }.map_err(|failure| match failure {
                Failure::NoMemory => vm.no_memory_error(),
                Failure::Refused(status) => {
                    vm.new_runtime_error(format!("ffi_prep_closure failed with {status}"))
                }
            })?;
        block.sheet = Some(sheet);
        for (made, code) in data.clone().zip(codes) {
            // SAFETY: the block's memory, which no other code knows yet.
            unsafe { (&raw mut (*made.as_ptr()).code).write(code) };
        }
        stock.blocks.push(block);
        stock.idle.extend(data.skip(1).map(Closure));
        Ok(Closure(first))
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        drop(self.sheet.take());
        // SAFETY: leaked when the block was made; nothing refers to it any more.
        drop(unsafe { Box::from_raw(self.made.as_ptr()) });
    }
}
