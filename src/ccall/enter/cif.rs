//! Calls through libffi, which needs a prepared description of the signature (a cif).

use super::{
    ReturnType,
    detached::{Callee, attached_or_not, function_at},
};
use crate::{
    abi::{
        Scalar,
        libffi::{ffi_call, scalar},
        native::Teller,
        passing::{PassedType, Told},
        stack::STACK_ALIGN,
    },
    ccall::argument::{Argument, ArgumentValue, Arguments, INLINE},
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
    /// For a variadic call, the number of arguments before the `...`.
    fixed: Option<usize>,
}

// SAFETY: libffi only reads a prepared cif, and the types in one that is shared are libffi's statics.
unsafe impl Send for Cif {}
// SAFETY: as for Send.
unsafe impl Sync for Cif {}

/// The description of a signature's last call. One that mentions aggregates is not kept, because their
/// descriptions live only as long as the ctypes that the call holds.
#[derive(Debug, Default)]
pub struct CifCache(ArcSwapOption<Cif>);

impl Cif {
    /// Prepares a cif.
    ///
    /// # Errors
    /// `RuntimeError` if libffi cannot describe the call.
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
            // SAFETY: no other code knows the cif yet; `types` stays in place, behind the `Arc`.
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

/// Makes the exception for a call that libffi cannot describe, with `fixed` arguments before a `...`.
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
/// As for [`super::call`].
///
/// # Safety
/// As for [`super::call`].
#[inline(never)]
pub unsafe fn call(
    callee: Callee,
    cache: Option<&CifCache>,
    arguments: &mut Arguments,
    returned: ReturnType<'_>,
    result: *mut u8,
    vm: &VirtualMachine,
) -> PyResult<()> {
    check_stack(arguments, vm)?;
    if cannot(arguments) {
        let message = "an argument's alignment leaves no room for so many on the stack";
        return Err(vm.new_exception_msg(error::argument_error(vm), message.to_owned().into()));
    }
    let (result_type, teller) = match returned {
        ReturnType::Scalar(returned) => (scalar(returned), Teller::default()),
        ReturnType::Aggregate(passed) => (passed.described_as_result(), Teller::new(passed)),
    };
    let mut telling = Telling {
        types: SmallVec::new(),
        values: SmallVec::new(),
        teller,
    };
    let mut fixed = None;
    let mut scalars_only = matches!(returned, ReturnType::Scalar(_));
    for (index, argument) in arguments.list().iter_mut().enumerate() {
        if callee.fixed == Some(index) {
            fixed = Some(telling.types.len());
        }
        scalars_only &= !matches!(argument.value(), ArgumentValue::Aggregate(_));
        telling.argument(argument);
    }
    let Telling {
        types, mut values, ..
    } = telling;
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
        let (cif, result, values) = (cif.cif.get(), result.cast(), values.as_mut_ptr());
        // SAFETY: the function takes such arguments (see # Safety), so the cif describes it, and `values` has a
        // value of the right type for each argument.
        unsafe { ffi_call(cif, Some(function), result, values) };
    })
}

/// Returns whether libffi cannot make the call: an argument is aligned to more than the stack is, and libffi
/// would write beyond the memory that it reserves for it.
pub fn cannot(arguments: &mut Arguments) -> bool {
    let align = arguments.list().iter().map(Argument::align).max();
    align > Some(STACK_ALIGN)
}

/// The size of arguments up to which the interpreter's own check of the stack is enough.
const SMALL_STACK: usize = 16 * 1024;
/// The room on the stack for the call itself and for the C function.
const STACK_RESERVE: usize = 64 * 1024;

/// Checks that the stack has room for the arguments.
fn check_stack(arguments: &mut Arguments, vm: &VirtualMachine) -> PyResult<()> {
    let needed: usize = arguments.list().iter().map(Argument::size_on_stack).sum();
    if needed <= SMALL_STACK {
        return Ok(());
    }
    // libffi copies large arguments before it copies them to the stack.
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
struct Telling {
    types: SmallVec<[*mut ffi_type; INLINE]>,
    values: SmallVec<[*mut c_void; INLINE]>,
    teller: Teller,
}

impl Telling {
    fn push(&mut self, ffi: *mut ffi_type, value: *mut c_void) {
        self.types.push(ffi);
        self.values.push(value);
    }

    fn argument(&mut self, argument: &mut Argument) {
        let memory = argument.memory();
        let address = argument.address_of_word();
        match argument.value() {
            ArgumentValue::Word(what) | ArgumentValue::Wide(what) => {
                self.teller.scalar(what);
                self.push(scalar(what), memory);
            }
            ArgumentValue::Aggregate(passed) => {
                self.aggregate(passed, memory, address);
            }
        }
    }

    fn aggregate(&mut self, passed: &PassedType, memory: *mut c_void, address: *mut c_void) {
        /// The value for a register that is not used.
        static NOTHING: u64 = 0;
        match self.teller.tell(passed) {
            Told::Whole => self.push(passed.described(), memory),
            Told::AfterPadding => {
                let nothing = (&raw const NOTHING).cast_mut().cast();
                self.push(scalar(Scalar::Uint64), nothing);
                self.push(passed.described(), memory);
            }
            Told::InMemory => self.push(passed.described_in_memory(), memory),
            Told::Address => self.push(scalar(Scalar::Pointer), address),
            Told::Pieces(pieces) => {
                let mut at = memory;
                for &piece in pieces {
                    self.push(scalar(piece), at);
                    // SAFETY: the pieces lie one behind the other in the argument's memory, which is a multiple
                    // of eightbytes.
                    at = unsafe { at.byte_add(piece.size()) };
                }
            }
        }
    }
}
