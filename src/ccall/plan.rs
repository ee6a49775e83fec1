//! Calls planned ahead, which go straight through a function pointer: every argument is what its
//! parameter takes at once.
//!
//! Such a call needs no list of arguments: each becomes a machine word and goes into the register that
//! waits for it. What the plan does not expect, it leaves to the general call, before anything has
//! happened that Python code could notice.

use super::{
    arena::Arena,
    argument::is_word,
    default,
    enter::{
        around::attached_or_not,
        registers::{INTEGERS, Registers, VECTORS},
        returned::Form,
    },
    exact::Exact,
    placed::{self, take_over},
    result::{Restype, ScalarResult},
};
use crate::{
    audit,
    cdata::CData,
    ctype::{ffi_type::CLASSIFIES, scalar::terminated},
    without::without,
};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, builtins::PyBytes};

/// How to call a function of some signature. It refers to no Python object.
#[derive(Debug, PartialEq)]
pub struct Plan {
    way: Way,
    /// There is an `errcheck`, which whoever calls sees to.
    pub is_checked: bool,
}

/// Where the arguments come from and go to.
#[derive(Debug, PartialEq)]
enum Way {
    /// All arguments are numbers and addresses that fit the argument registers, the result is a plain
    /// Python object.
    Words {
        list: Box<[Exact]>,
        /// Which of them take `bytes`, of which C is given copies.
        copied: Box<[Copied]>,
        entry: Entry,
        result: ScalarResult,
    },
    /// The same without declared parameters: the arguments' own types decide.
    Own { entry: Entry, result: ScalarResult },
    /// There are structures, results that become instances or go through Python code, more arguments
    /// than registers. Without a list nothing is declared.
    Placed {
        list: Option<Box<[Exact]>>,
        /// The result, if it is a plain Python object.
        result: Option<ScalarResult>,
    },
}

/// An argument that C is given a copy of, if it is `bytes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    argument: usize,
    /// The integer register that holds its address.
    register: usize,
}

impl Copied {
    fn among(list: &[Exact]) -> Box<[Self]> {
        let integers = list
            .iter()
            .enumerate()
            .filter(|(_, exact)| !exact.is_vector());
        integers
            .enumerate()
            .filter(|(_, (_, exact))| exact.takes_bytes())
            .map(|(register, (argument, _))| Self { argument, register })
            .collect()
    }
}

/// Which registers are loaded, and which one holds the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Integers,
    All,
    AllForVector,
}

impl Entry {
    fn new(vectors: bool, result: ScalarResult) -> Option<Self> {
        match result.form? {
            Form::Integer if vectors => Some(Self::All),
            Form::Integer => Some(Self::Integers),
            Form::Vector => Some(Self::AllForVector),
            _ => None,
        }
    }
}

impl Plan {
    /// A plan for functions with these parameters and results, if there is one.
    #[must_use]
    pub fn declared(
        parameters: impl Iterator<Item = Exact>,
        restype: &Restype,
        is_checked: bool,
    ) -> Option<Self> {
        let list = parameters.collect::<Box<[Exact]>>();
        let words_only = !list.iter().any(Exact::is_no_word);
        if list.iter().any(Exact::is_other) || !words_only && !CLASSIFIES || is_left_out() {
            return None;
        }
        let vectors = list.iter().filter(|exact| exact.is_vector()).count();
        let fits = vectors <= VECTORS && list.len() - vectors <= INTEGERS && words_only;
        let way = match restype.scalar() {
            Some(result) if fits && let Some(entry) = Entry::new(vectors > 0, result) => {
                Way::Words {
                    copied: Copied::among(&list),
                    list,
                    entry,
                    result,
                }
            }
            Some(ScalarResult { form: None, .. }) => return None,
            result => Way::Placed {
                list: Some(list),
                result,
            },
        };
        Some(Self { way, is_checked })
    }

    /// A plan for functions whose parameters are not declared, if there is one.
    #[must_use]
    pub fn undeclared(restype: &Restype, is_checked: bool) -> Option<Self> {
        if is_left_out() {
            return None;
        }
        let way = match restype.scalar() {
            Some(result) if let Some(entry) = Entry::new(true, result) => {
                Way::Own { entry, result }
            }
            Some(ScalarResult { form: None, .. }) => return None,
            result => Way::Placed { list: None, result },
        };
        Some(Self { way, is_checked })
    }

    /// Calls the function at `address`. `None` if these arguments, or an audit hook, take more than
    /// the plan provides for; then nothing has been called. `restype` gives the function's result
    /// type, if it is needed.
    ///
    /// # Errors
    /// What the result's conversion raises, and for a `PYTHONAPI` function what it left.
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
                // SAFETY: the caller's promise; the registers hold what the parameters say.
                let word = unsafe { entry.enter(&registers, address, call_flags, vm) };
                take_over_registers(copied, &registers, given, vm);
                // SAFETY: the word is what C returned, of the type that the plan says.
                return Some(word.and_then(|word| unsafe { result.of_word(word, vm) }));
            }
            Way::Own { entry, result } => {
                // SAFETY: the caller's promise.
                let outcome =
                    unsafe { call_by_type(*entry, *result, address, call_flags, given, vm) };
                if outcome.is_some() || !needs_placing(given) {
                    return outcome;
                }
                (None, Some(*result))
            }
            Way::Words { list, result, .. } => (Some(&**list), Some(*result)),
            Way::Placed { list, result } => (list.as_deref(), *result),
        };
        // SAFETY: the caller's promise.
        unsafe {
            match result {
                Some(result) => {
                    placed::call_for_scalar(list, address, call_flags, given, result, vm)
                }
                None => placed::call(list, address, call_flags, given, restype().as_ref(), vm),
            }
        }
    }

    /// The same with arguments that come from elsewhere, if registers hold them all.
    ///
    /// # Errors
    /// As for [`Self::call`].
    ///
    /// # Safety
    /// As for [`Self::call`]. What comes from memory must be for a pointer.
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
        // SAFETY: as in `call`.
        let word = unsafe { entry.enter(&registers, address, call_flags, vm) };
        take_over_registers(copied, &registers, sources, vm);
        // SAFETY: as in `call`.
        Some(word.and_then(|word| unsafe { result.of_word(word, vm) }))
    }
}

/// Where an argument of [`Plan::call_from`] comes from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    Object(&'a PyObjectRef),
    /// It is the address of memory for an output.
    Memory(usize),
}

/// What becomes the word of an argument.
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
    without().plan || without().direct || without().exact
}

impl Entry {
    /// Calls the function; what it returns, in a machine word.
    ///
    /// # Safety
    /// There must be a function that takes what the registers hold, and returns a scalar in this way.
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
            // SAFETY: the caller's promise.
            word = unsafe {
                match self {
                    Self::Integers => registers.call_with_integers::<u64>(address),
                    Self::All => registers.call::<u64>(address),
                    Self::AllForVector => registers.call::<f64>(address).to_bits(),
                }
            };
        })?;
        Ok(word)
    }
}

/// Whether arguments may be too many for the registers, or one of them is no word.
fn needs_placing(given: &[PyObjectRef]) -> bool {
    let is_no_word = |value: &PyObjectRef| CData::of(value).is_some_and(|cdata| !is_word(cdata));
    given.len() > INTEGERS || given.iter().any(is_no_word)
}

/// [`Way::Own`].
///
/// # Safety
/// As for [`Plan::call`].
#[inline(never)]
unsafe fn call_by_type(
    entry: Entry,
    result: ScalarResult,
    address: usize,
    call_flags: u32,
    given: &[PyObjectRef],
    vm: &VirtualMachine,
) -> Option<PyResult> {
    let mut arena = Arena::default();
    let mut registers = Registers::new();
    fill_by_type(&mut registers, given, &mut arena, vm)?;
    // SAFETY: the caller's promise.
    let word = unsafe { entry.enter(&registers, address, call_flags, vm) };
    take_over(&[], given, vm);
    // SAFETY: as in `call`.
    Some(word.and_then(|word| unsafe { result.of_word(word, vm) }))
}

/// Fills the registers. `None` if an argument is not what its parameter takes at once.
#[inline(always)]
fn fill_declared(
    registers: &mut Registers,
    list: &[Exact],
    given: &[impl Argument],
    arena: &mut Arena,
    vm: &VirtualMachine,
) -> Option<()> {
    let mut used = Used::default();
    for (exact, value) in list.iter().zip(given) {
        let word = value.word(exact, arena, vm)?;
        used.put(registers, exact.is_vector(), word)?;
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
    let mut used = Used::default();
    for value in given {
        let (scalar, word) = default::word(value, arena, vm)?;
        used.put(registers, scalar.is_float(), word)?;
    }
    Some(())
}

/// How many registers have been filled.
#[derive(Default)]
struct Used {
    integers: usize,
    vectors: usize,
}

impl Used {
    /// Puts a word into the next register of its class. `None` if there is none left.
    #[inline(always)]
    fn put(&mut self, registers: &mut Registers, is_vector: bool, word: u64) -> Option<()> {
        if is_vector {
            *registers.vectors.get_mut(self.vectors)? = f64::from_bits(word);
            self.vectors += 1;
        } else {
            *registers.integers.get_mut(self.integers)? = word;
            self.integers += 1;
        }
        Some(())
    }
}

/// Takes over what C wrote into the copies of `bytes`, of a call that filled the registers alone.
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
            let word = registers.integers[register];
            // SAFETY: the word is the address of their copy, and `given` has held them since.
            unsafe { terminated::take_over(bytes, word as usize) };
        }
    }
}
