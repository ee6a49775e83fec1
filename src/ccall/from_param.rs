//! `from_param`: which Python objects a ctype accepts as an argument, and as what.
//!
//! The rules are those of CPython's documentation ("Specifying the required argument types"): an instance of
//! the type is itself, objects that convert safely are converted, `_as_parameter_` is followed, anything else
//! is refused.

use super::{
    argument::Arguments, byref::CArg, default, instance::has_our_metaclass, plain::as_parameter,
};
use crate::{
    cdata::CData,
    ctype::{
        CType, Kind,
        simple::{self, Class, SimpleCode},
    },
    error,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyBytes, PyInt, PyStr},
};

/// The result of a conversion.
#[derive(Debug)]
pub enum Param {
    /// The object itself, which the default conversion passes on.
    Itself,
    /// Another object, which the default conversion passes on.
    Object(PyObjectRef),
    /// A converted value.
    Arg(CArg),
}

impl Param {
    /// Returns the result for `value` as a Python object.
    #[must_use]
    pub fn into_object(self, value: &PyObject, vm: &VirtualMachine) -> PyObjectRef {
        match self {
            Self::Itself => value.to_owned(),
            Self::Object(object) => object,
            Self::Arg(arg) => arg.into_object(vm).into(),
        }
    }
}

/// Adds `value` to a call's arguments, as number `position` (counted from one) and of type `ctype`. The caller
/// must hold `value` for the duration of the call.
///
/// # Errors
/// As for [`convert`] and [`default::convert`].
#[inline(never)]
pub fn pass(
    ctype: &Py<CType>,
    value: &PyObject,
    position: usize,
    arguments: &mut Arguments,
    vm: &VirtualMachine,
) -> PyResult<()> {
    match convert(ctype, value, vm)? {
        Param::Itself => default::convert(value, position, arguments, vm),
        Param::Object(object) => {
            default::convert(&object, position, arguments, vm)?;
            arguments.keep(object);
            Ok(())
        }
        Param::Arg(arg) => {
            arg.pass(arguments, vm)?;
            arg.keep_in(arguments);
            Ok(())
        }
    }
}

/// Converts `value` as an argument of type `ctype`.
///
/// # Errors
/// `TypeError` if the type does not accept it; any exception that its conversion or `_as_parameter_` raises.
pub fn convert(ctype: &Py<CType>, value: &PyObject, vm: &VirtualMachine) -> PyResult<Param> {
    let is_exact = value.class().is(ctype.python_class()) && !ctype.points_to_its_kind();
    if is_exact && is_what_it_says(ctype, value) {
        return Ok(Param::Itself);
    }
    if let Some(arg) = number(ctype, value, vm) {
        return Ok(Param::Arg(arg));
    }
    let attempt = match &ctype.kind {
        Kind::Simple(simple) => match simple.code.class {
            Class::VoidPointer => void_pointer(ctype, value, vm)?,
            Class::CharPointer | Class::WideCharPointer => {
                string_pointer(ctype, simple.code, value, vm)?
            }
            class => {
                if is_instance(ctype, value, vm)? {
                    return Ok(Param::Itself);
                }
                if may_be(value, class) {
                    match CArg::simple(simple.code, value, vm) {
                        Ok(arg) => Attempt::Done(Param::Arg(arg)),
                        Err(error) => Attempt::Refused(Refusal::Raised(error)),
                    }
                } else {
                    Attempt::Refused(Refusal::NoValue(simple.code))
                }
            }
        },
        Kind::Pointer(_) => pointer(ctype, value, vm)?,
        _ => instance(ctype, value, vm)?,
    };
    // A simple type converts the `_as_parameter_`; any other type takes only an instance.
    let again = match &ctype.kind {
        Kind::Simple(_) => convert,
        _ => convert_instance,
    };
    attempt.or_as_parameter(ctype, value, again, vm)
}

/// Converts an exact `int` to an integer type: a closer look would find nothing else.
fn number(ctype: &CType, value: &PyObject, vm: &VirtualMachine) -> Option<CArg> {
    value.downcast_ref_if_exact::<PyInt>(vm)?;
    let code = ctype.simple()?.code;
    let is_integer = matches!(code.class, Class::Integer { .. });
    if !is_integer || !has_our_metaclass(ctype.python_class()) {
        return None;
    }
    CArg::simple(code, value, vm).ok()
}

/// Accepts an instance of `ctype`, a `byref` of its target, or an object that has one of these as
/// `_as_parameter_`.
fn convert_instance(ctype: &Py<CType>, value: &PyObject, vm: &VirtualMachine) -> PyResult<Param> {
    instance(ctype, value, vm)?.or_as_parameter(ctype, value, convert_instance, vm)
}

/// Returns whether a simple type of this class may convert `value`, which is not an instance. If not, the
/// attempt would run no Python code and fail.
fn may_be(value: &PyObject, class: Class) -> bool {
    let number = &value.class().slots.as_number;
    match class {
        Class::Integer { .. } => number.index.load().is_some(),
        Class::Float | Class::LongDouble => {
            number.float.load().is_some() || number.index.load().is_some()
        }
        _ => true,
    }
}

/// What a type answered, before `_as_parameter_` is tried.
enum Attempt {
    Done(Param),
    Refused(Refusal),
}

/// Why a type does not take an object: decides the error that is raised if there is no `_as_parameter_` either.
enum Refusal {
    Raised(PyBaseExceptionRef),
    /// The value cannot be made; the error is that of the attempt.
    NoValue(&'static SimpleCode),
    /// The object cannot be such a pointer.
    NotInterpretable(&'static str),
    /// The object is not an instance.
    NotExpected,
}

impl Refusal {
    fn error(self, ctype: &Py<CType>, value: &PyObject, vm: &VirtualMachine) -> PyBaseExceptionRef {
        match self {
            Self::Raised(error) => error,
            Self::NoValue(code) => match CArg::simple(code, value, vm) {
                Err(error) => error,
                Ok(_) => vm.new_type_error("incompatible types"),
            },
            Self::NotInterpretable(target) => vm.new_type_error(format!(
                "'{}' object cannot be interpreted as ctypes.{target}",
                value.class().slot_name()
            )),
            Self::NotExpected => not_expected(ctype, value, vm),
        }
    }
}

impl Attempt {
    /// Returns what was accepted, or else what `again` makes of the `_as_parameter_` of `value`.
    fn or_as_parameter(
        self,
        ctype: &Py<CType>,
        value: &PyObject,
        again: fn(&Py<CType>, &PyObject, &VirtualMachine) -> PyResult<Param>,
        vm: &VirtualMachine,
    ) -> PyResult<Param> {
        let refusal = match self {
            Self::Done(param) => return Ok(param),
            Self::Refused(refusal) => refusal,
        };
        match as_parameter(value, vm)? {
            Some(inner) => {
                let again = || again(ctype, &inner, vm);
                let param = vm
                    .with_recursion("while processing _as_parameter_", again)
                    .inspect_err(|error| error::complete(error, vm))?;
                Ok(match param {
                    Param::Itself => Param::Object(inner),
                    other => other,
                })
            }
            None => Err(refusal.error(ctype, value, vm)),
        }
    }
}

fn is_instance(ctype: &CType, value: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let is_instance = super::instance::is_instance(value, ctype.python_class(), vm)?;
    Ok(is_instance && is_what_it_says(ctype, value))
}

/// Returns whether a C value that is said to be an instance of `ctype` can be used as one: Python code may have
/// said so.
fn is_what_it_says(ctype: &CType, value: &PyObject) -> bool {
    CData::of(value).is_none_or(|cdata| cdata.ctype().passes_as(ctype))
}

fn void_pointer(ctype: &CType, value: &PyObject, vm: &VirtualMachine) -> PyResult<Attempt> {
    if vm.is_none(value) {
        return Ok(Attempt::Done(Param::Itself));
    }
    // Numbers and strings are taken as by the types that hold them.
    let row: Option<&SimpleCode> = if value.downcast_ref::<PyInt>().is_some() {
        Some(&simple::VOID_P)
    } else if value.downcast_ref::<PyBytes>().is_some() {
        Some(&simple::CHAR_P)
    } else if value.downcast_ref::<PyStr>().is_some() {
        Some(&simple::WCHAR_P)
    } else {
        None
    };
    if let Some(row) = row {
        let arg = CArg::simple(row, value, vm)?;
        return Ok(Attempt::Done(Param::Arg(arg)));
    }
    if is_instance(ctype, value, vm)? {
        return Ok(Attempt::Done(Param::Itself));
    }
    if let Some(cdata) = CData::of(value) {
        match &cdata.ctype().kind {
            Kind::Array(_) | Kind::Pointer(_) => return Ok(Attempt::Done(Param::Itself)),
            Kind::Function(_) => {
                return Ok(Attempt::Done(Param::Arg(CArg::address_in(cdata, 'P'))));
            }
            Kind::Simple(simple)
                if matches!(
                    simple.code.class,
                    Class::CharPointer | Class::WideCharPointer
                ) =>
            {
                return Ok(Attempt::Done(Param::Arg(CArg::address_in(cdata, 'Z'))));
            }
            _ => {}
        }
    }
    if let Some(arg) = value.downcast_ref::<CArg>()
        && arg.tag() == 'P'
    {
        return Ok(Attempt::Done(Param::Itself));
    }
    Ok(Attempt::Refused(Refusal::NotInterpretable("c_void_p")))
}

fn string_pointer(
    ctype: &CType,
    code: &'static SimpleCode,
    value: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Attempt> {
    let wide = code.class == Class::WideCharPointer;
    if vm.is_none(value) {
        return Ok(Attempt::Done(Param::Itself));
    }
    let is_text = if wide {
        value.downcast_ref::<PyStr>().is_some()
    } else {
        value.downcast_ref::<PyBytes>().is_some()
    };
    if is_text {
        return Ok(Attempt::Done(Param::Arg(CArg::simple(code, value, vm)?)));
    }
    if is_instance(ctype, value, vm)? {
        return Ok(Attempt::Done(Param::Itself));
    }
    let character = if wide { Class::WideChar } else { Class::Char };
    let is_character = |ctype: &CType| ctype.simple_class() == Some(character);
    if let Some(cdata) = CData::of(value) {
        let item = match &cdata.ctype().kind {
            Kind::Array(array) => Some(&*array.item),
            _ => cdata.ctype().target(),
        };
        if item.is_some_and(|item| is_character(item)) {
            return Ok(Attempt::Done(Param::Itself));
        }
    }
    if let Some(arg) = value.downcast_ref::<CArg>()
        && arg
            .object()
            .and_then(|object| CData::of(object))
            .is_some_and(|cdata| is_character(cdata.ctype()))
    {
        return Ok(Attempt::Done(Param::Itself));
    }
    let target = if wide { "c_wchar_p" } else { "c_char_p" };
    Ok(Attempt::Refused(Refusal::NotInterpretable(target)))
}

/// Accepts for a pointer: NULL, a result of `byref`, pointers and arrays of its target, and a target itself,
/// whose address is passed.
fn pointer(ctype: &Py<CType>, value: &PyObject, vm: &VirtualMachine) -> PyResult<Attempt> {
    if vm.is_none(value) {
        return Ok(Attempt::Done(Param::Itself));
    }
    let target = ctype.target().ok_or_else(|| {
        vm.new_type_error("cannot convert argument: POINTER _type_ type is not set")
    })?;
    // Before anything else, because a metaclass of Python code may decide it.
    let is_target = super::instance::is_instance(value, target.python_class(), vm)?;
    if is_target && CData::of(value).is_none() {
        return Err(vm.new_type_error("expected CData instance"));
    }
    if let Some(cdata) = CData::of(value) {
        if is_target && is_what_it_says(target, value) {
            return Ok(Attempt::Done(Param::Arg(CArg::byref(cdata, 0))));
        }
        let item = match &cdata.ctype().kind {
            Kind::Array(array) => array.holds_items().then_some(&*array.item),
            _ => cdata.ctype().target(),
        };
        if let Some(item) = item
            && (item.is(target)
                || item
                    .python_class()
                    .as_object()
                    .is_subclass(target.python_class().as_object(), vm)?
                    && item.passes_as(target))
        {
            return Ok(Attempt::Done(Param::Itself));
        }
    }
    instance(ctype, value, vm)
}

fn instance(ctype: &CType, value: &PyObject, vm: &VirtualMachine) -> PyResult<Attempt> {
    if is_instance(ctype, value, vm)? {
        return Ok(Attempt::Done(Param::Itself));
    }
    if let Some(arg) = value.downcast_ref::<CArg>()
        && let Some(object) = arg.object()
    {
        // `byref` of a target is a pointer to it; `byref` of an item is a pointer to an array that starts
        // there.
        let target = match &ctype.kind {
            Kind::Array(array) => Some(&*array.item),
            _ => ctype.target(),
        };
        if let Some(target) = target
            && is_instance(target, object, vm)?
        {
            return Ok(Attempt::Done(Param::Itself));
        }
    }
    Ok(Attempt::Refused(Refusal::NotExpected))
}

/// Makes the error for an object that is not an instance of `ctype`.
fn not_expected(ctype: &CType, value: &PyObject, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let class = |object: &PyObject| object.class().slot_name().to_string();
    let what = match value.downcast_ref::<CArg>() {
        None => class(value),
        Some(arg) => {
            let target = arg.object().map(|object| class(object));
            let target = target.unwrap_or_else(|| "NoneType".to_owned());
            format!("pointer to {target}")
        }
    };
    let name = ctype.name();
    vm.new_type_error(format!("expected {name} instance instead of {what}"))
}
