//! Reading and writing a typed place in memory: a field, an item, what a pointer points to.
//!
//! References change together with what is kept for them ([`super::kept`]); all other values are plain
//! loads and stores. Values are converted before they are stored.

use super::{
    CData,
    kept::{Copied, Kept},
};
use crate::{
    ctype::{
        CType, Kind, Place, Simple,
        scalar::{integer, pointer, wide},
        simple::Class,
    },
    error,
};
use libc::wchar_t;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyFloat, PyInt, PyTuple},
};
use std::{ffi::CStr, slice};

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
        Bytes(Vec<u8>),
        Wide(Vec<wchar_t>),
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
            (!start.is_null()).then(|| unsafe { set_number(simple, target, value, vm) })
        });
        if is_stored.ok_or_else(null)? {
            return Ok(());
        }
    } else if CData::pointee(pointer).0.is_null() {
        return Err(null());
    }
    let ready = convert(ctype, value, vm)?;
    // Not before: the conversion may run Python code, which may make the pointer lead elsewhere.
    let (start, anchor) = CData::pointee(pointer);
    if start.is_null() {
        return Err(null());
    }
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
        // A number runs no Python code, so the place stays where it is.
        // SAFETY: the caller's promise.
        if unsafe { set_number(simple, place(), value, vm) } {
            return Ok(());
        }
    }
    let ready = convert(ctype, value, vm)?;
    if !matches!(ready, Ready::Word { .. }) {
        owner.mark_whole(index);
    }
    // SAFETY: the caller's promise; what is ready has the type's size.
    unsafe { ready.store(place(), CData::home(owner), vm) }
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
        Class::Float => match value.downcast_ref_if_exact::<PyFloat>(vm) {
            Some(float) => simple.code.scalar.float_bits(float.to_f64()),
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
pub fn set_simple(owner: &Py<CData>, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let simple = owner
        .ctype()
        .simple()
        .ok_or_else(|| vm.new_type_error("abstract class"))?;
    // SAFETY: an instance of a simple type has memory of its size.
    if unsafe { set_number(simple, owner.address(), value, vm) } {
        return Ok(());
    }
    let ready = convert_simple(simple, value, vm)?;
    // SAFETY: an instance of a simple type has memory of its size.
    unsafe { ready.store(owner.address(), CData::home(owner), vm) }
}

/// A value on its way into memory.
pub enum Ready {
    /// A scalar of `size` bytes; the word has room for the largest, a complex long double.
    Word {
        word: [u128; 2],
        size: usize,
        kept: Kept,
    },
    /// A copy of bytes among which there are references.
    Copied(Copied),
    /// The first bytes of an object, where there are none.
    Source { source: PyObjectRef, size: usize },
}

impl Ready {
    /// Stores the value at `address` in the memory that `home` owns.
    ///
    /// # Errors
    /// What bringing `_objects` up to date raises.
    ///
    /// # Safety
    /// `address` must be valid for writes of as many bytes as are ready.
    #[inline]
    pub unsafe fn store(
        self,
        address: *mut u8,
        home: &Py<CData>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        match self {
            Self::Word { word, size, kept } => {
                // SAFETY: the word has room for every scalar.
                let bytes = unsafe { slice::from_raw_parts(word.as_ptr().cast::<u8>(), size) };
                // SAFETY: the caller's promise.
                unsafe { CData::store_reference(home, address, bytes, kept, vm) }
            }
            // SAFETY: the caller's promise.
            Self::Copied(copied) => unsafe { CData::store_copied(home, address, copied, vm) },
            Self::Source { source, size } => {
                if let Some(source) = CData::of(&source) {
                    // SAFETY: the caller's promise; source and target may overlap (`s.a = s.a`).
                    unsafe { std::ptr::copy(source.address(), address, size) };
                }
                CData::was_stored(home, vm)
            }
        }
    }
}

/// A Python object as a ctype.
///
/// # Errors
/// `TypeError` if it is not convertible; `RuntimeError` if it is a tuple from which no instance could be
/// made; what the conversion raises.
pub fn convert(ctype: &Py<CType>, value: &PyObject, vm: &VirtualMachine) -> PyResult<Ready> {
    match (CData::of(value), &ctype.kind) {
        (None, Kind::Simple(simple)) => convert_simple(simple, value, vm),
        (None, _) => convert_foreign(ctype, value, vm),
        (Some(source), _) => convert_cdata(ctype, source, vm),
    }
}

/// A Python object as a simple type.
fn convert_simple(simple: &Simple, value: &PyObject, vm: &VirtualMachine) -> PyResult<Ready> {
    let mut word = [0u128; 2];
    // SAFETY: the word has room for every scalar.
    let kept = unsafe { (simple.access.store)(word.as_mut_ptr().cast(), value, vm) }?;
    Ok(Ready::Word {
        word,
        size: simple.code.size,
        kept: kept.map_or(Kept::AsItIs, Kept::Object),
    })
}

/// What is no C value, as something that is no simple type.
fn convert_foreign(ctype: &Py<CType>, value: &PyObject, vm: &VirtualMachine) -> PyResult<Ready> {
    if let Some(arguments) = value.downcast_ref::<PyTuple>() {
        let arguments: Vec<PyObjectRef> = arguments.as_slice().to_vec();
        let (class, count) = (ctype.python_class().as_object(), arguments.len());
        let made = class
            .vectorcall(arguments, count, None, vm)
            .map_err(|error| {
                let runtime_error = vm.ctx.exceptions.runtime_error.to_owned();
                error::wrap(runtime_error, &format!("({}) ", ctype.name()), &error, vm)
            })?;
        return match CData::of(&made) {
            Some(source) => convert_cdata(ctype, source, vm),
            None => Err(expected(ctype, &made, vm)),
        };
    }
    if ctype.is_pointer() && vm.is_none(value) {
        return Ok(address(0, Kept::AsItIs));
    }
    Err(expected(ctype, value, vm))
}

fn address(address: usize, kept: Kept) -> Ready {
    let mut word = [0u128; 2];
    // SAFETY: the word has room for an address.
    unsafe { pointer::write(word.as_mut_ptr().cast(), address) };
    let size = size_of::<usize>();
    Ready::Word { word, size, kept }
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
fn convert_cdata(ctype: &Py<CType>, source: &Py<CData>, vm: &VirtualMachine) -> PyResult<Ready> {
    let class = ctype.python_class();
    let value = source.as_object();
    if value.class().is(class) || value.is_instance(class.as_object(), vm)? {
        let size = ctype.size();
        // `__instancecheck__` can claim anything; the bytes must be there all the same.
        if source.size() >= size {
            CData::home(source).ask();
            if ctype.is_address() {
                let (word, kept) = CData::reference(source);
                return Ok(address(word, kept));
            }
            if CData::home(source).keeps() || ctype.layout().has_pointer {
                return Ok(Ready::Copied(CData::copied(source, size, vm)?));
            }
            let source = value.to_owned();
            return Ok(Ready::Source { source, size });
        }
    } else if let (Some(target), Some(array)) = (ctype.target(), source.ctype().array())
        && target.is(&*array.item)
    {
        // Items that the pointer will lead to must not grow any more.
        target.finalize();
        CData::home(source).ask();
        let kept = Kept::Object(CData::keep_as_target(source));
        return Ok(address(source.address().expose_provenance(), kept));
    }
    Err(vm.new_type_error(format!(
        "incompatible types, {} instance instead of {} instance",
        value.class().slot_name(),
        ctype.name()
    )))
}
