//! The parts of an array, a structure, or a list of arguments.

use crate::{
    code::{self, Code},
    description::Description,
};
use libffi::raw::ffi_type;
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyStr, PyTuple},
    pyclass,
};

/// A type: a letter, a structure, or an array of some length.
#[derive(Clone, Debug)]
pub enum Item {
    Scalar(&'static Code),
    Array(PyRef<ArrayShape>, usize),
    Structure(PyRef<StructureShape>),
}

/// What an array is made of.
#[pyclass(module = "_rawffi", name = "Array")]
#[derive(Debug, PyPayload)]
pub struct ArrayShape {
    pub item: Item,
}

/// A structure or union.
#[pyclass(module = "_rawffi", name = "Structure")]
#[derive(Debug, PyPayload)]
pub struct StructureShape {
    pub layout: Layout,
    /// libffi's description, if a value can be passed.
    pub description: Option<Box<Description>>,
}

/// What a structure or union consists of.
#[derive(Debug)]
pub struct Layout {
    pub fields: Vec<Field>,
    pub size: usize,
    pub align: usize,
    /// Whether libffi knows such structures.
    pub is_plain: bool,
}

/// Where a field lies.
#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub item: Item,
    pub offset: usize,
    /// For a bit field, the first bit within the item and how many there are.
    pub bits: Option<(u32, u32)>,
}

impl Item {
    /// Reads the type that an object names: a letter, a shape, or a shape with a length.
    ///
    /// # Errors
    /// `ValueError` for an unknown letter, `TypeError` for anything else.
    pub fn of(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Self> {
        if object.downcast_ref::<PyStr>().is_some() {
            return Ok(Self::Scalar(code::of(object, vm)?));
        }
        let (shape, length) = match object.downcast_ref::<PyTuple>().map(|pair| pair.as_slice()) {
            Some([shape, length]) => (shape, length.try_to_value::<usize>(vm)?),
            _ => (object, 1),
        };
        if let Ok(shape) = shape.clone().downcast::<ArrayShape>() {
            return Ok(Self::Array(shape, length));
        }
        match shape.clone().downcast::<StructureShape>() {
            Ok(shape) if length == 1 => Ok(Self::Structure(shape)),
            _ => Err(vm.new_type_error("expected a type letter, a shape, or a shape and a length")),
        }
    }

    pub fn size(&self) -> usize {
        match self {
            Self::Scalar(code) => code.size,
            Self::Array(shape, length) => shape.item.size() * length,
            Self::Structure(shape) => shape.layout.size,
        }
    }

    pub fn align(&self) -> usize {
        match self {
            Self::Scalar(code) => code.align,
            Self::Array(shape, _) => shape.item.align(),
            Self::Structure(shape) => shape.layout.align,
        }
    }

    pub fn code(&self) -> Option<&'static Code> {
        match self {
            Self::Scalar(code) => Some(code),
            _ => None,
        }
    }

    /// Returns the name for messages.
    pub fn name(&self) -> String {
        match self {
            Self::Scalar(code) => code.letter.to_string(),
            Self::Array(shape, length) => format!("{}[{length}]", shape.item.name()),
            Self::Structure(_) => "a structure".to_owned(),
        }
    }

    /// Returns whether the other is passed and accessed in the same way.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scalar(one), Self::Scalar(other)) => {
                one.letter == other.letter || one.is_pointer() && other.is_pointer()
            }
            (Self::Structure(one), Self::Structure(other)) => one.is(other),
            (Self::Array(one, length), Self::Array(other, other_length)) => {
                length == other_length && one.item.is_same(&other.item)
            }
            _ => false,
        }
    }

    /// Returns libffi's description of an argument or result of this type, or `None` if there is none: libffi
    /// knows neither arrays nor unions nor bit fields.
    pub fn ffi(&self) -> Option<*mut ffi_type> {
        match self {
            Self::Scalar(code) => Some((code.ffi)()),
            Self::Structure(shape) => shape.description.as_ref().map(|it| it.as_ptr()),
            Self::Array(..) => None,
        }
    }

    /// Adds libffi's descriptions of the parts that it has inside a structure.
    #[must_use]
    pub fn add_elements(&self, elements: &mut Vec<*mut ffi_type>) -> bool {
        match self {
            Self::Array(shape, length) => (0..*length).all(|_| shape.item.add_elements(elements)),
            _ => self.ffi().is_some_and(|ffi| {
                elements.push(ffi);
                true
            }),
        }
    }

    /// Returns the Python value at an address.
    ///
    /// # Errors
    /// `TypeError` if it is not a scalar, any exception that the conversion raises.
    ///
    /// # Safety
    /// There must be a value of the type at `address`.
    pub unsafe fn load(&self, address: *const u8, vm: &VirtualMachine) -> PyResult {
        match self {
            // SAFETY: there is a value of the type at `address` (see # Safety).
            Self::Scalar(code) => unsafe { (code.load)(address, vm) },
            _ => Err(vm.new_type_error("only scalars can be read; ask for the address")),
        }
    }

    /// Stores a Python value at an address.
    ///
    /// # Errors
    /// As for `load`.
    ///
    /// # Safety
    /// There must be room for a value of the type at the address.
    pub unsafe fn store(
        &self,
        address: *mut u8,
        value: &PyObject,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        match self {
            // SAFETY: there is room for a value of the type (see # Safety).
            Self::Scalar(code) => unsafe { (code.store)(address, value, vm) },
            _ => Err(vm.new_type_error("only scalars can be written; ask for the address")),
        }
    }
}
