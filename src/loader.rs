//! The loader's locks, and how nobody waits for them who is waited for.
//!
//! glibc's `dl_iterate_phdr` holds a lock while it calls back, and Python code that it calls may be stopped by the
//! garbage collector. `dlopen` and `dlclose` wait for that lock while they hold others, and those are needed for
//! what happens in the midst of the interpreter: starting a thread, using a thread-local for the first time. The
//! collector would wait for that, and everybody for each other. So as far as they are called from here, libraries
//! are opened and closed while nobody looks at the list of them, and only threads that the collector does not wait
//! for wait for that.
//!
//! A process that is forked while a library is being opened has half of it in its list. So forking counts as
//! looking at it.

use rustpython_common::lock::PyRwLock;
use rustpython_vm::VirtualMachine;
use std::cell::Cell;

static LIBRARIES: PyRwLock<()> = PyRwLock::new(());

thread_local! {
    /// What this thread does to them.
    static USE: Cell<Option<Use>> = const { Cell::new(None) };
}

/// What a thread does to the list of libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It may not change meanwhile.
    Look,
    Change,
}

/// Runs `f`, which makes the loader do this, detached from the VM. In its callback a thread may do so again.
pub fn using<R>(how: Use, vm: &VirtualMachine, f: impl FnOnce() -> R) -> R {
    vm.allow_threads(|| {
        if USE.get().is_some() {
            return f();
        }
        let _turn = Turn::wait(how);
        f()
    })
}

/// This thread's turn, until it is dropped.
struct Turn(Use);

impl Turn {
    fn wait(how: Use) -> Self {
        match how {
            // Who changes them waits for those who look, whoever those wait for.
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

/// Whether a function holds the loader's list of libraries while it calls back.
#[must_use]
pub fn is_held_by(address: usize) -> bool {
    #[cfg(target_os = "linux")]
    return address == libc::dl_iterate_phdr as *const () as usize;
    #[cfg(not(target_os = "linux"))]
    return address == usize::MAX;
}

/// Has the interpreter wait for a good moment to fork.
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
        /// This thread forks, and has waited for it.
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

    /// No other thread exists here, whatever it did when the process was forked.
    pub fn end_in_child(_vm: &VirtualMachine) {
        // SAFETY: there is but one thread yet.
        unsafe { reinit_rwlock_after_fork(&LIBRARIES) };
        if HAS_WAITED.replace(false) {
            USE.set(None);
        } else if let Some(how) = USE.get() {
            // It was in the midst of it, and goes on.
            std::mem::forget(Turn::wait(how));
        }
    }
}
