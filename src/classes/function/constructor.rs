//! Making function objects from an address, a library's symbol, or a Python callable.

use super::{CFuncPtr, Origin, Start, declared, make};
use crate::{
    address, audit,
    ccall::{flags, paramflags::ParamFlags},
    ccallback::{Shape, Thunk},
    classes::construct,
    clib::{Handle, SymbolName},
    ctype::{CType, Place},
    names::name,
    panics::guarded,
    without::without,
};
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyBytes, PyInt, PyStr, PyTuple, PyType, PyTypeRef},
    function::FuncArgs,
    types::Constructor,
};

impl Constructor for CFuncPtr {
    type Args = FuncArgs;

    fn slot_new(class: PyTypeRef, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let Some(ctype) = CType::of_class(&class, vm) else {
            return Err(of_abstract(&args.args, vm));
        };
        let ctype = ctype.to_owned();
        guarded(vm, || new(&ctype, class, args.args, vm))
    }

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Err(vm.new_system_error("instances are made by their slot"))
    }
}

/// Makes calls of function types get the VM's arguments as they are.
pub fn install(metaclass: &Py<PyType>) {
    if !without().vectorcall {
        metaclass.slots.vectorcall.store(Some(vectorcall));
    }
}

fn vectorcall(
    class: &PyObject,
    mut args: Vec<PyObjectRef>,
    nargs: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    if let Some(class) = class.downcast_ref::<PyType>()
        && names.is_none_or(<[_]>::is_empty)
        && let Some(ctype) = CType::of_class(class, vm)
        && construct::is_plain::<CFuncPtr>(ctype, vm)
    {
        args.truncate(nargs);
        return guarded(vm, || new(ctype, class.to_owned(), args, vm));
    }
    construct::call_by_slot(class, args, nargs, names, vm)
}

/// Returns the error for an instance of an abstract class, which comes after errors in the arguments.
fn of_abstract(args: &[PyObjectRef], vm: &VirtualMachine) -> PyBaseExceptionRef {
    let is_tuple = |object: &PyObject| object.downcast_ref::<PyTuple>().is_some();
    match args {
        [] => vm.new_type_error("abstract class"),
        [first] | [first, _] if is_tuple(first) => vm.new_type_error("abstract class"),
        [first] if first.downcast_ref::<PyInt>().is_some() => vm.new_type_error("abstract class"),
        [first] if first.is_callable() => {
            vm.new_type_error("cannot construct instance of this class: no argtypes")
        }
        [_] => not_callable(vm),
        many => too_many(many, vm),
    }
}

fn not_callable(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_type_error("argument must be callable or integer function address")
}

fn too_many(args: &[PyObjectRef], vm: &VirtualMachine) -> PyBaseExceptionRef {
    let given = args.len();
    vm.new_type_error(format!("function takes exactly 1 argument ({given} given)"))
}

/// Makes a new function object from the arguments.
fn new(
    ctype: &Py<CType>,
    class: PyTypeRef,
    mut args: Vec<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult {
    let paramflags = match &args[..] {
        [] => return Ok(make(ctype, Place::New, class, Origin::default(), vm)?.into()),
        #[cfg(windows)]
        [index, _, ..] if index.downcast_ref::<PyInt>().is_some() => {
            return of_interface(ctype, class, &args, vm);
        }
        [_] => None,
        [first, _] if first.downcast_ref::<PyTuple>().is_some() => args.pop(),
        many => return Err(too_many(many, vm)),
    };
    let Some(first) = args.pop() else {
        return Err(vm.new_system_error("an argument is gone"));
    };
    if first.downcast_ref::<PyTuple>().is_some() {
        from_library(ctype, class, &first, paramflags.as_ref(), vm)
    } else if let Some(int) = first.downcast_ref::<PyInt>() {
        let address = address::of_int(int, vm)?;
        let function = make(ctype, Place::New, class, Origin::default(), vm)?;
        function.point_to(address);
        Ok(function.into())
    } else {
        from_callable(ctype, class, first, vm)
    }
}

/// Makes a function object for what a library exports: `((name, library), paramflags)`.
fn from_library(
    ctype: &Py<CType>,
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
    let symbol = Symbol::named(name, vm)?;
    let handle = library.get_attr(name!(vm, "_handle"), vm)?;
    let handle = Handle::of(&handle, "second argument", vm)?;
    let paramflags = match paramflags {
        Some(paramflags) => {
            let argtypes = declared(ctype, vm)?.declared.argtypes.as_ref();
            ParamFlags::new(paramflags, argtypes, vm)?.map(Box::new)
        }
        None => None,
    };
    audit::event(vm, "ctypes.dlsym", || {
        (library.clone(), symbol.shown(name, vm))
    })?;
    let address = symbol
        .find(handle, vm)
        .map_err(|message| vm.new_attribute_error(message))?;
    exported(ctype, class, paramflags, library, address, vm)
}

/// How a library's symbol is named.
enum Symbol {
    Name(SymbolName),
    /// By a number, as libraries on Windows also export symbols.
    #[cfg(windows)]
    Ordinal(u16),
}

impl Symbol {
    fn named(name: &PyObject, vm: &VirtualMachine) -> PyResult<Self> {
        #[cfg(windows)]
        if let Some(int) = name.downcast_ref::<PyInt>() {
            return Ok(Self::Ordinal(int.as_u32_mask() as u16));
        }
        let bytes = if let Some(text) = name.downcast_ref::<PyStr>() {
            text.try_as_utf8(vm)?.as_str().as_bytes()
        } else if let Some(bytes) = name.downcast_ref::<PyBytes>() {
            bytes.as_bytes()
        } else {
            return Err(vm.new_type_error("function name must be string, bytes object or integer"));
        };
        Ok(Self::Name(SymbolName::up_to_nul(bytes)))
    }

    /// Returns what audit hooks are shown.
    fn shown(&self, name: &PyObject, _vm: &VirtualMachine) -> PyObjectRef {
        match self {
            Self::Name(_) => name.to_owned(),
            #[cfg(windows)]
            Self::Ordinal(ordinal) => _vm.ctx.new_int(*ordinal).into(),
        }
    }

    /// Returns the address of the function.
    fn find(&self, library: Handle, vm: &VirtualMachine) -> Result<usize, String> {
        match self {
            Self::Name(name) => library.symbol("function", name, vm),
            #[cfg(windows)]
            Self::Ordinal(ordinal) => library
                .ordinal(*ordinal, vm)
                .ok_or_else(|| format!("function ordinal {ordinal} not found")),
        }
    }
}

/// Makes a function object for what a library exports at an address.
fn exported(
    ctype: &Py<CType>,
    class: PyTypeRef,
    paramflags: Option<Box<ParamFlags>>,
    library: &PyObject,
    address: usize,
    vm: &VirtualMachine,
) -> PyResult {
    let kept = library.to_owned();
    let origin = Origin {
        paramflags,
        start: Some(Start { address, kept }),
        #[cfg(windows)]
        method: None,
    };
    Ok(make(ctype, Place::New, class, origin, vm)?.into())
}

/// Returns what calling `class` with a symbol's name and a library returns, if the library has the symbol at
/// `address`. Returns `None` if that takes the class's own `__new__` and `__init__`.
pub fn of_symbol(
    class: &Py<PyType>,
    library: &PyObject,
    address: usize,
    vm: &VirtualMachine,
) -> Option<PyResult> {
    let ctype = CType::of_class(class, vm).filter(|ctype| ctype.function().is_some())?;
    if !construct::is_plain::<CFuncPtr>(ctype, vm) {
        return None;
    }
    Some(exported(
        ctype,
        class.to_owned(),
        None,
        library,
        address,
        vm,
    ))
}

/// Makes a function object for a function of an interface: `(index, name, paramflags=None, iid=None)`.
#[cfg(windows)]
fn of_interface(
    ctype: &Py<CType>,
    class: PyTypeRef,
    args: &[PyObjectRef],
    vm: &VirtualMachine,
) -> PyResult {
    let method = super::com::Method::new(args, vm)?;
    let argtypes = declared(ctype, vm)?.declared.argtypes.as_ref();
    let paramflags = match args.get(2) {
        Some(paramflags) => ParamFlags::new(paramflags, argtypes, vm)?.map(Box::new),
        None => None,
    };
    let origin = Origin {
        paramflags,
        method: Some(Box::new(method)),
        ..Origin::default()
    };
    Ok(make(ctype, Place::New, class, origin, vm)?.into())
}

/// Makes a function object whose C function calls a Python callable.
fn from_callable(
    ctype: &Py<CType>,
    class: PyTypeRef,
    callable: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult {
    if !callable.is_callable() {
        return Err(not_callable(vm));
    }
    let function = ctype.function();
    let flags = function.map_or(flags::CDECL, |function| function.flags);
    let shape = Shape::of(declared(ctype, vm)?, flags, vm)?;
    let thunk = Thunk::new(callable, shape, vm)?;
    let start = Start {
        address: thunk.address(),
        kept: thunk.into(),
    };
    let origin = Origin {
        start: Some(start),
        ..Origin::default()
    };
    Ok(make(ctype, Place::New, class, origin, vm)?.into())
}
