//! `__new__` of the metaclasses.
//!
//! The function is found by name: the metaclasses' slot is the one that the VM gives to classes whose `__new__`
//! is Python code, so that `type.__new__` may still be called for them.

use super::{metatype::CTypeType, slots::shares_slot};
use crate::{
    names::name,
    new_class::{self, NewClass},
    without::without,
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyStrInterned, PyStrRef, PyTuple, PyType, PyTypeRef, PyUtf8StrRef},
    class::StaticType,
    function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags},
};
use std::sync::OnceLock;

/// Makes a class: `__new__` of a metaclass, called with the metaclass and the arguments of `type`.
///
/// # Errors
/// Any exception that `type.__new__` raises.
pub fn new(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if args.kwargs.is_empty()
        && let Some((metaclass, arguments)) = args.args.split_first()
        && let Some(metaclass) = metaclass.downcast_ref::<PyType>()
        && metaclass.fast_issubclass(CTypeType::static_type())
        && let Some(mut class) = NewClass::read(metaclass, arguments, shared_bases, vm)?
        && class
            .base
            .as_object()
            .class()
            .fast_issubclass(CTypeType::static_type())
    {
        class.shares_descriptors = shows_descriptors(metaclass);
        return Ok(class.make(vm)?.into());
    }
    let new = name!(vm, "__new__");
    let of_type = vm.ctx.types.type_type.as_object();
    of_type.get_attr(new, vm)?.call(args, vm)
}

/// Returns whether the `__dict__` of a metaclass's classes is read through `type_attributes`.
fn shows_descriptors(metaclass: &Py<PyType>) -> bool {
    !without().attributes && shares_slot!(metaclass, CTypeType::static_type(), getattro)
}

/// Makes a class from native code, as a class statement or a call of `type` would, with this metaclass and a
/// base class of this module. The caller must run `__init__` of the metaclass.
///
/// # Errors
/// None in practice: the class is an ordinary one.
pub fn make(
    metaclass: &'static Py<PyType>,
    base: &'static Py<PyType>,
    name: PyUtf8StrRef,
    qualname: PyStrRef,
    entries: Vec<(&'static PyStrInterned, PyObjectRef)>,
    vm: &VirtualMachine,
) -> PyResult<PyTypeRef> {
    let alone = || PyTuple::new_ref_typed(vec![base.to_owned()], &vm.ctx);
    let class = NewClass {
        metaclass: metaclass.to_owned(),
        base: base.to_owned(),
        bases: shared_bases(base).unwrap_or_else(alone),
        name,
        qualname,
        entries,
        class_cell: None,
        namespace_cell: None,
        shares_descriptors: shows_descriptors(metaclass),
    };
    class.make(vm)
}

/// The `__bases__` of all classes that derive from one base class of this module alone: the collector has one
/// object less to visit for each class.
static SHARED_BASES: OnceLock<Vec<PyRef<PyTuple<PyTypeRef>>>> = OnceLock::new();

fn shared_bases(base: &Py<PyType>) -> Option<PyRef<PyTuple<PyTypeRef>>> {
    let of_base = |bases: &&PyRef<PyTuple<PyTypeRef>>| bases.as_slice()[0].is(base);
    SHARED_BASES.get()?.iter().find(of_base).cloned()
}

/// Makes [`new`] the `__new__` of all metaclasses, whose classes derive from these bases.
///
/// # Errors
/// None in practice: the VM refuses no such class.
pub fn install(
    metaclasses: &[&'static Py<PyType>],
    bases: &[PyTypeRef],
    vm: &VirtualMachine,
) -> PyResult<()> {
    let alone = |base: &PyTypeRef| PyTuple::new_ref_typed(vec![base.clone()], &vm.ctx);
    SHARED_BASES.get_or_init(|| bases.iter().map(alone).collect());
    static NEW: PyMethodDef =
        PyMethodDef::new_const("__new__", new, PyMethodFlags::STATIC, ItemDoc::NONE);
    new_class::install(vm);
    let name = name!(vm, "__new__");
    // The function that the VM puts into the slot of a class whose `__new__` is found by name.
    let template = PyType::new_simple_heap("template", vm.ctx.types.object_type, &vm.ctx)
        .map_err(|message| vm.new_type_error(message))?;
    template.as_object().set_attr(name, vm.ctx.none(), vm)?;
    let found_by_name = template.slots.new.load();
    new_class::hide(&template, vm);
    for metaclass in metaclasses {
        // Static types belong to all interpreters of the process.
        if shares_slot!(metaclass, &template, new) {
            continue;
        }
        metaclass.set_attr(name, NEW.build_staticmethod(&vm.ctx, metaclass).into());
        metaclass.slots.new.store(found_by_name);
    }
    Ok(())
}
