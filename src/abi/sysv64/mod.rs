//! System V x86-64: Linux, macOS, the BSDs. Sections are those of the AMD64 supplement to the System V ABI.
//!
//! ```text
//!  arguments   integers, addresses    rdi  rsi  rdx  rcx  r8  r9        then the stack
//!              float, double          xmm0 ... xmm7                     then the stack
//!              complex numbers        their parts, two floats as one eightbyte
//!              long double            the stack, aligned to 16
//!              aggregates, 16 bytes   each eightbyte as an integer or a double, all in registers or none
//!              and less
//!              other aggregates       the stack, aligned as they are, to 8 at least
//!  al          at most 8: how many vector registers a variadic function has to save
//!
//!  results     integers, addresses    rax       two eightbytes: rax rdx, xmm0 xmm1, or the first of each
//!              float, double          xmm0
//!              long double            st0       complex long double: st0 st1
//!              other aggregates       in memory: the caller gives its address as the first argument
//!
//!  stack at the call, upwards:  [8 bytes each] argument, argument, ...   rsp is a multiple of 16
//! ```
//!
//! A variadic function gets its arguments as any other does, but for `al` (3.5.7).

mod classify;
#[cfg(all(target_arch = "x86_64", not(windows)))]
mod enter;
mod frame;
mod result;
#[cfg(all(target_arch = "x86_64", not(windows)))]
mod rows;
#[cfg(all(target_arch = "x86_64", not(windows)))]
mod saved;
mod told;

pub use classify::{classify, describe, describe_in_memory};
pub use frame::{Frame, NextRegister, Registers};
pub use result::Form;
#[cfg(all(target_arch = "x86_64", not(windows)))]
pub use rows::Rows;
pub use told::Teller;

pub use crate::abi::stack::MOST_ALIGN;

/// Whether aggregates in registers are passed as eightbytes, each as an integer or a `double`.
pub const PASSES_EIGHTBYTES: bool = true;

/// Whether a callback's arguments can be told with padding between them.
pub const PADS: bool = false;

/// Argument registers for integers and addresses.
pub const INTEGERS: usize = 6;
/// Argument registers for floating point.
pub const VECTORS: usize = 8;
