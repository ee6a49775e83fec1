//! The files of the module that need no virtual machine, taken from where they lie, and what they do held
//! against models that are written another way.
//!
//! A check makes of any bytes a case, and panics if the file and its model disagree. `cargo test` runs
//! each on random bytes, natively and under Miri; `fuzz/` on those that a fuzzer thinks of.

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

pub mod check;
