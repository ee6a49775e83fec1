//! Functions that `_ctypes` has only on Windows: libraries, the last error, results of COM.

use super::library_at;
use crate::{
    audit, c_integer,
    ccall::{argument::Arguments, default, last_error},
    clib,
    com::Interface,
    ctype::scalar::{pointer, wide},
    names, system_error,
};
use rustpython_common::wtf8::Wtf8Buf;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyStr};
use windows_sys::Win32::Foundation::{E_POINTER, ERROR_MOD_NOT_FOUND, S_OK};

/// The number of characters of a library's name that a message shows.
const MOST_SHOWN: usize = 500;

/// Opens a library.
///
/// # Errors
/// `TypeError` or `ValueError` if the name is impossible, `FileNotFoundError` if the library, or one that it
/// needs, is missing, `OSError` for the system's other errors.
pub fn load_library(
    (name, flags): (PyObjectRef, Option<PyObjectRef>),
    vm: &VirtualMachine,
) -> PyResult {
    let Some(text) = name.downcast_ref::<PyStr>() else {
        let got = names::of_given(&name, vm);
        let message = format!("LoadLibrary() argument 1 must be str, not {got}");
        return Err(vm.new_type_error(message));
    };
    let flags = match flags {
        Some(flags) => c_integer::int(&flags, vm)?,
        None => 0,
    };
    audit::event(vm, "ctypes.dlopen", || (name.clone(),))?;
    let units = wide::terminated(text.as_wtf8()).ok_or_else(|| vm.no_memory_error())?;
    if units[..units.len() - 1].contains(&0) {
        return Err(vm.new_value_error("embedded null character"));
    }
    match clib::open(&units, flags.cast_unsigned(), vm) {
        Ok(library) => Ok(vm.ctx.new_int(library.address()).into()),
        Err(ERROR_MOD_NOT_FOUND) => {
            let missing = vm.ctx.exceptions.file_not_found_error.to_owned();
            let shown: Wtf8Buf = text.as_wtf8().code_points().take(MOST_SHOWN).collect();
            let message = format!(
                "Could not find module '{shown}' (or one of its dependencies). \
                 Try using the full path with constructor syntax."
            );
            Err(vm.new_exception_msg(missing, message.into()))
        }
        Err(code) => Err(system_error::exception(code, vm)),
    }
}

/// Closes a library.
///
/// # Errors
/// `OSError` for the system's errors.
pub fn free_library([library]: [PyObjectRef; 1], vm: &VirtualMachine) -> PyResult {
    library_at(&library, "FreeLibrary", vm)?
        .close(vm)
        .map_err(|code| system_error::exception(code, vm))?;
    Ok(vm.ctx.none())
}

/// Returns the system's text for an error code, or for the last error if the code is zero or not given.
///
/// # Errors
/// `TypeError` or `OverflowError` if it is not a C `int`.
pub fn format_error((code,): (Option<PyObjectRef>,), vm: &VirtualMachine) -> PyResult {
    let code = match code {
        Some(code) => c_integer::int(&code, vm)?.cast_unsigned(),
        None => 0,
    };
    let text = system_error::text(if code == 0 { last_error::left() } else { code });
    Ok(match text {
        Some(text) => vm.ctx.new_str(text),
        None => vm.ctx.new_str("<no description>"),
    }
    .into())
}

/// Returns this thread's copy of the last error.
///
/// # Errors
/// Any exception that an audit hook raises.
pub fn get_last_error([]: [PyObjectRef; 0], vm: &VirtualMachine) -> PyResult {
    audit::event(vm, "ctypes.get_last_error", || ())?;
    Ok(vm.ctx.new_int(last_error::get().cast_signed()).into())
}

/// Changes this thread's copy of the last error, and returns its old value.
///
/// # Errors
/// `TypeError` or `OverflowError` if it is not a C `int`; any exception that an audit hook raises.
pub fn set_last_error([value]: [PyObjectRef; 1], vm: &VirtualMachine) -> PyResult {
    let value = c_integer::int(&value, vm)?;
    audit::event(vm, "ctypes.set_last_error", || (value,))?;
    let before = last_error::set(value.cast_unsigned());
    Ok(vm.ctx.new_int(before.cast_signed()).into())
}

/// Returns the result of a function, unless it means failure.
///
/// # Errors
/// `OSError` if it means failure; `TypeError` or `OverflowError` if it is not a C `int`.
pub fn check_hresult([result]: [PyObjectRef; 1], vm: &VirtualMachine) -> PyResult {
    let result = c_integer::int(&result, vm)?;
    if result < 0 {
        return Err(system_error::exception(result.cast_unsigned(), vm));
    }
    Ok(vm.ctx.new_int(result).into())
}

/// Copies an interface pointer to where the second argument points, and adds a reference to the interface.
///
/// # Errors
/// Any exception that converting the arguments raises.
pub fn copy_com_pointer([source, target]: [PyObjectRef; 2], vm: &VirtualMachine) -> PyResult {
    let mut arguments = Arguments::new();
    default::convert(&source, 0, &mut arguments, vm)?;
    default::convert(&target, 1, &mut arguments, vm)?;
    let [source, target] = arguments.list() else {
        return Err(vm.new_system_error("two arguments became another number"));
    };
    let (source, target) = (source.word() as usize, target.word() as usize);
    if target == 0 {
        return Ok(vm.ctx.new_int(E_POINTER).into());
    }
    if let Some(interface) = Interface::at(source) {
        // SAFETY: the program that passes a pointer must ensure that it is that of an interface.
        vm.allow_threads(|| unsafe { interface.add_ref() });
    }
    // SAFETY: the program that passes a pointer must ensure that there is room for one.
    unsafe { pointer::write(std::ptr::with_exposed_provenance_mut(target), source) };
    Ok(vm.ctx.new_int(S_OK).into())
}
