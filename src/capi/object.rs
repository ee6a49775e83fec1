//! Objects, containers and numbers: what rustpython-capi lacks.

use super::entry::{Lent, Owned, Text, bad_call, c_functions, given, lend, put};
use num_traits::{ToPrimitive, Zero};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyComplex, PyDict, PyList, PyTuple, PyWeak},
};
use std::{
    ffi::{c_char, c_int, c_long, c_longlong},
    ptr,
};

fn owned(object: Lent<'_>, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    given(object, vm).map(ToOwned::to_owned)
}

fn name(text: Text, vm: &VirtualMachine) -> PyResult<rustpython_vm::builtins::PyStrRef> {
    Ok(vm.ctx.new_str(text.str(vm)?))
}

/// Converts an object to a number, and says in which direction it exceeds the range of `long`.
fn integer(object: Lent<'_>, vm: &VirtualMachine) -> PyResult<(c_longlong, c_int)> {
    let index = given(object, vm)?.try_index(vm)?;
    let value = index.as_bigint();
    Ok(match value.to_i64() {
        Some(value) => (value, 0),
        None if value < &Zero::zero() => (-1, -1),
        None => (-1, 1),
    })
}

/// The layout of C's `Py_complex`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Complex {
    real: f64,
    imaginary: f64,
}

c_functions! {
    new fn PyObject_CallOneArg(callable: Lent<'_>, argument: Lent<'_>) -> Owned, None, |vm| {
        given(callable, vm)?.call((owned(argument, vm)?,), vm).map(Some)
    }

    new fn PyObject_CallMethodNoArgs(object: Lent<'_>, name: Lent<'_>) -> Owned, None, |vm| {
        let name = super::text::string(name, vm)?;
        given(object, vm)?.get_attr(name, vm)?.call((), vm).map(Some)
    }

    new fn PyObject_CallMethodOneArg(
        object: Lent<'_>,
        name: Lent<'_>,
        argument: Lent<'_>,
    ) -> Owned, None, |vm| {
        let name = super::text::string(name, vm)?;
        given(object, vm)?.get_attr(name, vm)?.call((owned(argument, vm)?,), vm).map(Some)
    }

    new fn PyObject_LengthHint(object: Lent<'_>, otherwise: isize) -> isize, -1, |vm| {
        const NONE: isize = isize::MAX;
        let hint = vm.import("_operator", 0)?.get_attr("length_hint", vm)?;
        let hint = hint.call((owned(object, vm)?, NONE), vm)?.try_into_value(vm)?;
        Ok(if hint == NONE { otherwise } else { hint })
    }

    new fn PyList_GetItem(list: Lent<'_>, index: isize) -> *const PyObject, ptr::null(), |vm| {
        let list = given(list, vm)?.downcast_ref::<PyList>().ok_or_else(|| bad_call(vm))?;
        let items = list.borrow_vec();
        let found = usize::try_from(index).ok().and_then(|index| items.get(index));
        found.map(|found| lend(found)).ok_or_else(|| vm.new_index_error("list index out of range"))
    }

    new fn PyList_Clear(list: Lent<'_>) -> c_int, -1, |vm| {
        let list = given(list, vm)?.downcast_ref::<PyList>().ok_or_else(|| bad_call(vm))?;
        let items = std::mem::take(&mut *list.borrow_vec_mut());
        drop(items);
        Ok(0)
    }

    new fn PyList_Extend(list: Lent<'_>, items: Lent<'_>) -> c_int, -1, |vm| {
        let list = given(list, vm)?.downcast_ref::<PyList>().ok_or_else(|| bad_call(vm))?;
        vm.call_method(list.as_object(), "extend", (owned(items, vm)?,))?;
        Ok(0)
    }

    new fn PySequence_Fast(object: Lent<'_>, message: Text) -> Owned, None, |vm| {
        let object = given(object, vm)?;
        if object.downcast_ref::<PyList>().is_some() || object.downcast_ref::<PyTuple>().is_some() {
            return Ok(Some(object.to_owned()));
        }
        let made = vm.ctx.types.list_type.as_object().call((object.to_owned(),), vm);
        match made {
            Err(error) if error.fast_isinstance(vm.ctx.exceptions.type_error) => {
                Err(vm.new_type_error(message.str(vm)?.to_owned()))
            }
            made => made.map(Some),
        }
    }

    new fn PyDict_Pop(dict: Lent<'_>, key: Lent<'_>, place: *mut Owned) -> c_int, -1, |vm| {
        let dict = given(dict, vm)?.downcast_ref::<PyDict>().ok_or_else(|| bad_call(vm))?;
        let key = given(key, vm)?;
        let found = dict.get_item_opt(key, vm)?;
        let is_there = found.is_some();
        if is_there {
            dict.del_item(key, vm)?;
        }
        // SAFETY: `place` is NULL or a place for a reference, as C promises.
        unsafe { put(place, found) };
        Ok(is_there.into())
    }

    new fn PyDict_ContainsString(dict: Lent<'_>, key: Text) -> c_int, -1, |vm| {
        let dict = given(dict, vm)?.downcast_ref::<PyDict>().ok_or_else(|| bad_call(vm))?;
        Ok(dict.get_item_opt(&*name(key, vm)?, vm)?.is_some().into())
    }

    new fn PyLong_AsLongAndOverflow(object: Lent<'_>, overflow: *mut c_int) -> c_long, -1, |vm| {
        let (value, over) = integer(object, vm)?;
        // SAFETY: `overflow` is NULL or a place for an `int`, as C promises.
        unsafe { put(overflow, over) };
        Ok(value as c_long)
    }

    new fn PyLong_AsLongLongAndOverflow(object: Lent<'_>, overflow: *mut c_int) -> c_longlong, -1, |vm| {
        let (value, over) = integer(object, vm)?;
        // SAFETY: `overflow` is NULL or a place for an `int`, as C promises.
        unsafe { put(overflow, over) };
        Ok(value)
    }

    new fn PyLong_GetInfo() -> Owned, None, |vm| {
        vm.sys_module.get_attr("int_info", vm).map(Some)
    }

    new fn PyComplex_AsCComplex(
        object: Lent<'_>,
    ) -> Complex, Complex { real: -1.0, imaginary: 0.0 }, |vm| {
        let object = given(object, vm)?;
        let converted = match object.downcast_ref::<PyComplex>() {
            Some(_) => object.to_owned(),
            None => vm.ctx.types.complex_type.as_object().call((object.to_owned(),), vm)?,
        };
        let value = converted.downcast_ref::<PyComplex>().ok_or_else(|| bad_call(vm))?.to_complex64();
        Ok(Complex { real: value.re, imaginary: value.im })
    }

    new fn PyComplex_FromCComplex(value: Complex) -> Owned, None, |vm| {
        Ok(Some(vm.ctx.new_complex(num_complex::Complex64::new(value.real, value.imaginary)).into()))
    }

    new fn PyWeakref_GetObject(reference: Lent<'_>) -> *const PyObject, ptr::null(), |vm| {
        let reference = given(reference, vm)?.downcast_ref::<PyWeak>().ok_or_else(|| bad_call(vm))?;
        let referent = reference.upgrade();
        Ok(lend(&referent.unwrap_or_else(|| vm.ctx.none())))
    }

    new fn PyOS_string_to_double(
        text: Text,
        end: *mut *const c_char,
        overflow: Lent<'_>,
    ) -> f64, -1.0, |vm| {
        let text_bytes = text.bytes().ok_or_else(|| bad_call(vm))?;
        let mut behind = ptr::null_mut();
        // SAFETY: `text` is a terminated string.
        let value = unsafe { libc::strtod(text.as_ptr(), &raw mut behind) };
        let read = behind.addr() - text.as_ptr().addr();
        let is_whole = read == text_bytes.len() && !text_bytes.first().is_some_and(u8::is_ascii_whitespace);
        if read == 0 || (end.is_null() && !is_whole) {
            let shown = String::from_utf8_lossy(text_bytes);
            return Err(vm.new_value_error(format!("could not convert string to float: '{shown}'")));
        }
        if value.is_infinite() && text_bytes.iter().any(u8::is_ascii_digit)
            && let Some(class) = overflow
        {
            let shown = String::from_utf8_lossy(text_bytes);
            let message = vm.ctx.new_str(format!("value too large to convert to float: '{shown}'"));
            return Err(super::exception::make(class, Some(message.as_object()), vm)?);
        }
        // SAFETY: `end` is NULL or a place for a pointer, as C promises.
        unsafe { put(end, behind.cast_const()) };
        Ok(value)
    }
}
