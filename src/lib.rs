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
//! - `module` and `functions`: what `_ctypes` consists of;
//! - `capi` (feature `capi`): the functions of `Python.h`, which C finds in the program;
//! - `vectorize`: calls over arrays, the native half of `ctypes_vectorize`;
//! - `package`: functions of the `ctypes` package that need no Python code;
//! - `classes`: the Python classes;
//! - `ccall` and `ccallback`: Python calling C, and C calling Python;
//! - `cdata`: what a C value is;
//! - `ctype`: what a C type is;
//! - `abi`: where the arguments and results of C functions go;
//! - `clib` and `loader`: libraries and their symbols, and the loader's locks;
//! - `com` and `system_error` (Windows): interfaces, and the system's error codes;
//! - `audit`: audit events;
//! - `buffers`: buffers of other objects;
//! - `builtin`: functions that get the VM's arguments as they are;
//! - `bytearray`: a method of the VM that must know of exports;
//! - `callable`: Python callables that native code calls;
//! - `new_class`: making class objects;
//! - `names`: names of attributes;
//! - `once`: doing something once for an interpreter;
//! - `panics`: panics become exceptions;
//! - `room`: memory of a size that Python code gives;
//! - `without`: parts of the fast path that can be left out.
//!
//! The program's other parts are public for embedders too: its native `__import__` in [`import`], its
//! `type.__new__` in [`new_class`], its allocator in `allocator` (feature `mimalloc`), what runs at the end of
//! its threads in `thread_exit`.

mod abi;
mod address;
#[cfg(feature = "mimalloc")]
pub mod allocator;
mod audit;
mod buffers;
mod builtin;
mod bytearray;
mod c_integer;
mod callable;
#[cfg(feature = "capi")]
#[allow(non_snake_case, reason = "names of the C API")]
pub mod capi;
mod ccall;
mod ccallback;
mod cdata;
mod classes;
mod clib;
#[cfg(windows)]
mod com;
mod ctype;
mod error;
mod exports;
mod functions;
pub mod import;
mod loader;
mod module;
mod names;
pub mod new_class;
mod once;
mod package;
mod panics;
mod room;
#[cfg(windows)]
mod system_error;
#[cfg(unix)]
pub mod thread_exit;
mod vectorize;
mod without;

pub use module::module_def;
