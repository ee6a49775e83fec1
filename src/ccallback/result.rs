//! Converting what the callable returned to C's result.

use crate::{
    abi::Scalar,
    cdata::convert,
    ctype::{CType, Simple, scalar::integer, simple::Class},
};
use once_cell::race::OnceBox;
use rustc_hash::FxHashMap;
use rustpython_common::lock::PyMutex;
use rustpython_vm::{
    AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::PyInt,
    object::{Traverse, TraverseFn},
};

/// The targets of the pointers in a callback's results, each object once. How long C uses them is unknown, so
/// they live as long as the callback.
#[derive(Default)]
pub struct Returned(OnceBox<PyMutex<FxHashMap<usize, PyObjectRef>>>);

impl Returned {
    fn keep(&self, objects: impl Iterator<Item = PyObjectRef>) {
        let mut objects = objects.peekable();
        if objects.peek().is_some() {
            let mut known = self.0.get_or_init(Box::default).lock();
            // A replaced entry is the same object, which remains held.
            known.extend(objects.map(|object| (object.get_id(), object)));
        }
    }
}

// SAFETY: visits each object it owns exactly once, while the lock is free.
unsafe impl Traverse for Returned {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        if let Some(known) = self.0.get().and_then(PyMutex::try_lock) {
            known.values().for_each(|object| object.traverse(visit));
        }
    }
}

/// Returns whether a callback can return values of a type: those of simple types, structures and unions.
/// CPython refuses all but the simple types.
#[must_use]
pub fn is_returnable(ctype: &CType) -> bool {
    ctype.simple().is_some() || ctype.is_aggregate() && ctype.layout().passed().is_passable()
}

/// Returns the number of bytes that C has for a result of a type. libffi has a word for a scalar, but a
/// structure may be written to memory of the C caller that is no larger than the structure.
#[must_use]
pub fn size(ctype: &CType) -> usize {
    if ctype.is_aggregate() {
        ctype.size()
    } else {
        ctype.size().max(size_of::<usize>())
    }
}

/// Stores what the callable returned as the C result; `returned` keeps the targets of its references.
///
/// # Errors
/// Any exception that the conversion raises.
///
/// # Safety
/// `target` must be valid for writes of the [`size`] of a result.
#[inline]
pub unsafe fn store(
    ctype: &PyRef<CType>,
    target: *mut u8,
    value: PyObjectRef,
    returned: &Returned,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if let Some(simple) = ctype.simple() {
        // SAFETY: `target` is valid for writes of a result of the type (see # Safety).
        return unsafe { store_simple(simple, target, value, vm) };
    }
    let ready = convert::convert(ctype, &value, vm)?;
    // SAFETY: `target` is valid for writes of a result of the type (see # Safety), and `ready` has the type's
    // size.
    let leads_to = unsafe { ready.copy_to(target) };
    returned.keep(leads_to.into_iter());
    Ok(())
}

/// Stores what the callable returned as a C result of a simple type.
///
/// # Safety
/// `target` must be valid for writes of the type's size, and of at least a word.
#[inline]
unsafe fn store_simple(
    simple: &Simple,
    target: *mut u8,
    value: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let code = simple.code;
    if let Class::Integer { .. } = code.class
        && !simple.swapped
        && let Some(int) = value.downcast_ref_if_exact::<PyInt>(vm)
    {
        // libffi takes integers narrower than a word as a whole word.
        let word = integer::word(int, code.width);
        // SAFETY: `target` is valid for writes of a word (see # Safety).
        unsafe { target.cast::<u64>().write_unaligned(word) };
        return Ok(());
    }
    let mut bytes = [0u128; 2];
    let start: *mut u8 = bytes.as_mut_ptr().cast();
    // SAFETY: the buffer has room for every scalar.
    let kept = unsafe { (simple.access.store)(start, &value, vm) }?;
    let word = if is_integer(code.scalar) {
        // SAFETY: the buffer holds a value of the scalar.
        unsafe { code.scalar.read_word(start) }
    } else {
        None
    };
    match word {
        // SAFETY: `target` is valid for writes of a word (see # Safety).
        Some(word) => unsafe { target.cast::<u64>().write_unaligned(word) },
        // SAFETY: `target` is valid for writes of the type's size (see # Safety).
        None => unsafe { std::ptr::copy_nonoverlapping(start, target, code.size) },
    }
    match (code.class, kept) {
        // C gets a reference of its own.
        (Class::Object, _) => {
            let _ = value.into_raw();
        }
        (_, Some(kept)) => {
            // How long C uses the string is unknown, so it is never freed.
            std::mem::forget(kept);
            let warning = vm.ctx.exceptions.runtime_warning;
            let message = "memory leak in callback function.".to_owned();
            rustpython_vm::stdlib::_warnings::warn(warning, message, 1, vm)?;
        }
        (_, None) => {}
    }
    Ok(())
}

fn is_integer(scalar: Scalar) -> bool {
    use Scalar::{Sint8, Sint16, Sint32, Uint8, Uint16, Uint32};
    matches!(scalar, Sint8 | Uint8 | Sint16 | Uint16 | Sint32 | Uint32)
}
