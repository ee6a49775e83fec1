//! Comparing the slots of classes.

/// Whether two classes have the same function in a slot: the second is a class of ours, and no Python
/// code has overridden what the slot stands for in the first.
macro_rules! shares_slot {
    ($class:expr, $ours:expr, $($slot:ident).+) => {{
        let address = |class: &rustpython_vm::Py<rustpython_vm::builtins::PyType>| {
            class.slots.$($slot).+.load().map(|slot| slot as usize)
        };
        address($class) == address($ours)
    }};
}
pub(super) use shares_slot;
