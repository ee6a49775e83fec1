//! Planned calls of functions with parameter flags.
//!
//! An output of a simple type needs no object: C writes it into memory of the call, and it is read from there.
//! Python code could not have reached the object.

use super::{
    paramflags::{self, Given, ParamFlags},
    plan::{Plan, Source},
    signature::{ArgTypes, Converter},
};
use crate::ctype::{CType, Simple};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};
use smallvec::SmallVec;

/// Memory for the value of any simple type.
type Memory = u128;

/// The number of outputs beyond which a call is not planned.
const MOST: usize = 4;

/// Calls the function at `address` as planned. Returns `None` if the call needs more than is provided for here;
/// then nothing has been called.
///
/// # Errors
/// As for [`Plan::call`]; any exception that the conversion of an output raises.
///
/// # Safety
/// As for [`Plan::call`].
#[inline(never)]
pub unsafe fn call(
    plan: &Plan,
    paramflags: &ParamFlags,
    argtypes: &ArgTypes,
    address: usize,
    call_flags: u32,
    given: &Given<'_>,
    vm: &VirtualMachine,
) -> Option<PyResult> {
    let parameters = paramflags.parameters();
    let mut memory: [Memory; MOST] = [0; MOST];
    let mut outputs = SmallVec::<[&Simple; MOST]>::new();
    let mut sources = SmallVec::<[Source<'_>; 8]>::new();
    let mut used = 0;
    for (parameter, converter) in parameters.iter().zip(&argtypes.converters) {
        sources.push(if parameter.is_input() {
            Source::Object(parameter.find(given, &mut used)?)
        } else if parameter.is_new_output() {
            let place: *mut Memory = memory.get_mut(outputs.len())?;
            outputs.push(simple_target(converter, vm)?);
            Source::Memory(place.expose_provenance())
        } else {
            return None;
        });
    }
    if given.count() != used {
        return None;
    }
    // SAFETY: the function at `address` has the planned signature (see # Safety); parameters that get memory
    // are pointers.
    let result = unsafe { plan.call_from(address, call_flags, &sources, vm) }?;
    if outputs.is_empty() {
        return Some(result);
    }
    Some(result.and_then(|_| {
        let mut values = outputs.iter().zip(&mut memory).map(|(simple, place)| {
            let place: *mut Memory = place;
            // SAFETY: the memory holds zero, or the value that C has written there.
            unsafe { (simple.access.load)(place.cast(), vm) }
        });
        match outputs.len() {
            1 => values.next().unwrap_or_else(|| Ok(vm.ctx.none())),
            _ => {
                let values = values.collect::<PyResult<Vec<PyObjectRef>>>()?;
                Ok(vm.ctx.new_tuple(values).into())
            }
        }
    }))
}

/// Returns the simple type that a parameter points to, if this module makes a plain Python object of its
/// values.
fn simple_target<'a>(converter: &'a Converter, vm: &VirtualMachine) -> Option<&'a Simple> {
    let Converter::Type(_, ctype) = converter else {
        return None;
    };
    let target: &CType = ctype.target().filter(|_| ctype.is_pointer())?;
    let simple = target.simple().filter(|simple| !simple.boxed)?;
    let fits = target.size() <= size_of::<Memory>();
    (fits && paramflags::is_ours(target, vm)).then_some(simple)
}
