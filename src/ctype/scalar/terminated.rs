//! NUL-terminated copies of `bytes` objects that were passed to C, and of the text of `str` objects.
//!
//! C expects a terminator, which `bytes` objects of this VM do not have, so C gets a copy. But C may hold on to
//! the pointer (`sqlite3_bind_text` with `SQLITE_STATIC`, `putenv`), and Python programs make that safe by
//! holding on to the `bytes` object. So a copy must live as long as the object it was made from. The death of
//! an object is not announced; therefore the copies are held here together with their objects, and a sweep
//! releases those whose object no other code holds.

use super::held;
#[cfg(feature = "capi")]
use rustpython_vm::VirtualMachine;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, builtins::PyBytes};
use std::{
    cell::Cell,
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// A sweep waits for this many bytes of copies, and for their doubling since the last sweep.
const MIN_SWEEP: usize = 64 * 1024;
/// The number of bytes that an entry takes besides those of its copy.
const ENTRY: usize = 64;

#[derive(Default)]
struct Copies {
    by_id: HashMap<usize, Entry>,
    /// The number of bytes of all copies and their entries.
    total: usize,
    sweep_at: usize,
}

struct Entry {
    object: PyObjectRef,
    copy: Vec<u8>,
    /// The address that C gets instead of the copy's: the object's own bytes, which have a terminator behind
    /// them.
    own: Option<usize>,
}

static COPIES: Mutex<Option<Copies>> = Mutex::new(None);

/// The number of sweeps. What a thread has looked up is valid until the next one.
static SWEEPS: AtomicU64 = AtomicU64::new(1);

/// A recent look-up of this thread.
#[derive(Clone, Copy)]
struct Recent {
    id: usize,
    address: usize,
    /// `SWEEPS` at that time; zero for never.
    sweeps: u64,
}

const RECENT: usize = 16;

thread_local! {
    static RECENTLY: [Cell<Recent>; RECENT] = const {
        [const { Cell::new(Recent { id: 0, address: 0, sweeps: 0 }) }; RECENT]
    };
}

/// Returns the address of a terminated copy of `bytes`, which lives at least as long as the object. Returns
/// `None` if there is no memory for it.
///
/// The caller holds the object, so no sweep releases its copy: a look-up from before the last sweep, found
/// again for an object of the same identity, is the same object's.
#[inline]
#[must_use]
pub fn address(bytes: &Py<PyBytes>) -> Option<usize> {
    let id = bytes.get_id();
    let sweeps = SWEEPS.load(Ordering::Acquire);
    // Objects are aligned to sixteen bytes.
    let place = (id >> 4) % RECENT;
    let known = RECENTLY.try_with(|recently| recently[place].get());
    if let Ok(recent) = known
        && recent.id == id
        && recent.sweeps == sweeps
    {
        return Some(recent.address);
    }
    let address = look_up(bytes.as_object(), bytes.as_bytes())?;
    let recent = Recent {
        id,
        address,
        sweeps,
    };
    // A thread that is ending remembers none.
    let _ = RECENTLY.try_with(|recently| recently[place].set(recent));
    Some(address)
}

/// Returns the address of a terminated copy of the text of a `str`, as [`address`] does.
#[must_use]
#[cfg(feature = "capi")]
pub fn address_of_text(object: &PyObject, text: &str) -> Option<usize> {
    look_up(object, text.as_bytes())
}

#[cold]
fn look_up(object: &PyObject, text: &[u8]) -> Option<usize> {
    let known = |copies: &mut Copies| copies.by_id.get(&object.get_id()).map(Entry::address);
    if let Some(address) = lock().as_mut().and_then(known) {
        return Some(address);
    }
    let mut copy = Vec::new();
    copy.try_reserve_exact(text.len() + 1).ok()?;
    copy.extend_from_slice(text);
    copy.push(0);
    Some(keep(object, copy, None))
}

/// Makes a `bytes` object of `size` zeros that C is about to fill: C gets the object's own memory. Returns
/// `None` if there is no memory for it.
#[must_use]
#[cfg(feature = "capi")]
pub fn fresh(size: usize, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let mut own = Vec::new();
    own.try_reserve_exact(size.checked_add(1)?).ok()?;
    own.resize(size + 1, 0);
    // The terminator stays behind the end.
    own.truncate(size);
    let address = own.as_ptr().expose_provenance();
    let object: PyObjectRef = vm.ctx.new_bytes(own).into();
    if size != 0 {
        keep(&object, Vec::new(), Some(address));
    }
    Some(object)
}

fn lock() -> MutexGuard<'static, Option<Copies>> {
    COPIES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps what C gets of an object, and returns its address.
fn keep(object: &PyObject, copy: Vec<u8>, own: Option<usize>) -> usize {
    let id = object.get_id();
    let object = object.to_owned();
    let entry = Entry { object, copy, own };
    let mut guard = lock();
    let copies = guard.get_or_insert_default();
    // Another thread may have looked it up meanwhile.
    let known = copies.by_id.get(&id).map(Entry::address);
    let (address, unused) = match known {
        Some(address) => (address, Some(entry)),
        None => {
            let address = entry.address();
            copies.total += entry.cost();
            copies.by_id.insert(id, entry);
            (address, None)
        }
    };
    let dead = copies.sweep();
    // Dropping an object may run the finaliser of a subclass of `bytes`.
    drop(guard);
    drop((dead, unused));
    address
}

/// Copies what C wrote into the copy of `bytes` back into the object.
///
/// C must not write into a `bytes` object, but programs let it: `read(fd, b"\0" * n, n)` fills the object in
/// CPython, and published packages rely on that. So the contents of the copy go into the object's own storage,
/// where C would have written them without the copy.
///
/// # Safety
/// `copy` must be what [`address`] returned for the object, which the caller has held since.
#[inline]
pub unsafe fn take_over(bytes: &Py<PyBytes>, copy: usize) {
    let size = bytes.as_bytes().len();
    let own = bytes.as_bytes().as_ptr();
    let copy: *const u8 = std::ptr::with_exposed_provenance(copy);
    // SAFETY: the copy holds the object's bytes and a terminator, and lives as long as the object.
    if unsafe { are_equal(own, copy, size) } {
        return;
    }
    // SAFETY: the storage is a heap block of the object's own with at least `size` bytes, and no reference into
    // it is alive here. Rust forbids changing what was borrowed as immutable; this relies on the VM's `bytes`
    // lying in plain heap memory, which nothing reads while this function runs except for code that races with
    // C anyway: the program that lets C write into an immutable object must prevent that, as in CPython.
    unsafe { std::ptr::copy_nonoverlapping(copy, own.cast_mut(), size) };
}

/// Returns whether `size` bytes are equal. Most strings that are passed to C are short, and comparing those
/// takes less time than calling a function for it.
///
/// # Safety
/// Both must be valid for reads of `size` bytes.
#[inline]
unsafe fn are_equal(a: *const u8, b: *const u8, size: usize) -> bool {
    macro_rules! ends_are_equal {
        ($word:ty) => {{
            let last = size - size_of::<$word>();
            // SAFETY: there is room for a word at the beginning and at the end; the two may overlap.
            let words = |start: *const u8| unsafe {
                let first = start.cast::<$word>().read_unaligned();
                (first, start.add(last).cast::<$word>().read_unaligned())
            };
            words(a) == words(b)
        }};
    }
    match size {
        0 => true,
        1 => ends_are_equal!(u8),
        2..4 => ends_are_equal!(u16),
        4..8 => ends_are_equal!(u32),
        8..=16 => ends_are_equal!(u64),
        // SAFETY: both are valid for reads of `size` bytes (see # Safety).
        _ => unsafe { libc::memcmp(a.cast(), b.cast(), size) == 0 },
    }
}

impl Entry {
    /// Returns the address that C gets.
    fn address(&self) -> usize {
        self.own
            .unwrap_or_else(|| self.copy.as_ptr().expose_provenance())
    }

    fn cost(&self) -> usize {
        let bytes = self.object.downcast_ref::<PyBytes>();
        let own = bytes.filter(|_| self.own.is_some());
        self.copy.len() + own.map_or(0, |bytes| bytes.as_bytes().len()) + ENTRY
    }
}

impl Copies {
    /// Removes the copy of an object.
    fn give_up(&mut self, object: &PyObject) -> Option<Entry> {
        let given_up = self.by_id.remove(&object.get_id())?;
        SWEEPS.fetch_add(1, Ordering::AcqRel);
        self.total -= given_up.cost();
        Some(given_up)
    }

    /// Removes the entries whose objects no other code holds, if it is time for a sweep.
    fn sweep(&mut self) -> Vec<Entry> {
        if self.total < self.sweep_at.max(MIN_SWEEP) {
            return Vec::new();
        }
        let dead = self
            .by_id
            .extract_if(|_, entry| entry.object.strong_count() == 1)
            .map(|(_, entry)| entry)
            .collect::<Vec<_>>();
        SWEEPS.fetch_add(1, Ordering::AcqRel);
        self.total -= dead.iter().map(Entry::cost).sum::<usize>();
        self.sweep_at = 2 * self.total;
        dead
    }
}

/// Releases the copies of objects to which only they themselves lead: instances of subclasses of `bytes` can be
/// parts of cycles. The collector can then find these when it runs.
pub fn give_up_cycles() {
    let held = |copies: &Copies| -> Vec<PyObjectRef> {
        let entries = copies.by_id.values().map(|entry| &entry.object);
        let of_subclasses = entries.filter(|object| object.class().heaptype_ext.is_some());
        of_subclasses.cloned().collect()
    };
    let candidates = lock().as_ref().map(held).unwrap_or_default();
    for object in candidates {
        // The references are the copy's, and the one here.
        if held::is_held_by_itself_alone(&object, 2) {
            let given_up = lock().as_mut().and_then(|copies| copies.give_up(&object));
            drop(given_up);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::are_equal;

    #[test]
    fn a_difference_anywhere_is_seen() {
        for size in 0..40 {
            let text: Vec<u8> = (0..size).collect();
            let same = |other: &[u8]| {
                // SAFETY: both have `text.len()` bytes.
                unsafe { are_equal(text.as_ptr(), other.as_ptr(), text.len()) }
            };
            assert!(same(&text.clone()), "{size}");
            for place in 0..text.len() {
                let mut other = text.clone();
                other[place] ^= 0x80;
                assert!(!same(&other), "{place} of {size}");
            }
        }
    }
}
