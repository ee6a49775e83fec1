//! `CType_Type`: the metaclass that all ctypes metaclasses derive from.
//!
//! What every ctypes class can do is here: make instances on memory that exists already, convert
//! arguments, be multiplied into an array type.

use super::{attributes, construct};
use crate::{
    audit,
    ccall::from_param,
    cdata::CData,
    clib,
    ctype::{CType, Construct, Place, scalar::pointer},
};
use std::sync::OnceLock;

use num_traits::ToPrimitive;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, TryFromBorrowedObject,
    VirtualMachine,
    builtins::{PyClassMethod, PyInt, PyMemoryView, PyStr, PyStrRef, PyType, PyTypeRef},
    class::StaticType,
    function::{FuncArgs, OptionalArg, PySetterValue},
    protocol::PyBuffer,
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

/// The same, for a class that some metaclass call made of no base of ours.
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

/// How instances of `class`, which is new, are made. Its metaclass is told too, if that is Python's.
#[must_use]
pub fn constructor(class: &Py<PyType>, vm: &VirtualMachine) -> Construct {
    construct::hand_on(class.as_object().class());
    if class.fast_issubclass(CData::static_type()) {
        attributes::install(class, vm);
        construct
    } else {
        construct_nothing
    }
}

/// A new instance with zeroed memory, for `__new__`.
///
/// # Errors
/// `TypeError` if the class is abstract.
pub fn new_instance(class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let ctype = CType::of_concrete(class, vm)?;
    (ctype.construct)(ctype, Place::New, vm)
}

/// The arguments of a metaclass's `__init__`: `name, bases, namespace` as `type` takes them.
///
/// # Errors
/// `TypeError` if they are not there.
pub fn init_arguments(args: &FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    if args.args.len() != 3 {
        return Err(vm.new_type_error(format!(
            "type.__init__() takes 1 or 3 arguments ({} given)",
            args.args.len()
        )));
    }
    Ok(())
}

/// The metaclass's `from_param` as a class method, for the types that have it in their own
/// namespace, where `super()` finds it. It is one object, so that it can be recognised.
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

/// `class` as a class object, checked to be one of ours.
///
/// # Errors
/// `TypeError` if it is not.
pub fn class_of<'a>(zelf: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Py<PyType>> {
    zelf.downcast_ref::<PyType>()
        .ok_or_else(|| vm.new_type_error("expected a ctypes type"))
}

/// Sets or deletes an attribute of a class, as `type` does, but for its description.
///
/// # Errors
/// `AttributeError` for the description; what `type` raises.
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
        // The package sets it once more when somebody resets its caches.
        if let Some(at_end) = AT_END_OF_PACKAGE.get() {
            at_end(vm)?;
        }
    }
    Ok(())
}

type AtEnd = fn(&VirtualMachine) -> PyResult<()>;

/// What is done when the `ctypes` package has been imported, known to the layers above.
static AT_END_OF_PACKAGE: OnceLock<AtEnd> = OnceLock::new();

/// Has `at_end` called when the `ctypes` package has been imported, in every interpreter.
pub fn at_end_of_package(at_end: AtEnd) {
    let _ = AT_END_OF_PACKAGE.set(at_end);
}

/// Whether a class is a type of pointers to `char`, to which the package gives a `from_param` as the last
/// thing that it does.
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

#[pyclass(flags(BASETYPE, IMMUTABLETYPE), with(AsSequence, SetAttr))]
impl CTypeType {
    /// An instance at an address.
    #[pymethod]
    fn from_address(zelf: PyTypeRef, address: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let Some(address) = address.downcast_ref::<PyInt>() else {
            return Err(vm.new_type_error("integer expected"));
        };
        let ctype = CType::of_concrete(&zelf, vm)?;
        let address = pointer::wrapping_address(address);
        at_address(
            ctype,
            std::ptr::with_exposed_provenance_mut(address),
            None,
            vm,
        )
    }

    /// An instance that shares the memory of a writable buffer.
    #[pymethod]
    fn from_buffer(
        zelf: PyTypeRef,
        object: PyObjectRef,
        offset: OptionalArg<isize>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let ctype = CType::of_concrete(&zelf, vm)?;
        let Ok(buffer) = PyBuffer::try_from_borrowed_object(vm, &object) else {
            // ctypes asks for a view, which has its own words for this.
            PyMemoryView::from_object(&object, vm)?;
            return Err(vm.new_type_error("underlying buffer is not writable"));
        };
        if buffer.desc.readonly {
            return Err(vm.new_type_error("underlying buffer is not writable"));
        }
        if !buffer.desc.is_contiguous() {
            return Err(vm.new_type_error("underlying buffer is not C contiguous"));
        }
        let length = buffer.desc.len;
        let offset = buffer_offset(offset, length, ctype, vm)?;
        let start = match buffer.as_contiguous_mut() {
            Some(mut bytes) => bytes.as_mut_ptr(),
            None => return Err(vm.new_type_error("underlying buffer is not C contiguous")),
        };
        audit::event(vm, "ctypes.cdata/buffer", || {
            (start as isize, length, offset)
        })?;
        // SAFETY: the offset is within the buffer.
        let address = unsafe { start.add(offset) };
        let anchor = owner_of_buffer(&object, vm)?;
        let instance = at_address(ctype, address, anchor, vm)?;
        if let Some(cdata) = CData::of(&instance) {
            cdata.hold_source(buffer);
        }
        Ok(instance)
    }

    /// An instance with a copy of a buffer's bytes.
    #[pymethod]
    fn from_buffer_copy(
        zelf: PyTypeRef,
        object: PyObjectRef,
        offset: OptionalArg<isize>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let ctype = CType::of_concrete(&zelf, vm)?;
        let buffer = PyBuffer::try_from_borrowed_object(vm, &object)?;
        if !buffer.desc.is_contiguous() {
            return Err(vm.new_buffer_error("memoryview: underlying buffer is not C-contiguous"));
        }
        let length = buffer.desc.len;
        let offset = buffer_offset(offset, length, ctype, vm)?;
        let start = buffer.obj_bytes().as_ptr();
        audit::event(vm, "ctypes.cdata/buffer", || {
            (start as isize, length, offset)
        })?;
        let instance = (ctype.construct)(ctype, Place::New, vm)?;
        if let Some(cdata) = CData::of(&instance) {
            let owner = owner_of_buffer(&object, vm)?;
            buffer.contiguous_or_collect(|bytes| {
                let bytes = &bytes[offset..offset + cdata.size()];
                // SAFETY: there are as many bytes as the instance has.
                unsafe { CData::fill(cdata, bytes.as_ptr(), owner.as_deref(), vm) }
            })?;
        }
        Ok(instance)
    }

    /// The instance that a library exports under a name.
    #[pymethod]
    fn in_dll(
        zelf: PyTypeRef,
        dll: PyObjectRef,
        name: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult {
        let name: PyStrRef = name.downcast().map_err(|name| {
            vm.new_type_error(format!(
                "in_dll() argument 2 must be str, not {}",
                name.class().slot_name()
            ))
        })?;
        audit::event(vm, "ctypes.dlsym", || (dll.clone(), name.clone()))?;
        let address = clib::lookup(
            &dll,
            "second argument",
            &name,
            |message| vm.new_value_error(message),
            vm,
        )?;
        let ctype = CType::of_concrete(&zelf, vm)?;
        at_address(
            ctype,
            std::ptr::with_exposed_provenance_mut(address),
            None,
            vm,
        )
    }

    /// Converts an argument of a foreign call.
    #[pymethod]
    fn from_param(zelf: PyTypeRef, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let ctype = CType::of_concrete(&zelf, vm)?;
        Ok(from_param::convert(ctype, &value, vm)?.into_object(&value, vm))
    }

    /// The pointer type that `POINTER` made for this type.
    #[pygetset(name = "__pointer_type__")]
    fn pointer_type(zelf: PyTypeRef, vm: &VirtualMachine) -> PyResult {
        CType::of_class(&zelf, vm)
            .and_then(|ctype| ctype.pointer_type.lock().clone())
            .ok_or_else(|| {
                vm.new_attribute_error(format!(
                    "type {} has no attribute '__pointer_type__'",
                    zelf.slot_name()
                ))
            })
    }

    #[pygetset(setter, name = "__pointer_type__")]
    fn set_pointer_type(
        zelf: PyTypeRef,
        value: PySetterValue,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let ctype = CType::of_class(&zelf, vm).ok_or_else(|| {
            vm.new_type_error(format!(
                "type '{}' must have storage info",
                zelf.slot_name()
            ))
        })?;
        let new = match value {
            PySetterValue::Assign(value) => Some(value),
            PySetterValue::Delete => None,
        };
        let old = std::mem::replace(&mut *ctype.pointer_type.lock(), new);
        drop(old);
        Ok(())
    }
}

/// The index that a key is, if it is an exact `int` that fits: what keys mostly are.
#[inline]
pub fn exact_index(key: &PyObject, vm: &VirtualMachine) -> Option<isize> {
    key.downcast_ref_if_exact::<PyInt>(vm)?
        .as_bigint()
        .to_isize()
}

/// The index that `int` is. One too large for the machine is as invalid as any other.
///
/// # Errors
/// `IndexError` if it is too large.
pub fn index_value(int: &Py<PyInt>, vm: &VirtualMachine) -> PyResult<isize> {
    isize::try_from(int.as_bigint())
        .map_err(|_| vm.new_index_error("cannot fit 'int' into an index-sized integer"))
}

/// An instance at an address, in the memory of `anchor` if that is known.
fn at_address(
    ctype: &Py<CType>,
    address: *mut u8,
    anchor: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult {
    audit::event(vm, "ctypes.cdata", || (address.addr() as isize,))?;
    (ctype.construct)(ctype, Place::At { address, anchor }, vm)
}

/// The C value whose memory a buffer of `object` is. What references there lead to is that value's to keep.
///
/// # Errors
/// What asking a memory view for its object raises.
fn owner_of_buffer(object: &PyObject, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let home =
        |object: &PyObject| CData::of(object).map(|value| CData::home(value).to_owned().into());
    if object.downcast_ref::<PyMemoryView>().is_none() {
        return Ok(home(object));
    }
    Ok(home(&*object.get_attr("obj", vm)?))
}

/// Checks that a value of the type fits a buffer of `length` bytes at `offset`.
fn buffer_offset(
    offset: OptionalArg<isize>,
    length: usize,
    ctype: &CType,
    vm: &VirtualMachine,
) -> PyResult<usize> {
    let offset = offset.unwrap_or(0);
    let Ok(offset) = usize::try_from(offset) else {
        return Err(vm.new_value_error("offset cannot be negative"));
    };
    let needed = ctype.size().saturating_add(offset);
    if needed > length {
        return Err(vm.new_value_error(format!(
            "Buffer size too small ({length} instead of at least {needed} bytes)"
        )));
    }
    Ok(offset)
}
