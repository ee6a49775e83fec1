//! The functions of `_ctypes`.

#[cfg(target_os = "macos")]
mod macos;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use crate::{
    address, audit,
    builtin::{Builtin, Wording},
    c_integer,
    ccall::{
        byref::CArg,
        call,
        enter::{Call, detached::Callee},
        errno as errno_copy, flags,
        result::Restype,
    },
    cdata::{CData, ctype_of, pickle},
    clib::Handle,
    ctype::{CType, Kind},
    names,
    panics::guarding,
};
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyInt, PyModule, PyTuple},
    function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags},
};

/// Defines the table of functions: CPython's wording of a message about a wrong number of arguments, the name,
/// the parameters, the function.
macro_rules! functions {
    ($($(#[$condition:meta])* $wording:ident $name:literal $parameters:literal $doc:literal $function:expr;)*) => {
        static FUNCTIONS: &[PyMethodDef] = &[$(
            $(#[$condition])*
            PyMethodDef::new_raw_const(
                $name,
                |vm: &VirtualMachine, args: FuncArgs, _| {
                    const CALLEE: Builtin = Builtin {
                        name: $name,
                        place: "_ctypes",
                        is_method: false,
                        wording: Wording::$wording,
                    };
                    CALLEE.call(args, $function, vm)
                },
                PyMethodFlags::FASTCALL,
                ItemDoc::static_text(concat!($name, $parameters, "\n--\n\n", $doc)),
            ),
        )*];
    };
}

functions! {
    Counted "sizeof" "($module, obj, /)"
        "The bytes of a type, or of an instance, which resize() may have enlarged." sizeof;
    Counted "alignment" "($self, object, /)"
        "The bytes that a type, or an instance's type, is aligned to." alignment;
    Counted "addressof" "($module, obj, /)" "The address of an instance's memory." addressof;
    Expected "byref" "($module, obj, offset=0, /)"
        "A pointer to an instance, good as an argument of a foreign function alone." byref;
    Expected "resize" "($module, obj, size, /)" "Gives an instance memory of another size."
        guarding(resize);
    Counted "buffer_info" "($self, object, /)"
        "The format, the number of dimensions and the shape of a type's buffers."
        guarding(buffer_info);
    Counted "get_errno" "($self, /)" "This thread's copy of errno." get_errno;
    Unnamed "set_errno" "($module, value, /)"
        "Changes this thread's copy of errno; what it was." set_errno;
    #[cfg(unix)]
    Named "dlopen" "($module, name, flags=0, /)" "Opens a shared library; its handle."
        guarding(unix::dlopen);
    #[cfg(unix)]
    Named "dlclose" "($module, handle, /)" "Closes a shared library." guarding(unix::dlclose);
    #[cfg(unix)]
    Named "dlsym" "($module, handle, name, /)" "The address of a symbol of a shared library."
        guarding(unix::dlsym);
    #[cfg(target_os = "macos")]
    Named "_dyld_shared_cache_contains_path" "($module, path, /)"
        "Whether the loader's cache has a library of this path." guarding(macos::shared_cache_contains);
    #[cfg(windows)]
    Named "LoadLibrary" "($module, name, load_flags=0, /)" "Opens a library; its handle."
        guarding(windows::load_library);
    #[cfg(windows)]
    Named "FreeLibrary" "($module, handle, /)" "Gives a library up." guarding(windows::free_library);
    #[cfg(windows)]
    Named "FormatError" "($module, code=0, /)"
        "The system's text for an error code; without one, for the last error."
        guarding(windows::format_error);
    #[cfg(windows)]
    Counted "get_last_error" "($self, /)" "This thread's copy of the last error."
        windows::get_last_error;
    #[cfg(windows)]
    Unnamed "set_last_error" "($module, value, /)"
        "Changes this thread's copy of the last error; what it was." windows::set_last_error;
    #[cfg(windows)]
    Unnamed "_check_HRESULT" "($module, result, /)" "The result, if it is none of failure."
        guarding(windows::check_hresult);
    #[cfg(windows)]
    Named "CopyComPointer" "($module, source, target, /)"
        "Copies an interface pointer, which counts as one more reference."
        guarding(windows::copy_com_pointer);
    Unnamed "call_function" "($module, address, arguments, /)"
        "Calls an address as a function that returns int."
        guarding(call_function);
    Unnamed "call_cdeclfunction" "($module, address, arguments, /)"
        "The same in C's own convention, which differs on 32-bit Windows."
        guarding(call_cdeclfunction);
    Unnamed "_unpickle" "($module, type, state, /)" "An instance of a type with the state of another."
        guarding(unpickle);
    Named "PyObj_FromPtr" "($module, address, /)" "The object whose id() is the address."
        guarding(object_from_pointer);
    Counted "Py_INCREF" "($self, object, /)" "Takes a reference that nobody holds." incref;
    Counted "Py_DECREF" "($self, object, /)" "Gives back a reference that nobody holds." decref;
}

/// Puts the functions into the module.
///
/// # Errors
/// Any exception that setting its attributes raises.
pub fn install(module: &Py<PyModule>, vm: &VirtualMachine) -> PyResult<()> {
    for definition in FUNCTIONS {
        let function = definition
            .to_function()
            .with_module(vm.ctx.intern_str("_ctypes"))
            .with_module_object(module.to_owned().into())
            .into_ref(&vm.ctx);
        vm.__module_set_attr(module, vm.ctx.intern_str(definition.name), function)?;
    }
    Ok(())
}

/// Returns the C value that an argument of a function must be.
#[inline(always)]
fn value<'a>(
    object: &'a PyObject,
    function: &str,
    argument: &str,
    vm: &VirtualMachine,
) -> PyResult<&'a Py<CData>> {
    CData::of(object).ok_or_else(|| no_value(object, function, argument, vm))
}

#[cold]
fn no_value(
    object: &PyObject,
    function: &str,
    argument: &str,
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    let name = names::of_given(object, vm);
    vm.new_type_error(format!(
        "{function}() {argument} must be _ctypes._CData, not {name}"
    ))
}

fn sizeof([object]: [PyObjectRef; 1], vm: &VirtualMachine) -> PyResult {
    let size = match CData::of(&object) {
        Some(cdata) => cdata.size(),
        None => CType::of(&object, vm)
            .ok_or_else(|| vm.new_type_error("this type has no size"))?
            .size(),
    };
    Ok(vm.ctx.new_int(size).into())
}

fn alignment([object]: [PyObjectRef; 1], vm: &VirtualMachine) -> PyResult {
    let ctype = ctype_of(&object, vm).ok_or_else(|| vm.new_type_error("no alignment info"))?;
    let align = if was_laid_out(ctype, vm) {
        ctype.layout().align
    } else {
        0
    };
    Ok(vm.ctx.new_int(align).into())
}

/// Returns whether a type is neither an aggregate that has never been given fields, nor an array of such
/// aggregates.
fn was_laid_out(mut ctype: &Py<CType>, vm: &VirtualMachine) -> bool {
    loop {
        let depends_on = match &ctype.kind {
            Kind::Array(array) => Some(&*array.item),
            Kind::Structure | Kind::Union if !ctype.has_own_layout() => {
                let base = ctype.python_class().base.deref();
                base.and_then(|base| CType::of_class(base, vm))
            }
            _ => return true,
        };
        match depends_on {
            Some(next) => ctype = next,
            None => return false,
        }
    }
}

fn addressof([object]: [PyObjectRef; 1], vm: &VirtualMachine) -> PyResult {
    let address = value(&object, "addressof", "argument", vm)?.address();
    audit::event(vm, "ctypes.addressof", || (object.clone(),))?;
    Ok(vm.ctx.new_int(address.expose_provenance()).into())
}

fn byref((object, offset): (PyObjectRef, Option<PyObjectRef>), vm: &VirtualMachine) -> PyResult {
    let address = value(&object, "byref", "argument 1", vm)?.address();
    let mut address = address.expose_provenance();
    if let Some(offset) = offset {
        address = address.wrapping_add_signed(c_integer::size(&offset, vm)?);
    }
    Ok(CArg::pointer('P', address, Some(object))
        .into_object(vm)
        .into())
}

fn resize([object, size]: [PyObjectRef; 2], vm: &VirtualMachine) -> PyResult {
    let cdata = value(&object, "resize", "argument 1", vm)?;
    let size = c_integer::size(&size, vm)?;
    let minimum = cdata.ctype().size();
    let size = usize::try_from(size)
        .map_err(|_| vm.new_value_error(format!("minimum size is {minimum}")))?;
    cdata.resize(size, vm)?;
    Ok(vm.ctx.none())
}

fn buffer_info([object]: [PyObjectRef; 1], vm: &VirtualMachine) -> PyResult {
    let ctype =
        ctype_of(&object, vm).ok_or_else(|| vm.new_type_error("not a ctypes type or object"))?;
    let layout = ctype.layout();
    let shape = layout
        .shape
        .iter()
        .map(|&extent| vm.ctx.new_int(extent).into())
        .collect();
    let format = vm.ctx.new_str(layout.format());
    let dimensions = vm.ctx.new_int(layout.shape.len());
    let shape = vm.ctx.new_tuple(shape);
    let info = vec![format.into(), dimensions.into(), shape.into()];
    Ok(vm.ctx.new_tuple(info).into())
}

fn get_errno([]: [PyObjectRef; 0], vm: &VirtualMachine) -> PyResult {
    audit::event(vm, "ctypes.get_errno", || ())?;
    Ok(vm.ctx.new_int(errno_copy::get()).into())
}

fn set_errno([value]: [PyObjectRef; 1], vm: &VirtualMachine) -> PyResult {
    let value = c_integer::int(&value, vm)?;
    audit::event(vm, "ctypes.set_errno", || (value,))?;
    Ok(vm.ctx.new_int(errno_copy::set(value)).into())
}

/// Reads a library's handle, or a function's address, from an argument.
fn handle(value: &PyObject, vm: &VirtualMachine) -> PyResult<Handle> {
    match value.downcast_ref::<PyInt>() {
        Some(int) => address::of_int(int, vm).map(Handle::from_address),
        None => Err(vm.new_type_error("an integer is required")),
    }
}

/// Reads a library's handle from an argument, which must not be NULL.
fn library_at(value: &PyObject, function: &str, vm: &VirtualMachine) -> PyResult<Handle> {
    let library = handle(value, vm)?;
    if library.address() == 0 {
        // Loaders take NULL for something else, or end the process.
        let message = format!("{function}() argument 1 (unspecified)");
        return Err(vm.new_system_error(message));
    }
    Ok(library)
}

/// Returns the tuple that a function's second argument must be.
fn tuple<'a>(object: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Py<PyTuple>> {
    object.downcast_ref::<PyTuple>().ok_or_else(|| {
        let name = names::of_given(object, vm);
        vm.new_type_error(format!("argument 2 must be tuple, not {name}"))
    })
}

fn call_at(address: &PyObject, arguments: &PyObject, flags: u32, vm: &VirtualMachine) -> PyResult {
    let address = handle(address, vm)?.address();
    let arguments = tuple(arguments, vm)?;
    // A hook that was added unnoticed is noticed here.
    audit::raise_call(address, arguments.as_slice(), vm)?;
    let call = Call {
        callee: Callee {
            address,
            flags,
            fixed: None,
        },
        cif: None,
        audited: true,
    };
    let restype = Restype::int(vm);
    call::address(call, None, &[], arguments.as_slice(), &restype, vm)
}

fn call_function([address, arguments]: [PyObjectRef; 2], vm: &VirtualMachine) -> PyResult {
    call_at(&address, &arguments, flags::STDCALL, vm)
}

fn call_cdeclfunction([address, arguments]: [PyObjectRef; 2], vm: &VirtualMachine) -> PyResult {
    call_at(&address, &arguments, flags::CDECL, vm)
}

fn unpickle([class, state]: [PyObjectRef; 2], vm: &VirtualMachine) -> PyResult {
    tuple(&state, vm)?;
    pickle::unpickle(&class, &state, vm)
}

fn object_at(address: &PyObject, vm: &VirtualMachine) -> PyResult<*mut PyObject> {
    match address.downcast_ref::<PyInt>() {
        Some(int) => address::of_int(int, vm).map(std::ptr::with_exposed_provenance_mut),
        None => Err(vm.new_type_error("an integer is required")),
    }
}

fn object_from_pointer([address]: [PyObjectRef; 1], vm: &VirtualMachine) -> PyResult {
    let object = object_at(&address, vm)?;
    if object.is_null() {
        return Err(vm.new_value_error("PyObject is NULL"));
    }
    // SAFETY: the program that passes an address must ensure that it is that of an object.
    let object = unsafe { &*object }.to_owned();
    audit::event(vm, "ctypes.PyObj_FromPtr", || (object.clone(),))?;
    Ok(object)
}

fn incref([object]: [PyObjectRef; 1], _vm: &VirtualMachine) -> PyResult {
    let _ = object.clone().into_raw();
    Ok(object)
}

fn decref([object]: [PyObjectRef; 1], _vm: &VirtualMachine) -> PyResult {
    // SAFETY: the program must ensure that it gives away a reference; the one held here keeps the object alive
    // until it is returned.
    drop(unsafe { PyObjectRef::from_raw(std::ptr::NonNull::from(&*object)) });
    Ok(object)
}
