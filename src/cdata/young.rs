//! Young values, which the garbage collector is not told of yet.
//!
//! Most C values that Python code makes are gone a moment later: what `p.contents` and `byref(x)` give,
//! what a call returns. To tell the collector that an object is there, and then that it is gone, takes
//! the lock of a list that all threads share, twice. So a new value is first noted in a ring that its
//! thread has to itself. The collector is told when the ring comes round and the value is still there.
//!
//! Until then the collector finds references to what the value refers to that it cannot account for,
//! and leaves all of that alone. So a cycle that a young value is part of is collected when the value is
//! no longer young, or by `gc.collect()`, before which the collector is told of all that its thread has
//! made. The ring is short, because the collector puts what it leaves alone where it looks less often.
//! A value that begins to keep other objects alive is not young any more.
//!
//! Only the thread that has a ring puts values into it, but any thread may take one out again: the one
//! that frees the object, or stores into it. Who takes it out is settled by exchanging what is in the
//! slot. That takes time, so a thread that frees an object of its own ring just empties the slot: nobody
//! else can be about to take out what has no references.

use crate::without::without;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyPayload, PyRef, VirtualMachine,
    builtins::PyTypeRef,
    function::FuncArgs,
    gc_state::{current_owner, gc_state},
    object::MaybeTraverse,
};
use std::{
    cell::Cell,
    fmt::Debug,
    hint, ptr,
    ptr::NonNull,
    sync::{
        Mutex,
        atomic::{AtomicPtr, Ordering},
    },
};

/// Values that a thread makes before it tells the collector of the first one.
const YOUNG: usize = 8;

/// The collector must be asked now and then whether it is time to collect.
const TOLD_BEFORE_ASKING: usize = 64;

/// NULL, a value, or [`BUSY`].
type Slot = AtomicPtr<Young>;

/// The ring's thread is about to take the value out, and must find the object's memory there.
const BUSY: *mut Young = ptr::dangling_mut();

/// What a value that can be young has in its payload. It must be the first field with a destructor,
/// so that the object is out of the ring before anything of it is gone.
#[derive(Debug)]
pub struct Young {
    /// Where the value is noted; NULL if it is not.
    slot: AtomicPtr<Slot>,
    /// The object it is in.
    object: AtomicPtr<PyObject>,
}

/// Payloads of objects that begin young.
///
/// # Safety
/// `young` must always return the same part of the payload.
pub unsafe trait BeginsYoung: PyPayload + MaybeTraverse + Debug {
    fn young(&self) -> &Young;
}

/// Makes an object of `class`, which must be one of the payload's.
#[inline(always)]
pub fn new_object<T: BeginsYoung>(payload: T, class: PyTypeRef, vm: &VirtualMachine) -> PyRef<T> {
    // The collector must not be told of it by the VM.
    const { assert!(T::NEW_REF_UNTRACKED) };
    let object = PyRef::new_ref(payload, class, None);
    match RING.get() {
        Some(ring) if ring.interpreter.get() == vm.state.interpreter_id => {
            ring.note(object.as_object(), object.young(), vm);
        }
        _ => note_first(object.as_object(), object.young(), vm),
    }
    object
}

/// The young values of a thread.
struct Ring {
    slots: [Slot; YOUNG],
    /// The slot for the next value.
    next: Cell<usize>,
    /// The interpreter whose values these are.
    interpreter: Cell<i64>,
    /// What the collector calls that interpreter.
    owner: Cell<u16>,
    /// How many values the collector has been told of.
    told: Cell<usize>,
}

// SAFETY: slots are atomic. Everything else is used by the one thread that has the ring; it goes from
// thread to thread through a mutex.
unsafe impl Sync for Ring {}

/// Rings of threads that have ended. Rings are never freed, since values that are noted in them live on.
static IDLE: Mutex<Vec<&'static Ring>> = Mutex::new(Vec::new());

thread_local! {
    static RING: Cell<Option<&'static Ring>> = const { Cell::new(None) };
    static GIVE_BACK: GiveBack = const { GiveBack };
}

/// Gives a thread's ring back when the thread ends.
struct GiveBack;

impl Drop for GiveBack {
    fn drop(&mut self) {
        // A forked child may find the mutex locked by a thread that it does not have, so nobody waits
        // for it.
        if let Some(ring) = RING.take()
            && let Ok(mut idle) = IDLE.try_lock()
        {
            idle.push(ring);
        }
    }
}

impl Ring {
    /// A ring for this thread. `None` if the thread is ending.
    fn take() -> Option<&'static Self> {
        GIVE_BACK.try_with(|_| ()).ok()?;
        let idle = IDLE.try_lock().ok().and_then(|mut idle| idle.pop());
        let ring = idle.unwrap_or_else(|| {
            Box::leak(Box::new(Self {
                slots: [const { AtomicPtr::new(ptr::null_mut()) }; YOUNG],
                next: Cell::new(0),
                interpreter: Cell::new(i64::MIN),
                owner: Cell::new(0),
                told: Cell::new(0),
            }))
        });
        RING.set(Some(ring));
        Some(ring)
    }

    /// Notes a new object, which only this thread knows.
    #[inline(always)]
    fn note(&self, object: &PyObject, young: &Young, vm: &VirtualMachine) {
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
            self.replace(slot, young, vm);
        }
    }

    /// Puts `new` in a slot, and tells the collector of the value that is there.
    #[cold]
    fn replace(&self, slot: &Slot, new: *mut Young, vm: &VirtualMachine) {
        let old = slot.load(Ordering::Acquire);
        let is_taken = !old.is_null()
            && slot
                .compare_exchange(old, BUSY, Ordering::AcqRel, Ordering::Relaxed)
                .is_ok();
        let object = if is_taken {
            // SAFETY: a value takes itself out of its slot before its memory is freed, and waits
            // while the slot is busy.
            let old = unsafe { &*old };
            // SAFETY: the same goes for the object that it is in. It may be about to be freed: then
            // it has no references, and is not given another one.
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
        // Not before: telling takes a lock, and dropping the object can run Python code.
        if let Some(object) = object {
            self.tell(object, vm);
        }
    }

    /// Tells the collector of a value that is in no slot any more.
    fn tell(&self, object: PyObjectRef, vm: &VirtualMachine) {
        tell(&object, self.owner.get());
        drop(object);
        self.told.set(self.told.get().wrapping_add(1));
        if self.told.get().is_multiple_of(TOLD_BEFORE_ASKING) {
            // What makes the VM look whether it is time to collect is an object made the usual way.
            drop(vm.ctx.new_dict());
        }
    }

    /// Tells the collector of all values.
    fn tell_all(&self, vm: &VirtualMachine) {
        for slot in &self.slots {
            self.replace(slot, ptr::null_mut(), vm);
        }
    }

    fn has(&self, slot: *const Slot) -> bool {
        self.slots.as_ptr_range().contains(&slot)
    }
}

/// Tells the collector of an object that it does not know.
fn tell(object: &PyObject, owner: u16) {
    // SAFETY: the object is alive. Nobody else tells of it: an object is noted once, when it is made,
    // and who takes it out of its slot tells.
    unsafe { gc_state().track_object(NonNull::from(object), owner) };
}

/// Notes a new object on a thread that has no ring yet, or had it for another interpreter.
#[cold]
fn note_first(object: &PyObject, young: &Young, vm: &VirtualMachine) {
    if without().young {
        return tell(object, current_owner());
    }
    let Some(ring) = RING.get().or_else(Ring::take) else {
        return tell(object, current_owner());
    };
    ring.tell_all(vm);
    ring.interpreter.set(vm.state.interpreter_id);
    ring.owner.set(current_owner());
    ring.note(object, young, vm);
}

/// Tells the collector of the young values of this thread and of threads that have ended.
fn tell_all(vm: &VirtualMachine) {
    if let Some(ring) = RING.get() {
        ring.tell_all(vm);
    }
    let idle = match IDLE.try_lock() {
        Ok(mut idle) => std::mem::take(&mut *idle),
        Err(_) => return,
    };
    // Not under the lock: this can run Python code.
    for ring in &idle {
        ring.tell_all(vm);
    }
    if let Ok(mut now_idle) = IDLE.try_lock() {
        now_idle.extend(idle);
    }
}

/// Has young values told before `gc.collect()` and before the interpreter ends.
pub fn install(vm: &VirtualMachine) {
    let function = || {
        let tell = |_: FuncArgs, vm: &VirtualMachine| tell_all(vm);
        PyObjectRef::from(vm.new_function("tell_of_young_values", tell))
    };
    vm.state.gc.py_callbacks.borrow_vec_mut().push(function());
    let at_exit = (function(), FuncArgs::default());
    vm.state.atexit_funcs.lock().push(at_exit.into());
}

impl Young {
    /// Tells the collector of the object, if it does not know it yet: from now on the object can keep
    /// others alive. The caller holds the object.
    pub fn grow_up(&self) {
        let slot: *const Slot = self.slot.load(Ordering::Relaxed);
        // SAFETY: NULL or the slot of a ring, which is never freed.
        if let Some(slot) = unsafe { slot.as_ref() }
            && leave(slot, ptr::from_ref(self).cast_mut())
        {
            self.slot.store(ptr::null_mut(), Ordering::Relaxed);
            // SAFETY: the object that this is in, which the caller holds.
            let object = unsafe { &*self.object.load(Ordering::Relaxed) };
            tell(object, current_owner());
        }
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
            // This thread alone writes into the ring, but for other values that take themselves out.
            if slot.load(Ordering::Relaxed) == this {
                slot.store(ptr::null_mut(), Ordering::Relaxed);
            }
        } else {
            let _ = leave(slot, this);
        }
    }
}

/// Takes a value out of its slot; `false` if it is not there any more. After that the ring's thread
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
