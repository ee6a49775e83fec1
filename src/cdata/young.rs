//! Young values, which the garbage collector has not been told of yet.
//!
//! Most C values that Python code makes are gone a moment later: the results of `p.contents`, `byref(x)` and of
//! calls. Telling the collector that an object exists, and later that it is gone, takes the lock of a list that
//! all threads share, twice. So a new value is first noted in a ring of its thread's own. The collector is told
//! when the ring comes round and the value still exists.
//!
//! Until then the collector finds references that it cannot account for, those of the value, and leaves their
//! targets alone. In this VM no later collection looks at them again until somebody calls `gc.collect()`. So
//! the ring is short, and a value that gets a keepalive is not young any more. `gc.collect()` itself, and the
//! end of the interpreter, find all values that their thread has made, because the collector is told of them
//! first.
//!
//! Only the ring's thread puts values into it, but any thread may take one out: the one that frees the object,
//! or stores a reference into it. Exchanging the contents of the slot decides which thread takes it out. That
//! takes time, so a thread that frees an object of its own ring just empties the slot: no other thread can be
//! about to take out an object without references.

use crate::{ctype::scalar::terminated, without::without};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyPayload, PyRef, VirtualMachine,
    builtins::PyTypeRef,
    function::FuncArgs,
    gc_state::{current_owner, gc_state},
    object::MaybeTraverse,
    vm::Context,
};
use std::{
    cell::Cell,
    fmt::Debug,
    hint, iter,
    ptr::{self, NonNull},
    sync::atomic::{AtomicPtr, Ordering},
};

/// The number of values that a thread makes before it tells the collector of the first one.
const YOUNG: usize = 8;

/// The number of values told of, after which the collector is asked whether it is time to collect.
const TOLD_BEFORE_ASKING: usize = 64;

/// A slot of a ring: NULL, a value, or [`BUSY`].
type Slot = AtomicPtr<Young>;

/// Marks a slot whose value the ring's thread is about to take out; the object's memory must stay valid
/// meanwhile.
const BUSY: *mut Young = ptr::dangling_mut();

/// The part of the payload of a value that can be young. Dropping it takes the object out of its ring.
#[derive(Debug)]
pub struct Young {
    /// The slot where the value is noted; NULL if there is none.
    slot: AtomicPtr<Slot>,
    /// The object whose payload this is part of.
    object: AtomicPtr<PyObject>,
}

/// A payload of objects that begin young.
///
/// # Safety
/// `young` must always return the same part of the payload, and the payload must be dropped before the object's
/// memory is reused, by a freelist too.
pub unsafe trait BeginsYoung: PyPayload + MaybeTraverse + Debug {
    fn young(&self) -> &Young;
}

/// Makes an object of `class`, which must be one of the payload's classes. Calls `placed` with its payload
/// before any other code can find the object.
#[inline(always)]
pub fn new_object<T: BeginsYoung>(
    payload: T,
    class: PyTypeRef,
    placed: impl FnOnce(&T),
    vm: &VirtualMachine,
) -> PyRef<T> {
    // The VM must not tell the collector of it.
    const { assert!(T::NEW_REF_UNTRACKED) };
    let object = PyRef::new_ref(payload, class, None);
    placed(&object);
    match RING.get() {
        Some(ring) if ring.interpreter.get() == vm.state.interpreter_id => {
            ring.note(object.as_object(), object.young());
        }
        _ => note_first(object.as_object(), object.young(), vm),
    }
    object
}

/// The young values of a thread. Rings are never freed, because values noted in them may outlive the thread; a
/// later thread reuses the ring.
struct Ring {
    slots: [Slot; YOUNG],
    /// The index of the slot for the next value.
    next: Cell<usize>,
    /// The interpreter that the values belong to.
    interpreter: Cell<i64>,
    /// The collector's number for that interpreter.
    owner: Cell<u16>,
    /// The ring below this one in the stack of idle rings.
    below: Cell<Option<&'static Ring>>,
}

// SAFETY: the slots are atomic. Everything else is used only by the thread that has the ring. A ring goes from
// thread to thread through `IDLE`, where one thread releases what the next acquires.
unsafe impl Sync for Ring {}

/// The top of the stack of idle rings. It has no lock: a forked child could find one locked for ever.
static IDLE: AtomicPtr<Ring> = AtomicPtr::new(ptr::null_mut());

thread_local! {
    static RING: Cell<Option<&'static Ring>> = const { Cell::new(None) };
    static GIVE_BACK: GiveBack = const { GiveBack };
    /// The number of values that this thread has told the collector of.
    static TOLD: Cell<usize> = const { Cell::new(0) };
}

/// Gives a thread's ring back when the thread ends.
struct GiveBack;

impl Drop for GiveBack {
    fn drop(&mut self) {
        if let Some(ring) = RING.take() {
            ring.give_back();
        }
    }
}

impl Ring {
    /// Returns a ring for this thread, or `None` if the thread is ending.
    fn take() -> Option<&'static Self> {
        GIVE_BACK.try_with(|_| ()).ok()?;
        let mut idle = Self::take_idle();
        let ring = idle.next().unwrap_or_else(|| {
            Box::leak(Box::new(Self {
                slots: [const { AtomicPtr::new(ptr::null_mut()) }; YOUNG],
                next: Cell::new(0),
                interpreter: Cell::new(i64::MIN),
                owner: Cell::new(0),
                below: Cell::new(None),
            }))
        });
        idle.for_each(Self::give_back);
        RING.set(Some(ring));
        Some(ring)
    }

    /// Takes all idle rings for this thread.
    fn take_idle() -> impl Iterator<Item = &'static Self> {
        let top: *const Self = IDLE.swap(ptr::null_mut(), Ordering::Acquire);
        // SAFETY: NULL, or a ring, which is never freed.
        let mut rest = unsafe { top.as_ref() };
        iter::from_fn(move || {
            let ring = rest?;
            rest = ring.below.take();
            Some(ring)
        })
    }

    /// Puts a ring of this thread on the stack of idle rings.
    fn give_back(&'static self) {
        let this = ptr::from_ref(self).cast_mut();
        let mut top = IDLE.load(Ordering::Relaxed);
        loop {
            // SAFETY: NULL, or a ring, which is never freed.
            self.below.set(unsafe { top.cast_const().as_ref() });
            match IDLE.compare_exchange_weak(top, this, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => top = now,
            }
        }
    }

    /// Notes a new object, which only this thread knows.
    #[inline(always)]
    fn note(&self, object: &PyObject, young: &Young) {
        let index = self.next.get();
        self.next.set((index + 1) % YOUNG);
        let slot = &self.slots[index];
        let object = ptr::from_ref(object).cast_mut();
        young.object.store(object, Ordering::Relaxed);
        young
            .slot
            .store(ptr::from_ref(slot).cast_mut(), Ordering::Relaxed);
        let young = ptr::from_ref(young).cast_mut();
        if slot.load(Ordering::Relaxed).is_null() {
            slot.store(young, Ordering::Release);
        } else {
            self.replace(slot, young);
        }
    }

    /// Puts `new` in a slot, and tells the collector of the value that was there.
    #[cold]
    fn replace(&self, slot: &Slot, new: *mut Young) {
        let old = slot.load(Ordering::Acquire);
        let is_taken = !old.is_null()
            && slot
                .compare_exchange(old, BUSY, Ordering::AcqRel, Ordering::Relaxed)
                .is_ok();
        let object = if is_taken {
            // SAFETY: a value takes itself out of its slot before its memory is freed, and waits
            // while the slot is busy.
            let old = unsafe { &*old };
            // SAFETY: the same holds for the object that the value is in. If the object is about to be freed,
            // it has no references, and is given none here. (A finaliser that revives it leaves an object that
            // the collector is not told of.)
            let object =
                unsafe { PyObject::try_to_owned_from_ptr(old.object.load(Ordering::Relaxed)) };
            if object.is_some() {
                old.slot.store(ptr::null_mut(), Ordering::Relaxed);
            }
            object
        } else {
            None
        };
        slot.store(new, Ordering::Release);
        // Only now: telling takes a lock, and dropping the object can run Python code.
        if let Some(object) = object {
            // SAFETY: an object is noted once, when it is made; the thread that takes it out of its slot tells,
            // and no other.
            unsafe { tell(&object, self.owner.get()) };
        }
    }

    /// Tells the collector of all values in the ring.
    fn flush(&self) {
        for slot in &self.slots {
            self.replace(slot, ptr::null_mut());
        }
    }

    fn has(&self, slot: *const Slot) -> bool {
        self.slots.as_ptr_range().contains(&slot)
    }
}

/// Tells the collector of an object.
///
/// # Safety
/// The collector must not know the object, and no other thread may tell of it.
pub unsafe fn tell(object: &PyObject, owner: u16) {
    // SAFETY: the object is alive, and the collector does not know it (see # Safety).
    unsafe { gc_state().track_object(NonNull::from(object), owner) };
    let told = TOLD.get().wrapping_add(1);
    TOLD.set(told);
    if told.is_multiple_of(TOLD_BEFORE_ASKING) {
        // The VM checks whether it is time to collect when an object is made in the usual way.
        drop(Context::genesis().new_dict());
    }
}

/// Notes a new object on a thread that has no ring yet, or whose ring is for another interpreter.
#[cold]
fn note_first(object: &PyObject, young: &Young, vm: &VirtualMachine) {
    if without().young {
        // SAFETY: the object is new, and not noted.
        return unsafe { tell(object, current_owner()) };
    }
    let Some(ring) = RING.get().or_else(Ring::take) else {
        // SAFETY: as above.
        return unsafe { tell(object, current_owner()) };
    };
    ring.flush();
    ring.interpreter.set(vm.state.interpreter_id);
    ring.owner.set(current_owner());
    ring.note(object, young);
}

/// Tells the collector of the young values of this thread, and of threads of this interpreter that have ended.
fn flush(vm: &VirtualMachine) {
    if let Some(ring) = RING.get() {
        ring.flush();
    }
    for ring in Ring::take_idle() {
        if ring.interpreter.get() == vm.state.interpreter_id {
            ring.flush();
        }
        ring.give_back();
    }
}

/// Prepares this thread's ring.
pub fn prepare() {
    let _ = GIVE_BACK.try_with(|_| ());
}

/// Arranges that, before `gc.collect()` and before the interpreter ends, the collector is told of young values,
/// and strings that are parts of cycles are released.
pub fn install(vm: &VirtualMachine) {
    let function = || {
        let flush = |_: FuncArgs, vm: &VirtualMachine| {
            flush(vm);
            terminated::give_up_cycles();
        };
        PyObjectRef::from(vm.new_function("tell_of_young_values", flush))
    };
    vm.state.gc.py_callbacks.borrow_vec_mut().push(function());
    let at_exit = (function(), FuncArgs::default());
    vm.state.atexit_funcs.lock().push(at_exit.into());
}

impl Young {
    /// Tells the collector of the object, unless it knows it: the object now has a keepalive. The caller must
    /// hold the object.
    pub fn grow_up(&self) {
        let slot: *const Slot = self.slot.load(Ordering::Relaxed);
        // SAFETY: NULL or the slot of a ring, which is never freed.
        if let Some(slot) = unsafe { slot.as_ref() }
            && leave(slot, ptr::from_ref(self).cast_mut())
        {
            self.slot.store(ptr::null_mut(), Ordering::Relaxed);
            // SAFETY: the object that this is part of, which the caller holds.
            let object = unsafe { &*self.object.load(Ordering::Relaxed) };
            // SAFETY: the object was noted, and this thread has taken it out of its slot.
            unsafe { tell(object, current_owner()) };
        }
    }

    /// Returns whether the object is known to be about to be freed. The VM then clears its payload before it
    /// drops it, which has the same result and takes longer.
    #[inline]
    pub fn is_freed(&self) -> bool {
        let object: *const PyObject = self.object.load(Ordering::Relaxed);
        // SAFETY: NULL, or the object that this is part of.
        unsafe { object.as_ref() }.is_some_and(|object| object.strong_count() == 0)
    }
}

impl Default for Young {
    fn default() -> Self {
        Self {
            slot: AtomicPtr::new(ptr::null_mut()),
            object: AtomicPtr::new(ptr::null_mut()),
        }
    }
}

impl Drop for Young {
    #[inline]
    fn drop(&mut self) {
        let slot: *const Slot = self.slot.load(Ordering::Relaxed);
        // SAFETY: NULL or the slot of a ring, which is never freed.
        let Some(slot) = (unsafe { slot.as_ref() }) else {
            return;
        };
        let this: *mut Self = self;
        if RING.get().is_some_and(|ring| ring.has(slot)) {
            // Only this thread writes into the ring, except for values that take themselves out.
            if slot.load(Ordering::Relaxed) == this {
                // Release orders this thread's earlier reads of values in the slot before it.
                slot.store(ptr::null_mut(), Ordering::Release);
            }
        } else {
            let _ = leave(slot, this);
        }
    }
}

/// Takes a value out of its slot. Returns `false` if it is not there any more. After that the ring's thread
/// does not touch it.
#[cold]
#[must_use]
fn leave(slot: &Slot, young: *mut Young) -> bool {
    loop {
        let nothing = ptr::null_mut();
        match slot.compare_exchange(young, nothing, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => return true,
            Err(BUSY) => hint::spin_loop(),
            Err(_) => return false,
        }
    }
}
