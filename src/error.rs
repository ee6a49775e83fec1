//! Exceptions that say where in a larger whole something went wrong.

use std::sync::OnceLock;

use rustpython_vm::{
    AsObject, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr, PyTypeRef},
};

/// An exception of type `wrapper` whose text is `prefix`, the type of `error`, and its text:
/// `argument 1: TypeError: expected bytes, int found`.
#[must_use]
pub fn wrap(
    wrapper: PyTypeRef,
    prefix: &str,
    error: &PyBaseExceptionRef,
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    complete(error, vm);
    let text = match error.as_object().str(vm) {
        Ok(text) => text.to_string_lossy().into_owned(),
        Err(_) => "???".to_owned(),
    };
    let message = format!("{prefix}{}: {text}", error.class().name());
    vm.new_exception_msg(wrapper, message.into())
}

/// Gives a `RecursionError` of the VM's the text that it should have: it has none, or one that was cut off, if the
/// end of the stack was found without more being known.
pub fn complete(error: &PyBaseExceptionRef, vm: &VirtualMachine) {
    const TEXT: &str = "maximum recursion depth exceeded";
    if !error.class().is(vm.ctx.exceptions.recursion_error) {
        return;
    }
    let arguments = error.args();
    let is_bare = match arguments.as_slice() {
        [] => true,
        [text] => text.downcast_ref::<PyStr>().is_some_and(|text| {
            let text = text.as_bytes();
            text.is_empty() || text.strip_prefix(TEXT.as_bytes()) == Some(b" ")
        }),
        _ => false,
    };
    if is_bare {
        let arguments = vm.ctx.new_tuple(vec![vm.ctx.new_str(TEXT).into()]);
        // It is an exact builtin, whose attribute nobody can have overridden.
        let _ = error.as_object().set_attr("args", arguments, vm);
    }
}

/// `ctypes.ArgumentError`: an argument could not be converted.
#[must_use]
pub fn argument_error(vm: &VirtualMachine) -> PyTypeRef {
    static TYPE: OnceLock<PyTypeRef> = OnceLock::new();
    TYPE.get_or_init(|| {
        let base = vm.ctx.exceptions.exception_type.to_owned();
        vm.ctx
            .new_exception_type("ctypes", "ArgumentError", Some(vec![base]))
    })
    .clone()
}
