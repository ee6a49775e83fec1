//! `_ctypes` on top of `_rawffi`: the Python package `python-shim/layered/_ctypes` under a native name.
//!
//! The VM has a `_ctypes` of its own, and native modules take precedence over the path. So the package gets a
//! native module for its root, which reads the package's `__init__.py` into itself.

use rustpython_vm::{builtins::PyModuleDef, vm::Context};

/// Returns the definition of the layered `_ctypes`. It also needs [`crate::module_def`].
#[must_use]
pub fn ctypes_module_def(ctx: &Context) -> &'static PyModuleDef {
    _ctypes::module_def(ctx)
}

#[rustpython_vm::pymodule]
mod _ctypes {
    use rustpython_vm::{
        AsObject, Py, PyResult, VirtualMachine, builtins::PyModule, compiler::Mode, scope::Scope,
    };

    /// The package's directory.
    const PACKAGE: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../python-shim/layered/_ctypes"
    );

    pub(crate) fn module_exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
        __module_exec(vm, module);
        let path = vm.ctx.new_list(vec![vm.ctx.new_str(PACKAGE).into()]);
        module.as_object().set_attr("__path__", path, vm)?;
        let file = format!("{PACKAGE}/__init__.py");
        let source = std::fs::read_to_string(&file).map_err(|error| {
            vm.new_import_error(format!("{file}: {error}"), vm.ctx.new_str("_ctypes"))
        })?;
        let code = vm
            .compile(&source, Mode::Exec, &file)
            .map_err(|error| vm.new_system_error(format!("{file}: {error:?}")))?;
        let scope = Scope::with_builtins(None, module.dict(), vm);
        vm.run_code_obj(code, scope)?;
        Ok(())
    }
}
