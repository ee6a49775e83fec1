//! Windows on x86-64. Rules are those of Microsoft's "x64 calling convention".
//!
//! ```text
//!  arguments   the first      the second     the third     the fourth     the others
//!  integers    rcx            rdx            r8            r9             the stack
//!  floats      xmm0           xmm1           xmm2          xmm3           the stack
//!  aggregates of 1, 2, 4 and 8 bytes         as integers of their size
//!  other aggregates                          the address of a copy, as an address
//!
//!  results     integers, addresses           rax
//!              float, double                 xmm0
//!              aggregates of 1, 2, 4, 8      rax
//!              other aggregates              in memory: the caller gives its address as the first argument
//!
//!  stack at the call, upwards:  32 bytes for the callee's use, [8 bytes each] argument, argument, ...
//!                               rsp is a multiple of 16
//! ```
//!
//! A variadic function looks for floats in the integer registers. A function reads no register that its parameters
//! do not take, so each of the first four arguments is put into both registers of its slot at every call.
//!
//! `long double` is `double` here, as it is for Microsoft's compiler and for ctypes.

mod classify;
#[cfg(target_arch = "x86_64")]
mod enter;
mod frame;
#[cfg(windows)]
pub mod guard;
mod result;
mod told;

pub use classify::{classify, describe, describe_in_memory};
pub use frame::{Frame, NextRegister, Registers};
pub use result::Form;
pub use told::Teller;

#[cfg(windows)]
pub use super::rows::Rows;

pub use crate::abi::stack::MOST_ALIGN;

/// Whether aggregates in registers are passed as eightbytes, each as an integer or a `double`.
pub const PASSES_EIGHTBYTES: bool = false;

/// Whether a callback's arguments can be told with padding between them.
pub const PADS: bool = false;

/// Arguments that go into registers.
pub const SLOTS: usize = 4;
/// Of them, those that can be integers and addresses.
pub const INTEGERS: usize = SLOTS;
