//! `memoryview`s of C memory and of C's views.

use super::{
    buffer::View,
    entry::{Lent, Owned, bad_call, c_functions, given},
    strides::Places,
};
use crate::exports;
use rustpython_vm::{
    AsObject, Py, PyPayload, PyResult, VirtualMachine,
    builtins::PyMemoryView,
    common::borrow::{BorrowedValue, BorrowedValueMut},
    protocol::{BufferDescriptor, BufferMethods, PyBuffer},
    pyclass,
    types::AsBuffer,
};
use std::{
    ffi::{CStr, c_char, c_int},
    slice,
};

const WRITE: c_int = 0x200;

/// The memory between a view's first and last byte.
#[pyclass(module = "_ctypes", name = "_ForeignBuffer")]
#[derive(Debug, PyPayload)]
pub struct ForeignBuffer {
    start: *mut u8,
    size: usize,
    description: BufferDescriptor,
}

// SAFETY: the payload is an address and a size; accesses to the memory race as they may in C.
unsafe impl Send for ForeignBuffer {}
// SAFETY: as for Send.
unsafe impl Sync for ForeignBuffer {}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(AsBuffer))]
impl ForeignBuffer {}

impl ForeignBuffer {
    fn of(view: &View) -> Self {
        // SAFETY: `view` is a view that C has acquired or made, as C promises.
        let places = unsafe { Places::of(view) };
        let format = match view.format.is_null() {
            true => "B".into(),
            // SAFETY: as above.
            false => unsafe { CStr::from_ptr(view.format) }
                .to_string_lossy()
                .into_owned()
                .into(),
        };
        let reach =
            |index: usize| places.strides[index] * (places.shape[index].max(1) - 1) as isize;
        let reaches: Vec<isize> = (0..places.shape.len()).map(reach).collect();
        let before: isize = reaches.iter().filter(|reach| **reach < 0).sum();
        let behind: isize = reaches.iter().filter(|reach| **reach > 0).sum();
        let is_empty = view.size <= 0;
        let dimensions = places.shape.iter().zip(&places.strides);
        Self {
            start: view.start.cast::<u8>().wrapping_offset(before),
            size: match is_empty {
                true => 0,
                false => (behind - before) as usize + places.item_size,
            },
            description: BufferDescriptor {
                len: view.size.max(0) as usize,
                offset: if is_empty { 0 } else { -before },
                readonly: view.readonly != 0,
                itemsize: places.item_size,
                format,
                dim_desc: dimensions
                    .map(|(&extent, &stride)| (extent, stride, 0))
                    .collect(),
            },
        }
    }

    fn memory(&self) -> *mut u8 {
        match self.size {
            0 => std::ptr::NonNull::dangling().as_ptr(),
            _ => self.start,
        }
    }
}

impl AsBuffer for ForeignBuffer {
    fn as_buffer(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyBuffer> {
        static METHODS: BufferMethods = BufferMethods {
            obj_bytes: |buffer| {
                let memory = buffer.obj_as::<ForeignBuffer>();
                // SAFETY: the memory is valid as long as the view, as the C code that made it promises.
                BorrowedValue::Ref(unsafe { slice::from_raw_parts(memory.memory(), memory.size) })
            },
            obj_bytes_mut: |buffer| {
                let memory = buffer.obj_as::<ForeignBuffer>();
                // SAFETY: as above.
                BorrowedValueMut::RefMut(unsafe {
                    slice::from_raw_parts_mut(memory.memory(), memory.size)
                })
            },
            release: |_| {},
            retain: |_| {},
        };
        let description = zelf.description.clone();
        Ok(PyBuffer::new(zelf.to_owned().into(), description, &METHODS))
    }
}

c_functions! {
    new fn PyMemoryView_FromMemory(start: *mut c_char, size: isize, mode: c_int) -> Owned, None, |vm| {
        if start.is_null() {
            return Err(bad_call(vm));
        }
        let size = usize::try_from(size).map_err(|_| bad_call(vm))?;
        exports::view_of_memory(start.cast(), size, mode != WRITE, vm).map(Some)
    }

    new fn PyMemoryView_FromBuffer(view: *const View) -> Owned, None, |vm| {
        // SAFETY: `view` is NULL or a view, as C promises.
        let view = unsafe { view.as_ref() }.filter(|view| !view.start.is_null());
        let Some(view) = view else {
            return Err(vm.new_value_error("PyMemoryView_FromBuffer(): info->buf must not be NULL"));
        };
        if !view.suboffsets.is_null() {
            return Err(vm.new_not_implemented_error("items behind pointers"));
        }
        let buffer = ForeignBuffer::of(view).into_ref(&vm.ctx);
        Ok(Some(PyMemoryView::from_object(buffer.as_object(), vm)?.into_pyobject(vm)))
    }

    new fn PyMemoryView_GetContiguous(
        object: Lent<'_>,
        mode: c_int,
        order: c_char,
    ) -> Owned, None, |vm| {
        let view = PyMemoryView::from_object(given(object, vm)?, vm)?.into_ref(&vm.ctx);
        let kind = match order as u8 {
            b'F' => "f_contiguous",
            b'A' => "contiguous",
            _ => "c_contiguous",
        };
        if mode == WRITE && view.as_object().get_attr("readonly", vm)?.try_to_bool(vm)? {
            return Err(vm.new_buffer_error("underlying buffer is not writable"));
        }
        if view.as_object().get_attr(kind, vm)?.try_to_bool(vm)? {
            return Ok(Some(view.into()));
        }
        if mode == WRITE {
            return Err(vm.new_buffer_error("writable contiguous buffer requested for a non-contiguous object."));
        }
        let order = vm.ctx.new_str((order as u8 as char).to_string());
        let copy = vm.call_method(view.as_object(), "tobytes", (order,))?;
        Ok(Some(PyMemoryView::from_object(&copy, vm)?.into_pyobject(vm)))
    }
}
