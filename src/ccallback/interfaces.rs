//! Interface pointers that C passes to callbacks.

use crate::{
    cdata::CData,
    com::Interface,
    ctype::{CType, scalar::pointer},
    names::name,
};
use rustpython_vm::{Py, VirtualMachine};

/// Adds a reference for an argument whose class asks for that: an instance with `_needs_com_addref_` releases
/// one when it dies.
#[inline]
pub fn count(ctype: &CType, instance: &Py<CData>, vm: &VirtualMachine) {
    if ctype.size() != size_of::<usize>() {
        return;
    }
    let asks = name!(vm, "_needs_com_addref_");
    if ctype.python_class().get_direct_attr(asks).is_none() {
        return;
    }
    // SAFETY: the value is as large as a pointer.
    let address = unsafe { pointer::read(instance.address()) }.expose_provenance();
    if let Some(interface) = Interface::at(address) {
        // SAFETY: C promises that the pointer is that of an interface.
        vm.allow_threads(|| unsafe { interface.add_ref() });
    }
}
