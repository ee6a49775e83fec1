//! What the argument registers hold at a call straight through a function pointer.
//!
//! A C function reads no register and no stack slot that its parameters do not take. So a call that
//! loads all argument registers serves every signature, and only the place of the result makes a
//! difference. How they are loaded is in `sysv.rs` for System V x86-64, in `by_type.rs` for other platforms.

/// Argument registers for integers and addresses.
#[cfg(not(target_arch = "aarch64"))]
pub const INTEGERS: usize = 6;
#[cfg(target_arch = "aarch64")]
pub const INTEGERS: usize = 8;
/// Argument registers for floating point.
pub const VECTORS: usize = 8;

/// What the argument registers hold at a call.
#[derive(Debug)]
pub struct Registers {
    pub integers: [u64; INTEGERS],
    /// A `float` takes the lower half of one.
    pub vectors: [f64; VECTORS],
}

impl Registers {
    #[inline(always)]
    pub fn new() -> Self {
        Self {
            integers: [0; INTEGERS],
            vectors: [0.0; VECTORS],
        }
    }
}
