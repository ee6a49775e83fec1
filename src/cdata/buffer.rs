//! PEP 3118: C values as buffers.

use super::CData;
use rustpython_common::borrow::{BorrowedValue, BorrowedValueMut};
use rustpython_vm::{
    Py, PyObject, PyResult, VirtualMachine,
    protocol::{BufferDescriptor, BufferMethods, PyBuffer},
    types::AsBuffer,
};
use std::{borrow::Cow, sync::atomic::Ordering};

/// Exports a value as ctypes does: writable, C-contiguous, with the type's shape and format. An
/// array is exported by its dimensions, anything else without any.
///
/// A pointer to another thread's buffer may write while this one reads, as in C; the exports count
/// alone is kept, and forbids `resize`.
fn export(zelf: &Py<CData>) -> PyBuffer {
    let layout = zelf.ctype().layout();
    let mut stride = layout.item_size;
    let mut dimensions = Vec::with_capacity(layout.shape.len());
    for &extent in layout.shape.iter().rev() {
        dimensions.push((extent, stride as isize, 0));
        stride *= extent;
    }
    dimensions.reverse();
    let description = BufferDescriptor {
        len: layout.size,
        offset: 0,
        readonly: false,
        itemsize: layout.item_size,
        format: match layout.format.as_str() {
            // The VM's memoryview knows `P` in native mode alone, where it means the same.
            "<P" | ">P" => Cow::Borrowed("P"),
            format => Cow::Owned(format.to_owned()),
        },
        dim_desc: dimensions,
    };
    PyBuffer::new(zelf.to_owned().into(), description, &METHODS)
}

static METHODS: BufferMethods = BufferMethods {
    obj_bytes: |buffer| BorrowedValue::Ref(bytes(&buffer.obj)),
    obj_bytes_mut: |buffer| BorrowedValueMut::RefMut(bytes_mut(&buffer.obj)),
    release: |buffer| {
        if let Some(exporter) = CData::of(&buffer.obj) {
            exporter.exports.fetch_sub(1, Ordering::AcqRel);
        }
    },
    retain: |buffer| {
        if let Some(exporter) = CData::of(&buffer.obj) {
            // Under the lock that `resize` holds, so that it never moves what is being exported.
            let _state = exporter.state.lock();
            exporter.exports.fetch_add(1, Ordering::AcqRel);
        }
    },
};

fn bytes(exporter: &PyObject) -> &[u8] {
    match CData::of(exporter) {
        Some(cdata) => {
            let (start, size) = cdata.bytes();
            // SAFETY: the memory lives as long as the object, which the buffer holds, and cannot
            // be moved while the export counts.
            unsafe { std::slice::from_raw_parts(start, size) }
        }
        None => &[],
    }
}

fn bytes_mut(exporter: &PyObject) -> &mut [u8] {
    match CData::of(exporter) {
        Some(cdata) => {
            let (start, size) = cdata.bytes();
            // SAFETY: as in `bytes`; that the bytes may change under a reader is the nature of
            // memory shared with C.
            unsafe { std::slice::from_raw_parts_mut(start, size) }
        }
        None => &mut [],
    }
}

impl AsBuffer for CData {
    fn as_buffer(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyBuffer> {
        Ok(export(zelf))
    }
}
