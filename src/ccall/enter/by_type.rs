//! Calls straight through a function pointer, by a function type for each place of the result.
//!
//! The types are variadic, because on some platforms a variadic callee looks for what a call of such a
//! type alone tells it.

use super::{around::function_at, registers::Registers};

/// Eightbytes of stack that a call can take: few, or none.
pub const MOST_STACK: usize = 16;

/// The slot of a list of types or values; what it names does not matter.
macro_rules! eightbyte {
    ($index:literal) => {
        u64
    };
}
macro_rules! double {
    ($index:literal) => {
        f64
    };
}

/// The functions that load the registers and call: each register and stack slot by its number.
macro_rules! calls {
    ([$($integer:literal)*] [$($vector:literal)*] [$($slot:literal)*]) => {
        impl Registers {
            /// Calls the function at `address`.
            ///
            /// # Safety
            /// It must be a function that takes what the registers hold, and returns as `R` is
            /// returned.
            #[inline(always)]
            pub unsafe fn call<R>(&self, address: usize) -> R {
                type Function<R> = unsafe extern "C" fn(
                    $(eightbyte!($integer),)* $(double!($vector),)* ...
                ) -> R;
                // SAFETY: the caller's promise.
                unsafe {
                    let function: Function<R> = std::mem::transmute(function_at(address));
                    function($(self.integers[$integer],)* $(self.vectors[$vector],)*)
                }
            }

            /// The same for a function that takes no vector register.
            ///
            /// # Safety
            /// As for [`Self::call`].
            #[inline(always)]
            pub unsafe fn call_with_integers<R>(&self, address: usize) -> R {
                type Function<R> = unsafe extern "C" fn($(eightbyte!($integer),)* ...) -> R;
                // SAFETY: the caller's promise.
                unsafe {
                    let function: Function<R> = std::mem::transmute(function_at(address));
                    function($(self.integers[$integer],)*)
                }
            }

            /// The same for a function that finds arguments on the stack too.
            ///
            /// # Safety
            /// As for [`Self::call`]. There must be [`MOST_STACK`] eightbytes at most, aligned to no more
            /// than the stack is.
            #[inline(never)]
            pub unsafe fn call_with_stack<R>(&self, address: usize, words: &[u64], _: usize) -> R {
                let mut stack = [0; MOST_STACK];
                stack[..words.len()].copy_from_slice(words);
                type Function<R> = unsafe extern "C" fn(
                    $(eightbyte!($integer),)* $(double!($vector),)* $(eightbyte!($slot),)* ...
                ) -> R;
                // SAFETY: the caller's promise; stack slots beyond what it takes are the caller's own.
                unsafe {
                    let function: Function<R> = std::mem::transmute(function_at(address));
                    function(
                        $(self.integers[$integer],)*
                        $(self.vectors[$vector],)*
                        $(stack[$slot],)*
                    )
                }
            }
        }
    };
}

#[cfg(not(target_arch = "aarch64"))]
calls!([0 1 2 3 4 5] [0 1 2 3 4 5 6 7] [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15]);
#[cfg(target_arch = "aarch64")]
calls!([0 1 2 3 4 5 6 7] [0 1 2 3 4 5 6 7] [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15]);
