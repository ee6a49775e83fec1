//! Heap allocations per call, counted exactly: a call that makes no object allocates nothing of its own.
//!
//! The allocator of this test program counts what the current thread allocates. A call is measured as the
//! interpreter makes it, in a loop of Python code, by the difference between many rounds and few. What the VM
//! allocates for any call (the vector of arguments) is measured with a builtin in the same way.

use rustpython::{InterpreterBuilder, InterpreterBuilderExt};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyDictRef};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // A thread that is ending is not counted.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: everything is passed on to the system's allocator; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: `layout` is valid, as the trait requires.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: `layout` is valid, as the trait requires.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: `block` is one of this allocator with `layout`, as the trait requires.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: `block` is one of this allocator with `layout`, as the trait requires.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A C function for every signature: it reads no argument.
extern "C" fn nothing() -> u64 {
    7
}

/// Python code with a function for each way to call: `rounds(function, arguments)` returns a function that
/// calls `function(*arguments)` a given number of times.
const SETUP: &str = "
from ctypes import *
from itertools import repeat

def rounds(function, arguments):
    names = ', '.join(f'a{i}' for i in range(len(arguments)))
    space = {f'a{i}': argument for i, argument in enumerate(arguments)}
    space.update(function=function, repeat=repeat)
    exec(f'def run(n, function=function, {names.replace(\",\", \"=0,\") + \"=0\" if names else \"\"}):\\n'
         f'    for _ in repeat(None, n): function({names})', space)
    run = space['run']
    run.__defaults__ = (function, *arguments)
    return run

def foreign(result, integers, doubles):
    function = CFUNCTYPE(result)(address)
    function.argtypes = [c_long] * integers + [c_double] * doubles
    return rounds(function, [5] * integers + [0.5] * doubles)

def builtin():
    return rounds(abs, [5])

class Derived(c_long):
    pass

class Large(Structure):
    _fields_ = [('values', c_double * 8)]

class Parameter:
    __slots__ = ('_as_parameter_',)

number, text, array = c_long(5), create_string_buffer(8), (c_long * 4)()
parameter = Parameter()
parameter._as_parameter_ = 5
callback = CFUNCTYPE(None)(print)
function_of_pointer = CFUNCTYPE(c_long, c_void_p)(address)
Flags = ((1, 'a'), (1, 'b', 5))

# What is declared, if anything, and what is given.
KINDS = {
    'an instance': ([c_long], [number]),
    'an instance of a subclass': ([c_long], [Derived(5)]),
    'a truth value': ([c_long, c_bool], [True, True]),
    'a character': ([c_char], [b'x']),
    'an object with _as_parameter_': ([c_long], [parameter]),
    'a pointer': ([POINTER(c_long)], [pointer(number)]),
    'what byref made': ([POINTER(c_long), c_void_p], [byref(number), byref(number)]),
    'an array': ([POINTER(c_long), c_long * 4], [array, array]),
    'a long double': ([c_longdouble, c_longdouble], [0.5, c_longdouble(0.5)]),
    'a structure': ([Large], [Large()]),
    'a buffer': ([c_char_p, c_void_p], [text, text]),
    'a callback': ([c_void_p, type(callback)], [callback, callback]),
    'an object': ([py_object], [text]),
    'beyond the declared ones': ([c_long], [5, 6, number, None, c_double(0.5)]),
    'nothing declared': (None, [5, number, array, byref(number), None, True, parameter]),
}

def kind(name):
    argtypes, arguments = KINDS[name]
    function = CFUNCTYPE(c_long)(address)
    if argtypes is not None:
        function.argtypes = argtypes
    return rounds(function, arguments)

def with_byref():
    def run(n, function=function_of_pointer, byref=byref, number=number):
        for _ in repeat(None, n): function(byref(number))
    return run

def flagged(library):
    function = CFUNCTYPE(c_int, c_int, c_int)(('getpagesize', library), Flags)
    return rounds(function, [5])
";

/// Returns the number of allocations in one round of `run`.
fn per_round(run: &PyObjectRef, vm: &VirtualMachine) -> PyResult<f64> {
    const FEW: usize = 200;
    const MANY: usize = 1200;
    let measure = |rounds: usize| -> PyResult<usize> {
        let before = ALLOCATIONS.get();
        run.call((rounds,), vm)?;
        Ok(ALLOCATIONS.get() - before)
    };
    // The first rounds fill caches and specialise bytecode.
    measure(FEW)?;
    let few = measure(FEW)?;
    let many = measure(MANY)?;
    Ok((many as f64 - few as f64) / (MANY - FEW) as f64)
}

fn check(vm: &VirtualMachine) -> PyResult<()> {
    let scope = vm.new_scope_with_builtins();
    let address = vm.new_pyobj(nothing as *const () as usize);
    scope.globals.set_item("address", address, vm)?;
    vm.run_string(scope.clone(), SETUP, "<setup>")?;
    let get = |name: &str| scope.globals.get_item(name, vm);
    let builtin = per_round(&get("builtin")?.call((), vm)?, vm)?;
    // The vector of arguments, and nothing else.
    assert!((builtin - 1.0).abs() < 0.01, "abs() allocates {builtin}");

    let foreign = get("foreign")?;
    for result in [
        "None", "c_bool", "c_char", "c_wchar", "c_int", "c_long", "c_double", "c_void_p",
    ] {
        let restype = match result {
            "None" => vm.ctx.none(),
            name => get(name)?,
        };
        for integers in 0..=6usize {
            for doubles in 0..=8usize {
                let run = foreign.call((restype.clone(), integers, doubles), vm)?;
                let allocations = per_round(&run, vm)?;
                // Without arguments the vector takes no memory.
                let expected = if integers + doubles == 0 {
                    0.0
                } else {
                    builtin
                };
                assert!(
                    (allocations - expected).abs() < 0.01,
                    "{result} f({integers} integers, {doubles} doubles) allocates {allocations}, \
                     a builtin {expected}"
                );
            }
        }
    }

    let kinds: Vec<String> = get("KINDS")?
        .try_into_value::<PyDictRef>(vm)?
        .into_iter()
        .map(|(name, _)| name.try_into_value(vm))
        .collect::<PyResult<_>>()?;
    let kind = get("kind")?;
    let mut measured = Vec::new();
    for name in kinds {
        measured.push((name.clone(), kind.call((name,), vm)?));
    }
    let library = get("CDLL")?.call((vm.ctx.none(),), vm)?;
    let flagged = get("flagged")?.call((library,), vm)?;
    measured.push(("parameter flags".to_owned(), flagged));
    let mut measured: Vec<_> = measured
        .into_iter()
        .map(|(name, run)| (name, run, 1.0))
        .collect();
    // Two calls; the object between them reuses the memory of the one before.
    measured.push(("byref".to_owned(), get("with_byref")?.call((), vm)?, 2.0));
    for (name, run, calls) in measured {
        let allocations = per_round(&run, vm)?;
        assert!(
            (allocations - calls * builtin).abs() < 0.01,
            "{name}: allocates {allocations}, {calls} calls of a builtin {}",
            calls * builtin
        );
    }
    Ok(())
}

#[test]
fn a_call_allocates_what_a_builtin_does() {
    let builder = InterpreterBuilder::new().init_stdlib();
    let ctypes = rustpython_ctypes::module_def(&builder.ctx);
    let interpreter = builder.add_native_module(ctypes).build();
    interpreter.enter_and_expect(check, "counting failed");
}
