//! Making instances: the call of a ctypes class.
//!
//! A class is called through the vectorcall slot of its metaclass. As long as neither `__new__` nor `__init__`
//! is Python code, that makes and initialises the object in one step, from the VM's arguments. If `__init__` is
//! a function of Python code, it is called with them.

use super::slots::shares_slot;
use crate::{
    callable::Callable,
    cdata::CData,
    ctype::{CType, Kind, Place, initializer::Initializer, ours::Ours, shared::Shared},
    names::name,
    without::without,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyFunction, PyType},
    class::StaticType,
    function::FuncArgs,
};
use std::sync::atomic::Ordering;

/// A base class whose instances are made here.
pub trait Base: PyPayload + StaticType {
    /// Initialises a new instance from positional arguments, as its `__init__` does.
    ///
    /// # Errors
    /// Any exception that `__init__` raises.
    fn initialize(zelf: &Py<CData>, args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<()>;

    /// Initialises a new instance from keyword arguments alone, if its `__init__` takes any.
    ///
    /// # Errors
    /// Any exception that `__init__` raises.
    fn initialize_by_name(
        _zelf: &Py<CData>,
        _names: &[PyObjectRef],
        _values: &[PyObjectRef],
        _vm: &VirtualMachine,
    ) -> Option<PyResult<()>> {
        None
    }
}

/// Makes [`call`] the function that calls the classes of `metaclass`.
pub fn install<B: Base>(metaclass: &Py<PyType>) {
    if !without().vectorcall {
        metaclass.slots.vectorcall.store(Some(call::<B>));
    }
}

/// Makes [`call`] the function that calls the classes of a metaclass of Python code too. The VM leaves the slot
/// empty where it finds `__new__` by name.
pub fn hand_on(metaclass: &Py<PyType>) {
    let has_one = metaclass.slots.vectorcall.load().is_some();
    // The VM's own function does not check whether `__call__` is Python code.
    if metaclass.heaptype_ext.is_none() || has_one || without().vectorcall {
        return;
    }
    let ours = metaclass
        .iter_base_chain()
        .find(|base| base.heaptype_ext.is_none());
    if let Some(ours) = ours {
        metaclass
            .slots
            .vectorcall
            .store(ours.slots.vectorcall.load());
    }
}

fn call<B: Base>(
    class: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    if let Some(class) = class.downcast_ref::<PyType>() {
        let made = match names.filter(|names| !names.is_empty()) {
            None => make::<B>(class, &args[..nargs], vm)
                .or_else(|| make_for_python::<B>(class, &args[..nargs], vm)),
            Some(names) if nargs == 0 => make_by_name::<B>(class, names, &args, vm),
            Some(_) => None,
        };
        if let Some(made) = made {
            return made;
        }
    }
    call_by_slot(class, args, nargs, names, vm)
}

/// Makes an instance of `class` from positional arguments. Returns `None` if the class's own `__new__` and
/// `__init__` must be called.
#[inline(always)]
pub fn make<B: Base>(
    class: &Py<PyType>,
    args: &[PyObjectRef],
    vm: &VirtualMachine,
) -> Option<PyResult> {
    let made = new_instance::<B>(class, vm)?.and_then(|object| {
        B::initialize(&object, args, vm)?;
        Ok(object.into())
    });
    Some(made)
}

/// Makes an instance of a class whose `__init__` is a function of Python code, and calls that. Returns `None`
/// if more than that is required.
fn make_for_python<B: Base>(
    class: &Py<PyType>,
    args: &[PyObjectRef],
    vm: &VirtualMachine,
) -> Option<PyResult> {
    let ctype = CType::of_class(class, vm)?;
    let version = class.tp_version_tag.load(Ordering::Acquire);
    let known = ctype.initializer.get().map(Shared::read);
    let known = known.filter(|known| known.version == version && version != 0);
    let known = known.or_else(|| {
        let found = find_initializer::<B>(ctype, vm).into_ref(&vm.ctx);
        let shared = ctype.initializer.get_or_init(|| Shared::new(found.clone()));
        drop(shared.replace(found));
        Some(shared.read())
    })?;
    let function = known.function.as_ref()?;
    let made = CData::new(ctype.to_owned(), Place::New, vm).and_then(|payload| {
        let object: PyObjectRef = payload.into_instance(class.to_owned(), vm).into();
        let mut arguments = Vec::with_capacity(args.len() + 1);
        arguments.push(object.clone());
        arguments.extend_from_slice(args);
        let result = function.call(arguments, vm)?;
        if vm.is_none(&result) {
            return Ok(object);
        }
        let returned = result.class().slot_name();
        Err(vm.new_type_error(format!("__init__() should return None, not '{returned}'")))
    });
    Some(made)
}

#[cold]
fn find_initializer<B: Base>(ctype: &CType, vm: &VirtualMachine) -> Initializer {
    let class = ctype.python_class();
    let metaclass = class.as_object().class();
    // A look-up gives the class a version, if it had none; what is found later belongs to that version or an
    // older one.
    let init = name!(vm, "__init__");
    class.get_attr(init);
    let version = class.tp_version_tag.load(Ordering::Acquire);
    // `__new__` refuses to make a pointer without a target type.
    let is_complete = !matches!(&ctype.kind, Kind::Pointer(target) if target.get().is_none());
    let is_plain = is_complete
        && metaclass.heaptype_ext.is_none()
        && shares_slot!(metaclass, vm.ctx.types.type_type, call)
        && shares_slot!(class, B::static_type(), new);
    let function = class
        .get_attr(init)
        .filter(|found| is_plain && found.downcast_ref_if_exact::<PyFunction>(vm).is_some());
    Initializer {
        version,
        function: function.map(Callable::new),
    }
}

/// Makes an instance of `class` from keyword arguments alone.
fn make_by_name<B: Base>(
    class: &Py<PyType>,
    names: &[PyObjectRef],
    values: &[PyObjectRef],
    vm: &VirtualMachine,
) -> Option<PyResult> {
    match new_instance::<B>(class, vm)? {
        Err(error) => Some(Err(error)),
        Ok(object) => {
            let initialized = B::initialize_by_name(&object, names, values, vm)?;
            Some(initialized.map(|()| object.into()))
        }
    }
}

/// Makes a new instance of a plain class.
#[inline(always)]
fn new_instance<B: Base>(
    class: &Py<PyType>,
    vm: &VirtualMachine,
) -> Option<PyResult<PyRef<CData>>> {
    let ctype = CType::of_class(class, vm)?;
    if !is_plain::<B>(ctype, vm) {
        return None;
    }
    let payload = CData::new(ctype.to_owned(), Place::New, vm);
    Some(payload.map(|payload| payload.into_instance(class.to_owned(), vm)))
}

/// Calls `object` the general way, for a vectorcall slot that has no short one.
///
/// # Errors
/// `TypeError` if it is not callable; any exception that the call raises.
pub fn call_by_slot(
    object: &PyObject,
    args: Vec<PyObjectRef>,
    nargs: usize,
    names: Option<&[PyObjectRef]>,
    vm: &VirtualMachine,
) -> PyResult {
    let args = FuncArgs::from_vectorcall_owned(args, nargs, names);
    match object.class().slots.call.load() {
        Some(call) => call(object, args, vm),
        None => Err(vm.new_type_error(format!(
            "'{}' object is not callable",
            object.class().slot_name()
        ))),
    }
}

/// Returns whether instances of a class are made and initialised as those of `B` are.
#[inline]
pub fn is_plain<B: StaticType>(ctype: &CType, vm: &VirtualMachine) -> bool {
    ctype.is_ours(Ours::Construction) || find_plain::<B>(ctype, vm)
}

/// Returns whether a class is plain. The answer is noted if its metaclass cannot change.
#[inline(never)]
fn find_plain<B: StaticType>(ctype: &CType, vm: &VirtualMachine) -> bool {
    let class = ctype.python_class();
    // Read before the slots, because whoever changes them removes the tag first.
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    let metaclass = class.as_object().class();
    let base = B::static_type();
    // That this was called through the slot proves nothing: the VM passes the slot on to metaclasses whose
    // `__call__` is Python code, if a `__call__` was deleted from one further down.
    let is_plain = shares_slot!(metaclass, vm.ctx.types.type_type, call)
        && shares_slot!(class, base, new)
        && shares_slot!(class, base, init);
    if is_plain && metaclass.heaptype_ext.is_none() {
        ctype.note_ours(Ours::Construction, tag);
    }
    is_plain
}
