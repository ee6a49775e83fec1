//! Addresses that Python code gives as numbers: of values, functions, objects and libraries.

use num_traits::Signed;
use rustpython_vm::{Py, PyResult, VirtualMachine, builtins::PyInt};

/// Returns the address that an `int` is, of either sign. Values of pointer types wrap instead.
///
/// # Errors
/// `OverflowError` if the address does not fit a pointer.
pub fn of_int(int: &Py<PyInt>, vm: &VirtualMachine) -> PyResult<usize> {
    let int = int.as_bigint();
    let signed = isize::try_from(int).map(|address| address as usize);
    signed.or_else(|_| usize::try_from(int)).map_err(|_| {
        let sign = if int.is_negative() { "" } else { "unsigned " };
        vm.new_overflow_error(format!("Python int too large to convert to C {sign}long"))
    })
}
