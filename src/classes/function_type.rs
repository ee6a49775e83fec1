//! The metaclass of function pointers.

use super::metatype::{self, CTypeType};
use crate::{
    ccall::MAX_ARGUMENTS,
    ctype::{ArgTypes, CType, Converter, Function, Kind, layout::Layout},
    error,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyInt, PyTuple, PyType},
    class::StaticType,
    function::FuncArgs,
    pyclass,
    types::Initializer,
};

/// The metaclass of function pointers.
#[pyclass(module = "_ctypes", name = "PyCFuncPtrType", base = CTypeType)]
#[derive(Debug)]
#[repr(transparent)]
pub struct FuncPtrType(CTypeType);

#[pyclass(flags(BASETYPE, IMMUTABLETYPE), with(Initializer))]
impl FuncPtrType {}

impl Initializer for FuncPtrType {
    type Args = FuncArgs;

    fn slot_init(zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        metatype::init_arguments(&args, vm)?;
        define(metatype::class_of(zelf, vm)?, vm)
    }

    fn init(_zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_system_error("function types are initialised by their slot"))
    }
}

fn define(class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<()> {
    CType::check_undefined(class, vm)?;
    let flags = metatype::class_attribute(class, "_flags_", vm)?;
    let flags = flags
        .as_ref()
        .and_then(|flags| flags.downcast_ref::<PyInt>())
        .ok_or_else(|| vm.new_type_error("class must define _flags_ which must be an integer"))?
        .as_u64_mask() as u32;
    let argtypes = match metatype::class_attribute(class, "_argtypes_", vm)? {
        Some(argtypes) if !vm.is_none(&argtypes) => Some(read_argtypes(&argtypes, vm)?),
        _ => None,
    };
    let restype = metatype::class_attribute(class, "_restype_", vm)?;
    if let Some(restype) = &restype
        && !vm.is_none(restype)
        && CType::of(restype, vm).is_none()
        && !restype.is_callable()
    {
        return Err(vm.new_type_error("_restype_ must be a type, a callable, or None"));
    }
    let kind = Kind::Function(Function {
        flags,
        argtypes,
        restype,
    });
    let layout = Layout::pointer("X{}".to_owned());
    CType::define(class, kind, layout, super::function::construct, vm)?;
    Ok(())
}

/// Reads a declaration of argument types.
///
/// # Errors
/// `TypeError` if it is no sequence of types, `ArgumentError` if there are too many.
pub fn read_argtypes(declared: &PyObject, vm: &VirtualMachine) -> PyResult<ArgTypes> {
    let types: Vec<PyObjectRef> = match declared.downcast_ref::<PyTuple>() {
        Some(tuple) => tuple.as_slice().to_vec(),
        None => vm
            .extract_elements_with(declared, Ok)
            .map_err(|_| vm.new_type_error("_argtypes_ must be a sequence of types"))?,
    };
    if types.len() > MAX_ARGUMENTS {
        return Err(vm.new_exception_msg(
            error::argument_error(vm),
            format!(
                "_argtypes_ has too many arguments ({}), maximum is {MAX_ARGUMENTS}",
                types.len()
            )
            .into(),
        ));
    }
    let converters = types
        .iter()
        .enumerate()
        .map(|(index, argtype)| converter(index + 1, argtype, vm))
        .collect::<PyResult<Vec<_>>>()?;
    Ok(ArgTypes {
        declared: declared.to_owned(),
        types,
        converters,
    })
}

/// How arguments of a declared type are converted.
fn converter(position: usize, argtype: &PyObject, vm: &VirtualMachine) -> PyResult<Converter> {
    if let Some(ctype) = CType::of(argtype, vm)
        && converts_itself(ctype.python_class(), vm)
    {
        return Ok(Converter::Type(ctype));
    }
    match vm.get_attribute_opt(argtype, "from_param")? {
        Some(from_param) => Ok(Converter::Call(from_param)),
        None => Err(vm.new_type_error(format!(
            "item {position} in _argtypes_ has no from_param method"
        ))),
    }
}

/// Whether no Python code has overridden `from_param`, neither in the class nor in its metaclass.
fn converts_itself(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    let name = vm.ctx.intern_str("from_param");
    let ours = CTypeType::static_type().get_attr(name);
    class.get_attr(name).is_none()
        && match (class.class().get_attr(name), ours) {
            (Some(found), Some(ours)) => found.is(&ours),
            _ => false,
        }
}
