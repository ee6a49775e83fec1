//! Requests to the main thread to call or to raise something between two instructions of Python code.

use super::entry::{Lent, c_functions};
use rustpython_vm::{
    PyObjectRef, PyResult, VirtualMachine,
    common::lock::PyMutex,
    signal::{UserSignal, UserSignalSender, user_signal_channel},
    stdlib::_thread::get_ident,
};
use std::{
    ffi::{c_int, c_ulong, c_void},
    sync::OnceLock,
};

/// How to reach the main thread, once [`init_hook`] has run.
static MAIN: OnceLock<UserSignalSender> = OnceLock::new();

/// The exception that the main thread is to raise.
static RAISED: PyMutex<Option<PyObjectRef>> = PyMutex::new(None);

/// Prepares an interpreter for `Py_AddPendingCall` and `PyThreadState_SetAsyncExc`, for
/// [`InterpreterBuilder::init_hook`](rustpython_vm::InterpreterBuilder::init_hook). Only the process's first
/// interpreter is prepared.
pub fn init_hook(vm: &mut VirtualMachine) {
    let (sender, receiver) = user_signal_channel();
    if MAIN.set(sender).is_ok() {
        vm.set_user_signal_channel(receiver);
    }
}

fn ask(what: UserSignal) -> bool {
    MAIN.get().is_some_and(|main| main.send(what).is_ok())
}

/// A C function with its argument.
struct Call {
    function: extern "C" fn(*mut c_void) -> c_int,
    argument: *mut c_void,
}

// SAFETY: C requests the call on another thread, and must have made its argument fit for that.
unsafe impl Send for Call {}

impl Call {
    fn run(self, vm: &VirtualMachine) -> PyResult<()> {
        let Self { function, argument } = self;
        let mut outcome = 0;
        crate::ccall::pending::raised_by(|| outcome = function(argument), vm)?;
        match outcome {
            0 => Ok(()),
            _ => Err(vm.new_system_error("a pending call failed without an exception")),
        }
    }
}

/// Raises the exception that was requested, if it has not been withdrawn.
fn raise(vm: &VirtualMachine) -> PyResult<()> {
    let Some(class) = RAISED.lock().take() else {
        return Ok(());
    };
    Err(super::exception::make(&class, None, vm)?)
}

c_functions! {
    new fn Py_AddPendingCall(
        function: Option<extern "C" fn(*mut c_void) -> c_int>,
        argument: *mut c_void,
    ) -> c_int, -1, |_vm| {
        let Some(function) = function else { return Ok(-1) };
        let call = Call { function, argument };
        Ok(if ask(Box::new(|vm| call.run(vm))) { 0 } else { -1 })
    }

    new fn Py_MakePendingCalls() -> c_int, -1, |vm| {
        vm.check_signals()?;
        Ok(0)
    }

    new fn PyThreadState_SetAsyncExc(thread: c_ulong, class: Lent<'_>) -> c_int, 0, |vm| {
        let thread = thread as u64;
        if !vm.state.thread_frames.lock().contains_key(&thread) {
            return Ok(0);
        }
        let is_main = thread == vm.state.main_thread_ident.load();
        match class {
            None => {
                let taken_back = is_main.then(|| RAISED.lock().take());
                drop(taken_back);
                Ok(1)
            }
            Some(class) if is_main => {
                let displaced = RAISED.lock().replace(class.to_owned());
                drop(displaced);
                Ok(ask(Box::new(raise)).into())
            }
            Some(class) if thread == get_ident() => Err(super::exception::make(class, None, vm)?),
            Some(_) => Err(vm.new_not_implemented_error(
                "exceptions can be raised in the main thread and in the one that asks for it",
            )),
        }
    }
}
