//! The suffixes of compiled extensions, for packages that load their libraries by ctypes.
//!
//! `importlib.machinery.EXTENSION_SUFFIXES` is empty in this VM, because it imports no such module.
//! pycryptodome finds its libraries by it; they are plain libraries except for their names. What importlib
//! itself looks for does not change: it has a list of its own.

use rustpython_vm::{PyResult, VirtualMachine, builtins::PyList};

const SUFFIXES: [&str; 2] = [".abi3.so", ".so"];

/// Fills the list that programs see, if the VM has nothing in it.
///
/// # Errors
/// Any exception that looking the list up raises.
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
