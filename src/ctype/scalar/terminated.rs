//! NUL-terminated copies of `bytes` objects that were passed to C.
//!
//! C expects a terminator, which `bytes` objects of this VM do not carry, so C is given a copy. But C
//! may hold on to the pointer (`sqlite3_bind_text` with `SQLITE_STATIC`, `putenv`), and what Python
//! programs do about that is to hold on to the `bytes` object. So a copy must live as long as the
//! object it was made from. Nothing tells when that dies; therefore the copies are held here together
//! with their objects, and now and then those are given up whose object nobody else holds.

use rustpython_vm::{AsObject, Py, PyRef, builtins::PyBytes};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// A sweep waits for this many bytes of copies, and for their doubling since the last sweep.
const MIN_SWEEP: usize = 64 * 1024;
/// What an entry costs besides its bytes.
const ENTRY: usize = 64;

#[derive(Default)]
struct Copies {
    by_id: HashMap<usize, (PyRef<PyBytes>, Box<[u8]>)>,
    /// Bytes of all copies and their entries.
    total: usize,
    sweep_at: usize,
}

static COPIES: Mutex<Option<Copies>> = Mutex::new(None);

/// The address of a terminated copy of `bytes`, which lives at least as long as the object.
#[must_use]
pub fn address(bytes: &Py<PyBytes>) -> usize {
    let id = bytes.get_id();
    let mut guard = COPIES.lock().unwrap_or_else(PoisonError::into_inner);
    let copies = guard.get_or_insert_default();
    if let Some((_, copy)) = copies.by_id.get(&id) {
        return copy.as_ptr().expose_provenance();
    }
    let copy: Box<[u8]> = bytes.as_bytes().iter().copied().chain([0]).collect();
    let address = copy.as_ptr().expose_provenance();
    copies.total += copy.len() + ENTRY;
    copies.by_id.insert(id, (bytes.to_owned(), copy));
    let dead = copies.sweep();
    // Dropping an object may run the finaliser of a subclass of `bytes`.
    drop(guard);
    drop(dead);
    address
}

/// Takes over what C wrote into the copy of `bytes`.
///
/// C must not write into a `bytes` object, but programs let it: `read(fd, b"\0" * n, n)` fills the
/// object in CPython, and published packages rely on that. So what C left in the copy goes into the
/// object's own storage, as it would have without the copy.
pub fn take_over(bytes: &Py<PyBytes>) {
    let own = bytes.as_bytes();
    let copy = address(bytes);
    // SAFETY: the copy holds the object's bytes and a terminator, and lives as long as the object.
    let copy =
        unsafe { std::slice::from_raw_parts(std::ptr::with_exposed_provenance(copy), own.len()) };
    if own != copy {
        let start = own.as_ptr().cast_mut();
        // SAFETY: the storage has as many bytes, in a heap block of the object's own that nothing
        // treats as constant; no reference to it is used after this. The program that let C write
        // into an immutable object answers for other threads not reading it meanwhile, as in
        // CPython.
        unsafe { std::ptr::copy_nonoverlapping(copy.as_ptr(), start, copy.len()) };
    }
}

impl Copies {
    /// Takes out what nobody else holds, if it is time to look.
    fn sweep(&mut self) -> Vec<(PyRef<PyBytes>, Box<[u8]>)> {
        if self.total < self.sweep_at.max(MIN_SWEEP) {
            return Vec::new();
        }
        let dead = self
            .by_id
            .extract_if(|_, (bytes, _)| bytes.as_object().strong_count() == 1)
            .map(|(_, entry)| entry)
            .collect::<Vec<_>>();
        self.total -= dead
            .iter()
            .map(|(_, copy)| copy.len() + ENTRY)
            .sum::<usize>();
        self.sweep_at = 2 * self.total;
        dead
    }
}
