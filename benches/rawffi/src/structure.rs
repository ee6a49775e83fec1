//! Structures and unions: `Structure(fields)` makes a shape, and calling that makes instances.

use crate::{
    aggregate::described,
    array,
    code::Code,
    item::{Field, Item, Layout, StructureShape},
    memory::{self, Memory, freed},
};
use rustpython_vm::{
    AsObject, FromArgs, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr, PyTuple, PyType},
    function::PySetterValue,
    pyclass,
    types::{Callable, Constructor, GetAttr, SetAttr},
};

/// Arguments of `Structure`.
#[derive(FromArgs)]
pub struct Making {
    #[pyarg(positional)]
    fields: PyObjectRef,
    #[pyarg(any, default = false)]
    union: bool,
    #[pyarg(any, default = 0)]
    pack: usize,
}

/// Arguments of the call of a shape.
#[derive(FromArgs)]
pub struct Instance {
    #[pyarg(any, default = false)]
    autofree: bool,
}

impl Constructor for StructureShape {
    type Args = Making;

    fn py_new(_class: &Py<PyType>, making: Making, vm: &VirtualMachine) -> PyResult<Self> {
        let pack = match making.pack {
            0 => usize::MAX,
            pack => pack,
        };
        let mut laying = Laying {
            is_union: making.union,
            pack,
            bits: 0,
            end: 0,
            align: 1,
        };
        let mut is_plain = !making.union && making.pack == 0;
        let mut fields = Vec::new();
        for given in making.fields.try_to_value::<Vec<PyObjectRef>>(vm)? {
            let (name, item, width) = field(&given, vm)?;
            is_plain &= width.is_none();
            let (offset, bits) = laying.place(&item, width);
            fields.push(Field {
                name,
                item,
                offset,
                bits,
            });
        }
        let layout = Layout {
            fields,
            size: laying.end.next_multiple_of(laying.align),
            align: laying.align,
            is_plain,
        };
        let description = described(&layout);
        Ok(Self {
            layout,
            description,
        })
    }
}

/// Reads the parts of a field's description.
fn field(given: &PyObject, vm: &VirtualMachine) -> PyResult<(String, Item, Option<u32>)> {
    let parts = given
        .downcast_ref::<PyTuple>()
        .map(|parts| parts.as_slice());
    let (name, item, width) = match parts {
        Some([name, item]) => (name, item, None),
        Some([name, item, width]) => (name, item, Some(width.try_to_value::<u32>(vm)?)),
        _ => return Err(vm.new_value_error("a field is a name, a type, and perhaps a width")),
    };
    let name = name.downcast_ref::<PyStr>().map(|name| name.to_string());
    let name = name.ok_or_else(|| vm.new_type_error("a field's name is a str"))?;
    let item = Item::of(item, vm)?;
    if let Some(width) = width {
        let room = 8 * item.size() as u32;
        if item.code().is_none_or(|code| code.signed.is_none()) {
            return Err(vm.new_type_error("bit fields are integers"));
        }
        if width == 0 || width > room {
            return Err(vm.new_value_error(format!("invalid width of the bit field '{name}'")));
        }
    }
    Ok((name, item, width))
}

/// The fields of a structure as GCC lays them out.
struct Laying {
    is_union: bool,
    pack: usize,
    /// The bit where the next field can begin.
    bits: usize,
    end: usize,
    align: usize,
}

impl Laying {
    /// Returns the offset of the next field, and its place there if it is a bit field.
    fn place(&mut self, item: &Item, width: Option<u32>) -> (usize, Option<(u32, u32)>) {
        let align = item.align().min(self.pack);
        self.align = self.align.max(align);
        if self.is_union {
            self.bits = 0;
        }
        let room = 8 * item.size();
        let needed = width.map_or(room, |width| width as usize);
        let step = 8 * align;
        // A bit field must not cross the bounds of its type.
        if width.is_none() || self.bits % step + needed > room {
            self.bits = self.bits.next_multiple_of(step);
        }
        let offset = self.bits / step * align;
        let bits = width.map(|width| ((self.bits - 8 * offset) as u32, width));
        self.bits += needed;
        self.end = self.end.max(self.bits.div_ceil(8));
        (offset, bits)
    }
}

impl Callable for StructureShape {
    type Args = Instance;

    fn call(zelf: &Py<Self>, arguments: Instance, vm: &VirtualMachine) -> PyResult {
        Ok(Self::instance(zelf, arguments.autofree, vm)?.into())
    }
}

impl StructureShape {
    fn field(&self, name: &str, vm: &VirtualMachine) -> PyResult<&Field> {
        self.find(name).ok_or_else(|| no_field(name, vm))
    }

    fn find(&self, name: &str) -> Option<&Field> {
        self.layout.fields.iter().find(|field| field.name == name)
    }
}

fn no_field(name: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_attribute_error(format!("C Structure has no attribute {name}"))
}

impl StructureShape {
    /// Makes a new structure.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn instance(
        shape: &Py<Self>,
        autofree: bool,
        vm: &VirtualMachine,
    ) -> PyResult<PyRef<StructureInstance>> {
        let memory = Memory::new(shape.layout.size, shape.layout.align, autofree);
        let instance = StructureInstance {
            shape: shape.to_owned(),
            memory: memory.ok_or_else(|| vm.new_memory_error(""))?,
        };
        Ok(instance.into_ref(&vm.ctx))
    }
}

#[pyclass(with(Constructor, Callable))]
impl StructureShape {
    #[pygetset]
    fn size(zelf: &Py<Self>) -> usize {
        zelf.layout.size
    }

    #[pygetset]
    fn alignment(zelf: &Py<Self>) -> usize {
        zelf.layout.align
    }

    /// A structure at an address that somebody else answers for.
    #[pymethod]
    fn fromaddress(
        zelf: PyRef<Self>,
        address: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<StructureInstance> {
        Ok(StructureInstance {
            shape: zelf,
            memory: Memory::at(memory::address(&address, vm)?),
        })
    }

    #[pymethod]
    fn fieldoffset(zelf: &Py<Self>, name: String, vm: &VirtualMachine) -> PyResult<usize> {
        Ok(zelf.field(&name, vm)?.offset)
    }

    /// Bytes of a field; of a bit field the width times 65536, plus its first bit.
    #[pymethod]
    fn fieldsize(zelf: &Py<Self>, name: String, vm: &VirtualMachine) -> PyResult<usize> {
        let field = zelf.field(&name, vm)?;
        Ok(match field.bits {
            Some((first, width)) => (width as usize) << 16 | first as usize,
            None => field.item.size(),
        })
    }
}

/// A structure in C memory.
#[pyclass(module = "_rawffi", name = "StructureInstance")]
#[derive(Debug, PyPayload)]
pub struct StructureInstance {
    pub shape: PyRef<StructureShape>,
    pub memory: Memory,
}

impl StructureInstance {
    fn place(&self, field: &Field, vm: &VirtualMachine) -> PyResult<*mut u8> {
        Ok(freed(self.memory.address(), vm)?.wrapping_add(field.offset))
    }

    fn get(&self, field: &Field, vm: &VirtualMachine) -> PyResult {
        let place = self.place(field, vm)?;
        match (field.bits, field.item.code()) {
            (Some((first, width)), Some(code)) => {
                // SAFETY: within the structure, or where the program that gave the address says that there is
                // one.
                let word = unsafe { read_word(place, code) };
                let up = 64 - first - width;
                let word = word << up;
                Ok(if code.letter == '?' {
                    vm.ctx.new_bool(word != 0).into()
                } else if code.signed == Some(true) {
                    vm.ctx.new_int((word as i64) >> (64 - width)).into()
                } else {
                    vm.ctx.new_int(word >> (64 - width)).into()
                })
            }
            // SAFETY: as above.
            _ => unsafe { field.item.load(place, vm) },
        }
    }

    fn set(&self, field: &Field, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let place = self.place(field, vm)?;
        let (Some((first, width)), Some(code)) = (field.bits, field.item.code()) else {
            // SAFETY: as in `get`.
            return unsafe { field.item.store(place, value, vm) };
        };
        let mut given = 0_u64;
        // SAFETY: no integer is larger than a word.
        unsafe { (code.store)((&raw mut given).cast(), value, vm) }?;
        let mask = (u64::MAX >> (64 - width)) << first;
        // SAFETY: as in `get`.
        unsafe {
            let word = read_word(place, code) & !mask | given << first & mask;
            std::ptr::copy_nonoverlapping((&raw const word).cast(), place, code.size);
        }
        Ok(())
    }
}

/// Reads the bytes of an integer into a word of zeroes.
///
/// # Safety
/// There must be an integer at `place`.
unsafe fn read_word(place: *const u8, code: &Code) -> u64 {
    let mut word = 0_u64;
    // SAFETY: there is an integer at `place` (see # Safety), and none is larger than a word.
    unsafe { std::ptr::copy_nonoverlapping(place, (&raw mut word).cast(), code.size) };
    word
}

#[pyclass(with(GetAttr, SetAttr))]
impl StructureInstance {
    /// The address.
    #[pygetset]
    fn buffer(zelf: &Py<Self>) -> usize {
        zelf.memory.address().expose_provenance()
    }

    #[pygetset]
    fn shape(zelf: &Py<Self>) -> PyRef<StructureShape> {
        zelf.shape.clone()
    }

    /// The address of a field.
    #[pymethod]
    fn fieldaddress(zelf: &Py<Self>, name: String, vm: &VirtualMachine) -> PyResult<usize> {
        let field = zelf.shape.field(&name, vm)?;
        Ok(zelf.place(field, vm)?.expose_provenance())
    }

    /// An array of one pointer to this.
    #[pymethod]
    fn byptr(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyRef<array::ArrayInstance>> {
        array::pointer_to(zelf.memory.address(), vm)
    }

    #[pymethod]
    fn free(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<()> {
        memory::free(&zelf.memory, vm)
    }
}

impl GetAttr for StructureInstance {
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        match name.to_str().and_then(|name| zelf.shape.find(name)) {
            Some(field) => zelf.get(field, vm),
            None => zelf.as_object().generic_getattr(name, vm),
        }
    }
}

impl SetAttr for StructureInstance {
    fn setattro(
        zelf: &Py<Self>,
        name: &Py<PyStr>,
        value: PySetterValue,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let field = name.to_str().and_then(|name| zelf.shape.find(name));
        match (field, value) {
            (Some(field), PySetterValue::Assign(value)) => zelf.set(field, &value, vm),
            _ => Err(no_field(&name.to_string_lossy(), vm)),
        }
    }
}
