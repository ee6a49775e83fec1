//! What a call returns to Python.

use super::enter::ResultType;
use crate::ctype::{
    CType, Kind, Place,
    ffi_type::{Passing, Scalar},
    simple::Class,
};
use rustpython_vm::{
    PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    object::{Traverse, TraverseFn},
};

/// A `restype`.
#[derive(Clone, Debug)]
pub struct Restype {
    /// As Python code set it.
    object: PyObjectRef,
    kind: RestypeKind,
}

#[derive(Clone, Debug)]
enum RestypeKind {
    Void,
    Type {
        ctype: PyRef<CType>,
        /// The type's `_check_retval_`, which the converted result goes through.
        check: Option<PyObjectRef>,
    },
    /// A callable that is given the result as an `int`.
    Callable,
}

impl Restype {
    /// # Errors
    /// `TypeError` with `message` if `object` is neither a ctype nor callable nor `None`.
    pub fn new(object: PyObjectRef, message: &str, vm: &VirtualMachine) -> PyResult<Self> {
        let kind = if vm.is_none(&object) {
            RestypeKind::Void
        } else if let Some(ctype) = CType::of(&object, vm) {
            let check = vm.get_attribute_opt(&object, "_check_retval_")?;
            RestypeKind::Type { ctype, check }
        } else if object.is_callable() {
            RestypeKind::Callable
        } else {
            return Err(vm.new_type_error(message.to_owned()));
        };
        Ok(Self { object, kind })
    }

    /// What a function without any declaration returns: C's `int`.
    ///
    /// # Errors
    /// What importing `ctypes` raises.
    pub fn int(vm: &VirtualMachine) -> PyResult<Self> {
        let c_int = vm.import("ctypes", 0)?.get_attr("c_int", vm)?;
        Self::new(c_int, "restype must be a type, a callable, or None", vm)
    }

    #[must_use]
    pub fn object(&self) -> &PyObjectRef {
        &self.object
    }

    /// What libffi is told of the C result.
    #[must_use]
    pub fn result_type(&self) -> ResultType {
        let (ffi, in_memory) = match &self.kind {
            RestypeKind::Void => (Scalar::Void.raw(), false),
            RestypeKind::Callable => (Scalar::Sint32.raw(), false),
            RestypeKind::Type { ctype, .. } => {
                let ffi = &ctype.layout().ffi;
                (ffi.raw_result(), *ffi.passing() == Passing::Memory)
            }
        };
        ResultType { ffi, in_memory }
    }

    /// Whether libffi can be told of the result.
    #[must_use]
    pub fn is_passable(&self) -> bool {
        match &self.kind {
            RestypeKind::Type { ctype, .. } => ctype.layout().ffi.is_passable(),
            RestypeKind::Void | RestypeKind::Callable => true,
        }
    }

    /// Bytes of the C result.
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.kind {
            RestypeKind::Type { ctype, .. } => ctype.size(),
            RestypeKind::Void | RestypeKind::Callable => 0,
        }
    }

    /// The Python object for the C result at `source`.
    ///
    /// # Errors
    /// What the conversion, `_check_retval_` or a callable restype raises.
    ///
    /// # Safety
    /// `source` must hold a value of the type, of a machine word at least.
    pub unsafe fn convert(&self, source: *mut u8, vm: &VirtualMachine) -> PyResult {
        match &self.kind {
            RestypeKind::Void => Ok(vm.ctx.none()),
            RestypeKind::Callable => {
                // SAFETY: the caller's promise; a callable restype makes the result a C `int`.
                let value = unsafe { source.cast::<i32>().read_unaligned() };
                self.object.call((vm.ctx.new_int(value),), vm)
            }
            RestypeKind::Type { ctype, check } => {
                // SAFETY: the caller's promise.
                let value = unsafe { take(ctype, source, vm) }?;
                match check {
                    Some(check) => check.call((value,), vm),
                    None => Ok(value),
                }
            }
        }
    }
}

/// Converts the value at `source`, which nobody else will read.
///
/// # Safety
/// `source` must hold a value of type `ctype`, of a machine word at least.
unsafe fn take(ctype: &PyRef<CType>, source: *mut u8, vm: &VirtualMachine) -> PyResult {
    // C leaves a small integer in the low end of a machine word.
    let start = if cfg!(target_endian = "big") && ctype.size() < size_of::<usize>() {
        // SAFETY: within the word that the caller promises.
        unsafe { source.add(size_of::<usize>() - ctype.size()) }
    } else {
        source
    };
    if let Kind::Simple(simple) = &ctype.kind
        && !simple.boxed
    {
        // SAFETY: the caller's promise.
        let value = unsafe { (simple.access.load)(start, vm) }?;
        if simple.code.class == Class::Object {
            // The function gave its reference away, and the load took one more.
            // SAFETY: the reference that came as the result is released here and nowhere else.
            drop(unsafe { owned_object(start) });
        }
        return Ok(value);
    }
    let instance = (ctype.construct)(ctype, Place::New, vm)?;
    if let Some(cdata) = crate::cdata::CData::of(&instance) {
        // SAFETY: both have the type's size.
        unsafe { std::ptr::copy_nonoverlapping(start, cdata.address(), ctype.size()) };
    }
    Ok(instance)
}

/// The reference stored at `source`.
///
/// # Safety
/// `source` must hold a reference that its holder gives up, not NULL.
unsafe fn owned_object(source: *const u8) -> Option<PyObjectRef> {
    // SAFETY: the caller's promise.
    let object = unsafe { crate::ctype::scalar::pointer::read(source) }.cast::<PyObject>();
    // SAFETY: the caller's promise.
    std::ptr::NonNull::new(object).map(|object| unsafe { PyObjectRef::from_raw(object) })
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Restype {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.object.traverse(visit);
        if let RestypeKind::Type { ctype, check } = &self.kind {
            ctype.traverse(visit);
            check.traverse(visit);
        }
    }
}
