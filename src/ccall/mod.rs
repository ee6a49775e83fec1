//! Python calling C.
//!
//! A [`call`] converts each Python argument to a C value with its ABI class ([`argument`]). An argument of
//! exactly the declared type is converted at once ([`exact`]) or after a closer look ([`closer`]), others by
//! the protocol of that type ([`from_param`]), and arguments without a declared type by their own type
//! ([`default`]); an object may stand for another one ([`plain`]). The call enters C ([`enter`]) and converts
//! the result ([`result`]). What can be decided ahead is planned ([`plan`]), also where arguments are placed
//! one by one ([`framed`]). A [`signature`] says how a function is called. What must exist before C runs on a
//! [`thread`] is made first, and what C has jumped over is restored ([`longjmp`]). Parameter flags
//! ([`paramflags`]) rearrange the arguments before and the results after; [`errno`] keeps the copy of `errno`
//! that Python code sees.

pub mod arena;
pub mod argument;
pub mod byref;
pub mod call;
mod closer;
pub mod default;
pub mod enter;
pub mod errno;
pub mod exact;
mod framed;
pub mod from_param;
mod instance;
#[cfg(windows)]
pub mod last_error;
pub mod longjmp;
pub mod outputs;
pub mod paramflags;
pub mod pending;
mod plain;
pub mod plan;
mod pointed;
pub mod read;
pub mod result;
pub mod seh;
pub mod signature;
pub mod thread;

/// `FUNCFLAG_*`: how a function is called.
pub mod flags {
    /// The `stdcall` convention of 32-bit Windows.
    pub const STDCALL: u32 = 0x0;
    /// C's own convention.
    pub const CDECL: u32 = 0x1;
    /// The result is an `HRESULT`; one that means failure is raised.
    #[cfg(windows)]
    pub const HRESULT: u32 = 0x2;
    /// The function uses this VM: it is called attached, and may leave an exception.
    pub const PYTHONAPI: u32 = 0x4;
    /// `errno` is swapped with ctypes' copy around the call.
    pub const USE_ERRNO: u32 = 0x8;
    /// Windows' last error is swapped with ctypes' copy around the call.
    pub const USE_LASTERROR: u32 = 0x10;
    /// The function holds the loader's list of libraries while it calls back. Python code does not see this
    /// flag.
    pub const HOLDS_LIBRARIES: u32 = 1 << 31;
}

/// The number of arguments beyond which a call is refused.
pub const MAX_ARGUMENTS: usize = 1024;
