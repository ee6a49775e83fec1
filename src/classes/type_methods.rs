//! Methods of the ctypes classes themselves: making instances on existing memory, and converting arguments.
//!
//! They are methods of the metaclasses, and get their arguments as they are.

use super::metatype;
use crate::{
    address, audit, buffers,
    builtin::Positional,
    ccall::from_param,
    cdata::CData,
    clib,
    ctype::{CType, Place},
    names,
    panics::guarded,
};
use num_traits::ToPrimitive;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyBytes, PyInt, PyMemoryView, PyStrRef, PyType},
    function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags},
    vm::Context,
};
use std::sync::Once;

/// Defines a table of methods: the name, the parameters, the function.
macro_rules! methods {
    ($table:ident: $($name:literal $parameters:literal $doc:literal $function:expr;)*) => {
        static $table: &[PyMethodDef] = &[$(
            PyMethodDef::new_raw_const(
                $name,
                |vm: &VirtualMachine, args: FuncArgs, _| call($name, $function, args, vm),
                PyMethodFlags::METHOD
                    .union(PyMethodFlags::FASTCALL)
                    .union(PyMethodFlags::KEYWORDS),
                ItemDoc::static_text(concat!($name, $parameters, "\n--\n\n", $doc)),
            ),
        )*];
    };
}

methods! {
    OF_ALL:
    "from_address" "($self, value, /)" "An instance at an address." from_address;
    "from_buffer" "($self, obj, offset=0, /)"
        "An instance that shares the memory of a writable buffer." guarded_method(from_buffer);
    "from_buffer_copy" "($self, buffer, offset=0, /)"
        "An instance with a copy of a buffer's bytes." guarded_method(from_buffer_copy);
    "in_dll" "($self, dll, name, /)" "The instance that a library exports under a name."
        guarded_method(in_dll);
    "from_param" "($self, value, /)" "Converts an argument of a foreign call."
        guarded_method(convert_argument);
}

methods! {
    OF_POINTERS:
    "set_type" "($self, type, /)" "Completes an incomplete pointer type."
        guarded_method(super::pointer::set_type);
}

/// Gives the base of all metaclasses its methods, and the metaclass of pointers its additional ones.
pub fn install(of_all: &'static Py<PyType>, of_pointers: &'static Py<PyType>, context: &Context) {
    // Static types belong to all interpreters of the process.
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        add_table(OF_ALL, of_all, context);
        add_table(OF_POINTERS, of_pointers, context);
    });
}

fn add_table(table: &'static [PyMethodDef], metaclass: &'static Py<PyType>, context: &Context) {
    for definition in table {
        let descriptor = definition.build_method(context, metaclass);
        metaclass.set_attr(context.intern_str(definition.name), descriptor.into());
    }
}

/// Returns whether a definition is one of this table.
#[must_use]
pub fn is_ours(definition: &PyMethodDef) -> bool {
    let mut all = OF_ALL.iter().chain(OF_POINTERS);
    all.any(|ours| std::ptr::eq(ours, definition))
}

/// Returns the definition of `from_param`, which all classes share.
#[must_use]
pub fn from_param() -> Option<&'static PyMethodDef> {
    OF_ALL.iter().find(|method| method.name == "from_param")
}

/// Runs a method, and turns a panic into an exception.
#[inline]
fn guarded_method<P>(
    method: impl FnOnce(&Py<PyType>, P, &VirtualMachine) -> PyResult,
) -> impl FnOnce(&Py<PyType>, P, &VirtualMachine) -> PyResult {
    |class, arguments, vm| guarded(vm, || method(class, arguments, vm))
}

/// Calls a method with the arguments after the first, which is the class.
#[inline(always)]
fn call<P: Positional>(
    name: &str,
    method: impl FnOnce(&Py<PyType>, P, &VirtualMachine) -> PyResult,
    args: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult {
    let FuncArgs { mut args, kwargs } = args;
    if args.is_empty() {
        return Err(vm.new_type_error(format!("unbound method {name}() needs an argument")));
    }
    let class = args.remove(0);
    let class = metatype::class_of(&class, vm)?;
    let given = args.len();
    if kwargs.is_empty()
        && let Some(arguments) = P::of(args)
    {
        return method(class, arguments, vm);
    }
    let named = kwargs.keys().map(ToString::to_string).collect();
    Err(refuse(name, (P::LEAST, P::MOST), given, named, vm))
}

#[cold]
fn refuse(
    name: &str,
    (least, most): (usize, usize),
    given: usize,
    named: Vec<String>,
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let total = given + named.len();
    vm.new_type_error(if total > most {
        let kind = if given == 0 { "keyword " } else { "" };
        let plural = plural(most);
        format!("{name}() takes at most {most} {kind}argument{plural} ({total} given)")
    } else if given < least {
        let exactly = if least == most { "exactly" } else { "at least" };
        let plural = plural(least);
        format!("{name}() takes {exactly} {least} positional argument{plural} ({given} given)")
    } else {
        let unexpected = named.first().map_or("", String::as_str);
        format!("{name}() got an unexpected keyword argument '{unexpected}'")
    })
}

fn from_address(class: &Py<PyType>, [address]: [PyObjectRef; 1], vm: &VirtualMachine) -> PyResult {
    let Some(address) = address.downcast_ref::<PyInt>() else {
        return Err(vm.new_type_error("integer expected"));
    };
    let ctype = CType::of_concrete(class, vm)?;
    let address = address::of_int(address, vm)?;
    let address = std::ptr::with_exposed_provenance_mut(address);
    at_address(ctype, address, None, vm)
}

fn from_buffer(
    class: &Py<PyType>,
    (object, offset): (PyObjectRef, Option<PyObjectRef>),
    vm: &VirtualMachine,
) -> PyResult {
    let offset = optional_size(offset, vm)?;
    let ctype = CType::of_concrete(class, vm)?;
    let buffer = match buffers::of(&object, vm) {
        Ok(buffer) => buffer,
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.type_error) => {
            // ctypes asks for a view, which has its own message for this.
            PyMemoryView::from_object(&object, vm)?;
            return Err(vm.new_type_error("underlying buffer is not writable"));
        }
        Err(error) => return Err(error),
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

fn from_buffer_copy(
    class: &Py<PyType>,
    (object, offset): (PyObjectRef, Option<PyObjectRef>),
    vm: &VirtualMachine,
) -> PyResult {
    if let Some(bytes) = object.downcast_ref_if_exact::<PyBytes>(vm) {
        let offset = optional_size(offset, vm)?;
        let ctype = CType::of_concrete(class, vm)?;
        let bytes = bytes.as_bytes();
        let offset = audited_offset(offset, (bytes.as_ptr(), bytes.len()), ctype, vm)?;
        return copy_of(&bytes[offset..], None, ctype, vm);
    }
    let buffer = buffers::of(&object, vm)?;
    if !buffer.desc.is_contiguous() {
        return Err(vm.new_buffer_error("memoryview: underlying buffer is not C-contiguous"));
    }
    let offset = optional_size(offset, vm)?;
    let ctype = CType::of_concrete(class, vm)?;
    let owner = owner_of_buffer(&object, vm)?;
    // Nothing is borrowed while hooks run: they may use the buffer.
    let memory = buffer.contiguous_or_collect(|bytes| (bytes.as_ptr(), bytes.len()));
    let offset = audited_offset(offset, memory, ctype, vm)?;
    buffer.contiguous_or_collect(|bytes| {
        let bytes = bytes.get(offset..).unwrap_or_default();
        copy_of(bytes, owner.as_deref(), ctype, vm)
    })
}

/// Returns the offset at which a value of the type can be copied from memory, after the audit event.
fn audited_offset(
    offset: isize,
    (start, length): (*const u8, usize),
    ctype: &Py<CType>,
    vm: &VirtualMachine,
) -> PyResult<usize> {
    let offset = buffer_offset(offset, length, ctype, vm)?;
    audit::event(vm, "ctypes.cdata/buffer", || {
        (start as isize, length, offset)
    })?;
    Ok(offset)
}

/// Makes an instance with a copy of the first bytes, in memory of `owner` if the owner is known.
fn copy_of(
    bytes: &[u8],
    owner: Option<&PyObject>,
    ctype: &Py<CType>,
    vm: &VirtualMachine,
) -> PyResult {
    let instance = (ctype.construct)(ctype, Place::New, vm)?;
    if let Some(cdata) = CData::of(&instance) {
        if bytes.len() < cdata.size() {
            return Err(vm.new_value_error("Buffer size too small"));
        }
        // SAFETY: there are as many bytes as the instance has.
        unsafe { CData::fill(cdata, bytes.as_ptr(), owner, vm) }?;
    }
    Ok(instance)
}

fn in_dll(class: &Py<PyType>, [dll, name]: [PyObjectRef; 2], vm: &VirtualMachine) -> PyResult {
    let name: PyStrRef = name.downcast().map_err(|name| {
        let got = names::of_given(&name, vm);
        vm.new_type_error(format!("in_dll() argument 2 must be str, not {got}"))
    })?;
    audit::event(vm, "ctypes.dlsym", || (dll.clone(), name.clone()))?;
    let address = clib::lookup(
        &dll,
        "second argument",
        &name,
        |message| vm.new_value_error(message),
        vm,
    )?;
    let ctype = CType::of_concrete(class, vm)?;
    let address = std::ptr::with_exposed_provenance_mut(address);
    at_address(ctype, address, None, vm)
}

fn convert_argument(
    class: &Py<PyType>,
    [value]: [PyObjectRef; 1],
    vm: &VirtualMachine,
) -> PyResult {
    let ctype = CType::of_concrete(class, vm)?;
    Ok(from_param::convert(ctype, &value, vm)?.into_object(&value, vm))
}

/// Converts an argument to a `ssize_t`; 0 if it is missing.
fn optional_size(given: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<isize> {
    let Some(given) = given else {
        return Ok(0);
    };
    let size = given.try_index(vm)?.as_bigint().to_isize();
    size.ok_or_else(|| vm.new_overflow_error("Python int too large to convert to C ssize_t"))
}

/// Makes an instance at an address, in the memory of `anchor` if that is known.
fn at_address(
    ctype: &Py<CType>,
    address: *mut u8,
    anchor: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult {
    audit::event(vm, "ctypes.cdata", || (address.addr() as isize,))?;
    (ctype.construct)(ctype, Place::At { address, anchor }, vm)
}

/// Returns the C value whose memory a buffer of `object` is. That value keeps the targets of references there.
///
/// # Errors
/// Any exception that asking a memory view for its object raises.
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
    offset: isize,
    length: usize,
    ctype: &CType,
    vm: &VirtualMachine,
) -> PyResult<usize> {
    let Ok(offset) = usize::try_from(offset) else {
        return Err(vm.new_value_error("offset cannot be negative"));
    };
    let check = || {
        let needed = ctype.size().saturating_add(offset);
        if needed <= length {
            return Ok(offset);
        }
        Err(vm.new_value_error(format!(
            "Buffer size too small ({length} instead of at least {needed} bytes)"
        )))
    };
    check()?;
    // Audit hooks run before the instance is made. So the type is made final first, and the size is read again
    // in case another thread has changed it meanwhile.
    ctype.finalize();
    check()
}
