//! The suffixes that compiled extensions have, for packages that load theirs by ctypes.
//!
//! `importlib.machinery.EXTENSION_SUFFIXES` is empty in this VM, since it imports no such module. pycryptodome goes by
//! it to find its libraries, which are plain ones but for their names. What importlib looks for stays what it is: it
//! has a list of its own.

use rustpython_vm::{PyResult, VirtualMachine, builtins::PyList};

const SUFFIXES: [&str; 2] = [".abi3.so", ".so"];

/// Fills the list that programs see, if the VM has nothing in it.
///
/// # Errors
/// None but what looking it up raises.
pub fn install(vm: &VirtualMachine) -> PyResult<()> {
    let modules = vm.sys_module.get_attr("modules", vm)?;
    let importlib = modules.get_item("_frozen_importlib_external", vm)?;
    let list = importlib.get_attr("EXTENSION_SUFFIXES", vm)?;
    if let Some(list) = list.downcast_ref::<PyList>() {
        let mut list = list.borrow_vec_mut();
        if list.is_empty() {
            list.extend(SUFFIXES.map(|suffix| vm.ctx.new_str(suffix).into()));
        }
    }
    Ok(())
}
