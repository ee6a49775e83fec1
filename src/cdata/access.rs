//! Reading and writing a typed place in memory: a field, an item, what a pointer points to.
//!
//! References change together with what is kept for them ([`super::kept`]); all other values are plain
//! loads and stores. Values are converted before they are stored.

use super::{
    CData,
    convert::{self, Ready},
};
use crate::ctype::{
    CType, Kind, Place, Simple,
    scalar::{float, integer, pointer, wide},
    simple::Class,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBytes, PyInt, PyStr},
};
use smallvec::SmallVec;
use std::ffi::CStr;

/// The value of type `ctype` at `address`, an item or field of `owner`.
///
/// A simple value is converted; anything else becomes an instance that shares the memory.
///
/// # Errors
/// What the conversion raises.
///
/// # Safety
/// `address` must be valid for reads of the type's size, as long as `owner` lives.
#[inline]
pub unsafe fn get(
    ctype: &Py<CType>,
    address: *mut u8,
    owner: &Py<CData>,
    vm: &VirtualMachine,
) -> PyResult {
    if let Kind::Simple(simple) = &ctype.kind
        && !simple.boxed
    {
        // SAFETY: the caller's promise.
        return unsafe { load(simple, address, owner, vm) };
    }
    let owner = owner.to_owned().into();
    (ctype.construct)(ctype, Place::Inside { address, owner }, vm)
}

/// What an output parameter becomes in the result of a call: the value of a simple type, `zelf` itself
/// for every other one.
///
/// # Errors
/// What the conversion raises.
pub fn output(zelf: &Py<CData>, vm: &VirtualMachine) -> PyResult {
    match zelf.ctype().simple() {
        // SAFETY: an instance has memory of its type's size; if it holds a pointer, Python code or C put
        // it there.
        Some(simple) if !simple.boxed => unsafe { load(simple, zelf.address(), zelf, vm) },
        _ => Ok(zelf.to_owned().into()),
    }
}

/// The simple value at `address`, in the memory of `owner`.
///
/// # Errors
/// What the conversion raises.
///
/// # Safety
/// `address` must be valid for reads of the type's size.
#[inline]
pub unsafe fn load(
    simple: &Simple,
    address: *mut u8,
    owner: &Py<CData>,
    vm: &VirtualMachine,
) -> PyResult {
    if simple.code.class.is_reference() {
        // SAFETY: the caller's promise.
        return unsafe { load_reference(simple, address, CData::home(owner), vm) };
    }
    // SAFETY: the caller's promise.
    unsafe { (simple.access.load)(address, vm) }
}

/// Loads what a reference in the memory that `home` owns leads to, while it is kept.
///
/// # Errors
/// What the conversion raises.
///
/// # Safety
/// `address` must be valid for reads of a pointer, which is NULL or what its type says.
pub unsafe fn load_reference(
    simple: &Simple,
    address: *mut u8,
    home: &Py<CData>,
    vm: &VirtualMachine,
) -> PyResult {
    /// What a reference leads to.
    enum Found {
        Null,
        Object(PyObjectRef),
        /// None if there is no memory for them.
        Bytes(Option<Vec<u8>>),
        Wide(SmallVec<[wide::Unit; 16]>),
    }
    // SAFETY: the caller's promise.
    let mut start = unsafe { pointer::read(address) };
    if !home.keeps() {
        // SAFETY: what is loaded is the pointer that was read, which is what its type says.
        return unsafe { (simple.access.load)((&raw mut start).cast(), vm) };
    }
    let found = home.locked(|_| {
        // SAFETY: the caller's promise.
        let start = unsafe { pointer::read(address) };
        if start.is_null() {
            return Found::Null;
        }
        match simple.code.class {
            // SAFETY: the pointer is what its type says: a live object.
            Class::Object => Found::Object(unsafe { &*start.cast::<PyObject>() }.to_owned()),
            // SAFETY: the pointer is what its type says: a terminated string.
            Class::WideCharPointer => Found::Wide(unsafe { wide::terminated_at(start) }.into()),
            // SAFETY: as above.
            _ => Found::Bytes(copied(unsafe { CStr::from_ptr(start.cast()) }.to_bytes())),
        }
    });
    match found {
        Found::Null if simple.code.class == Class::Object => {
            Err(vm.new_value_error("PyObject is NULL"))
        }
        Found::Null => Ok(vm.ctx.none()),
        Found::Object(object) => Ok(object),
        Found::Bytes(None) => Err(vm.no_memory_error()),
        Found::Bytes(Some(bytes)) => Ok(vm.ctx.new_bytes(bytes).into()),
        Found::Wide(units) => Ok(wide::text(&units, vm)?.into()),
    }
}

/// A copy of bytes, if there is memory for it.
fn copied(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len()).ok()?;
    copy.extend_from_slice(bytes);
    Some(copy)
}

/// The value of type `simple` in item number `index` of what `pointer` leads to, which stays alive while
/// it is read. `None` if the pointer is NULL.
///
/// # Errors
/// What the conversion raises.
///
/// # Safety
/// The pointer must be what its type says, and have that item.
#[inline]
pub unsafe fn load_pointee(
    simple: &Simple,
    pointer: &Py<CData>,
    index: isize,
    vm: &VirtualMachine,
) -> Option<PyResult> {
    let size = simple.code.size;
    let place = |start: *mut u8| start.wrapping_offset(index.wrapping_mul(size as isize));
    if simple.code.class.is_reference() {
        let (start, anchor) = CData::pointee(pointer);
        let home = anchor.as_deref().and_then(CData::of);
        let home = home.unwrap_or_else(|| CData::home(pointer));
        // SAFETY: the caller's promise.
        let load = || unsafe { load_reference(simple, place(start), home, vm) };
        return (!start.is_null()).then(load);
    }
    // Made a Python object of after the lock: that may start a garbage collection.
    let mut copy = [0u128; 2];
    let target: *mut u8 = copy.as_mut_ptr().cast();
    let is_there = CData::with_pointee(pointer, |start| {
        if start.is_null() {
            return false;
        }
        let source = place(start);
        // SAFETY: the caller's promise; the copy has room for every scalar.
        unsafe {
            match size {
                4 => target
                    .cast::<[u8; 4]>()
                    .write(source.cast::<[u8; 4]>().read()),
                8 => target
                    .cast::<[u8; 8]>()
                    .write(source.cast::<[u8; 8]>().read()),
                _ => std::ptr::copy_nonoverlapping(source, target, size),
            }
        }
        true
    });
    // SAFETY: a value of the type.
    is_there.then(|| unsafe { (simple.access.load)(target, vm) })
}

/// Stores `value` as a `ctype` in item number `index` of what `pointer` leads to.
///
/// # Errors
/// `ValueError` if the pointer is NULL; those of [`set`].
///
/// # Safety
/// The pointer must be what its type says, and have that item.
pub unsafe fn set_pointee(
    ctype: &Py<CType>,
    pointer: &Py<CData>,
    index: isize,
    value: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let null = || vm.new_value_error("NULL pointer access");
    let distance = index.wrapping_mul(ctype.size() as isize);
    if let Kind::Simple(simple) = &ctype.kind {
        let is_stored = CData::with_pointee(pointer, |start| {
            let target = start.wrapping_offset(distance);
            // SAFETY: the caller's promise, unless it is NULL.
            (!start.is_null()).then(|| unsafe { set_at_once(simple, target, value, vm) })
        });
        if is_stored.ok_or_else(null)? {
            return Ok(());
        }
    }
    // The conversion may run Python code that makes the pointer lead elsewhere. What it leads to now is what is
    // written to, and is held until then.
    let (start, anchor) = CData::pointee(pointer);
    if start.is_null() {
        return Err(null());
    }
    let ready = convert::convert(ctype, value, vm)?;
    let home = anchor.as_deref().and_then(CData::of);
    let home = home.unwrap_or_else(|| CData::home(pointer));
    // SAFETY: the caller's promise; what is ready has the type's size.
    unsafe { ready.store(start.wrapping_offset(distance), home, vm) }
}

/// Stores `value` as a `ctype` in item or field number `index` of `owner`, at `distance` from the start of
/// its memory.
///
/// The conversion may run Python code, and that code may move the memory; so the address is asked for
/// when the value is ready.
///
/// # Errors
/// `TypeError` if `value` is not convertible; `RuntimeError` if it is a tuple from which no instance
/// could be made; what the conversion raises.
///
/// # Safety
/// The memory of `owner` must have a value of the type at that distance.
#[inline]
pub unsafe fn set(
    ctype: &Py<CType>,
    owner: &Py<CData>,
    distance: usize,
    index: usize,
    value: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<()> {
    // SAFETY: the caller's promise.
    let place = || unsafe { owner.address().add(distance) };
    if let Kind::Simple(simple) = &ctype.kind {
        // That runs no Python code, so the place stays where it is.
        // SAFETY: the caller's promise.
        if unsafe { set_at_once(simple, place(), value, vm) } {
            return Ok(());
        }
    }
    let ready = convert::convert(ctype, value, vm)?;
    if !matches!(ready, Ready::Word { .. }) && ctype.reference_count() > 0 {
        owner.mark_whole(index);
    }
    // SAFETY: the caller's promise; what is ready has the type's size.
    unsafe { ready.store(place(), CData::home(owner), vm) }
}

/// Stores `value` as a simple type, if that is a matter of comparing types: exact numbers, truth values and
/// single characters as what they are called, numbers and `None` as addresses. Then nothing can go wrong, no
/// Python code runs, and nothing is kept.
///
/// # Safety
/// `target` must be valid for writes of the type's size.
#[inline]
pub unsafe fn set_at_once(
    simple: &Simple,
    target: *mut u8,
    value: &PyObject,
    vm: &VirtualMachine,
) -> bool {
    let word = match simple.code.class {
        Class::Integer { .. } => value
            .downcast_ref_if_exact::<PyInt>(vm)
            .map(integer::wrapped),
        Class::Float => float::exact(value, vm).map(|number| simple.code.scalar.float_bits(number)),
        _ => word_at_once(simple.code.class, value, vm),
    };
    let Some(word) = word else {
        return false;
    };
    // SAFETY: the caller's promise.
    !simple.swapped && unsafe { simple.code.scalar.write_word(target, word) }
}

fn word_at_once(class: Class, value: &PyObject, vm: &VirtualMachine) -> Option<u64> {
    match class {
        Class::Bool => {
            let is_true = value.is(&vm.ctx.true_value);
            (is_true || value.is(&vm.ctx.false_value)).then_some(is_true.into())
        }
        Class::Char => {
            let bytes = value.downcast_ref_if_exact::<PyBytes>(vm)?;
            <[u8; 1]>::try_from(bytes.as_bytes())
                .ok()
                .map(|[byte]| byte.into())
        }
        Class::WideChar => {
            let text = value.downcast_ref_if_exact::<PyStr>(vm)?;
            match *text.as_bytes() {
                [byte] => Some(byte.into()),
                _ => None,
            }
        }
        Class::VoidPointer if vm.is_none(value) => Some(0),
        Class::VoidPointer => {
            let int = value.downcast_ref_if_exact::<PyInt>(vm)?;
            Some(pointer::wrapping_address(int) as u64)
        }
        _ => None,
    }
}

/// Stores `value` into an instance of a simple type.
///
/// # Errors
/// `TypeError` if `owner` is none; what the conversion raises.
pub fn set_simple(owner: &Py<CData>, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let simple = owner
        .ctype()
        .simple()
        .ok_or_else(|| vm.new_type_error("abstract class"))?;
    // SAFETY: an instance of a simple type has memory of its size.
    if unsafe { set_at_once(simple, owner.address(), value, vm) } {
        return Ok(());
    }
    let ready = convert::simple(simple, value, vm)?;
    // SAFETY: an instance of a simple type has memory of its size.
    unsafe { ready.store(owner.address(), CData::home(owner), vm) }
}
