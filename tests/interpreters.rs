//! Several interpreters in one process, one after the other and at the same time, whose callbacks C calls on
//! threads that it has started.

mod common;

use rustpython::{InterpreterBuilder, InterpreterBuilderExt};
use rustpython_common::rc::PyRc;
use rustpython_vm::{Interpreter, VirtualMachine};
use std::sync::{Mutex, PoisonError, Weak};

/// A collection in one interpreter holds all others.
static ALONE: Mutex<()> = Mutex::new(());

fn interpreter() -> Interpreter {
    let builder = InterpreterBuilder::new().init_stdlib();
    let ctypes = rustpython_ctypes::module_def(&builder.ctx);
    builder.add_native_module(ctypes).build()
}

/// Runs `script` in a new interpreter, which ends. Returns what is left of its state.
fn run(script: &str) -> Weak<impl Sized> {
    let mut state = None;
    let status = interpreter().run(|vm| {
        state = Some(PyRc::downgrade(&vm.state));
        execute(script, vm)
    });
    assert_eq!(status, 0);
    state.expect("the script has run")
}

fn execute(script: &str, vm: &VirtualMachine) -> rustpython_vm::PyResult<()> {
    let scope = vm.new_scope_with_builtins();
    let library = vm.ctx.new_str(common::clib().to_string_lossy());
    scope.globals.set_item("library", library.into(), vm)?;
    vm.run_string(scope, script, "<script>").map(drop)
}

const IMPORTS: &str = "
import gc, sys
from ctypes import *
assert len(gc.callbacks) == 1
";

const CALLS_BACK: &str = "
import gc, sys
from ctypes import *
assert len(gc.callbacks) == 1
Unary = CFUNCTYPE(c_int, c_int)
lib = CDLL(library)
callback = Unary(lambda value: value + 1)
assert lib.call_int(callback, 3) == 4
assert lib.call_in_thread(callback, 10, 2) == 23
lib.churn_threads.restype = c_longlong
assert lib.churn_threads(callback, 16, 4) == 136
";

#[test]
fn nothing_is_left_of_one_that_made_callbacks() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // The first one keeps the package's types.
    drop(run(IMPORTS));
    assert_eq!(run(IMPORTS).strong_count(), 0);
    for _ in 0..3 {
        assert_eq!(run(CALLS_BACK).strong_count(), 0);
    }
}

#[cfg(feature = "capi")]
const USES_THE_C_API: &str = "
from ctypes import *
for library in (pythonapi, PyDLL(None)):
    new = library.PyLong_FromLong
    new.restype = py_object
    assert new(c_long(5)) == 5
    assert py_object.in_dll(library, 'PyExc_ValueError').value is ValueError
    pack = library.PyTuple_Pack
    pack.restype = py_object
    assert pack(c_ssize_t(2), py_object(1), py_object(2)) == (1, 2)
    try:
        library.PyErr_SetString(py_object(ValueError), b'text')
    except ValueError as error:
        assert str(error) == 'text'
    else:
        assert False
assert not hasattr(CDLL(library_of_tests), 'PyLong_FromLong')
";

/// The program of these tests is linked without the list of functions to export.
#[cfg(feature = "capi")]
#[test]
fn the_c_api_is_found_where_it_is_not_exported() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let script = USES_THE_C_API.replace("library_of_tests", &format!("{:?}", common::clib()));
    for _ in 0..2 {
        drop(run(&script));
    }
}

#[test]
fn two_at_the_same_time() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (one, other) = (interpreter(), interpreter());
    let run = |interpreter: &Interpreter| {
        interpreter.enter(|vm| {
            let result = execute(CALLS_BACK, vm);
            vm.expect_pyresult(result, "script");
        });
    };
    run(&one);
    run(&other);
    run(&one);
    assert_eq!(one.finalize(None), 0);
    run(&other);
    assert_eq!(other.finalize(None), 0);
}
