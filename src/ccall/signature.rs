//! How a function is to be called: what its arguments are converted by, what its result becomes.

use super::{enter::cif::CifCache, exact::Exact, plan::Plan, result::Restype};
use crate::{callable::Callable, ctype::CType};
use rustpython_vm::{
    PyObjectRef, PyPayload, PyRef,
    object::{Traverse, TraverseFn},
    pyclass,
};
use std::sync::{Arc, OnceLock};

/// A function's signature. It never changes: setting `argtypes`, `restype` or `errcheck` makes another.
///
/// It is a Python object, since function objects share the one of their type, and the garbage
/// collector must see each reference once.
#[pyclass(module = "_ctypes", name = "Signature", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub struct Signature {
    pub argtypes: Option<ArgTypes>,
    pub restype: Restype,
    pub errcheck: Option<Callable>,
    /// What libffi was told of it, if it was asked.
    pub cif: CifCache,
    plan: OnceLock<Option<Arc<Plan>>>,
    /// What callbacks of it have in common, once there is one; known to the layers above.
    pub callback: OnceLock<PyObjectRef>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Signature {}

/// What Python code declares anew.
#[derive(Debug)]
pub enum Change {
    ArgTypes(Option<ArgTypes>),
    Restype(Restype),
    Errcheck(Option<Callable>),
}

/// Declared argument types with the converter each of them brings.
#[derive(Clone, Debug)]
pub struct ArgTypes {
    /// What `argtypes` shows: the sequence as it was declared.
    pub declared: PyObjectRef,
    pub types: Vec<PyObjectRef>,
    pub converters: Vec<Converter>,
}

/// How an argument becomes what its declared type accepts.
#[derive(Clone, Debug)]
pub enum Converter {
    /// By the rules of a ctype whose `from_param` is ours.
    Type(Exact, PyRef<CType>),
    /// By a `from_param` of Python code.
    Call(Callable),
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Signature {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.argtypes.traverse(visit);
        self.restype.traverse(visit);
        self.errcheck.traverse(visit);
        if let Some(callback) = self.callback.get() {
            callback.traverse(visit);
        }
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for ArgTypes {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.declared.traverse(visit);
        self.types.traverse(visit);
        for converter in &self.converters {
            match converter {
                Converter::Type(_, ctype) => ctype.traverse(visit),
                Converter::Call(from_param) => from_param.traverse(visit),
            }
        }
    }
}

impl Signature {
    #[must_use]
    pub fn new(argtypes: Option<ArgTypes>, restype: Restype) -> Self {
        Self {
            argtypes,
            restype,
            errcheck: None,
            cif: CifCache::default(),
            plan: OnceLock::new(),
            callback: OnceLock::new(),
        }
    }

    /// The plan for calls of it, if there is one.
    #[must_use]
    pub fn plan(&self) -> Option<&Plan> {
        self.planned().as_deref()
    }

    /// The same, to be kept.
    #[must_use]
    pub fn shared_plan(&self) -> Option<Arc<Plan>> {
        self.planned().clone()
    }

    fn planned(&self) -> &Option<Arc<Plan>> {
        let make = || {
            let is_checked = self.errcheck.is_some();
            let plan = match &self.argtypes {
                Some(argtypes) => {
                    let parameters = argtypes.converters.iter().map(|converter| match converter {
                        Converter::Type(exact, _) => *exact,
                        Converter::Call(_) => Exact::OTHER,
                    });
                    Plan::declared(parameters, &self.restype, is_checked)
                }
                None => Plan::undeclared(&self.restype, is_checked),
            };
            plan.map(Arc::new)
        };
        self.plan.get_or_init(make)
    }

    /// The same but for what the change says.
    #[must_use]
    pub fn with(&self, change: &Change) -> Self {
        let argtypes = match change {
            Change::ArgTypes(argtypes) => argtypes,
            _ => &self.argtypes,
        };
        let restype = match change {
            Change::Restype(restype) => restype,
            _ => &self.restype,
        };
        let errcheck = match change {
            Change::Errcheck(errcheck) => errcheck,
            _ => &self.errcheck,
        };
        Self {
            errcheck: errcheck.clone(),
            ..Self::new(argtypes.clone(), restype.clone())
        }
    }
}
