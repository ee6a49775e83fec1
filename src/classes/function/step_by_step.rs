//! Calls without a plan.

use super::CFuncPtr;
use crate::ccall::{
    call,
    enter::{Call, detached::Callee},
    result::Restype,
    signature::Signature,
};
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};

/// Calls the function at `address` with arguments in the order of the signature's parameters. For a COM method, the
/// interface pointer `this` goes in front of them.
///
/// # Errors
/// `TypeError` for the wrong number of arguments; any exception that [`call::address`] raises.
#[inline(never)]
pub fn step_by_step(
    function: &Py<CFuncPtr>,
    signature: &Signature,
    (address, this): (usize, Option<usize>),
    given: &[PyObjectRef],
    restype: &Restype,
    vm: &VirtualMachine,
) -> PyResult {
    let flags = function.flags;
    let converters = match &signature.declared.argtypes {
        Some(argtypes) => {
            argtypes.check_count(given.len(), flags, vm)?;
            &argtypes.converters[..]
        }
        None => &[],
    };
    let fixed = Some(converters.len()).filter(|&fixed| fixed > 0 && fixed < given.len());
    let call = Call {
        callee: Callee {
            address,
            flags,
            fixed: fixed.map(|fixed| fixed + usize::from(this.is_some())),
        },
        audited: false,
        cif: Some(&signature.cif),
    };
    call::address(call, this, converters, given, restype, vm)
}
