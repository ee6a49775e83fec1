//! What is done once for an interpreter, however often it imports the module.

use rustpython_vm::VirtualMachine;
use std::sync::{Mutex, PoisonError};

/// Whether this interpreter imports the module for the first time. No interpreter has the number of another.
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
