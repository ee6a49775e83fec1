//! `CFuncPtr` and its metaclass: function pointers, foreign functions and callbacks.

use super::{
    argtypes,
    metatype::{self, CTypeType},
};
use crate::{
    ccall::{call, enter::Target, flags, paramflags::ParamFlags, result::Restype},
    ccallback::Thunk,
    cdata::CData,
    clib::Handle,
    ctype::{ArgTypes, CType, Function, Kind, Place, layout::Layout, scalar::pointer},
};
use rustpython_common::lock::PyRwLock;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBytes, PyInt, PyStr, PyTuple, PyType, PyTypeRef},
    function::{FuncArgs, PySetterValue},
    object::{Traverse, TraverseFn},
    protocol::PyNumberMethods,
    pyclass,
    types::{AsNumber, Callable, Constructor, Initializer, Representable},
};
use std::{ffi::CString, sync::Arc};

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
    let flags = metatype::class_attribute(class, "_flags_", vm)?;
    let flags = flags
        .as_ref()
        .and_then(|flags| flags.downcast_ref::<PyInt>())
        .ok_or_else(|| vm.new_type_error("class must define _flags_ which must be an integer"))?
        .as_u64_mask() as u32;
    let argtypes = match metatype::class_attribute(class, "_argtypes_", vm)? {
        Some(argtypes) if !vm.is_none(&argtypes) => Some(argtypes::read(&argtypes, vm)?),
        _ => None,
    };
    let restype = metatype::class_attribute(class, "_restype_", vm)?;
    if let Some(restype) = &restype
        && !vm.is_none(restype)
        && CType::of(restype, vm).is_none()
        && !restype.is_callable()
    {
        return Err(vm.new_type_error("_restype_ must be a type, a callable, or None"));
    }
    let kind = Kind::Function(Function {
        flags,
        argtypes,
        restype,
    });
    let layout = Layout::pointer("X{}".to_owned());
    CType::define(class, kind, layout, construct, vm)?;
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
    /// Replaced as a whole when Python code changes it, so that a call sees one state of it.
    signature: PyRwLock<Arc<Signature>>,
    paramflags: Option<ParamFlags>,
}

/// How a function is to be called.
#[derive(Clone, Debug)]
struct Signature {
    argtypes: Option<ArgTypes>,
    restype: Restype,
    errcheck: Option<PyObjectRef>,
}

// SAFETY: visits each object it owns exactly once; the signature only while its lock is free.
unsafe impl Traverse for CFuncPtr {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.base.traverse(visit);
        if let Some(signature) = self.signature.try_read() {
            signature.argtypes.traverse(visit);
            signature.restype.traverse(visit);
            signature.errcheck.traverse(visit);
        }
        self.paramflags.traverse(visit);
    }

    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        self.base.clear(out);
        let mut signature = self.signature.write();
        if let Some(errcheck) =
            Arc::get_mut(&mut signature).and_then(|signature| signature.errcheck.take())
        {
            out.push(errcheck);
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
    let signature = declared(base.ctype(), vm)?;
    let object = CFuncPtr {
        base,
        signature: PyRwLock::new(Arc::new(signature)),
        paramflags,
    }
    .into_ref_with_type(vm, class)?;
    object.base.settle();
    Ok(object)
}

/// The signature that a class declares for its instances.
fn declared(ctype: &CType, vm: &VirtualMachine) -> PyResult<Signature> {
    let function = ctype
        .function()
        .ok_or_else(|| vm.new_type_error("abstract class"))?;
    let restype = match &function.restype {
        Some(restype) => restype.clone(),
        None => vm.ctx.none(),
    };
    Ok(Signature {
        argtypes: function.argtypes.clone(),
        restype: Restype::new(restype, "_restype_ must be a type, a callable, or None", vm)?,
        errcheck: None,
    })
}

impl CFuncPtr {
    fn signature(&self) -> Arc<Signature> {
        self.signature.read().clone()
    }

    /// Changes the signature. The old one holds all that `f` replaces, and is dropped outside the
    /// lock.
    fn change(&self, f: impl FnOnce(&mut Signature)) {
        let mut current = self.signature.write();
        let mut signature = (**current).clone();
        f(&mut signature);
        let old = std::mem::replace(&mut *current, Arc::new(signature));
        drop(current);
        drop(old);
    }

    fn address(&self) -> usize {
        // SAFETY: a function pointer's memory holds an address.
        unsafe { pointer::read(self.base.address()) }.addr()
    }

    fn call_flags(&self) -> u32 {
        self.base
            .ctype()
            .function()
            .map_or(flags::CDECL, |function| function.flags)
    }
}

impl Constructor for CFuncPtr {
    type Args = FuncArgs;

    fn slot_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let ctype = CType::of_concrete(&class, vm)?;
        let base = CData::new(ctype.clone(), Place::New, vm)?;
        match &args.args[..] {
            [] => Ok(make(base, class, None, vm)?.into()),
            [first, rest @ ..] if first.downcast_ref::<PyTuple>().is_some() && rest.len() < 2 => {
                from_library(base, class, first, rest.first(), vm)
            }
            [address] if address.downcast_ref::<PyInt>().is_some() => {
                let function = make(base, class, None, vm)?;
                if let Some(int) = address.downcast_ref::<PyInt>() {
                    point_to(&function, pointer::wrapping_address(int));
                }
                Ok(function.into())
            }
            [callable] => from_callable(base, class, callable, vm),
            many => Err(vm.new_type_error(format!(
                "function takes exactly 1 argument ({} given)",
                many.len()
            ))),
        }
    }

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Err(vm.new_system_error("instances are made by their slot"))
    }
}

fn point_to(function: &CFuncPtr, address: usize) {
    // SAFETY: a function pointer's memory holds an address.
    unsafe { pointer::write(function.base.address(), address) }
}

/// A function that a library exports: `((name, library), paramflags)`.
fn from_library(
    base: CData,
    class: PyTypeRef,
    specification: &PyObject,
    paramflags: Option<&PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult {
    let parts = specification
        .downcast_ref::<PyTuple>()
        .map(Py::<PyTuple>::as_slice);
    let Some([name, library]) = parts else {
        return Err(vm.new_type_error("illegal func_spec argument"));
    };
    let bytes = if let Some(text) = name.downcast_ref::<PyStr>() {
        text.as_bytes().to_vec()
    } else if let Some(bytes) = name.downcast_ref::<PyBytes>() {
        bytes.as_bytes().to_vec()
    } else {
        return Err(vm.new_type_error("function name must be string, bytes object or integer"));
    };
    let symbol = CString::new(bytes).map_err(|_| vm.new_value_error("embedded null character"))?;
    let handle = library.get_attr("_handle", vm)?;
    let handle = Handle::of(&handle, "second argument", vm)?;
    let paramflags = match paramflags {
        Some(paramflags) => {
            let argtypes = base.ctype().function().and_then(|f| f.argtypes.as_ref());
            ParamFlags::new(paramflags, argtypes, vm)?
        }
        None => None,
    };
    vm.audit("ctypes.dlsym", || (library.clone(), name.clone()))?;
    let address = handle
        .symbol(&symbol)
        .map_err(|message| vm.new_attribute_error(message))?;
    let function = make(base, class, paramflags, vm)?;
    point_to(&function, address);
    function.base.keep(0, library.clone(), vm)?;
    Ok(function.into())
}

/// A C function that calls a Python callable.
fn from_callable(
    base: CData,
    class: PyTypeRef,
    callable: &PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult {
    if !callable.is_callable() {
        return Err(vm.new_type_error("argument must be callable or integer function address"));
    }
    let declared = base.ctype().function();
    let Some(argtypes) = declared.and_then(|function| function.argtypes.as_ref()) else {
        return Err(vm.new_type_error("cannot construct instance of this class: no argtypes"));
    };
    let arguments = argtypes
        .types
        .iter()
        .map(|argtype| {
            CType::of(argtype, vm)
                .ok_or_else(|| vm.new_type_error("invalid argument type for callback function"))
        })
        .collect::<PyResult<Vec<_>>>()?;
    let restype = declared.and_then(|function| function.restype.as_ref());
    let result = match restype {
        Some(restype) if !vm.is_none(restype) => {
            let refused = || vm.new_type_error("invalid result type for callback function");
            Some(CType::of(restype, vm).ok_or_else(refused)?)
        }
        _ => None,
    };
    let flags = declared.map_or(flags::CDECL, |function| function.flags);
    let thunk = Thunk::new(callable.clone(), arguments, result, flags, vm)?;
    let function = make(base, class, None, vm)?;
    point_to(&function, thunk.address());
    function.base.keep(0, PyObjectRef::from(thunk), vm)?;
    Ok(function.into())
}

#[pyclass(
    flags(BASETYPE, IMMUTABLETYPE),
    with(Constructor, Callable, AsNumber, Representable)
)]
impl CFuncPtr {
    #[pygetset]
    fn restype(zelf: &Py<Self>) -> PyObjectRef {
        zelf.signature().restype.object().clone()
    }

    #[pygetset(setter)]
    fn set_restype(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let restype = match value {
            PySetterValue::Assign(value) => {
                Restype::new(value, "restype must be a type, a callable, or None", vm)?
            }
            PySetterValue::Delete => declared(zelf.base.ctype(), vm)?.restype,
        };
        zelf.change(|signature| signature.restype = restype);
        Ok(())
    }

    #[pygetset]
    fn argtypes(zelf: &Py<Self>) -> Option<PyObjectRef> {
        let signature = zelf.signature();
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
            _ => declared(zelf.base.ctype(), vm)?.argtypes,
        };
        zelf.change(|signature| signature.argtypes = argtypes);
        Ok(())
    }

    #[pygetset]
    fn errcheck(zelf: &Py<Self>) -> Option<PyObjectRef> {
        zelf.signature().errcheck.clone()
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
        zelf.change(|signature| signature.errcheck = errcheck);
        Ok(())
    }
}

impl Callable for CFuncPtr {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let signature = zelf.signature();
        let arranged = match (&zelf.paramflags, &signature.argtypes) {
            (Some(paramflags), Some(argtypes)) if !argtypes.types.is_empty() => {
                Some(paramflags.arrange(argtypes, &args, vm)?)
            }
            _ => None,
        };
        let given = arranged
            .as_ref()
            .map_or(&args.args, |arranged| &arranged.arguments);
        let result = invoke(zelf, &signature, given, vm)?;
        let result = match &signature.errcheck {
            None => result,
            Some(errcheck) => {
                let arguments = vm.ctx.new_tuple(given.clone());
                let function = zelf.to_owned();
                let checked = errcheck.call((result.clone(), function, arguments.clone()), vm)?;
                if !checked.is(&arguments) {
                    return Ok(checked);
                }
                result
            }
        };
        match arranged {
            Some(arranged) => arranged.result(result, vm),
            None => Ok(result),
        }
    }
}

/// Calls the function with arguments in the order of its parameters.
fn invoke(
    function: &CFuncPtr,
    signature: &Signature,
    given: &[PyObjectRef],
    vm: &VirtualMachine,
) -> PyResult {
    let flags = function.call_flags();
    let declared = signature.argtypes.as_ref();
    check_count(declared, given.len(), flags, vm)?;
    let converters = declared.map_or(&[][..], |declared| &declared.converters);
    let fixed = declared
        .map(|_| converters.len())
        .filter(|&fixed| fixed > 0 && fixed < given.len());
    call::address(
        Target {
            address: function.address(),
            flags,
            fixed,
        },
        converters,
        given,
        &signature.restype,
        vm,
    )
}

/// A C function may be variadic, so it takes more arguments than declared, but never fewer.
fn check_count(
    declared: Option<&ArgTypes>,
    given: usize,
    call_flags: u32,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let Some(declared) = declared else {
        return Ok(());
    };
    let required = declared.types.len();
    let plural = if required == 1 { "" } else { "s" };
    if call_flags & flags::CDECL != 0 {
        if required > given {
            return Err(vm.new_type_error(format!(
                "this function takes at least {required} argument{plural} ({given} given)"
            )));
        }
    } else if required != given {
        return Err(vm.new_type_error(format!(
            "this function takes {required} argument{plural} ({given} given)"
        )));
    }
    Ok(())
}

impl AsNumber for CFuncPtr {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods = PyNumberMethods {
            boolean: Some(|number, _vm| {
                let function = number.obj.downcast_ref::<CFuncPtr>();
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
