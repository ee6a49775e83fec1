//! The fields that the positional arguments of an aggregate's constructor set.

use rustpython_vm::{
    PyObjectRef, PyPayload,
    object::{Traverse, TraverseFn},
    pyclass,
};

/// A list of fields, valid for one state of the class, which the VM's version tag identifies.
#[pyclass(module = "_ctypes", name = "ConstructorFields", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub struct ConstructorFields {
    pub version: u32,
    /// The descriptors in the order of the arguments, those of base classes first. `None` if the names in
    /// `_fields_` do not lead to the fields in this state of the class.
    pub fields: Option<Vec<PyObjectRef>>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl ConstructorFields {}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for ConstructorFields {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.fields.traverse(visit);
    }
}
