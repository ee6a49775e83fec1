//! What of a ctypes class is this module's own: whether Python code has overridden it is determined once for
//! each state of the class, and noted with the version tag of that state.

use super::CType;
use std::sync::atomic::{AtomicU32, Ordering};

/// What Python code can override.
#[derive(Clone, Copy, Debug)]
pub enum Ours {
    /// Calling the class makes and initialises an instance as [`CType::construct`] and this module's `__init__`
    /// do: `__new__`, `__init__` and the metaclass's `__call__` are not overridden.
    Construction,
    /// Arguments are converted as this module does it: `from_param` is not overridden.
    FromParam,
    /// A result is what C returned: there is no `_check_retval_`.
    Result,
    /// An output parameter becomes what this module makes of it: `__ctypes_from_outparam__` is not overridden.
    Output,
}

const COUNT: usize = Ours::Output as usize + 1;

/// For each variant, the version tag with which it was found not to be overridden; zero for none.
#[derive(Debug, Default)]
pub struct Noted([AtomicU32; COUNT]);

impl CType {
    /// Returns whether `what` is known not to be overridden in the class's present state.
    #[inline]
    #[must_use]
    pub fn is_ours(&self, what: Ours) -> bool {
        let tag = self.python_class().tp_version_tag.load(Ordering::Acquire);
        tag != 0 && tag == self.noted.0[what as usize].load(Ordering::Relaxed)
    }

    /// Notes that `what` was not overridden when the class had this version tag. Read the tag before checking:
    /// whoever changes the class removes the tag first.
    pub fn note_ours(&self, what: Ours, tag: u32) {
        self.noted.0[what as usize].store(tag, Ordering::Relaxed);
    }
}
