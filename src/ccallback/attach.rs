//! Getting a thread to the interpreter when C calls.

use rustpython_common::wtf8::Wtf8Buf;
use rustpython_vm::{
    VirtualMachine,
    function::{FuncArgs, KwArgs},
    vm::thread::{self, ThreadedVirtualMachine},
};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How a callback gets at its interpreter on a thread that is none of the interpreter's: the thread
/// gets a VM of its own, which only another VM can make. These are the makers that are idle.
pub struct Attacher(Mutex<Vec<ThreadedVirtualMachine>>);

impl Attacher {
    /// The attacher of this interpreter, which its callbacks share.
    pub fn of(vm: &VirtualMachine) -> &'static Self {
        static KNOWN: Mutex<Vec<(i64, &'static Attacher)>> = Mutex::new(Vec::new());
        let id = vm.state.interpreter_id;
        let find = || {
            let known = lock(&KNOWN);
            let found = known.iter().find(|(known, _)| *known == id);
            found.map(|(_, attacher)| *attacher)
        };
        if let Some(attacher) = find() {
            return attacher;
        }
        // Callbacks outlive the interpreter, and so does this.
        let attacher: &'static Self = Box::leak(Box::new(Self(Mutex::new(vec![vm.new_thread()]))));
        attacher.refill_after_fork(vm);
        lock(&KNOWN).push((id, attacher));
        // Another thread may have been first; the first one counts.
        find().unwrap_or(attacher)
    }

    /// A thread that holds a maker does not exist in a forked child, so there a new one is needed.
    fn refill_after_fork(&'static self, vm: &VirtualMachine) {
        let refill = vm.new_function("refill", move |vm: &VirtualMachine| self.refill(vm));
        let registered = vm.import("os", 0).and_then(|os| {
            let register = os.get_attr("register_at_fork", vm)?;
            let name = Wtf8Buf::from("after_in_child");
            let keywords: KwArgs = [(name, refill.into())].into_iter().collect();
            register.call(FuncArgs::new(Vec::new(), keywords), vm)
        });
        // Where there is no such function, there is no fork.
        drop(registered);
    }

    /// Sees to it that there is an idle maker.
    fn refill(&self, vm: &VirtualMachine) {
        if lock(&self.0).is_empty() {
            let maker = vm.new_thread();
            lock(&self.0).push(maker);
        }
    }

    /// Runs `f` with this thread attached to the interpreter.
    pub fn attached(&self, f: impl FnOnce(&VirtualMachine)) {
        if thread::current_vm_is_set() {
            // A thread of the interpreter's, which detached for the call that led here.
            return thread::with_current_vm(|vm| vm.attach_for_callback(|| f(vm)));
        }
        // Attaching can park the thread, so the lock is not held while the maker works.
        let maker = Maker {
            idle: &self.0,
            vm: Some(self.take()),
        };
        let Some(new) = maker
            .vm
            .as_ref()
            .map(|vm| vm.run(VirtualMachine::new_thread))
        else {
            return;
        };
        drop(maker);
        let release = Release(Some(thread::attach_current_thread(|| new)));
        thread::with_current_vm(|vm| {
            // The next one must not wait for a maker whose thread is parked.
            self.refill(vm);
            f(vm);
        });
        drop(release);
    }

    fn take(&self) -> ThreadedVirtualMachine {
        loop {
            let maker = lock(&self.0).pop();
            match maker {
                Some(maker) => return maker,
                // It is back as soon as the thread that holds it has its VM.
                None => std::thread::sleep(Duration::from_micros(50)),
            }
        }
    }
}

/// A maker at work, which goes back whatever happens.
struct Maker<'a> {
    idle: &'a Mutex<Vec<ThreadedVirtualMachine>>,
    vm: Option<ThreadedVirtualMachine>,
}

impl Drop for Maker<'_> {
    fn drop(&mut self) {
        lock(self.idle).extend(self.vm.take());
    }
}

/// Detaches the thread again, whatever happened.
struct Release(Option<thread::CurrentVmAttachState>);

impl Drop for Release {
    fn drop(&mut self) {
        if let Some(state) = self.0.take() {
            thread::release_current_thread(state);
        }
    }
}

/// A panic while the lock was held leaves nothing half-done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
