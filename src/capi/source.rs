//! Running Python code that C has as text.

use super::{
    entry::{Lent, Owned, Text, bad_call, c_functions, entered},
    errors,
};
use rustpython_vm::{
    PyResult, TryFromObject, VirtualMachine, builtins::PyDict, compiler::Mode,
    function::ArgMapping, scope::Scope,
};
use std::ffi::{c_int, c_void};

/// Converts `Py_single_input`, `Py_file_input` or `Py_eval_input`.
fn mode(start: c_int, vm: &VirtualMachine) -> PyResult<Mode> {
    match start {
        256 => Ok(Mode::Single),
        257 => Ok(Mode::Exec),
        258 => Ok(Mode::Eval),
        _ => Err(bad_call(vm)),
    }
}

fn run(text: Text, start: c_int, scope: Scope, vm: &VirtualMachine) -> PyResult {
    let text = text.str(vm)?;
    let code = vm.compile(text, mode(start, vm)?, "<string>");
    let code = code.map_err(|error| error.into_pyexception(vm, Some(text)))?;
    vm.run_code_obj(code, scope)
}

fn scope(globals: Lent<'_>, locals: Lent<'_>, vm: &VirtualMachine) -> PyResult<Scope> {
    let globals = globals.and_then(|globals| globals.downcast_ref::<PyDict>());
    let globals = globals.ok_or_else(|| bad_call(vm))?.to_owned();
    let locals = locals.map(|locals| ArgMapping::try_from_object(vm, locals.to_owned()));
    Ok(Scope::with_builtins(locals.transpose()?, globals, vm))
}

/// Runs code in `__main__`, and prints the exception that it raises.
fn run_in_main(text: Text) -> c_int {
    entered(-1, |vm| {
        let main = vm.ensure_main_module()?;
        let scope = Scope::with_builtins(None, main.dict(), vm);
        Ok(match run(text, 257, scope, vm) {
            Ok(_) => 0,
            Err(error) => {
                errors::print_and_exit(error, vm);
                -1
            }
        })
    })
}

c_functions! {
    new fn PyRun_SimpleString(text: Text) -> c_int, -1, |_vm| {
        Ok(run_in_main(text))
    }

    new fn PyRun_SimpleStringFlags(text: Text, _flags: *const c_void) -> c_int, -1, |_vm| {
        Ok(run_in_main(text))
    }

    new fn PyRun_String(
        text: Text,
        start: c_int,
        globals: Lent<'_>,
        locals: Lent<'_>,
    ) -> Owned, None, |vm| {
        run(text, start, scope(globals, locals, vm)?, vm).map(Some)
    }

    new fn PyRun_StringFlags(
        text: Text,
        start: c_int,
        globals: Lent<'_>,
        locals: Lent<'_>,
        _flags: *const c_void,
    ) -> Owned, None, |vm| {
        run(text, start, scope(globals, locals, vm)?, vm).map(Some)
    }

    new fn Py_Exit(status: c_int) -> (), (), |vm| {
        let status = vm.ctx.new_int(status).into();
        errors::print_and_exit(vm.new_system_exit(vec![status].into()), vm);
        Ok(())
    }

    new fn Py_AtExit(function: Option<extern "C" fn()>) -> c_int, -1, |_vm| {
        // SAFETY: the C library calls the function when the process ends, as C has requested.
        Ok(function.map_or(-1, |function| unsafe { libc::atexit(function) }))
    }

    new fn Py_EnterRecursiveCall(text: Text) -> c_int, -1, |vm| {
        vm.with_recursion(text.optional(vm)?.unwrap_or(""), || Ok(0))
    }

    new fn Py_LeaveRecursiveCall() -> (), (), |_vm| {
        Ok(())
    }
}
