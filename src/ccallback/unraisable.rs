//! Exceptions that C cannot be told of, which are reported to `sys.unraisablehook`.
//!
//! The hook may be missing, fail, or find no room left on the stack. Then native code, which needs little room,
//! writes what happened to `sys.stderr`; if that fails too, nothing more can be done.

use crate::{audit, error};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyInt, PyStr, PyTraceback, PyTypeRef},
    compiler::core::OneIndexed,
    function::FuncArgs,
};
use std::{
    fmt::Write,
    sync::{OnceLock, atomic::Ordering},
};

/// Reports that `error` was ignored; `message` says where.
pub fn report(error: PyBaseExceptionRef, message: String, vm: &VirtualMachine) {
    if vm.state.finalizing.load(Ordering::Acquire) {
        return write(&error, &message, None, vm);
    }
    if error.__traceback__().is_none() {
        error.set_traceback(traceback_of_caller(vm));
    }
    let of_sys = |name: &'static str| {
        let found = vm.sys_module.dict().get_item_opt(name, vm).ok()?;
        found.filter(|found| !vm.is_none(found))
    };
    let hook = of_sys("unraisablehook");
    let own = of_sys("__unraisablehook__");
    match hook {
        Some(hook) if !own.is_some_and(|own| own.is(&hook)) => {
            tell(&hook, error, message, vm);
        }
        _ => write(&error, &message, None, vm),
    }
}

/// Returns a traceback of the Python function that called C, if there is one, for an exception that native code
/// raised.
fn traceback_of_caller(vm: &VirtualMachine) -> Option<PyRef<PyTraceback>> {
    let frame = vm.current_frame()?;
    // While the frame runs, its own fields do not say where it is.
    let number = |name: &'static str| -> Option<u32> {
        let value = frame.as_object().get_attr(name, vm).ok()?;
        value.downcast_ref::<PyInt>()?.try_to_primitive(vm).ok()
    };
    let line = OneIndexed::new(number("f_lineno")? as usize)?;
    let instruction = number("f_lasti")? as i32;
    let traceback = PyTraceback::new(None, frame.clone(), instruction, line);
    Some(traceback.into_ref(&vm.ctx))
}

/// Calls a hook of Python code.
fn tell(hook: &PyObjectRef, error: PyBaseExceptionRef, message: String, vm: &VirtualMachine) {
    error::complete(&error, vm);
    let arguments = match hook_arguments(&error, &message, vm) {
        Ok(arguments) => arguments,
        Err(_) => return write(&error, &message, None, vm),
    };
    let audited = audit::event(vm, "sys.unraisablehook", || {
        (hook.clone(), arguments.clone())
    });
    if let Err(error) = audited {
        return write(&error, "Exception ignored in audit hook", None, vm);
    }
    if let Err(error) = hook.call((arguments,), vm) {
        write(
            &error,
            "Exception ignored in sys.unraisablehook",
            Some(hook),
            vm,
        );
    }
}

/// Makes the argument of the hook, a `sys.UnraisableHookArgs`.
///
/// # Errors
/// Any exception that making it raises.
fn hook_arguments(error: &PyBaseExceptionRef, message: &str, vm: &VirtualMachine) -> PyResult {
    let (class, value, traceback) = vm.split_exception(error.clone());
    let message = vm.ctx.new_str(message).into();
    let values = vec![class, value, traceback, message, vm.ctx.none()];
    let made = arguments_type(vm)?.as_object();
    made.call((vm.ctx.new_tuple(values),), vm)
}

/// Returns `sys.UnraisableHookArgs`, which the VM shows only among the classes derived from `tuple`.
fn arguments_type(vm: &VirtualMachine) -> PyResult<&'static PyTypeRef> {
    static TYPE: OnceLock<PyTypeRef> = OnceLock::new();
    if let Some(known) = TYPE.get() {
        return Ok(known);
    }
    let derived = vm.ctx.types.tuple_type.subclasses.read();
    let found = derived
        .iter()
        .filter_map(|weak| weak.upgrade()?.downcast().ok())
        .find(|class: &PyTypeRef| {
            class.heaptype_ext.is_none() && class.slot_name().ends_with("UnraisableHookArgs")
        });
    drop(derived);
    match found {
        Some(found) => Ok(TYPE.get_or_init(|| found)),
        None => Err(vm.new_system_error("there is no sys.UnraisableHookArgs")),
    }
}

/// Writes to `sys.stderr` what was ignored, in the words of the default hook.
fn write(
    error: &PyBaseExceptionRef,
    message: &str,
    object: Option<&PyObject>,
    vm: &VirtualMachine,
) {
    error::complete(error, vm);
    let mut text = match object.map(|object| object.repr(vm)) {
        None => format!("{message}:\n"),
        Some(Ok(object)) => format!("{message}: {object}\n"),
        Some(Err(_)) => format!("{message}: <object repr() failed>\n"),
    };
    write_traceback(&mut text, error, vm);
    write_error(&mut text, error, vm);
    match vm.sys_module.dict().get_item_opt("stderr", vm) {
        Ok(Some(stderr)) if vm.is_none(&stderr) => {}
        Ok(Some(stderr)) => {
            let written = vm.call_method(&stderr, "write", (text,));
            if written.is_ok() {
                let _ = vm.call_method(&stderr, "flush", FuncArgs::default());
            }
        }
        _ => {
            let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
        }
    }
}

fn write_traceback(text: &mut String, error: &PyBaseExceptionRef, vm: &VirtualMachine) {
    const NAME: &str = "BaseException";
    let traceback = error.__traceback__();
    // The VM writes a traceback only with an exception.
    let bare = vm.new_exception_empty(vm.ctx.exceptions.base_exception_type.to_owned());
    bare.set_traceback(traceback);
    let mut written = String::new();
    if vm
        .write_exception_inner::<String>(&mut written, &bare)
        .is_ok()
    {
        let end = written.trim_end().strip_suffix(NAME);
        text.push_str(end.unwrap_or(&written));
    }
}

fn write_error(text: &mut String, error: &PyBaseExceptionRef, vm: &VirtualMachine) {
    let class = error.class();
    let module = class.__module__(vm).ok();
    match module
        .as_ref()
        .and_then(|module| module.downcast_ref::<PyStr>())
    {
        None => text.push_str("<unknown>"),
        Some(module) if [&b"builtins"[..], b"__main__"].contains(&module.as_bytes()) => {}
        Some(module) => {
            let _ = write!(text, "{}.", module.to_string_lossy());
        }
    }
    let name = class.__qualname__(vm);
    let name = name.downcast_ref::<PyStr>();
    let name = name.map_or_else(
        || class.name().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    let described = error.as_object().str(vm);
    let described = described
        .as_ref()
        .map_or("<exception str() failed>".into(), |text| {
            text.to_string_lossy()
        });
    let _ = writeln!(text, "{name}: {described}");
}
