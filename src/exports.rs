//! This module's C functions that the ctypes package calls through ctypes itself.
//!
//! `ctypes.cast`, `string_at` and others are foreign functions made from the addresses that the module exports:
//! their arguments are converted, audited and kept alive like those of any other call. They are called attached
//! to the VM (`PYFUNCTYPE`) and return a new reference, or on failure NULL, having left the exception for the
//! caller to raise.

use crate::{
    audit,
    ccall::{pending, read},
    cdata::{CData, ctype_of, references::Kept},
    classes::metatype::CTypeType,
    ctype::CType,
    panics::guarded_above_c,
};
use rustpython_common::borrow::{BorrowedValue, BorrowedValueMut};
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyMemoryView, PyType},
    class::StaticType,
    protocol::{BufferDescriptor, BufferMethods, PyBuffer},
    pyclass,
    types::AsBuffer,
    vm::thread,
};
use std::{
    ffi::{c_char, c_int, c_void},
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
};

/// Runs `f` for C. Returns a new reference, or NULL with an exception left for the caller.
fn for_c(f: impl FnOnce(&VirtualMachine) -> PyResult) -> *mut PyObject {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        // The thread is attached already, unless the caller did not declare a `PYFUNCTYPE`.
        thread::with_current_vm(|vm| {
            vm.attach_for_callback(|| match guarded_above_c(vm, || f(vm)) {
                Ok(object) => object.into_raw().as_ptr(),
                Err(error) => {
                    pending::leave(error);
                    ptr::null_mut()
                }
            })
        })
    }));
    // There was no VM, as the panic hook has reported; C must not see it.
    outcome.unwrap_or(ptr::null_mut())
}

fn null_pointer(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_value_error("NULL pointer access")
}

/// `PyObject *cast(void *pointer, PyObject *source, PyObject *ctype)`
///
/// # Safety
/// `source` and `ctype` must be live objects of the current VM.
pub unsafe extern "C" fn cast(
    address: *mut c_void,
    source: *mut PyObject,
    ctype: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: `source` and `ctype` are live objects (see # Safety).
    let (source, ctype) = unsafe { (&*source, &*ctype) };
    for_c(|vm| cast_object(address, source, ctype, vm))
}

fn cast_object(
    address: *mut c_void,
    source: &PyObject,
    class: &PyObject,
    vm: &VirtualMachine,
) -> PyResult {
    if !is_pointer_type(class, vm) {
        let is_ours = class.class().fast_issubclass(CTypeType::static_type());
        let not = match (ctype_of(class, vm), class.downcast_ref::<PyType>()) {
            (Some(ctype), _) => format!(", not {}", ctype.name()),
            (None, Some(class)) if is_ours => format!(", not {}", class.slot_name()),
            _ => String::new(),
        };
        return Err(vm.new_type_error(format!("cast() argument 2 must be a pointer type{not}")));
    }
    let result = class.vectorcall(Vec::new(), 0, None, vm)?;
    // `__new__` may have made something else.
    let made = CData::of(&result).filter(|cdata| cdata.ctype().is_address());
    let Some(cdata) = made else {
        return Err(vm.new_type_error("cast() argument 2 must make a ctypes instance"));
    };
    let (address, kept) = match CData::of(source) {
        Some(source) => {
            cdata.show_like(source, vm)?;
            to_keep(source, address)
        }
        None => (address, Kept::Nothing),
    };
    CData::point_to(cdata, address.cast(), kept, vm)?;
    Ok(result)
}

/// Returns the address that a pointer cast from `source` gets, and what to keep for it. `address` is that of an
/// array, or what was in a pointer.
fn to_keep(source: &Py<CData>, address: *mut c_void) -> (*mut c_void, Kept) {
    if !source.ctype().is_address() {
        return (address, Kept::Object(CData::keep_as_target(source)));
    }
    match CData::reference(source) {
        (known, kept) if known == address.addr() => (address, kept),
        // Another thread has changed the pointer meanwhile, and nothing keeps the old target.
        (known, kept @ Kept::Object(_)) => (std::ptr::with_exposed_provenance_mut(known), kept),
        _ => (address, Kept::Nothing),
    }
}

fn is_pointer_type(class: &PyObject, vm: &VirtualMachine) -> bool {
    CType::of(class, vm).is_some_and(|ctype| ctype.is_address())
}

/// `PyObject *string_at(const char *start, int size)`: `size` bytes, up to the NUL if it is -1.
///
/// # Safety
/// `start` must be valid for reads of `size` bytes, or point to a terminated string if `size` is -1.
pub unsafe extern "C" fn string_at(start: *const c_char, size: c_int) -> *mut PyObject {
    for_c(|vm| {
        audit::event(vm, "ctypes.string_at", || (start.addr(), size))?;
        if size < -1 {
            return Err(vm.new_system_error("Negative size passed to PyBytes_FromStringAndSize"));
        }
        if size == 0 {
            return Ok(vm.ctx.new_bytes(Vec::new()).into());
        }
        if start.is_null() {
            return Err(null_pointer(vm));
        }
        // SAFETY: `start` is valid for reads of `size` bytes, or terminated (see # Safety).
        unsafe { read::bytes(start.cast(), usize::try_from(size).ok(), vm) }
    })
}

/// `PyObject *wstring_at(const wchar_t *start, int size)`: `size` characters, up to the NUL if it is -1.
///
/// # Safety
/// `start` must be valid for reads of `size` characters, or point to a terminated string if `size` is -1.
pub unsafe extern "C" fn wstring_at(start: *const libc::wchar_t, size: c_int) -> *mut PyObject {
    for_c(|vm| {
        audit::event(vm, "ctypes.wstring_at", || (start.addr(), size))?;
        if size < -1 {
            return Err(vm.new_system_error("Negative size passed to PyUnicode_New"));
        }
        if start.is_null() && size != 0 {
            return Err(null_pointer(vm));
        }
        // SAFETY: `start` is valid for reads of the characters, or terminated (see # Safety).
        let text = unsafe { read::text(start.cast(), usize::try_from(size).ok(), vm) }?;
        Ok(text.into())
    })
}

/// `PyObject *memoryview_at(void *start, ssize_t size, int readonly)`
///
/// # Safety
/// `start` must be valid for `size` bytes as long as the view is used.
pub unsafe extern "C" fn memoryview_at(
    start: *mut c_void,
    size: isize,
    readonly: c_int,
) -> *mut PyObject {
    for_c(|vm| {
        audit::event(vm, "ctypes.memoryview_at", || {
            (start.addr(), size, readonly)
        })?;
        let Ok(size) = usize::try_from(size) else {
            return Err(vm.new_value_error(format!(
                "memoryview_at: size is negative (or overflowed): {size}"
            )));
        };
        if start.is_null() && size > 0 {
            return Err(null_pointer(vm));
        }
        view_of_memory(start.cast(), size, readonly != 0, vm)
    })
}

/// Makes a view of memory whose owner only C knows.
///
/// # Errors
/// Any exception that making objects raises.
pub fn view_of_memory(
    start: *mut u8,
    size: usize,
    readonly: bool,
    vm: &VirtualMachine,
) -> PyResult {
    let start = ptr::NonNull::new(start).unwrap_or(ptr::NonNull::dangling());
    let memory = ForeignMemory {
        start,
        size,
        readonly,
    };
    let memory: PyObjectRef = memory.into_ref(&vm.ctx).into();
    Ok(PyMemoryView::from_object(&memory, vm)?.into_pyobject(vm))
}

/// Memory that only C knows the owner of, as a buffer.
#[pyclass(module = "_ctypes", name = "_ForeignMemory")]
#[derive(Debug, PyPayload)]
pub struct ForeignMemory {
    start: ptr::NonNull<u8>,
    size: usize,
    readonly: bool,
}

// SAFETY: the payload is an address and a size; accesses to the memory race as they may in C.
unsafe impl Send for ForeignMemory {}
// SAFETY: as for Send.
unsafe impl Sync for ForeignMemory {}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(AsBuffer))]
impl ForeignMemory {}

impl AsBuffer for ForeignMemory {
    fn as_buffer(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<PyBuffer> {
        static METHODS: BufferMethods = BufferMethods {
            obj_bytes: |buffer| {
                let memory = buffer.obj_as::<ForeignMemory>();
                // SAFETY: the memory is valid as long as the view, as the caller of `memoryview_at` promises.
                BorrowedValue::Ref(unsafe {
                    std::slice::from_raw_parts(memory.start.as_ptr(), memory.size)
                })
            },
            obj_bytes_mut: |buffer| {
                let memory = buffer.obj_as::<ForeignMemory>();
                // SAFETY: as above.
                BorrowedValueMut::RefMut(unsafe {
                    std::slice::from_raw_parts_mut(memory.start.as_ptr(), memory.size)
                })
            },
            release: |_| {},
            retain: |_| {},
        };
        Ok(PyBuffer::new(
            zelf.to_owned().into(),
            BufferDescriptor::simple(zelf.size, zelf.readonly),
            &METHODS,
        ))
    }
}
