//! AArch64: Linux and others, and with differences macOS. Rules are those of "Procedure Call Standard for the Arm
//! 64-bit Architecture" (AAPCS64), section 6.8, and of Apple's "Writing ARM64 code for Apple platforms".
//!
//! ```text
//!  arguments   integers, addresses    x0 ... x7                         then the stack      C.9, C.17
//!              float, double          v0 ... v7                         then the stack      C.1, C.4
//!              long double            v0 ... v7, all 16 bytes (Apple: it is a double)
//!              1 to 4 equal floats    one vector register each, or the stack; once these do not fit, no
//!              (complex numbers too)  vector register is used any more                      C.2, C.3
//!              other aggregates,      x registers, one for each eightbyte, or the stack; once these do
//!              16 bytes and less      not fit, no x register is used any more               C.12, C.13
//!                                     aligned to 16: from an even one on (Apple: from any)  C.10
//!              larger aggregates      the address of a copy, as an address                  B.4
//!
//!  results     integers, addresses    x0
//!              float, double          v0
//!              1 to 4 equal floats    v0 ... v3
//!              other aggregates,      x0 x1
//!              16 bytes and less
//!              larger aggregates      in memory: the caller gives its address in x8
//!
//!  stack at the call, upwards:  [8 bytes each, 16 if aligned so] argument, ...   sp is a multiple of 16
//!                       Apple:  [as large and aligned as it is]  argument, ...
//! ```
//!
//! Where an aggregate goes depends on what its members are aligned to (5.9); `_align_` says more of the whole, as
//! gcc's attribute `aligned` of a type does, and counts where the address of a copy is passed.
//!
//! A variadic function gets its arguments as any other does. On Apple's systems those that match the `...` lie on
//! the stack, 8 bytes each.

mod classify;
#[cfg(all(target_arch = "aarch64", not(windows)))]
mod enter;
mod frame;
mod result;
mod told;

pub use classify::{classify, describe, describe_in_memory};
pub use frame::{Frame, NextRegister, Registers};
pub use result::Form;
pub use told::Teller;

#[cfg(all(target_arch = "aarch64", not(windows)))]
pub use super::rows::Rows;

pub use crate::abi::stack::MOST_ALIGN;

/// Whether aggregates in registers are passed as eightbytes, each as an integer or a `double`.
pub const PASSES_EIGHTBYTES: bool = false;

/// Whether a callback's arguments can be told with padding between them.
pub const PADS: bool = true;

/// Argument registers for integers and addresses.
pub const INTEGERS: usize = 8;
/// Argument registers for floating point.
pub const VECTORS: usize = 8;

/// The differences of Apple's systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    Standard,
    Apple,
}

impl Variant {
    /// The variant of this platform.
    pub const NATIVE: Self = if cfg!(target_vendor = "apple") {
        Self::Apple
    } else {
        Self::Standard
    };
}
