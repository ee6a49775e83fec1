//! Making a class object: what `type.__new__` does for an ordinary ctypes class.
//!
//! The VM's own `type.__new__` finds a class's slots by going through all the special methods of all
//! its bases, which is most of what making a class takes. A class that derives from one class of the
//! same metaclass has its base's slots, but for those of its own special methods; so they are copied
//! here. What is not so simple is left to `type.__new__`.
//!
//! The VM makes the class object on a base that has nothing to go through ([`Blank`]), and then the class
//! is given its real base.
//!
//! The function is found as `__new__` of the metaclasses. Their slot is the one that the VM gives to
//! classes whose `__new__` is Python's, so that it is found by name and `type.__new__` may still be
//! called for them.

use super::{class_attribute, metatype::CTypeType, slots::shares_slot};
use crate::{names::name, without::without};
use std::sync::OnceLock;

use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{
        PyDict, PyGetSet, PyStr, PyStrInterned, PyStrRef, PyTuple, PyType, PyTypeRef, PyUtf8StrRef,
        object_generic_set_dict, object_get_dict,
    },
    class::{PyClassImpl, StaticType},
    function::{FuncArgs, ItemDoc, PyMethodDef, PyMethodFlags, PySetterValue},
    pyclass,
    types::{PyTypeFlags, PyTypeSlots, SLOT_DEFS, SetAttr},
};

/// The base of a class while the VM makes it: it inherits nothing, not even from `object`, so that
/// there is nothing to look through.
#[pyclass(module = "_ctypes", name = "Blank")]
#[derive(Debug, PyPayload)]
struct Blank;

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Blank {}

/// A class to be made, found to be ordinary.
struct NewClass {
    metaclass: PyTypeRef,
    base: PyTypeRef,
    bases: PyRef<PyTuple<PyTypeRef>>,
    name: PyUtf8StrRef,
    qualname: PyStrRef,
    entries: Vec<(&'static PyStrInterned, PyObjectRef)>,
    /// What the methods that say `super()` find the class in.
    class_cell: Option<PyObjectRef>,
    /// What annotations find the namespace in.
    namespace_cell: Option<PyObjectRef>,
}

/// `__new__` of a metaclass, called with the metaclass and the arguments of `type`.
///
/// # Errors
/// What `type.__new__` raises.
pub fn new(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    match NewClass::read(&args, vm)? {
        Some(class) => class.make(vm),
        None => {
            let new = name!(vm, "__new__");
            let of_type = vm.ctx.types.type_type.as_object();
            of_type.get_attr(new, vm)?.call(args, vm)
        }
    }
}

impl NewClass {
    /// Looks whether a class is ordinary, without running Python code.
    fn read(args: &FuncArgs, vm: &VirtualMachine) -> PyResult<Option<Self>> {
        let ([metaclass, name, bases, namespace], true) =
            (args.args.as_slice(), args.kwargs.is_empty())
        else {
            return Ok(None);
        };
        let Some(metaclass) = metaclass.downcast_ref::<PyType>() else {
            return Ok(None);
        };
        let (Some(name), Some(namespace)) = (
            name.downcast_ref_if_exact::<PyStr>(vm),
            namespace.downcast_ref_if_exact::<PyDict>(vm),
        ) else {
            return Ok(None);
        };
        let bases = bases.downcast_ref_if_exact::<PyTuple>(vm);
        let Some((bases, [base])) = bases.map(|bases| (bases, bases.as_slice())) else {
            return Ok(None);
        };
        let Some(base) = base.downcast_ref::<PyType>() else {
            return Ok(None);
        };
        let is_name = name.to_str().is_some_and(|name| !name.contains('\0'));
        if without().types
            || !is_name
            || !metaclass.fast_issubclass(CTypeType::static_type())
            || !class_attribute::has_plain_mro(metaclass, vm)
            || !is_ordinary_base(base, metaclass, vm)
        {
            return Ok(None);
        }
        let (mut qualname, mut class_cell, mut namespace_cell) = (None, None, None);
        let mut entries = Vec::with_capacity(namespace.__len__() + 2);
        for (key, value) in namespace {
            let Some(key) = key.downcast_ref_if_exact::<PyStr>(vm) else {
                return Ok(None);
            };
            if !is_ordinary_entry(key, &value, vm) {
                return Ok(None);
            }
            match key.as_bytes() {
                b"__qualname__" => qualname = value.downcast::<PyStr>().ok(),
                b"__classcell__" => class_cell = Some(value),
                b"__classdictcell__" => namespace_cell = Some(value),
                _ => entries.push((class_attribute::interned(key, vm), value)),
            }
        }
        let name = Py::<PyStr>::to_owned(name);
        let qualname = qualname.unwrap_or_else(|| name.clone());
        Ok(Some(Self {
            metaclass: metaclass.to_owned(),
            base: base.to_owned(),
            bases: match shared_bases(base) {
                Some(shared) => shared,
                None => bases.to_owned().try_into_typed(vm)?,
            },
            qualname,
            name: name.try_into_utf8(vm)?,
            entries,
            class_cell,
            namespace_cell,
        }))
    }

    fn make(self, vm: &VirtualMachine) -> PyResult {
        let Self {
            metaclass,
            base,
            bases,
            name,
            qualname,
            mut entries,
            class_cell,
            namespace_cell,
        } = self;
        let module = name!(vm, "__module__");
        if !has(&entries, module)
            && let Some(globals) = rustpython_vm::frame::current_globals()
            && let Some(name) = globals.get_item_opt(name!(vm, "__name__"), vm)?
        {
            entries.push((module, name));
        }
        // What is compared by its value cannot keep the hash of its identity.
        let hash = name!(vm, "__hash__");
        if has(&entries, name!(vm, "__eq__")) && !has(&entries, hash) {
            entries.push((hash, vm.ctx.none()));
        }
        let class = blank_class(&base, bases, metaclass, vm)?;
        if let Some(extension) = &class.heaptype_ext {
            *extension.name.write() = name;
            *extension.qualname.write() = qualname;
        }
        let contents = name!(vm, "cell_contents");
        if let Some(cell) = class_cell {
            cell.set_attr(contents, class.clone(), vm)?;
        }
        if let (Some(cell), Some(own)) = (namespace_cell, class.attributes.as_dict()) {
            cell.set_attr(contents, own.to_owned(), vm)?;
        }
        for (name, value) in entries {
            if is_slot(name) {
                let value = PySetterValue::Assign(value);
                <PyType as SetAttr>::setattro(&class, name, value, vm)?;
            } else {
                class_attribute::set(&class, name, value, vm)?;
            }
        }
        add_descriptors(&class, &base, vm)?;
        Ok(class.into())
    }
}

/// A class that does what its base does, with nothing in its namespace yet and without a name.
fn blank_class(
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

/// Moves the note of a subclass from one class to another.
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
    // The VM takes out the notes of classes that are gone only if somebody asks for the others.
    if noted.len() == noted.capacity() {
        noted.retain(|note| note.upgrade().is_some());
    }
    noted.push(note);
}

/// The `__bases__` of all classes that derive from one of ours alone: the collector has one object less to
/// look at for each class.
static SHARED_BASES: OnceLock<Vec<PyRef<PyTuple<PyTypeRef>>>> = OnceLock::new();

fn shared_bases(base: &Py<PyType>) -> Option<PyRef<PyTuple<PyTypeRef>>> {
    let of_base = |bases: &&PyRef<PyTuple<PyTypeRef>>| bases.as_slice()[0].is(base);
    SHARED_BASES.get()?.iter().find(of_base).cloned()
}

/// Whether a class of `metaclass` that derives from `base` alone inherits all that there is to it.
fn is_ordinary_base(base: &Py<PyType>, metaclass: &Py<PyType>, vm: &VirtualMachine) -> bool {
    let init_subclass = name!(vm, "__init_subclass__");
    let plain = vm.ctx.types.object_type.get_direct_attr(init_subclass);
    base.as_object().class().is(metaclass)
        && base.slots.flags.has_feature(PyTypeFlags::BASETYPE)
        && !base.mro.read().is_empty()
        && match (base.get_attr(init_subclass), plain) {
            (Some(found), Some(plain)) => found.is(&plain),
            _ => false,
        }
        && base.get_attr(name!(vm, "__abc_tpflags__")).is_none()
}

/// Whether an entry of a class's namespace is an attribute or a special method, and nothing that
/// `type.__new__` makes something else of.
fn is_ordinary_entry(key: &Py<PyStr>, value: &PyObject, vm: &VirtualMachine) -> bool {
    let ordinary = match key.as_bytes() {
        b"__qualname__" | b"__doc__" => value
            .downcast_ref::<PyStr>()
            .is_some_and(|text| text.to_str().is_some()),
        b"__classcell__" | b"__classdictcell__" => value.class().is(vm.ctx.types.cell_type),
        b"__new__" | b"__init_subclass__" | b"__class_getitem__" | b"__slots__"
        | b"__abc_tpflags__" => false,
        _ => true,
    };
    let set_name = name!(vm, "__set_name__");
    ordinary && value.class().get_attr(set_name).is_none()
}

fn has(entries: &[(&'static PyStrInterned, PyObjectRef)], name: &'static PyStrInterned) -> bool {
    entries.iter().any(|(present, _)| present.is(name))
}

/// Whether a method of this name stands for a slot.
fn is_slot(name: &Py<PyStr>) -> bool {
    let name = name.as_bytes();
    // What every class has is not looked for.
    let known = matches!(
        name,
        b"__module__" | b"__doc__" | b"__firstlineno__" | b"__static_attributes__"
    );
    !known
        && name.starts_with(b"__")
        && name.ends_with(b"__")
        && SLOT_DEFS.iter().any(|slot| slot.name.as_bytes() == name)
}

/// The flags of a class that derives from `base` alone.
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

/// Adds `__dict__` and `__weakref__` if no base has them, and `__doc__`.
///
/// # Errors
/// None that can happen: names are hashed without Python code.
fn add_descriptors(class: &Py<PyType>, base: &Py<PyType>, vm: &VirtualMachine) -> PyResult<()> {
    let lacks = |name: &'static PyStrInterned, flag: u8| {
        class.slots.flags.has_feature(flag) && base.get_attr(name).is_none()
    };
    let add = |name: &'static PyStrInterned, descriptor: PyGetSet| {
        let getset = vm.ctx.types.getset_type.to_owned();
        let descriptor = PyRef::new_ref(descriptor, getset, None);
        class_attribute::set(class, name, descriptor.into(), vm)
    };
    let dict = name!(vm, "__dict__");
    if lacks(dict, PyTypeFlags::HAS_DICT) {
        let descriptor = PyGetSet::new("__dict__", class, &vm.ctx)
            .with_get(object_get_dict)
            .with_set(set_dict)
            .with_doc(ItemDoc::static_text("dictionary for instance variables"));
        add(dict, descriptor)?;
    }
    let weak = name!(vm, "__weakref__");
    if lacks(weak, PyTypeFlags::HAS_WEAKREF) {
        let descriptor = PyGetSet::new("__weakref__", class, &vm.ctx)
            .with_get(weakref)
            .with_set(set_weakref)
            .with_doc(ItemDoc::static_text(
                "list of weak references to the object",
            ));
        add(weak, descriptor)?;
    }
    let doc = name!(vm, "__doc__");
    if !class.attributes.contains(doc) {
        class_attribute::set(class, doc, vm.ctx.none(), vm)?;
    }
    Ok(())
}

fn set_dict(object: PyObjectRef, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    let dict = match value {
        PySetterValue::Assign(dict) => dict,
        PySetterValue::Delete => vm.ctx.new_dict().into(),
    };
    object_generic_set_dict(object, PySetterValue::Assign(dict), vm)
}

fn weakref(object: PyObjectRef, vm: &VirtualMachine) -> PyObjectRef {
    let references = object.get_weak_references().unwrap_or_default();
    let first = references.into_iter().next().map(PyObjectRef::from);
    vm.unwrap_or_none(first)
}

fn set_weakref(object: PyObjectRef, _value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
    Err(vm.new_attribute_error(format!(
        "attribute '__weakref__' of '{}' objects is not writable",
        object.class().name()
    )))
}

/// Gives a class that nobody has seen yet another base.
fn rebase(class: &Py<PyType>, base: &Py<PyType>, bases: PyRef<PyTuple<PyTypeRef>>) {
    // SAFETY: nobody else looks at the class, and the base that it had is static.
    drop(unsafe { class.base.swap(Some(base.to_owned())) });
    let own = std::iter::once(class.to_owned());
    let mro = own.chain(base.mro.read().iter().cloned()).collect();
    let before = std::mem::replace(&mut *class.mro.write(), mro);
    let bases = std::mem::replace(&mut *class.bases.write(), bases);
    drop((before, bases));
}

/// Copies what a class does from its base.
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

/// Makes [`new`] the `__new__` of all metaclasses, whose classes derive from these bases.
///
/// # Errors
/// None that can happen: the VM says no to no such class.
pub fn install(
    metaclasses: &[&'static Py<PyType>],
    bases: &[PyTypeRef],
    vm: &VirtualMachine,
) -> PyResult<()> {
    let alone = |base: &PyTypeRef| PyTuple::new_ref_typed(vec![base.clone()], &vm.ctx);
    SHARED_BASES.get_or_init(|| bases.iter().map(alone).collect());
    static NEW: PyMethodDef =
        PyMethodDef::new_const("__new__", new, PyMethodFlags::STATIC, ItemDoc::NONE);
    let blank = Blank::make_static_type();
    *blank.mro.write() = vec![blank.clone()];
    for (name, _) in blank.attributes.entries() {
        if let Some(name) = name.downcast_ref::<PyStr>() {
            drop(blank.attributes.remove(class_attribute::interned(name, vm)));
        }
    }
    let name = name!(vm, "__new__");
    // What the VM puts into the slot of a class whose `__new__` is found by name.
    let template = PyType::new_simple_heap("template", vm.ctx.types.object_type, &vm.ctx)
        .map_err(|message| vm.new_type_error(message))?;
    template.as_object().set_attr(name, vm.ctx.none(), vm)?;
    let found_by_name = template.slots.new.load();
    for metaclass in metaclasses {
        // Static types belong to all interpreters of the process.
        if shares_slot!(metaclass, &template, new) {
            continue;
        }
        metaclass.set_attr(name, NEW.build_staticmethod(&vm.ctx, metaclass).into());
        metaclass.slots.new.store(found_by_name);
    }
    Ok(())
}
