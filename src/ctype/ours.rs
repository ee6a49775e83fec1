//! What of a ctypes class is ours: whether Python code has overridden it is found out once for each state of
//! the class, and noted with the version tag of that state.

use super::CType;
use std::sync::atomic::{AtomicU32, Ordering};

/// What can be overridden.
#[derive(Clone, Copy, Debug)]
pub enum Ours {
    /// Calling the class makes and initialises an instance as [`CType::construct`] and our own `__init__`
    /// do: `__new__`, `__init__` and the metaclass's `__call__` are ours.
    Construction,
    /// Arguments are converted as we do it: `from_param` is ours.
    FromParam,
    /// A result is what C returned: there is no `_check_retval_`.
    Result,
    /// An output parameter becomes what we make of it: `__ctypes_from_outparam__` is ours.
    Output,
}

const COUNT: usize = Ours::Output as usize + 1;

/// The version tags with which each of it was found to be ours; zero is none.
#[derive(Debug, Default)]
pub struct Noted([AtomicU32; COUNT]);

impl CType {
    /// Whether `what` was found to be ours since the class was last changed.
    #[inline]
    #[must_use]
    pub fn is_ours(&self, what: Ours) -> bool {
        let tag = self.python_class().tp_version_tag.load(Ordering::Acquire);
        tag != 0 && tag == self.noted.0[what as usize].load(Ordering::Relaxed)
    }

    /// Notes that `what` was ours when the class had this version tag. The tag has to be read before that is
    /// found out: who changes the class takes the tag away first.
    pub fn note_ours(&self, what: Ours, tag: u32) {
        self.noted.0[what as usize].store(tag, Ordering::Relaxed);
    }
}
