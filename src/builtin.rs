//! Builtin functions and methods that get the VM's arguments as they are.
//!
//! What `#[pyfunction]` makes binds its arguments by a protocol for defaults, names and conversions, which
//! takes longer than most functions of this crate. Here a function gets its positional arguments as they are:
//! their number is checked, and they are moved into place. To Python such a function is a
//! `builtin_function_or_method` like any other.
//!
//! A method (`#[pymethod(raw)]`) passes its arguments on to [`Builtin::call`], with its instance first.

use rustpython_vm::{
    PyObjectRef, PyResult, VirtualMachine, builtins::PyBaseExceptionRef, function::FuncArgs,
};
use std::fmt::Display;

/// A fixed number of positional arguments.
pub trait Positional: Sized {
    const LEAST: usize;
    const MOST: usize;

    /// Returns `given` as these arguments, if their number is right.
    fn of(given: Vec<PyObjectRef>) -> Option<Self>;
}

impl<const N: usize> Positional for [PyObjectRef; N] {
    const LEAST: usize = N;
    const MOST: usize = N;

    #[inline(always)]
    fn of(given: Vec<PyObjectRef>) -> Option<Self> {
        given.try_into().ok()
    }
}

impl Positional for (PyObjectRef, Option<PyObjectRef>) {
    const LEAST: usize = 1;
    const MOST: usize = 2;

    #[inline(always)]
    fn of(mut given: Vec<PyObjectRef>) -> Option<Self> {
        let second = if given.len() == 2 { given.pop() } else { None };
        let [first] = given.try_into().ok()?;
        Some((first, second))
    }
}

#[cfg(windows)]
impl Positional for (Option<PyObjectRef>,) {
    const LEAST: usize = 0;
    const MOST: usize = 1;

    #[inline(always)]
    fn of(mut given: Vec<PyObjectRef>) -> Option<Self> {
        let first = given.pop();
        given.is_empty().then_some((first,))
    }
}

/// What a message about wrong arguments says of the function.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    pub name: &'static str,
    /// Where the function is defined: the module, or a class with its module.
    pub place: &'static str,
    /// Whether the first argument is the instance, which is not counted.
    pub is_method: bool,
    pub wording: Wording,
}

/// CPython's wording of a message about wrong arguments, which depends on how a function reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// For one argument or none, as the VM itself checks.
    Counted,
    /// For several arguments, as generated code checks.
    Expected,
    /// As a format string checks, with the function's name.
    Named,
    /// As a format string checks, without the function's name.
    Unnamed,
}

impl Builtin {
    /// Calls `function` with the arguments.
    ///
    /// # Errors
    /// `TypeError` if their number is wrong or there are keyword arguments; any exception that the function
    /// raises.
    #[inline(always)]
    pub fn call<P: Positional>(
        &self,
        args: FuncArgs,
        function: impl FnOnce(P, &VirtualMachine) -> PyResult,
        vm: &VirtualMachine,
    ) -> PyResult {
        let given = args.args.len();
        let named = !args.kwargs.is_empty();
        if !named && let Some(arguments) = P::of(args.args) {
            return function(arguments, vm);
        }
        Err(self.refuse(P::LEAST, P::MOST, given, named, vm))
    }

    #[cold]
    fn refuse(
        &self,
        least: usize,
        most: usize,
        given: usize,
        named: bool,
        vm: &VirtualMachine,
    ) -> PyBaseExceptionRef {
        let Self {
            name,
            place,
            is_method,
            wording,
        } = *self;
        let instance = usize::from(is_method);
        let [least, most, given] = [least, most, given].map(|n| n.saturating_sub(instance));
        let qualified = match wording {
            Wording::Counted | Wording::Expected => format!("{place}.{name}"),
            Wording::Named | Wording::Unnamed => name.to_owned(),
        };
        if named {
            return vm.new_type_error(format!("{qualified}() takes no keyword arguments"));
        }
        let (limit, at) = match given {
            _ if least == most => (least, ""),
            _ if given < least => (least, "at least "),
            _ => (most, "at most "),
        };
        let exactly = if at.is_empty() { "exactly " } else { at };
        let arguments =
            |count: &dyn Display| format!("{count} argument{}", if limit == 1 { "" } else { "s" });
        let message = match wording {
            Wording::Counted if limit == 0 => {
                format!("{qualified}() takes no arguments ({given} given)")
            }
            Wording::Counted => format!(
                "{qualified}() takes {exactly}{} ({given} given)",
                arguments(&"one")
            ),
            Wording::Expected => format!("{name} expected {at}{}, got {given}", arguments(&limit)),
            Wording::Named => format!(
                "{name}() takes {exactly}{} ({given} given)",
                arguments(&limit)
            ),
            Wording::Unnamed => {
                format!(
                    "function takes {exactly}{} ({given} given)",
                    arguments(&limit)
                )
            }
        };
        vm.new_type_error(message)
    }
}
