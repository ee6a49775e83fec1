//! `bytes` and `bytearray`: their memory, with a terminator behind it.

use super::entry::{Lent, Owned, Text, bad_call, c_functions, given, put};
use crate::{ctype::scalar::terminated, room};
use rustpython_vm::{
    AsObject, Py, PyObject, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyByteArray, PyBytes, PyInt, PyStr},
    protocol::BufferResizeGuard,
};
use std::{
    ffi::{c_char, c_int},
    ptr,
};

fn bytes<'a>(object: Lent<'a>, vm: &VirtualMachine) -> PyResult<&'a Py<PyBytes>> {
    let object = given(object, vm)?;
    object.downcast_ref::<PyBytes>().ok_or_else(|| {
        let found = object.class().name();
        vm.new_type_error(format!("expected bytes, {found} found"))
    })
}

/// Returns whether `bytes` would not convert an object to its bytes.
pub fn is_no_bytes(object: &PyObject) -> bool {
    object.downcast_ref::<PyInt>().is_some() || object.downcast_ref::<PyStr>().is_some()
}

pub fn no_bytes(object: &PyObject, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let class = object.class().name();
    vm.new_type_error(format!("cannot convert '{class}' object to bytes"))
}

/// Returns the address of the bytes, or of a terminated copy that lives as long as the object.
fn memory(bytes: &Py<PyBytes>, vm: &VirtualMachine) -> PyResult<*mut c_char> {
    let address = terminated::address(bytes).ok_or_else(|| vm.no_memory_error())?;
    Ok(ptr::with_exposed_provenance_mut(address))
}

fn joined(first: &PyObject, second: &PyObject, vm: &VirtualMachine) -> PyResult {
    vm._add(first, second)
}

/// Replaces the reference at `place`.
///
/// # Safety
/// `place` must be NULL or hold a reference.
unsafe fn replace(place: *mut Owned, new: Owned) {
    if !place.is_null() {
        // SAFETY: `place` holds a reference (see # Safety).
        drop(unsafe { place.replace(new) });
    }
}

/// Appends to the object at `place`. The reference there becomes NULL if that fails.
///
/// # Safety
/// As for [`replace`].
unsafe fn add(place: *mut Owned, second: Lent<'_>, vm: &VirtualMachine) -> PyResult<()> {
    // SAFETY: `place` is NULL or holds a reference (see # Safety).
    let first = unsafe { place.as_ref() }.and_then(Clone::clone);
    let outcome = match (&first, second) {
        (Some(first), Some(second)) => joined(first, second, vm).map(Some),
        _ => Ok(None),
    };
    let (sum, failed) = match outcome {
        Ok(sum) => (sum, Ok(())),
        Err(error) => (None, Err(error)),
    };
    // SAFETY: `place` is NULL or holds a reference (see # Safety).
    unsafe { replace(place, sum) };
    failed
}

c_functions! {
    replaced fn PyBytes_FromStringAndSize(start: Text, size: isize) -> Owned, None, |vm| {
        let Ok(size) = usize::try_from(size) else {
            return Err(vm.new_system_error("Negative size passed to PyBytes_FromStringAndSize"));
        };
        if start.is_null() {
            return terminated::fresh(size, vm).map(Some).ok_or_else(|| vm.no_memory_error());
        }
        room::bytes(start.sized(size), vm).map(Some)
    }

    replaced fn PyBytes_FromString(text: Text) -> Owned, None, |vm| {
        let text = text.bytes().ok_or_else(|| bad_call(vm))?;
        room::bytes(text, vm).map(Some)
    }

    replaced fn PyBytes_FromObject(object: Lent<'_>) -> Owned, None, |vm| {
        let object = given(object, vm)?;
        if is_no_bytes(object) {
            return Err(no_bytes(object, vm));
        }
        vm.ctx.types.bytes_type.as_object().call((object.to_owned(),), vm).map(Some)
    }

    replaced fn PyByteArray_FromObject(object: Lent<'_>) -> Owned, None, |vm| {
        let class = vm.ctx.types.bytearray_type.as_object();
        class.call((given(object, vm)?.to_owned(),), vm).map(Some)
    }

    replaced fn PyBytes_Size(object: Lent<'_>) -> isize, -1, |vm| {
        Ok(bytes(object, vm)?.as_bytes().len() as isize)
    }

    replaced fn PyBytes_AsString(object: Lent<'_>) -> *mut c_char, ptr::null_mut(), |vm| {
        memory(bytes(object, vm)?, vm)
    }

    replaced fn PyBytes_AsStringAndSize(
        object: Lent<'_>,
        start: *mut *mut c_char,
        size: *mut isize,
    ) -> c_int, -1, |vm| {
        if start.is_null() {
            return Err(bad_call(vm));
        }
        let bytes = bytes(object, vm)?;
        if size.is_null() && bytes.as_bytes().contains(&0) {
            return Err(vm.new_value_error("embedded null byte"));
        }
        let memory = memory(bytes, vm)?;
        // SAFETY: `start` is a place for a pointer, and `size` is NULL or a place for a number, as C promises.
        unsafe {
            put(start, memory);
            put(size, bytes.as_bytes().len() as isize);
        }
        Ok(0)
    }

    new fn PyBytes_Concat(place: *mut Owned, second: Lent<'_>) -> (), (), |vm| {
        // SAFETY: `place` is NULL or holds a reference, as C promises.
        unsafe { add(place, second, vm) }
    }

    new fn PyBytes_ConcatAndDel(place: *mut Owned, second: Owned) -> (), (), |vm| {
        // SAFETY: `place` is NULL or holds a reference, as C promises.
        unsafe { add(place, second.as_deref(), vm) }
    }

    new fn _PyBytes_Resize(place: *mut Owned, size: isize) -> c_int, -1, |vm| {
        // SAFETY: `place` is NULL or holds a reference, as C promises.
        let old = unsafe { place.as_ref() }.and_then(Clone::clone);
        let resized = (|| {
            let old = bytes(old.as_deref(), vm)?.as_bytes();
            let size = usize::try_from(size).map_err(|_| bad_call(vm))?;
            let new = terminated::fresh(size, vm).ok_or_else(|| vm.no_memory_error())?;
            let memory = memory(bytes(Some(&new), vm)?, vm)?;
            if size != 0 {
                // SAFETY: both have at least that many bytes, and no other code knows the new ones.
                unsafe { ptr::copy_nonoverlapping(old.as_ptr(), memory.cast(), size.min(old.len())) };
            }
            Ok(new)
        })();
        let (new, outcome) = match resized {
            Ok(new) => (Some(new), Ok(0)),
            Err(error) => (None, Err(error)),
        };
        // SAFETY: as above.
        unsafe { replace(place, new) };
        outcome
    }

    new fn PyBytes_Repr(object: Lent<'_>, _smart: c_int) -> Owned, None, |vm| {
        Ok(Some(bytes(object, vm)?.as_object().repr(vm)?.into()))
    }

    replaced fn PyByteArray_AsString(object: Lent<'_>) -> *mut c_char, ptr::null_mut(), |vm| {
        let array = given(object, vm)?.downcast_ref::<PyByteArray>().ok_or_else(|| bad_call(vm))?;
        // Then no other code reads the array.
        if let Some(mut array) = array.try_resizable_opt()
            && array.capacity() == array.len()
        {
            let mut roomy = room::vector(array.len() + 1, vm)?;
            roomy.extend_from_slice(array.as_bytes());
            *array = roomy.into();
        }
        let mut memory = array.borrow_buf_mut();
        if let Some(behind) = memory.spare_capacity_mut().first_mut() {
            behind.write(0);
        }
        Ok(memory.as_mut_ptr().cast())
    }
}
