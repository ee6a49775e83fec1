//! Leaving parts of the fast path out, to test what stands behind them and to measure what they bring.
//!
//! The environment variable `RUSTPYTHON_CTYPES_WITHOUT` lists them, with commas in between.

use std::sync::OnceLock;

/// The parts that are left out.
#[derive(Debug, Default)]
pub struct Without {
    /// Calls planned ahead.
    pub plan: bool,
    /// Calls straight through a function pointer, with plans or without: libffi makes them all.
    pub direct: bool,
    /// Arguments whose type says at once what they become: all go through the `from_param` protocol.
    pub exact: bool,
    /// Calling functions and classes with the arguments as the VM has them.
    pub vectorcall: bool,
    /// Values inside their object: all lie in a block of their own.
    pub inline: bool,
    /// Values that the garbage collector is not told of at once.
    pub young: bool,
    /// Attributes of values read and written here: the VM's way leads to the descriptors.
    pub attributes: bool,
    /// Types made and laid out here: the VM's `type` makes all, and `ctypes._layout` lays them out.
    pub types: bool,
    /// The native `__import__`: the VM's own is left where it is.
    pub import: bool,
}

/// What the environment says.
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
