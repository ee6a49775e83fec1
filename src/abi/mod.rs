//! Application binary interfaces: where the arguments and the results of C functions go.
//!
//! Each ABI is one room, with a picture of it at the top: [`sysv64`], [`aapcs64`], [`win64`], and
//! [`by_libffi`] for all platforms whose rules are not written down here. The rooms are alike, and the one of the
//! platform is [`native`]; code that passes arguments asks that, and no `cfg`:
//!
//! - `classify` says how an aggregate is passed ([`passing`]), `describe` describes it to libffi ([`libffi`]);
//! - `Form` is where a result comes back;
//! - `Registers` are the contents of the argument registers, `NextRegister` counts those that are taken;
//! - `Rows` are the words of arguments for many calls;
//! - a `Frame` is all of that and the [`stack`]: arguments are placed in it one by one, and then it is called;
//! - `Teller` describes arguments to libffi, so that it places them in the same way.
//!
//! Placing is plain data. It is tested on every host, whatever the host's own ABI.

#[cfg(any(test, all(target_arch = "aarch64", not(windows))))]
#[cfg_attr(
    not(all(target_arch = "aarch64", not(windows))),
    allow(dead_code, unused_imports)
)]
pub mod aapcs64;
#[cfg(any(
    test,
    not(any(target_arch = "x86_64", all(target_arch = "aarch64", not(windows))))
))]
#[cfg_attr(
    any(target_arch = "x86_64", target_arch = "aarch64"),
    allow(dead_code, unused_imports)
)]
pub mod by_libffi;
pub mod libffi;
pub mod long_double;
pub mod passing;
#[cfg(any(
    all(target_arch = "x86_64", windows),
    all(target_arch = "aarch64", not(windows))
))]
mod rows;
mod scalar;
pub mod stack;
#[cfg(any(test, all(target_arch = "x86_64", not(windows))))]
#[cfg_attr(
    not(all(target_arch = "x86_64", not(windows))),
    allow(dead_code, unused_imports)
)]
pub mod sysv64;
#[cfg(any(test, all(target_arch = "x86_64", windows)))]
#[cfg_attr(
    not(all(target_arch = "x86_64", windows)),
    allow(dead_code, unused_imports)
)]
pub mod win64;

#[cfg(all(target_arch = "aarch64", not(windows)))]
pub use aapcs64 as native;
#[cfg(not(any(target_arch = "x86_64", all(target_arch = "aarch64", not(windows)))))]
pub use by_libffi as native;
#[cfg(all(target_arch = "x86_64", not(windows)))]
pub use sysv64 as native;
#[cfg(all(target_arch = "x86_64", windows))]
pub use win64 as native;

pub use scalar::{Scalar, Width};

/// The most calls that `Rows` make at a time.
pub const MOST_ROWS: usize = 64;
