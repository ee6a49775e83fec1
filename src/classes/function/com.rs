//! Functions of COM: functions of an interface, and functions whose result says whether they failed.

use super::{
    CFuncPtr,
    checked::{self, Checked},
    step_by_step::step_by_step,
};
use crate::{
    c_integer,
    ccall::{flags, paramflags::Given, result::Restype, signature::Signature},
    cdata::CData,
    com::{self, Interface},
    ctype::scalar::pointer,
    names, system_error,
};
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyResult, TryFromBorrowedObject, VirtualMachine,
    builtins::{PyInt, PyStr},
    function::ArgBytesLike,
};
use std::{fmt, mem};
use windows_sys::core::GUID;

/// The function of an interface that a function object stands for.
pub struct Method {
    pub index: i32,
    /// The interface's identifier, if failures are raised with what the object says about them.
    iid: Option<GUID>,
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Method")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

impl Method {
    /// Reads the arguments of a function type: index, name, parameter flags, and the interface's identifier.
    ///
    /// # Errors
    /// `TypeError` or `OverflowError` if they are malformed.
    pub fn new(args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<Self> {
        let (index, name, iid) = match args {
            [index, name] | [index, name, _] => (index, name, None),
            [index, name, _, iid] => (index, name, Some(iid)),
            many => {
                let given = many.len();
                let message = format!("function takes at most 4 arguments ({given} given)");
                return Err(vm.new_type_error(message));
            }
        };
        let index = c_integer::int(index, vm)?;
        match name.downcast_ref::<PyStr>() {
            Some(name) if name.as_bytes().contains(&0) => {
                return Err(vm.new_value_error("embedded null character"));
            }
            Some(_) => {}
            None => {
                let got = names::of_given(name, vm);
                let message = format!("argument 2 must be str, not {got}");
                return Err(vm.new_type_error(message));
            }
        }
        let iid = match iid {
            Some(iid) if !vm.is_none(iid) => guid(iid, vm)?,
            _ => None,
        };
        Ok(Self { index, iid })
    }

    /// Returns the interface that the first argument points to, and the address of this function in its table.
    ///
    /// # Errors
    /// `TypeError` if it is not a pointer, `ValueError` if that, or the table's address, is NULL.
    fn of(&self, this: Option<&PyObjectRef>, vm: &VirtualMachine) -> PyResult<(Interface, usize)> {
        let Some(this) = this else {
            let message = "native com method call without 'this' parameter";
            return Err(vm.new_value_error(message));
        };
        let cdata = CData::of(this).filter(|cdata| cdata.size() >= size_of::<usize>());
        let Some(cdata) = cdata else {
            return Err(vm.new_type_error("Expected a COM this pointer as first argument"));
        };
        // SAFETY: the value is no smaller than a pointer.
        let address = unsafe { pointer::read(cdata.address()) }.expose_provenance();
        let Some(interface) = Interface::at(address) else {
            return Err(vm.new_value_error("NULL COM pointer access"));
        };
        // SAFETY: the program that calls a method must ensure that there is an object, as in C.
        if unsafe { interface.table() }.is_null() {
            return Err(vm.new_value_error("COM method call without VTable"));
        }
        // SAFETY: as above; its table has such a function.
        let function = unsafe { interface.function(self.index as isize) };
        Ok((interface, function.expose_provenance()))
    }
}

/// Returns the identifier in a bytes-like object, or `None` if it is not one.
fn guid(object: &PyObject, vm: &VirtualMachine) -> PyResult<Option<GUID>> {
    let of_bytes = |bytes: &[u8]| {
        let bytes = <[u8; size_of::<GUID>()]>::try_from(bytes).ok()?;
        // SAFETY: a `GUID` consists of integers without padding, in the byte order of memory.
        Some(unsafe { mem::transmute::<[u8; size_of::<GUID>()], GUID>(bytes) })
    };
    if let Some(text) = object.downcast_ref::<PyStr>() {
        return Ok(of_bytes(text.try_as_utf8(vm)?.as_str().as_bytes()));
    }
    let bytes = ArgBytesLike::try_from_borrowed_object(vm, object).map_err(|_| {
        let got = names::of_given(object, vm);
        vm.new_type_error(format!(
            "argument 4 must be read-only bytes-like object, not {got}"
        ))
    })?;
    let iid = of_bytes(&bytes.borrow_buf());
    Ok(iid)
}

/// Calls such a function with arguments in the order in which Python code gives them.
///
/// # Errors
/// `COMError` or `OSError` if the result means failure; any exception that a call raises.
pub fn call(
    function: &Py<CFuncPtr>,
    signature: &Signature,
    given: &Given<'_>,
    vm: &VirtualMachine,
) -> PyResult {
    let (call, given) = match function.method.as_deref() {
        None => (None, *given),
        Some(method) => {
            let (this, behind) = match given.split_first() {
                Some((this, behind)) => (Some(this), behind),
                None => (None, *given),
            };
            (Some((method, method.of(this, vm)?)), behind)
        }
    };
    let mut arranged = None;
    let arguments = match (&function.paramflags, &signature.declared.argtypes) {
        (Some(paramflags), Some(argtypes)) if !argtypes.converters.is_empty() => {
            let new = paramflags.arrange(argtypes, &given, vm)?;
            &arranged.insert(new).arguments[..]
        }
        _ => given.positional(),
    };
    let result = enter(function, call, signature, arguments, vm)?;
    let checked = match &signature.declared.errcheck {
        None => Checked::Result(result),
        Some(errcheck) => checked::check(errcheck, function, result, arguments, vm)?,
    };
    match (checked, &arranged) {
        (Checked::Result(result), Some(arranged)) => arranged.result(result, vm),
        (checked, _) => Ok(checked.into_object()),
    }
}

/// Calls the function with arguments in the order of its parameters.
fn enter(
    function: &Py<CFuncPtr>,
    method: Option<(&Method, (Interface, usize))>,
    signature: &Signature,
    given: &[PyObjectRef],
    vm: &VirtualMachine,
) -> PyResult {
    let (own_address, _held) = CData::callee(CFuncPtr::value(function));
    let callee = match method {
        None => (own_address, None),
        Some((_, (interface, address))) => (address, Some(interface.address())),
    };
    let call = |restype: &Restype| step_by_step(function, signature, callee, given, restype, vm);
    let of_object =
        method.and_then(|(method, (interface, _))| Some((interface, method.iid.as_ref()?)));
    if of_object.is_none() && function.flags & flags::HRESULT == 0 {
        return call(&signature.declared.restype);
    }
    let result = call(&Restype::int(vm))?;
    let code = result
        .downcast_ref::<PyInt>()
        .map_or(0, |int| int.as_u32_mask().cast_signed());
    if code >= 0 {
        return Ok(result);
    }
    Err(match of_object {
        // SAFETY: the program that calls a method must ensure that there is an object, as in C.
        Some((interface, iid)) => unsafe { com::raised(code, interface, iid, vm) },
        None => system_error::exception(code.cast_unsigned(), vm),
    })
}
