//! Making what the package defines live as long as the process.
//!
//! A reference to an object that is known to do so is taken and released without an atomic operation, so
//! threads do not contend for it. Every value refers to its class, and every call to its function.

use super::PackageFunction;
use crate::ctype::CType;
use rustpython_vm::{AsObject, Py, PyObject, VirtualMachine, builtins::PyDict};
use std::sync::atomic::{AtomicBool, Ordering};

/// Makes the package's types and functions, and those of `_ctypes`, live as long as the process. It does so
/// only for the first interpreter that imports the package, because such objects are never freed.
pub fn keep(package: &Py<PyDict>, vm: &VirtualMachine) {
    static KEPT: AtomicBool = AtomicBool::new(false);
    if KEPT.swap(true, Ordering::AcqRel) {
        return;
    }
    for (_, object) in package {
        if let Some(ctype) = CType::of(&object, vm) {
            ctype.as_object().make_immortal();
            object.make_immortal();
        } else if is_function(&object, vm) {
            object.make_immortal();
        }
    }
}

fn is_function(object: &PyObject, vm: &VirtualMachine) -> bool {
    let builtin = vm.ctx.types.builtin_function_or_method_type;
    object.class().is(builtin) || object.downcast_ref::<PackageFunction>().is_some()
}
