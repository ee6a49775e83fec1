//! CPython's `ctypes` for RustPython, on a `_ctypes` written against the VM's object model.
//!
//! An embedder registers the native module with an interpreter builder, and Python code finds
//! CPython's unmodified `ctypes` package working on top of it:
//!
//! ```no_run
//! use rustpython_vm::InterpreterBuilder;
//!
//! let builder = InterpreterBuilder::new();
//! let ctypes = rustpython_ctypes::module_def(&builder.ctx);
//! let interpreter = builder.add_native_module(ctypes).build();
//! ```
//!
//! The layers, each of which uses only those below it:
//!
//! - `module`: the functions and constants of `_ctypes`;
//! - `classes`: the Python classes;
//! - `ccall` and `ccallback`: Python calling C, and C calling Python;
//! - `cdata`: what a C value is;
//! - `ctype`: what a C type is;
//! - `clib`: libraries and their symbols;
//! - `audit`: audit events;
//! - `names`: names of attributes;
//! - `without`: parts of the fast path that can be left out.
//!
//! The program's allocator, for embedders who want it too, is `allocator` (feature `mimalloc`).

#[cfg(feature = "mimalloc")]
pub mod allocator;
mod audit;
mod ccall;
mod ccallback;
mod cdata;
mod classes;
mod clib;
mod ctype;
mod error;
mod exports;
mod module;
mod names;
mod without;

pub use module::module_def;
