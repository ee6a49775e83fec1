//! `_Pointer` and its metaclass.

use super::{
    accessor::{self, Attribute},
    array::items::number,
    char_array,
    construct::Base,
    metatype::{self, CTypeType},
    new_class,
};
use crate::{
    c_integer,
    cdata::{CData, access, references::Kept},
    ctype::{CType, Kind, Place, layout::Layout, scalar::pointer, simple::Class, target::Target},
    names::name,
    panics::guarded,
    room,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PySlice, PyType, PyTypeRef},
    class::StaticType,
    function::{FuncArgs, PySetterValue},
    protocol::{PyMappingMethods, PyNumberMethods, PySequenceMethods},
    pyclass,
    types::{AsMapping, AsNumber, AsSequence, Constructor, Initializer},
    vm::Context,
};

/// The metaclass of pointers.
#[pyclass(module = "_ctypes", name = "PyCPointerType", base = CTypeType)]
#[derive(Debug)]
#[repr(transparent)]
pub struct PointerType(CTypeType);

#[pyclass(flags(BASETYPE, IMMUTABLETYPE), with(Initializer))]
impl PointerType {}

impl Initializer for PointerType {
    type Args = FuncArgs;

    fn slot_init(zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        metatype::initialize(zelf, &args, |class| define(class, vm).map(drop), vm)
    }

    fn init(_zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_system_error("pointers are initialised by their slot"))
    }
}

/// Sets the target of an incomplete pointer type.
///
/// # Errors
/// `TypeError` if the target is not a type or cannot be set any more.
pub fn set_type(class: &Py<PyType>, [target]: [PyObjectRef; 1], vm: &VirtualMachine) -> PyResult {
    let ctype = CType::of_concrete(class, vm)?;
    let target_type = target_of(&target, vm)?;
    if let Kind::Pointer(target) = &ctype.kind {
        let check = |old: Option<&Py<CType>>| {
            let is_other = old.is_some_and(|old| !old.serves_as(&target_type));
            if is_other && ctype.is_final() {
                Err(())
            } else {
                Ok(())
            }
        };
        target.replace(target_type.clone(), check).map_err(|()| {
            vm.new_type_error(format!(
                "'{}' has instances that point to something else",
                ctype.name()
            ))
        })?;
    }
    class.as_object().set_attr("_type_", target, vm)?;
    let _first = remember(&target_type, class);
    Ok(vm.ctx.none())
}

/// Describes a class. Returns the type of pointers to its target: of several, the first one.
fn define(class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    CType::check_undefined(class, vm)?;
    let target = match class.get_direct_attr(name!(vm, "_type_")) {
        Some(target) => Some(target_of(&target, vm)?),
        None => None,
    };
    let layout = Layout::pointer(target.as_deref());
    let kind = Kind::Pointer(Target::new(target.clone()));
    CType::define(
        class,
        kind,
        layout,
        metatype::constructor(class, Pointer::static_type(), vm)?,
        vm,
    )?;
    Ok(target.map(|target| remember(&target, class)))
}

/// Makes the type of pointers to a class that has none, as a call of `type` in the module `module` would. If
/// several threads do, they all get the first one.
///
/// # Errors
/// None in practice: the class has a description.
pub fn pointer_type(target: &Py<PyType>, module: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let name = vm.ctx.new_str(format!("LP_{}", target.slot_name()));
    let entries = vec![
        (name!(vm, "_type_"), target.to_owned().into()),
        (name!(vm, "__module__"), module),
    ];
    let (metaclass, base) = (PointerType::static_type(), Pointer::static_type());
    let qualname = name.clone();
    let made = new_class::make(
        metaclass,
        base,
        name.try_into_utf8(vm)?,
        qualname,
        entries,
        vm,
    )?;
    let first = define(&made, vm)?;
    Ok(first.unwrap_or_else(|| made.into()))
}

/// Records `pointer_class` as the type of pointers to `target`, unless there is one already. Returns the one
/// recorded.
fn remember(target: &CType, pointer_class: &Py<PyType>) -> PyObjectRef {
    let mut slot = target.pointer_type.lock();
    let first = slot.get_or_insert_with(|| pointer_class.to_owned().into());
    first.clone()
}

/// Returns the description of the class that a `_type_` names.
fn target_of(target: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<CType>> {
    if target.downcast_ref::<PyType>().is_none() {
        return Err(vm.new_type_error("_type_ must be a type"));
    }
    match CType::of(target, vm) {
        Some(ctype) => Ok(ctype.to_owned()),
        None => Err(vm.new_type_error(format!(
            "{} must have storage info",
            target.repr(vm)?.to_string_lossy()
        ))),
    }
}

/// The base class of pointers.
#[pyclass(
    module = "_ctypes",
    name = "_Pointer",
    base = CData,
    metaclass = "PointerType"
)]
#[derive(Debug)]
#[repr(transparent)]
pub struct Pointer(CData);

/// The target of a pointer, as its operations need it.
struct Pointed<'a> {
    pointer: &'a Py<CData>,
    ctype: &'a Py<CType>,
}

impl<'a> Pointed<'a> {
    fn of(object: &'a PyObject, vm: &VirtualMachine) -> PyResult<Self> {
        CData::of(object)
            .and_then(|pointer| Some((pointer, pointer.ctype().target()?)))
            .map(|(pointer, ctype)| Self { pointer, ctype })
            .ok_or_else(|| no_target(vm))
    }

    fn item(&self, start: *mut u8, index: isize) -> *mut u8 {
        start.wrapping_offset(index.wrapping_mul(self.ctype.size() as isize))
    }

    fn get(&self, index: isize, vm: &VirtualMachine) -> PyResult {
        if let Kind::Simple(simple) = &self.ctype.kind
            && !simple.boxed
        {
            // SAFETY: the program that made the pointer and uses the index must ensure that the item is there,
            // as in C.
            let value = unsafe { access::load_pointee(simple, self.pointer, index, vm) };
            return value.unwrap_or_else(|| Err(null_pointer(vm)));
        }
        self.instance(index, vm)
    }

    /// Makes an object that lies where item `index` is.
    fn instance(&self, index: isize, vm: &VirtualMachine) -> PyResult {
        let (start, anchor) = CData::pointee(self.pointer);
        if start.is_null() {
            return Err(null_pointer(vm));
        }
        let place = Place::Target {
            address: self.item(start, index),
            pointer: self.pointer.to_owned().into(),
            anchor,
        };
        (self.ctype.construct)(self.ctype, place, vm)
    }

    fn set(&self, index: isize, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        // SAFETY: as for `get`.
        unsafe { access::set_pointee(self.ctype, self.pointer, index, value, vm) }
    }

    /// Returns the items of a slice. A pointer knows no length, so a slice must say where it ends.
    fn slice(&self, slice: &Py<PySlice>, vm: &VirtualMachine) -> PyResult {
        let bound = |bound: &PyObject| -> PyResult<Option<isize>> {
            if vm.is_none(bound) {
                return Ok(None);
            }
            c_integer::bound(bound, vm).map(Some)
        };
        let optional = |given: &Option<PyObjectRef>| match given {
            Some(given) => bound(given),
            None => Ok(None),
        };
        let step = optional(&slice.step)?.unwrap_or(1);
        if step == 0 {
            return Err(vm.new_value_error("slice step cannot be zero"));
        }
        let start = match optional(&slice.start)? {
            Some(start) => start,
            None if step < 0 => {
                return Err(vm.new_value_error("slice start is required for step < 0"));
            }
            None => 0,
        };
        let stop =
            bound(&slice.stop)?.ok_or_else(|| vm.new_value_error("slice stop is required"))?;
        let distance = if step > 0 {
            stop.saturating_sub(start)
        } else {
            start.saturating_sub(stop)
        };
        let count = match usize::try_from(distance) {
            Ok(distance) => distance.div_ceil(step.unsigned_abs()),
            Err(_) => 0,
        };
        if let Some(class @ (Class::Char | Class::WideChar)) = self.ctype.simple_class() {
            // The anchor is held while its memory is read.
            let (address, _anchor) = CData::pointee(self.pointer);
            if address.is_null() {
                return Err(null_pointer(vm));
            }
            // SAFETY: as for `get`.
            return unsafe { char_array::load_slice(class, address, start, step, count, vm) };
        }
        let index = |number: isize| start.wrapping_add(number.wrapping_mul(step));
        let numbers = self.ctype.simple().and_then(number);
        let items = if let Some(load) = numbers {
            // The anchor is held while its memory is read.
            let (address, _anchor) = CData::pointee(self.pointer);
            if address.is_null() && count > 0 {
                return Err(null_pointer(vm));
            }
            let place = |number| self.item(address, index(number));
            // SAFETY: as for `get`.
            let load = |number| unsafe { load(place(number), vm) };
            room::collect(count, load, vm)
        } else {
            let get = |number| self.get(index(number), vm);
            room::collect(count, get, vm)
        };
        Ok(vm.ctx.new_list(items?).into())
    }
}

#[pyclass(
    flags(BASETYPE, IMMUTABLETYPE),
    with(Constructor, Initializer, AsMapping, AsSequence, AsNumber)
)]
impl Pointer {
    #[extend_class]
    fn extend(context: &Context, class: &'static Py<PyType>) {
        static CONTENTS: Attribute = Attribute {
            name: "contents",
            doc: "The object that this points to.",
            get: contents,
            set: set_contents,
        };
        accessor::add(class, &CONTENTS, context);
    }
}

/// Returns the object pointed to.
fn contents(zelf: &PyObject, vm: &VirtualMachine) -> PyResult {
    pointer_of(zelf, vm)?.instance(0, vm)
}

fn set_contents(zelf: &PyObject, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    match value {
        PySetterValue::Assign(value) => point_to(pointer_of(zelf, vm)?.pointer, &value, vm),
        PySetterValue::Delete => Err(vm.new_type_error("Pointer does not support item deletion")),
    }
}

/// Returns `object` as the pointer whose `contents` are asked for.
fn pointer_of<'a>(object: &'a PyObject, vm: &VirtualMachine) -> PyResult<Pointed<'a>> {
    if !CData::of(object).is_some_and(|cdata| cdata.ctype().is_pointer()) {
        let class = "'_ctypes._Pointer' objects";
        return Err(accessor::does_not_apply("contents", class, object, vm));
    }
    Pointed::of(object, vm)
}

/// Makes a pointer point to a C value, and keep it alive.
fn point_to(zelf: &Py<CData>, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let target = Pointed::of(zelf.as_object(), vm)?.ctype;
    let refused = |why: &str| {
        let (wanted, class) = (target.name(), value.class());
        let given = class.slot_name();
        vm.new_type_error(format!("expected {wanted} instead of {given}{why}"))
    };
    let cdata = CData::of(value).ok_or_else(|| refused(""))?;
    // From here on the target's size is final.
    target.finalize();
    // ctypes takes any C value here. One that is known to have less memory than the type needs is refused,
    // because the program has not stated a false size itself.
    if cdata.size() < target.size()
        && let Some(room) = CData::room(cdata)
        && room < target.size()
    {
        let needed = target.size();
        return Err(refused(&format!(
            ", which has {room} of the {needed} bytes"
        )));
    }
    let address = cdata.address();
    CData::home(cdata).ask();
    let kept = Kept::Object(CData::keep_as_target(cdata));
    CData::point_to(zelf, address, kept, vm)
}

fn no_target(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_type_error("Cannot create instance: has no _type_")
}

fn null_pointer(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_value_error("NULL pointer access")
}

impl Constructor for Pointer {
    type Args = FuncArgs;

    fn slot_new(class: PyTypeRef, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let complete = CType::of_class(&class, vm).filter(|ctype| ctype.target().is_some());
        match complete {
            Some(_) => metatype::new_instance(&class, vm),
            None => Err(no_target(vm)),
        }
    }

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Err(vm.new_system_error("instances are made by their slot"))
    }
}

impl Initializer for Pointer {
    type Args = FuncArgs;

    fn init(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        Self::initialize(zelf.to_base(), &args.args, vm)
    }
}

impl Base for Pointer {
    fn initialize(zelf: &Py<CData>, args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<()> {
        if zelf.ctype().target().is_none() {
            return Err(no_target(vm));
        }
        match args {
            [] => Ok(()),
            [value] => point_to(zelf, value, vm),
            many => Err(vm.new_type_error(format!(
                "POINTER expected at most 1 argument, got {}",
                many.len()
            ))),
        }
    }
}

impl AsMapping for Pointer {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: None,
            subscript: Some(|mapping, key, vm| {
                let target = Pointed::of(mapping.obj, vm)?;
                if let Some(index) = c_integer::exact_index(key, vm) {
                    return target.get(index, vm);
                }
                if let Some(slice) = key.downcast_ref::<PySlice>() {
                    return guarded(vm, || target.slice(slice, vm));
                }
                if !c_integer::is_index(key) {
                    return Err(vm.new_type_error("Pointer indices must be integer"));
                }
                target.get(c_integer::index(key, vm)?, vm)
            }),
            ass_subscript: Some(|mapping, key, value, vm| {
                let target = Pointed::of(mapping.obj, vm)?;
                let index = match c_integer::exact_index(key, vm) {
                    Some(index) => index,
                    None if c_integer::is_index(key) => c_integer::index(key, vm)?,
                    None => {
                        let class = key.class().slot_name();
                        let message = format!("sequence index must be integer, not '{class}'");
                        return Err(vm.new_type_error(message));
                    }
                };
                let Some(value) = value else {
                    return Err(vm.new_type_error("Pointer does not support item deletion"));
                };
                target.set(index, &value, vm)
            }),
        };
        &METHODS
    }
}

impl AsSequence for Pointer {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            item: Some(|sequence, index, vm| Pointed::of(sequence.obj, vm)?.get(index, vm)),
            ass_item: Some(|sequence, index, value, vm| match value {
                Some(value) => Pointed::of(sequence.obj, vm)?.set(index, &value, vm),
                None => Err(vm.new_type_error("Pointer does not support item deletion")),
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl AsNumber for Pointer {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods = PyNumberMethods {
            boolean: Some(|number, _vm| {
                // SAFETY: a pointer's memory holds an address.
                Ok(CData::of(number.obj)
                    .is_some_and(|pointer| !unsafe { pointer::read(pointer.address()) }.is_null()))
            }),
            ..PyNumberMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}
