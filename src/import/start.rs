//! Installing the native `__import__`.
//!
//! The VM keeps two functions: the one in `builtins`, which import statements call, and the one that it gives
//! importlib to import parents with. If both are the same, it finds the module of a plain `import` by itself,
//! without making a frame object for the function that imports. By default they differ, because it takes the
//! second one from importlib's namespace, which has a function of its own. With [`init_hook`] both are the
//! native one.

use super::{finder::Finder, spec::ModuleSpec};
use crate::without::without;
use rustpython_common::rc::PyRc;
use rustpython_vm::{
    Py, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyModule, PyModuleDef, PyModuleSlots},
    function::{Callee, FuncArgs, PyMethodDef},
};
use std::{cell::RefCell, sync::OnceLock};

const NAME: &str = "__import__";

/// Puts the native `__import__` into an interpreter's `builtins`, in place of the VM's own.
///
/// Call it before Python code runs in the interpreter. On a VM whose importlib is not the one that this crate
/// was written for, it does nothing.
pub fn install(vm: &VirtualMachine) {
    if !without().import
        && let Some(import) = bootstrap(vm).and_then(|bootstrap| native(&bootstrap, vm))
    {
        let _ = vm.builtins.dict().set_item(NAME, import, vm);
    }
}

/// Returns importlib's first module.
fn bootstrap(vm: &VirtualMachine) -> Option<PyRef<PyModule>> {
    let modules = vm.sys_module.get_attr("modules", vm).ok()?;
    modules
        .get_item("_frozen_importlib", vm)
        .ok()?
        .downcast()
        .ok()
}

/// Makes the native function: the VM's own in everything but what it does first.
fn native(bootstrap: &Py<PyModule>, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let class = bootstrap.dict().get_item_opt("ModuleSpec", vm).ok()??;
    let finder = Finder::new(ModuleSpec::of(class.downcast_ref()?, vm)?, vm);
    let methods = vm.builtins.def?.methods;
    let own = methods.iter().find(|method| method.name == NAME)?;
    let general = own.func;
    let import = move |vm: &VirtualMachine, arguments: FuncArgs, callee: Callee| {
        if arguments.kwargs.is_empty()
            && let Some(found) = finder.find(&arguments.args, vm)
        {
            return Ok(found);
        }
        general(vm, arguments, callee)
    };
    // The VM's functions are never freed, and this definition lives as long.
    let method: &'static PyMethodDef = Box::leak(Box::new(PyMethodDef {
        func: Box::leak(Box::new(import)),
        ..own.clone()
    }));
    let function = method
        .to_function()
        .with_module(vm.ctx.intern_str("builtins"))
        .with_module_object(vm.builtins.clone().into());
    Some(function.into_ref(&vm.ctx).into())
}

/// Arranges for [`install`] to be called while an interpreter starts, and gives the native function to
/// importlib too.
///
/// It is an init hook for the builder:
///
/// ```no_run
/// use rustpython_vm::InterpreterBuilder;
///
/// let builder = InterpreterBuilder::new().init_hook(rustpython_ctypes::import::init_hook);
/// ```
///
/// The subinterpreters of the interpreter start in the same way.
pub fn init_hook(vm: &mut VirtualMachine) {
    if without().import {
        return;
    }
    let Some(state) = PyRc::get_mut(&mut vm.state) else {
        return;
    };
    for step in [&BEFORE, &AFTER] {
        if let Some(def) = state.module_defs.get_mut(step.module) {
            *def = step.take_place_of(def);
        }
    }
}

type Exec = fn(&VirtualMachine, &Py<PyModule>) -> PyResult<()>;

/// A step to be taken when an interpreter that starts executes a native module.
struct Step {
    module: &'static str,
    exec: Exec,
    /// The module's definition as the VM has it, and with this step.
    defs: OnceLock<(&'static PyModuleDef, PyModuleDef)>,
}

/// Comes before the VM takes `__import__` from importlib: it executes `_imp` for importlib's sake.
static BEFORE: Step = Step {
    module: "_imp",
    exec: |vm, module| BEFORE.execute(module, vm, lend),
    defs: OnceLock::new(),
};

/// Comes after that: the VM prepares the standard streams next.
static AFTER: Step = Step {
    module: "_io",
    exec: |vm, module| AFTER.execute(module, vm, take_back),
    defs: OnceLock::new(),
};

impl Step {
    fn take_place_of(&'static self, own: &'static PyModuleDef) -> &'static PyModuleDef {
        let with_step = || PyModuleDef {
            name: own.name,
            doc: own.doc,
            methods: own.methods,
            slots: PyModuleSlots {
                create: own.slots.create,
                exec: Some(self.exec),
            },
        };
        &self.defs.get_or_init(|| (own, with_step())).1
    }

    fn execute(
        &self,
        module: &Py<PyModule>,
        vm: &VirtualMachine,
        also: fn(&VirtualMachine) -> PyResult<()>,
    ) -> PyResult<()> {
        let own = self.defs.get().and_then(|(own, _)| own.slots.exec);
        own.map_or(Ok(()), |exec| exec(vm, module))?;
        // Python code may execute the module again.
        if vm.initialized { Ok(()) } else { also(vm) }
    }
}

thread_local! {
    /// importlib's own function, while the native one is in its place.
    static LENT: RefCell<Option<PyObjectRef>> = const { RefCell::new(None) };
}

fn lend(vm: &VirtualMachine) -> PyResult<()> {
    install(vm);
    if let Some(bootstrap) = bootstrap(vm) {
        let import = vm.builtins.get_attr(NAME, vm)?;
        let own = bootstrap.get_attr(NAME, vm)?;
        bootstrap.set_attr(NAME, import, vm)?;
        LENT.set(Some(own));
    }
    Ok(())
}

fn take_back(vm: &VirtualMachine) -> PyResult<()> {
    match (LENT.take(), bootstrap(vm)) {
        (Some(own), Some(bootstrap)) => bootstrap.set_attr(NAME, own, vm),
        _ => Ok(()),
    }
}
