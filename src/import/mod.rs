//! A native `__import__` for modules that are already imported.
//!
//! An import statement in a function that runs often finds its module in `sys.modules` every time but the
//! first. Even so, this VM looks for attributes that are missing, with an exception and its message for each,
//! and runs importlib's Python code for the names that are imported from a package. The function that this
//! module puts into `builtins` returns a module at once if
//!
//! - its class is exactly `module`,
//! - `sys.modules` has it, and its `__spec__` does not say that it is still being initialised,
//! - every name that is imported from it is in its namespace.
//!
//! In these cases importlib would do nothing. Everything else is left to the VM's own `__import__`, as if that
//! had been called in the first place: the search runs no Python code and changes nothing.
//!
//! The `_ctypes` module does not need it; it serves every program. An embedder installs it in an
//! interpreter that has not run Python code yet:
//!
//! ```no_run
//! use rustpython_vm::InterpreterBuilder;
//!
//! let interpreter = InterpreterBuilder::new().build();
//! interpreter.enter(rustpython_ctypes::import::install);
//! ```
//!
//! A program that hands a builder to `rustpython::run` never sees the interpreter before Python code
//! runs in it. It adds [`init_hook`] to the builder.

mod finder;
mod spec;
mod start;

pub use start::{init_hook, install};
