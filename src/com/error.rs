//! `COMError`, and what an object says about its failure.

use super::Interface;
use crate::system_error;
use rustpython_common::wtf8::Wtf8Buf;
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseException, PyBaseExceptionRef, PyException},
    class::StaticType,
    function::FuncArgs,
    pyclass, pyexception,
    types::{Constructor, Initializer},
};
use std::{ffi::c_void, ptr, slice};
use windows_sys::{
    Win32::{
        Foundation::{S_OK, SysFreeString, SysStringLen},
        System::Com::{CoTaskMemFree, GetErrorInfo, ProgIDFromCLSID},
    },
    core::{BSTR, GUID, HRESULT},
};

// Python code reads this comment as `COMError.__doc__`.
/// Raised when a COM method call failed.
#[pyexception(module = "_ctypes", name = "COMError", base = PyException)]
#[derive(Debug)]
#[repr(transparent)]
pub struct ComError(PyException);

#[pyexception(with(Initializer))]
impl ComError {}

impl Initializer for ComError {
    type Args = FuncArgs;

    fn slot_init(zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        if !args.kwargs.is_empty() {
            return Err(vm.new_type_error("_ctypes.COMError() takes no keyword arguments"));
        }
        let given = args.args.len();
        let [hresult, text, details] = &args.args[..] else {
            let message = format!("COMError() takes exactly 3 arguments ({given} given)");
            return Err(vm.new_type_error(message));
        };
        zelf.set_attr("hresult", hresult.clone(), vm)?;
        zelf.set_attr("text", text.clone(), vm)?;
        zelf.set_attr("details", details.clone(), vm)?;
        PyBaseException::slot_init(zelf, args, vm)
    }

    fn init(_zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_system_error("exceptions are initialised by their slot"))
    }
}

const I_SUPPORT_ERROR_INFO: GUID = GUID::from_u128(0xdf0b3d60_548f_101b_8e65_08002b2bd119);

/// Indices of functions in the tables of interfaces.
mod place {
    pub const INTERFACE_SUPPORTS_ERROR_INFO: usize = 3;
    pub const GET_GUID: usize = 3;
    pub const GET_SOURCE: usize = 4;
    pub const GET_DESCRIPTION: usize = 5;
    pub const GET_HELP_FILE: usize = 6;
    pub const GET_HELP_CONTEXT: usize = 7;
}

/// What an object has left about its last failure on this thread.
#[derive(Default)]
struct Details {
    description: Option<Wtf8Buf>,
    source: Option<Wtf8Buf>,
    help_file: Option<Wtf8Buf>,
    help_context: u32,
    program: Option<Wtf8Buf>,
}

/// Makes the `COMError` for a method of `interface` that has failed with `result`. `iid` says which interface
/// it is.
///
/// # Safety
/// There must be a COM object at the interface's address.
pub unsafe fn raised(
    result: HRESULT,
    interface: Interface,
    iid: &GUID,
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    // The object may need another thread, which may need the interpreter.
    // SAFETY: there is a COM object at the address (see # Safety).
    let details = vm.allow_threads(|| unsafe { Details::left_by(interface, iid) });
    let Details {
        description,
        source,
        help_file,
        help_context,
        program,
    } = details.unwrap_or_default();
    let string = |text: Option<Wtf8Buf>| -> PyObjectRef {
        text.map_or_else(|| vm.ctx.none(), |text| vm.ctx.new_str(text).into())
    };
    let details = vec![
        string(description),
        string(source),
        string(help_file),
        vm.ctx.new_int(help_context.cast_signed()).into(),
        string(program),
    ];
    let arguments = vec![
        vm.ctx.new_int(result).into(),
        string(system_error::text(result.cast_unsigned())),
        vm.ctx.new_tuple(details).into(),
    ];
    match vm.invoke_exception(ComError::static_type(), arguments) {
        Ok(error) | Err(error) => error,
    }
}

impl Details {
    /// Returns what the object has left, if it supports that for failures of this interface.
    ///
    /// # Safety
    /// As for [`raised`].
    unsafe fn left_by(interface: Interface, iid: &GUID) -> Option<Self> {
        type Supports = unsafe extern "system" fn(Interface, *const GUID) -> HRESULT;
        // SAFETY: there is a COM object at the address (see # Safety).
        let support = unsafe { interface.query(&I_SUPPORT_ERROR_INFO) }?;
        // SAFETY: an `ISupportErrorInfo`, whose reference is released here.
        let supported = unsafe {
            let method = support.method::<Supports>(place::INTERFACE_SUPPORTS_ERROR_INFO);
            let supported = method(support, iid);
            support.release();
            supported
        };
        if supported < 0 {
            return None;
        }
        let mut info: *mut c_void = ptr::null_mut();
        // SAFETY: stores an `IErrorInfo` with a reference for the caller, if it returns S_OK.
        if unsafe { GetErrorInfo(0, &raw mut info) } != S_OK {
            return None;
        }
        let info = Interface::at(info.expose_provenance())?;
        // SAFETY: an `IErrorInfo`, whose reference is released here.
        unsafe {
            let details = Self::of(info);
            info.release();
            Some(details)
        }
    }

    /// Reads the details.
    ///
    /// # Safety
    /// `info` must be an `IErrorInfo`.
    unsafe fn of(info: Interface) -> Self {
        // SAFETY: functions of an `IErrorInfo` (see # Safety), by their indices.
        unsafe {
            Self {
                description: get(info, place::GET_DESCRIPTION)
                    .and_then(|string| take_string(string)),
                source: get(info, place::GET_SOURCE).and_then(|string| take_string(string)),
                help_file: get(info, place::GET_HELP_FILE).and_then(|string| take_string(string)),
                help_context: get(info, place::GET_HELP_CONTEXT).unwrap_or(0),
                program: get(info, place::GET_GUID).and_then(|class| program_of(&class)),
            }
        }
    }
}

/// Returns what a function that stores one value has stored, if it has not failed.
///
/// # Safety
/// The function at this index must store a `T`, for which zero is a valid value.
unsafe fn get<T: Copy>(info: Interface, place: usize) -> Option<T> {
    type Get<T> = unsafe extern "system" fn(Interface, *mut T) -> HRESULT;
    let mut value = std::mem::MaybeUninit::zeroed();
    // SAFETY: the function at this index stores a `T` (see # Safety).
    let result = unsafe { info.method::<Get<T>>(place)(info, value.as_mut_ptr()) };
    // SAFETY: it is zero, or what the function has stored.
    (result >= 0).then(|| unsafe { value.assume_init() })
}

/// Takes the text of a string, and frees the string. Returns `None` if it is NULL.
///
/// # Safety
/// No other code may use the string.
unsafe fn take_string(string: BSTR) -> Option<Wtf8Buf> {
    if string.is_null() {
        return None;
    }
    // SAFETY: a string of the system records its length.
    let units = unsafe { slice::from_raw_parts(string, SysStringLen(string) as usize) };
    let text = Wtf8Buf::from_wide(units);
    // SAFETY: no other code uses the string (see # Safety).
    unsafe { SysFreeString(string) };
    Some(text)
}

/// Returns the name of a class, if it is registered under one.
fn program_of(class: &GUID) -> Option<Wtf8Buf> {
    let mut name = ptr::null_mut();
    // SAFETY: stores the address of a terminated string that the caller owns.
    let result = unsafe { ProgIDFromCLSID(class, &raw mut name) };
    if result < 0 || name.is_null() {
        return None;
    }
    // SAFETY: the string is terminated.
    let length = (0..)
        .take_while(|&index| unsafe { *name.add(index) } != 0)
        .count();
    // SAFETY: these units were read.
    let text = Wtf8Buf::from_wide(unsafe { slice::from_raw_parts(name, length) });
    // SAFETY: allocated for the caller, and not used any more.
    unsafe { CoTaskMemFree(name.cast()) };
    Some(text)
}
