//! The VM's own `type.__new__`, which the program's falls back on.

use rustpython_vm::{PyResult, VirtualMachine, builtins::PyTypeRef, function::FuncArgs};
use std::sync::OnceLock;

/// The function in the slot `new`.
pub type New = fn(PyTypeRef, FuncArgs, &VirtualMachine) -> PyResult;

static OWN: OnceLock<New> = OnceLock::new();

/// Remembers what was in the slot before the program put its own function there. Returns `false` if something
/// is remembered already.
pub fn remember(own: New) -> bool {
    OWN.set(own).is_ok()
}

/// Returns the function that makes the classes that are not ordinary.
///
/// # Errors
/// None in practice: `type` has a `__new__`.
pub fn type_new(vm: &VirtualMachine) -> PyResult<New> {
    let own = OWN.get().copied();
    own.or_else(|| vm.ctx.types.type_type.slots.new.load())
        .ok_or_else(|| vm.new_system_error("type has no __new__"))
}
