//! Attributes of C values that are neither fields nor methods: `value`, `raw`, `contents`.
//!
//! They are `getset_descriptor`s of a type of this module. The VM's own type converts the object and looks for
//! its class among all bases, under a lock, on every access. The functions here get the object as it is.

use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyGetSet, PyType, PyTypeRef},
    class::{PyClassImpl, StaticType},
    function::PySetterValue,
    object::{Traverse, TraverseFn},
    pyclass,
    types::{GetDescriptor, Representable},
    vm::Context,
};

/// Reads the attribute of an object, which may be of any class.
pub type Get = fn(&PyObject, &VirtualMachine) -> PyResult;
/// Sets or deletes the attribute.
pub type Set = fn(&PyObject, PySetterValue, &VirtualMachine) -> PyResult<()>;

// No doc comment: it would replace the descriptors' own.
#[pyclass(
    module = false,
    name = "getset_descriptor",
    base = PyGetSet,
    traverse = "manual"
)]
#[derive(Debug)]
#[repr(C)]
pub struct Accessor {
    base: PyGetSet,
    /// The class that has the attribute; the base does not record it.
    class: PyTypeRef,
    attribute: &'static Attribute,
}

// SAFETY: visits each object it owns exactly once; the base visits its own.
unsafe impl Traverse for Accessor {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.base.traverse(visit);
        self.class.traverse(visit);
    }
}

/// An attribute: its name, its `__doc__`, and its functions.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    pub name: &'static str,
    pub doc: &'static str,
    pub get: Get,
    pub set: Set,
}

/// Adds an attribute to `class`.
pub fn add(class: &Py<PyType>, attribute: &'static Attribute, context: &Context) {
    let _ = Accessor::make_static_type();
    let name = attribute.name;
    let accessor = Accessor {
        base: PyGetSet::new(name, class, context),
        class: class.to_owned(),
        attribute,
    };
    let accessor: PyRef<Accessor> = accessor.into_ref(context);
    class.set_attr(context.intern_str(name), accessor.into());
}

/// Makes the `TypeError` for an object that does not have the attribute.
#[cold]
pub fn does_not_apply(
    attribute: &str,
    class: &str,
    object: &PyObject,
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    vm.new_type_error(format!(
        "descriptor '{attribute}' for {class} doesn't apply to a '{}' object",
        object.class().slot_name()
    ))
}

#[pyclass(flags(DISALLOW_INSTANTIATION), with(GetDescriptor, Representable))]
impl Accessor {
    #[pygetset]
    fn __doc__(zelf: &Py<Self>) -> &'static str {
        zelf.attribute.doc
    }

    #[pygetset]
    fn __qualname__(zelf: &Py<Self>) -> String {
        format!("{}.{}", zelf.class.name(), zelf.attribute.name)
    }

    #[pyslot]
    fn descr_set(
        zelf: &PyObject,
        object: PyObjectRef,
        value: PySetterValue,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let accessor = Self::of(zelf).ok_or_else(|| vm.new_type_error("not a descriptor"))?;
        (accessor.attribute.set)(&object, value, vm)
    }

    /// Returns the attribute that the descriptor stands for.
    pub fn attribute(&self) -> &'static Attribute {
        self.attribute
    }

    #[inline]
    fn of(object: &PyObject) -> Option<&Py<Self>> {
        // The type has no subclasses, so the class decides what the payload is.
        let is_accessor = object.class().is(Self::static_type());
        // SAFETY: instances of the class are made in `add`, with this payload.
        is_accessor.then(|| unsafe { object.downcast_unchecked_ref::<Self>() })
    }
}

impl GetDescriptor for Accessor {
    fn descr_get(
        zelf: &PyObject,
        object: Option<&PyObject>,
        class: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let accessor = Self::of(zelf).ok_or_else(|| vm.new_type_error("not a descriptor"))?;
        let some = |object: &&PyObject| !vm.is_none(object);
        match (object.filter(some), class.filter(some)) {
            (Some(object), _) => (accessor.attribute.get)(object, vm),
            (None, Some(_)) => Ok(zelf.to_owned()),
            (None, None) => Err(vm.new_type_error("__get__(None, None) is invalid")),
        }
    }
}

impl Representable for Accessor {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        let (name, class) = (zelf.attribute.name, zelf.class.slot_name());
        Ok(format!("<attribute '{name}' of '{class}' objects>"))
    }
}
