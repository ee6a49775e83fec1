//! `_rawffi`: C memory and C calls, for a `_ctypes` that is written in Python.
//!
//! This is the lower half of the layered design that PyPy once had, with the interface that PyPy documents for
//! it. It knows type codes, arrays of them, structures, functions and callbacks; it has no classes of C types,
//! keeps nothing alive, and converts nothing but numbers and characters. Memory is on the C heap: whoever
//! allocates it frees it, or requests that it is freed with the object (`autofree`).
//!
//! Beyond that interface it has what PyPy's Python half gets from PyPy itself: `bufferaddress` (in PyPy a
//! method of `memoryview`), `objectat` (the object of a `py_object`, in PyPy the type code `O`), and `item`, by
//! which an array type names its item.

mod aggregate;
mod array;
mod callback;
mod code;
mod description;
mod errno;
mod function;
mod item;
mod layered;
mod memory;
mod module;
mod structure;

pub use layered::ctypes_module_def;
pub use module::module_def;
