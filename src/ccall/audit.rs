//! The audit event `ctypes.call_function`, which every call raises.
//!
//! The VM looks for audit hooks under a lock that all threads share. A call has no time for that, so
//! whether there are any is remembered here; the function that adds one, `sys.addaudithook`, is
//! wrapped to say so.

use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine, function::FuncArgs};
use std::sync::atomic::{AtomicBool, Ordering};

/// Some interpreter has an audit hook.
static AUDITED: AtomicBool = AtomicBool::new(false);

/// Raises the event for a call of `address` with these arguments.
///
/// # Errors
/// What a hook raises.
#[inline]
pub fn call(address: usize, given: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<()> {
    if AUDITED.load(Ordering::Acquire) {
        raise(address, given, vm)
    } else {
        Ok(())
    }
}

#[cold]
fn raise(address: usize, given: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<()> {
    vm.audit("ctypes.call_function", || {
        (address, vm.ctx.new_tuple(given.to_vec()))
    })
}

/// Finds out whether there are hooks, and sees to it that later ones are noticed.
///
/// # Errors
/// What a hook that is there raises at the event of importing this module.
pub fn watch(vm: &VirtualMachine) -> PyResult<()> {
    const NAME: &str = "addaudithook";
    vm.audit("import", || {
        AUDITED.store(true, Ordering::Release);
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
