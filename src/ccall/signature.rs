//! How a function is called: the converters of its arguments, and what its result becomes.

use super::{enter::cif::CifCache, exact::Exact, flags, plan::Plan, result::Restype};
use crate::{callable::Callable, ctype::CType};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    object::{Traverse, TraverseFn},
    pyclass,
    vm::Context,
};
use std::{
    mem,
    sync::{Arc, OnceLock},
};

/// What Python code declares of a function.
#[derive(Clone, Debug)]
pub struct Declared {
    pub argtypes: Option<ArgTypes>,
    pub restype: Restype,
    pub errcheck: Option<Callable>,
}

/// A function's signature. It never changes: setting `argtypes`, `restype` or `errcheck` makes another.
///
/// It is a Python object, since function objects share the one of their type, and the garbage
/// collector must see each reference once.
#[pyclass(module = "_ctypes", name = "Signature", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub struct Signature {
    pub declared: Declared,
    /// What libffi was told about it, if it was needed.
    pub cif: CifCache,
    plan: OnceLock<Option<Arc<Plan>>>,
    /// What callbacks of this signature have in common, once there is one; a type of the layers above.
    pub callback: OnceLock<PyObjectRef>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Signature {}

/// Declared argument types with their converters.
#[derive(Clone, Debug)]
pub struct ArgTypes {
    /// The sequence as it was declared, which `argtypes` shows.
    shown: PyObjectRef,
    pub converters: Vec<Converter>,
}

/// How an argument is converted to its declared type.
#[derive(Clone, Debug)]
pub enum Converter {
    /// By the rules of a ctype whose `from_param` is not overridden.
    Type(Exact, PyRef<CType>),
    /// By the rules of another ctype, whose `from_param` the declared type has.
    OfOther(PyObjectRef, Exact, PyRef<CType>),
    /// By a `from_param` of Python code, that of this type.
    Call(PyObjectRef, Callable),
}

impl Converter {
    /// Returns the declared type.
    #[must_use]
    pub fn argtype(&self) -> &PyObject {
        match self {
            Self::Type(_, ctype) => ctype.python_class().as_object(),
            Self::OfOther(argtype, ..) | Self::Call(argtype, _) => argtype,
        }
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Declared {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.argtypes.traverse(visit);
        self.restype.traverse(visit);
        self.errcheck.traverse(visit);
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Signature {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.declared.traverse(visit);
        if let Some(callback) = self.callback.get() {
            callback.traverse(visit);
        }
    }

    /// Releases what the signature refers to. No call uses it: neither a function object nor its type is left.
    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        mem::replace(&mut self.declared, Declared::nothing()).release(out);
        out.extend(self.callback.take());
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for ArgTypes {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.shown.traverse(visit);
        self.converters.traverse(visit);
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Converter {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        match self {
            Self::Type(_, ctype) => ctype.traverse(visit),
            Self::OfOther(argtype, _, ctype) => {
                argtype.traverse(visit);
                ctype.traverse(visit);
            }
            Self::Call(argtype, from_param) => {
                argtype.traverse(visit);
                from_param.traverse(visit);
            }
        }
    }
}

impl Declared {
    /// Declares a function that takes anything and returns nothing.
    fn nothing() -> Self {
        Self {
            argtypes: None,
            restype: Restype::void(Context::genesis()),
            errcheck: None,
        }
    }

    /// Moves all objects that this refers to into `out`.
    pub fn release(self, out: &mut Vec<PyObjectRef>) {
        if let Some(ArgTypes { shown, converters }) = self.argtypes {
            out.push(shown);
            for converter in converters {
                match converter {
                    Converter::Type(_, ctype) => out.push(ctype.into()),
                    Converter::OfOther(argtype, _, ctype) => out.extend([argtype, ctype.into()]),
                    Converter::Call(argtype, from_param) => {
                        out.push(argtype);
                        from_param.release(out);
                    }
                }
            }
        }
        self.restype.release(out);
        if let Some(errcheck) = self.errcheck {
            errcheck.release(out);
        }
    }
}

impl ArgTypes {
    #[must_use]
    pub fn new(shown: PyObjectRef, converters: Vec<Converter>) -> Self {
        Self { shown, converters }
    }

    /// Checks the number of arguments that a function is given. A variadic function takes more than it declares, but
    /// never fewer.
    ///
    /// # Errors
    /// `TypeError` if the function does not take `given` arguments.
    #[inline]
    pub fn check_count(&self, given: usize, call_flags: u32, vm: &VirtualMachine) -> PyResult<()> {
        let required = self.converters.len();
        let (fits, at_least) = if call_flags & flags::CDECL == 0 {
            (required == given, "")
        } else {
            (required <= given, "at least ")
        };
        if fits {
            return Ok(());
        }
        let plural = if required == 1 { "" } else { "s" };
        Err(vm.new_type_error(format!(
            "this function takes {at_least}{required} argument{plural} ({given} given)"
        )))
    }

    #[must_use]
    pub fn shown(&self) -> PyObjectRef {
        self.shown.clone()
    }
}

impl Signature {
    #[must_use]
    pub fn new(declared: Declared) -> Self {
        Self {
            declared,
            cif: CifCache::default(),
            plan: OnceLock::new(),
            callback: OnceLock::new(),
        }
    }

    /// Returns the plan for calls of this signature, if there is one.
    #[must_use]
    pub fn plan(&self) -> Option<&Plan> {
        self.planned().as_deref()
    }

    /// Returns the plan, to be kept.
    #[must_use]
    pub fn shared_plan(&self) -> Option<Arc<Plan>> {
        self.planned().clone()
    }

    fn planned(&self) -> &Option<Arc<Plan>> {
        let make = || {
            let Declared {
                argtypes,
                restype,
                errcheck,
            } = &self.declared;
            let is_checked = errcheck.is_some();
            let plan = match argtypes {
                Some(argtypes) => {
                    let parameters = argtypes.converters.iter().map(|converter| match converter {
                        Converter::Type(exact, _) | Converter::OfOther(_, exact, _) => *exact,
                        Converter::Call(..) => Exact::UNKNOWN,
                    });
                    Plan::declared(parameters, restype, is_checked)
                }
                None => Plan::undeclared(restype, is_checked),
            };
            plan.map(Arc::new)
        };
        self.plan.get_or_init(make)
    }
}
