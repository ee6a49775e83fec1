//! `bytearray.__init__`, which the VM lets replace the memory of an exported array.
//!
//! Values made by `from_buffer` lie in that memory. So this method replaces it, and refuses as CPython's does.

use rustpython_vm::{
    AsObject, PyResult, VirtualMachine,
    builtins::PyByteArray,
    function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags},
    protocol::BufferResizeGuard,
};
use std::{mem, sync::Once};

static INIT: PyMethodDef = PyMethodDef::new_raw_const(
    "__init__",
    |vm: &VirtualMachine, args: FuncArgs, _| init(args, vm),
    PyMethodFlags::METHOD
        .union(PyMethodFlags::FASTCALL)
        .union(PyMethodFlags::KEYWORDS),
    ItemDoc::static_text("Initialize self.  See help(type(self)) for accurate signature."),
);

/// Replaces the method.
pub fn install(vm: &VirtualMachine) {
    // Static types belong to all interpreters of the process.
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let class = vm.ctx.types.bytearray_type;
        let method = INIT.build_method(&vm.ctx, class);
        class.set_attr(vm.ctx.intern_str(INIT.name), method.into());
    });
}

fn init(mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let zelf = args.take_positional();
    let zelf = zelf.and_then(|zelf| zelf.downcast::<PyByteArray>().ok());
    let Some(zelf) = zelf else {
        return Err(vm.new_type_error("descriptor '__init__' requires a 'bytearray' object"));
    };
    // Reading the arguments may run Python code, which may export the array.
    let class = vm.ctx.types.bytearray_type.as_object();
    let Ok(new) = class.call(args, vm)?.downcast::<PyByteArray>() else {
        return Err(vm.new_type_error("expected a bytearray"));
    };
    mem::swap(&mut *zelf.try_resizable(vm)?, &mut *new.try_resizable(vm)?);
    Ok(vm.ctx.none())
}
