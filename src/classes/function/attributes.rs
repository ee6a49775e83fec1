//! The attributes by which Python code declares a function: `argtypes`, `restype` and `errcheck`.

use super::{
    CFuncPtr,
    declaration::{Declaration, Displaced},
};
use crate::{
    callable::Callable,
    ccall::{
        result::Restype,
        signature::{ArgTypes, Declared},
    },
    classes::{
        accessor::{self, Attribute},
        argtypes,
    },
    panics::guarded,
};
use rustpython_vm::{
    Py, PyObject, PyResult, VirtualMachine, builtins::PyType, function::PySetterValue, vm::Context,
};
use std::mem;

static ATTRIBUTES: [Attribute; 3] = [
    Attribute {
        name: "argtypes",
        doc: "The types of the arguments.",
        get: |object, vm| {
            let argtypes = |declared: &Declared| declared.argtypes.as_ref().map(ArgTypes::shown);
            let argtypes = read(object, "argtypes", argtypes, vm)?;
            Ok(vm.unwrap_or_none(argtypes))
        },
        set: set_argtypes,
    },
    Attribute {
        name: "restype",
        doc: "The type of the result.",
        get: |object, vm| {
            let restype = |declared: &Declared| declared.restype.object().clone();
            read(object, "restype", restype, vm)
        },
        set: set_restype,
    },
    Attribute {
        name: "errcheck",
        doc: "What is called with the result, the function and the arguments.",
        get: |object, vm| {
            let errcheck = |declared: &Declared| {
                let errcheck = declared.errcheck.as_ref();
                errcheck.map(|errcheck| errcheck.object().clone())
            };
            let errcheck = read(object, "errcheck", errcheck, vm)?;
            Ok(vm.unwrap_or_none(errcheck))
        },
        set: set_errcheck,
    },
];

/// Adds the attributes to the class of function pointers.
pub fn add(class: &Py<PyType>, context: &Context) {
    for attribute in &ATTRIBUTES {
        accessor::add(class, attribute, context);
    }
}

fn function<'a>(
    object: &'a PyObject,
    attribute: &str,
    vm: &VirtualMachine,
) -> PyResult<&'a Py<CFuncPtr>> {
    CFuncPtr::of(object).ok_or_else(|| {
        let class = "'_ctypes.CFuncPtr' objects";
        accessor::does_not_apply(attribute, class, object, vm)
    })
}

#[inline]
fn read<R>(
    object: &PyObject,
    attribute: &str,
    read: impl FnOnce(&Declared) -> R,
    vm: &VirtualMachine,
) -> PyResult<R> {
    let function = function(object, attribute, vm)?;
    Ok(match function.own.get() {
        Some(own) => own.get(read),
        None => read(&function.of_type().declared),
    })
}

impl CFuncPtr {
    /// Changes the declaration. Calls in progress go on with the signature that they have read. Returns what is
    /// displaced: dropping it can run Python code.
    fn declare<T>(&self, change: impl FnOnce(&mut Declared) -> T) -> Displaced<T> {
        let own = self
            .own
            .get_or_init(|| Box::new(Declaration::new(self.of_type())));
        own.change(&self.planned, change)
    }
}

fn set_argtypes(object: &PyObject, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    let function = function(object, "argtypes", vm)?;
    let argtypes = match value {
        PySetterValue::Assign(value) if !vm.is_none(&value) => {
            Some(guarded(vm, || argtypes::read(value, vm))?)
        }
        _ => function.of_type().declared.argtypes.clone(),
    };
    if let (Some(flags), Some(argtypes)) = (&function.paramflags, &argtypes) {
        flags.check(argtypes, vm)?;
    }
    drop(function.declare(|declared| mem::replace(&mut declared.argtypes, argtypes)));
    Ok(())
}

fn set_restype(object: &PyObject, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    const MESSAGE: &str = "restype must be a type, a callable, or None";
    let function = function(object, "restype", vm)?;
    let restype = match value {
        PySetterValue::Assign(value) => Restype::new(value, MESSAGE, vm)?,
        PySetterValue::Delete => function.of_type().declared.restype.clone(),
    };
    drop(function.declare(|declared| mem::replace(&mut declared.restype, restype)));
    Ok(())
}

fn set_errcheck(object: &PyObject, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    let function = function(object, "errcheck", vm)?;
    let errcheck = match value {
        PySetterValue::Assign(value) if value.is_callable() => Some(Callable::new(value)),
        PySetterValue::Assign(_) => {
            return Err(vm.new_type_error("the errcheck attribute must be callable"));
        }
        PySetterValue::Delete => None,
    };
    drop(function.declare(|declared| mem::replace(&mut declared.errcheck, errcheck)));
    Ok(())
}
