//! Arguments as items in memory: arrays of ctypes, buffers, lists of `bytes`.

use super::{
    shape::{Extents, MOST_DIMENSIONS, Region, Strides},
    word::Number,
};
use crate::{
    buffers,
    cdata::{CData, buffer::Export},
    ctype::{CType, Kind},
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, VirtualMachine,
    builtins::{PyBytes, PyList, PyTuple},
    protocol::PyBuffer,
};
use smallvec::SmallVec;

/// The length up to which `bytes` in a list are copied for a batch. Longer ones have terminated copies of their own,
/// which arrays of `c_char_p` refer to.
const MOST_COPIED: usize = 4096;

/// Arguments that need no allocation.
pub const FEW: usize = 4;

/// What keeps the memory of operands where it is.
#[derive(Default)]
pub struct Held<'a> {
    exports: SmallVec<[Export<'a>; FEW]>,
    buffers: Vec<PyBuffer>,
    texts: Vec<Texts>,
}

/// The dimensions of an array down to the items that it is made of.
pub struct Dimensions<'a> {
    pub extents: Extents,
    pub strides: Strides,
    pub item: &'a Py<CType>,
}

/// Returns the dimensions of an array type down to the first items for which `is_item` holds, or to items that
/// are no arrays. Returns `None` if the type has no memory for its items.
pub fn dimensions(
    ctype: &Py<CType>,
    is_item: impl Fn(&Py<CType>) -> bool,
) -> Option<Dimensions<'_>> {
    let (mut extents, mut strides) = (Extents::new(), Strides::new());
    let mut item = ctype;
    while let Kind::Array(array) = &item.kind
        && !is_item(item)
    {
        if !array.holds_items() {
            return None;
        }
        extents.try_push(array.length).ok()?;
        strides.try_push(array.item_size.cast_signed()).ok()?;
        item = &array.item;
    }
    Some(Dimensions {
        extents,
        strides,
        item,
    })
}

/// Returns an object as an array of ctypes, if it is one.
pub fn array(value: &PyObject) -> Option<&Py<CData>> {
    let cdata = CData::of(value)?;
    let is_array = matches!(cdata.ctype().kind, Kind::Array(_));
    // Python code may have assigned another class.
    (is_array && value.class().is(cdata.ctype().python_class())).then_some(cdata)
}

/// A buffer, described.
pub struct Viewed {
    pub region: Region,
    pub is_readonly: bool,
    /// What its items are, if they are numbers.
    pub number: Option<Number>,
}

impl<'a> Held<'a> {
    /// Returns the items of an array that has these dimensions, and holds its memory.
    pub fn array(&mut self, array: &'a Py<CData>, dimensions: &Dimensions<'_>) -> Region {
        self.exports.push(Export::new(array));
        Region {
            start: array.address().expose_provenance(),
            size: dimensions.item.size(),
            extents: dimensions.extents.clone(),
            strides: dimensions.strides.clone(),
        }
    }

    /// Returns the items of an object's buffer, and holds the buffer. Returns `None` if it has none, or one that
    /// is reached through pointers.
    pub fn buffer(&mut self, value: &PyObject, vm: &VirtualMachine) -> Option<Viewed> {
        let buffer = buffers::of(value, vm).ok()?;
        let description = &buffer.desc;
        if description.has_suboffsets() || description.ndim() > MOST_DIMENSIONS {
            return None;
        }
        let start = buffer
            .obj_bytes()
            .as_ptr()
            .wrapping_offset(description.offset);
        let viewed = Viewed {
            region: Region {
                start: start.expose_provenance(),
                size: description.itemsize,
                extents: description
                    .dim_desc
                    .iter()
                    .map(|dimension| dimension.0)
                    .collect(),
                strides: description
                    .dim_desc
                    .iter()
                    .map(|dimension| dimension.1)
                    .collect(),
            },
            is_readonly: description.readonly,
            number: Number::of_format(&description.format, description.itemsize),
        };
        self.buffers.push(buffer);
        Some(viewed)
    }

    /// Returns whether the buffer that was taken last has items of this format and size.
    pub fn has_format(&self, format: &str, size: usize) -> bool {
        let last = self.buffers.last().map(|buffer| &buffer.desc);
        last.is_some_and(|last| last.format == format && last.itemsize == size)
    }

    /// Returns the addresses of terminated copies of the items of a list or tuple, all of them `bytes`, or NULL for
    /// `None`, and holds the copies. Returns `None` if there are other items, or long ones.
    pub fn texts(&mut self, value: &PyObject, vm: &VirtualMachine) -> Option<Region> {
        let texts = match value.downcast_ref_if_exact::<PyTuple>(vm) {
            Some(tuple) => Texts::of(tuple.as_slice(), vm)?,
            None => Texts::of(&value.downcast_ref_if_exact::<PyList>(vm)?.borrow_vec(), vm)?,
        };
        let region = Region {
            start: texts.addresses.as_ptr().expose_provenance(),
            size: size_of::<usize>(),
            extents: [texts.addresses.len()].into_iter().collect(),
            strides: [size_of::<usize>().cast_signed()].into_iter().collect(),
        };
        self.texts.push(texts);
        Some(region)
    }

    /// Returns the address of a terminated copy of the only item of a region, and holds the copy. Returns `None` if
    /// there is no memory for it.
    pub fn terminated(&mut self, region: &Region) -> Option<usize> {
        let mut copies = Vec::new();
        copies.try_reserve_exact(region.size + 1).ok()?;
        let start = std::ptr::with_exposed_provenance::<u8>(region.start);
        // SAFETY: the region is that of a buffer, which is held.
        copies.extend_from_slice(unsafe { std::slice::from_raw_parts(start, region.size) });
        copies.push(0);
        let address = copies.as_ptr().expose_provenance();
        self.texts.push(Texts {
            addresses: Vec::new(),
            _copies: copies,
        });
        Some(address)
    }
}

/// Terminated copies of `bytes`, one behind the other.
struct Texts {
    addresses: Vec<usize>,
    _copies: Vec<u8>,
}

impl Texts {
    fn of(items: &[PyObjectRef], vm: &VirtualMachine) -> Option<Self> {
        let mut copies = Vec::new();
        let mut addresses = Vec::new();
        addresses.try_reserve_exact(items.len()).ok()?;
        // Until all copies are made, which may move them, an address is the number of bytes before.
        for item in items {
            match item.downcast_ref_if_exact::<PyBytes>(vm) {
                Some(bytes) if bytes.as_bytes().len() <= MOST_COPIED => {
                    let bytes = bytes.as_bytes();
                    copies.try_reserve(bytes.len() + 1).ok()?;
                    addresses.push(copies.len());
                    copies.extend_from_slice(bytes);
                    copies.push(0);
                }
                None if vm.is_none(item) => addresses.push(usize::MAX),
                _ => return None,
            }
        }
        let start = copies.as_ptr().expose_provenance();
        for address in &mut addresses {
            // NULL is 0.
            *address = if *address == usize::MAX {
                0
            } else {
                start + *address
            };
        }
        Some(Self {
            addresses,
            _copies: copies,
        })
    }
}

/// Returns whether an object is a list or a tuple.
pub fn is_sequence(value: &PyObject) -> bool {
    value.downcast_ref::<PyList>().is_some() || value.downcast_ref::<PyTuple>().is_some()
}
