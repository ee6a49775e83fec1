//! Reading and writing a typed place in memory: a field, an item, what a pointer points to.
//!
//! A reference in memory (a pointer that something is kept alive for) and what keeps it are two
//! things that other threads must see change together, or they would find a pointer to what is gone.
//! So references are read and written under the lock of the object that keeps; all other values are
//! plain loads and stores. No Python code runs under the lock: values are converted before, and what
//! is displaced is dropped after.

use super::{CData, keepalive::Retained};
use crate::{
    ctype::{
        CType, Kind, Place, Simple,
        scalar::{float, integer, pointer, wide},
        simple::Class,
    },
    error,
};
use libc::wchar_t;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyInt, PyTuple},
};
use std::ffi::CStr;

/// The value of type `ctype` at `address`, item or field number `index` of `owner`.
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
    index: usize,
    vm: &VirtualMachine,
) -> PyResult {
    if let Kind::Simple(simple) = &ctype.kind
        && !simple.boxed
    {
        // SAFETY: the caller's promise.
        return unsafe { load(simple, address, owner, vm) };
    }
    let owner = owner.to_owned().into();
    (ctype.construct)(
        ctype,
        Place::Inside {
            address,
            owner,
            index,
        },
        vm,
    )
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
    owner: &CData,
    vm: &VirtualMachine,
) -> PyResult {
    match simple.code.class {
        Class::Object | Class::CharPointer | Class::WideCharPointer => {
            // SAFETY: the caller's promise.
            unsafe { load_reference(simple, address, owner, vm) }
        }
        // SAFETY: the caller's promise.
        _ => unsafe { (simple.access.load)(address, vm) },
    }
}

/// Loads what a reference leads to while it is kept, and converts it afterwards.
///
/// # Safety
/// `address` must be valid for reads of a pointer, which is NULL or what its type says.
unsafe fn load_reference(
    simple: &Simple,
    address: *mut u8,
    owner: &CData,
    vm: &VirtualMachine,
) -> PyResult {
    /// What a reference leads to.
    enum Found {
        Null,
        Object(PyObjectRef),
        Bytes(Vec<u8>),
        Wide(Vec<wchar_t>),
    }
    let found = owner.locked(|| {
        // SAFETY: the caller's promise.
        let start = unsafe { pointer::read(address) };
        if start.is_null() {
            return Found::Null;
        }
        match simple.code.class {
            // SAFETY: the pointer is what its type says: a live object.
            Class::Object => Found::Object(unsafe { &*start.cast::<PyObject>() }.to_owned()),
            Class::WideCharPointer => {
                let units = start.cast::<wchar_t>();
                // SAFETY: the pointer is what its type says: a terminated string.
                let text = (0..).map(|index| unsafe { units.add(index).read_unaligned() });
                Found::Wide(text.take_while(|&unit| unit != 0).collect())
            }
            // SAFETY: as above.
            _ => Found::Bytes(unsafe { CStr::from_ptr(start.cast()) }.to_bytes().to_vec()),
        }
    });
    match found {
        Found::Null if simple.code.class == Class::Object => {
            Err(vm.new_value_error("PyObject is NULL"))
        }
        Found::Null => Ok(vm.ctx.none()),
        Found::Object(object) => Ok(object),
        Found::Bytes(bytes) => Ok(vm.ctx.new_bytes(bytes).into()),
        Found::Wide(units) => Ok(vm.ctx.new_str(wide::text(units.into_iter(), vm)?).into()),
    }
}

/// Stores `value` as a `ctype` at the place that `locate` tells, item or field number `index` of
/// `owner`, which keeps alive what the stored value refers to.
///
/// The conversion may run Python code, and that code may move the memory; so the place is asked for
/// when the value is ready.
///
/// # Errors
/// `TypeError` if `value` is not convertible; `RuntimeError` if it is a tuple from which no instance
/// could be made; `ValueError` if `locate` finds a NULL pointer; what the conversion raises.
///
/// # Safety
/// What `locate` tells must be valid for writes of the type's size.
#[inline]
pub unsafe fn set(
    ctype: &Py<CType>,
    owner: &CData,
    locate: impl Fn() -> Option<*mut u8>,
    index: usize,
    value: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if let Kind::Simple(simple) = &ctype.kind {
        // A number runs no Python code, so the place stays where it is.
        let target = locate().ok_or_else(|| vm.new_value_error("NULL pointer access"))?;
        // SAFETY: the caller's promise.
        if unsafe { set_number(simple, target, value, vm) } {
            return Ok(());
        }
    }
    let (ready, retained) = match (CData::of(value), &ctype.kind) {
        (None, Kind::Simple(simple)) => convert(simple, value, vm)?,
        (None, _) => convert_foreign(ctype, value, vm)?,
        (Some(source), _) => convert_cdata(ctype, source, vm)?,
    };
    let retained = retained.map(|retained| (index, retained));
    // SAFETY: the caller's promise; what is ready has the type's size.
    unsafe { write(&ready, owner, locate, retained, vm) }
}

/// Stores `value` as a simple type, if it is an exact `int` or `float` and the type a number of this
/// machine's byte order: then nothing can go wrong, and no Python code runs.
///
/// # Safety
/// `target` must be valid for writes of the type's size.
#[inline]
pub unsafe fn set_number(
    simple: &Simple,
    target: *mut u8,
    value: &PyObject,
    vm: &VirtualMachine,
) -> bool {
    let word = match simple.code.class {
        Class::Integer { .. } => match value.downcast_ref_if_exact::<PyInt>(vm) {
            Some(int) => integer::wrapped(int),
            None => return false,
        },
        Class::Float => match float::exact(value, vm) {
            Some(number) => simple.code.scalar.float_bits(number),
            None => return false,
        },
        _ => return false,
    };
    // SAFETY: the caller's promise.
    !simple.swapped && unsafe { simple.code.scalar.write_word(target, word) }
}

/// Stores `value` into an instance of a simple type.
///
/// # Errors
/// `TypeError` if `owner` is none; what the conversion raises.
pub fn set_simple(owner: &CData, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let simple = owner
        .ctype()
        .simple()
        .ok_or_else(|| vm.new_type_error("abstract class"))?;
    // SAFETY: an instance of a simple type has memory of its size.
    if unsafe { set_number(simple, owner.address(), value, vm) } {
        return Ok(());
    }
    let (ready, retained) = convert(simple, value, vm)?;
    let retained = retained.map(|retained| (0, retained));
    // SAFETY: an instance of a simple type has memory of its size.
    unsafe { write(&ready, owner, || Some(owner.address()), retained, vm) }
}

/// A value on its way into memory.
enum Ready {
    /// A scalar of `size` bytes; the word has room for the largest, a complex long double.
    Word { word: [u128; 2], size: usize },
    /// A copy of bytes that hold references.
    Bytes(Vec<u8>),
    /// The first bytes of an object that hold none.
    Source { source: PyObjectRef, size: usize },
}

/// A value, and what must be kept alive because of it.
type Converted = (Ready, Option<Retained>);

/// # Safety
/// What `locate` tells must be valid for writes of what is ready.
#[inline]
unsafe fn write(
    ready: &Ready,
    owner: &CData,
    locate: impl FnOnce() -> Option<*mut u8>,
    retained: Option<(usize, Retained)>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let store = || {
        let Some(target) = locate() else { return false };
        let (start, size): (*const u8, usize) = match ready {
            Ready::Word { word, size } => (word.as_ptr().cast(), *size),
            Ready::Bytes(bytes) => (bytes.as_ptr(), bytes.len()),
            Ready::Source { source, size } => match CData::of(source) {
                Some(source) => (source.address(), *size),
                None => return false,
            },
        };
        // SAFETY: the caller's promise; source and target may overlap (`s.a = s.a`).
        unsafe { std::ptr::copy(start, target, size) };
        true
    };
    let stored = match retained {
        Some(retained) => owner.replace(store, [retained], vm)?,
        None => store(),
    };
    if stored {
        Ok(())
    } else {
        Err(vm.new_value_error("NULL pointer access"))
    }
}

/// A Python object as a simple type.
fn convert(simple: &Simple, value: &PyObject, vm: &VirtualMachine) -> PyResult<Converted> {
    let mut word = [0u128; 2];
    // SAFETY: the word has room for every scalar.
    let kept = unsafe { (simple.access.store)(word.as_mut_ptr().cast(), value, vm) }?;
    let size = simple.code.size;
    Ok((Ready::Word { word, size }, kept.map(Retained::from)))
}

/// What is no C value, as something that is no simple type.
fn convert_foreign(
    ctype: &Py<CType>,
    value: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Converted> {
    if let Some(arguments) = value.downcast_ref::<PyTuple>() {
        let arguments: Vec<PyObjectRef> = arguments.as_slice().to_vec();
        let class = ctype.python_class().as_object();
        let made = class.call(arguments, vm).map_err(|error| {
            let runtime_error = vm.ctx.exceptions.runtime_error.to_owned();
            error::wrap(runtime_error, &format!("({}) ", ctype.name()), &error, vm)
        })?;
        return match CData::of(&made) {
            Some(source) => convert_cdata(ctype, source, vm),
            None => Err(expected(ctype, &made, vm)),
        };
    }
    if ctype.is_pointer() && vm.is_none(value) {
        return Ok((address(0), None));
    }
    Err(expected(ctype, value, vm))
}

fn address(address: usize) -> Ready {
    let mut word = [0u128; 2];
    // SAFETY: the word has room for an address.
    unsafe { pointer::write(word.as_mut_ptr().cast(), address) };
    let size = size_of::<usize>();
    Ready::Word { word, size }
}

fn expected(ctype: &CType, got: &PyObject, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_type_error(format!(
        "expected {} instance, got {}",
        ctype.name(),
        got.class().slot_name()
    ))
}

/// A C value: its bytes if it is of the type, the address of an array's first item if the type is a
/// pointer to such items.
fn convert_cdata(
    ctype: &Py<CType>,
    source: &Py<CData>,
    vm: &VirtualMachine,
) -> PyResult<Converted> {
    let class = ctype.python_class();
    let value = source.as_object();
    if value.class().is(class) || value.is_instance(class.as_object(), vm)? {
        let size = ctype.size();
        // `__instancecheck__` can claim anything; the bytes must be there all the same.
        if source.size() >= size {
            if ctype.layout().has_pointer {
                let (bytes, retained) = source.snapshot(size, vm)?;
                return Ok((Ready::Bytes(bytes), Some(retained)));
            }
            let retained = source.kept(vm)?.into();
            let source = value.to_owned();
            return Ok((Ready::Source { source, size }, Some(retained)));
        }
    } else if let (Some(target), Some(array)) = (ctype.target(), source.ctype().array())
        && target.is(&*array.item)
    {
        // Items that the pointer will lead to must not grow any more.
        target.finalize();
        // The array itself is pointed to, and with it all that it keeps.
        let pair = vec![source.kept(vm)?, value.to_owned()];
        let pair = PyObjectRef::from(vm.ctx.new_tuple(pair));
        let first = address(source.address().expose_provenance());
        return Ok((first, Some(pair.into())));
    }
    Err(vm.new_type_error(format!(
        "incompatible types, {} instance instead of {} instance",
        value.class().slot_name(),
        ctype.name()
    )))
}
