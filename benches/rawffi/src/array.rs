//! Arrays: `Array(code)` makes a shape, and calling that makes instances.

use crate::{
    code,
    item::{ArrayShape, Item},
    memory::{self, Memory, freed},
};
use rustpython_common::borrow::{BorrowedValue, BorrowedValueMut};
use rustpython_vm::{
    AsObject, FromArgs, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBytes, PySlice, PyType},
    protocol::{BufferDescriptor, BufferMethods, PyBuffer, PyMappingMethods},
    pyclass,
    types::{AsBuffer, AsMapping, Callable, Constructor},
};

/// Arguments of the call of a shape.
#[derive(FromArgs)]
pub struct Making {
    /// The length, or the items.
    #[pyarg(positional)]
    of: PyObjectRef,
    #[pyarg(any, default = false)]
    autofree: bool,
}

impl Constructor for ArrayShape {
    type Args = (PyObjectRef,);

    fn py_new(_class: &Py<PyType>, (item,): Self::Args, vm: &VirtualMachine) -> PyResult<Self> {
        let item = Item::of(&item, vm)?;
        Ok(Self { item })
    }
}

impl Callable for ArrayShape {
    type Args = Making;

    fn call(zelf: &Py<Self>, making: Making, vm: &VirtualMachine) -> PyResult {
        if let Some(bytes) = making.of.downcast_ref::<PyBytes>()
            && zelf.has_characters()
        {
            let bytes = bytes.as_bytes();
            let instance = Self::instance(zelf, bytes.len(), making.autofree, vm)?;
            let start = instance.memory.address();
            // SAFETY: the array was made for this number of bytes, and lies in no Python object.
            unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), start, bytes.len()) };
            return Ok(instance.into());
        }
        let items: Option<Vec<PyObjectRef>> = match making.of.try_index_opt(vm) {
            Some(_) => None,
            None => Some(making.of.try_to_value(vm)?),
        };
        let length = match &items {
            Some(items) => items.len(),
            None => making.of.try_to_value(vm)?,
        };
        let instance = Self::instance(zelf, length, making.autofree, vm)?;
        for (index, item) in items.iter().flatten().enumerate() {
            instance.set(index, item, vm)?;
        }
        Ok(instance.into())
    }
}

#[pyclass(with(Constructor, Callable))]
impl ArrayShape {
    /// What it is made of, as the constructor takes it.
    #[pygetset]
    fn item(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        match &zelf.item {
            Item::Scalar(code) => vm.ctx.new_str(code.letter.to_string()).into(),
            Item::Structure(shape) => shape.clone().into(),
            Item::Array(shape, length) => vm.new_tuple((shape.clone(), *length)).into(),
        }
    }

    /// An array at an address that somebody else answers for.
    #[pymethod]
    fn fromaddress(
        zelf: PyRef<Self>,
        address: PyObjectRef,
        length: usize,
        vm: &VirtualMachine,
    ) -> PyResult<ArrayInstance> {
        Ok(ArrayInstance {
            shape: zelf,
            length,
            memory: Memory::at(memory::address(&address, vm)?),
        })
    }
}

impl ArrayShape {
    /// Returns whether the items are bytes.
    fn has_characters(&self) -> bool {
        self.item.code().is_some_and(|code| code.letter == 'c')
    }

    /// Makes a new array.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn instance(
        shape: &Py<Self>,
        length: usize,
        autofree: bool,
        vm: &VirtualMachine,
    ) -> PyResult<PyRef<ArrayInstance>> {
        let size = shape.item.size().checked_mul(length);
        let memory = size.and_then(|size| Memory::new(size, shape.item.align(), autofree));
        let memory = memory.ok_or_else(|| vm.new_memory_error(""))?;
        let instance = ArrayInstance {
            shape: shape.to_owned(),
            length,
            memory,
        };
        Ok(instance.into_ref(&vm.ctx))
    }
}

/// An array in C memory.
#[pyclass(module = "_rawffi", name = "ArrayInstance")]
#[derive(Debug, PyPayload)]
pub struct ArrayInstance {
    pub shape: PyRef<ArrayShape>,
    pub length: usize,
    pub memory: Memory,
}

impl ArrayInstance {
    fn size(&self) -> usize {
        self.shape.item.size() * self.length
    }

    fn place(&self, index: usize, vm: &VirtualMachine) -> PyResult<*mut u8> {
        if index >= self.length {
            return Err(vm.new_index_error("array index out of range"));
        }
        let start = freed(self.memory.address(), vm)?;
        Ok(start.wrapping_add(index * self.shape.item.size()))
    }

    fn get(&self, index: usize, vm: &VirtualMachine) -> PyResult {
        let place = self.place(index, vm)?;
        // SAFETY: the item lies within the array, or where the program that gave the address says that there is
        // one.
        unsafe { self.shape.item.load(place, vm) }
    }

    fn set(&self, index: usize, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let place = self.place(index, vm)?;
        // SAFETY: as in `get`.
        unsafe { self.shape.item.store(place, value, vm) }
    }

    /// Returns several characters as a string, or a list of items.
    fn slice(&self, slice: &Py<PySlice>, vm: &VirtualMachine) -> PyResult {
        let (range, step, _) = slice.to_saturated(vm)?.adjust_indices(self.length);
        if step != 1 {
            return Err(vm.new_value_error("slices have steps of one"));
        }
        if self.shape.has_characters() {
            let start = freed(self.memory.address(), vm)?.wrapping_add(range.start);
            // SAFETY: as in `get`.
            let bytes = unsafe { std::slice::from_raw_parts(start, range.len()) };
            return Ok(vm.ctx.new_bytes(bytes.to_vec()).into());
        }
        let items: Vec<_> = range
            .map(|index| self.get(index, vm))
            .collect::<PyResult<_>>()?;
        Ok(vm.ctx.new_list(items).into())
    }

    fn set_slice(
        &self,
        slice: &Py<PySlice>,
        value: &PyObject,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let (range, step, _) = slice.to_saturated(vm)?.adjust_indices(self.length);
        let bytes = value
            .downcast_ref::<PyBytes>()
            .map(|bytes| bytes.as_bytes());
        match bytes {
            Some(bytes)
                if step == 1 && bytes.len() == range.len() && self.shape.item.size() == 1 =>
            {
                let start = freed(self.memory.address(), vm)?.wrapping_add(range.start);
                // SAFETY: as in `get`; a Python object and C memory do not overlap.
                unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), start, bytes.len()) };
                Ok(())
            }
            _ => Err(vm.new_value_error("a slice of characters takes as many bytes")),
        }
    }
}

impl AsBuffer for ArrayInstance {
    fn as_buffer(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyBuffer> {
        static METHODS: BufferMethods = BufferMethods {
            obj_bytes: |buffer| {
                let array = buffer.obj_as::<ArrayInstance>();
                // SAFETY: within the array, or where the program that gave the address says that there is one.
                BorrowedValue::Ref(unsafe {
                    std::slice::from_raw_parts(array.memory.address(), array.size())
                })
            },
            obj_bytes_mut: |buffer| {
                let array = buffer.obj_as::<ArrayInstance>();
                // SAFETY: as above.
                BorrowedValueMut::RefMut(unsafe {
                    std::slice::from_raw_parts_mut(array.memory.address(), array.size())
                })
            },
            release: |_| {},
            retain: |_| {},
        };
        freed(zelf.memory.address(), vm)?;
        Ok(PyBuffer::new(
            zelf.to_owned().into(),
            BufferDescriptor::simple(zelf.size(), false),
            &METHODS,
        ))
    }
}

#[pyclass(with(AsMapping, AsBuffer))]
impl ArrayInstance {
    /// The address.
    #[pygetset]
    fn buffer(zelf: &Py<Self>) -> usize {
        zelf.memory.address().expose_provenance()
    }

    #[pygetset]
    fn shape(zelf: &Py<Self>) -> PyRef<ArrayShape> {
        zelf.shape.clone()
    }

    /// The address of an item.
    #[pymethod]
    fn itemaddress(zelf: &Py<Self>, index: usize, vm: &VirtualMachine) -> PyResult<usize> {
        Ok(zelf.place(index, vm)?.expose_provenance())
    }

    /// An array of one pointer to this.
    #[pymethod]
    fn byptr(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyRef<ArrayInstance>> {
        pointer_to(zelf.memory.address(), vm)
    }

    #[pymethod]
    fn free(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        memory::free(&zelf.memory, vm)
    }
}

/// Makes an array of one pointer.
///
/// # Errors
/// `MemoryError`.
pub fn pointer_to(address: *mut u8, vm: &VirtualMachine) -> PyResult<PyRef<ArrayInstance>> {
    let pointer = code::of(&vm.ctx.new_str("P").into(), vm)?;
    let shape = ArrayShape {
        item: Item::Scalar(pointer),
    };
    let instance = ArrayShape::instance(&shape.into_ref(&vm.ctx), 1, true, vm)?;
    instance.set(
        0,
        vm.ctx.new_int(address.expose_provenance()).as_object(),
        vm,
    )?;
    Ok(instance)
}

impl AsMapping for ArrayInstance {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, _vm| Ok(ArrayInstance::mapping_downcast(mapping).length)),
            subscript: Some(|mapping, key, vm| {
                let array = ArrayInstance::mapping_downcast(mapping);
                match key.downcast_ref::<PySlice>() {
                    Some(slice) => array.slice(slice, vm),
                    None => array.get(key.try_to_value(vm)?, vm),
                }
            }),
            ass_subscript: Some(|mapping, key, value, vm| {
                let array = ArrayInstance::mapping_downcast(mapping);
                let Some(value) = value else {
                    return Err(vm.new_type_error("items of C arrays cannot be deleted"));
                };
                match key.downcast_ref::<PySlice>() {
                    Some(slice) => array.set_slice(slice, &value, vm),
                    None => array.set(key.try_to_value(vm)?, &value, vm),
                }
            }),
        };
        &METHODS
    }
}
