//! `str` objects for C, and C's texts as `str` objects.

use super::entry::{Lent, Owned, Text, bad_call, c_functions, given, put, utf8};
use crate::ctype::scalar::{terminated, wide};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyResult, VirtualMachine, builtins::PyStr};
use std::{
    ffi::{c_char, c_int},
    ptr,
};

pub fn string<'a>(object: Lent<'a>, vm: &VirtualMachine) -> PyResult<&'a Py<PyStr>> {
    let object = given(object, vm)?;
    object
        .downcast_ref::<PyStr>()
        .ok_or_else(|| vm.new_type_error("bad argument type for built-in operation"))
}

/// Returns the terminated text of a `str`, which lives as long as the `str`.
///
/// # Errors
/// `UnicodeEncodeError` for lone surrogates, `MemoryError`.
pub fn text(string: &Py<PyStr>, vm: &VirtualMachine) -> PyResult<*const c_char> {
    let text = string.try_as_utf8(vm)?.as_str();
    let address = terminated::address_of_text(string.as_object(), text);
    let address = address.ok_or_else(|| vm.no_memory_error())?;
    Ok(ptr::with_exposed_provenance(address))
}

fn new(text: &str, vm: &VirtualMachine) -> Owned {
    Some(vm.ctx.new_str(text).into())
}

/// Calls a method of a `str`.
fn method(
    object: Lent<'_>,
    name: &'static str,
    arguments: impl IntoIterator<Item = PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<Owned> {
    let string = string(object, vm)?.as_object();
    let arguments: Vec<_> = arguments.into_iter().collect();
    string.get_attr(name, vm)?.call(arguments, vm).map(Some)
}

fn owned(object: Lent<'_>, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    given(object, vm).map(ToOwned::to_owned)
}

c_functions! {
    new fn PyUnicode_AsUTF8(object: Lent<'_>) -> *const c_char, ptr::null(), |vm| {
        text(string(object, vm)?, vm)
    }

    replaced fn PyUnicode_AsUTF8AndSize(
        object: Lent<'_>,
        size: *mut isize,
    ) -> *const c_char, ptr::null(), |vm| {
        let string = string(object, vm)?;
        let start = text(string, vm)?;
        // SAFETY: `size` is NULL or a place for a number, as C promises.
        unsafe { put(size, string.as_wtf8().len() as isize) };
        Ok(start)
    }

    replaced fn PyUnicode_FromString(text: Text) -> Owned, None, |vm| {
        Ok(new(text.str(vm)?, vm))
    }

    replaced fn PyUnicode_FromStringAndSize(start: Text, size: isize) -> Owned, None, |vm| {
        let Ok(size) = usize::try_from(size) else {
            return Err(vm.new_system_error("Negative size passed to PyUnicode_FromStringAndSize"));
        };
        if start.is_null() && size > 0 {
            let message =
                "NULL string with positive size with NULL passed to PyUnicode_FromStringAndSize";
            return Err(vm.new_system_error(message));
        }
        Ok(new(utf8(start.sized(size), vm)?, vm))
    }

    new fn PyUnicode_FromWideChar(start: *const libc::wchar_t, size: isize) -> Owned, None, |vm| {
        if start.is_null() && size != 0 {
            return Err(bad_call(vm));
        }
        // SAFETY: C promises `size` characters at `start`, or a terminator.
        let text = unsafe { wide::text_at(start.cast(), usize::try_from(size).ok(), vm) }?;
        Ok(Some(text.into()))
    }

    new fn PyUnicode_AsWideChar(
        object: Lent<'_>,
        target: *mut libc::wchar_t,
        room: isize,
    ) -> isize, -1, |vm| {
        let units: Vec<_> = wide::encode(string(object, vm)?.as_wtf8()).chain([0]).collect();
        if target.is_null() {
            return Ok(units.len() as isize);
        }
        let copied = units.len().min(usize::try_from(room).unwrap_or(0));
        // SAFETY: C promises room for the characters at `target`.
        unsafe { ptr::copy_nonoverlapping(units.as_ptr(), target.cast(), copied) };
        // The terminator is not counted.
        Ok(copied.min(units.len() - 1) as isize)
    }

    new fn PyUnicode_AsWideCharString(
        object: Lent<'_>,
        size: *mut isize,
    ) -> *mut libc::wchar_t, ptr::null_mut(), |vm| {
        let units: Vec<libc::wchar_t> = wide::encode(string(object, vm)?.as_wtf8()).collect();
        if size.is_null() && units.contains(&0) {
            return Err(vm.new_value_error("embedded null character"));
        }
        let bytes = (units.len() + 1) * size_of::<libc::wchar_t>();
        // SAFETY: `PyMem_Free` frees this memory, which is filled to its end; C promises a place for the size.
        unsafe {
            let block: *mut libc::wchar_t = libc::malloc(bytes).cast();
            if block.is_null() {
                return Err(vm.no_memory_error());
            }
            ptr::copy_nonoverlapping(units.as_ptr(), block, units.len());
            block.add(units.len()).write(0);
            put(size, units.len() as isize);
            Ok(block)
        }
    }

    replaced fn PyUnicode_InternInPlace(place: *mut Owned) -> (), (), |vm| {
        // SAFETY: `place` is NULL or holds a reference, as C promises.
        let Some(place) = (unsafe { place.as_mut() }) else { return Ok(()) };
        let old = place.as_ref().and_then(|object| object.downcast_ref_if_exact::<PyStr>(vm));
        if let Some(interned) = old.map(|old| vm.ctx.intern_str(old.as_wtf8())) {
            *place = Some(interned.to_owned().into());
        }
        Ok(())
    }

    new fn PyUnicode_Join(separator: Lent<'_>, items: Lent<'_>) -> Owned, None, |vm| {
        method(separator, "join", [owned(items, vm)?], vm)
    }

    new fn PyUnicode_Split(object: Lent<'_>, separator: Lent<'_>, most: isize) -> Owned, None, |vm| {
        let separator = vm.unwrap_or_none(separator.map(ToOwned::to_owned));
        method(object, "split", [separator, vm.ctx.new_int(most).into()], vm)
    }

    new fn PyUnicode_Splitlines(object: Lent<'_>, keep: c_int) -> Owned, None, |vm| {
        method(object, "splitlines", [vm.ctx.new_bool(keep != 0).into()], vm)
    }

    new fn PyUnicode_Replace(
        object: Lent<'_>,
        old: Lent<'_>,
        new: Lent<'_>,
        most: isize,
    ) -> Owned, None, |vm| {
        method(object, "replace", [owned(old, vm)?, owned(new, vm)?, vm.ctx.new_int(most).into()], vm)
    }

    new fn PyUnicode_Find(
        object: Lent<'_>,
        part: Lent<'_>,
        start: isize,
        end: isize,
        direction: c_int,
    ) -> isize, -2, |vm| {
        let name = if direction > 0 { "find" } else { "rfind" };
        within(object, name, part, (start, end), vm)
    }

    new fn PyUnicode_Count(
        object: Lent<'_>,
        part: Lent<'_>,
        start: isize,
        end: isize,
    ) -> isize, -1, |vm| {
        within(object, "count", part, (start, end), vm)
    }

    new fn PyUnicode_Substring(object: Lent<'_>, start: isize, end: isize) -> Owned, None, |vm| {
        if start < 0 || end < 0 {
            return Err(vm.new_index_error("string index out of range"));
        }
        let slice = vm.ctx.types.slice_type.as_object().call((start, end), vm)?;
        string(object, vm)?.as_object().get_item(&*slice, vm).map(Some)
    }

    new fn PyUnicode_ReadChar(object: Lent<'_>, index: isize) -> u32, u32::MAX, |vm| {
        let text = string(object, vm)?.as_wtf8();
        let index = usize::try_from(index).ok();
        let found = index.and_then(|index| text.code_points().nth(index));
        found.map(|found| found.to_u32()).ok_or_else(|| vm.new_index_error("string index out of range"))
    }

    new fn PyUnicode_Append(place: *mut Owned, second: Lent<'_>) -> (), (), |vm| {
        // SAFETY: `place` is NULL or holds a reference, as C promises.
        unsafe { append(place, second, vm) }
    }

    new fn PyUnicode_AppendAndDel(place: *mut Owned, second: Owned) -> (), (), |vm| {
        // SAFETY: `place` is NULL or holds a reference, as C promises.
        unsafe { append(place, second.as_deref(), vm) }
    }
}

/// Calls a method of a `str` on a part of it, for a number.
fn within(
    object: Lent<'_>,
    name: &'static str,
    part: Lent<'_>,
    (start, end): (isize, isize),
    vm: &VirtualMachine,
) -> PyResult<isize> {
    let (start, end) = (vm.ctx.new_int(start).into(), vm.ctx.new_int(end).into());
    let number = method(object, name, [owned(part, vm)?, start, end], vm)?;
    number.ok_or_else(|| bad_call(vm))?.try_into_value(vm)
}

/// Appends to the `str` at `place`. The reference there becomes NULL if that fails.
///
/// # Safety
/// `place` must be NULL or hold a reference.
unsafe fn append(place: *mut Owned, second: Lent<'_>, vm: &VirtualMachine) -> PyResult<()> {
    // SAFETY: `place` is NULL or holds a reference (see # Safety).
    let Some(place) = (unsafe { place.as_mut() }) else {
        return Err(bad_call(vm));
    };
    let first = place.take();
    let (first, second) = (string(first.as_deref(), vm)?, string(second, vm)?);
    *place = Some(vm._add(first.as_object(), second.as_object())?);
    Ok(())
}
