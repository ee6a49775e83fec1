//! Attaching a thread to the interpreter when C calls.

use crate::ccall::thread as of_thread;
use rustpython_vm::{
    VirtualMachine,
    vm::thread::{self, ThreadedVirtualMachine},
};
use std::{
    mem,
    ptr::{self, NonNull},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicPtr, Ordering},
    },
    time::Duration,
};

/// How callbacks reach their interpreter. Callbacks outlive the interpreter, and so does this.
///
/// A thread that C has started needs a VM of its own, which only another VM can make. So one is made ahead for
/// the next such thread, which makes another as soon as it is attached. It is handed over without a lock: a
/// forked child could find one locked for ever.
pub struct Attacher {
    interpreter: i64,
    /// The VM for the next thread; NULL while a thread is about to make it.
    spare: AtomicPtr<ThreadedVirtualMachine>,
    /// Whether the interpreter has stopped giving VMs to threads started by C, and freeing closures.
    has_ended: AtomicBool,
}

impl Attacher {
    /// Returns the attacher of this interpreter, which its callbacks share.
    pub fn of(vm: &VirtualMachine) -> &'static Self {
        static KNOWN: Mutex<Vec<&'static Attacher>> = Mutex::new(Vec::new());
        let interpreter = vm.state.interpreter_id;
        // Nothing under the lock runs Python code, or waits to be attached.
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.iter().find(|one| one.interpreter == interpreter) {
            return found;
        }
        let new: &'static Self = Box::leak(Box::new(Self {
            interpreter,
            spare: AtomicPtr::new(ptr::null_mut()),
            has_ended: AtomicBool::new(vm.state.finalizing.load(Ordering::Acquire)),
        }));
        known.push(new);
        drop(known);
        new.follow(vm);
        new.refill(vm);
        new
    }

    /// Registers this to be told of forks and of the interpreter's end.
    fn follow(&'static self, vm: &VirtualMachine) {
        // The thread that was about to make a VM does not exist in a forked child.
        let refill = vm.new_function("refill", |vm: &VirtualMachine| self.refill(vm));
        vm.state.after_forkers_child.lock().push(refill.into());
        // The function registered last is called last.
        let end = vm.new_function("end_callbacks", |_vm: &VirtualMachine| self.end());
        let at_exit = (end.into(), Default::default());
        vm.state.atexit_funcs.lock().push(at_exit.into());
    }

    /// Makes a VM for the next thread, if there is none.
    fn refill(&self, vm: &VirtualMachine) {
        if self.spare.load(Ordering::Relaxed).is_null() && !self.has_ended() {
            self.put(Box::new(vm.new_thread()));
            // The VM would keep the interpreter's memory.
            if self.has_ended() {
                drop(self.take());
            }
        }
    }

    fn put(&self, vm: Box<ThreadedVirtualMachine>) {
        let (new, null) = (Box::into_raw(vm), ptr::null_mut());
        let placed = self
            .spare
            .compare_exchange(null, new, Ordering::AcqRel, Ordering::Relaxed);
        if placed.is_err() {
            // SAFETY: made above, and not shared.
            drop(unsafe { Box::from_raw(new) });
        }
    }

    fn take(&self) -> Option<Box<ThreadedVirtualMachine>> {
        let taken = NonNull::new(self.spare.swap(ptr::null_mut(), Ordering::AcqRel))?;
        // SAFETY: `put` made it from a box, and only this thread has taken it out.
        Some(unsafe { Box::from_raw(taken.as_ptr()) })
    }

    /// Takes the VM for the next thread, as soon as there is one. Returns `None` if there will be none.
    fn wait(&self) -> Option<Box<ThreadedVirtualMachine>> {
        let mut patience = 16;
        while !self.has_ended() {
            if let Some(vm) = self.take() {
                return Some(vm);
            }
            // The thread that took the last one makes another when it is attached.
            match patience {
                0 => std::thread::sleep(Duration::from_micros(50)),
                _ => {
                    patience -= 1;
                    std::thread::yield_now();
                }
            }
        }
        None
    }

    fn end(&self) {
        self.has_ended.store(true, Ordering::SeqCst);
        drop(self.take());
    }

    /// Returns whether threads can no longer be attached.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::SeqCst)
    }

    /// Returns whether the interpreter is ending. From then on closures stay where they are, because C may call
    /// them as long as the process lives.
    pub fn is_ending(&self) -> bool {
        let is_finalizing = |vm: &VirtualMachine| vm.state.finalizing.load(Ordering::Acquire);
        self.has_ended() || thread::try_with_current_vm(is_finalizing).unwrap_or(true)
    }

    /// Runs `f` with this thread attached to the interpreter, if it still can be. Only `f` may look at what
    /// lives as long as the interpreter.
    #[inline]
    pub fn attached(&self, f: impl FnOnce(&VirtualMachine)) {
        if of_thread::is_over() {
            return;
        }
        if thread::current_vm_is_set() {
            thread::with_current_vm(|vm| {
                if vm.state.interpreter_id == self.interpreter {
                    // A thread of the interpreter, which detached for the call that led here.
                    vm.attach_for_callback(|| f(vm));
                } else {
                    vm.attach_for_callback(|| self.switched(f));
                }
            });
        } else {
            self.attached_foreign(f);
        }
    }

    /// Runs `f` on a thread that C has started, attached to the interpreter.
    fn attached_foreign(&self, f: impl FnOnce(&VirtualMachine)) {
        if self.attach_for_long() {
            let _release = Release;
            thread::with_current_vm(f);
        }
    }

    /// Attaches this thread, which C has started, until it is released explicitly. Returns whether the
    /// interpreter still exists for it.
    #[must_use]
    pub fn attach_for_long(&self) -> bool {
        let Some(vm) = self.wait() else { return false };
        let state = thread::attach_current_thread(|| *vm);
        let is_there = thread::with_current_vm(|vm| {
            // The interpreter ends only while no thread is attached but the one that ends it.
            let is_there = !vm.state.finalizing.load(Ordering::Acquire);
            if is_there {
                self.refill(vm);
                // Here, where the VM's own data of the thread exists.
                of_thread::prepare(vm);
            }
            is_there
        });
        if !is_there {
            self.has_ended.store(true, Ordering::SeqCst);
            // This thread must not drop what the VM holds.
            mem::forget((state, thread::save_current_thread()));
        }
        is_there
    }

    /// Runs `f` on a thread that is attached to another interpreter, attached to this one.
    #[cold]
    fn switched(&self, f: impl FnOnce(&VirtualMachine)) {
        let Some(vm) = self.wait() else { return };
        vm.run(|vm| {
            if !vm.state.finalizing.load(Ordering::Acquire) {
                self.refill(vm);
                f(vm);
            }
        });
    }
}

/// Detaches the thread again, whatever happened.
struct Release;

impl Drop for Release {
    fn drop(&mut self) {
        thread::release_current_thread(thread::CurrentVmAttachState::Attached);
    }
}
