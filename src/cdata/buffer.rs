//! PEP 3118: C values as buffers.

use super::CData;
use crate::ctype::CType;
use rustpython_common::borrow::{BorrowedValue, BorrowedValueMut};
use rustpython_vm::{
    Py, PyResult, VirtualMachine,
    protocol::{BufferDescriptor, BufferMethods, PyBuffer},
    types::AsBuffer,
};
use std::{
    borrow::Cow,
    sync::atomic::{AtomicU8, Ordering},
};

/// Exports a value as ctypes does: writable, C-contiguous, with the type's shape and format. An array is
/// exported with its dimensions, anything else without any.
///
/// Another thread may write through a buffer while this one reads, as in C. Only the number of exports is kept;
/// while it is not zero, `resize` is refused.
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
        // All of the memory, including what `resize` added.
        len: zelf.size(),
        offset: 0,
        readonly: false,
        itemsize: layout.item_size,
        format: layout.view_format(vm_format),
        dim_desc: dimensions,
    };
    let mut buffer = PyBuffer::new(zelf.to_owned().into(), description, &METHODS);
    // Read again now that the export counts, because `resize` may have come in between.
    buffer.desc.len = zelf.size();
    buffer
}

/// Returns the format that buffers of a type's values have.
#[must_use]
pub fn format_of(ctype: &Py<CType>) -> Cow<'static, str> {
    ctype.layout().view_format(vm_format)
}

/// An export of a value's memory without a description: while it lives, `resize` is refused. A `resize` that another
/// thread has begun is not waited for: the memory from before stays as long as the value.
#[derive(Debug)]
pub struct Export<'a>(&'a CData);

impl<'a> Export<'a> {
    #[must_use]
    pub fn new(exporter: &'a CData) -> Self {
        exporter.exports.fetch_add(1, Ordering::AcqRel);
        Self(exporter)
    }
}

impl Drop for Export<'_> {
    fn drop(&mut self) {
        self.0.exports.fetch_sub(1, Ordering::AcqRel);
    }
}

static METHODS: BufferMethods = BufferMethods {
    obj_bytes: |buffer| {
        let (start, size) = memory(buffer);
        // SAFETY: the memory lives as long as the object, which the buffer holds, and cannot be
        // moved while the export counts.
        BorrowedValue::Ref(unsafe { std::slice::from_raw_parts(start, size) })
    },
    obj_bytes_mut: |buffer| {
        let (start, size) = memory(buffer);
        // SAFETY: as above; the bytes may change under a reader, because C shares the memory.
        BorrowedValueMut::RefMut(unsafe { std::slice::from_raw_parts_mut(start, size) })
    },
    release: |buffer| {
        if let Some(exporter) = CData::of(&buffer.obj) {
            exporter.exports.fetch_sub(1, Ordering::AcqRel);
        }
    },
    retain: |buffer| {
        if let Some(exporter) = CData::of(&buffer.obj) {
            count_export(exporter);
        }
    },
};

/// Counts an export under the lock that `resize` takes, so that `resize` never moves memory that is being
/// exported.
fn count_export(exporter: &CData) {
    let _keepalive = exporter.keepalive.lock();
    exporter.exports.fetch_add(1, Ordering::AcqRel);
}

/// Returns the memory of a buffer's exporter.
fn memory(buffer: &PyBuffer) -> (*mut u8, usize) {
    match CData::of(&buffer.obj).map(|cdata| cdata.bytes()) {
        Some((start, size)) if size > 0 => (start, size),
        _ => (NOTHING.as_ptr().cast_mut().cast(), NOTHING.len()),
    }
}

/// The memory shown for types of size zero: the VM reads an item of the format `B` even where there is none.
static NOTHING: [AtomicU8; 16] = [const { AtomicU8::new(0) }; 16];

/// Translates a type's format for the VM's memoryview, which parses every format. Codes that the VM knows only
/// in native mode lose their byte order mark, strings become pointers, and a complex `long double`, for which
/// the VM has no code, is shown as a narrower one.
fn vm_format(format: &str) -> Cow<'static, str> {
    if let Some(known) = NUMBERS.iter().find(|known| **known == format) {
        return Cow::Borrowed(known);
    }
    let native = |code: char| match code {
        'z' | 'Z' => Some('P'),
        'G' => Some('D'),
        'v' => Some('h'),
        'u' | 'P' => Some(code),
        _ => None,
    };
    let mut result = String::with_capacity(format.len());
    let mut characters = format.chars().peekable();
    while let Some(mark) = characters.next() {
        let replaced = match mark {
            '<' | '>' => characters.peek().copied().and_then(native),
            _ => None,
        };
        match replaced {
            Some(code) => {
                characters.next();
                result.push(code);
            }
            None => result.push(mark),
        }
    }
    Cow::Owned(result)
}

/// The formats of most items, which need no translation.
static NUMBERS: [&str; 12] = [
    "<b", "<B", "<h", "<H", "<i", "<I", "<q", "<Q", "<f", "<d", "<c", "<?",
];

impl AsBuffer for CData {
    fn as_buffer(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyBuffer> {
        Ok(export(zelf))
    }
}
