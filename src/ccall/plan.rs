//! Calls planned ahead: all arguments numbers or addresses that go into registers, the result a plain
//! Python object.
//!
//! Such a call needs no list of arguments: each becomes a machine word and goes into the register that
//! waits for it. What the plan does not expect, it leaves to the general call, before anything has
//! happened that Python code could notice.

use super::{
    arena::Arena,
    enter::{
        around::attached_or_not,
        registers::{INTEGERS, Registers, VECTORS},
        returned::Form,
    },
    exact::Exact,
    result::{Restype, ScalarResult},
};
use crate::{audit, ctype::scalar::terminated, without::without};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// How to call a function of some signature. It refers to no Python object.
#[derive(Debug, PartialEq)]
pub struct Plan {
    parameters: Box<[Exact]>,
    entry: Entry,
    result: ScalarResult,
    /// Some parameter takes `bytes`, of which C is given copies.
    copies: bool,
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
    pub fn new(parameters: impl Iterator<Item = Exact>, restype: &Restype) -> Option<Self> {
        if without().direct {
            return None;
        }
        let parameters = parameters.collect::<Box<[Exact]>>();
        if parameters.contains(&Exact::Other) {
            return None;
        }
        let vectors = parameters.iter().filter(|exact| exact.is_vector()).count();
        if vectors > VECTORS || parameters.len() - vectors > INTEGERS {
            return None;
        }
        let result = restype.scalar()?;
        let entry = match result.form? {
            Form::Integer if vectors == 0 => Entry::Integers,
            Form::Integer => Entry::All,
            Form::Vector => Entry::AllForVector,
            _ => return None,
        };
        Some(Self {
            copies: parameters.iter().any(|exact| exact.takes_bytes()),
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
        if given.len() != self.parameters.len() || address == 0 || audit::is_watched() {
            return None;
        }
        let mut arena = Arena::default();
        let mut registers = Registers::new();
        let (mut integers, mut vectors) = (0, 0);
        for (exact, value) in self.parameters.iter().zip(given) {
            let word = exact.word(value, &mut arena, vm)?;
            if exact.is_vector() {
                *registers.vectors.get_mut(vectors)? = f64::from_bits(word);
                vectors += 1;
            } else {
                *registers.integers.get_mut(integers)? = word;
                integers += 1;
            }
        }
        let mut word = 0;
        let called = attached_or_not(call_flags, vm, || {
            // SAFETY: the caller's promise; the registers hold what the plan says.
            word = unsafe {
                match self.entry {
                    Entry::Integers => registers.call_with_integers::<u64>(address),
                    Entry::All => registers.call::<u64>(address),
                    Entry::AllForVector => registers.call::<f64>(address).to_bits(),
                }
            };
        });
        if let Err(error) = called {
            return Some(Err(error));
        }
        if self.copies {
            self.take_over(&registers, given, vm);
        }
        // SAFETY: the word is what C returned, of the type that the plan says.
        Some(unsafe { self.result.convert((&raw mut word).cast(), vm) })
    }

    /// Takes over what C wrote into the copies of `bytes`.
    #[inline(never)]
    fn take_over(&self, registers: &Registers, given: &[PyObjectRef], vm: &VirtualMachine) {
        let in_integers = self.parameters.iter().zip(given);
        let in_integers = in_integers.filter(|(exact, _)| !exact.is_vector());
        for ((exact, value), &word) in in_integers.zip(&registers.integers) {
            if let Some(bytes) = exact.copied(value, vm) {
                // SAFETY: the word is the address of their copy, and `given` has held them since.
                unsafe { terminated::take_over(bytes, word as usize) };
            }
        }
    }
}
