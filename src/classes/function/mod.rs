//! `CFuncPtr` and its metaclass: function pointers, foreign functions and callbacks.

mod constructor;
mod planned;

use super::{
    argtypes, class_attribute,
    construct::call_by_slot,
    metatype::{self, CTypeType, shares_slot},
};
use crate::{
    ccall::{
        call,
        enter::{Target, around::Callee},
        flags,
        paramflags::ParamFlags,
        result::Restype,
        signature::Signature,
    },
    cdata::CData,
    ctype::{CType, Function, Kind, Place, layout::Layout, scalar::pointer, shared::Shared},
    without::without,
};
use planned::Planned;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyType, PyTypeRef},
    function::{FuncArgs, PySetterValue},
    object::{Traverse, TraverseFn},
    protocol::PyNumberMethods,
    pyclass,
    types::{AsNumber, Callable, Constructor, Initializer, Representable},
};
use std::ops::Deref;

/// The metaclass of function pointers.
#[pyclass(module = "_ctypes", name = "PyCFuncPtrType", base = CTypeType)]
#[derive(Debug)]
#[repr(transparent)]
pub struct FuncPtrType(CTypeType);

#[pyclass(flags(BASETYPE, IMMUTABLETYPE), with(Initializer))]
impl FuncPtrType {}

impl Initializer for FuncPtrType {
    type Args = FuncArgs;

    fn slot_init(zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        metatype::init_arguments(&args, vm)?;
        define(metatype::class_of(zelf, vm)?, vm)
    }

    fn init(_zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_system_error("function types are initialised by their slot"))
    }
}

fn define(class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<()> {
    CType::check_undefined(class, vm)?;
    let flags = class_attribute::find(class, "_flags_", vm)?;
    let flags = flags
        .as_ref()
        .and_then(|flags| flags.downcast_ref::<PyInt>())
        .ok_or_else(|| vm.new_type_error("class must define _flags_ which must be an integer"))?
        .as_u64_mask() as u32;
    let argtypes = match class_attribute::find(class, "_argtypes_", vm)? {
        Some(argtypes) if !vm.is_none(&argtypes) => Some(argtypes::read(&argtypes, vm)?),
        _ => None,
    };
    let restype = vm.unwrap_or_none(class_attribute::find(class, "_restype_", vm)?);
    let restype = Restype::new(restype, "_restype_ must be a type, a callable, or None", vm)?;
    let signature = Signature::new(argtypes, restype).into_ref(&vm.ctx).into();
    let kind = Kind::Function(Function { flags, signature });
    let layout = Layout::pointer(None);
    CType::define(class, kind, layout, construct, vm)?;
    // A `__call__` of Python code, now or later, takes the place of both slots.
    if is_called_by_us(class, vm) && !without().vectorcall {
        class.slots.vectorcall.store(Some(vectorcall));
    }
    Ok(())
}

/// A C function pointer.
#[pyclass(
    module = "_ctypes",
    name = "CFuncPtr",
    base = CData,
    metaclass = "FuncPtrType",
    traverse = "manual"
)]
#[derive(Debug)]
#[repr(C)]
pub struct CFuncPtr {
    base: CData,
    signature: Shared<Signature>,
    /// The signature's plan; none if there are parameter flags.
    planned: Planned,
    /// `FUNCFLAG_*` of its type.
    flags: u32,
    paramflags: Option<ParamFlags>,
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for CFuncPtr {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.base.traverse(visit);
        self.signature.traverse(visit);
        self.paramflags.traverse(visit);
    }

    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        self.base.clear(out);
        // What makes a cycle is what Python code has set; the type's own stays callable.
        if let Some(function) = self.base.ctype().function()
            && let Some(declared) = function.signature.downcast_ref::<Signature>()
        {
            out.push(self.signature.replace(declared.to_owned()).into());
            self.plan();
        }
    }
}

/// Makes a function pointer on memory that exists already.
///
/// # Errors
/// `MemoryError` if there is no memory for it.
pub fn construct(ctype: &Py<CType>, place: Place, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let base = CData::new(ctype.to_owned(), place, vm)?;
    make(base, ctype.python_class().clone(), None, vm).map(Into::into)
}

fn make(
    base: CData,
    class: PyTypeRef,
    paramflags: Option<ParamFlags>,
    vm: &VirtualMachine,
) -> PyResult<PyRef<CFuncPtr>> {
    let signature = declared(base.ctype(), vm)?.to_owned();
    let function = base.ctype().function();
    let flags = function.map_or(flags::CDECL, |function| function.flags);
    let plan = signature.plan().filter(|_| paramflags.is_none());
    let object = CFuncPtr {
        base,
        signature: Shared::new(signature),
        planned: Planned::new(plan),
        flags,
        paramflags,
    }
    .into_ref_with_type_lazy_dict(vm, class)?;
    object.base.settle();
    Ok(object)
}

/// The signature that a class declares for its instances.
fn declared<'a>(ctype: &'a CType, vm: &VirtualMachine) -> PyResult<&'a Py<Signature>> {
    ctype
        .function()
        .and_then(|function| function.signature.downcast_ref::<Signature>())
        .ok_or_else(|| vm.new_type_error("abstract class"))
}

impl CFuncPtr {
    /// `object` as a function pointer, if it is one. The VM's own check for a payload that has a base
    /// goes through the bases of the class, under a lock.
    #[inline]
    fn of(object: &PyObject) -> Option<&Py<Self>> {
        CData::of(object)?.ctype().function()?;
        // SAFETY: values whose type is a function type are made by `make`, with this payload.
        Some(unsafe { object.downcast_unchecked_ref::<Self>() })
    }

    /// Calls that are under way go on with the signature they have read.
    fn change(&self, mut change: impl FnMut(&mut Signature), vm: &VirtualMachine) {
        let signature = &self.signature;
        let old = signature.change(|old| old.with(&mut change).into_ref(&vm.ctx));
        self.plan();
        // Not before: nobody may see the new signature with the old plan, and the plan knows the old
        // signature's ctypes by their addresses.
        drop(old);
    }

    fn plan(&self) {
        if self.paramflags.is_none() {
            let read = self.planned.update(|| {
                let signature = self.signature.read();
                (signature.plan(), signature)
            });
            drop(read);
        }
    }

    #[inline]
    fn address(&self) -> usize {
        // SAFETY: a function pointer's memory holds an address.
        unsafe { pointer::read(self.base.address()) }.addr()
    }
}

#[pyclass(
    flags(BASETYPE, IMMUTABLETYPE),
    with(Constructor, Callable, AsNumber, Representable)
)]
impl CFuncPtr {
    #[pygetset]
    fn restype(zelf: &Py<Self>) -> PyObjectRef {
        zelf.signature.read().restype.object().clone()
    }

    #[pygetset(setter)]
    fn set_restype(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let restype = match value {
            PySetterValue::Assign(value) => {
                Restype::new(value, "restype must be a type, a callable, or None", vm)?
            }
            PySetterValue::Delete => declared(zelf.base.ctype(), vm)?.restype.clone(),
        };
        zelf.change(|signature| signature.restype = restype.clone(), vm);
        Ok(())
    }

    #[pygetset]
    fn argtypes(zelf: &Py<Self>) -> Option<PyObjectRef> {
        let signature = zelf.signature.read();
        signature
            .argtypes
            .as_ref()
            .map(|types| types.declared.clone())
    }

    #[pygetset(setter)]
    fn set_argtypes(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let argtypes = match value {
            PySetterValue::Assign(value) if !vm.is_none(&value) => {
                Some(argtypes::read(&value, vm)?)
            }
            _ => declared(zelf.base.ctype(), vm)?.argtypes.clone(),
        };
        zelf.change(|signature| signature.argtypes = argtypes.clone(), vm);
        Ok(())
    }

    #[pygetset]
    fn errcheck(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.signature.read().errcheck.clone()
    }

    #[pygetset(setter)]
    fn set_errcheck(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let errcheck = match value {
            PySetterValue::Assign(value) if value.is_callable() => Some(value),
            PySetterValue::Assign(_) => {
                return Err(vm.new_type_error("the errcheck attribute must be callable"));
            }
            PySetterValue::Delete => None,
        };
        zelf.change(|signature| signature.errcheck = errcheck.clone(), vm);
        Ok(())
    }
}

impl Callable for CFuncPtr {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let signature = zelf.signature.read();
        let arranged = match (&zelf.paramflags, &signature.argtypes) {
            (Some(paramflags), Some(argtypes)) if !argtypes.types.is_empty() => {
                paramflags.arrange(argtypes, &args, vm)?
            }
            _ => {
                return invoke_out_of_line(zelf, &signature, &args.args, vm)
                    .map(Checked::into_object);
            }
        };
        match invoke_out_of_line(zelf, &signature, &arranged.arguments, vm)? {
            Checked::Result(result) => arranged.result(result, vm),
            Checked::Other(other) => Ok(other),
        }
    }
}

/// Calls a function object with the arguments that the VM has at hand: nothing is copied.
fn vectorcall(
    zelf: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    if let Some(function) = CFuncPtr::of(zelf)
        && let Some(plan) = function.planned.get()
        && is_called_by_us(zelf.class(), vm)
    {
        let (address, flags) = (function.address(), function.flags);
        let restype = || CurrentRestype(function.signature.read());
        // SAFETY: whoever gave the address and the types answers for the function being so, as in C.
        let outcome = unsafe { plan.call(address, flags, &args[..nargs], restype, vm) };
        if let Some(outcome) = outcome {
            return outcome;
        }
    }
    vectorcall_unplanned(zelf, args, nargs, names, vm)
}

/// The result type of the signature that was read.
struct CurrentRestype<S>(S);

impl<S: Deref<Target = Py<Signature>>> AsRef<Restype> for CurrentRestype<S> {
    fn as_ref(&self) -> &Restype {
        &self.0.restype
    }
}

#[inline(never)]
fn vectorcall_unplanned(
    zelf: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    match CFuncPtr::of(zelf) {
        // Without parameter flags names mean nothing.
        Some(function) if function.paramflags.is_none() && is_called_by_us(zelf.class(), vm) => {
            let signature = function.signature.read();
            invoke(function, &signature, &args[..nargs], vm).map(Checked::into_object)
        }
        _ => call_by_slot(zelf, args, nargs, names, vm),
    }
}

/// Whether no Python code has overridden `__call__`.
#[inline]
fn is_called_by_us(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    shares_slot!(class, CFuncPtr::class(&vm.ctx), call)
}

/// What a call came to.
enum Checked {
    Result(PyObjectRef),
    /// What `errcheck` returned in its place.
    Other(PyObjectRef),
}

impl Checked {
    fn into_object(self) -> PyObjectRef {
        match self {
            Self::Result(object) | Self::Other(object) => object,
        }
    }
}

/// Calls the function with arguments in the order of its parameters.
#[inline(always)]
fn invoke(
    function: &Py<CFuncPtr>,
    signature: &Signature,
    given: &[PyObjectRef],
    vm: &VirtualMachine,
) -> PyResult<Checked> {
    let flags = function.flags;
    let converters = match &signature.argtypes {
        Some(declared) => {
            check_count(declared.types.len(), given.len(), flags, vm)?;
            &declared.converters[..]
        }
        None => &[],
    };
    let target = Target {
        callee: Callee {
            address: function.address(),
            flags,
            fixed: Some(converters.len()).filter(|&fixed| fixed > 0 && fixed < given.len()),
        },
        audited: false,
        cif: Some(&signature.cif),
    };
    let result = call::address(target, converters, given, &signature.restype, vm)?;
    match &signature.errcheck {
        None => Ok(Checked::Result(result)),
        Some(errcheck) => check_result(errcheck, function, result, given, vm),
    }
}

/// The same, for calls that have taken other detours already.
#[inline(never)]
fn invoke_out_of_line(
    function: &Py<CFuncPtr>,
    signature: &Signature,
    given: &[PyObjectRef],
    vm: &VirtualMachine,
) -> PyResult<Checked> {
    invoke(function, signature, given, vm)
}

fn check_result(
    errcheck: &PyObject,
    function: &Py<CFuncPtr>,
    result: PyObjectRef,
    given: &[PyObjectRef],
    vm: &VirtualMachine,
) -> PyResult<Checked> {
    let arguments = vm.ctx.new_tuple(given.to_vec());
    let function = function.to_owned();
    let checked = errcheck.call((result.clone(), function, arguments.clone()), vm)?;
    Ok(if checked.is(&arguments) {
        Checked::Result(result)
    } else {
        Checked::Other(checked)
    })
}

/// A C function may be variadic, so it takes more arguments than declared, but never fewer.
#[inline]
fn check_count(
    required: usize,
    given: usize,
    call_flags: u32,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let (fits, at_least) = if call_flags & flags::CDECL == 0 {
        (required == given, "")
    } else {
        (required <= given, "at least ")
    };
    if fits {
        return Ok(());
    }
    let plural = if required == 1 { "" } else { "s" };
    Err(vm.new_type_error(format!(
        "this function takes {at_least}{required} argument{plural} ({given} given)"
    )))
}

impl AsNumber for CFuncPtr {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods = PyNumberMethods {
            boolean: Some(|number, _vm| {
                let function = CFuncPtr::of(number.obj);
                Ok(function.is_some_and(|function| function.address() != 0))
            }),
            ..PyNumberMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Representable for CFuncPtr {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!(
            "<{} object at {:#x}>",
            zelf.class().name(),
            zelf.get_id()
        ))
    }
}
