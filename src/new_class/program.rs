//! Ordinary classes of the whole program.
//!
//! Making a class takes this VM some hundred thousand instructions, and most of importing a package with
//! hundreds of classes is that. What is copied for the classes of `_ctypes` can be copied for others as well:
//! the program's `type.__new__` makes those that derive from `object`, or from one class of Python code, in the
//! same way. The `_ctypes` module does not need it.

use super::{NewClass, object, vm_new};
use crate::without::without;
use rustpython_vm::{
    AsObject, Py, PyRef, PyResult, VirtualMachine,
    builtins::{PyTuple, PyType, PyTypeRef},
    function::FuncArgs,
};
use std::sync::OnceLock;

/// The `__bases__` of classes that name none.
static OF_OBJECT: OnceLock<PyRef<PyTuple<PyTypeRef>>> = OnceLock::new();

/// Makes the interpreter that starts, and all that the process starts later, make ordinary classes here.
///
/// It is an init hook for the builder:
///
/// ```no_run
/// use rustpython_vm::InterpreterBuilder;
///
/// let builder = InterpreterBuilder::new().init_hook(rustpython_ctypes::new_class::init_hook);
/// ```
///
/// No class whose metaclass is Python code may exist yet: the VM tells by the slot whether `type.__new__` may
/// be called for it.
pub fn init_hook(vm: &mut VirtualMachine) {
    if without().types {
        return;
    }
    let new = &vm.ctx.types.type_type.slots.new;
    let Some(own) = new.load() else { return };
    if vm_new::remember(own) {
        object::install(vm);
        new.store(Some(type_new));
    }
}

/// Makes a class: the program's `type.__new__`.
fn type_new(metaclass: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if args.kwargs.is_empty()
        && let Some(class) = NewClass::read(&metaclass, &args.args, |base| bases_of(base, vm), vm)?
        && is_ordinary_base(&class.base, vm)
    {
        return Ok(class.make(vm)?.into());
    }
    vm_new::type_new(vm)?(metaclass, args, vm)
}

/// Returns whether a base is `object` or a class of Python code, and not a metaclass.
fn is_ordinary_base(base: &Py<PyType>, vm: &VirtualMachine) -> bool {
    let types = &vm.ctx.types;
    base.is(types.object_type)
        || base.heaptype_ext.is_some() && !base.fast_issubclass(types.type_type)
}

fn bases_of(base: &Py<PyType>, vm: &VirtualMachine) -> Option<PyRef<PyTuple<PyTypeRef>>> {
    let object = vm.ctx.types.object_type;
    let alone = || PyTuple::new_ref_typed(vec![object.to_owned()], &vm.ctx);
    base.is(object)
        .then(|| OF_OBJECT.get_or_init(alone).clone())
}
