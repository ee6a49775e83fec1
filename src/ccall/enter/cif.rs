//! Calls through libffi, which a description of the signature (a cif) is prepared for.

use super::{
    around::{Callee, attached_or_not, function_at},
    available::Available,
    returned::Returned,
};
use crate::{
    ccall::argument::{Argument, Arguments, INLINE, STACK_ALIGN, Value},
    ctype::ffi_type::{CLASSIFIES, FfiType, Passing, Scalar},
    error,
};
use arc_swap::ArcSwapOption;
use libffi::raw::{self, ffi_cif, ffi_type};
use rustpython_vm::{PyResult, VirtualMachine, builtins::PyBaseExceptionRef};
use smallvec::SmallVec;
use std::{cell::UnsafeCell, ffi::c_void, mem::MaybeUninit, sync::Arc};

/// A prepared description of a call, and what it was prepared from.
#[derive(Debug)]
struct Cif {
    cif: UnsafeCell<ffi_cif>,
    types: SmallVec<[*mut ffi_type; INLINE]>,
    result: *mut ffi_type,
    /// For a variadic call, how many arguments come before the `...`.
    fixed: Option<usize>,
}

// SAFETY: libffi only reads a cif that is prepared, and the types in one that is shared are libffi's
// statics.
unsafe impl Send for Cif {}
// SAFETY: as for Send.
unsafe impl Sync for Cif {}

/// The description of the last call of a signature. One that mentions aggregates is not kept: their
/// descriptions live no longer than the ctypes that the call holds.
#[derive(Debug, Default)]
pub struct CifCache(ArcSwapOption<Cif>);

impl Cif {
    /// # Errors
    /// `RuntimeError` if libffi knows no such call.
    fn prepare(
        types: SmallVec<[*mut ffi_type; INLINE]>,
        result: *mut ffi_type,
        fixed: Option<usize>,
        vm: &VirtualMachine,
    ) -> PyResult<Arc<Self>> {
        let prepared = Arc::new(Self {
            // SAFETY: a plain C structure, for which zero is a valid value of every member.
            cif: UnsafeCell::new(unsafe { MaybeUninit::zeroed().assume_init() }),
            types,
            result,
            fixed,
        });
        let cif = prepared.cif.get();
        let types = prepared.types.as_ptr().cast_mut();
        let count = u32::try_from(prepared.types.len()).unwrap_or(u32::MAX);
        let abi = raw::ffi_abi_FFI_DEFAULT_ABI;
        let status = match fixed {
            // SAFETY: nobody else knows the cif yet; `types` stays where it is, behind the `Arc`.
            None => unsafe { raw::ffi_prep_cif(cif, abi, count, result, types) },
            // SAFETY: as above; there are at least `fixed` arguments.
            Some(fixed) => unsafe {
                let fixed = u32::try_from(fixed).unwrap_or(u32::MAX);
                raw::ffi_prep_cif_var(cif, abi, fixed, count, result, types)
            },
        };
        if status == raw::ffi_status_FFI_OK {
            Ok(prepared)
        } else {
            Err(not_prepared(fixed, vm))
        }
    }
}

/// The exception for a call that libffi knows nothing of, in which so many arguments come before a `...`.
#[cold]
pub fn not_prepared(fixed: Option<usize>, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_runtime_error(match fixed {
        None => "ffi_prep_cif failed",
        Some(_) => "ffi_prep_cif_var failed",
    })
}

/// Calls `callee` through libffi.
///
/// # Errors
/// As [`super::call`].
///
/// # Safety
/// As for [`super::call`].
#[inline(never)]
pub unsafe fn call(
    callee: Callee,
    cache: Option<&CifCache>,
    arguments: &mut Arguments,
    returned: Returned<'_>,
    result: *mut u8,
    vm: &VirtualMachine,
) -> PyResult<()> {
    check_stack(arguments, vm)?;
    if cannot(arguments) {
        let message = "an argument's alignment leaves no room for so many on the stack";
        return Err(vm.new_exception_msg(error::argument_error(vm), message.to_owned().into()));
    }
    let (result_type, in_memory) = match returned {
        Returned::Scalar(scalar) => (scalar.raw(), false),
        Returned::Aggregate(ffi) => (ffi.raw_result(), *ffi.passing() == Passing::Memory),
    };
    let mut placed = Placed {
        types: SmallVec::new(),
        values: SmallVec::new(),
        registers: Available::all(),
    };
    if in_memory {
        // Its address is an argument.
        placed.registers.take_scalar(Scalar::Pointer);
    }
    let mut fixed = None;
    let mut scalars_only = matches!(returned, Returned::Scalar(_));
    for (index, argument) in arguments.list().iter_mut().enumerate() {
        if callee.fixed == Some(index) {
            fixed = Some(placed.types.len());
        }
        scalars_only &= !matches!(argument.value(), Value::Aggregate(_));
        placed.place(argument);
    }
    let Placed {
        types, mut values, ..
    } = placed;
    let known = cache.and_then(|cache| cache.0.load_full());
    let fits = |cif: &Arc<Cif>| {
        cif.types == types && std::ptr::eq(cif.result, result_type) && cif.fixed == fixed
    };
    let cif = match known.filter(fits) {
        Some(cif) => cif,
        None => {
            let cif = Cif::prepare(types, result_type, fixed, vm)?;
            if let Some(cache) = cache.filter(|_| scalars_only) {
                cache.0.store(Some(cif.clone()));
            }
            cif
        }
    };
    attached_or_not(callee.flags, vm, || {
        let function = function_at(callee.address);
        #[cfg(windows)]
        if callee.flags & crate::ccall::flags::PYTHONAPI == 0 {
            let words = [
                cif.cif.get().addr(),
                callee.address,
                result.addr(),
                values.as_mut_ptr().addr(),
            ];
            let ffi_call = function_at(raw::ffi_call as *const () as usize);
            // SAFETY: as below; libffi's frames are C's.
            return unsafe { crate::ccall::seh::call(ffi_call, words) };
        }
        // SAFETY: the cif describes the function by the caller's promise, and `values` has a value
        // of the right type for each argument.
        unsafe {
            raw::ffi_call(
                cif.cif.get(),
                Some(function),
                result.cast(),
                values.as_mut_ptr(),
            );
        }
    })
}

/// Whether libffi cannot make the call: an argument is aligned to more than the stack, and libffi would write
/// beyond the memory that it reserves for it.
pub fn cannot(arguments: &mut Arguments) -> bool {
    let align = arguments.list().iter().map(Argument::align).max();
    align > Some(STACK_ALIGN)
}

/// Arguments that take no more than this leave it to the interpreter's own check of the stack.
const SMALL_STACK: usize = 16 * 1024;
/// What the call and the C function get besides.
const STACK_RESERVE: usize = 64 * 1024;

/// Whether the stack has room for the arguments.
fn check_stack(arguments: &mut Arguments, vm: &VirtualMachine) -> PyResult<()> {
    let needed: usize = arguments.list().iter().map(Argument::size).sum();
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
/// same registers as scalars would, or whole to the stack if the registers do not suffice.
struct Placed {
    types: SmallVec<[*mut ffi_type; INLINE]>,
    values: SmallVec<[*mut c_void; INLINE]>,
    registers: Available,
}

impl Placed {
    fn push(&mut self, ffi: *mut ffi_type, value: *mut c_void) {
        self.types.push(ffi);
        self.values.push(value);
    }

    fn place(&mut self, argument: &mut Argument) {
        let memory = argument.memory();
        match argument.value() {
            Value::Word(scalar) | Value::Wide(scalar) => {
                self.registers.take_scalar(scalar);
                self.push(scalar.raw(), memory);
            }
            Value::Aggregate(ffi) => match ffi.passing() {
                Passing::Registers(eightbytes) if CLASSIFIES => {
                    self.place_eightbytes(ffi, eightbytes, memory);
                }
                _ => self.push(ffi.raw(), memory),
            },
        }
    }

    fn place_eightbytes(&mut self, ffi: &FfiType, eightbytes: &[Scalar], memory: *mut c_void) {
        if !self.registers.take_eightbytes(eightbytes) {
            return self.push(ffi.raw_in_memory(), memory);
        }
        for (index, eightbyte) in eightbytes.iter().enumerate() {
            // SAFETY: an argument's memory is a multiple of eightbytes.
            let value = unsafe { memory.cast::<u64>().add(index) };
            self.push(eightbyte.raw(), value.cast());
        }
    }
}
