//! Threads and the interpreter: attaching, detaching, querying.

use super::{entry::c_functions, place::Place};
use crate::{
    ccall::{pending::Section, thread as of_thread},
    ccallback::attach::Attacher,
};
use rustpython_vm::{
    VirtualMachine,
    vm::thread::{self, ThreadSlot, ThreadState},
};
use std::{
    cell::RefCell,
    ffi::{c_int, c_void},
    ptr,
    sync::atomic::{AtomicPtr, Ordering},
};

/// `PyGILState_STATE`: the thread was attached before, or was not.
const LOCKED: c_int = 0;
const UNLOCKED: c_int = 1;

/// The interpreter that threads started by C are attached to.
static MAIN: AtomicPtr<Attacher> = AtomicPtr::new(ptr::null_mut());

thread_local! {
    /// The sections of C that have attached this thread of the interpreter again, innermost last.
    static ATTACHED: RefCell<Vec<Section>> = const { RefCell::new(Vec::new()) };
}

/// Makes this the interpreter that threads started by C are attached to, if there is none yet, or no longer.
pub fn install(vm: &VirtualMachine) {
    if main().is_none_or(Attacher::has_ended) {
        let attacher: *const Attacher = Attacher::of(vm);
        MAIN.store(attacher.cast_mut(), Ordering::Release);
    }
}

fn main() -> Option<&'static Attacher> {
    // SAFETY: attachers are never freed.
    unsafe { MAIN.load(Ordering::Acquire).as_ref() }
}

fn is_attached() -> bool {
    let slot = thread::current_thread_slot();
    slot.is_some_and(|slot| slot.state.load(Ordering::Acquire) == ThreadState::Attached as i32)
}

/// Attaches a thread of the interpreter that has detached.
fn attach() {
    // Saves and restores the same state, in order to attach.
    thread::restore_current_thread(thread::save_current_thread());
}

/// Detaches the thread again, without a call to return from.
fn detach(vm: &VirtualMachine) {
    let Some(slot) = thread::current_thread_slot() else {
        return;
    };
    let (attached, detached) = (ThreadState::Attached as i32, ThreadState::Detached as i32);
    let change = |slot: &ThreadSlot| {
        let (ok, other) = (Ordering::AcqRel, Ordering::Acquire);
        slot.state
            .compare_exchange(attached, detached, ok, other)
            .is_ok()
    };
    if change(&slot) {
        // Leaves the thread as it is, and does what else belongs to detaching.
        vm.attach_for_callback(|| ());
    }
}

/// Stops a thread started by C, which has nothing left to do.
fn hang() -> ! {
    loop {
        std::thread::park();
    }
}

/// `PyGILState_STATE PyGILState_Ensure(void)`
#[unsafe(export_name = "rustpython_ctypes_PyGILState_Ensure")]
pub extern "C" fn PyGILState_Ensure() -> c_int {
    if of_thread::is_over() {
        hang();
    }
    if thread::current_vm_is_set() {
        if is_attached() {
            return LOCKED;
        }
        attach();
        thread::with_current_vm(|vm| {
            let section = Section::begin(vm);
            ATTACHED.with_borrow_mut(|attached| attached.push(section));
        });
        return UNLOCKED;
    }
    match main() {
        Some(attacher) if attacher.attach_for_long() => UNLOCKED,
        _ => hang(),
    }
}

/// `void PyGILState_Release(PyGILState_STATE state)`
#[unsafe(export_name = "rustpython_ctypes_PyGILState_Release")]
pub extern "C" fn PyGILState_Release(state: c_int) {
    if state != UNLOCKED {
        return;
    }
    match ATTACHED.with_borrow_mut(Vec::pop) {
        Some(section) => thread::with_current_vm(|vm| {
            if let Some(error) = section.end(vm) {
                vm.run_unraisable(error, None, vm.ctx.none());
            }
            detach(vm);
        }),
        None => thread::release_current_thread(thread::CurrentVmAttachState::Attached),
    }
}

/// The functions here that do not look for a VM first.
pub static PLAIN: &[(&str, Place)] = &[
    (
        "PyGILState_Ensure",
        Place::function(PyGILState_Ensure as *const ()),
    ),
    (
        "PyGILState_Release",
        Place::function(PyGILState_Release as *const ()),
    ),
    (
        "PyEval_SaveThread",
        Place::function(PyEval_SaveThread as *const ()),
    ),
    (
        "PyEval_RestoreThread",
        Place::function(PyEval_RestoreThread as *const ()),
    ),
];

/// Returns what stands for a thread of the interpreter in C, to which it is opaque.
fn state() -> *const c_void {
    let slot = thread::current_thread_slot();
    slot.map_or(ptr::null(), |slot| ptr::from_ref(&*slot).cast())
}

/// `PyThreadState *PyEval_SaveThread(void)`
#[unsafe(export_name = "rustpython_ctypes_PyEval_SaveThread")]
pub extern "C" fn PyEval_SaveThread() -> *const c_void {
    let state = state();
    thread::try_with_current_vm(detach);
    state
}

/// `void PyEval_RestoreThread(PyThreadState *state)`
#[unsafe(export_name = "rustpython_ctypes_PyEval_RestoreThread")]
pub extern "C" fn PyEval_RestoreThread(_state: *const c_void) {
    if thread::current_vm_is_set() && !is_attached() {
        attach();
    }
}

c_functions! {
    new fn PyGILState_Check() -> c_int, 0, |_vm| {
        Ok(is_attached().into())
    }

    new fn PyGILState_GetThisThreadState() -> *const c_void, ptr::null(), |_vm| {
        Ok(state())
    }

    new fn PyThreadState_Get() -> *const c_void, ptr::null(), |_vm| {
        Ok(state())
    }

    new fn PyThreadState_GetUnchecked() -> *const c_void, ptr::null(), |_vm| {
        Ok(state())
    }

    new fn PyThreadState_GetID(_state: *const c_void) -> u64, 0, |_vm| {
        Ok(state().addr() as u64)
    }

    new fn PyThreadState_GetInterpreter(_state: *const c_void) -> *const c_void, ptr::null(), |vm| {
        Ok(interpreter(vm))
    }

    replaced fn PyInterpreterState_Get() -> *const c_void, ptr::null(), |vm| {
        Ok(interpreter(vm))
    }

    new fn PyInterpreterState_Main() -> *const c_void, ptr::null(), |vm| {
        Ok(interpreter(vm))
    }

    replaced fn PyInterpreterState_GetID(_interpreter: *const c_void) -> i64, -1, |vm| {
        Ok(vm.state.interpreter_id)
    }

    new fn PyEval_InitThreads() -> (), (), |_vm| {
        Ok(())
    }

    replaced fn Py_IsInitialized() -> c_int, 0, |_vm| {
        Ok(1)
    }

    replaced fn Py_IsFinalizing() -> c_int, 1, |vm| {
        Ok(vm.state.finalizing.load(Ordering::Acquire).into())
    }

    replaced fn Py_Initialize() -> (), (), |_vm| {
        Ok(())
    }

    replaced fn Py_InitializeEx(_signals: c_int) -> (), (), |_vm| {
        Ok(())
    }
}

fn interpreter(vm: &VirtualMachine) -> *const c_void {
    ptr::from_ref(&*vm.state).cast()
}
