//! `Structure` and `Union`, and their metaclasses.

use super::{
    construct::Base,
    fields::{self, field_name, swapped},
    metatype::{self, CTypeType},
    positional,
};
use crate::{
    cdata::CData,
    ctype::{CType, Kind, layout::Layout},
    names::{name, set_attribute},
    panics::guarded,
    without::without,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyStr, PyType, PyTypeRef},
    class::StaticType,
    function::{FuncArgs, KwArgs, PySetterValue},
    pyclass,
    types::{Constructor, Initializer, SetAttr},
};

/// The metaclass of structures.
#[pyclass(module = "_ctypes", name = "PyCStructType", base = CTypeType)]
#[derive(Debug)]
#[repr(transparent)]
pub struct StructType(CTypeType);

/// The metaclass of unions.
#[pyclass(module = "_ctypes", name = "UnionType", base = CTypeType)]
#[derive(Debug)]
#[repr(transparent)]
pub struct UnionType(CTypeType);

/// The base class of structures.
#[pyclass(
    module = "_ctypes",
    name = "Structure",
    base = CData,
    metaclass = "StructType"
)]
#[derive(Debug)]
#[repr(transparent)]
pub struct Structure(CData);

/// The base class of unions.
#[pyclass(
    module = "_ctypes",
    name = "Union",
    base = CData,
    metaclass = "UnionType"
)]
#[derive(Debug)]
#[repr(transparent)]
pub struct Union(CData);

/// Defines a metaclass and its base class; the two pairs differ only in the kind.
macro_rules! aggregate {
    ($metaclass:ident, $class:ident, $kind:expr) => {
        #[pyclass(flags(BASETYPE, IMMUTABLETYPE), with(Initializer, SetAttr))]
        impl $metaclass {}

        impl Initializer for $metaclass {
            type Args = FuncArgs;

            fn slot_init(zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
                let base = $class::static_type();
                metatype::initialize(zelf, &args, |class| define(class, base, $kind, vm), vm)
            }

            fn init(_zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
                Err(vm.new_system_error("aggregates are initialised by their slot"))
            }
        }

        impl SetAttr for $metaclass {
            fn slot_setattro(
                zelf: &PyObject,
                name: &Py<PyStr>,
                value: PySetterValue,
                vm: &VirtualMachine,
            ) -> PyResult<()> {
                set_class_attribute(zelf, name, value, vm)
            }

            fn setattro(
                zelf: &Py<Self>,
                name: &Py<PyStr>,
                value: PySetterValue,
                vm: &VirtualMachine,
            ) -> PyResult<()> {
                set_class_attribute(zelf.as_object(), name, value, vm)
            }
        }

        #[pyclass(flags(BASETYPE, IMMUTABLETYPE), with(Constructor, Initializer))]
        impl $class {}

        impl Constructor for $class {
            type Args = FuncArgs;

            fn slot_new(class: PyTypeRef, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
                metatype::new_instance(&class, vm)
            }

            fn py_new(_class: &Py<PyType>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
                Err(vm.new_system_error("instances are made by their slot"))
            }
        }

        impl Initializer for $class {
            type Args = FuncArgs;

            fn init(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
                initialize(zelf.as_object(), &args.args, args.kwargs, vm)
            }
        }

        impl Base for $class {
            #[inline]
            fn initialize(
                zelf: &Py<CData>,
                args: &[PyObjectRef],
                vm: &VirtualMachine,
            ) -> PyResult<()> {
                if args.is_empty() {
                    return Ok(());
                }
                if positional::set(zelf, args, vm)? {
                    return Ok(());
                }
                initialize(zelf.as_object(), args, KwArgs::default(), vm)
            }

            #[inline]
            fn initialize_by_name(
                zelf: &Py<CData>,
                names: &[PyObjectRef],
                values: &[PyObjectRef],
                vm: &VirtualMachine,
            ) -> Option<PyResult<()>> {
                Some(initialize_by_name(zelf.as_object(), names, values, vm))
            }
        }
    };
}
aggregate!(StructType, Structure, Kind::Structure);
aggregate!(UnionType, Union, Kind::Union);

/// Describes a new class, with its own `_fields_` or with those of its base.
fn define(
    class: &Py<PyType>,
    of_kind: &Py<PyType>,
    kind: Kind,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if class.get_direct_attr(name!(vm, "_abstract_")).is_some() {
        return Ok(());
    }
    let construct = metatype::constructor(class, of_kind, vm)?;
    let base = class
        .base
        .deref()
        .and_then(|base| CType::of_class(base, vm));
    let layout = match &base {
        Some(base) => {
            base.finalize();
            Layout::inherit(base)
        }
        None => empty_layout(),
    };
    CType::define(class, kind, layout, construct, vm)?;
    let name = name!(vm, "_fields_");
    let Some(fields) = class.get_direct_attr(name) else {
        return Ok(());
    };
    let metaclass = class.as_object().class();
    if metaclass.heaptype_ext.is_none() {
        return fields::define(class, &fields, vm);
    }
    if !without().types
        && swapped::is_the_packages(metaclass, vm)
        && let Some(fields) = swapped::swapped(&fields, vm)
    {
        set_attribute(class, name, fields.clone(), vm)?;
        return fields::define(class, &fields, vm);
    }
    // Through the attribute, so that a metaclass of Python code sees it.
    class.as_object().set_attr(name, fields, vm)
}

/// Returns the layout of an aggregate whose fields are not known yet.
fn empty_layout() -> Layout {
    Layout::aggregate((0, 1), None, Vec::new(), None, None)
}

fn set_class_attribute(
    zelf: &PyObject,
    name: &Py<PyStr>,
    value: PySetterValue,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let class = metatype::class_of(zelf, vm)?;
    let fields = match &value {
        PySetterValue::Assign(value) if name.as_bytes() == b"_fields_" => Some(value.clone()),
        _ => None,
    };
    if let Some(fields) = fields {
        // First, because a definition that is refused must leave no attribute behind.
        guarded(vm, || fields::define(class, &fields, vm))?;
    }
    metatype::set_class_attribute(class, name, value, vm)
}

/// Sets the fields that the constructor's arguments name, by position and by keyword.
fn initialize(
    zelf: &PyObject,
    args: &[PyObjectRef],
    keywords: KwArgs,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if !args.is_empty() {
        let class = zelf.class();
        let used = guarded(vm, || {
            initialize_positional(zelf, class, args, &keywords, 0, vm)
        })?;
        if used < args.len() {
            return Err(vm.new_type_error("too many initializers"));
        }
    }
    for (name, value) in keywords {
        let name = vm.ctx.new_str(name);
        zelf.set_attr(&name, value, vm)?;
    }
    Ok(())
}

/// Sets the attributes that keyword arguments name.
fn initialize_by_name(
    zelf: &PyObject,
    names: &[PyObjectRef],
    values: &[PyObjectRef],
    vm: &VirtualMachine,
) -> PyResult<()> {
    for (name, value) in names.iter().zip(values) {
        let Some(text) = name.downcast_ref::<PyStr>() else {
            let class = name.class();
            let message = format!("attribute name must be string, not '{}'", class.slot_name());
            return Err(vm.new_type_error(message));
        };
        zelf.set_attr(text, value.clone(), vm)?;
    }
    Ok(())
}

/// Sets the fields of `class`, after those of its bases, from argument number `index` on. Returns the number of
/// the first argument that is left.
fn initialize_positional(
    zelf: &PyObject,
    class: &Py<PyType>,
    args: &[PyObjectRef],
    keywords: &KwArgs,
    mut index: usize,
    vm: &VirtualMachine,
) -> PyResult<usize> {
    if let Some(base) = class.base.deref()
        && CType::of_class(base, vm).is_some()
    {
        index = initialize_positional(zelf, base, args, keywords, index, vm)?;
    }
    let Some(fields) = class.get_direct_attr(name!(vm, "_fields_")) else {
        return Ok(index);
    };
    let fields: Vec<PyObjectRef> = vm.extract_elements_with(&fields, Ok)?;
    for (field, value) in fields.iter().zip(&args[index.min(args.len())..]) {
        let name = field_name(field, vm)?;
        if let Some(name) = name.downcast_ref::<PyStr>() {
            if keywords.get(&name.to_string_lossy()).is_some() {
                return Err(vm.new_type_error(format!(
                    "duplicate values for field {}",
                    name.as_object().repr(vm)?.to_string_lossy()
                )));
            }
            zelf.set_attr(name, value.clone(), vm)?;
        }
        index += 1;
    }
    Ok(index)
}
