//! Calls straight through a function pointer: load the argument registers, and go.
//!
//! A C function reads no register and no stack slot that its parameters do not take. So a call that
//! loads all argument registers serves every signature, and only the place of the result makes a
//! difference: one function type for each.
//!
//! The types are variadic, because on System V a variadic callee reads from `al` how many vector
//! registers are used, which the compiler sets for calls of variadic types alone.

use super::around::function_at;

/// Argument registers for integers and addresses.
#[cfg(not(target_arch = "aarch64"))]
pub const INTEGERS: usize = 6;
#[cfg(target_arch = "aarch64")]
pub const INTEGERS: usize = 8;
/// Argument registers for floating point.
pub const VECTORS: usize = 8;
/// Eightbytes of stack that a call can take: few, or none.
pub const STACK: usize = 16;

/// What the argument registers hold at a call.
#[derive(Debug)]
pub struct Registers {
    pub integers: [u64; INTEGERS],
    /// A `float` takes the lower half of one.
    pub vectors: [f64; VECTORS],
}

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
            #[inline(always)]
            pub fn new() -> Self {
                Self {
                    integers: [0; INTEGERS],
                    vectors: [0.0; VECTORS],
                }
            }

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
            /// As for [`Self::call`].
            #[inline(never)]
            pub unsafe fn call_with_stack<R>(&self, address: usize, stack: &[u64; STACK]) -> R {
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
