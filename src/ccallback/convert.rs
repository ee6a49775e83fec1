//! Converting the arguments that C passes to Python objects.

use super::spare::{InUse, is_given_in_instance};
use crate::{
    cdata::CData,
    ctype::{CType, Kind, Place, ours::Ours, scalar::pointer},
};
use rustpython_vm::{AsObject, PyRef, PyResult, VirtualMachine};

/// Returns the Python value of an argument that C passed.
///
/// # Safety
/// `source` must point to a value of type `ctype`, or to a pointer if that is an array.
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
            // SAFETY: `source` points to a value of the type (see # Safety).
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
            let passed = ctype.layout().passed();
            let source = if passed.is_passed_by_reference() {
                // SAFETY: C passes the address of a value, which libffi passes on.
                unsafe { pointer::read(source) }
            } else {
                source
            };
            let size = passed.passed_size().min(ctype.size());
            // SAFETY: C passes a value of the type, and the instance has memory of the type's size.
            unsafe { std::ptr::copy_nonoverlapping(source, instance.address(), size) };
            #[cfg(windows)]
            super::interfaces::count(ctype, &instance, vm);
            Ok(instance.into())
        }
    }
}

/// Returns an instance for an argument, whose memory is about to be overwritten.
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
        let class = ctype.python_class().as_object().repr(vm)?;
        return Err(vm.new_type_error(format!(
            "{} returned unexpected result of type {}",
            class.to_string_lossy(),
            made.class().slot_name()
        )));
    };
    if serves_again && let Some(spare) = spare {
        spare.put(index, instance);
    }
    Ok(instance.to_owned())
}
