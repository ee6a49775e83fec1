//! The class object itself: the VM makes a class of a blank base, which then gets its real base.
//!
//! The VM finds the slots of a class by going through its bases. So the class is made on a base that has
//! nothing to go through ([`Blank`]), with its real base's slots, and then it is given that base.

use super::vm_new;
use crate::names::{interned, name, set_attribute};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyGetSet, PyStr, PyStrInterned, PyTuple, PyType, PyTypeRef},
    class::{PyClassImpl, StaticType},
    function::{ItemDoc, PySetterValue},
    pyclass,
    types::{PyTypeFlags, PyTypeSlots},
};
use std::sync::OnceLock;

/// The base of a class while the VM makes it: it inherits nothing, not even from `object`, so that
/// there is nothing to look through.
#[pyclass(module = "_ctypes", name = "Blank")]
#[derive(Debug, PyPayload)]
struct Blank;

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Blank {}

/// Makes the blank base, once for all interpreters, and hides it.
pub fn install(vm: &VirtualMachine) {
    let blank = Blank::make_static_type();
    *blank.mro.write() = vec![blank.clone()];
    hide(&blank, vm);
    for (name, _) in blank.attributes.entries() {
        if let Some(name) = name.downcast_ref::<PyStr>() {
            drop(blank.attributes.remove(interned(name, vm)));
        }
    }
}

/// Removes a class from the list of `object.__subclasses__()`.
pub fn hide(class: &Py<PyType>, vm: &VirtualMachine) {
    let mut noted = vm.ctx.types.object_type.subclasses.write();
    noted.retain(|note| !note.upgrade().is_some_and(|noted| noted.is(class)));
}

/// Makes a class that does what its base does, with an empty namespace and without a name.
///
/// # Errors
/// None in practice: the VM refuses no such class.
pub fn derive(
    base: &Py<PyType>,
    bases: PyRef<PyTuple<PyTypeRef>>,
    metaclass: PyTypeRef,
    vm: &VirtualMachine,
) -> PyResult<PyTypeRef> {
    let flags = flags(base);
    let mut slots = PyTypeSlots::heap_default();
    slots.basicsize = base.slots.basicsize;
    slots.itemsize = base.slots.itemsize;
    slots.member_count = base.slots.member_count;
    slots.flags.replace_masked(flags, flags);
    copy_slots(&slots, &base.slots);
    let blank = Blank::static_type();
    let of_blank = vec![blank.to_owned()];
    let class = PyType::new_heap("", of_blank, Default::default(), slots, metaclass, &vm.ctx)
        .map_err(|message| vm.new_type_error(message))?;
    rebase(&class, base, bases);
    note_subclass(&class, blank, base);
    Ok(class)
}

/// Moves the entry of a subclass from one class to another.
fn note_subclass(class: &Py<PyType>, from: &Py<PyType>, to: &Py<PyType>) {
    let mut noted = from.subclasses.write();
    // Other threads may be making classes too.
    let note = noted
        .iter()
        .position(|note| note.upgrade().is_some_and(|noted| noted.is(class)))
        .map(|at| noted.swap_remove(at));
    drop(noted);
    let Some(note) = note else { return };
    let mut noted = to.subclasses.write();
    // The VM removes the entries of classes that are gone only when somebody lists the others.
    if noted.len() == noted.capacity() {
        noted.retain(|note| note.upgrade().is_some());
    }
    noted.push(note);
}

/// Returns the flags of a class whose only base is `base`.
fn flags(base: &Py<PyType>) -> PyTypeFlags {
    let inherited = base.slots.flags.load();
    let has = |flag: u8| base.slots.flags.has_feature(flag);
    let fixed_size = base.slots.itemsize == 0;
    let mut flags = PyTypeFlags::HEAP_TYPE | (inherited & PyTypeFlags::COLLECTION);
    for flag in [PyTypeFlags::HAS_DICT, PyTypeFlags::MANAGED_DICT] {
        if has(flag) || !has(PyTypeFlags::HAS_DICT) {
            flags.insert(flag);
        }
    }
    if fixed_size && !has(PyTypeFlags::HAS_DICT) {
        flags.insert(PyTypeFlags::INLINE_VALUES);
    }
    if fixed_size || has(PyTypeFlags::HAS_WEAKREF) {
        flags.insert(PyTypeFlags::HAS_WEAKREF);
        flags.insert(PyTypeFlags::MANAGED_WEAKREF);
    }
    flags
}

/// The descriptors of a class that is the first among its bases to have a dict and weak references.
const DESCRIPTORS: [Descriptor; 2] = [
    Descriptor {
        flag: PyTypeFlags::HAS_DICT,
        name: |vm| name!(vm, "__dict__"),
        make: |class, vm| {
            PyGetSet::new("__dict__", class, &vm.ctx)
                .with_get(instance_dict)
                .with_set(set_instance_dict)
                .with_doc(ItemDoc::static_text("dictionary for instance variables"))
        },
    },
    Descriptor {
        flag: PyTypeFlags::HAS_WEAKREF,
        name: |vm| name!(vm, "__weakref__"),
        make: |class, vm| {
            PyGetSet::new("__weakref__", class, &vm.ctx)
                .with_get(first_weakref)
                .with_set(set_weakref)
                .with_doc(ItemDoc::static_text(
                    "list of weak references to the object",
                ))
        },
    },
];

struct Descriptor {
    /// The flag of classes that need the descriptor.
    flag: u8,
    name: fn(&VirtualMachine) -> &'static PyStrInterned,
    make: fn(&Py<PyType>, &VirtualMachine) -> PyGetSet,
}

impl Descriptor {
    fn of(&self, class: &Py<PyType>, vm: &VirtualMachine) -> PyObjectRef {
        let getset = vm.ctx.types.getset_type.to_owned();
        PyRef::new_ref((self.make)(class, vm), getset, None).into()
    }
}

/// The descriptors shared by all classes whose namespace has not been looked at.
static SHARED: OnceLock<[PyObjectRef; 2]> = OnceLock::new();

/// Adds `__dict__` and `__weakref__` if neither the class nor a base has them, and `__doc__`. `has` tells what
/// the class has. Shared descriptors save the collector two objects, until [`show_descriptors`] replaces them.
///
/// # Errors
/// None in practice: names are hashed without Python code.
pub fn add_descriptors(
    class: &Py<PyType>,
    base: &Py<PyType>,
    has: impl Fn(&'static PyStrInterned) -> bool,
    shared: bool,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let of_object = || DESCRIPTORS.map(|each| each.of(vm.ctx.types.object_type, vm));
    for (index, descriptor) in DESCRIPTORS.iter().enumerate() {
        let name = (descriptor.name)(vm);
        if class.slots.flags.has_feature(descriptor.flag)
            && base.get_attr(name).is_none()
            && !has(name)
        {
            let object = if shared {
                SHARED.get_or_init(of_object)[index].clone()
            } else {
                descriptor.of(class, vm)
            };
            set_attribute(class, name, object, vm)?;
        }
    }
    let doc = name!(vm, "__doc__");
    if !has(doc) {
        set_attribute(class, doc, vm.ctx.none(), vm)?;
    }
    Ok(())
}

/// Replaces a class's shared descriptors by its own: Python code is about to look at its namespace.
///
/// # Errors
/// None in practice: names are hashed without Python code.
pub fn show_descriptors(class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<()> {
    let (Some(shared), Some(own)) = (SHARED.get(), class.attributes.as_dict()) else {
        return Ok(());
    };
    for (descriptor, shared) in DESCRIPTORS.iter().zip(shared) {
        let name = (descriptor.name)(vm);
        let is_shared = |found: &PyObjectRef| found.is(shared);
        if own.get_item_opt(name, vm)?.as_ref().is_some_and(is_shared) {
            // A thread that remembers the shared one may go on using it: it does the same, and is never freed.
            own.set_item(name, descriptor.of(class, vm), vm)?;
        }
    }
    Ok(())
}

/// Returns a class that the VM's `type.__new__` has made. Its `__dict__` and `__weakref__` work for objects of
/// any class, as those of other classes do for theirs.
fn template(vm: &VirtualMachine) -> PyResult<&'static Py<PyType>> {
    static TEMPLATE: OnceLock<PyTypeRef> = OnceLock::new();
    if let Some(template) = TEMPLATE.get() {
        return Ok(template);
    }
    let bases = vm.ctx.empty_tuple.clone().into();
    let arguments = vec![
        vm.ctx.new_str("template").into(),
        bases,
        vm.ctx.new_dict().into(),
    ];
    let metaclass = vm.ctx.types.type_type.to_owned();
    let made = vm_new::type_new(vm)?(metaclass, arguments.into(), vm)?;
    let made = made
        .downcast::<PyType>()
        .map_err(|_| vm.new_system_error("type.__new__ has made no class"))?;
    hide(&made, vm);
    Ok(TEMPLATE.get_or_init(|| made))
}

/// Reads what the template's descriptor of this name reads.
fn read(name: &'static PyStrInterned, object: &PyObject, vm: &VirtualMachine) -> PyResult {
    let descriptor = template(vm)?.get_direct_attr(name);
    let descriptor = vm.unwrap_or_none(descriptor);
    match descriptor.class().slots.descr_get.load() {
        Some(get) => get(
            &descriptor,
            Some(object),
            Some(object.class().as_object()),
            vm,
        ),
        None => Err(vm.new_system_error("the template has no such descriptor")),
    }
}

/// Sets or deletes what the template's descriptor of this name does.
fn write(
    name: &'static PyStrInterned,
    object: PyObjectRef,
    value: PySetterValue,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let descriptor = template(vm)?.get_direct_attr(name);
    let descriptor = vm.unwrap_or_none(descriptor);
    match descriptor.class().slots.descr_set.load() {
        Some(set) => set(&descriptor, object, value, vm),
        None => Err(vm.new_system_error("the template has no such descriptor")),
    }
}

fn instance_dict(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    read(name!(vm, "__dict__"), &object, vm)
}

fn set_instance_dict(
    object: PyObjectRef,
    value: PySetterValue,
    vm: &VirtualMachine,
) -> PyResult<()> {
    write(name!(vm, "__dict__"), object, value, vm)
}

fn first_weakref(object: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    read(name!(vm, "__weakref__"), &object, vm)
}

fn set_weakref(object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    write(name!(vm, "__weakref__"), object, value, vm)
}

/// Gives another base to a class that no other code has seen yet.
fn rebase(class: &Py<PyType>, base: &Py<PyType>, bases: PyRef<PyTuple<PyTypeRef>>) {
    // SAFETY: no other code looks at the class, and its old base is static.
    drop(unsafe { class.base.swap(Some(base.to_owned())) });
    let own = std::iter::once(class.to_owned());
    let mro = own.chain(base.mro.read().iter().cloned()).collect();
    let before = std::mem::replace(&mut *class.mro.write(), mro);
    let bases = std::mem::replace(&mut *class.bases.write(), bases);
    drop((before, bases));
}

/// Copies the slots of a class's base to the class.
fn copy_slots(own: &PyTypeSlots, base: &PyTypeSlots) {
    macro_rules! copy {
        ($($slot:ident)* $(; $group:ident: $($sub:ident)*)*) => {
            $(own.$slot.store(base.$slot.load());)*
            $($(own.$group.$sub.store(base.$group.$sub.load());)*)*
        };
    }
    copy! {
        hash call str repr getattro setattro as_buffer has_release_buffer python_release_buffer
        richcompare iter iternext descr_get descr_set init alloc new del;
        as_number: add subtract multiply remainder divmod power negative positive absolute boolean
            invert lshift rshift and xor or int float right_add right_subtract right_multiply
            right_remainder right_divmod right_power right_lshift right_rshift right_and right_xor
            right_or inplace_add inplace_subtract inplace_multiply inplace_remainder inplace_power
            inplace_lshift inplace_rshift inplace_and inplace_xor inplace_or floor_divide true_divide
            right_floor_divide right_true_divide inplace_floor_divide inplace_true_divide index
            matrix_multiply right_matrix_multiply inplace_matrix_multiply;
        as_sequence: length concat repeat item ass_item contains inplace_concat inplace_repeat;
        as_mapping: length subscript ass_subscript
    }
    if base.call.load().is_some() {
        own.vectorcall.store(base.vectorcall.load());
    }
}
