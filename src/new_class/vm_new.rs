//! The VM's own `type.__new__`, which stands behind the program's.

use rustpython_vm::{PyResult, VirtualMachine, builtins::PyTypeRef, function::FuncArgs};
use std::sync::OnceLock;

/// What a slot of this name does.
pub type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;

static OWN: OnceLock<New> = OnceLock::new();

/// Remembers what was in the slot before the program put its own there. `false` if something is remembered
/// already.
pub fn remember(own: New) -> bool {
    OWN.set(own).is_ok()
}

/// What makes the classes that are not ordinary.
///
/// # Errors
/// None that can happen: `type` has a `__new__`.
pub fn type_new(vm: &VirtualMachine) -> PyResult<New> {
    let own = OWN.get().copied();
    own.or_else(|| vm.ctx.types.type_type.slots.new.load())
        .ok_or_else(|| vm.new_system_error("type has no __new__"))
}
