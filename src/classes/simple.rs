//! Simple types: `_SimpleCData` and its metaclass.

use super::{
    accessor::{self, Attribute},
    class_attribute,
    construct::Base,
    metatype::{self, CTypeType},
    new_class,
};
use crate::{
    cdata::{CData, access},
    ctype::{
        CType, Kind, Simple,
        layout::Layout,
        simple::{self as table, Class},
    },
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyStr, PyTuple, PyType, PyTypeRef},
    class::StaticType,
    function::{FuncArgs, PySetterValue},
    protocol::PyNumberMethods,
    pyclass,
    types::{AsNumber, Constructor, Initializer, Representable},
    vm::Context,
};

/// The metaclass of simple types.
#[pyclass(module = "_ctypes", name = "PyCSimpleType", base = CTypeType)]
#[derive(Debug)]
#[repr(transparent)]
pub struct SimpleType(CTypeType);

#[pyclass(flags(BASETYPE, IMMUTABLETYPE), with(Initializer))]
impl SimpleType {}

impl Initializer for SimpleType {
    type Args = FuncArgs;

    fn slot_init(zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let define_both = |class: &Py<PyType>| {
            let code = type_code(class, vm)?;
            define(class, code, false, vm)?;
            define_swapped(class, code, &args, vm)
        };
        metatype::initialize(zelf, &args, define_both, vm)
    }

    fn init(_zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_system_error("simple types are initialised by their slot"))
    }
}

/// Returns the row that a class's `_type_` names.
fn type_code(class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<&'static table::SimpleCode> {
    let Some(code) = class_attribute::find(class, "_type_", vm)? else {
        return Err(vm.new_attribute_error("class must define a '_type_' attribute"));
    };
    let Some(code) = code.downcast_ref::<PyStr>() else {
        return Err(vm.new_type_error("class must define a '_type_' string attribute"));
    };
    let &[code] = code.as_bytes() else {
        return Err(vm.new_value_error(
            "class must define a '_type_' attribute which must be a string of length 1",
        ));
    };
    table::lookup(char::from(code)).ok_or_else(|| {
        vm.new_attribute_error(format!(
            "class must define a '_type_' attribute which must be\n\
             a single character string containing one of the\n\
             supported types: '{}'.",
            table::CODES
        ))
    })
}

fn define(
    class: &Py<PyType>,
    code: &'static table::SimpleCode,
    swapped: bool,
    vm: &VirtualMachine,
) -> PyResult<PyRef<CType>> {
    let access = match code.swapped {
        Some(access) if swapped => access,
        _ => code.native,
    };
    // A class that derives from `_SimpleCData` directly is transparent; its subclasses are not.
    let boxed = !class
        .base
        .deref()
        .is_some_and(|base| base.is(SimpleCData::static_type()));
    let kind = Kind::Simple(Simple {
        code,
        access,
        swapped,
        boxed,
    });
    let layout = Layout::simple(code, swapped);
    let ctype = CType::define(
        class,
        kind,
        layout,
        metatype::constructor(class, SimpleCData::static_type(), vm)?,
        vm,
    )?;
    let is_pointer = matches!(
        code.class,
        Class::VoidPointer | Class::CharPointer | Class::WideCharPointer
    );
    if is_pointer && !boxed {
        let name = vm.ctx.intern_str("from_param");
        class.set_attr(name, metatype::from_param_class_method(vm));
    }
    Ok(ctype)
}

/// Makes the type of the other byte order, which `__ctype_be__` and `__ctype_le__` show.
fn define_swapped(
    class: &Py<PyType>,
    code: &'static table::SimpleCode,
    args: &FuncArgs,
    vm: &VirtualMachine,
) -> PyResult<()> {
    if !class.class().is(SimpleType::static_type()) || code.swapped.is_none() {
        return Ok(());
    }
    let (native, other, suffix) = if cfg!(target_endian = "little") {
        ("__ctype_le__", "__ctype_be__", "_be")
    } else {
        ("__ctype_be__", "__ctype_le__", "_le")
    };
    let name = format!("{}{suffix}", args.args[0].str(vm)?.to_string_lossy());
    let namespace = match args.args[2].downcast_ref::<PyDict>() {
        Some(dict) => dict.copy().into_pyobject(vm),
        None => args.args[2].clone(),
    };
    let bases = match args.args[1].downcast_ref::<PyTuple>() {
        Some(bases) if !bases.as_slice().is_empty() => args.args[1].clone(),
        _ => {
            let base = SimpleCData::static_type().to_owned().into();
            vm.ctx.new_tuple(vec![base]).into()
        }
    };
    let metaclass = SimpleType::static_type().to_owned();
    let arguments = vec![
        metaclass.into(),
        vm.ctx.new_str(name).into(),
        bases,
        namespace,
    ];
    let swapped = new_class::new(arguments.into(), vm)?;
    let swapped = metatype::class_of(&swapped, vm)?;
    define(swapped, code, true, vm)?;
    for (class, attribute, value) in [
        (class, native, class),
        (class, other, swapped),
        (swapped, native, class),
        (swapped, other, swapped),
    ] {
        class.set_attr(vm.ctx.intern_str(attribute), value.to_owned().into());
    }
    Ok(())
}

/// The base class of simple types.
#[pyclass(
    module = "_ctypes",
    name = "_SimpleCData",
    base = CData,
    metaclass = "SimpleType"
)]
#[derive(Debug)]
#[repr(transparent)]
pub struct SimpleCData(CData);

#[pyclass(
    flags(BASETYPE, IMMUTABLETYPE),
    with(Constructor, Initializer, AsNumber, Representable)
)]
impl SimpleCData {
    #[extend_class]
    fn extend(context: &Context, class: &'static Py<PyType>) {
        static VALUE: Attribute = Attribute {
            name: "value",
            doc: "The C value, as a Python object.",
            get: value,
            set: set_value,
        };
        accessor::add(class, &VALUE, context);
    }
}

fn value(zelf: &PyObject, vm: &VirtualMachine) -> PyResult {
    let (zelf, simple) = instance(zelf, vm)?;
    // SAFETY: an instance has memory of its type's size; if it holds a pointer, Python code or
    // C put it there.
    unsafe { access::load(simple, zelf.address(), zelf, vm) }
}

fn set_value(zelf: &PyObject, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    let (zelf, _) = instance(zelf, vm)?;
    let PySetterValue::Assign(value) = value else {
        return Err(vm.new_type_error("can't delete attribute"));
    };
    access::set_simple(zelf, &value, vm)
}

/// Returns `object` as the C value that its `value` is read from or stored into.
#[inline]
fn instance<'a>(
    object: &'a PyObject,
    vm: &VirtualMachine,
) -> PyResult<(&'a Py<CData>, &'a Simple)> {
    CData::of(object)
        .and_then(|cdata| Some((cdata, cdata.ctype().simple()?)))
        .ok_or_else(|| {
            let class = "'_ctypes._SimpleCData' objects";
            accessor::does_not_apply("value", class, object, vm)
        })
}

impl Constructor for SimpleCData {
    type Args = FuncArgs;

    fn slot_new(class: PyTypeRef, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        metatype::new_instance(&class, vm)
    }

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Err(vm.new_system_error("instances are made by their slot"))
    }
}

impl Initializer for SimpleCData {
    type Args = FuncArgs;

    fn init(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        Self::initialize(zelf.to_base(), &args.args, vm)
    }
}

impl Base for SimpleCData {
    #[inline]
    fn initialize(zelf: &Py<CData>, args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<()> {
        match args {
            [] => Ok(()),
            [value] => access::set_simple(zelf, value, vm),
            many => Err(vm.new_type_error(format!(
                "__init__ expected at most 1 argument, got {}",
                many.len()
            ))),
        }
    }
}

impl AsNumber for SimpleCData {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods = PyNumberMethods {
            boolean: Some(|number, _vm| {
                let Some(cdata) = CData::of(number.obj) else {
                    return Ok(false);
                };
                let (start, size) = cdata.bytes();
                // SAFETY: the memory is the instance's own.
                let bytes = unsafe { std::slice::from_raw_parts(start, size) };
                Ok(bytes.iter().any(|&byte| byte != 0))
            }),
            ..PyNumberMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Representable for SimpleCData {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let name = zelf.class().name();
        let direct = zelf
            .class()
            .base
            .deref()
            .is_some_and(|base| base.is(SimpleCData::static_type()));
        if !direct {
            return Ok(format!("<{name} object at {:#x}>", zelf.get_id()));
        }
        let (cdata, simple) = instance(zelf.as_object(), vm)?;
        // SAFETY: an instance has memory of its type's size; if it holds a pointer, Python code or C put it
        // there.
        let value: PyObjectRef = unsafe { access::load(simple, cdata.address(), cdata, vm) }?;
        let value = value.repr(vm)?;
        Ok([&*name, "(", &value.to_string_lossy(), ")"].concat())
    }
}
