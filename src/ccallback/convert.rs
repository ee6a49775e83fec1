//! The arguments that C passes as Python objects, and what Python returns as C's result.

use super::spare::{InUse, is_given_in_instance};
use crate::{
    cdata::CData,
    ctype::{
        CType, Kind, Place,
        ffi_type::Scalar,
        ours::Ours,
        scalar::{integer, pointer},
        simple::Class,
    },
};
use rustpython_vm::{AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine, builtins::PyInt};

/// The Python value of an argument that C passed.
///
/// # Safety
/// `source` must point to a value of type `ctype`, to a pointer if it is an array.
#[inline]
pub unsafe fn load_argument(
    ctype: &PyRef<CType>,
    index: usize,
    source: *mut u8,
    spare: Option<&mut InUse<'_>>,
    vm: &VirtualMachine,
) -> PyResult {
    match &ctype.kind {
        Kind::Simple(simple) if !simple.boxed => {
            // SAFETY: the caller's promise.
            unsafe { (simple.access.load)(source, vm) }
        }
        Kind::Array(_) => {
            // SAFETY: C passes an array as a pointer to its first item.
            let first = unsafe { pointer::read(source) };
            if first.is_null() {
                return Ok(vm.ctx.none());
            }
            let place = Place::At {
                address: first,
                anchor: None,
            };
            (ctype.construct)(ctype, place, vm)
        }
        _ => {
            let instance = instance(ctype, index, spare, vm)?;
            let size = ctype.layout().ffi().passed_size().min(ctype.size());
            // SAFETY: libffi passes as many bytes, and the instance has memory of its type's size.
            unsafe { std::ptr::copy_nonoverlapping(source, instance.address(), size) };
            Ok(instance.into())
        }
    }
}

/// An instance for an argument, whose memory is about to be overwritten.
fn instance(
    ctype: &PyRef<CType>,
    index: usize,
    spare: Option<&mut InUse<'_>>,
    vm: &VirtualMachine,
) -> PyResult<PyRef<CData>> {
    let is_plain = ctype.is_ours(Ours::Construction);
    let serves_again = is_plain && is_given_in_instance(ctype);
    if serves_again && let Some(known) = spare.as_ref().and_then(|spare| spare.get(index)) {
        return Ok(known.to_owned());
    }
    let made = if is_plain {
        (ctype.construct)(ctype, Place::New, vm)
    } else {
        let class = ctype.python_class().as_object();
        class.vectorcall(Vec::new(), 0, None, vm)
    }?;
    let instance = CData::of(&made).filter(|cdata| cdata.ctype().serves_as(ctype));
    let Some(instance) = instance else {
        return Err(vm.new_type_error(format!(
            "unexpected result of creating an argument: {} object expected, got {}",
            ctype.name(),
            made.class().slot_name()
        )));
    };
    if serves_again && let Some(spare) = spare {
        spare.put(index, instance);
    }
    Ok(instance.to_owned())
}

/// Stores what the callable returned as the C result.
///
/// # Safety
/// `target` must be valid for writes of the type's size, and of a word at least.
#[inline]
pub unsafe fn store_result(
    ctype: &PyRef<CType>,
    target: *mut u8,
    value: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let Some(simple) = ctype.simple() else {
        return Ok(());
    };
    let code = simple.code;
    if let Class::Integer { .. } = code.class
        && !simple.swapped
        && let Some(int) = value.downcast_ref_if_exact::<PyInt>(vm)
    {
        // libffi takes integers narrower than a word as a whole word.
        let word = code.scalar.extend(integer::wrapped(int));
        // SAFETY: the caller promises a word.
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
        // SAFETY: the caller promises a word.
        Some(word) => unsafe { target.cast::<u64>().write_unaligned(word) },
        // SAFETY: the caller promises the type's size.
        None => unsafe { std::ptr::copy_nonoverlapping(start, target, code.size) },
    }
    match (code.class, kept) {
        // C gets a reference of its own.
        (Class::Object, _) => {
            let _ = value.into_raw();
        }
        (_, Some(kept)) => {
            // Nobody can tell how long C uses the string, so it lives forever.
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
