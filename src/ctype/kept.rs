//! What a stored pointer obliges its holder to keep alive.

use rustpython_vm::{
    PyObjectRef,
    object::{Traverse, TraverseFn},
};
use std::sync::Arc;

/// Memory of ours that a stored pointer points into: NUL-terminated copies of `bytes`, which in
/// this VM carry no terminator.
pub type Buffers = Arc<Vec<Arc<[u8]>>>;

/// An object that must live as long as the memory that points into it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What `_objects` shows, as CPython would.
    pub object: PyObjectRef,
    /// Copies that the pointer really points to, invisible to Python.
    pub buffers: Option<Buffers>,
}

impl Kept {
    #[must_use]
    pub fn object(object: PyObjectRef) -> Self {
        Self {
            object,
            buffers: None,
        }
    }

    #[must_use]
    pub fn with_buffer(object: PyObjectRef, buffer: Arc<[u8]>) -> Self {
        Self {
            object,
            buffers: Some(Arc::new(vec![buffer])),
        }
    }
}

// SAFETY: visits the one object it owns exactly once; buffers hold no objects.
unsafe impl Traverse for Kept {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.object.traverse(visit);
    }
}
