//! What is registered for a thread before C runs on it.
//!
//! C may call back while it holds the loader's lock (`dl_iterate_phdr`), or when the thread ends (the
//! destructor of a pthreads key). But a thread-local value that must be dropped registers itself when it is
//! first used, under the loader's lock; and when the thread ends, the VM's thread-local values are dropped
//! before pthreads keys. So everything is registered before C is entered, together with a value that notices
//! the end of the thread.

use super::{arena, byref, longjmp, pending, seh};
use crate::cdata::young;
use rustpython_vm::{PyRef, VirtualMachine, builtins::PyTuple};
use std::cell::Cell;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Prepared,
    Over,
}

thread_local! {
    /// Has no destructor, so it can be read until the thread is gone.
    static STAGE: Cell<Stage> = const { Cell::new(Stage::New) };
    static END: End = const { End };
    /// An empty tuple that no other code has, not even the collector: `errcheck` gets its arguments in it.
    pub static SPARE_TUPLE: Cell<Option<PyRef<PyTuple>>> = const { Cell::new(None) };
}

/// Notices the end of the thread. Thread-local values are dropped in the opposite order of their first use, so
/// this is dropped before the value by which the VM knows the thread.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        STAGE.set(Stage::Over);
    }
}

/// Prepares this thread, which is attached, for callbacks.
#[inline(always)]
pub fn prepare(vm: &VirtualMachine) {
    if STAGE.get() == Stage::New {
        prepare_new(vm);
    }
}

#[cold]
#[inline(never)]
fn prepare_new(vm: &VirtualMachine) {
    if END.try_with(|_| ()).is_err() {
        return;
    }
    STAGE.set(Stage::Prepared);
    young::prepare();
    arena::prepare();
    byref::prepare();
    pending::prepare();
    longjmp::prepare();
    seh::prepare();
    let _ = SPARE_TUPLE.try_with(|_| ());
    // The VM keeps memory of such objects for each thread.
    let (ctx, none) = (&vm.ctx, vm.ctx.none());
    let number = ctx.new_int(1_i64 << 40).into();
    let float = ctx.new_float(0.5).into();
    drop(ctx.new_tuple(vec![number, float, ctx.new_list(vec![none]).into()]));
    drop(ctx.new_dict());
}

/// Returns whether this thread has begun to end, so that the VM no longer knows it.
#[inline]
#[must_use]
pub fn is_over() -> bool {
    STAGE.get() == Stage::Over
}
