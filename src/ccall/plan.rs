//! Planned calls, which go straight through a function pointer: every argument is what its parameter takes at
//! once.
//!
//! Such a call needs no list of arguments: each becomes a machine word and goes into its register. What the
//! plan does not provide for is left to the general call, before anything has happened that Python code could
//! notice.

use super::{
    arena::Arena,
    argument::is_word,
    default,
    enter::detached::attached_or_not,
    exact::Exact,
    framed::{self, take_over},
    result::{Restype, ScalarResult},
};
use crate::{
    abi::{
        Scalar,
        native::{Form, INTEGERS, NextRegister, Registers},
    },
    audit,
    cdata::CData,
    ctype::scalar::terminated,
    without::without,
};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyBytes};

/// How to call a function of some signature. It refers to no Python object.
#[derive(Debug, PartialEq)]
pub struct Plan {
    way: Way,
    /// Whether there is an `errcheck`, which the caller must call.
    pub is_checked: bool,
}

/// Where the arguments come from and go to.
#[derive(Debug, PartialEq)]
enum Way {
    /// All arguments are numbers and addresses that fit the argument registers; the result is a plain Python
    /// object.
    Words {
        list: Box<[Exact]>,
        /// The arguments that take `bytes`, of which C gets copies.
        copied: Box<[Copied]>,
        entry: WordCall,
        result: ScalarResult,
    },
    /// As `Words`, but without declared parameters: the arguments' own types decide.
    Undeclared {
        entry: WordCall,
        result: ScalarResult,
    },
    /// There are structures, results that become instances or go through Python code, or more arguments than
    /// registers. Without a list, no parameters are declared.
    Framed {
        list: Option<Box<[Exact]>>,
        /// The result, if it becomes a plain Python object.
        result: Option<ScalarResult>,
    },
}

/// An argument of which C gets a copy, if it is `bytes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    argument: usize,
    /// The integer register that holds the copy's address.
    register: usize,
}

impl Copied {
    fn among(list: &[Exact]) -> Box<[Self]> {
        let mut next = NextRegister::default();
        let registers = list.iter().map(|exact| next.take(exact.is_vector()));
        registers
            .zip(list)
            .enumerate()
            .filter(|(_, (_, exact))| exact.takes_bytes())
            .filter_map(|(argument, (register, _))| {
                let register = register?;
                Some(Self { argument, register })
            })
            .collect()
    }
}

/// A call whose arguments all fit registers, and whose result is a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordCall {
    /// Where the result comes back.
    form: Form,
    /// Whether any argument goes into a vector register.
    vectors: bool,
}

impl WordCall {
    fn new(vectors: bool, result: ScalarResult) -> Option<Self> {
        let form = result.form.filter(|form| form.is_word())?;
        Some(Self { form, vectors })
    }
}

impl Plan {
    /// Makes a plan for functions with these parameters and results, if they can be planned.
    #[must_use]
    pub fn declared(
        parameters: impl Iterator<Item = Exact>,
        restype: &Restype,
        is_checked: bool,
    ) -> Option<Self> {
        let list = parameters.collect::<Box<[Exact]>>();
        let words_only = !list.iter().any(Exact::is_no_word);
        if list.iter().any(Exact::is_unknown) || is_left_out() {
            return None;
        }
        let mut next = NextRegister::default();
        let fits = |exact: &Exact| next.take(exact.is_vector()).is_some();
        let fits = words_only && list.iter().all(fits);
        let vectors = list.iter().any(Exact::is_vector);
        let way = match restype.scalar() {
            Some(result) if fits && let Some(entry) = WordCall::new(vectors, result) => {
                Way::Words {
                    copied: Copied::among(&list),
                    list,
                    entry,
                    result,
                }
            }
            Some(ScalarResult { form: None, .. }) => return None,
            result => Way::Framed {
                list: Some(list),
                result,
            },
        };
        Some(Self { way, is_checked })
    }

    /// Makes a plan for functions without declared parameters, if they can be planned.
    #[must_use]
    pub fn undeclared(restype: &Restype, is_checked: bool) -> Option<Self> {
        if is_left_out() {
            return None;
        }
        let way = match restype.scalar() {
            Some(result) if let Some(entry) = WordCall::new(true, result) => {
                Way::Undeclared { entry, result }
            }
            Some(ScalarResult { form: None, .. }) => return None,
            result => Way::Framed { list: None, result },
        };
        Some(Self { way, is_checked })
    }

    /// Calls the function at `address`. Returns `None` if these arguments, or an audit hook, need more than the
    /// plan provides for; then nothing has been called. `restype` returns the function's result type, if it is
    /// needed.
    ///
    /// # Errors
    /// Any exception that the result's conversion raises, and for a `PYTHONAPI` function the one that it left.
    ///
    /// # Safety
    /// If `address` is not NULL, there must be a function with the signature that was planned for.
    #[inline(always)]
    pub unsafe fn call<R: AsRef<Restype>>(
        &self,
        address: usize,
        call_flags: u32,
        given: &[PyObjectRef],
        restype: impl FnOnce() -> R,
        vm: &VirtualMachine,
    ) -> Option<PyResult> {
        if address == 0 || audit::is_watched() {
            return None;
        }
        let (list, result) = match &self.way {
            Way::Words {
                list,
                copied,
                entry,
                result,
            } if list.len() == given.len() => {
                let mut arena = Arena::default();
                let mut registers = Registers::new();
                fill_declared(&mut registers, list, given, &mut arena, vm)?;
                // SAFETY: the function has the planned signature (see # Safety), and the registers hold its
                // arguments.
                let word = unsafe { entry.enter(&registers, address, call_flags, vm) };
                take_over_registers(copied, &registers, given, vm);
                // SAFETY: the word is what C returned, of the planned type.
                return Some(word.and_then(|word| unsafe { result.of_word(word, vm) }));
            }
            Way::Undeclared { entry, result } => {
                // SAFETY: the function has the planned signature (see # Safety).
                let outcome =
                    unsafe { call_by_type(*entry, *result, address, call_flags, given, vm) };
                if outcome.is_some() || !needs_placing(given) {
                    return outcome;
                }
                (None, Some(*result))
            }
            Way::Words { list, result, .. } => (Some(&**list), Some(*result)),
            Way::Framed { list, result } => (list.as_deref(), *result),
        };
        // SAFETY: the function has the planned signature (see # Safety).
        unsafe {
            match result {
                Some(result) => {
                    framed::call_for_scalar(list, address, call_flags, given, result, vm)
                }
                None => framed::call(list, address, call_flags, given, restype().as_ref(), vm),
            }
        }
    }

    /// Calls the function at `address` with arguments from other sources, if they all fit registers.
    ///
    /// # Errors
    /// As for [`Self::call`].
    ///
    /// # Safety
    /// As for [`Self::call`]. The parameters of [`Source::Memory`] must be pointers.
    #[inline(always)]
    pub unsafe fn call_from(
        &self,
        address: usize,
        call_flags: u32,
        sources: &[Source<'_>],
        vm: &VirtualMachine,
    ) -> Option<PyResult> {
        let Way::Words {
            list,
            copied,
            entry,
            result,
        } = &self.way
        else {
            return None;
        };
        if address == 0 || audit::is_watched() || list.len() != sources.len() {
            return None;
        }
        let mut arena = Arena::default();
        let mut registers = Registers::new();
        fill_declared(&mut registers, list, sources, &mut arena, vm)?;
        // SAFETY: the function has the planned signature (see # Safety), and the registers hold its arguments.
        let word = unsafe { entry.enter(&registers, address, call_flags, vm) };
        take_over_registers(copied, &registers, sources, vm);
        // SAFETY: the word is what C returned, of the planned type.
        Some(word.and_then(|word| unsafe { result.of_word(word, vm) }))
    }
}

/// Where an argument of [`Plan::call_from`] comes from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    Object(&'a PyObjectRef),
    /// The address of memory for an output.
    Memory(usize),
}

/// Where the word of an argument comes from.
trait Argument {
    fn word(&self, exact: &Exact, arena: &mut Arena, vm: &VirtualMachine) -> Option<u64>;

    fn object(&self) -> Option<&PyObjectRef>;
}

impl Argument for PyObjectRef {
    #[inline(always)]
    fn word(&self, exact: &Exact, arena: &mut Arena, vm: &VirtualMachine) -> Option<u64> {
        exact.word(self, arena, vm)
    }

    #[inline(always)]
    fn object(&self) -> Option<&PyObjectRef> {
        Some(self)
    }
}

impl Argument for Source<'_> {
    #[inline(always)]
    fn word(&self, exact: &Exact, arena: &mut Arena, vm: &VirtualMachine) -> Option<u64> {
        match *self {
            Self::Object(object) => exact.word(object, arena, vm),
            Self::Memory(address) => Some(address as u64),
        }
    }

    #[inline(always)]
    fn object(&self) -> Option<&PyObjectRef> {
        match self {
            Self::Object(object) => Some(object),
            Self::Memory(_) => None,
        }
    }
}

fn is_left_out() -> bool {
    let is_direct = Form::of_scalar(Scalar::Void).is_some();
    !is_direct || without().plan || without().direct || without().exact
}

impl WordCall {
    /// Calls the function, and returns its result in a machine word.
    ///
    /// # Safety
    /// There must be a function at `address` that takes what the registers hold, and returns a scalar as
    /// `self.form` says.
    #[inline(always)]
    unsafe fn enter(
        self,
        registers: &Registers,
        address: usize,
        call_flags: u32,
        vm: &VirtualMachine,
    ) -> PyResult<u64> {
        let mut word = 0;
        attached_or_not(call_flags, vm, || {
            // SAFETY: the function takes what the registers hold (see # Safety).
            word = unsafe { registers.call(address, self.form, self.vectors) };
        })?;
        Ok(word)
    }
}

/// Returns whether there may be more arguments than registers, or one that does not fit a word.
fn needs_placing(given: &[PyObjectRef]) -> bool {
    let is_no_word = |value: &PyObjectRef| CData::of(value).is_some_and(|cdata| !is_word(cdata));
    given.len() > INTEGERS || given.iter().any(is_no_word)
}

/// Makes a call as [`Way::Undeclared`] says.
///
/// # Safety
/// As for [`Plan::call`].
#[inline(never)]
unsafe fn call_by_type(
    entry: WordCall,
    result: ScalarResult,
    address: usize,
    call_flags: u32,
    given: &[PyObjectRef],
    vm: &VirtualMachine,
) -> Option<PyResult> {
    let mut arena = Arena::default();
    let mut registers = Registers::new();
    fill_by_type(&mut registers, given, &mut arena, vm)?;
    // SAFETY: the function takes arguments of these types (see # Safety), and the registers hold them.
    let word = unsafe { entry.enter(&registers, address, call_flags, vm) };
    take_over(&[], given, vm);
    // SAFETY: the word is what C returned, of the planned type.
    Some(word.and_then(|word| unsafe { result.of_word(word, vm) }))
}

/// Fills the registers. Returns `None` if an argument is not what its parameter takes at once.
#[inline(always)]
fn fill_declared(
    registers: &mut Registers,
    list: &[Exact],
    given: &[impl Argument],
    arena: &mut Arena,
    vm: &VirtualMachine,
) -> Option<()> {
    let mut next = NextRegister::default();
    for (exact, value) in list.iter().zip(given) {
        let word = value.word(exact, arena, vm)?;
        registers.put(&mut next, exact.is_vector(), word)?;
    }
    Some(())
}

/// Fills the registers where no parameters are declared. Returns `None` if an argument's type does not decide
/// at once.
#[inline(always)]
fn fill_by_type(
    registers: &mut Registers,
    given: &[PyObjectRef],
    arena: &mut Arena,
    vm: &VirtualMachine,
) -> Option<()> {
    let mut next = NextRegister::default();
    for value in given {
        let (scalar, word) = default::word(value, arena, vm)?;
        registers.put(&mut next, scalar.is_float(), word)?;
    }
    Some(())
}

/// Copies back what C wrote into the copies of `bytes`, for a call that used only registers.
#[inline(always)]
fn take_over_registers(
    copied: &[Copied],
    registers: &Registers,
    given: &[impl Argument],
    vm: &VirtualMachine,
) {
    for &Copied { argument, register } in copied {
        let object = given[argument].object();
        if let Some(bytes) = object.and_then(|object| object.downcast_ref_if_exact::<PyBytes>(vm)) {
            let word = registers.integer(register);
            // SAFETY: the word is the address of their copy, and `given` has held the `bytes` since.
            unsafe { terminated::take_over(bytes, word as usize) };
        }
    }
}
