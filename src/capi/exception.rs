//! Making exceptions, and classes of exceptions.

use super::entry::{Lent, Owned, Text, bad_call, c_functions, given};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseException, PyBaseExceptionRef, PyDict, PyTuple, PyType, PyTypeRef},
};

/// A class of exceptions, as found in an object.
pub enum Kind<'a> {
    Exception(&'a Py<PyType>),
    Other,
}

#[must_use]
pub fn kind_of(object: &PyObject) -> Kind<'_> {
    let class = object.downcast_ref::<PyType>();
    let base = rustpython_vm::Context::genesis()
        .exceptions
        .base_exception_type;
    match class.filter(|class| class.fast_issubclass(base)) {
        Some(class) => Kind::Exception(class),
        None => Kind::Other,
    }
}

/// Returns an object as an exception.
///
/// # Errors
/// `SystemError` if it is not one.
pub fn instance(object: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyBaseExceptionRef> {
    object.downcast().map_err(|_| bad_call(vm))
}

/// Makes an exception of this class: `value` is one already, or a tuple of arguments, or the only argument.
///
/// # Errors
/// `SystemError` if it is not a class of exceptions; any exception that its constructor raises.
pub fn make(kind: &PyObject, value: Lent<'_>, vm: &VirtualMachine) -> PyResult<PyBaseExceptionRef> {
    let Kind::Exception(class) = kind_of(kind) else {
        let shown = kind.repr(vm)?;
        return Err(vm.new_system_error(format!(
            "_PyErr_SetObject: exception {shown} is not a BaseException subclass"
        )));
    };
    let arguments = match value {
        None => Vec::new(),
        Some(value) if vm.is_none(value) => Vec::new(),
        Some(value) => {
            if let Some(exception) = value.downcast_ref::<PyBaseException>()
                && value.class().fast_issubclass(class)
            {
                return Ok(exception.to_owned());
            }
            match value.downcast_ref::<PyTuple>() {
                Some(tuple) => tuple.as_slice().to_vec(),
                None => vec![value.to_owned()],
            }
        }
    };
    vm.invoke_exception(class, arguments)
}

/// Makes a class of exceptions by its full name.
fn new_class(
    name: Text,
    doc: Text,
    base: Lent<'_>,
    namespace: Lent<'_>,
    vm: &VirtualMachine,
) -> PyResult<PyTypeRef> {
    let Some((module, name)) = name.str(vm)?.rsplit_once('.') else {
        return Err(vm.new_system_error("PyErr_NewException: name must be module.class"));
    };
    let dict = vm.ctx.new_dict();
    if let Some(namespace) = namespace {
        let namespace = namespace
            .downcast_ref::<PyDict>()
            .ok_or_else(|| bad_call(vm))?;
        dict.merge_object(namespace.to_owned().into(), vm)?;
    }
    if !dict.contains_key("__module__", vm) {
        dict.set_item("__module__", vm.ctx.new_str(module).into(), vm)?;
    }
    if let Some(doc) = doc.optional(vm)? {
        dict.set_item("__doc__", vm.ctx.new_str(doc).into(), vm)?;
    }
    let bases = match base {
        None => vm
            .ctx
            .new_tuple(vec![vm.ctx.exceptions.exception_type.to_owned().into()]),
        Some(base) => match base.downcast_ref::<PyTuple>() {
            Some(bases) => bases.to_owned(),
            None => vm.ctx.new_tuple(vec![base.to_owned()]),
        },
    };
    let arguments = (vm.ctx.new_str(name), bases, dict);
    let class = vm.ctx.types.type_type.as_object().call(arguments, vm)?;
    class.downcast().map_err(|_| bad_call(vm))
}

c_functions! {
    replaced fn PyErr_NewException(
        name: Text,
        base: Lent<'_>,
        namespace: Lent<'_>,
    ) -> Owned, None, |vm| {
        Ok(Some(new_class(name, Text::NULL, base, namespace, vm)?.into()))
    }

    replaced fn PyErr_NewExceptionWithDoc(
        name: Text,
        doc: Text,
        base: Lent<'_>,
        namespace: Lent<'_>,
    ) -> Owned, None, |vm| {
        Ok(Some(new_class(name, doc, base, namespace, vm)?.into()))
    }

    new fn PyException_GetArgs(exception: Lent<'_>) -> Owned, None, |vm| {
        given(exception, vm)?.get_attr("args", vm).map(Some)
    }

    new fn PyException_SetArgs(exception: Lent<'_>, arguments: Lent<'_>) -> (), (), |vm| {
        given(exception, vm)?.set_attr("args", given(arguments, vm)?.to_owned(), vm)
    }
}
