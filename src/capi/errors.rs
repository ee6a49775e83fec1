//! The error that a function leaves: querying, setting and clearing it.

use super::{
    entry::{Lent, Owned, Text, bad_call, c_functions, given, lend, put},
    exception::{Kind, instance, kind_of, make},
};
use crate::ccall::{errno, pending};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseException, PyBaseExceptionRef, PyTuple},
};
use std::{ffi::c_int, ptr};

/// Raises an exception that has been made.
fn raise<T>(error: PyBaseExceptionRef) -> PyResult<T> {
    Err(error)
}

fn owned(exception: Option<PyBaseExceptionRef>) -> Owned {
    exception.map(Into::into)
}

/// Takes the error that has been left.
pub fn take(vm: &VirtualMachine) -> Option<PyBaseExceptionRef> {
    let left = pending::left(vm);
    pending::set_left(None, vm);
    left
}

/// Returns the exception that three objects stand for, as C used to keep exceptions.
fn of_three(
    kind: Owned,
    value: Owned,
    traceback: Owned,
    vm: &VirtualMachine,
) -> PyResult<Option<PyBaseExceptionRef>> {
    let Some(kind) = kind else { return Ok(None) };
    let exception = make(&kind, value.as_deref(), vm)?;
    if let Some(traceback) = traceback.filter(|traceback| !vm.is_none(traceback)) {
        exception
            .as_object()
            .set_attr("__traceback__", traceback, vm)?;
    }
    Ok(Some(exception))
}

/// Makes the `OSError` of the C library's last error.
fn of_errno(
    kind: Lent<'_>,
    names: &[&PyObject],
    vm: &VirtualMachine,
) -> PyResult<PyBaseExceptionRef> {
    let number = errno::real();
    let text = vm
        .import("os", 0)?
        .get_attr("strerror", vm)?
        .call((number,), vm)?;
    let mut arguments = vec![vm.ctx.new_int(number).into(), text];
    match names {
        [] => {}
        [name] => arguments.push((*name).to_owned()),
        // Between the two names is the place of Windows' own code.
        [first, second, ..] => arguments.extend([
            (*first).to_owned(),
            vm.ctx.new_int(0).into(),
            (*second).to_owned(),
        ]),
    }
    instance(given(kind, vm)?.call(arguments, vm)?, vm)
}

/// Returns whether an exception, or a class of exceptions, is one of `wanted`.
fn matches(error: Lent<'_>, wanted: Lent<'_>) -> bool {
    let (Some(error), Some(wanted)) = (error, wanted) else {
        return false;
    };
    if let Some(list) = wanted.downcast_ref::<PyTuple>() {
        return list
            .as_slice()
            .iter()
            .any(|one| matches(Some(error), Some(one)));
    }
    let class = match error.downcast_ref::<PyBaseException>() {
        Some(_) => error.class().as_object(),
        None => error,
    };
    match (kind_of(class), kind_of(wanted)) {
        (Kind::Exception(class), Kind::Exception(wanted)) => class.fast_issubclass(wanted),
        _ => class.is(wanted),
    }
}

/// Prints the error that has been left, as the interpreter prints unhandled exceptions.
fn print(sets_last: bool, vm: &VirtualMachine) -> PyResult<()> {
    let Some(error) = take(vm) else { return Ok(()) };
    if sets_last && !error.fast_isinstance(vm.ctx.exceptions.system_exit) {
        let value: PyObjectRef = error.clone().into();
        for (name, value) in [
            ("last_exc", value.clone()),
            ("last_type", error.class().to_owned().into()),
            ("last_value", value),
            ("last_traceback", trace(&error, vm)),
        ] {
            vm.sys_module.set_attr(name, value, vm)?;
        }
    }
    print_and_exit(error, vm);
    Ok(())
}

/// Returns the traceback of an exception, or `None`.
fn trace(error: &PyBaseExceptionRef, vm: &VirtualMachine) -> PyObjectRef {
    vm.unwrap_or_none(error.traceback().map(Into::into))
}

/// Prints an unhandled exception; `SystemExit` ends the process.
pub fn print_and_exit(error: PyBaseExceptionRef, vm: &VirtualMachine) {
    if error.fast_isinstance(vm.ctx.exceptions.system_exit) {
        let code = vm.handle_exit_exception(error);
        let at_exit = vm.import("atexit", 0);
        let at_exit = at_exit.and_then(|module| module.get_attr("_run_exitfuncs", vm));
        drop(at_exit.and_then(|run| run.call((), vm)));
        for stream in ["stdout", "stderr"] {
            let stream = vm.sys_module.get_attr(stream, vm);
            drop(stream.and_then(|stream| vm.call_method(&stream, "flush", ())));
        }
        std::process::exit(code as i32);
    }
    let hook = vm.sys_module.get_attr("excepthook", vm);
    let arguments = (error.class().to_owned(), error.clone(), trace(&error, vm));
    match hook.map(|hook| hook.call(arguments, vm)) {
        Ok(Ok(_)) => {}
        Ok(Err(of_hook)) => print_both(&of_hook, &error, vm),
        Err(_) => vm.print_exception(&error),
    }
}

/// Prints the exception that a hook has raised, and the one that it was given.
fn print_both(of_hook: &PyBaseExceptionRef, error: &PyBaseExceptionRef, vm: &VirtualMachine) {
    let stderr = vm.sys_module.get_attr("stderr", vm);
    let parts = [
        ("Error in sys.excepthook:\n", of_hook),
        ("\nOriginal exception was:\n", error),
    ];
    for (line, error) in parts {
        if let Ok(stderr) = &stderr {
            drop(vm.call_method(stderr, "write", (line,)));
        }
        vm.print_exception(error);
    }
}

c_functions! {
    replaced fn PyErr_Occurred() -> *const PyObject, ptr::null(), |vm| {
        Ok(pending::left(vm).map_or(ptr::null(), |left| lend(left.class().as_object())))
    }

    new fn PyErr_Clear() -> (), (), |vm| {
        drop(take(vm));
        Ok(())
    }

    replaced fn PyErr_GetRaisedException() -> Owned, None, |vm| {
        Ok(owned(take(vm)))
    }

    replaced fn PyErr_SetRaisedException(exception: Owned) -> (), (), |vm| {
        let exception = exception.map(|exception| instance(exception, vm)).transpose()?;
        pending::set_left(exception, vm);
        Ok(())
    }

    new fn PyErr_Fetch(kind: *mut Owned, value: *mut Owned, traceback: *mut Owned) -> (), (), |vm| {
        let left = take(vm);
        let class = left.as_ref().map(|left| left.class().to_owned().into());
        let trace = left.as_ref().and_then(|left| left.traceback()).map(Into::into);
        // SAFETY: C promises places for all three.
        unsafe {
            put(kind, class);
            put(value, owned(left));
            put(traceback, trace);
        }
        Ok(())
    }

    new fn PyErr_Restore(kind: Owned, value: Owned, traceback: Owned) -> (), (), |vm| {
        let exception = of_three(kind, value, traceback, vm)?;
        pending::set_left(exception, vm);
        Ok(())
    }

    new fn PyErr_NormalizeException(
        kind: *mut Owned,
        value: *mut Owned,
        traceback: *mut Owned,
    ) -> (), (), |vm| {
        if kind.is_null() || value.is_null() || traceback.is_null() {
            return raise(bad_call(vm));
        }
        // SAFETY: C promises three references, which are put back below.
        let (old_kind, old_value, trace) = unsafe { (kind.read(), value.read(), &*traceback) };
        let Some(exception) = of_three(old_kind, old_value, trace.clone(), vm)? else {
            // SAFETY: as above; the old references have been released.
            unsafe { (kind.write(None), value.write(None)) };
            return Ok(());
        };
        // SAFETY: as above.
        unsafe {
            kind.write(Some(exception.class().to_owned().into()));
            value.write(Some(exception.into()));
        }
        Ok(())
    }

    replaced fn PyErr_SetObject(kind: Lent<'_>, value: Lent<'_>) -> (), (), |vm| {
        raise(make(given(kind, vm)?, value, vm)?)
    }

    replaced fn PyErr_SetString(kind: Lent<'_>, text: Text) -> (), (), |vm| {
        let text = vm.ctx.new_str(text.str(vm)?);
        raise(make(given(kind, vm)?, Some(text.as_object()), vm)?)
    }

    new fn PyErr_SetNone(kind: Lent<'_>) -> (), (), |vm| {
        raise(make(given(kind, vm)?, None, vm)?)
    }

    new fn PyErr_NoMemory() -> Owned, None, |vm| {
        raise(vm.no_memory_error())
    }

    new fn PyErr_BadArgument() -> c_int, 0, |vm| {
        raise(vm.new_type_error("bad argument type for built-in operation"))
    }

    new fn PyErr_BadInternalCall() -> (), (), |vm| {
        raise(bad_call(vm))
    }

    new fn _PyErr_BadInternalCall(file: Text, line: c_int) -> (), (), |vm| {
        let file = file.str(vm)?;
        raise(vm.new_system_error(format!("{file}:{line}: bad argument to internal function")))
    }

    new fn PyErr_SetFromErrno(kind: Lent<'_>) -> Owned, None, |vm| {
        raise(of_errno(kind, &[], vm)?)
    }

    new fn PyErr_SetFromErrnoWithFilename(kind: Lent<'_>, name: Text) -> Owned, None, |vm| {
        let number = errno::real();
        let name = name.optional(vm)?.map(|name| vm.ctx.new_str(name));
        // Making the name may have changed it.
        errno::set_real(number);
        let names: Vec<&PyObject> = name.iter().map(|name| name.as_object()).collect();
        raise(of_errno(kind, &names, vm)?)
    }

    new fn PyErr_SetFromErrnoWithFilenameObject(kind: Lent<'_>, name: Lent<'_>) -> Owned, None, |vm| {
        let names: Vec<&PyObject> = name.into_iter().collect();
        raise(of_errno(kind, &names, vm)?)
    }

    new fn PyErr_SetFromErrnoWithFilenameObjects(
        kind: Lent<'_>,
        first: Lent<'_>,
        second: Lent<'_>,
    ) -> Owned, None, |vm| {
        let names: Vec<&PyObject> = first.into_iter().chain(second).collect();
        raise(of_errno(kind, &names, vm)?)
    }

    new fn PyErr_SetImportError(text: Lent<'_>, name: Lent<'_>, path: Lent<'_>) -> Owned, None, |vm| {
        let class = vm.ctx.exceptions.import_error;
        let error = make(class.as_object(), Some(given(text, vm)?), vm)?;
        for (attribute, value) in [("name", name), ("path", path)] {
            let value = vm.unwrap_or_none(value.map(ToOwned::to_owned));
            error.as_object().set_attr(attribute, value, vm)?;
        }
        raise(error)
    }

    new fn PyErr_ExceptionMatches(wanted: Lent<'_>) -> c_int, 0, |vm| {
        let left = pending::left(vm);
        let error = left.as_ref().map(|left| left.as_object());
        Ok(matches(error, wanted).into())
    }

    replaced fn PyErr_GivenExceptionMatches(error: Lent<'_>, wanted: Lent<'_>) -> c_int, 0, |_vm| {
        Ok(matches(error, wanted).into())
    }

    new fn PyErr_Print() -> (), (), |vm| {
        print(true, vm)
    }

    replaced fn PyErr_PrintEx(sets_last: c_int) -> (), (), |vm| {
        print(sets_last != 0, vm)
    }

    new fn PyErr_Display(_kind: Lent<'_>, value: Lent<'_>, _traceback: Lent<'_>) -> (), (), |vm| {
        display(value, vm)
    }

    replaced fn PyErr_DisplayException(value: Lent<'_>) -> (), (), |vm| {
        display(value, vm)
    }

    replaced fn PyErr_WriteUnraisable(object: Lent<'_>) -> (), (), |vm| {
        if let Some(error) = take(vm) {
            vm.run_unraisable(error, None, vm.unwrap_or_none(object.map(ToOwned::to_owned)));
        }
        Ok(())
    }

    new fn PyErr_CheckSignals() -> c_int, -1, |vm| {
        vm.check_signals()?;
        Ok(0)
    }

    new fn PyErr_SetInterruptEx(signal: c_int) -> c_int, -1, |vm| {
        interrupt(signal, vm)
    }

    new fn PyErr_SetInterrupt() -> (), (), |vm| {
        interrupt(libc::SIGINT, vm)?;
        Ok(())
    }

    new fn PyErr_GetHandledException() -> Owned, None, |_vm| {
        Ok(owned(pending::handled()))
    }

    new fn PyErr_GetExcInfo(kind: *mut Owned, value: *mut Owned, traceback: *mut Owned) -> (), (), |vm| {
        let handled = pending::handled();
        let none = || Some(vm.ctx.none());
        let class = handled.as_ref().map(|one| one.class().to_owned().into()).or_else(none);
        let trace = handled.as_ref().and_then(|one| one.traceback()).map(Into::into).or_else(none);
        // SAFETY: C promises places for all three.
        unsafe {
            put(kind, class);
            put(value, owned(handled).or_else(none));
            put(traceback, trace);
        }
        Ok(())
    }
}

fn display(value: Lent<'_>, vm: &VirtualMachine) -> PyResult<()> {
    match given(value, vm)?.downcast_ref::<PyBaseException>() {
        Some(error) => vm.print_exception(error),
        None => {
            let stderr = vm.sys_module.get_attr("stderr", vm)?;
            let class = value.map(|value| value.class().name().to_string());
            let line = format!(
                "TypeError: print_exception(): Exception expected for value, {} found\n",
                class.unwrap_or_default()
            );
            vm.call_method(&stderr, "write", (line,))?;
        }
    }
    Ok(())
}

/// Makes the main thread believe that a signal has arrived.
fn interrupt(signal: c_int, vm: &VirtualMachine) -> PyResult<c_int> {
    if !(1..=64).contains(&signal) {
        return Ok(-1);
    }
    let raise = vm.import("_thread", 0)?.get_attr("interrupt_main", vm)?;
    raise.call((signal,), vm)?;
    Ok(0)
}
