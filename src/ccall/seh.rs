//! Structured exceptions: what C raises on Windows becomes an `OSError`.

#[cfg(windows)]
pub use crate::abi::win64::guard::prepare;
#[cfg(windows)]
pub use taken::{Raises, not_taking, raise, taking};

/// Stands for what C raises on other platforms: nothing.
#[cfg(not(windows))]
pub struct Nothing;

/// What C may have raised.
#[cfg(not(windows))]
pub type Raises = Nothing;

/// Runs `enter`, which makes a machine call.
#[cfg(not(windows))]
#[inline(always)]
pub fn taking(enter: impl FnOnce()) -> Nothing {
    enter();
    Nothing
}

/// Runs `f` inside a call.
#[cfg(not(windows))]
#[inline(always)]
pub fn not_taking<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// Prepares a thread for what C may raise on it.
#[cfg(not(windows))]
#[inline(always)]
pub fn prepare() {}

/// Does nothing, because nothing has been raised.
///
/// # Errors
/// None.
#[cfg(not(windows))]
#[inline(always)]
pub fn raise(_: Nothing, _vm: &rustpython_vm::VirtualMachine) -> rustpython_vm::PyResult<()> {
    Ok(())
}

#[cfg(windows)]
mod taken {
    use crate::{
        abi::win64::guard::{Raised, guarded, unguarded},
        system_error,
    };
    use rustpython_vm::{PyResult, VirtualMachine, builtins::PyBaseExceptionRef};
    use windows_sys::Win32::Foundation::{
        EXCEPTION_ACCESS_VIOLATION, EXCEPTION_ARRAY_BOUNDS_EXCEEDED,
        EXCEPTION_DATATYPE_MISALIGNMENT, EXCEPTION_FLT_DENORMAL_OPERAND,
        EXCEPTION_FLT_DIVIDE_BY_ZERO, EXCEPTION_FLT_INEXACT_RESULT,
        EXCEPTION_FLT_INVALID_OPERATION, EXCEPTION_FLT_OVERFLOW, EXCEPTION_FLT_STACK_CHECK,
        EXCEPTION_FLT_UNDERFLOW, EXCEPTION_INT_DIVIDE_BY_ZERO, EXCEPTION_INT_OVERFLOW,
        EXCEPTION_NONCONTINUABLE_EXCEPTION, EXCEPTION_PRIV_INSTRUCTION, EXCEPTION_SINGLE_STEP,
        EXCEPTION_STACK_OVERFLOW,
    };

    /// What C may have raised.
    pub type Raises = Option<Raised>;

    /// Runs `enter`, which makes a machine call, and returns what C has raised.
    #[inline(always)]
    pub fn taking(enter: impl FnOnce()) -> Raises {
        guarded(enter)
    }

    /// Runs `f` inside a call: what is raised meanwhile does not come from C.
    #[inline(always)]
    pub fn not_taking<R>(f: impl FnOnce() -> R) -> R {
        unguarded(f)
    }

    /// Raises what C has raised.
    ///
    /// # Errors
    /// `OSError` if there is something.
    #[inline(always)]
    pub fn raise(raised: Raises, vm: &VirtualMachine) -> PyResult<()> {
        match raised {
            None => Ok(()),
            Some(raised) => Err(exception(raised, vm)),
        }
    }

    /// CPython's names of the exceptions that it knows.
    const NAMES: [(i32, &str); 15] = [
        (EXCEPTION_DATATYPE_MISALIGNMENT, "datatype misalignment"),
        (EXCEPTION_SINGLE_STEP, "single step"),
        (EXCEPTION_ARRAY_BOUNDS_EXCEEDED, "array bounds exceeded"),
        (
            EXCEPTION_FLT_DENORMAL_OPERAND,
            "floating-point operand denormal",
        ),
        (EXCEPTION_FLT_DIVIDE_BY_ZERO, "float divide by zero"),
        (EXCEPTION_FLT_INEXACT_RESULT, "float inexact"),
        (EXCEPTION_FLT_INVALID_OPERATION, "float invalid operation"),
        (EXCEPTION_FLT_OVERFLOW, "float overflow"),
        (EXCEPTION_FLT_STACK_CHECK, "stack over/underflow"),
        (EXCEPTION_STACK_OVERFLOW, "stack overflow"),
        (EXCEPTION_FLT_UNDERFLOW, "float underflow"),
        (EXCEPTION_INT_DIVIDE_BY_ZERO, "integer divide by zero"),
        (EXCEPTION_INT_OVERFLOW, "integer overflow"),
        (EXCEPTION_PRIV_INSTRUCTION, "privileged instruction"),
        (EXCEPTION_NONCONTINUABLE_EXCEPTION, "nocontinuable"),
    ];

    #[cold]
    fn exception(raised: Raised, vm: &VirtualMachine) -> PyBaseExceptionRef {
        let Raised {
            code,
            writes,
            address,
        } = raised;
        if code == EXCEPTION_ACCESS_VIOLATION {
            let does = if writes { "writing" } else { "reading" };
            return vm.new_os_error(format!(
                "exception: access violation {does} 0x{address:016X}"
            ));
        }
        match NAMES.iter().find(|(known, _)| *known == code) {
            Some((_, name)) => vm.new_os_error(format!("exception: {name}")),
            None => system_error::exception(code.cast_unsigned(), vm),
        }
    }
}
