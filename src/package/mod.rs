//! Functions of the `ctypes` package that need no Python code.
//!
//! `POINTER`, `pointer`, `cast`, `string_at` and others are small Python functions of the package around this
//! crate's functions, and calling a Python function takes longer than what they do. When the package has been
//! imported, native callables take their places. They hand whatever is not ordinary (other types, other
//! arguments, an audit hook) to the package's own function, which does it or raises the error. They show that
//! function's attributes too, so that hardly anything differs but the time.

mod library;
mod ordinary;
mod permanent;

use crate::{
    audit,
    classes::{fields::swapped, metatype},
    names::name,
    without::without,
};
use ordinary::module;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyBoundMethod, PyFunction, PyStr, PyStrRef},
    class::PyClassImpl,
    function::{FuncArgs, PySetterValue},
    object::{Traverse, TraverseFn},
    pyclass,
    types::{Callable, GetAttr, GetDescriptor, Representable, SetAttr},
};

/// Handles an ordinary call; `None` leaves the call to the package's own function.
type Ordinary = fn(&[PyObjectRef], &VirtualMachine) -> Option<PyResult>;

/// A function of the package, and what handles its ordinary calls.
#[derive(Debug)]
struct Row {
    name: &'static str,
    ordinary: Ordinary,
    /// Whether the function raises audit events, so that the package's own function must be called if there are
    /// hooks.
    is_audited: bool,
}

const fn row(name: &'static str, ordinary: Ordinary) -> Row {
    Row {
        name,
        ordinary,
        is_audited: true,
    }
}

/// Makes the row of a function that makes types.
const fn of_types(name: &'static str, ordinary: Ordinary) -> Row {
    Row {
        name,
        ordinary,
        is_audited: false,
    }
}

static FUNCTIONS: [Row; 8] = [
    of_types("POINTER", ordinary::pointer_type),
    of_types("CFUNCTYPE", ordinary::function_type),
    row("pointer", ordinary::pointer_to),
    row("cast", ordinary::cast),
    row("create_string_buffer", ordinary::string_buffer),
    row("create_unicode_buffer", ordinary::unicode_buffer),
    row("string_at", ordinary::string_at),
    row("wstring_at", ordinary::wstring_at),
];

/// A function that takes the place of one of the package's and shows its attributes: name, signature, code. As an
/// attribute of a class it becomes a method, as a Python function does.
#[pyclass(module = false, name = "function", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub struct PackageFunction {
    row: &'static Row,
    /// The package's own function.
    own: PyObjectRef,
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for PackageFunction {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.own.traverse(visit);
    }
}

impl PackageFunction {
    /// Makes a function to replace `own`, if that is a Python function of the package: whatever a program has
    /// put there stays.
    fn in_place_of(
        own: PyObjectRef,
        row: &'static Row,
        vm: &VirtualMachine,
    ) -> Option<PyObjectRef> {
        let function = is_the_packages(&own, vm).then_some(Self { row, own })?;
        Some(function.into_ref(&vm.ctx).into())
    }

    fn of<'a>(object: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Self> {
        let function = object.downcast_ref::<Self>();
        function
            .map(|function| &**function)
            .ok_or_else(|| vm.new_type_error("expected a function of the ctypes package"))
    }

    /// Returns one result for all threads that call at the same time, where the package's own function checks
    /// whether an entry exists, and then makes it.
    fn agreed(
        &self,
        argument: Option<PyObjectRef>,
        made: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyObjectRef {
        let is_pointer_type =
            std::ptr::fn_addr_eq(self.row.ordinary, ordinary::pointer_type as Ordinary);
        match argument {
            Some(argument) if is_pointer_type => ordinary::first_pointer_type(&argument, made, vm),
            _ => made,
        }
    }

    fn ordinary(&self, args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
        if self.row.is_audited && audit::is_watched() {
            return None;
        }
        (self.row.ordinary)(args, vm)
    }
}

fn vectorcall(
    zelf: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    let function = PackageFunction::of(zelf, vm)?;
    if names.is_none_or(<[_]>::is_empty)
        && let Some(result) = function.ordinary(&args[..nargs], vm)
    {
        return result;
    }
    let first = args.first().cloned();
    let result = function.own.vectorcall(args, nargs, names, vm)?;
    Ok(function.agreed(first, result, vm))
}

#[pyclass(
    flags(METHOD_DESCRIPTOR, DISALLOW_INSTANTIATION, HAS_WEAKREF),
    with(Callable, GetAttr, GetDescriptor, Representable, SetAttr)
)]
impl PackageFunction {
    /// What `pickle` and `copy` ask for: the name under which it is found.
    #[pymethod]
    fn __reduce__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.own.get_attr("__qualname__", vm)
    }
}

impl Callable for PackageFunction {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if args.kwargs.is_empty()
            && let Some(result) = zelf.ordinary(&args.args, vm)
        {
            return result;
        }
        let first = args.args.first().cloned();
        let result = zelf.own.call(args, vm)?;
        Ok(zelf.agreed(first, result, vm))
    }
}

impl GetAttr for PackageFunction {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        match name.as_bytes() {
            b"__call__" | b"__get__" | b"__reduce__" | b"__reduce_ex__" | b"__hash__"
            | b"__eq__" | b"__ne__" | b"__weakref__" => zelf.as_object().generic_getattr(name, vm),
            _ => zelf.own.get_attr(name, vm),
        }
    }
}

impl SetAttr for PackageFunction {
    fn setattro(
        zelf: &Py<Self>,
        name: &Py<PyStr>,
        value: PySetterValue,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        match value {
            PySetterValue::Assign(value) => zelf.own.set_attr(name, value, vm),
            PySetterValue::Delete => zelf.own.del_attr(name, vm),
        }
    }
}

impl GetDescriptor for PackageFunction {
    fn descr_get(
        zelf: &PyObject,
        instance: Option<&PyObject>,
        _class: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let Some(instance) = instance.filter(|instance| !vm.is_none(instance)) else {
            return Ok(zelf.to_owned());
        };
        let method = PyBoundMethod::new(instance.to_owned(), zelf.to_owned());
        Ok(method.into_ref(&vm.ctx).into())
    }
}

impl Representable for PackageFunction {
    fn repr(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyStrRef> {
        zelf.own.repr(vm)
    }

    fn repr_str(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        Err(vm.new_system_error("the package's own function is shown"))
    }
}

/// Arranges for the functions to take their places when the package has been imported: the last thing that it
/// does is to give the type of pointers to `char` a `from_param`.
pub fn install() {
    let class = PackageFunction::make_static_type();
    if !without().vectorcall {
        class.slots.vectorcall.store(Some(vectorcall));
    }
    metatype::at_end_of_package(replace);
}

fn replace(vm: &VirtualMachine) -> PyResult<()> {
    let Some(package) = module(name!(vm, "ctypes"), vm) else {
        return Ok(());
    };
    for row in &FUNCTIONS {
        let Some(own) = package
            .dict()
            .get_item_opt(vm.ctx.intern_str(row.name), vm)?
        else {
            continue;
        };
        let Some(function) = PackageFunction::in_place_of(own.clone(), row, vm) else {
            continue;
        };
        for (other, object) in &package.dict() {
            // Some functions have a second name.
            if object.is(&own) {
                package.dict().set_item(&*other, function.clone(), vm)?;
            }
        }
    }
    permanent::keep(&package.dict(), vm);
    remember_swapped(vm);
    library::install(&package.dict(), vm)
}

/// Remembers the metaclasses that the package has for the other byte order.
fn remember_swapped(vm: &VirtualMachine) {
    let Some(endian) = module(name!(vm, "ctypes._endian"), vm) else {
        return;
    };
    for name in [
        name!(vm, "_swapped_struct_meta"),
        name!(vm, "_swapped_union_meta"),
    ] {
        if let Ok(Some(metaclass)) = endian.dict().get_item_opt(name, vm)
            && let Some(metaclass) = metaclass.downcast_ref()
        {
            swapped::remember(metaclass, vm);
        }
    }
}

/// Returns whether an object is a Python function of the package.
fn is_the_packages(object: &PyObject, vm: &VirtualMachine) -> bool {
    object.downcast_ref::<PyFunction>().is_some()
        && object.get_attr("__module__", vm).is_ok_and(|module| {
            module
                .str(vm)
                .is_ok_and(|name| name.as_bytes() == b"ctypes")
        })
}
