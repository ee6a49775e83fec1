//! Doing something once for an interpreter, however often it imports the module.

use rustpython_vm::VirtualMachine;
use std::sync::{Mutex, PoisonError};

/// Returns whether this interpreter imports the module for the first time. Interpreters never share a number.
pub fn is_first_import(vm: &VirtualMachine) -> bool {
    static SEEN: Mutex<Vec<i64>> = Mutex::new(Vec::new());
    let interpreter = vm.state.interpreter_id;
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let is_first = !seen.contains(&interpreter);
    if is_first {
        seen.push(interpreter);
    }
    is_first
}
