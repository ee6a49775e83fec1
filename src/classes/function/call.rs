//! Calling a function pointer: by its plan, or step by step.

use super::{
    CFuncPtr, Current,
    checked::{self, Checked},
    step_by_step::step_by_step,
};
use crate::{
    ccall::{
        outputs,
        paramflags::{Given, ParamFlags},
        plan::Plan,
        result::Restype,
        signature::{ArgTypes, Signature},
    },
    cdata::CData,
    classes::{construct::call_by_slot, slots::shares_slot},
    panics::guarded,
};
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, builtins::PyType,
    function::FuncArgs, types::Callable,
};

impl Callable for CFuncPtr {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let positional = args.args.len();
        let mut values = args.args;
        let mut names = Vec::new();
        for (name, value) in args.kwargs {
            names.push(vm.ctx.new_str(name).into());
            values.push(value);
        }
        let given = Given::new(&values, positional, &names);
        guarded(vm, || general(zelf, false, &given, vm))
    }
}

/// Calls a function object with the VM's arguments as they are: nothing is copied.
pub fn vectorcall(
    zelf: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    let mut tried = false;
    if let Some(function) = CFuncPtr::of(zelf)
        && is_called_by_us(zelf.class(), vm)
    {
        let outcome = match function.planned.get() {
            Some(plan) => {
                tried = true;
                let restype = || CurrentRestype(function.signature(vm));
                let given = &args[..nargs];
                if plan.is_checked {
                    planned_and_checked(function, given, vm)
                } else {
                    planned(function, plan, given, restype, vm)
                }
            }
            None if function.is_of_com() => None,
            None => function.paramflags.as_ref().and_then(|paramflags| {
                let given = Given::new(&args, nargs, names.unwrap_or(&[]));
                planned_with_flags(function, paramflags, &given, vm)
            }),
        };
        if let Some(outcome) = outcome {
            return outcome;
        }
    }
    vectorcall_unplanned(zelf, args, nargs, names, tried, vm)
}

#[inline(never)]
fn vectorcall_unplanned(
    zelf: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    names: Option<&[PyObjectRef]>,
    tried: bool,
    vm: &VirtualMachine,
) -> PyResult {
    match CFuncPtr::of(zelf) {
        Some(function) if is_called_by_us(zelf.class(), vm) => {
            let given = Given::new(&args, nargs, names.unwrap_or(&[]));
            guarded(vm, || general(function, tried, &given, vm))
        }
        _ => call_by_slot(zelf, args, nargs, names, vm),
    }
}

/// Returns whether no Python code has overridden `__call__`.
#[inline]
pub fn is_called_by_us(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    shares_slot!(class, CFuncPtr::class(&vm.ctx), call)
}

/// Calls a function as planned. Returns `None` if the call needs more than the plan provides for.
#[inline(always)]
fn planned<R: AsRef<Restype>>(
    function: &Py<CFuncPtr>,
    plan: &Plan,
    given: &[PyObjectRef],
    restype: impl FnOnce() -> R,
    vm: &VirtualMachine,
) -> Option<PyResult> {
    let (address, _held) = CData::callee(CFuncPtr::value(function));
    let flags = function.flags;
    // SAFETY: the program that gave the address and the types must ensure that they are the function's, as in
    // C.
    unsafe { plan.call(address, flags, given, restype, vm) }
}

/// Calls a function as planned, and then the `errcheck` of the signature whose plan is followed.
#[inline(never)]
fn planned_and_checked(
    function: &Py<CFuncPtr>,
    given: &[PyObjectRef],
    vm: &VirtualMachine,
) -> Option<PyResult> {
    let signature = function.signature(vm);
    let errcheck = signature.declared.errcheck.as_ref()?;
    let restype = || &signature.declared.restype;
    let result = planned(function, signature.plan()?, given, restype, vm)?;
    Some(result.and_then(|result| {
        checked::check(errcheck, function, result, given, vm).map(Checked::into_object)
    }))
}

/// Calls a function with parameter flags as planned.
#[inline(never)]
fn planned_with_flags(
    function: &Py<CFuncPtr>,
    paramflags: &ParamFlags,
    given: &Given<'_>,
    vm: &VirtualMachine,
) -> Option<PyResult> {
    let signature = function.signature(vm);
    let plan = signature.plan().filter(|plan| !plan.is_checked)?;
    let argtypes = signature.declared.argtypes.as_ref()?;
    let (address, _held) = CData::callee(CFuncPtr::value(function));
    let flags = function.flags;
    // SAFETY: as in `planned`.
    unsafe { outputs::call(plan, paramflags, argtypes, address, flags, given, vm) }
}

/// The result type of the signature that was read.
struct CurrentRestype<'a>(Current<'a>);

impl AsRef<Restype> for CurrentRestype<'_> {
    fn as_ref(&self) -> &Restype {
        &self.0.declared.restype
    }
}

/// Calls a function with arguments in the order in which Python code gives them. `tried` says whether a plan
/// was tried that was not enough.
#[inline(always)]
fn general(
    function: &Py<CFuncPtr>,
    tried: bool,
    given: &Given<'_>,
    vm: &VirtualMachine,
) -> PyResult {
    let signature = function.signature(vm);
    #[cfg(windows)]
    if function.is_of_com() {
        return super::com::call(function, &signature, given, vm);
    }
    match (&function.paramflags, &signature.declared.argtypes) {
        (Some(paramflags), Some(argtypes)) if !argtypes.converters.is_empty() => {
            arranged(function, &signature, paramflags, argtypes, given, vm)
        }
        // Without parameter flags names have no meaning.
        _ => invoke(function, &signature, tried, given.positional(), vm).map(Checked::into_object),
    }
}

/// Calls a function whose parameter flags say which argument goes where.
#[inline(never)]
fn arranged(
    function: &Py<CFuncPtr>,
    signature: &Signature,
    paramflags: &ParamFlags,
    argtypes: &ArgTypes,
    given: &Given<'_>,
    vm: &VirtualMachine,
) -> PyResult {
    let arranged = paramflags.arrange(argtypes, given, vm)?;
    match invoke(function, signature, false, &arranged.arguments, vm)? {
        Checked::Result(result) => arranged.result(result, vm),
        Checked::Other(other) => Ok(other),
    }
}

/// Calls a function with arguments in the order of its parameters.
#[inline(always)]
fn invoke(
    function: &Py<CFuncPtr>,
    signature: &Signature,
    tried: bool,
    given: &[PyObjectRef],
    vm: &VirtualMachine,
) -> PyResult<Checked> {
    let plan = signature.plan().filter(|_| !tried);
    let result =
        plan.and_then(|plan| planned(function, plan, given, || &signature.declared.restype, vm));
    let result = match result {
        Some(result) => result,
        None => {
            let (address, _held) = CData::callee(CFuncPtr::value(function));
            let restype = &signature.declared.restype;
            step_by_step(function, signature, (address, None), given, restype, vm)
        }
    }?;
    match &signature.declared.errcheck {
        None => Ok(Checked::Result(result)),
        Some(errcheck) => checked::check(errcheck, function, result, given, vm),
    }
}
