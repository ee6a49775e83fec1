//! Comparing the slots of classes.

/// Returns whether two classes have the same function in a slot. The second is a class of this module, so then
/// no Python code has overridden in the first what the slot stands for.
macro_rules! shares_slot {
    ($class:expr, $ours:expr, $($slot:ident).+) => {{
        let address = |class: &rustpython_vm::Py<rustpython_vm::builtins::PyType>| {
            class.slots.$($slot).+.load().map(|slot| slot as usize)
        };
        address($class) == address($ours)
    }};
}
pub(super) use shares_slot;
