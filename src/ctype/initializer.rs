//! The `__init__` of Python code that initialises a class's instances.

use crate::callable::Callable;
use rustpython_vm::{
    PyObjectRef, PyPayload,
    object::{Traverse, TraverseFn},
    pyclass,
};

/// An `__init__` of Python code, valid for one state of the class, which the VM's version tag identifies.
#[pyclass(module = "_ctypes", name = "Initializer", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub struct Initializer {
    pub version: u32,
    /// The function. `None` if making and initialising an instance in this state of the class takes more than
    /// calling it.
    pub function: Option<Callable>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Initializer {}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Initializer {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        if let Some(function) = &self.function {
            function.traverse(visit);
        }
    }

    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        if let Some(function) = self.function.take() {
            function.release(out);
        }
    }
}
