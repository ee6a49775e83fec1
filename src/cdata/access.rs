//! Reading and writing a typed place in memory: a field, an item, the target of a pointer.
//!
//! References change together with what is kept for them ([`super::references`]); all other values are plain loads
//! and stores. Values are converted before they are stored.

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

/// Returns the value of type `ctype` at `address`, an item or field of `owner`.
///
/// A simple value is converted; anything else becomes an instance that shares the memory.
///
/// # Errors
/// Any exception that the conversion raises.
///
/// # Safety
/// `address` must be valid for reads of the type's size for the lifetime of `owner`.
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
        // SAFETY: `address` is valid for reads of the type's size (see # Safety).
        return unsafe { load(simple, address, owner, vm) };
    }
    let owner = owner.to_owned().into();
    (ctype.construct)(ctype, Place::Inside { address, owner }, vm)
}

/// Returns what an output parameter becomes in the result of a call: the value of a simple type, otherwise
/// `zelf` itself.
///
/// # Errors
/// Any exception that the conversion raises.
pub fn output(zelf: &Py<CData>, vm: &VirtualMachine) -> PyResult {
    match zelf.ctype().simple() {
        // SAFETY: an instance has memory of its type's size; if it holds a pointer, Python code or C put
        // it there.
        Some(simple) if !simple.boxed => unsafe { load(simple, zelf.address(), zelf, vm) },
        _ => Ok(zelf.to_owned().into()),
    }
}

/// Returns the simple value at `address`, in the memory of `owner`.
///
/// # Errors
/// Any exception that the conversion raises.
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
        // SAFETY: `address` is valid for reads of the type's size (see # Safety), here a pointer's.
        return unsafe { load_reference(simple, address, CData::home(owner), vm) };
    }
    // SAFETY: `address` is valid for reads of the type's size (see # Safety).
    unsafe { (simple.access.load)(address, vm) }
}

/// Loads the target of a reference in the memory that `home` owns, while it is kept.
///
/// # Errors
/// Any exception that the conversion raises.
///
/// # Safety
/// `address` must be valid for reads of a pointer, which is NULL or points to what its type says.
pub unsafe fn load_reference(
    simple: &Simple,
    address: *mut u8,
    home: &Py<CData>,
    vm: &VirtualMachine,
) -> PyResult {
    /// The target of a reference.
    enum Found {
        Null,
        Object(PyObjectRef),
        /// `None` if there is no memory for the bytes.
        Bytes(Option<Vec<u8>>),
        Wide(SmallVec<[wide::Unit; 16]>),
    }
    // SAFETY: `address` is valid for reads of a pointer (see # Safety).
    let mut start = unsafe { pointer::read(address) };
    if !home.keeps() {
        // SAFETY: `start` holds the pointer that was read, which points to what its type says.
        return unsafe { (simple.access.load)((&raw mut start).cast(), vm) };
    }
    let found = home.locked(|_| {
        // SAFETY: `address` is valid for reads of a pointer (see # Safety).
        let start = unsafe { pointer::read(address) };
        if start.is_null() {
            return Found::Null;
        }
        match simple.code.class {
            // SAFETY: the pointer points to what its type says: a live object.
            Class::Object => Found::Object(unsafe { &*start.cast::<PyObject>() }.to_owned()),
            // SAFETY: the pointer points to what its type says: a terminated string.
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

/// Returns a copy of bytes, if there is memory for it.
fn copied(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len()).ok()?;
    copy.extend_from_slice(bytes);
    Some(copy)
}

/// Returns the value of type `simple` in item number `index` of the target of `pointer`, which stays alive
/// while it is read. `None` if the pointer is NULL.
///
/// # Errors
/// Any exception that the conversion raises.
///
/// # Safety
/// The pointer must point to what its type says, and have that item.
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
        // SAFETY: the pointer has that item (see # Safety), so its place is valid for reads of the item's size.
        let load = || unsafe { load_reference(simple, place(start), home, vm) };
        return (!start.is_null()).then(load);
    }
    // The Python object is made after the lock is released: making it may start a garbage collection.
    let mut copy = [0u128; 2];
    let target: *mut u8 = copy.as_mut_ptr().cast();
    let is_there = CData::with_pointee(pointer, |start| {
        if start.is_null() {
            return false;
        }
        let source = place(start);
        // SAFETY: the pointer has that item (see # Safety), and `copy` has room for every scalar.
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
    // SAFETY: `target` points to a value of the type.
    is_there.then(|| unsafe { (simple.access.load)(target, vm) })
}

/// Stores `value` as a `ctype` in item number `index` of the target of `pointer`.
///
/// # Errors
/// `ValueError` if the pointer is NULL; those of [`set`].
///
/// # Safety
/// The pointer must point to what its type says, and have that item.
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
            // SAFETY: the pointer is not NULL, so it has that item (see # Safety).
            (!start.is_null()).then(|| unsafe { set_at_once(simple, target, value, vm) })
        });
        if is_stored.ok_or_else(null)? {
            return Ok(());
        }
    }
    // The conversion may run Python code that changes the pointer. The target of this moment is the one that is
    // written to, and it is held until then.
    let (start, anchor) = CData::pointee(pointer);
    if start.is_null() {
        return Err(null());
    }
    let ready = convert::convert(ctype, value, vm)?;
    let home = anchor.as_deref().and_then(CData::of);
    let home = home.unwrap_or_else(|| CData::home(pointer));
    // SAFETY: the pointer has that item (see # Safety), and `ready` has the type's size.
    unsafe { ready.store(start.wrapping_offset(distance), home, vm) }
}

/// Stores `value` as a `ctype` in item or field number `index` of `owner`, at `distance` from the start of its
/// memory.
///
/// The conversion may run Python code that moves the memory, so the address is fetched once the value is ready.
///
/// # Errors
/// `TypeError` if `value` is not convertible; `RuntimeError` if it is a tuple from which no instance could be
/// made; any exception that the conversion raises.
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
    // SAFETY: `distance` lies in the memory of `owner` (see # Safety).
    let place = || unsafe { owner.address().add(distance) };
    if let Kind::Simple(simple) = &ctype.kind {
        // This runs no Python code, so the place does not move.
        // SAFETY: `owner` has a value of the type at that place (see # Safety).
        if unsafe { set_at_once(simple, place(), value, vm) } {
            return Ok(());
        }
    }
    let ready = convert::convert(ctype, value, vm)?;
    if !matches!(ready, Ready::Word { .. }) && ctype.reference_count() > 0 {
        owner.mark_whole(index);
    }
    // SAFETY: `owner` has a value of the type at that place (see # Safety), and `ready` has the type's size.
    unsafe { ready.store(place(), CData::home(owner), vm) }
}

/// Stores `value` as a simple type, if comparing types decides how: exact numbers, truth values and single
/// characters as the types of their names, numbers and `None` as addresses. Then it cannot fail, runs no Python
/// code, and keeps nothing. Returns whether it has stored the value.
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
    // SAFETY: `target` is valid for writes of the type's size (see # Safety).
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
/// `TypeError` if `owner` is not such an instance; any exception that the conversion raises.
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
