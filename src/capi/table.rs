//! The functions of the C API by name: for look-ups in the program itself where they are not exported, and so
//! that the linker drops none of them.

use super::{ours, place::Place};

macro_rules! theirs {
    (functions { $($function:ident)* } data { $($data:ident)* }) => {
        mod symbols {
            unsafe extern "C" {
                $(pub fn $function();)*
                $(pub static $data: u8;)*
            }
        }

        /// The functions of rustpython-capi.
        static THEIRS: &[(&str, Place)] = &[
            $((stringify!($function), Place::function(symbols::$function as *const ())),)*
            $((stringify!($data), Place::data(&raw const symbols::$data)),)*
        ];
    };
}
include!("theirs.rs");

/// Returns the address of a function or of data of the C API.
#[must_use]
pub fn find(name: &[u8]) -> Option<usize> {
    let mut all = ours::OURS.iter().copied().flatten().chain(THEIRS);
    let (_, place) = all.find(|one| one.0.as_bytes() == name)?;
    Some(place.address())
}
