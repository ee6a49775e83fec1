//! Addresses of what C looks up by name.

/// The address of a function or of data.
#[derive(Clone, Copy)]
pub struct Place(*const ());

// SAFETY: the address is not dereferenced here.
unsafe impl Send for Place {}
// SAFETY: as for Send.
unsafe impl Sync for Place {}

impl Place {
    #[must_use]
    pub const fn function(function: *const ()) -> Self {
        Self(function)
    }

    #[must_use]
    pub const fn data<T>(data: *const T) -> Self {
        Self(data.cast())
    }

    #[must_use]
    pub fn address(self) -> usize {
        self.0.expose_provenance()
    }
}
