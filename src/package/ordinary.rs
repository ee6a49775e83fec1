//! What each function does with ordinary arguments. `None` leaves the call to the package's own function.

use crate::{
    ccall::{flags, read},
    cdata::{CData, references::Kept},
    classes::{array, char_array, construct::make, function, pointer, simple},
    ctype::{
        CType, Kind,
        scalar::{pointer::wrapping_address, terminated, wide},
        simple::Class,
    },
    names::name,
    without::without,
};
use num_traits::ToPrimitive;
use rustpython_common::lock::PyMutex;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{
        PyBytes, PyCode, PyDict, PyInt, PyModule, PyStr, PyStrInterned, PyStrRef, PyTuple, PyType,
    },
    class::StaticType,
};
use std::{
    ptr, slice,
    sync::{OnceLock, atomic::Ordering},
};

/// Returns a module that has been imported.
pub fn module(name: &'static PyStrInterned, vm: &VirtualMachine) -> Option<PyRef<PyModule>> {
    let modules = vm.sys_module.dict().get_item_opt(name!(vm, "modules"), vm);
    let modules = modules.ok()??;
    let module = modules.downcast_ref::<PyDict>()?.get_item_opt(name, vm);
    module.ok()??.downcast::<PyModule>().ok()
}

/// Returns what the package has under a name.
fn item(name: &'static PyStrInterned, vm: &VirtualMachine) -> Option<PyObjectRef> {
    let package = module(name!(vm, "ctypes"), vm)?;
    package.dict().get_item_opt(name, vm).ok()?
}

/// Returns the description of a class whose metaclass overrides nothing.
fn ordinary<'a>(class: &'a PyObject, vm: &VirtualMachine) -> Option<&'a Py<CType>> {
    let is_ordinary = class.class().heaptype_ext.is_none();
    CType::of(class, vm).filter(|_| is_ordinary)
}

pub fn pointer_type(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let [class] = args else { return None };
    if class.class().heaptype_ext.is_some() {
        return None;
    }
    let known = match class.downcast_ref::<PyType>() {
        // A look-up would give a version tag to a class that may not be complete yet.
        Some(class) if class.tp_version_tag.load(Ordering::Acquire) == 0 => {
            CType::in_namespace(class, vm)?.pointer_type.lock().clone()
        }
        _ => ordinary(class, vm)?.pointer_type.lock().clone(),
    };
    if let Some(known) = known {
        return Some(Ok(known));
    }
    let base = item(name!(vm, "_Pointer"), vm)?;
    if without().types || !base.is(pointer::Pointer::static_type()) {
        return None;
    }
    let module = item(name!(vm, "__name__"), vm)?;
    pointer::pointer_type(class.downcast_ref()?, module, vm)
        .ok()
        .map(Ok)
}

/// Returns the type of pointers to `target` that was made first, if `made` is another one.
pub fn first_pointer_type(
    target: &PyObject,
    made: PyObjectRef,
    vm: &VirtualMachine,
) -> PyObjectRef {
    let of_target = CType::of(target, vm);
    let leads_there = CType::of(&made, vm)
        .and_then(|ctype| ctype.target())
        .zip(of_target);
    match leads_there {
        Some((leads_to, target)) if leads_to.is(target) => {
            target.pointer_type.lock().clone().unwrap_or(made)
        }
        _ => made,
    }
}

pub fn pointer_to(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let [object] = args else { return None };
    CData::of(object)?;
    let class = ordinary(object.class().as_object(), vm)?
        .pointer_type
        .lock()
        .clone()?;
    ordinary(&class, vm)?.target()?;
    make::<pointer::Pointer>(class.downcast_ref::<PyType>()?, slice::from_ref(object), vm)
}

pub fn function_type(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let (restype, argtypes) = args.split_first()?;
    let cache = item(name!(vm, "_c_functype_cache"), vm)?;
    let cache = cache.downcast_ref_if_exact::<PyDict>(vm)?;
    let argtypes: PyObjectRef = vm.ctx.new_tuple(argtypes.to_vec()).into();
    let flags: PyObjectRef = vm.ctx.new_int(flags::CDECL).into();
    let key = vec![restype.clone(), argtypes.clone(), flags.clone()];
    let key = vm.ctx.new_tuple(key);
    // The package handles arguments that cannot be keys.
    if let Some(known) = cache.get_item_opt(key.as_object(), vm).ok()? {
        return Some(Ok(known));
    }
    let base = item(name!(vm, "_CFuncPtr"), vm)?;
    if without().types || !base.is(function::CFuncPtr::static_type()) {
        return None;
    }
    let made = ClassStatement::of_function_types(vm)?.make(restype, argtypes, flags, vm)?;
    // If another thread has made a type meanwhile, that one is used. The VM's dicts can hold one key twice, if
    // two threads find it missing at once. Looking up a tuple of such types runs no Python code.
    static FIRST: PyMutex<()> = PyMutex::new(());
    let is_plain = |object: &PyObjectRef| object.class().heaptype_ext.is_none();
    let only_one = args.iter().all(is_plain).then(|| FIRST.lock());
    let first = cache.get_or_insert(vm, key.as_object(), || made);
    drop(only_one);
    Some(first)
}

/// The class statement in the package's `CFUNCTYPE`, as far as it is visible in the classes.
struct ClassStatement {
    name: PyStrRef,
    qualname: PyStrRef,
    line: PyObjectRef,
}

impl ClassStatement {
    /// Returns the statement, which is among the constants of the function.
    fn of_function_types(vm: &VirtualMachine) -> Option<&'static Self> {
        static FOUND: OnceLock<Option<ClassStatement>> = OnceLock::new();
        let find = || {
            let function = item(name!(vm, "CFUNCTYPE"), vm)?;
            let code = function.get_attr(name!(vm, "__code__"), vm).ok()?;
            let constants = code.get_attr(name!(vm, "co_consts"), vm).ok()?;
            let is_body = |constant: &&PyObjectRef| constant.downcast_ref::<PyCode>().is_some();
            let constants = constants.downcast_ref::<PyTuple>()?;
            let body = constants.as_slice().iter().find(is_body)?;
            let text = |name| body.get_attr(name, vm).ok()?.downcast::<PyStr>().ok();
            Some(Self {
                name: text(name!(vm, "co_name"))?,
                qualname: text(name!(vm, "co_qualname"))?,
                line: body.get_attr(name!(vm, "co_firstlineno"), vm).ok()?,
            })
        };
        FOUND.get_or_init(find).as_ref()
    }

    /// Makes the class that the statement makes, if nothing is wrong with it.
    fn make(
        &self,
        restype: &PyObject,
        argtypes: PyObjectRef,
        flags: PyObjectRef,
        vm: &VirtualMachine,
    ) -> Option<PyObjectRef> {
        let entries = vec![
            (name!(vm, "__module__"), item(name!(vm, "__name__"), vm)?),
            (name!(vm, "__firstlineno__"), self.line.clone()),
            (name!(vm, "_argtypes_"), argtypes),
            (name!(vm, "_restype_"), restype.to_owned()),
            (name!(vm, "_flags_"), flags),
            (
                name!(vm, "__static_attributes__"),
                vm.ctx.empty_tuple.clone().into(),
            ),
        ];
        let name = self.name.clone().try_into_utf8(vm).ok()?;
        function::function_type(name, self.qualname.clone(), entries, vm).ok()
    }
}

/// Returns the type of arrays of `length` items of a type of the package, if it exists. The package makes a
/// new one, because it gets the module of the code that makes it.
fn array_of(
    item_name: &'static PyStrInterned,
    length: usize,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    let item = item(item_name, vm)?;
    ordinary(&item, vm)?;
    CType::of(&item, vm)?.array_type(length)
}

/// Makes an empty array.
fn empty(class: &PyObject, vm: &VirtualMachine) -> Option<PyResult> {
    make::<array::Array>(class.downcast_ref::<PyType>()?, &[], vm)
}

/// Returns the number of items that the argument of `create_string_buffer` and its like requests.
fn length_of(init: &PyObject, vm: &VirtualMachine) -> Option<usize> {
    init.downcast_ref_if_exact::<PyInt>(vm)?
        .as_bigint()
        .to_usize()
}

pub fn string_buffer(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let [init] = args else { return None };
    if let Some(length) = length_of(init, vm) {
        return empty(&*array_of(name!(vm, "c_char"), length, vm)?, vm);
    }
    let bytes = init.downcast_ref_if_exact::<PyBytes>(vm)?;
    let class = array_of(name!(vm, "c_char"), bytes.as_bytes().len() + 1, vm)?;
    filled(empty(&class, vm)?, Class::Char, init, vm)
}

pub fn unicode_buffer(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let [init] = args else { return None };
    if let Some(length) = length_of(init, vm) {
        return empty(&*array_of(name!(vm, "c_wchar"), length, vm)?, vm);
    }
    let text = init.downcast_ref_if_exact::<PyStr>(vm)?;
    let length = wide::encode(text.as_wtf8()).count() + 1;
    let class = array_of(name!(vm, "c_wchar"), length, vm)?;
    filled(empty(&class, vm)?, Class::WideChar, init, vm)
}

/// Returns the array with `value` in it.
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

pub fn cast(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
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

/// Returns the address that an object is or holds, if it is an ordinary argument for a `void *`, and what to
/// keep for it.
fn source_of(source: &PyObject, vm: &VirtualMachine) -> Option<(usize, Kept)> {
    let Some(value) = CData::of(source) else {
        if vm.is_none(source) {
            return Some((0, Kept::Nothing));
        }
        if let Some(bytes) = source.downcast_ref_if_exact::<PyBytes>(vm) {
            return Some((terminated::address(bytes)?, Kept::Nothing));
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

/// Where a string begins and how long it is; without a length, up to its NUL. The owner of the memory keeps it
/// as long as the string is read.
struct Text {
    start: *const u8,
    length: Option<usize>,
    _kept: Kept,
}

impl Text {
    fn of(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<Self> {
        let (source, size) = args.split_first()?;
        let length = length_at(size, vm)?;
        let (start, kept) = source_of(source, vm)?;
        let text = Self {
            start: ptr::with_exposed_provenance(start),
            length,
            _kept: kept,
        };
        (start != 0).then_some(text)
    }
}

/// Returns the length that the arguments behind the address give, if they are ordinary.
#[expect(clippy::option_option, reason = "no length is an answer")]
fn length_at(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<Option<usize>> {
    match args {
        [] => Some(None),
        [size] => {
            let size = size.downcast_ref_if_exact::<PyInt>(vm)?;
            let size = size.as_bigint().to_i32()?;
            let length = (size != -1).then(|| usize::try_from(size));
            length.transpose().ok()
        }
        _ => None,
    }
}

/// Returns what `wstring_at` finds in the terminated copy that C gets of a `str`.
fn of_wide_copy(text: &Py<PyStr>, size: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let units = wide::terminated(text.as_wtf8())?;
    // SAFETY: the units are the copy's own.
    let units = unsafe { wide::units_at(units.as_ptr().cast(), units.len()) };
    let units = match length_at(size, vm)? {
        None => wide::until_nul(units),
        Some(length) => units.get(..length)?,
    };
    Some(wide::text(units, vm).map(Into::into))
}

pub fn string_at(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    let text = Text::of(args, vm)?;
    // SAFETY: the program that passes the address must ensure that the string is there, as in C.
    Some(unsafe { read::bytes(text.start, text.length, vm) })
}

pub fn wstring_at(args: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyResult> {
    if let Some(text) = args.first()?.downcast_ref_if_exact::<PyStr>(vm) {
        return of_wide_copy(text, &args[1..], vm);
    }
    let text = Text::of(args, vm)?;
    // SAFETY: the program that passes the address must ensure that the string is there, as in C.
    let wide = unsafe { read::text(text.start, text.length, vm) };
    Some(wide.map(Into::into))
}
