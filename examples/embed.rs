//! A Rust program with a Python inside that has `ctypes`.
//!
//! The program hands Python the address of one of its own functions. Python gives it a type, calls
//! it, and hands results back.

use rustpython::InterpreterBuilderExt;
use rustpython_vm::{InterpreterBuilder, PyResult, VirtualMachine};

/// Returns the number of steps that the Collatz sequence takes from `n` to 1.
extern "C" fn collatz(mut n: u64) -> u32 {
    let mut steps = 0;
    while n != 1 {
        n = match n % 2 {
            0 => n / 2,
            _ => 3 * n + 1,
        };
        steps += 1;
    }
    steps
}

const SCRIPT: &str = "
from ctypes import CFUNCTYPE, c_uint32, c_uint64

collatz = CFUNCTYPE(c_uint32, c_uint64)(address)
print(f'Rust, called from Python: collatz(27) takes {collatz(27)} steps', flush=True)
longest = max(range(1, 1000), key=collatz)
";

fn script(vm: &VirtualMachine) -> PyResult<u64> {
    let scope = vm.new_scope_with_builtins();
    let address = vm.new_pyobj(collatz as *const () as usize);
    scope.globals.set_item("address", address, vm)?;
    vm.run_string(scope.clone(), SCRIPT, "<embedded>")?;
    scope.globals.get_item("longest", vm)?.try_into_value(vm)
}

fn main() {
    let builder = InterpreterBuilder::new().init_stdlib();
    // Replaces the `_ctypes` that comes with the VM.
    let ctypes = rustpython_ctypes::module_def(&builder.ctx);
    let interpreter = builder.add_native_module(ctypes).build();

    let longest = interpreter.enter_and_expect(script, "the script failed");
    println!("Python, called from Rust: the longest way below 1000 starts at {longest}");
}
