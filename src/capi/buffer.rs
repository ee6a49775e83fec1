//! The buffer protocol with C's `Py_buffer`.

use super::entry::{Lent, Owned, c_functions, given};
use crate::buffers;
use rustpython_vm::{
    PyObject, PyObjectRef, PyResult, VirtualMachine,
    protocol::{BufferFlags, PyBuffer},
};
use std::{
    ffi::{CString, c_char, c_int, c_void},
    ptr,
};

/// `Py_buffer`.
#[derive(Debug)]
#[repr(C)]
pub struct View {
    pub start: *mut c_void,
    /// The reference by which C holds the exporter; NULL if nothing is held.
    pub object: Owned,
    pub size: isize,
    pub item_size: isize,
    pub readonly: c_int,
    pub dimensions: c_int,
    pub format: *mut c_char,
    pub shape: *mut isize,
    pub strides: *mut isize,
    pub suboffsets: *mut isize,
    /// The [`Export`], if there is one.
    pub internal: *mut c_void,
}

impl View {
    /// Makes a view of plain bytes that `object` keeps.
    #[must_use]
    pub fn of_memory(object: Owned, start: *mut c_void, size: isize) -> Self {
        Self {
            start,
            object,
            size,
            item_size: 1,
            readonly: 1,
            dimensions: 1,
            format: ptr::null_mut(),
            shape: ptr::null_mut(),
            strides: ptr::null_mut(),
            suboffsets: ptr::null_mut(),
            internal: ptr::null_mut(),
        }
    }
}

/// What a view's `internal` points to.
struct Export {
    buffer: PyBuffer,
    format: CString,
    shape: Vec<isize>,
    strides: Vec<isize>,
    suboffsets: Vec<isize>,
}

impl Export {
    fn new(buffer: PyBuffer) -> Self {
        let description = &buffer.desc;
        let dimensions = &description.dim_desc;
        Self {
            format: CString::new(&*description.format).unwrap_or_default(),
            shape: dimensions.iter().map(|one| one.0 as isize).collect(),
            strides: dimensions.iter().map(|one| one.1).collect(),
            suboffsets: match description.has_suboffsets() {
                true => dimensions.iter().map(|one| one.2).collect(),
                false => Vec::new(),
            },
            buffer,
        }
    }

    /// Returns the address of the first item.
    fn start(&self) -> *mut c_void {
        let description = &self.buffer.desc;
        let bytes = self.buffer.obj_bytes();
        // The export keeps the memory in place.
        let memory = bytes.as_ptr().wrapping_offset(description.offset);
        memory.cast_mut().cast()
    }
}

/// Returns a view of what `object` exports for a request with these flags.
///
/// # Errors
/// Any exception that the exporter raises.
pub fn acquire(object: &PyObject, flags: c_int, vm: &VirtualMachine) -> PyResult<View> {
    let flags = BufferFlags::from_bits_retain(flags as u32);
    let mut export = Box::new(Export::new(buffers::requested(object, flags, vm)?));
    let description = &export.buffer.desc;
    let wants = |part| flags.contains(part);
    let part = |wanted: bool, list: &mut Vec<isize>| match wanted && !list.is_empty() {
        true => list.as_mut_ptr(),
        false => ptr::null_mut(),
    };
    let view = View {
        start: export.start(),
        object: Some(export.buffer.obj.clone()),
        size: description.len as isize,
        item_size: description.itemsize as isize,
        readonly: description.readonly.into(),
        dimensions: description.ndim() as c_int,
        format: match wants(BufferFlags::FORMAT) {
            true => export.format.as_ptr().cast_mut(),
            false => ptr::null_mut(),
        },
        shape: part(wants(BufferFlags::ND), &mut export.shape),
        strides: part(wants(BufferFlags::STRIDES), &mut export.strides),
        suboffsets: part(wants(BufferFlags::INDIRECT), &mut export.suboffsets),
        internal: ptr::null_mut(),
    };
    Ok(View {
        internal: Box::into_raw(export).cast(),
        ..view
    })
}

/// Releases what a view holds.
///
/// # Safety
/// `acquire` or `fill` must have made the view. A copy of the view must not have been released.
unsafe fn release(view: &mut View) {
    let Some(object) = view.object.take() else {
        return;
    };
    let internal: *mut Export = std::mem::replace(&mut view.internal, ptr::null_mut()).cast();
    if !internal.is_null() {
        // SAFETY: `acquire` has made it from a box, and a release clears it.
        let export = unsafe { Box::from_raw(internal) };
        // This may run Python code.
        drop(export.buffer);
    }
    drop(object);
}

/// Fills a view of plain memory, for an exporter that C has written.
fn fill(
    (object, start, size, readonly): (Option<PyObjectRef>, *mut c_void, isize, bool),
    flags: c_int,
    view: *mut View,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let wanted = BufferFlags::from_bits_retain(flags as u32);
    wanted.fill_info_check(readonly, vm)?;
    // SAFETY: C promises a view to be filled.
    unsafe {
        view.write(View {
            readonly: readonly.into(),
            format: match wanted.contains(BufferFlags::FORMAT) {
                true => c"B".as_ptr().cast_mut(),
                false => ptr::null_mut(),
            },
            ..View::of_memory(object, start, size)
        });
        if wanted.contains(BufferFlags::ND) {
            (*view).shape = &raw mut (*view).size;
        }
        if wanted.contains(BufferFlags::STRIDES) {
            (*view).strides = &raw mut (*view).item_size;
        }
    }
    Ok(())
}

c_functions! {
    new fn PyObject_CheckBuffer(object: Lent<'_>) -> c_int, 0, |_vm| {
        Ok(object.is_some_and(|object| object.check_buffer()).into())
    }

    new fn PyObject_GetBuffer(object: Lent<'_>, view: *mut View, flags: c_int) -> c_int, -1, |vm| {
        if view.is_null() {
            return Err(vm.new_buffer_error("PyBuffer_FillInfo: view==NULL argument is obsolete"));
        }
        // SAFETY: C promises a place for a view; it does not hold one yet.
        unsafe { (&raw mut (*view).object).write(None) };
        let acquired = acquire(given(object, vm)?, flags, vm)?;
        // SAFETY: as above.
        unsafe { view.write(acquired) };
        Ok(0)
    }

    new fn PyBuffer_Release(view: *mut View) -> (), (), |_vm| {
        // SAFETY: C promises a view that it has acquired, or NULL.
        if let Some(view) = unsafe { view.as_mut() } {
            // SAFETY: as above.
            unsafe { release(view) };
        }
        Ok(())
    }

    new fn PyBuffer_FillInfo(
        view: *mut View,
        object: Lent<'_>,
        start: *mut c_void,
        size: isize,
        readonly: c_int,
        flags: c_int,
    ) -> c_int, -1, |vm| {
        if view.is_null() {
            return Err(vm.new_buffer_error("PyBuffer_FillInfo: view==NULL argument is obsolete"));
        }
        let object = object.map(ToOwned::to_owned);
        fill((object, start, size, readonly != 0), flags, view, vm)?;
        Ok(0)
    }
}
