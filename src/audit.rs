//! Audit events.
//!
//! Every call of a function object raises `ctypes.call_function`. The VM looks for audit hooks under a
//! lock that all threads share, and a call has no time for that; so whether there are any is remembered
//! here. The function that adds one, `sys.addaudithook`, is wrapped to say so, and every other event of
//! this module, which the VM is asked about, shows it too.

use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    function::{FuncArgs, IntoFuncArgs},
};
use std::sync::atomic::{AtomicBool, Ordering};

/// Some interpreter has an audit hook.
static AUDITED: AtomicBool = AtomicBool::new(false);

/// Raises an event.
///
/// # Errors
/// What a hook raises.
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

/// Whether calls have to raise their event.
#[inline]
#[must_use]
pub fn is_watched() -> bool {
    AUDITED.load(Ordering::Acquire)
}

/// Raises the event for a call of `address` with these arguments.
///
/// # Errors
/// What a hook raises.
#[inline]
pub fn call(address: usize, given: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<()> {
    if is_watched() {
        raise_call(address, given, vm)
    } else {
        Ok(())
    }
}

/// The same, for a caller that has time to look for hooks.
///
/// # Errors
/// What a hook raises.
#[cold]
pub fn raise_call(address: usize, given: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<()> {
    event(vm, "ctypes.call_function", || {
        (address, vm.ctx.new_tuple(given.to_vec()))
    })
}

/// Finds out whether there are hooks, and sees to it that later ones are noticed.
///
/// # Errors
/// What a hook that is there raises at the event of importing this module.
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
        // Before the hook is there: a call in between looks for it in vain, and no more.
        AUDITED.store(true, Ordering::Release);
        add.call(args, vm)
    });
    sys.set_attr(NAME, wrapped, vm)
}
