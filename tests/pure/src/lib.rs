//! The files of the module that need no virtual machine, included from where they lie, and their results
//! compared with models that are written differently.
//!
//! A check makes a case of any bytes, and panics if the file and its model disagree. `cargo test` runs each
//! check on random bytes, natively and under Miri; `fuzz/` on those that a fuzzer chooses.

/// Its own tests are what is run of it.
#[cfg(test)]
#[allow(
    dead_code,
    unused_imports,
    reason = "calls are made by the module alone"
)]
#[path = "../../../src/abi/mod.rs"]
mod abi;
#[path = "../../../src/ctype/bits.rs"]
pub mod bits;
#[path = "../../../src/ctype/layout/format.rs"]
pub mod format;
#[path = "../../../src/abi/long_double.rs"]
pub mod long_double;
#[path = "../../../src/cdata/memory.rs"]
pub mod memory;
#[path = "../../../src/ctype/layout/place.rs"]
pub mod place;
/// Its own tests are what is run of it.
#[cfg(test)]
#[path = "../../../src/vectorize/shape.rs"]
mod shape;

pub mod check;
