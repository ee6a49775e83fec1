//! `_rawffi`: C memory and C calls, for a `_ctypes` that is written in Python.
//!
//! This is the lower half of the layered design that PyPy once had, with the interface that PyPy
//! documents for it. It knows type codes, arrays of them, structures, functions and callbacks; it has no
//! classes of C types, keeps nothing alive, and converts nothing but numbers and characters. Memory is
//! the C heap's: whoever makes it frees it, or asks for that to happen with the object (`autofree`).
//!
//! Beyond that interface it has what PyPy's Python half gets from PyPy itself: `bufferaddress` (there a
//! method of `memoryview`), `objectat` (the object of a `py_object`, there the type code `O`), and `item`,
//! which an array type names its item by.

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
