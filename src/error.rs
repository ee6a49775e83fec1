//! Exceptions that say in which part of an operation another one occurred.

use std::sync::OnceLock;

use rustpython_vm::{
    AsObject, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr, PyTypeRef},
};

/// Makes an exception of type `wrapper` whose text is `prefix`, the type of `error`, and its text: `argument 1:
/// TypeError: expected bytes, int found`.
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

/// Completes the text of a `RecursionError` of the VM, which is missing or cut off if the VM found only that
/// the stack had ended.
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
        // It is an exact builtin, so no Python code has overridden the attribute.
        let _ = error.as_object().set_attr("args", arguments, vm);
    }
}

/// Returns `ctypes.ArgumentError`, for an argument that could not be converted.
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
