//! The loader's locks, and how to avoid deadlocks with them.
//!
//! glibc's `dl_iterate_phdr` holds a lock while it calls back, and the garbage collector may stop Python code
//! that it calls. `dlopen` and `dlclose` wait for that lock while they hold others, which are needed in the
//! middle of the interpreter: to start a thread, to use a thread-local for the first time. The collector would
//! wait for such a thread, and all for each other. So calls from here open and close libraries only while no call
//! from here iterates over the list of them, and only threads that the collector does not wait for wait for that.
//!
//! A process that is forked while a library is being opened has half of it in its list. So forking counts as
//! iterating over the list.

use rustpython_common::lock::PyRwLock;
use rustpython_vm::VirtualMachine;
use std::cell::Cell;

static LIBRARIES: PyRwLock<()> = PyRwLock::new(());

thread_local! {
    /// What this thread does to the list of libraries.
    static USE: Cell<Option<Use>> = const { Cell::new(None) };
}

/// What a thread does to the list of libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Iterates over the list, which must not change meanwhile.
    Look,
    Change,
}

/// Runs `f`, which makes the loader do this, detached from the VM. In a callback of `f` a thread may call this
/// again.
pub fn using<R>(how: Use, vm: &VirtualMachine, f: impl FnOnce() -> R) -> R {
    vm.allow_threads(|| {
        if USE.get().is_some() {
            return f();
        }
        let _turn = Turn::wait(how);
        f()
    })
}

/// The lock that this thread holds, until this is dropped.
struct Turn(Use);

impl Turn {
    fn wait(how: Use) -> Self {
        match how {
            // Past a waiting writer: it waits for all readers, and these may wait for each other.
            Use::Look => std::mem::forget(LIBRARIES.read_recursive()),
            Use::Change => std::mem::forget(LIBRARIES.write()),
        }
        USE.set(Some(how));
        Self(how)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        USE.set(None);
        // SAFETY: `wait` has locked it in this way and forgotten the guard.
        unsafe {
            match self.0 {
                Use::Look => LIBRARIES.force_unlock_read(),
                Use::Change => LIBRARIES.force_unlock_write(),
            }
        }
    }
}

/// Returns whether a function holds the loader's list of libraries while it calls back.
#[must_use]
pub fn is_held_by(address: usize) -> bool {
    #[cfg(target_os = "linux")]
    return address == libc::dl_iterate_phdr as *const () as usize;
    #[cfg(not(target_os = "linux"))]
    return address == usize::MAX;
}

/// Makes the interpreter wait, before it forks, until no library is being opened or closed.
#[cfg(unix)]
pub fn install(vm: &VirtualMachine) {
    let function = |name, call: fn(&VirtualMachine)| vm.new_function(name, call).into();
    let state = &vm.state;
    let before = function("before_fork", forking::begin);
    state.before_forkers.lock().push(before);
    let in_parent = function("after_fork_in_parent", forking::end);
    state.after_forkers_parent.lock().push(in_parent);
    let in_child = function("after_fork_in_child", forking::end_in_child);
    state.after_forkers_child.lock().push(in_child);
}

#[cfg(unix)]
mod forking {
    use super::{LIBRARIES, Turn, USE, Use};
    use rustpython_common::lock::reinit_rwlock_after_fork;
    use rustpython_vm::VirtualMachine;
    use std::cell::Cell;

    thread_local! {
        /// Whether this thread forks, and has waited for it.
        static HAS_WAITED: Cell<bool> = const { Cell::new(false) };
    }

    pub fn begin(vm: &VirtualMachine) {
        if USE.get().is_none() {
            vm.allow_threads(|| std::mem::forget(Turn::wait(Use::Look)));
            HAS_WAITED.set(true);
        }
    }

    pub fn end(_vm: &VirtualMachine) {
        if HAS_WAITED.replace(false) {
            drop(Turn(Use::Look));
        }
    }

    /// Resets the lock: no other thread exists in the child, whatever it did at the time of the fork.
    pub fn end_in_child(_vm: &VirtualMachine) {
        // SAFETY: there is only one thread yet.
        unsafe { reinit_rwlock_after_fork(&LIBRARIES) };
        if HAS_WAITED.replace(false) {
            USE.set(None);
        } else if let Some(how) = USE.get() {
            // The thread was in the middle of it, and continues.
            std::mem::forget(Turn::wait(how));
        }
    }
}
