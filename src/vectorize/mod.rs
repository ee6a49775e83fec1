//! Calls over arrays: one function of C, called for each item of its arguments.
//!
//! `ctypes_vectorize` is a Python package that does all of this in Python, on every interpreter. Here it runs at
//! C's own speed. What is not ordinary, each error above all, is left to the package before anything has
//! happened that Python code could notice, so there is one place that words errors.
//!
//! Every argument is one value for all calls, or items in memory ([`operand`]), as its [`parameter`] says. Their
//! shapes are stretched to a common one ([`shape`]). A [`batch`] says where the arguments of each call come from
//! and where its result goes ([`returns`]), and a [`runner`] makes some calls at a time: it loads numbers as
//! machine words ([`word`]) and stores what comes back; arguments that are no words are [`framed`]. How many at a
//! time, and when signals are looked at, its [`pace`] says; [`parts`] of the batch run on one thread or several,
//! the [`helpers`]. A [`few`] quick calls over plain arrays need none of that.

mod batch;
mod few;
mod framed;
mod helpers;
mod operand;
mod pace;
mod parameter;
mod parts;
mod planned;
mod returns;
mod runner;
mod shape;
mod word;

use crate::{
    classes::{construct::call_by_slot, function},
    panics::guarded,
    without::without,
};
use planned::{Keywords, Outcome, Planned};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyStr, PyStrRef, PyTuple, PyType, PyTypeRef},
    class::PyClassImpl,
    function::FuncArgs,
    object::{Traverse, TraverseFn},
    pyclass,
    types::{Callable, Constructor, GetAttr, Representable},
};

/// A function of C that is called over arrays.
#[pyclass(module = "ctypes_vectorize", name = "Vectorized", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub struct Vectorized {
    /// The package's own object, which does everything.
    slow: PyObjectRef,
    /// A function pointer with the function's address and its declarations, as they were.
    called: PyObjectRef,
    /// How it is called here, if it can be.
    planned: Option<Planned>,
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Vectorized {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.slow.traverse(visit);
        self.called.traverse(visit);
        self.planned.traverse(visit);
    }
}

/// Prepares the class.
#[must_use]
pub fn install() -> PyTypeRef {
    let class = Vectorized::make_static_type();
    if !without().vectorcall {
        class.slots.vectorcall.store(Some(vectorcall));
    }
    class
}

#[pyclass(
    flags(HAS_WEAKREF),
    with(Callable, Constructor, GetAttr, Representable)
)]
impl Vectorized {}

impl Constructor for Vectorized {
    type Args = (PyObjectRef,);

    fn py_new(_class: &Py<PyType>, (slow,): Self::Args, vm: &VirtualMachine) -> PyResult<Self> {
        let called = slow.get_attr("called", vm)?;
        let threads = slow.get_attr("threads", vm)?.try_to_value::<usize>(vm)?;
        let is_critical = slow.get_attr("critical", vm)?.try_to_bool(vm)?;
        let signature = function::signature(&called, vm);
        let planned = signature
            .filter(|_| !(without().plan || without().direct || without().exact))
            .and_then(|(signature, flags)| {
                Planned::new(signature, flags, threads, is_critical, vm)
            });
        Ok(Self {
            slow,
            called,
            planned,
        })
    }
}

impl Callable for Vectorized {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let keywords = args.kwargs.iter();
        let keywords = Keywords::of(keywords.map(|(name, value)| (name.as_bytes(), value)));
        match guarded(vm, || zelf.outcome(&args.args, keywords, vm).transpose())? {
            Some(result) => Ok(result),
            None => zelf.slow.call(args, vm),
        }
    }
}

fn vectorcall(
    zelf: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    let Some(vectorized) = zelf.downcast_ref::<Vectorized>() else {
        return call_by_slot(zelf, args, nargs, names, vm);
    };
    let (positional, values) = args.split_at(nargs);
    if values.is_empty()
        && let Some(planned) = &vectorized.planned
        && let Some(result) = planned.call_few(&vectorized.called, positional, vm)
    {
        return result;
    }
    let names_of = names.unwrap_or(&[]).iter();
    let names_of = names_of.map(|name| {
        name.downcast_ref::<PyStr>()
            .map_or(&b""[..], |name| name.as_bytes())
    });
    let keywords = Keywords::of(names_of.zip(values));
    let outcome = || vectorized.outcome(positional, keywords, vm).transpose();
    match guarded(vm, outcome)? {
        Some(result) => Ok(result),
        None => vectorized.slow.vectorcall(args, nargs, names, vm),
    }
}

impl Vectorized {
    /// Makes the calls, if they are ordinary ones. If there are lists among the arguments, they become arrays
    /// first.
    fn outcome(
        &self,
        positional: &[PyObjectRef],
        keywords: Option<Keywords<'_>>,
        vm: &VirtualMachine,
    ) -> Option<PyResult> {
        let (planned, keywords) = (self.planned.as_ref()?, keywords?);
        match planned.call(&self.called, positional, keywords, vm)? {
            Outcome::Done(result) => Some(result),
            Outcome::Sequences => {
                let given = vm.ctx.new_tuple(positional.to_vec());
                // Another argument may have an error that comes before one in a list.
                let arrays = vm.call_method(&self.slow, "with_arrays", (given,)).ok()?;
                let arrays = arrays.downcast::<PyTuple>().ok()?;
                match planned.call(&self.called, arrays.as_slice(), keywords, vm)? {
                    Outcome::Done(result) => Some(result),
                    Outcome::Sequences => None,
                }
            }
        }
    }
}

/// Everything but calls is the package's own object's.
impl GetAttr for Vectorized {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if name.as_bytes().starts_with(b"__") {
            return zelf.as_object().generic_getattr(name, vm);
        }
        zelf.slow.get_attr(name, vm)
    }
}

impl Representable for Vectorized {
    fn repr(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyStrRef> {
        zelf.slow.repr(vm)
    }

    fn repr_str(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        Err(vm.new_system_error("the package's own object is shown"))
    }
}
