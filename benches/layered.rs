//! The RustPython interpreter with the layered `_ctypes`: Python code on the native module `_rawffi`.

use rustpython::{InterpreterBuilder, InterpreterBuilderExt};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: rustpython_ctypes::allocator::Mimalloc = rustpython_ctypes::allocator::Mimalloc;

fn main() -> std::process::ExitCode {
    let builder = InterpreterBuilder::new().init_stdlib();
    let rawffi = rustpython_rawffi::module_def(&builder.ctx);
    let ctypes = rustpython_rawffi::ctypes_module_def(&builder.ctx);
    rustpython::run(builder.add_native_module(rawffi).add_native_module(ctypes))
}
