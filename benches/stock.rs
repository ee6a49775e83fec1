//! The RustPython interpreter with the `_ctypes` that comes with it, for comparison.

use rustpython::{InterpreterBuilder, InterpreterBuilderExt};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: rustpython_ctypes::allocator::Mimalloc = rustpython_ctypes::allocator::Mimalloc;

fn main() -> std::process::ExitCode {
    rustpython::run(InterpreterBuilder::new().init_stdlib())
}
