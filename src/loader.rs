//! The loader's locks, and how nobody waits for them who is waited for.
//!
//! glibc's `dl_iterate_phdr` holds a lock while it calls back, and Python code that it calls may be stopped by the
//! garbage collector. `dlopen` and `dlclose` wait for that lock while they hold others, and those are needed for
//! what happens in the midst of the interpreter: starting a thread, using a thread-local for the first time. The
//! collector would wait for that, and everybody for each other. So `dlopen`, `dlclose` and `dl_iterate_phdr`, as far
//! as they are called from here, take turns, and only threads that the collector does not wait for wait for theirs.

use rustpython_common::lock::PyThreadMutex;
use rustpython_vm::VirtualMachine;

static TURN: PyThreadMutex<()> = PyThreadMutex::new(());

/// Runs `f`, which makes the loader change its list of libraries or holds it, detached from the VM. In its callback
/// a thread may do so again.
pub fn in_turn<R>(vm: &VirtualMachine, f: impl FnOnce() -> R) -> R {
    vm.allow_threads(|| {
        let turn = TURN.lock();
        let result = f();
        drop(turn);
        result
    })
}

/// Whether a function holds the loader's list of libraries while it calls back.
#[must_use]
pub fn is_held_by(address: usize) -> bool {
    #[cfg(target_os = "linux")]
    return address == libc::dl_iterate_phdr as *const () as usize;
    #[cfg(not(target_os = "linux"))]
    return address == usize::MAX;
}

/// Sees to it that a forked child does not wait for a thread that it does not have.
pub fn install(vm: &VirtualMachine) {
    #[cfg(unix)]
    {
        let reset = |_vm: &VirtualMachine| {
            // SAFETY: called in the child before it has another thread. If it is this one's turn, then it is
            // no longer, and nobody else has it.
            unsafe { rustpython_common::lock::reinit_thread_mutex_after_fork(&TURN) }
        };
        let reset = vm.new_function("reset_loader_lock", reset);
        vm.state.after_forkers_child.lock().push(reset.into());
    }
}
