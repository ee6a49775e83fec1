//! Calls planned ahead: all arguments numbers or addresses that go into registers, the result a plain
//! Python object.
//!
//! Such a call needs no list of arguments: each becomes a machine word and goes into the register that
//! waits for it. What the plan does not expect, it leaves to the general call, before anything has
//! happened that Python code could notice.

use super::{
    arena::Arena,
    argument::AbiClass,
    default,
    enter::{
        around::attached_or_not,
        registers::{INTEGERS, Registers, VECTORS},
        returned::Form,
    },
    exact::Exact,
    result::{Restype, ScalarResult},
};
use crate::{audit, ctype::scalar::terminated, without::without};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyBytes};

/// How to call a function of some signature. It refers to no Python object.
#[derive(Debug, PartialEq)]
pub struct Plan {
    parameters: Parameters,
    entry: Entry,
    result: ScalarResult,
}

#[derive(Debug, PartialEq)]
enum Parameters {
    Declared {
        list: Box<[Exact]>,
        /// Some of them take `bytes`, of which C is given copies.
        copies: bool,
    },
    /// Not declared: each argument is passed by its own type.
    Own,
}

/// Which registers are loaded, and which one holds the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Integers,
    All,
    AllForVector,
}

impl Plan {
    /// A plan for functions with these parameters and results, if there is one.
    #[must_use]
    pub fn declared(parameters: impl Iterator<Item = Exact>, restype: &Restype) -> Option<Self> {
        let list = parameters.collect::<Box<[Exact]>>();
        if list.contains(&Exact::Other) {
            return None;
        }
        let vectors = list.iter().filter(|exact| exact.is_vector()).count();
        if vectors > VECTORS || list.len() - vectors > INTEGERS {
            return None;
        }
        let copies = list.iter().any(Exact::takes_bytes);
        Self::new(Parameters::Declared { list, copies }, vectors > 0, restype)
    }

    /// A plan for functions whose parameters are not declared, if there is one.
    #[must_use]
    pub fn undeclared(restype: &Restype) -> Option<Self> {
        if without().exact {
            return None;
        }
        Self::new(Parameters::Own, true, restype)
    }

    fn new(parameters: Parameters, vectors: bool, restype: &Restype) -> Option<Self> {
        if without().plan || without().direct {
            return None;
        }
        let result = restype.scalar()?;
        let entry = match result.form? {
            Form::Integer if vectors => Entry::All,
            Form::Integer => Entry::Integers,
            Form::Vector => Entry::AllForVector,
            _ => return None,
        };
        Some(Self {
            parameters,
            entry,
            result,
        })
    }

    /// Calls the function at `address`. `None` if these arguments, or an audit hook, take more than
    /// the plan provides for; then nothing has been called.
    ///
    /// # Errors
    /// What the result's conversion raises, and for a `PYTHONAPI` function what it left.
    ///
    /// # Safety
    /// If `address` is not NULL, there must be a function with the signature that was planned for.
    #[inline(always)]
    pub unsafe fn call(
        &self,
        address: usize,
        call_flags: u32,
        given: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> Option<PyResult> {
        if address == 0 || audit::is_watched() {
            return None;
        }
        match &self.parameters {
            Parameters::Declared { list, copies } => {
                let mut arena = Arena::default();
                let mut registers = Registers::new();
                fill_declared(&mut registers, list, given, &mut arena, vm)?;
                // SAFETY: the caller's promise; the registers hold what the parameters say.
                let result = unsafe { self.enter(&registers, address, call_flags, vm) };
                if *copies {
                    take_over_declared(list, &registers, given, vm);
                }
                // SAFETY: the word is what C returned, of the type that the plan says.
                Some(result.and_then(|word| unsafe { self.convert(word, vm) }))
            }
            // SAFETY: the caller's promise.
            Parameters::Own => unsafe { self.call_by_type(address, call_flags, given, vm) },
        }
    }

    /// # Safety
    /// As for [`Self::call`].
    #[inline(never)]
    unsafe fn call_by_type(
        &self,
        address: usize,
        call_flags: u32,
        given: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> Option<PyResult> {
        let mut arena = Arena::default();
        let mut registers = Registers::new();
        fill_by_type(&mut registers, given, &mut arena, vm)?;
        // SAFETY: the caller's promise.
        let result = unsafe { self.enter(&registers, address, call_flags, vm) };
        take_over_by_type(given, vm);
        // SAFETY: as in `call`.
        Some(result.and_then(|word| unsafe { self.convert(word, vm) }))
    }

    /// Calls the function; what it returns, in a machine word.
    ///
    /// # Safety
    /// There must be a function that takes what the registers hold, and returns as the plan says.
    #[inline(always)]
    unsafe fn enter(
        &self,
        registers: &Registers,
        address: usize,
        call_flags: u32,
        vm: &VirtualMachine,
    ) -> PyResult<u64> {
        let mut word = 0;
        attached_or_not(call_flags, vm, || {
            // SAFETY: the caller's promise.
            word = unsafe {
                match self.entry {
                    Entry::Integers => registers.call_with_integers::<u64>(address),
                    Entry::All => registers.call::<u64>(address),
                    Entry::AllForVector => registers.call::<f64>(address).to_bits(),
                }
            };
        })?;
        Ok(word)
    }

    /// # Safety
    /// The word must hold a value of the result's type.
    #[inline(always)]
    unsafe fn convert(&self, mut word: u64, vm: &VirtualMachine) -> PyResult {
        // SAFETY: the caller's promise.
        unsafe { self.result.convert((&raw mut word).cast(), vm) }
    }
}

/// Fills the registers. `None` if an argument is not what its parameter takes at once.
#[inline(always)]
fn fill_declared(
    registers: &mut Registers,
    list: &[Exact],
    given: &[PyObjectRef],
    arena: &mut Arena,
    vm: &VirtualMachine,
) -> Option<()> {
    if given.len() != list.len() {
        return None;
    }
    let (mut integers, mut vectors) = (0, 0);
    for (exact, value) in list.iter().zip(given) {
        let word = exact.word(value, arena, vm)?;
        if exact.is_vector() {
            *registers.vectors.get_mut(vectors)? = f64::from_bits(word);
            vectors += 1;
        } else {
            *registers.integers.get_mut(integers)? = word;
            integers += 1;
        }
    }
    Some(())
}

/// The same, without parameters.
#[inline(always)]
fn fill_by_type(
    registers: &mut Registers,
    given: &[PyObjectRef],
    arena: &mut Arena,
    vm: &VirtualMachine,
) -> Option<()> {
    let (mut integers, mut vectors) = (0, 0);
    for value in given {
        match default::word(value, arena, vm)? {
            (AbiClass::Vector, word) => {
                *registers.vectors.get_mut(vectors)? = f64::from_bits(word);
                vectors += 1;
            }
            (_, word) => {
                *registers.integers.get_mut(integers)? = word;
                integers += 1;
            }
        }
    }
    Some(())
}

/// Takes over what C wrote into the copies of `bytes`.
#[inline(always)]
fn take_over_declared(
    list: &[Exact],
    registers: &Registers,
    given: &[PyObjectRef],
    vm: &VirtualMachine,
) {
    let mut words = registers.integers.iter();
    for (exact, value) in list.iter().zip(given) {
        if exact.is_vector() {
            continue;
        }
        let Some(&word) = words.next() else { return };
        if let Some(bytes) = exact.copied(value, vm) {
            // SAFETY: the word is the address of their copy, and `given` has held them since.
            unsafe { terminated::take_over(bytes, word as usize) };
        }
    }
}

/// The same, without parameters.
#[inline(always)]
fn take_over_by_type(given: &[PyObjectRef], vm: &VirtualMachine) {
    for value in given {
        if let Some(bytes) = value.downcast_ref_if_exact::<PyBytes>(vm) {
            // SAFETY: the copy that C was given, since an object has but one.
            unsafe { terminated::take_over(bytes, terminated::address(bytes)) };
        }
    }
}
