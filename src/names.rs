//! Names of attributes as the VM keeps them, each found once.

/// The interned string of a literal. The VM has one pool of them for the whole process, and takes none out.
macro_rules! name {
    ($vm:expr, $text:literal) => {{
        use rustpython_vm::builtins::PyStrInterned;
        static NAME: std::sync::OnceLock<&'static PyStrInterned> = std::sync::OnceLock::new();
        *NAME.get_or_init(|| $vm.ctx.intern_str($text))
    }};
}
pub(crate) use name;
