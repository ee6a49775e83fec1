//! Arguments whose type says at once what they become: exact `int`, `float`, `bytes`, `str` and
//! `None`, and C values that are what the declared type asks for.
//!
//! Nothing here runs Python code, and nothing that Python code could have overridden is left out:
//! the types are compared for identity. What is not recognised goes through the whole protocol
//! ([`super::from_param`]), which comes to the same result for everything that is.

use super::{argument::Arguments, byref::CArg};
use crate::{
    cdata::CData,
    ctype::{
        CType, Kind, Simple,
        ffi_type::Scalar,
        scalar::{float, integer::wrapped, pointer},
        simple::Class,
    },
    without::without,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyResult, VirtualMachine,
    builtins::{PyBytes, PyFloat, PyInt, PyStr},
};

/// The argument was added.
const DONE: Option<PyResult<()>> = Some(Ok(()));

/// What is looked at first for a parameter, chosen when its type is declared.
#[derive(Clone, Copy, Debug)]
pub enum Exact {
    /// An exact `int`, which becomes this type: cut to its width by this shift, up and down again.
    Signed(Scalar, u8),
    Unsigned(Scalar, u8),
    /// An exact `float`.
    Double,
    Other,
}

impl Exact {
    #[must_use]
    pub fn of(ctype: &CType) -> Self {
        let Some(simple) = ctype.simple().filter(|_| !without().exact) else {
            return Self::Other;
        };
        let scalar = simple.code.scalar;
        let shift = 64 - 8 * simple.code.size.min(8) as u8;
        match simple.code.class {
            Class::Integer { signed: true } => Self::Signed(scalar, shift),
            Class::Integer { signed: false } => Self::Unsigned(scalar, shift),
            Class::Float if scalar == Scalar::Double => Self::Double,
            _ => Self::Other,
        }
    }

    /// Adds a number to a call's arguments, if it is of the type that was chosen.
    #[inline(always)]
    pub fn pass_number(
        self,
        value: &PyObject,
        arguments: &mut Arguments,
        vm: &VirtualMachine,
    ) -> bool {
        match self {
            Self::Signed(scalar, shift) => {
                let Some(int) = value.downcast_ref_if_exact::<PyInt>(vm) else {
                    return false;
                };
                let word = (wrapped(int) << shift) as i64 >> shift;
                arguments.integer(scalar, word as u64);
            }
            Self::Unsigned(scalar, shift) => {
                let Some(int) = value.downcast_ref_if_exact::<PyInt>(vm) else {
                    return false;
                };
                arguments.integer(scalar, wrapped(int) << shift >> shift);
            }
            Self::Double => {
                let Some(float) = value.downcast_ref_if_exact::<PyFloat>(vm) else {
                    return false;
                };
                arguments.float(Scalar::Double, float.to_f64().to_bits());
            }
            Self::Other => return false,
        }
        true
    }

    /// Adds `value` to a call's arguments as a `ctype`. `None` if that takes a closer look.
    ///
    /// # Errors
    /// What converting a number raises.
    pub fn pass(
        ctype: &Py<CType>,
        value: &PyObject,
        arguments: &mut Arguments,
        vm: &VirtualMachine,
    ) -> Option<PyResult<()>> {
        match &ctype.kind {
            _ if without().exact => None,
            Kind::Simple(simple) => match simple.code.class {
                Class::CharPointer | Class::WideCharPointer | Class::VoidPointer => {
                    address(ctype, simple, value, arguments, vm)
                }
                Class::Object if !is_py_object(value) => {
                    arguments.pointer(value.as_raw().expose_provenance());
                    DONE
                }
                Class::Integer { .. } if Self::of(ctype).pass_number(value, arguments, vm) => DONE,
                Class::Float => match number(value, vm) {
                    Some(Ok(number)) => {
                        let scalar = simple.code.scalar;
                        arguments.float(scalar, scalar.float_bits(number));
                        DONE
                    }
                    Some(Err(error)) => Some(Err(error)),
                    None => instance(ctype, value, arguments, vm),
                },
                _ => instance(ctype, value, arguments, vm),
            },
            Kind::Pointer(_) => pointer(ctype, value, arguments, vm),
            _ => instance(ctype, value, arguments, vm),
        }
    }
}

/// Whether `value` is a C value that holds an object, which is what is passed then.
fn is_py_object(value: &PyObject) -> bool {
    CData::of(value).is_some_and(|cdata| cdata.ctype().simple_class() == Some(Class::Object))
}

/// The number that an exact `float` or `int` is.
#[inline]
fn number(value: &PyObject, vm: &VirtualMachine) -> Option<PyResult<f64>> {
    if let Some(float) = value.downcast_ref_if_exact::<PyFloat>(vm) {
        return Some(Ok(float.to_f64()));
    }
    value.downcast_ref_if_exact::<PyInt>(vm)?;
    Some(float::number(value, vm))
}

/// An instance of exactly the declared type.
#[inline]
fn instance(
    ctype: &Py<CType>,
    value: &PyObject,
    arguments: &mut Arguments,
    vm: &VirtualMachine,
) -> Option<PyResult<()>> {
    let cdata = CData::of(value)?;
    let is_exact = value.class().is(ctype.python_class());
    is_exact.then(|| arguments.cdata(cdata, vm))
}

fn address(
    ctype: &Py<CType>,
    simple: &Simple,
    value: &PyObject,
    arguments: &mut Arguments,
    vm: &VirtualMachine,
) -> Option<PyResult<()>> {
    let class = simple.code.class;
    if vm.is_none(value) {
        arguments.pointer(0);
        return DONE;
    }
    if class != Class::WideCharPointer
        && let Some(bytes) = value.downcast_ref_if_exact::<PyBytes>(vm)
    {
        // SAFETY: the caller holds `value`.
        unsafe { arguments.bytes(bytes) };
        return DONE;
    }
    if class != Class::CharPointer
        && let Some(text) = value.downcast_ref_if_exact::<PyStr>(vm)
    {
        return Some(arguments.wide(text.as_wtf8(), vm));
    }
    if class == Class::VoidPointer {
        if let Some(int) = value.downcast_ref_if_exact::<PyInt>(vm) {
            arguments.pointer(pointer::wrapping_address(int));
            return DONE;
        }
        if let Some(cdata) = CData::of(value)
            && let Kind::Array(_) | Kind::Pointer(_) = cdata.ctype().kind
        {
            return Some(arguments.cdata(cdata, vm));
        }
    }
    instance(ctype, value, arguments, vm)
}

/// NULL, what `byref` makes, a pointer, an array of the target, or a target, whose address it is.
fn pointer(
    ctype: &Py<CType>,
    value: &PyObject,
    arguments: &mut Arguments,
    vm: &VirtualMachine,
) -> Option<PyResult<()>> {
    if vm.is_none(value) {
        arguments.pointer(0);
        return DONE;
    }
    let target = ctype.target()?;
    if let Some(arg) = value.downcast_ref::<CArg>() {
        let is_target = arg
            .object()
            .is_some_and(|object| object.class().is(target.python_class()));
        return is_target.then(|| arg.pass(arguments, vm));
    }
    let cdata = CData::of(value)?;
    if value.class().is(target.python_class()) && cdata.size() >= target.size() {
        arguments.pointer(cdata.address().expose_provenance());
        return DONE;
    }
    match &cdata.ctype().kind {
        Kind::Array(array) if array.item.is(target) => Some(arguments.cdata(cdata, vm)),
        _ => instance(ctype, value, arguments, vm),
    }
}
