//! The RustPython interpreter with this crate's `_ctypes` in it.

use rustpython::{InterpreterBuilder, InterpreterBuilderExt};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let builder = InterpreterBuilder::new().init_stdlib();
    let ctypes = rustpython_ctypes::module_def(&builder.ctx);
    rustpython::run(builder.add_native_module(ctypes))
}
