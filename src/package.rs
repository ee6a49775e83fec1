//! Functions of the `ctypes` package that need no Python code.
//!
//! `POINTER`, `pointer`, `cast`, `string_at` and others are small Python functions of the package around
//! something of ours, and calling a Python function takes longer than what they are for. When the
//! package has been imported, callables of ours stand in their places. What is not quite ordinary (other
//! types, other arguments, an audit hook) they hand on to the package's own function, which does it or
//! says what is wrong. They look like that function too, so that hardly anything differs but the time.

use crate::{
    audit,
    ccall::flags,
    cdata::{CData, kept::Kept},
    classes::{array, char_array, construct::make, metatype, pointer, simple},
    ctype::{
        CType, Kind,
        scalar::{pointer::wrapping_address, terminated, wide},
        simple::Class,
    },
    without::without,
};
use num_traits::ToPrimitive;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{
        PyBoundMethod, PyBytes, PyDict, PyFunction, PyInt, PyModule, PyStr, PyStrRef, PyType,
    },
    class::PyClassImpl,
    function::{FuncArgs, PySetterValue},
    object::{Traverse, TraverseFn},
    pyclass,
    types::{Callable, GetAttr, GetDescriptor, Representable, SetAttr},
};
use std::{ffi::CStr, ptr, slice};

/// What does the ordinary: `None` leaves it to the package's own function.
type Ordinary = fn(&[PyObjectRef], &VirtualMachine) -> Option<PyResult>;

/// The functions by name.
const FUNCTIONS: &[(&str, Ordinary)] = &[
    ("POINTER", pointer_type),
    ("pointer", pointer_to),
    ("cast", cast),
    ("CFUNCTYPE", function_type),
    ("create_string_buffer", string_buffer),
    ("create_unicode_buffer", unicode_buffer),
    ("string_at", string_at),
    ("wstring_at", wstring_at),
];

/// A function in the place of one of the package's, whose attributes it shows: its name, its signature,
/// its code. It becomes a method of a class that has it as an attribute, as a Python function does.
#[pyclass(module = false, name = "function", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub struct PackageFunction {
    ordinary: Ordinary,
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
    fn of<'a>(object: &'a PyObject, vm: &VirtualMachine) -> PyResult<&'a Self> {
        let function = object.downcast_ref::<Self>();
        function
            .map(|function| &**function)
            .ok_or_else(|| vm.new_type_error("expected a function of the ctypes package"))
    }

    fn ordinary(&self, args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
        if audit::is_watched() {
            return None;
        }
        (self.ordinary)(args, vm)
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
    function.own.vectorcall(args, nargs, names, vm)
}

#[pyclass(
    flags(DISALLOW_INSTANTIATION),
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
        zelf.own.call(args, vm)
    }
}

impl GetAttr for PackageFunction {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        match name.as_bytes() {
            b"__call__" | b"__get__" | b"__reduce__" | b"__reduce_ex__" => {
                zelf.as_object().generic_getattr(name, vm)
            }
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

/// Has the functions put in their places when the package has been imported: the last thing that it does
/// is to give the type of pointers to `char` a `from_param`.
pub fn install() {
    let class = PackageFunction::make_static_type();
    if !without().vectorcall {
        class.slots.vectorcall.store(Some(vectorcall));
    }
    metatype::at_end_of_package(replace);
}

fn replace(vm: &VirtualMachine) -> PyResult<()> {
    let Some(package) = module("ctypes", vm) else {
        return Ok(());
    };
    for &(name, ordinary) in FUNCTIONS {
        let own = package.dict().get_item_opt(vm.ctx.intern_str(name), vm)?;
        // Whatever somebody else has put there stays.
        let Some(own) = own.filter(|own| is_the_packages(own, vm)) else {
            continue;
        };
        let function = PackageFunction {
            ordinary,
            own: own.clone(),
        };
        let function: PyObjectRef = function.into_ref(&vm.ctx).into();
        for (other, object) in &package.dict() {
            // Some have another name as well.
            if object.is(&own) {
                package.dict().set_item(&*other, function.clone(), vm)?;
            }
        }
    }
    Ok(())
}

/// A module that has been imported.
fn module(name: &'static str, vm: &VirtualMachine) -> Option<PyRef<PyModule>> {
    let modules = vm.sys_module.get_attr("modules", vm).ok()?;
    let module = modules.downcast_ref::<PyDict>()?.get_item_opt(name, vm);
    module.ok()??.downcast::<PyModule>().ok()
}

/// What the package has under a name.
fn item(name: &'static str, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let package = module("ctypes", vm)?;
    package
        .dict()
        .get_item_opt(vm.ctx.intern_str(name), vm)
        .ok()?
}

/// Whether an object is a Python function of the package.
fn is_the_packages(object: &PyObject, vm: &VirtualMachine) -> bool {
    object.downcast_ref::<PyFunction>().is_some()
        && object.get_attr("__module__", vm).is_ok_and(|module| {
            module
                .str(vm)
                .is_ok_and(|name| name.as_bytes() == b"ctypes")
        })
}

/// The description of a class whose metaclass does nothing of its own.
fn ordinary<'a>(class: &'a PyObject, vm: &VirtualMachine) -> Option<&'a Py<CType>> {
    let is_ordinary = class.class().heaptype_ext.is_none();
    CType::of(class, vm).filter(|_| is_ordinary)
}

fn pointer_type(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let [class] = args else { return None };
    let known = ordinary(class, vm)?.pointer_type.lock().clone();
    known.map(Ok)
}

fn pointer_to(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let [object] = args else { return None };
    CData::of(object)?;
    let class = ordinary(object.class().as_object(), vm)?
        .pointer_type
        .lock()
        .clone()?;
    ordinary(&class, vm)?.target()?;
    make::<pointer::Pointer>(class.downcast_ref::<PyType>()?, slice::from_ref(object), vm)
}

fn function_type(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let (restype, argtypes) = args.split_first()?;
    let cache = item("_c_functype_cache", vm)?;
    let argtypes = vm.ctx.new_tuple(argtypes.to_vec()).into();
    let flags = vm.ctx.new_int(flags::CDECL).into();
    let key = vm.ctx.new_tuple(vec![restype.clone(), argtypes, flags]);
    // What cannot be a key is a matter for the package.
    let known = cache
        .downcast_ref::<PyDict>()?
        .get_item_opt(key.as_object(), vm);
    known.ok()?.map(Ok)
}

/// The type of arrays of so many items of a type of the package.
fn array_of(item_name: &'static str, length: usize, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let item = item(item_name, vm)?;
    ordinary(&item, vm)?;
    array::array_type(item.downcast_ref::<PyType>()?, length, vm).ok()
}

/// An array, empty and so long.
fn empty(class: &PyObject, vm: &VirtualMachine) -> Option<PyResult> {
    make::<array::Array>(class.downcast_ref::<PyType>()?, &[], vm)
}

/// The number of items that `create_string_buffer` and its like are asked for.
fn length_of(init: &PyObject, vm: &VirtualMachine) -> Option<usize> {
    init.downcast_ref_if_exact::<PyInt>(vm)?
        .as_bigint()
        .to_usize()
}

fn string_buffer(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let [init] = args else { return None };
    if let Some(length) = length_of(init, vm) {
        return empty(&*array_of("c_char", length, vm)?, vm);
    }
    let bytes = init.downcast_ref_if_exact::<PyBytes>(vm)?;
    let class = array_of("c_char", bytes.as_bytes().len() + 1, vm)?;
    filled(empty(&class, vm)?, Class::Char, init, vm)
}

fn unicode_buffer(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let [init] = args else { return None };
    if let Some(length) = length_of(init, vm) {
        return empty(&*array_of("c_wchar", length, vm)?, vm);
    }
    let text = init.downcast_ref_if_exact::<PyStr>(vm)?;
    let length = wide::encode(text.as_wtf8()).count() + 1;
    let class = array_of("c_wchar", length, vm)?;
    filled(empty(&class, vm)?, Class::WideChar, init, vm)
}

/// The array with `value` in it.
fn filled(
    array: PyResult,
    characters: Class,
    value: &PyObject,
    vm: &VirtualMachine,
) -> Option<PyResult> {
    Some(array.and_then(|array| {
        if let Some(cdata) = CData::of(&array) {
            char_array::set_value(characters, cdata, value, vm)?;
        }
        Ok(array)
    }))
}

fn cast(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let [source, class] = args else { return None };
    let class_of_result = class.downcast_ref::<PyType>()?;
    let (address, kept) = source_of(source, vm)?;
    let made = match &ordinary(class, vm)?.kind {
        Kind::Pointer(_) => make::<pointer::Pointer>(class_of_result, &[], vm)?,
        Kind::Simple(simple) if matches!(simple.code.code, 'P' | 'z' | 'Z') => {
            make::<simple::SimpleCData>(class_of_result, &[], vm)?
        }
        _ => return None,
    };
    Some(made.and_then(|made| {
        if let Some(pointer) = CData::of(&made) {
            if let Some(value) = CData::of(source) {
                pointer.show_like(value, vm)?;
            }
            let address = ptr::with_exposed_provenance_mut(address);
            CData::point_to(pointer, address, kept, vm)?;
        }
        Ok(made)
    }))
}

/// The address that an object is or holds, if it is an ordinary argument for a `void *`, and what to keep
/// for it.
fn source_of(source: &PyObject, vm: &VirtualMachine) -> Option<(usize, Kept)> {
    let Some(value) = CData::of(source) else {
        if vm.is_none(source) {
            return Some((0, Kept::Nothing));
        }
        if let Some(bytes) = source.downcast_ref_if_exact::<PyBytes>(vm) {
            return Some((terminated::address(bytes), Kept::Nothing));
        }
        let int = source.downcast_ref_if_exact::<PyInt>(vm)?;
        return Some((wrapping_address(int), Kept::Nothing));
    };
    ordinary(source.class().as_object(), vm)?;
    match &value.ctype().kind {
        Kind::Array(_) => {
            let kept = Kept::Object(CData::keep_as_target(value));
            Some((value.address().expose_provenance(), kept))
        }
        Kind::Pointer(_) => Some(CData::reference(value)),
        Kind::Simple(simple) if matches!(simple.code.code, 'P' | 'z' | 'Z') => {
            Some(CData::reference(value))
        }
        _ => None,
    }
}

/// Where a string begins and how long it is; up to its NUL if there is no length. Whoever keeps the memory
/// there keeps it as long as the string is read.
struct Text {
    start: *const u8,
    length: Option<usize>,
    _kept: Kept,
}

impl Text {
    fn of(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<Self> {
        let (source, length) = match args {
            [source] => (source, None),
            [source, size] => {
                let size = size
                    .downcast_ref_if_exact::<PyInt>(vm)?
                    .as_bigint()
                    .to_i32()?;
                (source, (size != -1).then(|| usize::try_from(size)))
            }
            _ => return None,
        };
        let length = length.transpose().ok()?;
        let (start, kept) = source_of(source, vm)?;
        let text = Self {
            start: ptr::with_exposed_provenance(start),
            length,
            _kept: kept,
        };
        (start != 0).then_some(text)
    }
}

fn string_at(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let text = Text::of(args, vm)?;
    let bytes = match text.length {
        // SAFETY: whoever passes the address answers for a terminated string being there, as in C.
        None => unsafe { CStr::from_ptr(text.start.cast()) }.to_bytes(),
        // SAFETY: as above, for so many bytes.
        Some(length) => unsafe { slice::from_raw_parts(text.start, length) },
    };
    Some(Ok(vm.ctx.new_bytes(bytes.to_vec()).into()))
}

fn wstring_at(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let text = Text::of(args, vm)?;
    // SAFETY: whoever passes the address answers for the string being there, as in C.
    let wide = unsafe { wide::text_at(text.start.cast(), text.length, vm) };
    Some(wide.map(|wide| vm.ctx.new_str(wide).into()))
}
