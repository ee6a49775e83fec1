//! Planned calls whose arguments are placed one by one, in registers and on the stack: they have structures,
//! more arguments than registers, or arguments beyond the declared ones.

use super::{
    MAX_ARGUMENTS,
    arena::Arena,
    argument::promoted,
    default,
    enter::{ResultBuffer, SCALAR_RESULT, detached::attached_or_not, direct},
    exact::Exact,
    flags,
    result::{Restype, ScalarResult},
};
use crate::{abi::native::Frame, cdata::CData, ctype::scalar::terminated};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyBytes};

/// Calls the function at `address`, whose result becomes a plain Python object. Returns `None` if the call
/// needs more than is provided for here; then nothing has been called. Arguments beyond the declared ones go
/// through the `...` of a variadic function.
///
/// # Errors
/// As for [`super::plan::Plan::call`].
///
/// # Safety
/// As for [`super::plan::Plan::call`].
#[inline(never)]
pub unsafe fn call_for_scalar(
    list: Option<&[Exact]>,
    address: usize,
    call_flags: u32,
    given: &[PyObjectRef],
    result: ScalarResult,
    vm: &VirtualMachine,
) -> Option<PyResult> {
    let form = result.form?;
    let mut arena = Arena::default();
    let mut frame = Frame::new();
    place(&mut frame, list, call_flags, given, &mut arena, vm)?;
    let mut buffer = [0u128; SCALAR_RESULT / size_of::<u128>()];
    let target = buffer.as_mut_ptr().cast();
    // SAFETY: the function at `address` has the planned signature (see # Safety); the target has room for every
    // scalar.
    let called = attached_or_not(call_flags, vm, || unsafe {
        frame.call(address, form, target);
    });
    take_over(list.unwrap_or_default(), given, vm);
    // SAFETY: C has written a result of this type.
    Some(called.and_then(|()| unsafe { result.convert(target, vm) }))
}

/// Calls the function at `address`, with any other result.
///
/// # Errors
/// As for [`super::plan::Plan::call`].
///
/// # Safety
/// As for [`super::plan::Plan::call`].
#[inline(never)]
pub unsafe fn call(
    list: Option<&[Exact]>,
    address: usize,
    call_flags: u32,
    given: &[PyObjectRef],
    restype: &Restype,
    vm: &VirtualMachine,
) -> Option<PyResult> {
    if !restype.settle() {
        return None;
    }
    let form = restype.returned().form?;
    let mut buffer = ResultBuffer::new();
    let instance = restype.instance_in_memory(vm).ok()?;
    let target = match &instance {
        Some(instance) => instance.address(),
        None => buffer.start(restype.size(), vm).ok()?,
    };
    let mut arena = Arena::default();
    let mut frame = Frame::new();
    if form.is_memory() {
        frame.result_at(target.expose_provenance())?;
    }
    place(&mut frame, list, call_flags, given, &mut arena, vm)?;
    // SAFETY: the function at `address` has the planned signature (see # Safety); the target has room for the
    // result, and for two words.
    let called = attached_or_not(call_flags, vm, || unsafe {
        frame.call(address, form, target);
    });
    take_over(list.unwrap_or_default(), given, vm);
    if let Err(error) = called {
        return Some(Err(error));
    }
    Some(match instance {
        Some(instance) => restype.check(instance.into(), vm),
        // SAFETY: C has written a result of this type.
        None => unsafe { restype.convert(target, vm) },
    })
}

/// Places the arguments; those beyond the declared ones go through the `...` of a variadic function. Returns
/// `None` if an argument is not what its parameter takes at once.
#[inline(always)]
fn place(
    frame: &mut Frame,
    list: Option<&[Exact]>,
    call_flags: u32,
    given: &[PyObjectRef],
    arena: &mut Arena,
    vm: &VirtualMachine,
) -> Option<()> {
    let declared = list.unwrap_or_default();
    let more = given.get(declared.len()..)?;
    if given.len() > MAX_ARGUMENTS {
        return None;
    }
    let is_variadic = !declared.is_empty() && !more.is_empty();
    if list.is_some() && !more.is_empty() && call_flags & flags::CDECL == 0 {
        return None;
    }
    for (exact, value) in declared.iter().zip(given) {
        if exact.is_no_word() {
            exact.place(value, frame, arena, vm)?;
            if let Some(aggregate) = CData::of(value) {
                arena.hold(aggregate)?;
            }
            continue;
        }
        let word = exact.word(value, arena, vm)?;
        frame.word(exact.is_vector(), word, exact.scalar().size())?;
    }
    if is_variadic {
        frame.variadic();
    }
    for value in more {
        let Some((scalar, word)) = default::word(value, arena, vm) else {
            let aggregate = CData::of(value)?;
            direct::cdata(frame, aggregate, arena)?;
            arena.hold(aggregate)?;
            continue;
        };
        let (scalar, word) = if is_variadic {
            promoted(scalar, word)
        } else {
            (scalar, word)
        };
        frame.word(scalar.is_float(), word, scalar.size())?;
    }
    Some(())
}

/// Copies back what C wrote into the copies of `bytes` among the arguments, of which the first ones are
/// declared.
#[inline(always)]
pub fn take_over(list: &[Exact], given: &[PyObjectRef], vm: &VirtualMachine) {
    let (declared, more) = given.split_at(list.len());
    let declared = list.iter().zip(declared);
    let copied = declared.filter_map(|(exact, value)| exact.copied(value, vm));
    let more = more
        .iter()
        .filter_map(|value| value.downcast_ref_if_exact::<PyBytes>(vm));
    for bytes in copied.chain(more) {
        // The copy exists, so no memory is needed.
        if let Some(copy) = terminated::address(bytes) {
            // SAFETY: this is the copy that C was given, since an object has only one.
            unsafe { terminated::take_over(bytes, copy) };
        }
    }
}
