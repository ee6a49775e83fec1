//! `CType_Type`: the metaclass that all ctypes metaclasses derive from.
//!
//! It has what every ctypes class can do: make instances on existing memory, know the type of pointers to
//! itself, and be multiplied into an array type.

use super::{attributes, construct};
use crate::{
    cdata::CData,
    ctype::{CType, Construct, Place},
    panics::guarded,
};
use std::sync::OnceLock;

use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyClassMethod, PyStr, PyType, PyTypeRef},
    class::StaticType,
    function::{FuncArgs, PySetterValue},
    pyclass,
    types::{AsSequence, SetAttr},
};

/// The base of the metaclasses.
#[pyclass(module = "_ctypes", name = "CType_Type", base = PyType)]
#[derive(Debug)]
#[repr(transparent)]
pub struct CTypeType(PyType);

/// Makes an instance whose payload is a [`CData`] alone.
///
/// # Errors
/// `MemoryError` if there is no memory for the value.
pub fn construct(ctype: &Py<CType>, place: Place, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let payload = CData::new(ctype.to_owned(), place, vm)?;
    let class = ctype.python_class().clone();
    Ok(payload.into_instance(class, vm).into())
}

/// Refuses to make an instance of a class that a metaclass call made without a base class of this module.
///
/// # Errors
/// `TypeError`.
pub fn construct_nothing(
    ctype: &Py<CType>,
    _place: Place,
    vm: &VirtualMachine,
) -> PyResult<PyObjectRef> {
    let name = ctype.name();
    Err(vm.new_type_error(format!("'{name}' is not a subtype of '_ctypes._CData'")))
}

/// Returns how instances of `class` are made, which its metaclass describes as values of `base` or of a class
/// derived from it. A metaclass of Python code gets the vectorcall function too.
///
/// # Errors
/// As for [`has_payload`].
pub fn constructor(
    class: &Py<PyType>,
    base: &Py<PyType>,
    vm: &VirtualMachine,
) -> PyResult<Construct> {
    construct::hand_on(class.as_object().class());
    if has_payload(class, base, vm)? {
        attributes::adopt(class);
        Ok(construct)
    } else {
        Ok(construct_nothing)
    }
}

/// Returns whether instances of `class` have the payload of `base`, the base class by which its metaclass
/// describes it. Returns `false` if they have none of this module's payloads: then there are no instances.
///
/// # Errors
/// `TypeError` if they have the payload of another of this module's base classes. A metaclass of Python code
/// can derive from two of the metaclasses, or call the `__init__` of one for a class of the other.
pub fn has_payload(class: &Py<PyType>, base: &Py<PyType>, vm: &VirtualMachine) -> PyResult<bool> {
    let any = CData::static_type();
    if !class.fast_issubclass(any) {
        return Ok(false);
    }
    let is_other = |of: &Py<PyType>| {
        of.heaptype_ext.is_none() && !of.is(base) && !of.is(any) && of.fast_issubclass(any)
    };
    let other = {
        let mro = class.mro.read();
        mro.iter().find(|of| is_other(of)).map(ToOwned::to_owned)
    };
    if other.is_none() && class.fast_issubclass(base) {
        return Ok(true);
    }
    let other = other.map_or_else(
        || any.slot_name().to_string(),
        |of| of.slot_name().to_string(),
    );
    Err(vm.new_type_error(format!(
        "'{}' derives from {other}, but its metaclass describes it as a {}",
        class.slot_name(),
        base.slot_name()
    )))
}

/// Makes a new instance with zeroed memory, for `__new__`.
///
/// # Errors
/// `TypeError` if the class is abstract.
pub fn new_instance(class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let ctype = CType::of_concrete(class, vm)?;
    (ctype.construct)(ctype, Place::New, vm)
}

/// Runs a metaclass's `__init__`, which takes `name, bases, namespace` as that of `type` does and calls
/// `define` to describe the class.
///
/// # Errors
/// `TypeError` if there are other arguments; any exception that `define` raises.
pub fn initialize(
    zelf: &PyObject,
    args: &FuncArgs,
    define: impl FnOnce(&Py<PyType>) -> PyResult<()>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if ![1, 3].contains(&args.args.len()) {
        return Err(vm.new_type_error("type.__init__() takes 1 or 3 arguments"));
    }
    guarded(vm, || define(class_of(zelf, vm)?))
}

/// Returns the metaclass's `from_param` as a class method, for the types that have it in their own namespace,
/// where `super()` finds it. It is one object, so that it can be recognised.
#[must_use]
pub fn from_param_class_method(vm: &VirtualMachine) -> PyObjectRef {
    static METHOD: OnceLock<PyObjectRef> = OnceLock::new();
    METHOD
        .get_or_init(|| {
            let name = vm.ctx.intern_str("from_param");
            let method = CTypeType::static_type().get_attr(name);
            PyClassMethod::from(vm.unwrap_or_none(method)).into_pyobject(vm)
        })
        .clone()
}

/// Returns `class` as a class object of this module's metaclasses.
///
/// # Errors
/// `TypeError` if it is not one.
pub fn class_of<'a>(zelf: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Py<PyType>> {
    zelf.downcast_ref::<PyType>()
        .ok_or_else(|| vm.new_type_error("expected a ctypes type"))
}

/// Sets or deletes an attribute of a class, as `type` does, except for its description.
///
/// # Errors
/// `AttributeError` for the description; any exception that `type` raises.
pub fn set_class_attribute(
    class: &Py<PyType>,
    name: &Py<PyStr>,
    value: PySetterValue,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if name.as_bytes() == CType::attribute(vm).as_bytes() {
        return Err(vm.new_attribute_error(format!(
            "attribute '{}' of '{}' is not writable",
            name.as_wtf8(),
            class.slot_name()
        )));
    }
    let is_set = matches!(value, PySetterValue::Assign(_));
    <PyType as SetAttr>::setattro(class, name, value, vm)?;
    if is_set && name.as_bytes() == b"from_param" && points_to_char(class, vm) {
        // The package sets it once more when a program resets its caches.
        if let Some(at_end) = AT_END_OF_PACKAGE.get() {
            at_end(vm)?;
        }
    }
    Ok(())
}

type AtEnd = fn(&VirtualMachine) -> PyResult<()>;

/// What to call when the `ctypes` package has been imported; the layers above set it.
static AT_END_OF_PACKAGE: OnceLock<AtEnd> = OnceLock::new();

/// Arranges for `at_end` to be called when the `ctypes` package has been imported, in every interpreter.
pub fn at_end_of_package(at_end: AtEnd) {
    let _ = AT_END_OF_PACKAGE.set(at_end);
}

/// Returns whether a class is a type of pointers to `char`. The last thing that the package does is to give
/// that type a `from_param`.
fn points_to_char(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    CType::of_class(class, vm)
        .and_then(|ctype| ctype.target()?.simple())
        .is_some_and(|simple| simple.code.code == 'c')
}

impl SetAttr for CTypeType {
    fn slot_setattro(
        zelf: &PyObject,
        name: &Py<PyStr>,
        value: PySetterValue,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        set_class_attribute(class_of(zelf, vm)?, name, value, vm)
    }

    fn setattro(
        zelf: &Py<Self>,
        name: &Py<PyStr>,
        value: PySetterValue,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        Self::slot_setattro(zelf.as_object(), name, value, vm)
    }
}

/// Returns the description of a class.
///
/// # Errors
/// `TypeError` if it has none: it is abstract, or its metaclass has not initialised it.
fn described<'a>(class: &'a Py<PyType>, vm: &VirtualMachine) -> PyResult<&'a Py<CType>> {
    if let Some(ctype) = CType::of_class(class, vm) {
        return Ok(ctype);
    }
    let class = class.as_object().repr(vm)?;
    let message = format!("{} must have storage info", class.to_string_lossy());
    Err(vm.new_type_error(message))
}

#[pyclass(flags(BASETYPE, IMMUTABLETYPE), with(AsSequence, SetAttr))]
impl CTypeType {
    /// The pointer type that `POINTER` made for this type.
    #[pygetset(name = "__pointer_type__")]
    fn pointer_type(zelf: PyTypeRef, vm: &VirtualMachine) -> PyResult {
        let ctype = described(&zelf, vm)?;
        if let Some(known) = &*ctype.pointer_type.lock() {
            return Ok(known.clone());
        }
        let class = zelf.as_object().repr(vm)?;
        let message = format!(
            "{} has no attribute '__pointer_type__'",
            class.to_string_lossy()
        );
        Err(vm.new_attribute_error(message))
    }

    #[pygetset(setter, name = "__pointer_type__")]
    fn set_pointer_type(
        zelf: PyTypeRef,
        value: PySetterValue,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let ctype = described(&zelf, vm)?;
        let new = match value {
            PySetterValue::Assign(value) => Some(value),
            PySetterValue::Delete => None,
        };
        let old = std::mem::replace(&mut *ctype.pointer_type.lock(), new);
        drop(old);
        Ok(())
    }
}
