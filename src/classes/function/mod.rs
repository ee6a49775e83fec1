//! `CFuncPtr` and its metaclass: function pointers, foreign functions and callbacks.

mod attributes;
mod call;
mod checked;
#[cfg(windows)]
mod com;
pub mod constructor;
mod declaration;
mod planned;
mod step_by_step;

use super::{
    argtypes, class_attribute,
    metatype::{self, CTypeType},
    new_class,
};
use crate::{
    ccall::{
        flags,
        paramflags::ParamFlags,
        result::Restype,
        signature::{Declared, Signature},
    },
    cdata::{
        CData,
        young::{self, BeginsYoung, Young},
    },
    ctype::{CType, Function, Kind, Place, layout::Layout, scalar::pointer},
    loader,
    without::without,
};
use declaration::Declaration;
use once_cell::race::OnceBox;
use planned::Planned;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyStrInterned, PyStrRef, PyType, PyTypeRef, PyUtf8StrRef},
    class::{PyClassDef, StaticType},
    function::FuncArgs,
    object::{Traverse, TraverseFn},
    protocol::PyNumberMethods,
    pyclass,
    types::{AsNumber, Callable, Constructor, Initializer, Representable},
    vm::Context,
};
use std::{any::TypeId, ops::Deref};

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
        metatype::initialize(zelf, &args, |class| define(class, vm), vm)
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
        Some(argtypes) if !vm.is_none(&argtypes) => Some(argtypes::read(argtypes, vm)?),
        _ => None,
    };
    let restype = vm.unwrap_or_none(class_attribute::find(class, "_restype_", vm)?);
    let restype = Restype::new(restype, "_restype_ must be a type, a callable, or None", vm)?;
    let signature = Signature::new(Declared {
        argtypes,
        restype,
        errcheck: None,
    });
    let signature = signature.into_ref(&vm.ctx).into();
    let kind = Kind::Function(Function { flags, signature });
    let layout = Layout::pointer(None);
    let construct = if metatype::has_payload(class, CFuncPtr::static_type(), vm)? {
        construct
    } else {
        metatype::construct_nothing
    };
    CType::define(class, kind, layout, construct, vm)?;
    // A `__call__` of Python code, now or later, replaces both slots.
    if call::is_called_by_us(class, vm) && !without().vectorcall {
        class.slots.vectorcall.store(Some(call::vectorcall));
    }
    Ok(())
}

/// Makes a function type, as a class statement with this namespace would.
///
/// # Errors
/// Any exception that the metaclass raises.
pub fn function_type(
    name: PyUtf8StrRef,
    qualname: PyStrRef,
    entries: Vec<(&'static PyStrInterned, PyObjectRef)>,
    vm: &VirtualMachine,
) -> PyResult {
    let (metaclass, base) = (FuncPtrType::static_type(), CFuncPtr::static_type());
    let made = new_class::make(metaclass, base, name, qualname, entries, vm)?;
    define(&made, vm)?;
    Ok(made.into())
}

/// A C function pointer.
#[pyclass(
    module = "_ctypes",
    name = "CFuncPtr",
    base = CData,
    metaclass = "FuncPtrType",
    traverse = "manual",
    payload = "manual"
)]
#[derive(Debug)]
#[repr(C)]
pub struct CFuncPtr {
    base: CData,
    /// What Python code has declared for this function; without it, the signature of its type holds.
    own: OnceBox<Declaration>,
    /// The signature's plan; `None` if there are parameter flags.
    planned: Planned,
    /// `FUNCFLAG_*` of its type.
    flags: u32,
    paramflags: Option<Box<ParamFlags>>,
    /// Which function of an interface it is, if it is one.
    #[cfg(windows)]
    method: Option<Box<com::Method>>,
}

// As the class's macro writes it, except that the collector is told of an instance only when it lives on.
impl PyPayload for CFuncPtr {
    const PAYLOAD_TYPE_ID: TypeId = CData::PAYLOAD_TYPE_ID;
    const NEW_REF_UNTRACKED: bool = true;

    #[inline]
    unsafe fn validate_downcastable_from(object: &PyObject) -> bool {
        let class = object.class();
        Self::BASICSIZE <= class.slots.basicsize && class.fast_issubclass(Self::static_type())
    }

    #[inline]
    fn class(_ctx: &Context) -> &'static Py<PyType> {
        Self::static_type()
    }
}

// SAFETY: `young` is a field of the payload; there is no freelist.
unsafe impl BeginsYoung for CFuncPtr {
    #[inline]
    fn young(&self) -> &Young {
        self.base.young()
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for CFuncPtr {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.base.traverse(visit);
        if let Some(own) = self.own.get() {
            own.traverse(visit);
        }
        if let Some(paramflags) = &self.paramflags {
            paramflags.traverse(visit);
        }
    }

    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        if self.young().is_freed() {
            return;
        }
        self.base.clear(out);
        // Only what Python code has set can make a cycle; the type's own signature remains, so the function
        // stays callable.
        if let Some(own) = self.own.get()
            && let Some(of_type) = signature_of(self.base.ctype())
        {
            own.reset(&self.planned, of_type, out);
        }
    }
}

/// Makes a function pointer on existing memory.
///
/// # Errors
/// `MemoryError` if there is no memory for it.
pub fn construct(ctype: &Py<CType>, place: Place, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let class = ctype.python_class().clone();
    make(ctype, place, class, Origin::default(), vm).map(Into::into)
}

/// Returns how a function pointer is called now, and the `FUNCFLAG_*` of its type. `None` for anything else, and
/// for functions of COM.
#[must_use]
pub fn signature(object: &PyObject, vm: &VirtualMachine) -> Option<(PyRef<Signature>, u32)> {
    let function = CFuncPtr::of(object).filter(|function| !function.is_of_com())?;
    let signature = match function.signature(vm) {
        Current::OfType(signature) => signature.to_owned(),
        Current::Own(signature) => signature,
    };
    Some((signature, function.flags))
}

/// The address of a new function pointer, with what keeps it valid.
struct Start {
    address: usize,
    /// The object that keeps the function there.
    kept: PyObjectRef,
}

/// What a new function pointer is made of besides its type.
#[derive(Default)]
struct Origin {
    paramflags: Option<Box<ParamFlags>>,
    start: Option<Start>,
    #[cfg(windows)]
    method: Option<Box<com::Method>>,
}

fn make(
    ctype: &Py<CType>,
    place: Place,
    class: PyTypeRef,
    origin: Origin,
    vm: &VirtualMachine,
) -> PyResult<PyRef<CFuncPtr>> {
    let Origin {
        paramflags,
        start,
        #[cfg(windows)]
        method,
    } = origin;
    let signature = declared(ctype, vm)?;
    let function = ctype.function();
    let mut flags = function.map_or(flags::CDECL, |function| function.flags);
    if start
        .as_ref()
        .is_some_and(|start| loader::is_held_by(start.address))
    {
        flags |= flags::HOLDS_LIBRARIES;
    }
    // SAFETY: there is no plan.
    let planned = unsafe { Planned::new(None) };
    let payload = CFuncPtr {
        base: CData::new(ctype.to_owned(), place, vm)?,
        own: OnceBox::new(),
        planned,
        flags,
        paramflags,
        #[cfg(windows)]
        method,
    };
    if payload.follows_plan() {
        // SAFETY: the type keeps its signature for ever, and the signature the plan; the function holds the
        // type.
        unsafe { payload.planned.set(signature.plan()) };
    }
    let place = |function: &CFuncPtr| {
        function.base.settle();
        if let Some(Start { address, kept }) = start {
            function.point_to(address);
            // SAFETY: the object is being placed, so no other code knows it.
            unsafe { function.base.keep_at_start(kept) };
        }
    };
    Ok(young::new_object(payload, class, place, vm))
}

/// Returns the signature that a class declares for its instances.
fn declared<'a>(ctype: &'a CType, vm: &VirtualMachine) -> PyResult<&'a Py<Signature>> {
    signature_of(ctype).ok_or_else(|| vm.new_type_error("abstract class"))
}

#[inline]
fn signature_of(ctype: &CType) -> Option<&Py<Signature>> {
    ctype.function()?.signature.downcast_ref::<Signature>()
}

/// A signature that is being read.
enum Current<'a> {
    /// The type's signature, which never changes.
    OfType(&'a Py<Signature>),
    Own(PyRef<Signature>),
}

impl Deref for Current<'_> {
    type Target = Py<Signature>;

    #[inline]
    fn deref(&self) -> &Py<Signature> {
        match self {
            Self::OfType(signature) => signature,
            Self::Own(signature) => signature,
        }
    }
}

impl CFuncPtr {
    /// Returns `object` as a function pointer, if it is one. The VM's own check for a payload that has a base
    /// goes through the bases of the class, under a lock.
    #[inline]
    fn of(object: &PyObject) -> Option<&Py<Self>> {
        CData::of(object)?.ctype().function()?;
        // SAFETY: values whose type is a function type are made by `make`, with this payload.
        Some(unsafe { object.downcast_unchecked_ref::<Self>() })
    }

    /// Returns whether a call does only what its signature's plan says.
    #[inline]
    fn follows_plan(&self) -> bool {
        self.paramflags.is_none() && !self.is_of_com()
    }

    /// Returns whether a call is one of COM: of an interface's function, or with a result that says whether it
    /// failed.
    #[cfg(windows)]
    #[inline]
    fn is_of_com(&self) -> bool {
        self.method.is_some() || self.flags & flags::HRESULT != 0
    }

    #[cfg(not(windows))]
    #[inline(always)]
    fn is_of_com(&self) -> bool {
        false
    }

    /// Returns how the function is called now. The reader holds what it has read.
    #[inline]
    fn signature(&self, vm: &VirtualMachine) -> Current<'_> {
        let of_type = self.of_type();
        let Some(own) = self.own.get() else {
            return Current::OfType(of_type);
        };
        Current::Own(own.signature().unwrap_or_else(|| {
            let planned = self.follows_plan().then_some(&self.planned);
            // SAFETY: both are parts of `self`, which holds its type.
            unsafe { own.catch_up(planned, of_type, vm) }
        }))
    }

    /// Returns how functions of its type are called.
    fn of_type(&self) -> &Py<Signature> {
        match signature_of(self.base.ctype()) {
            Some(signature) => signature,
            // `make` has found it there.
            None => unreachable!("a function type without signature"),
        }
    }

    /// Returns the function pointer as a C value.
    #[inline]
    fn value(zelf: &Py<Self>) -> &Py<CData> {
        // SAFETY: the payload begins with that of a C value; the VM treats it as one too, because the class
        // derives from `_CData`.
        unsafe { zelf.as_object().downcast_unchecked_ref::<CData>() }
    }

    #[inline]
    fn address(&self) -> usize {
        // SAFETY: a function pointer's memory holds an address.
        unsafe { pointer::read(self.base.address()) }.addr()
    }

    #[inline]
    fn point_to(&self, address: usize) {
        // SAFETY: a function pointer's memory holds an address.
        unsafe { pointer::write(self.base.address(), address) }
    }
}

#[pyclass(
    flags(BASETYPE, IMMUTABLETYPE),
    with(Constructor, Callable, AsNumber, Representable)
)]
impl CFuncPtr {
    #[extend_class]
    fn extend(context: &Context, class: &'static Py<PyType>) {
        attributes::add(class, context);
    }
}

impl AsNumber for CFuncPtr {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods = PyNumberMethods {
            boolean: Some(|number, _vm| {
                let function = CFuncPtr::of(number.obj);
                #[cfg(windows)]
                if function.is_some_and(|function| function.method.is_some()) {
                    return Ok(true);
                }
                Ok(function.is_some_and(|function| function.address() != 0))
            }),
            ..PyNumberMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Representable for CFuncPtr {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        #[cfg(windows)]
        if let Some(method) = Self::of(zelf.as_object()).and_then(|own| own.method.as_ref()) {
            let (name, id) = (zelf.class().name(), zelf.get_id());
            return Ok(format!(
                "<COM method offset {}: {name} at {id:#x}>",
                method.index
            ));
        }
        Ok(format!(
            "<{} object at {:#x}>",
            zelf.class().name(),
            zelf.get_id()
        ))
    }
}
