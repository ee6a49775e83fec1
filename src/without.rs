//! Leaving out parts of the fast path, to test what they fall back on and to measure what they bring.
//!
//! The environment variable `RUSTPYTHON_CTYPES_WITHOUT` lists them, separated by commas.

use std::sync::OnceLock;

/// The parts that are left out.
#[derive(Debug, Default)]
pub struct Without {
    /// Planned calls.
    pub plan: bool,
    /// Calls straight through a function pointer, with plans or without; libffi makes them all instead.
    pub direct: bool,
    /// Arguments whose type decides at once what they become; all go through the `from_param` protocol instead.
    pub exact: bool,
    /// Calling functions and classes with the VM's arguments as they are.
    pub vectorcall: bool,
    /// Values inside their objects; all lie in blocks of their own instead.
    pub inline: bool,
    /// Values that the garbage collector is not told of at once.
    pub young: bool,
    /// Reading and writing attributes of values here; the VM finds the descriptors instead.
    pub attributes: bool,
    /// Making and laying out types here; the VM's `type` makes all, and `ctypes._layout` lays them out instead.
    pub types: bool,
    /// The native `__import__`; the VM's own is left in place instead.
    pub import: bool,
}

/// Returns the parts that the environment variable lists.
#[inline]
pub fn without() -> &'static Without {
    static WITHOUT: OnceLock<Without> = OnceLock::new();
    WITHOUT.get_or_init(|| {
        let list = std::env::var("RUSTPYTHON_CTYPES_WITHOUT").unwrap_or_default();
        let listed = |part: &str| list.split(',').any(|listed| listed.trim() == part);
        Without {
            plan: listed("plan"),
            direct: listed("direct"),
            exact: listed("exact"),
            vectorcall: listed("vectorcall"),
            inline: listed("inline"),
            young: listed("young"),
            attributes: listed("attributes"),
            types: listed("types"),
            import: listed("import"),
        }
    })
}
