//! Audit events.
//!
//! Every call of a function object raises `ctypes.call_function`. The VM looks for audit hooks under a lock
//! that all threads share, which takes longer than a call; so whether there are any is remembered here.
//! `sys.addaudithook`, the function that adds one, is wrapped to record it. Every other event of this crate
//! goes to the VM, and records it too.

use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    function::{FuncArgs, IntoFuncArgs},
};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether any interpreter has an audit hook.
static AUDITED: AtomicBool = AtomicBool::new(false);

/// Raises an event.
///
/// # Errors
/// Any exception that a hook raises.
pub fn event<A: IntoFuncArgs>(
    vm: &VirtualMachine,
    name: &str,
    arguments: impl FnOnce() -> A,
) -> PyResult<()> {
    vm.audit(name, || {
        AUDITED.store(true, Ordering::Release);
        arguments()
    })
}

/// Returns whether calls must raise their event.
#[inline]
#[must_use]
pub fn is_watched() -> bool {
    AUDITED.load(Ordering::Acquire)
}

/// Raises the event for a call of `address` with these arguments.
///
/// # Errors
/// Any exception that a hook raises.
#[inline]
pub fn call(address: usize, given: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<()> {
    if is_watched() {
        raise_call(address, given, vm)
    } else {
        Ok(())
    }
}

/// Raises the event for a call, where looking for hooks may take time.
///
/// # Errors
/// Any exception that a hook raises.
#[cold]
pub fn raise_call(address: usize, given: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<()> {
    event(vm, "ctypes.call_function", || {
        (address, vm.ctx.new_tuple(given.to_vec()))
    })
}

/// Finds out whether there are hooks, and arranges that later ones are noticed.
///
/// # Errors
/// Any exception that an existing hook raises at the event of importing this module.
pub fn watch(vm: &VirtualMachine) -> PyResult<()> {
    const NAME: &str = "addaudithook";
    event(vm, "import", || {
        let none = || vm.ctx.none();
        ("_ctypes", none(), none(), none(), none())
    })?;
    let sys = vm.sys_module.as_object();
    let Some(add) = vm.get_attribute_opt(sys, NAME)? else {
        return Ok(());
    };
    let wrapped = vm.new_function(NAME, move |args: FuncArgs, vm: &VirtualMachine| {
        // Set before the hook is added: a call in between only looks for it in vain.
        AUDITED.store(true, Ordering::Release);
        add.call(args, vm)
    });
    sys.set_attr(NAME, wrapped, vm)
}
