//! Parameter flags: names, defaults and directions of a prototype's parameters.

use super::signature::ArgTypes;
use crate::{
    c_integer,
    cdata::{CData, access},
    ctype::{CType, Kind, Place, ours::Ours},
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyStr, PyStrRef, PyTuple},
    class::StaticType,
    object::{Traverse, TraverseFn},
};
use smallvec::SmallVec;
use std::sync::atomic::Ordering;

const IN: u32 = 1;
const OUT: u32 = 2;
const LCID: u32 = 4;

/// What the flags say about one parameter.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    flags: u32,
    name: Option<PyStrRef>,
    /// Whether the name is `None`, which differs from no name only in the message for a missing argument.
    named_none: bool,
    default: Option<PyObjectRef>,
}

/// The flags of a prototype.
#[derive(Clone, Debug)]
pub struct ParamFlags(Vec<Parameter>);

/// Arguments as Python code gives them.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The positional ones, then the named ones.
    values: &'a [PyObjectRef],
    positional: usize,
    names: &'a [PyObjectRef],
    /// The number of arguments that came before these.
    before: usize,
}

impl<'a> Given<'a> {
    /// Takes the first `positional` values as positional arguments, the rest as arguments of these names.
    #[must_use]
    pub fn new(values: &'a [PyObjectRef], positional: usize, names: &'a [PyObjectRef]) -> Self {
        Self {
            values,
            positional,
            names,
            before: 0,
        }
    }

    /// Returns the first positional argument, and the arguments behind it.
    #[cfg(windows)]
    #[must_use]
    pub fn split_first(&self) -> Option<(&'a PyObjectRef, Self)> {
        let (first, values) = self.values.split_first()?;
        let positional = self.positional.checked_sub(1)?;
        let behind = Self {
            values,
            positional,
            names: self.names,
            before: self.before + 1,
        };
        Some((first, behind))
    }

    #[must_use]
    pub fn positional(&self) -> &'a [PyObjectRef] {
        &self.values[..self.positional]
    }

    /// Returns the number of arguments.
    #[must_use]
    pub(super) fn count(&self) -> usize {
        self.values.len()
    }

    /// Returns the value with this name.
    fn named(&self, name: &Py<PyStr>) -> Option<&'a PyObjectRef> {
        let is_it = |known: &PyObjectRef| {
            known.is(name)
                || known
                    .downcast_ref::<PyStr>()
                    .is_some_and(|known| known.as_wtf8() == name.as_wtf8())
        };
        let index = self.names.iter().position(is_it)?;
        self.values.get(self.positional + index)
    }
}

/// Arguments in the order of the C function's parameters, and which of them are returned as results.
#[derive(Debug)]
pub struct Arranged {
    pub arguments: SmallVec<[PyObjectRef; 8]>,
    /// The index of each output, and whether it was also an argument.
    outputs: SmallVec<[(usize, bool); 4]>,
}

impl ParamFlags {
    /// Reads the flags for a prototype with these argument types. Returns `None` if there are none.
    ///
    /// # Errors
    /// `TypeError` or `ValueError` if they are malformed or do not match the types.
    pub fn new(
        flags: &PyObject,
        argtypes: Option<&ArgTypes>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<Self>> {
        if vm.is_none(flags) {
            return Ok(None);
        }
        let Some(tuple) = flags.downcast_ref::<PyTuple>() else {
            return Err(vm.new_type_error("paramflags must be a tuple or None"));
        };
        let Some(argtypes) = argtypes else {
            return Ok(None);
        };
        let items = tuple.as_slice();
        check_count(items.len(), argtypes, vm)?;
        items
            .iter()
            .zip(&argtypes.converters)
            .enumerate()
            .map(|(index, (item, converter))| {
                Parameter::new(index + 1, item, converter.argtype(), vm)
            })
            .collect::<PyResult<Vec<_>>>()
            .map(|list| Some(Self(list)))
    }

    /// Checks that functions with these flags can have these argument types.
    ///
    /// # Errors
    /// `ValueError` if their number differs, `TypeError` if an output has no pointer type.
    pub fn check(&self, argtypes: &ArgTypes, vm: &VirtualMachine) -> PyResult<()> {
        check_count(self.0.len(), argtypes, vm)?;
        let parameters = self.0.iter().zip(&argtypes.converters).enumerate();
        for (index, (parameter, converter)) in parameters {
            if parameter.flags == OUT {
                check_output(index + 1, converter.argtype(), vm)?;
            }
        }
        Ok(())
    }

    #[must_use]
    pub(super) fn parameters(&self) -> &[Parameter] {
        &self.0
    }

    /// Puts the arguments of a call in order, makes the outputs and fills in defaults.
    ///
    /// # Errors
    /// `TypeError` if a required argument is missing or there are too many.
    pub fn arrange(
        &self,
        argtypes: &ArgTypes,
        given: &Given<'_>,
        vm: &VirtualMachine,
    ) -> PyResult<Arranged> {
        let mut arguments = SmallVec::new();
        let mut outputs = SmallVec::new();
        let mut used = 0;
        for (index, (parameter, converter)) in self.0.iter().zip(&argtypes.converters).enumerate() {
            let came_in = parameter.comes_in();
            if parameter.flags & OUT != 0 {
                outputs.push((index, came_in));
            }
            arguments.push(if parameter.flags & LCID != 0 {
                // The locale of an OLE call: a default, or the neutral one.
                let neutral = || vm.ctx.new_int(0).into();
                parameter.default.clone().unwrap_or_else(neutral)
            } else if came_in {
                parameter.take(given, &mut used, vm)?
            } else {
                match &parameter.default {
                    Some(default) => default.clone(),
                    None => new_output(converter.argtype(), vm)?,
                }
            });
        }
        // Names that belong to no parameter, or to several, are found by counting.
        if given.values.len() != used {
            let before = given.before;
            let (used, given) = (used + before, given.values.len() + before);
            return Err(vm.new_type_error(format!(
                "call takes exactly {used} arguments ({given} given)"
            )));
        }
        Ok(Arranged { arguments, outputs })
    }
}

impl Parameter {
    fn new(
        position: usize,
        item: &PyObject,
        argtype: &PyObject,
        vm: &VirtualMachine,
    ) -> PyResult<Self> {
        let malformed = || {
            vm.new_type_error("paramflags must be a sequence of (int [,string [,value]]) tuples")
        };
        let parts = item
            .downcast_ref::<PyTuple>()
            .map(Py::<PyTuple>::as_slice)
            .ok_or_else(malformed)?;
        let (flags, name, default) = match parts {
            [flags] => (flags, None, None),
            [flags, name] => (flags, Some(name), None),
            [flags, name, default] => (flags, Some(name), Some(default)),
            _ => return Err(malformed()),
        };
        let given = c_integer::int(flags, vm).map_err(|_| malformed())?;
        let flags = given as u32;
        let named_none = name.is_some_and(|name| vm.is_none(name));
        let name = match name {
            Some(name) if !vm.is_none(name) => {
                Some(name.clone().downcast::<PyStr>().map_err(|_| malformed())?)
            }
            _ => None,
        };
        let flags = flags & (IN | OUT | LCID);
        match flags {
            OUT => check_output(position, argtype, vm)?,
            0 | IN => {}
            known if known & IN != 0 && known != IN | OUT | LCID => {}
            _ => {
                return Err(vm.new_type_error(format!("paramflag value {given} not supported")));
            }
        }
        Ok(Self {
            flags,
            name,
            named_none,
            default: default.cloned(),
        })
    }

    /// Returns whether the parameter takes an argument of the call.
    fn comes_in(&self) -> bool {
        self.flags & OUT == 0 || self.flags & IN != 0
    }

    /// Returns whether the parameter is only an argument of the call or its default.
    pub(super) fn is_input(&self) -> bool {
        self.flags & (OUT | LCID) == 0
    }

    /// Returns whether the parameter is for a new object, which becomes part of the result.
    pub(super) fn is_new_output(&self) -> bool {
        self.flags & (IN | OUT | LCID) == OUT && self.default.is_none()
    }

    /// Returns the argument for this parameter: the next positional one, the one with its name, or the default.
    /// Counts in `used` those that are given.
    pub(super) fn find<'a>(
        &'a self,
        given: &Given<'a>,
        used: &mut usize,
    ) -> Option<&'a PyObjectRef> {
        let positional = given.positional().get(*used);
        let found = match (positional, &self.name) {
            (None, Some(name)) => given.named(name),
            _ => positional,
        };
        if found.is_some() {
            *used += 1;
        }
        found.or(self.default.as_ref())
    }

    fn take(&self, given: &Given<'_>, used: &mut usize, vm: &VirtualMachine) -> PyResult {
        if let Some(found) = self.find(given, used) {
            return Ok(found.clone());
        }
        Err(match &self.name {
            Some(name) => {
                vm.new_type_error(format!("required argument '{}' missing", name.as_wtf8()))
            }
            None if self.named_none => vm.new_type_error("required argument 'None' missing"),
            None => vm.new_type_error("not enough arguments"),
        })
    }
}

fn check_count(count: usize, argtypes: &ArgTypes, vm: &VirtualMachine) -> PyResult<()> {
    if count != argtypes.converters.len() {
        return Err(vm.new_value_error("paramflags must have the same length as argtypes"));
    }
    Ok(())
}

/// Checks that an output has a pointer type.
fn check_output(position: usize, argtype: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let is_pointer = CType::of(argtype, vm).is_none_or(|ctype| match &ctype.kind {
        Kind::Pointer(_) | Kind::Array(_) | Kind::Function(_) => true,
        Kind::Simple(simple) => matches!(simple.code.code, 'P' | 'z' | 'Z'),
        Kind::Structure | Kind::Union => false,
    });
    if is_pointer {
        return Ok(());
    }
    let name = match argtype.downcast_ref::<rustpython_vm::builtins::PyType>() {
        Some(class) => class.slot_name().to_string(),
        None => argtype.class().slot_name().to_string(),
    };
    Err(vm.new_type_error(format!(
        "'out' parameter {position} must be a pointer type, not {name}"
    )))
}

/// Makes a new object for a function to write an output into.
fn new_output(argtype: &PyObject, vm: &VirtualMachine) -> PyResult {
    let Some(ctype) = CType::of(argtype, vm) else {
        return Err(vm.new_type_error(format!(
            "{} 'out' parameter must be passed as default value",
            argtype.class().slot_name()
        )));
    };
    match &ctype.kind {
        Kind::Pointer(_) => {
            let target = ctype
                .target()
                .ok_or_else(|| vm.new_type_error("abstract class"))?;
            (target.construct)(target, Place::New, vm)
        }
        Kind::Array(_) => (ctype.construct)(ctype, Place::New, vm),
        _ => Err(vm.new_type_error(format!(
            "{} 'out' parameter must be passed as default value",
            ctype.name()
        ))),
    }
}

impl Arranged {
    /// Returns what the call returns: the outputs if there are any, in a tuple if there are several.
    ///
    /// # Errors
    /// Any exception that `__ctypes_from_outparam__` raises.
    pub fn result(&self, result: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let mut values = self.outputs.iter().map(|&(index, came_in)| {
            let argument = &self.arguments[index];
            if came_in {
                Ok(argument.clone())
            } else {
                output(argument, vm)
            }
        });
        match self.outputs.len() {
            0 => Ok(result),
            1 => values.next().unwrap_or(Ok(result)),
            _ => Ok(vm.ctx.new_tuple(values.collect::<PyResult<_>>()?).into()),
        }
    }
}

/// Returns what an output becomes in the result of a call, as its `__ctypes_from_outparam__` says, which is
/// usually this module's.
fn output(argument: &PyObject, vm: &VirtualMachine) -> PyResult {
    if let Some(cdata) = CData::of(argument)
        && !argument.has_instance_dict()
        && argument.class().is(cdata.ctype().python_class())
        && is_ours(cdata.ctype(), vm)
    {
        return access::output(cdata, vm);
    }
    vm.call_method(argument, METHOD, ())
}

const METHOD: &str = "__ctypes_from_outparam__";

/// Returns whether an output of this type becomes what this module makes of it.
pub(super) fn is_ours(ctype: &CType, vm: &VirtualMachine) -> bool {
    if ctype.is_ours(Ours::Output) {
        return true;
    }
    let name = vm.ctx.intern_str(METHOD);
    let class = ctype.python_class();
    // A look-up gives the class a tag. The look-up that counts comes after reading it.
    let _ = class.get_attr(name);
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    let is_ours = match (class.get_attr(name), CData::static_type().get_attr(name)) {
        (Some(found), Some(ours)) => found.is(&ours),
        _ => false,
    };
    if is_ours {
        ctype.note_ours(Ours::Output, tag);
    }
    is_ours
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for ParamFlags {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        for parameter in &self.0 {
            parameter.name.traverse(visit);
            parameter.default.traverse(visit);
        }
    }
}
