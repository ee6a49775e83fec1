//! Converting Python objects to C values.
//!
//! A conversion may run Python code, so it comes before the store, which runs none.

use super::{
    CData,
    references::{Copied, Kept},
};
use crate::{
    ctype::{CType, Kind, Simple, scalar::pointer},
    error,
    panics::guarded,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyTuple},
};
use std::slice;

/// A converted value, ready to be stored.
pub enum Ready {
    /// A scalar of `size` bytes. The word has room for the largest, a complex long double.
    Word {
        word: [u128; 2],
        size: usize,
        kept: Kept,
    },
    /// A copy of bytes that contain references.
    Copied(Copied),
    /// The first `size` bytes of an object, which contain no references.
    Source { source: PyObjectRef, size: usize },
}

impl Ready {
    /// Copies the value to `address`, in memory that this interpreter does not own. The caller must keep the
    /// returned targets of the references in the value.
    ///
    /// # Safety
    /// `address` must be valid for writes of the value's size.
    #[must_use]
    pub unsafe fn copy_to(self, address: *mut u8) -> Vec<PyObjectRef> {
        match self {
            Self::Word { word, size, kept } => {
                // SAFETY: the word has room for every scalar; `address` is valid for writes of `size` bytes
                // (see # Safety).
                unsafe { std::ptr::copy_nonoverlapping(word.as_ptr().cast(), address, size) };
                match kept {
                    Kept::Object(object) => vec![object],
                    Kept::AsItIs | Kept::Nothing => Vec::new(),
                }
            }
            // SAFETY: `address` is valid for writes of the value's size (see # Safety).
            Self::Copied(copied) => unsafe { copied.copy_to(address) },
            Self::Source { source, size } => {
                if let Some(source) = CData::of(&source) {
                    // SAFETY: the source was found to have `size` bytes; `address` is valid for writes of as
                    // many (see # Safety).
                    unsafe { std::ptr::copy(source.address(), address, size) };
                }
                Vec::new()
            }
        }
    }

    /// Stores the value at `address` in the memory that `home` owns.
    ///
    /// # Errors
    /// Any exception that updating `_objects` raises.
    ///
    /// # Safety
    /// `address` must be valid for writes of the value's size.
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
                // SAFETY: `address` is valid for writes of `size` bytes (see # Safety).
                unsafe { CData::store_reference(home, address, bytes, kept, vm) }
            }
            // SAFETY: `address` is valid for writes of the value's size (see # Safety).
            Self::Copied(copied) => unsafe { CData::store_copied(home, address, copied, vm) },
            Self::Source { source, size } => {
                if let Some(source) = CData::of(&source) {
                    // SAFETY: `address` is valid for writes of `size` bytes (see # Safety), which the source
                    // has; the two may overlap (`s.a = s.a`).
                    unsafe { std::ptr::copy(source.address(), address, size) };
                }
                CData::was_stored(home, vm)
            }
        }
    }
}

/// Converts a Python object to a ctype.
///
/// # Errors
/// `TypeError` if it is not convertible; `RuntimeError` if it is a tuple from which no instance could be made;
/// any exception that the conversion raises.
pub fn convert(ctype: &Py<CType>, value: &PyObject, vm: &VirtualMachine) -> PyResult<Ready> {
    match (CData::of(value), &ctype.kind) {
        (None, Kind::Simple(simple)) => self::simple(simple, value, vm),
        (None, Kind::Pointer(_)) if vm.is_none(value) => Ok(address(0, Kept::AsItIs)),
        (None, _) => guarded(vm, || convert_foreign(ctype, value, vm)),
        (Some(source), _) => convert_cdata(ctype, source, vm),
    }
}

/// Converts a Python object to a simple type.
pub fn simple(simple: &Simple, value: &PyObject, vm: &VirtualMachine) -> PyResult<Ready> {
    let mut word = [0u128; 2];
    // SAFETY: the word has room for every scalar.
    let kept = unsafe { (simple.access.store)(word.as_mut_ptr().cast(), value, vm) }?;
    Ok(Ready::Word {
        word,
        size: simple.code.size,
        kept: kept.map_or(Kept::AsItIs, Kept::Object),
    })
}

/// Converts an object that is not a C value to a type that is not simple.
fn convert_foreign(ctype: &Py<CType>, value: &PyObject, vm: &VirtualMachine) -> PyResult<Ready> {
    if let Some(arguments) = value.downcast_ref::<PyTuple>() {
        let arguments: Vec<PyObjectRef> = arguments.as_slice().to_vec();
        let (class, count) = (ctype.python_class().as_object(), arguments.len());
        // A tuple can hold other tuples, as deep as the type goes.
        let make = || class.vectorcall(arguments, count, None, vm);
        let made = vm
            .with_recursion("while calling a Python object", make)
            .map_err(|error| {
                let runtime_error = vm.ctx.exceptions.runtime_error.to_owned();
                error::wrap(runtime_error, &format!("({}) ", ctype.name()), &error, vm)
            })?;
        return match CData::of(&made) {
            Some(source) => convert_cdata(ctype, source, vm),
            None => Err(expected(ctype, &made, vm)),
        };
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

/// Converts a C value: to its bytes if it is of the type, to the address of an array's first item if the type
/// is a pointer to such items.
fn convert_cdata(ctype: &Py<CType>, source: &Py<CData>, vm: &VirtualMachine) -> PyResult<Ready> {
    let class = ctype.python_class();
    let value = source.as_object();
    if value.class().is(class) || value.is_instance(class.as_object(), vm)? {
        let size = ctype.size();
        // `__instancecheck__` can claim anything, so the memory is checked too.
        if source.ctype().serves_as(ctype) {
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
        && array.holds_items()
    {
        CData::home(source).ask();
        let kept = Kept::Object(CData::keep_as_target(source));
        return Ok(address(source.address().expose_provenance(), kept));
    }
    Err(incompatible(ctype, value, vm))
}

/// Makes the error for a C value of another type.
pub fn incompatible(ctype: &CType, got: &PyObject, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_type_error(format!(
        "incompatible types, {} instance instead of {} instance",
        got.class().slot_name(),
        ctype.name()
    ))
}
