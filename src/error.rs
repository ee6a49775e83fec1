//! Exceptions that say where in a larger whole something went wrong.

use std::sync::OnceLock;

use rustpython_vm::{
    AsObject, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyTypeRef},
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
    let text = match error.as_object().str(vm) {
        Ok(text) => text.to_string_lossy().into_owned(),
        Err(_) => "???".to_owned(),
    };
    let message = format!("{prefix}{}: {text}", error.class().name());
    vm.new_exception_msg(wrapper, message.into())
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
