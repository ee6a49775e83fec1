//! What a C type is.
//!
//! Making a ctypes class builds one [`CType`], which instances, fields, pointers and call plans refer to
//! directly: no access looks anything up by name. It is a Python object, stored in the class's namespace,
//! because classes refer to each other in cycles (a list node points to its own type) and only the garbage
//! collector can tell when such a cycle is dead.

pub mod bits;
pub mod constructor_fields;
mod family;
pub mod initializer;
pub mod layout;
mod of_class;
pub mod ours;
pub mod scalar;
pub mod shared;
pub mod simple;
pub mod target;

use crate::{
    abi::Scalar,
    names::{name, set_first_attribute},
};
use constructor_fields::ConstructorFields;
use initializer::Initializer;
use layout::Layout;
use ours::Noted;
use rustpython_common::lock::PyMutex;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStrInterned, PyType, PyTypeRef, PyWeak},
    object::{Traverse, TraverseFn},
    pyclass,
};
use scalar::{Access, Load};
use shared::Shared;
use simple::{Class, SimpleCode};
use std::{
    mem,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};
use target::Target;

/// The kind of a ctype, with what only that kind knows.
#[derive(Debug)]
pub enum Kind {
    Simple(Simple),
    Structure,
    Union,
    Array(ArrayItems),
    Pointer(Target),
    Function(Function),
}

/// A simple type.
#[derive(Debug)]
pub struct Simple {
    pub code: &'static SimpleCode,
    /// Loads and stores in this type's byte order.
    pub access: Access,
    pub swapped: bool,
    /// Whether this is a subclass of a simple type. Reading a field, item or result of it gives an instance,
    /// where `c_int` itself gives an `int`.
    pub boxed: bool,
}

/// The items of an array type.
#[derive(Debug)]
pub struct ArrayItems {
    pub item: PyRef<CType>,
    pub length: usize,
    /// Size of an item when the array type was made. The item type may have got its fields since.
    pub item_size: usize,
    /// How items are loaded if they are numbers and contain no references.
    pub numbers: Option<Load>,
}

impl ArrayItems {
    /// Returns whether arrays of this type have memory for their items: an array type made before its item type
    /// had its fields has none. Makes the item type's layout final.
    #[inline]
    #[must_use]
    pub fn holds_items(&self) -> bool {
        self.item.finalize();
        self.item.size() == self.item_size
    }
}

/// A function type.
#[derive(Debug)]
pub struct Function {
    pub flags: u32,
    /// How instances are called unless they declare otherwise; a type of the layers above.
    pub signature: PyObjectRef,
}

#[cold]
fn is_defined(class: &Py<PyType>, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_system_error(format!(
        "StgInfo of '{}' is already initialized.",
        class.slot_name()
    ))
}

/// Makes an instance of a class around existing memory: the class knows which payload its instances have.
pub type Construct = fn(
    ctype: &Py<CType>,
    memory: crate::ctype::Place,
    vm: &VirtualMachine,
) -> PyResult<PyObjectRef>;

/// Memory for a new instance.
#[derive(Debug)]
pub enum Place {
    /// New, zeroed memory of the type's size.
    New,
    /// `address`, inside the memory of `owner`.
    Inside {
        address: *mut u8,
        owner: PyObjectRef,
    },
    /// `address`, the target of `pointer`.
    Target {
        address: *mut u8,
        pointer: PyObjectRef,
        /// The owner of the memory there, if it is known.
        anchor: Option<PyObjectRef>,
    },
    /// `address`, to which no instance points.
    At {
        address: *mut u8,
        /// The C value that owns the memory there, if it is known.
        anchor: Option<PyObjectRef>,
    },
}

/// The description of a ctypes class.
#[pyclass(module = "_ctypes", name = "CType", traverse = "manual")]
#[derive(Debug, PyPayload)]
pub struct CType {
    class: PyTypeRef,
    pub kind: Kind,
    /// The description of the class that the class was derived from when it was made.
    base: Option<PyRef<CType>>,
    /// The layout until `_fields_` is set; for kinds other than aggregates, the only one.
    initial: Layout,
    /// The layout that setting `_fields_` made.
    defined: OnceLock<Layout>,
    /// Whether `_fields_` may still be set.
    open: PyMutex<bool>,
    /// The negation of `open`, read without the lock.
    is_final: AtomicBool,
    /// `__pointer_type__`: the pointer type that `POINTER` made for this type.
    pub pointer_type: PyMutex<Option<PyObjectRef>>,
    pub construct: Construct,
    noted: Noted,
    /// What the constructor of an aggregate does with positional arguments, once it has been needed.
    pub constructor_fields: OnceLock<Shared<ConstructorFields>>,
    /// How Python code initialises instances, once it has been needed.
    pub initializer: OnceLock<Shared<Initializer>>,
    /// The descriptors of the fields. A holder of the type may use them without a reference of its own.
    descriptors: OnceLock<Box<[PyObjectRef]>>,
    /// Methods bound to the class, which threads remember (`classes::type_attributes`).
    methods: PyMutex<Vec<(&'static str, PyObjectRef)>>,
    /// The array types of this type that are in use, sorted by length.
    array_types: PyMutex<Vec<(usize, PyRef<PyWeak>)>>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl CType {}

impl CType {
    /// Describes `class`, and records the description in its namespace.
    ///
    /// # Errors
    /// `SystemError` if the class has a description already: `__init__` of a metaclass ran twice.
    pub fn define(
        class: &Py<PyType>,
        kind: Kind,
        layout: Layout,
        construct: Construct,
        vm: &VirtualMachine,
    ) -> PyResult<PyRef<Self>> {
        Self::check_undefined(class, vm)?;
        // This module's own base classes are abstract.
        let base = class.base.deref();
        let base = base.filter(|base| base.heaptype_ext.is_some());
        let ctype = Self {
            class: class.to_owned(),
            kind,
            base: base
                .and_then(|base| Self::of_class(base, vm))
                .map(ToOwned::to_owned),
            initial: layout,
            defined: OnceLock::new(),
            open: PyMutex::new(true),
            is_final: AtomicBool::new(false),
            pointer_type: PyMutex::new(None),
            construct,
            noted: Noted::default(),
            constructor_fields: OnceLock::new(),
            initializer: OnceLock::new(),
            descriptors: OnceLock::new(),
            methods: PyMutex::default(),
            array_types: PyMutex::default(),
        }
        .into_ref(&vm.ctx);
        // Another thread may have defined the class in the meantime.
        let first = set_first_attribute(class, Self::attribute(vm), ctype.clone().into());
        if first.is(&ctype) {
            Ok(ctype)
        } else {
            Err(is_defined(class, vm))
        }
    }

    /// Checks that `class` has no description yet.
    ///
    /// # Errors
    /// `SystemError` if `class` has a description already.
    pub fn check_undefined(class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<()> {
        if Self::in_namespace(class, vm).is_some() {
            return Err(is_defined(class, vm));
        }
        Ok(())
    }

    /// Returns the name under which a class holds its description. It cannot be set or deleted
    /// (`classes::metatype`), so a class has its description as long as it lives.
    pub fn attribute(vm: &VirtualMachine) -> &'static PyStrInterned {
        name!(vm, "__ctype__")
    }

    /// Returns the description of `object`, if it is a concrete ctypes class.
    #[must_use]
    pub fn of<'a>(object: &'a PyObject, vm: &VirtualMachine) -> Option<&'a Py<Self>> {
        Self::of_class(object.downcast_ref::<PyType>()?, vm)
    }

    /// Returns the description of a class that is to be instantiated.
    ///
    /// # Errors
    /// `TypeError` if the class is abstract.
    pub fn of_concrete<'a>(class: &'a Py<PyType>, vm: &VirtualMachine) -> PyResult<&'a Py<Self>> {
        Self::of_class(class, vm).ok_or_else(|| vm.new_type_error("abstract class"))
    }

    /// Returns the class that this describes.
    #[must_use]
    pub fn python_class(&self) -> &PyTypeRef {
        &self.class
    }

    /// Returns the name for messages: without module and qualified name, which C's `tp_name` also omits for
    /// classes made by Python code.
    #[must_use]
    pub fn name(&self) -> String {
        self.class.slot_name().to_string()
    }

    /// Returns the size, the alignment and whatever else follows from the fields.
    #[inline]
    #[must_use]
    pub fn layout(&self) -> &Layout {
        self.defined.get().unwrap_or(&self.initial)
    }

    #[inline]
    #[must_use]
    pub fn size(&self) -> usize {
        self.layout().size
    }

    /// Gives an aggregate its fields, which are then final.
    ///
    /// # Errors
    /// `AttributeError` if something relies on the present layout.
    pub fn set_layout(&self, layout: Layout, vm: &VirtualMachine) -> PyResult<()> {
        let mut open = self.open.lock();
        if !*open || self.defined.set(layout).is_err() {
            drop(open);
            return Err(vm.new_attribute_error("_fields_ is final"));
        }
        *open = false;
        self.is_final.store(true, Ordering::Release);
        Ok(())
    }

    /// Holds the descriptors of an aggregate's fields, as long as this ctype lives.
    pub fn hold(&self, descriptors: Vec<PyObjectRef>) {
        // Fields are set only once.
        let _ = self.descriptors.set(descriptors.into());
    }

    /// Holds a method that is bound to the class, as long as this ctype lives. Returns the one to use: the
    /// method of this name that is held already, if there is one.
    #[must_use]
    pub fn hold_method(&self, name: &'static str, method: PyObjectRef) -> PyObjectRef {
        let mut methods = self.methods.lock();
        if let Some((_, known)) = methods.iter().find(|(known, _)| *known == name) {
            return known.clone();
        }
        methods.push((name, method.clone()));
        method
    }

    /// Returns whether this holds a descriptor, which is usually that of field number `index`.
    #[must_use]
    pub fn holds(&self, index: usize, descriptor: &PyObject) -> bool {
        let held = self.descriptors.get().map_or(&[][..], |held| held);
        held.get(index).is_some_and(|held| held.is(descriptor))
            || held.iter().any(|held| held.is(descriptor))
    }

    /// Returns whether the layout is final: `_fields_` cannot change it any more.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !matches!(self.kind, Kind::Structure | Kind::Union) || self.is_final()
    }

    #[must_use]
    pub fn is_final(&self) -> bool {
        self.is_final.load(Ordering::Acquire)
    }

    /// Returns whether `_fields_` has been set, even to no fields.
    #[must_use]
    pub fn has_own_layout(&self) -> bool {
        self.defined.get().is_some()
    }

    /// Makes the layout final: `_fields_` cannot be set from now on. Call this before reading a layout to rely
    /// on.
    #[inline]
    pub fn finalize(&self) {
        if !self.is_final() {
            self.close();
        }
    }

    /// Makes the layout final under the lock that `set_layout` takes, so that a layout that is being set is
    /// complete before it is read.
    #[cold]
    fn close(&self) {
        *self.open.lock() = false;
        self.is_final.store(true, Ordering::Release);
    }

    #[must_use]
    pub fn simple(&self) -> Option<&Simple> {
        match &self.kind {
            Kind::Simple(simple) => Some(simple),
            _ => None,
        }
    }

    #[must_use]
    pub fn array(&self) -> Option<&ArrayItems> {
        match &self.kind {
            Kind::Array(array) => Some(array),
            _ => None,
        }
    }

    #[must_use]
    pub fn function(&self) -> Option<&Function> {
        match &self.kind {
            Kind::Function(function) => Some(function),
            _ => None,
        }
    }

    /// Returns the target of a pointer type; `None` for other types and for pointers without a target.
    #[must_use]
    #[inline]
    pub fn target(&self) -> Option<&Py<Self>> {
        match &self.kind {
            Kind::Pointer(target) => target.get(),
            _ => None,
        }
    }

    /// Returns whether this is a structure or union.
    #[must_use]
    pub fn is_aggregate(&self) -> bool {
        matches!(self.kind, Kind::Structure | Kind::Union)
    }

    #[must_use]
    pub fn is_pointer(&self) -> bool {
        matches!(self.kind, Kind::Pointer(_))
    }

    /// Returns the class of arrays of `length` such items, if there is one.
    #[must_use]
    pub fn array_type(&self, length: usize) -> Option<PyObjectRef> {
        let known = self.array_types.lock();
        let place = known.binary_search_by_key(&length, |(length, _)| *length);
        known[place.ok()?].1.upgrade()
    }

    /// Remembers the class of arrays of `length` such items. Returns the class to use: the first one, if two
    /// threads have made one each.
    #[must_use]
    pub fn remember_array_type(
        &self,
        length: usize,
        class: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyObjectRef {
        let Ok(weak) = class.downgrade(None, vm) else {
            return class;
        };
        // What this removes or looks at is dropped after the lock is released.
        let (mut dead, mut held) = (Vec::new(), Vec::new());
        let mut known = self.array_types.lock();
        let find = |known: &[(usize, PyRef<PyWeak>)]| {
            known.binary_search_by_key(&length, |(length, _)| *length)
        };
        if let Ok(place) = find(&known) {
            let entry = &mut known[place].1;
            if let Some(first) = entry.upgrade() {
                drop(known);
                return first;
            }
            dead.push(mem::replace(entry, weak));
            drop(known);
            return class;
        }
        if known.len() == known.capacity() {
            // Before the list grows, entries of types that are gone are removed.
            for (length, entry) in mem::take(&mut *known) {
                if let Some(class) = entry.upgrade() {
                    held.push(class);
                    known.push((length, entry));
                } else {
                    dead.push(entry);
                }
            }
            let grown = known.len() + 1;
            known.reserve(grown);
        }
        if let Err(place) = find(&known) {
            known.insert(place, (length, weak));
        }
        drop(known);
        drop((dead, held));
        class
    }

    /// Returns whether a value is only an address.
    #[must_use]
    pub fn is_address(&self) -> bool {
        match &self.kind {
            Kind::Pointer(_) | Kind::Function(_) => true,
            Kind::Simple(simple) => simple.code.scalar == Scalar::Pointer,
            Kind::Structure | Kind::Union | Kind::Array(_) => false,
        }
    }

    /// Returns the class of a simple type's values.
    #[must_use]
    pub fn simple_class(&self) -> Option<Class> {
        self.simple().map(|simple| simple.code.class)
    }

    /// Returns the number of references that a value can hold; `_objects` of a value with any starts as a dict.
    #[must_use]
    pub fn reference_count(&self) -> usize {
        match &self.kind {
            Kind::Simple(_) => 0,
            Kind::Structure | Kind::Union => self.layout().field_count,
            Kind::Array(array) => array.length,
            Kind::Pointer(_) | Kind::Function(_) => 1,
        }
    }
}

// SAFETY: visits each object that the description owns exactly once. Values behind a lock are visited only
// while the lock is free; otherwise they may be changing, and the collector takes them for alive.
unsafe impl Traverse for CType {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.class.traverse(visit);
        self.base.traverse(visit);
        if let Some(pointer_type) = self.pointer_type.try_lock() {
            pointer_type.traverse(visit);
        }
        match &self.kind {
            Kind::Simple(_) | Kind::Structure | Kind::Union => {}
            Kind::Array(array) => array.item.traverse(visit),
            Kind::Pointer(target) => target.traverse(visit),
            Kind::Function(function) => function.signature.traverse(visit),
        }
        if let Some(constructor_fields) = self.constructor_fields.get() {
            constructor_fields.traverse(visit);
        }
        if let Some(initializer) = self.initializer.get() {
            initializer.traverse(visit);
        }
        if let Some(methods) = self.methods.try_lock() {
            methods
                .iter()
                .for_each(|(_, method)| method.traverse(visit));
        }
        for descriptor in self.descriptors.get().into_iter().flatten() {
            descriptor.traverse(visit);
        }
        for layout in [Some(&self.initial), self.defined.get()]
            .into_iter()
            .flatten()
        {
            layout.traverse(visit);
        }
    }

    /// Releases everything but the class, so that types made of each other, however deep, are not dropped
    /// recursively. The size of what is left does not change.
    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        out.extend(self.pointer_type.lock().take());
        let constructor_fields = self.constructor_fields.take().map(Shared::into_inner);
        out.extend(constructor_fields.map(PyObjectRef::from));
        let initializer = self.initializer.take().map(Shared::into_inner);
        out.extend(initializer.map(PyObjectRef::from));
        out.extend(self.methods.get_mut().drain(..).map(|(_, method)| method));
        out.extend(self.descriptors.take().into_iter().flatten());
        match mem::replace(&mut self.kind, Kind::Structure) {
            Kind::Simple(_) | Kind::Structure | Kind::Union => {}
            Kind::Array(array) => out.push(array.item.into()),
            Kind::Pointer(mut target) => target.clear(out),
            Kind::Function(function) => out.push(function.signature),
        }
        self.initial.clear(out);
        if let Some(defined) = self.defined.get_mut() {
            defined.clear(out);
        }
    }
}
