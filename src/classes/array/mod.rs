//! `Array` and its metaclass.

pub mod contains;
pub mod items;
pub mod iterator;
mod strings;

use super::{
    class_attribute,
    construct::Base,
    metatype::{self, CTypeType},
    new_class,
    slots::shares_slot,
};
use crate::{
    c_integer,
    cdata::CData,
    ctype::{ArrayItems, CType, Kind, layout::Layout, simple::Class},
    names::name,
    panics::guarded,
    without::without,
};
use items::Items;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyGenericAlias, PyInt, PySlice, PyType, PyTypeRef},
    class::StaticType,
    function::FuncArgs,
    protocol::{PyMappingMethods, PySequenceMethods},
    pyclass,
    types::{AsMapping, AsSequence, Constructor, Initializer},
};

/// The metaclass of arrays.
#[pyclass(module = "_ctypes", name = "PyCArrayType", base = CTypeType)]
#[derive(Debug)]
#[repr(transparent)]
pub struct ArrayType(CTypeType);

#[pyclass(flags(BASETYPE, IMMUTABLETYPE), with(Initializer))]
impl ArrayType {}

impl Initializer for ArrayType {
    type Args = FuncArgs;

    fn slot_init(zelf: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        metatype::initialize(zelf, &args, |class| define(class, vm), vm)
    }

    fn init(_zelf: &Py<Self>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        Err(vm.new_system_error("arrays are initialised by their slot"))
    }
}

fn define(class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<()> {
    CType::check_undefined(class, vm)?;
    let length = declared_length(class, vm)?;
    let Some(item) = class_attribute::find(class, "_type_", vm)? else {
        return Err(vm.new_attribute_error("class must define a '_type_' attribute"));
    };
    let item =
        CType::of(&item, vm).ok_or_else(|| vm.new_type_error("_type_ must have storage info"))?;
    let (layout, item_size) =
        Layout::array(item, length).ok_or_else(|| vm.new_overflow_error("array too large"))?;
    let class_of_items = item.simple_class();
    let kind = Kind::Array(ArrayItems {
        item: item.to_owned(),
        length,
        item_size,
        numbers: item.simple().and_then(items::number),
    });
    CType::define(
        class,
        kind,
        layout,
        metatype::constructor(class, Array::static_type(), vm)?,
        vm,
    )?;
    inherit_item_slots(class, vm);
    if let Some(characters @ (Class::Char | Class::WideChar)) = class_of_items {
        strings::add_attributes(class, characters, vm);
    }
    Ok(())
}

/// Gives a class the slots of `Array` by which the VM iterates, where Python code has not overridden them. The
/// VM itself fills them with a look-up of the method for every item, because `__getitem__` also stands for a
/// mapping's slot.
fn inherit_item_slots(class: &Py<PyType>, vm: &VirtualMachine) {
    let (own, ours) = (
        &class.slots.as_sequence,
        &Array::static_type().slots.as_sequence,
    );
    macro_rules! has_ours {
        ($slot:ident) => {
            own.$slot.load().map(|slot| slot as usize)
                == ours.$slot.load().map(|slot| slot as usize)
        };
    }
    if has_ours!(item) && has_ours!(ass_item) && has_ours!(length) {
        return;
    }
    let inherits = |name: &'static str| {
        let name = vm.ctx.intern_str(name);
        let found = |class: &Py<PyType>| class.get_attr(name);
        match (found(class), found(Array::static_type())) {
            (Some(own), Some(ours)) => own.is(&ours),
            _ => false,
        }
    };
    if inherits("__getitem__") {
        own.item.store(ours.item.load());
    }
    if inherits("__setitem__") && inherits("__delitem__") {
        own.ass_item.store(ours.ass_item.load());
    }
    if inherits("__len__") {
        own.length.store(ours.length.load());
    }
}

/// Returns `_length_`, as the class or a base of it declares it.
fn declared_length(class: &Py<PyType>, vm: &VirtualMachine) -> PyResult<usize> {
    use num_traits::Signed;
    let Some(length) = class_attribute::find(class, "_length_", vm)? else {
        return Err(vm.new_attribute_error("class must define a '_length_' attribute"));
    };
    let Some(length) = length.downcast_ref::<PyInt>() else {
        return Err(vm.new_type_error("The '_length_' attribute must be an integer"));
    };
    if length.as_bigint().is_negative() {
        return Err(vm.new_value_error("The '_length_' attribute must not be negative"));
    }
    isize::try_from(length.as_bigint())
        .map(isize::unsigned_abs)
        .map_err(|_| vm.new_overflow_error("The '_length_' attribute is too large"))
}

/// Makes the class of arrays when a ctypes class is multiplied by a length.
impl AsSequence for CTypeType {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            repeat: Some(|sequence, length, vm| {
                let class = metatype::class_of(sequence.obj, vm)?;
                let Ok(length) = usize::try_from(length) else {
                    return Err(
                        vm.new_value_error(format!("Array length must be >= 0, not {length}"))
                    );
                };
                array_type(class, length, vm)
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

/// Returns the class of arrays `item * length`: one class for each pair, as long as it is in use.
///
/// # Errors
/// `TypeError` if `item` is abstract, `OverflowError` if the array is larger than the address space.
pub fn array_type(item: &Py<PyType>, length: usize, vm: &VirtualMachine) -> PyResult {
    let ctype = CType::of_class(item, vm)
        .ok_or_else(|| vm.new_type_error("_type_ must have storage info"))?;
    if let Some(known) = ctype.array_type(length) {
        return Ok(known);
    }
    let name = vm.ctx.new_str(format!("{}_Array_{length}", item.name()));
    let entries: Vec<(_, PyObjectRef)> = vec![
        (name!(vm, "_length_"), vm.ctx.new_int(length).into()),
        (name!(vm, "_type_"), item.to_owned().into()),
    ];
    let (metaclass, base) = (ArrayType::static_type(), Array::static_type());
    if !without().types {
        let qualname = name.clone();
        let name = name.try_into_utf8(vm)?;
        let made = new_class::make(metaclass, base, name, qualname, entries, vm)?;
        define(&made, vm)?;
        return Ok(ctype.remember_array_type(length, made.into(), vm));
    }
    let namespace = vm.ctx.new_dict();
    for (name, value) in entries {
        namespace.set_item(name, value, vm)?;
    }
    let bases = vm.ctx.new_tuple(vec![base.to_owned().into()]);
    let made = metaclass.as_object().call((name, bases, namespace), vm)?;
    Ok(ctype.remember_array_type(length, made, vm))
}

/// The base class of arrays.
#[pyclass(
    module = "_ctypes",
    name = "Array",
    base = CData,
    metaclass = "ArrayType"
)]
#[derive(Debug)]
#[repr(transparent)]
pub struct Array(CData);

#[pyclass(
    flags(BASETYPE, IMMUTABLETYPE),
    with(Constructor, Initializer, AsMapping, AsSequence)
)]
impl Array {
    #[pyclassmethod]
    fn __class_getitem__(
        class: PyTypeRef,
        arguments: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<PyGenericAlias> {
        PyGenericAlias::from_args(class, arguments, vm)
    }
}

/// Returns whether no Python code has overridden `__setitem__`.
fn stores_items_itself(class: &Py<PyType>) -> bool {
    shares_slot!(class, Array::static_type(), as_mapping.ass_subscript)
}

impl Constructor for Array {
    type Args = FuncArgs;

    fn slot_new(class: PyTypeRef, _args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        metatype::new_instance(&class, vm)
    }

    fn py_new(_class: &Py<PyType>, _args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Err(vm.new_system_error("instances are made by their slot"))
    }
}

impl Initializer for Array {
    type Args = FuncArgs;

    fn init(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        Self::initialize(zelf.to_base(), &args.args, vm)
    }
}

impl Base for Array {
    fn initialize(zelf: &Py<CData>, args: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<()> {
        if !args.is_empty() && stores_items_itself(zelf.class()) {
            let items = Items::of(zelf.as_object(), vm)?;
            if args.len() <= items.kind.length {
                return items.set_all(0, 1, args, vm);
            }
        }
        for (index, value) in args.iter().enumerate() {
            // Through the protocol, so that an overridden `__setitem__` sees it.
            zelf.as_object().set_item(&index, value.clone(), vm)?;
        }
        Ok(())
    }
}

impl AsMapping for Array {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, vm| Ok(Items::of(mapping.obj, vm)?.kind.length)),
            subscript: Some(|mapping, key, vm| {
                if let Some(index) = c_integer::exact_index(key, vm)
                    && let Some(number) = Items::number(mapping.obj, index, vm)
                {
                    return number;
                }
                let items = Items::of(mapping.obj, vm)?;
                if let Some(slice) = key.downcast_ref::<PySlice>() {
                    return guarded(vm, || items.slice(slice, vm));
                }
                if !c_integer::is_index(key) {
                    return Err(vm.new_type_error("indices must be integers"));
                }
                let index = c_integer::index(key, vm)?;
                items.get(items.index(index, vm)?, vm)
            }),
            ass_subscript: Some(|mapping, key, value, vm| {
                let items = Items::of(mapping.obj, vm)?;
                let Some(value) = value else {
                    return Err(vm.new_type_error("Array does not support item deletion"));
                };
                if let Some(index) = c_integer::exact_index(key, vm) {
                    return items.set(items.index(index, vm)?, &value, vm);
                }
                if let Some(slice) = key.downcast_ref::<PySlice>() {
                    return guarded(vm, || items.set_slice(slice, &value, vm));
                }
                if !c_integer::is_index(key) {
                    return Err(vm.new_type_error("indices must be integer"));
                }
                let index = c_integer::index(key, vm)?;
                items.set(items.index(index, vm)?, &value, vm)
            }),
        };
        &METHODS
    }
}

impl AsSequence for Array {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            length: Some(|sequence, vm| Ok(Items::of(sequence.obj, vm)?.kind.length)),
            item: Some(|sequence, index, vm| {
                if let Some(number) = Items::number(sequence.obj, index, vm) {
                    return number;
                }
                let items = Items::of(sequence.obj, vm)?;
                items.get(items.index(index, vm)?, vm)
            }),
            ass_item: Some(|sequence, index, value, vm| {
                let items = Items::of(sequence.obj, vm)?;
                match value {
                    Some(value) => items.set(items.index(index, vm)?, &value, vm),
                    None => Err(vm.new_type_error("Array does not support item deletion")),
                }
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}
