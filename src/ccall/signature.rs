//! How a function is to be called: what its arguments are converted by, what its result becomes.

use super::{enter::cif::CifCache, result::Restype};
use crate::ctype::CType;
use arc_swap::{ArcSwapAny, Guard, RefCnt};
use rustpython_vm::{
    Py, PyObjectRef, PyPayload, PyRef, VirtualMachine,
    object::{Traverse, TraverseFn},
    pyclass,
};
use std::ops::Deref;

/// A function's signature. It never changes: setting `argtypes`, `restype` or `errcheck` makes another.
///
/// It is a Python object, since function objects share the one of their type, and the garbage
/// collector must see each reference once.
#[pyclass(module = "_ctypes", name = "Signature", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub struct Signature {
    pub argtypes: Option<ArgTypes>,
    pub restype: Restype,
    pub errcheck: Option<PyObjectRef>,
    /// What libffi was told of it, if it was asked.
    pub cif: CifCache,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Signature {}

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
    Type(PyRef<CType>),
    /// By a `from_param` of Python code.
    Call(PyObjectRef),
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Signature {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.argtypes.traverse(visit);
        self.restype.traverse(visit);
        self.errcheck.traverse(visit);
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for ArgTypes {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.declared.traverse(visit);
        self.types.traverse(visit);
        for converter in &self.converters {
            match converter {
                Converter::Type(ctype) => ctype.traverse(visit),
                Converter::Call(callable) => callable.traverse(visit),
            }
        }
    }
}

/// The signature that a function object has now. Calls read it without a lock, and keep the one they
/// have read while another thread sets another.
#[derive(Debug)]
pub struct Current(ArcSwapAny<Shared>);

#[derive(Clone, Debug)]
struct Shared(PyRef<Signature>);

// SAFETY: the pointer is that of a counted object, which a clone counts once more and a drop once
// less; `from_ptr` takes over the count that `into_ptr` left.
unsafe impl RefCnt for Shared {
    type Base = Py<Signature>;

    fn into_ptr(this: Self) -> *mut Self::Base {
        let object: *const Self::Base = PyRef::leak(this.0);
        object.cast_mut()
    }

    fn as_ptr(this: &Self) -> *mut Self::Base {
        let object: *const Self::Base = &raw const *this.0;
        object.cast_mut()
    }

    unsafe fn from_ptr(object: *const Self::Base) -> Self {
        // SAFETY: the caller gives back what `into_ptr` took apart.
        Self(unsafe { PyRef::from_raw(object) })
    }
}

impl Current {
    #[must_use]
    pub fn new(signature: PyRef<Signature>) -> Self {
        Self(ArcSwapAny::new(Shared(signature)))
    }

    /// The signature, for the length of a call.
    #[inline]
    #[must_use]
    pub fn read(&self) -> impl Deref<Target = Py<Signature>> {
        Read(self.0.load())
    }

    /// Replaces the signature by what `change` makes of it. If another thread was faster, `change`
    /// is asked again.
    pub fn change(&self, mut change: impl FnMut(&mut Signature), vm: &VirtualMachine) {
        let old = self.0.rcu(|old| {
            let mut new = old.0.copy();
            change(&mut new);
            Shared(new.into_ref(&vm.ctx))
        });
        drop(old);
    }

    /// Puts `signature` in the place of what there is, which is returned.
    #[must_use]
    pub fn replace(&self, signature: PyRef<Signature>) -> PyRef<Signature> {
        self.0.swap(Shared(signature)).0
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
        }
    }

    /// The same, before anybody has called it.
    fn copy(&self) -> Self {
        Self {
            errcheck: self.errcheck.clone(),
            ..Self::new(self.argtypes.clone(), self.restype.clone())
        }
    }
}

/// A signature that is being read.
struct Read(Guard<Shared>);

impl Deref for Read {
    type Target = Py<Signature>;

    #[inline]
    fn deref(&self) -> &Py<Signature> {
        &self.0.0
    }
}

// SAFETY: visits the one object it owns exactly once.
unsafe impl Traverse for Current {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        let signature = self.0.load();
        signature.0.traverse(visit);
    }
}
