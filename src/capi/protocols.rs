//! Operations on any object, where NULL raises an error and does not end the process.

use super::entry::{Lent, Owned, Text, c_functions, given};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyByteArray, PyBytes, PyCapsule, PyDict, PyStr, PyTuple},
    function::FuncArgs,
    types::PyComparisonOp,
};
use std::{
    ffi::{c_int, c_long, c_void},
    ptr,
};

fn owned(object: Lent<'_>, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    given(object, vm).map(ToOwned::to_owned)
}

fn length(object: Lent<'_>, vm: &VirtualMachine) -> PyResult<isize> {
    given(object, vm)?.length(vm).map(|length| length as isize)
}

/// Returns the object that a builtin type makes of an object.
fn made(class: &PyObject, object: Lent<'_>, vm: &VirtualMachine) -> PyResult<Owned> {
    class.call((owned(object, vm)?,), vm).map(Some)
}

/// Returns the text that stands for an object, or for NULL.
fn shown<T: Into<PyObjectRef>>(
    object: Lent<'_>,
    how: impl FnOnce(&PyObject) -> PyResult<T>,
    vm: &VirtualMachine,
) -> PyResult<Owned> {
    Ok(Some(match object {
        Some(object) => how(object)?.into(),
        None => vm.ctx.new_str("<NULL>").into(),
    }))
}

fn dict<'a>(object: Lent<'a>, vm: &VirtualMachine) -> PyResult<&'a rustpython_vm::Py<PyDict>> {
    object
        .and_then(|object| object.downcast_ref())
        .ok_or_else(|| super::entry::bad_call(vm))
}

/// Returns a comparison operator by its number in C.
fn comparison(number: c_int, vm: &VirtualMachine) -> PyResult<PyComparisonOp> {
    Ok(match number {
        0 => PyComparisonOp::Lt,
        1 => PyComparisonOp::Le,
        2 => PyComparisonOp::Eq,
        3 => PyComparisonOp::Ne,
        4 => PyComparisonOp::Gt,
        5 => PyComparisonOp::Ge,
        _ => return Err(super::entry::bad_call(vm)),
    })
}

c_functions! {
    replaced fn PyObject_Type(object: Lent<'_>) -> Owned, None, |vm| {
        Ok(Some(given(object, vm)?.class().to_owned().into()))
    }

    replaced fn PyObject_Size(object: Lent<'_>) -> isize, -1, |vm| {
        length(object, vm)
    }

    replaced fn PyObject_Length(object: Lent<'_>) -> isize, -1, |vm| {
        length(object, vm)
    }

    replaced fn PyObject_GetItem(object: Lent<'_>, key: Lent<'_>) -> Owned, None, |vm| {
        given(object, vm)?.get_item(given(key, vm)?, vm).map(Some)
    }

    replaced fn PyObject_SetItem(object: Lent<'_>, key: Lent<'_>, value: Lent<'_>) -> c_int, -1, |vm| {
        given(object, vm)?.set_item(given(key, vm)?, owned(value, vm)?, vm)?;
        Ok(0)
    }

    replaced fn PyObject_DelItem(object: Lent<'_>, key: Lent<'_>) -> c_int, -1, |vm| {
        given(object, vm)?.del_item(given(key, vm)?, vm)?;
        Ok(0)
    }

    replaced fn PyObject_Repr(object: Lent<'_>) -> Owned, None, |vm| {
        shown(object, |object| object.repr(vm), vm)
    }

    replaced fn PyObject_Str(object: Lent<'_>) -> Owned, None, |vm| {
        shown(object, |object| object.str(vm), vm)
    }

    replaced fn PyObject_ASCII(object: Lent<'_>) -> Owned, None, |vm| {
        shown(object, |object| object.ascii(vm), vm)
    }

    replaced fn PyObject_Bytes(object: Lent<'_>) -> Owned, None, |vm| {
        Ok(Some(match object {
            Some(object) if super::bytes::is_no_bytes(object) => {
                return Err(super::bytes::no_bytes(object, vm));
            }
            Some(object) => object.to_owned().bytes(vm)?,
            None => vm.ctx.new_bytes(b"<NULL>".to_vec()).into(),
        }))
    }

    replaced fn PyObject_RichCompare(
        first: Lent<'_>,
        second: Lent<'_>,
        operator: c_int,
    ) -> Owned, None, |vm| {
        let (Some(first), Some(second)) = (first, second) else {
            return Err(super::entry::bad_call(vm));
        };
        first.to_owned().rich_compare(second.to_owned(), comparison(operator, vm)?, vm).map(Some)
    }

    replaced fn PyObject_Call(
        callable: Lent<'_>,
        positional: Lent<'_>,
        named: Lent<'_>,
    ) -> Owned, None, |vm| {
        let callable = given(callable, vm)?;
        if !callable.is_callable() {
            return callable.call((), vm).map(Some);
        }
        let positional = positional.and_then(|list| list.downcast_ref::<PyTuple>());
        let positional = positional.ok_or_else(|| super::entry::bad_call(vm))?.as_slice().to_vec();
        let named = named.map(|named| dict(Some(named), vm)).transpose()?;
        let mut arguments = FuncArgs::from(positional);
        for (name, value) in named.into_iter().flat_map(|named| named.to_owned()) {
            let text = name.downcast_ref::<PyStr>().and_then(|name| name.to_str());
            let name = text.ok_or_else(|| vm.new_type_error("keywords must be strings"))?;
            arguments.kwargs.insert(name.into(), value);
        }
        callable.call(arguments, vm).map(Some)
    }

    replaced fn PyObject_CallObject(callable: Lent<'_>, positional: Lent<'_>) -> Owned, None, |vm| {
        let arguments = match positional {
            None => Vec::new(),
            Some(positional) => match positional.downcast_ref::<PyTuple>() {
                Some(list) => list.as_slice().to_vec(),
                None => return Err(vm.new_type_error("argument list must be a tuple")),
            },
        };
        given(callable, vm)?.call(arguments, vm).map(Some)
    }

    replaced fn PyObject_CallNoArgs(callable: Lent<'_>) -> Owned, None, |vm| {
        given(callable, vm)?.call((), vm).map(Some)
    }

    replaced fn PyObject_GetAttr(object: Lent<'_>, name: Lent<'_>) -> Owned, None, |vm| {
        let (object, name) = (given(object, vm)?, given(name, vm)?);
        let Some(name) = name.downcast_ref::<PyStr>() else {
            let got = name.class().name();
            return Err(vm.new_type_error(format!("attribute name must be string, not '{got}'")));
        };
        object.get_attr(name, vm).map(Some)
    }

    replaced fn PyObject_GetAttrString(object: Lent<'_>, name: Text) -> Owned, None, |vm| {
        let name = vm.ctx.new_str(name.str(vm)?);
        given(object, vm)?.get_attr(&*name, vm).map(Some)
    }

    replaced fn PyNumber_Absolute(object: Lent<'_>) -> Owned, None, |vm| {
        vm._abs(given(object, vm)?).map(Some)
    }

    replaced fn PyNumber_Negative(object: Lent<'_>) -> Owned, None, |vm| {
        vm._neg(given(object, vm)?).map(Some)
    }

    replaced fn PyNumber_Positive(object: Lent<'_>) -> Owned, None, |vm| {
        vm._pos(given(object, vm)?).map(Some)
    }

    replaced fn PyNumber_Invert(object: Lent<'_>) -> Owned, None, |vm| {
        vm._invert(given(object, vm)?).map(Some)
    }

    replaced fn PyNumber_Index(object: Lent<'_>) -> Owned, None, |vm| {
        Ok(Some(given(object, vm)?.try_index(vm)?.into()))
    }

    replaced fn PyNumber_Long(object: Lent<'_>) -> Owned, None, |vm| {
        made(vm.ctx.types.int_type.as_object(), object, vm)
    }

    replaced fn PyNumber_Float(object: Lent<'_>) -> Owned, None, |vm| {
        made(vm.ctx.types.float_type.as_object(), object, vm)
    }

    replaced fn PySequence_Size(object: Lent<'_>) -> isize, -1, |vm| {
        no_mapping(object, vm)?;
        length(object, vm)
    }

    replaced fn PySequence_Length(object: Lent<'_>) -> isize, -1, |vm| {
        no_mapping(object, vm)?;
        length(object, vm)
    }

    replaced fn PySequence_GetItem(object: Lent<'_>, index: isize) -> Owned, None, |vm| {
        let object = given(object, vm)?;
        // For these the VM's sequence protocol returns a slice of bytes.
        let is_bytes = object.downcast_ref::<PyBytes>().is_some();
        match is_bytes || object.downcast_ref::<PyByteArray>().is_some() {
            true => object.get_item(vm.ctx.new_int(index).as_object(), vm),
            false => object.try_sequence(vm)?.get_item(index, vm),
        }
        .map(Some)
    }

    replaced fn PySequence_Count(object: Lent<'_>, value: Lent<'_>) -> isize, -1, |vm| {
        operator("countOf", object, value, vm)
    }

    replaced fn PySequence_Index(object: Lent<'_>, value: Lent<'_>) -> isize, -1, |vm| {
        operator("indexOf", object, value, vm)
    }

    replaced fn PySequence_SetItem(object: Lent<'_>, index: isize, value: Lent<'_>) -> c_int, -1, |vm| {
        given(object, vm)?.try_sequence(vm)?.set_item(index, owned(value, vm)?, vm)?;
        Ok(0)
    }

    replaced fn PySequence_Concat(first: Lent<'_>, second: Lent<'_>) -> Owned, None, |vm| {
        given(first, vm)?.try_sequence(vm)?.concat(given(second, vm)?, vm).map(Some)
    }

    replaced fn PySequence_Repeat(object: Lent<'_>, count: isize) -> Owned, None, |vm| {
        given(object, vm)?.try_sequence(vm)?.repeat(count, vm).map(Some)
    }

    replaced fn PySequence_List(object: Lent<'_>) -> Owned, None, |vm| {
        made(vm.ctx.types.list_type.as_object(), object, vm)
    }

    replaced fn PySequence_Tuple(object: Lent<'_>) -> Owned, None, |vm| {
        made(vm.ctx.types.tuple_type.as_object(), object, vm)
    }

    replaced fn PyMapping_Size(object: Lent<'_>) -> isize, -1, |vm| {
        Ok(given(object, vm)?.try_mapping(vm)?.length(vm)? as isize)
    }

    replaced fn PyMapping_Length(object: Lent<'_>) -> isize, -1, |vm| {
        Ok(given(object, vm)?.try_mapping(vm)?.length(vm)? as isize)
    }

    replaced fn PyMapping_Check(object: Lent<'_>) -> c_int, 0, |vm| {
        Ok(object.is_some_and(|object| object.try_mapping(vm).is_ok()).into())
    }

    replaced fn PyMapping_GetItemString(object: Lent<'_>, key: Text) -> Owned, None, |vm| {
        let object = given(object, vm)?;
        if key.is_null() {
            return Err(vm.new_system_error("null argument to internal routine"));
        }
        object.get_item(key.str(vm)?, vm).map(Some)
    }

    replaced fn PyDict_Size(object: Lent<'_>) -> isize, -1, |vm| {
        Ok(dict(object, vm)?.__len__() as isize)
    }

    replaced fn PyDict_Keys(object: Lent<'_>) -> Owned, None, |vm| {
        list_of("keys", object, vm)
    }

    replaced fn PyDict_Values(object: Lent<'_>) -> Owned, None, |vm| {
        list_of("values", object, vm)
    }

    replaced fn PyDict_Items(object: Lent<'_>) -> Owned, None, |vm| {
        list_of("items", object, vm)
    }

    replaced fn PyLong_AsLong(object: Lent<'_>) -> c_long, -1, |vm| {
        let index = object.ok_or_else(|| super::entry::bad_call(vm))?.try_index(vm)?;
        let value = c_long::try_from(index.as_bigint()).ok();
        value.ok_or_else(|| vm.new_overflow_error("Python int too large to convert to C long"))
    }

    replaced fn PyFloat_AsDouble(object: Lent<'_>) -> f64, -1.0, |vm| {
        match object {
            Some(object) => Ok(object.try_float(vm)?.to_f64()),
            None => Err(vm.new_type_error("bad argument type for built-in operation")),
        }
    }

    replaced fn PyImport_Import(name: Lent<'_>) -> Owned, None, |vm| {
        let name = super::text::string(name, vm)?;
        vm.import(name, 0)?;
        vm.sys_module.get_attr("modules", vm)?.get_item(name, vm).map(Some)
    }

    replaced fn PyCapsule_GetPointer(
        object: Lent<'_>,
        name: Text,
    ) -> *mut c_void, ptr::null_mut(), |vm| {
        let capsule = object.and_then(|object| object.downcast_ref::<PyCapsule>());
        let Some(capsule) = capsule else {
            return Err(vm.new_value_error("PyCapsule_GetPointer called with invalid PyCapsule object"));
        };
        let known = capsule.name().map(|name| name.to_bytes());
        if known != name.bytes() {
            return Err(vm.new_value_error("PyCapsule_GetPointer called with incorrect name"));
        }
        Ok(capsule.pointer())
    }
}

/// Calls a function of the module `operator`.
fn operator(
    name: &'static str,
    object: Lent<'_>,
    value: Lent<'_>,
    vm: &VirtualMachine,
) -> PyResult<isize> {
    let arguments = (owned(object, vm)?, owned(value, vm)?);
    let function = vm.import("_operator", 0)?.get_attr(name, vm)?;
    function.call(arguments, vm)?.try_into_value(vm)
}

/// Refuses objects that have keys.
fn no_mapping(object: Lent<'_>, vm: &VirtualMachine) -> PyResult<()> {
    match given(object, vm)?.downcast_ref::<PyDict>() {
        Some(_) => given(object, vm)?.try_sequence(vm).map(|_| ()),
        None => Ok(()),
    }
}

fn list_of(part: &'static str, object: Lent<'_>, vm: &VirtualMachine) -> PyResult<Owned> {
    let class = vm.ctx.types.dict_type.as_object();
    let view = class
        .get_attr(part, vm)?
        .call((dict(object, vm)?.to_owned(),), vm)?;
    made(vm.ctx.types.list_type.as_object(), Some(&view), vm)
}
