//! Entering C.

use super::{
    argument::{Argument, ArgumentKind},
    errno, flags,
};
use crate::{
    ctype::ffi_type::{CLASSIFIES, FfiType, Passing, Scalar},
    error,
};
use libffi::raw::{self, ffi_type};
use rustpython_vm::{PyResult, VirtualMachine, builtins::PyBaseExceptionRef};
use smallvec::SmallVec;
use std::{cell::RefCell, ffi::c_void, mem::MaybeUninit};

/// What libffi is told of a result.
#[derive(Clone, Copy, Debug)]
pub struct ResultType {
    pub ffi: *mut ffi_type,
    /// The function writes it through a hidden pointer.
    pub in_memory: bool,
}

/// Arguments that need no allocation.
const INLINE: usize = 8;

/// The arguments of one call.
pub type Arguments = SmallVec<[Argument; INLINE]>;

/// A function to call, and how.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    pub address: usize,
    /// `FUNCFLAG_*`.
    pub flags: u32,
    /// For a variadic call, how many arguments come before the `...`.
    pub fixed: Option<usize>,
}

thread_local! {
    /// The exception that a function called with `FUNCFLAG_PYTHONAPI` leaves behind.
    static PENDING: RefCell<Option<PyBaseExceptionRef>> = const { RefCell::new(None) };
}

/// Leaves an exception for the `PYTHONAPI` call that is under way on this thread.
pub fn leave_exception(error: PyBaseExceptionRef) {
    let displaced = PENDING.with(|pending| pending.borrow_mut().replace(error));
    drop(displaced);
}

/// Calls `target`; the result is written to `result`.
///
/// # Errors
/// `RuntimeError` if libffi cannot make the call; for a `PYTHONAPI` function what it left by
/// [`leave_exception`].
///
/// # Safety
/// `target.address` must be a function that takes such arguments and returns `result_type`, and
/// `result` must be valid for writes of that type and of a machine word.
pub unsafe fn call(
    target: Target,
    arguments: &mut Arguments,
    result_type: ResultType,
    result: *mut u8,
    vm: &VirtualMachine,
) -> PyResult<()> {
    check_stack(arguments, vm)?;
    if let Some(fixed) = target.fixed {
        arguments[fixed..].iter_mut().for_each(Argument::promote);
    }
    let mut placed = Placed {
        // A result in memory takes an integer register for its address.
        integers: usize::from(result_type.in_memory),
        ..Placed::default()
    };
    let mut fixed = None;
    for (index, argument) in arguments.iter_mut().enumerate() {
        if target.fixed == Some(index) {
            fixed = Some(placed.types.len());
        }
        placed.place(argument);
    }
    let Placed { types, values, .. } = &mut placed;
    let mut cif = MaybeUninit::<raw::ffi_cif>::zeroed();
    let count = u32::try_from(types.len()).unwrap_or(u32::MAX);
    let abi = abi(target.flags);
    let status = match fixed {
        // SAFETY: `types` outlives the cif.
        None => unsafe {
            raw::ffi_prep_cif(
                cif.as_mut_ptr(),
                abi,
                count,
                result_type.ffi,
                types.as_mut_ptr(),
            )
        },
        // SAFETY: as above; there are at least `fixed` arguments.
        Some(fixed) => unsafe {
            raw::ffi_prep_cif_var(
                cif.as_mut_ptr(),
                abi,
                u32::try_from(fixed).unwrap_or(u32::MAX),
                count,
                result_type.ffi,
                types.as_mut_ptr(),
            )
        },
    };
    if status != raw::ffi_status_FFI_OK {
        return Err(vm.new_runtime_error("ffi_prep_cif failed"));
    }
    let mut enter = || {
        let mut enter = || {
            let function: unsafe extern "C" fn() =
                // SAFETY: an address is a function pointer's value on every platform we support;
                // the caller promises that there is a function.
                unsafe {
                std::mem::transmute::<*const (), unsafe extern "C" fn()>(
                    std::ptr::with_exposed_provenance(target.address),
                )
            };
            // SAFETY: the cif describes the function by the caller's promise, and `values` has a
            // value of the right type for each argument.
            unsafe {
                raw::ffi_call(
                    cif.as_mut_ptr(),
                    Some(function),
                    result.cast(),
                    values.as_mut_ptr(),
                );
            }
        };
        if target.flags & flags::USE_ERRNO == 0 {
            enter();
        } else {
            errno::swapped(enter);
        }
    };
    // Left by a function that was not called as it should be.
    let stale = PENDING.with(|pending| pending.borrow_mut().take());
    drop(stale);
    if target.flags & flags::PYTHONAPI == 0 {
        vm.allow_threads(enter);
        return Ok(());
    }
    enter();
    match PENDING.with(|pending| pending.borrow_mut().take()) {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

/// Arguments that take no more than this leave it to the interpreter's own check of the stack.
const SMALL_STACK: usize = 16 * 1024;
/// What the call and the C function get besides.
const STACK_RESERVE: usize = 64 * 1024;

/// Whether the stack has room for the arguments.
fn check_stack(arguments: &Arguments, vm: &VirtualMachine) -> PyResult<()> {
    let needed: usize = arguments.iter().map(Argument::stack_size).sum();
    if needed <= SMALL_STACK {
        return Ok(());
    }
    // libffi copies what is large before it copies it to the stack.
    let needed = needed.saturating_mul(2).saturating_add(STACK_RESERVE);
    match stacker::remaining_stack() {
        Some(left) if left < needed => Err(vm.new_exception_msg(
            error::argument_error(vm),
            format!("the arguments take {needed} bytes of stack, and {left} are left").into(),
        )),
        _ => Ok(()),
    }
}

/// Argument types and values as libffi takes them.
///
/// On System V x86-64 small aggregates are taken apart here into their eightbytes, which go into the
/// same registers as scalars would, or whole to the stack if the registers do not suffice: libffi up
/// to 3.4 overwrites the first vector register when an aggregate of both classes takes the last
/// integer register.
#[derive(Default)]
struct Placed {
    types: SmallVec<[*mut ffi_type; INLINE]>,
    values: SmallVec<[*mut c_void; INLINE]>,
    integers: usize,
    vectors: usize,
}

const INTEGER_REGISTERS: usize = 6;
const VECTOR_REGISTERS: usize = 8;

impl Placed {
    fn push(&mut self, ffi: *mut ffi_type, value: *mut c_void) {
        self.types.push(ffi);
        self.values.push(value);
    }

    fn place(&mut self, argument: &mut Argument) {
        let memory = argument.memory();
        match argument.kind() {
            ArgumentKind::Scalar(scalar) => {
                let (integers, vectors) = registers(scalar);
                // What does not fit goes to the stack and leaves the registers as they are.
                if self.fits(integers, vectors) {
                    self.integers += integers;
                    self.vectors += vectors;
                }
                self.push(scalar.raw(), memory);
            }
            ArgumentKind::Aggregate(ffi) => {
                // SAFETY: the argument keeps the ctype that the description belongs to.
                let ffi = unsafe { ffi.as_ref() };
                match ffi.passing() {
                    Passing::Registers(eightbytes) if CLASSIFIES => {
                        self.place_eightbytes(ffi, eightbytes, memory);
                    }
                    _ => self.push(ffi.raw(), memory),
                }
            }
        }
    }

    fn place_eightbytes(&mut self, ffi: &FfiType, eightbytes: &[Scalar], memory: *mut c_void) {
        let vectors = eightbytes.iter().filter(|&&s| s == Scalar::Double).count();
        let integers = eightbytes.len() - vectors;
        if !self.fits(integers, vectors) {
            return self.push(ffi.raw_in_memory(), memory);
        }
        self.integers += integers;
        self.vectors += vectors;
        for (index, eightbyte) in eightbytes.iter().enumerate() {
            // SAFETY: an argument's memory is a multiple of eightbytes.
            let value = unsafe { memory.cast::<u64>().add(index) };
            self.push(eightbyte.raw(), value.cast());
        }
    }

    fn fits(&self, integers: usize, vectors: usize) -> bool {
        self.integers + integers <= INTEGER_REGISTERS && self.vectors + vectors <= VECTOR_REGISTERS
    }
}

/// Integer and vector registers that a scalar takes on System V x86-64.
fn registers(scalar: Scalar) -> (usize, usize) {
    match scalar {
        Scalar::Float | Scalar::Double | Scalar::ComplexFloat => (0, 1),
        Scalar::ComplexDouble => (0, 2),
        Scalar::Void | Scalar::LongDouble | Scalar::ComplexLongDouble => (0, 0),
        _ => (1, 0),
    }
}

fn abi(_flags: u32) -> raw::ffi_abi {
    raw::ffi_abi_FFI_DEFAULT_ABI
}

/// Memory for a result: as large as its type, and at least a word, which libffi widens small
/// results to.
#[derive(Debug)]
pub struct ResultBuffer(SmallVec<[u128; 2]>);

impl ResultBuffer {
    /// `None` if there is no memory for it.
    #[must_use]
    pub fn new(size: usize) -> Option<Self> {
        let words = size.div_ceil(size_of::<u128>()).max(2);
        let mut memory = SmallVec::new();
        memory.try_reserve_exact(words).ok()?;
        memory.resize(words, 0);
        Some(Self(memory))
    }

    #[must_use]
    pub fn start(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast()
    }
}
