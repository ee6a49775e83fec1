//! How a structure or union is described to libffi.
//!
//! libffi knows structures of aligned members and nothing else. What is none (a union, a packed
//! structure, bit fields) is described by stand-ins for its eightbytes, which the ABI passes alike.

use crate::{
    code::Code,
    item::Item,
    structure::{Field, StructureShape},
};
use libffi::raw::{self, ffi_type};
use std::{cell::UnsafeCell, ptr};

/// libffi's description, with the list that it points to.
#[derive(Debug)]
pub struct Description {
    description: UnsafeCell<ffi_type>,
    _elements: Vec<*mut ffi_type>,
}

// SAFETY: libffi writes size and alignment of a description when a cif is prepared with it, always the
// same; nothing else is ever written.
unsafe impl Send for Description {}
// SAFETY: as for Send.
unsafe impl Sync for Description {}

impl Description {
    /// `None` if a value of the shape cannot be passed.
    pub fn of(shape: &StructureShape) -> Option<Box<Self>> {
        let mut elements = Vec::new();
        if shape.is_plain {
            let fields = &mut shape.fields.iter();
            if !fields.all(|field| field.item.add_elements(&mut elements)) {
                return None;
            }
        } else {
            add_eightbytes(shape, &mut elements)?;
        }
        if elements.is_empty() {
            return None;
        }
        elements.push(ptr::null_mut());
        Some(Box::new(Self {
            description: UnsafeCell::new(ffi_type {
                size: shape.size,
                alignment: shape.align as u16,
                type_: raw::ffi_type_enum_STRUCT,
                elements: elements.as_mut_ptr(),
            }),
            _elements: elements,
        }))
    }

    pub fn as_ptr(&self) -> *mut ffi_type {
        self.description.get()
    }
}

/// What the registers for an eightbyte are, as in the System V ABI for x86-64, 3.2.3.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    Integer,
    Sse,
}

/// Adds members that are passed as the shape's are. `None` where that is not known.
fn add_eightbytes(shape: &StructureShape, elements: &mut Vec<*mut ffi_type>) -> Option<()> {
    if !cfg!(target_arch = "x86_64") {
        return None;
    }
    let mut classes = [None; 2];
    if shape.size <= 16 {
        classify_structure(shape, 0, &mut classes)?;
    } else {
        // In memory, whatever it consists of.
        classes = [Some(Class::Integer); 2];
    }
    for start in (0..shape.size).step_by(8) {
        let class = classes[(start / 8).min(1)]?;
        match (class, shape.size - start) {
            (Class::Integer, 8..) => elements.push(&raw mut raw::ffi_type_uint64),
            (Class::Integer, rest) => {
                elements.extend((0..rest).map(|_| &raw mut raw::ffi_type_uint8));
            }
            (Class::Sse, 8..) => elements.push(&raw mut raw::ffi_type_double),
            (Class::Sse, _) => elements.push(&raw mut raw::ffi_type_float),
        }
    }
    Some(())
}

type Classes = [Option<Class>; 2];

fn classify_structure(shape: &StructureShape, at: usize, classes: &mut Classes) -> Option<()> {
    for Field {
        item, offset, bits, ..
    } in &shape.fields
    {
        let at = at + offset;
        match bits {
            Some((first, width)) => {
                for bit in [*first, first + width - 1] {
                    merge(classes, at + bit as usize / 8, Class::Integer);
                }
            }
            None => classify(item, at, classes)?,
        }
    }
    Some(())
}

fn classify(item: &Item, at: usize, classes: &mut Classes) -> Option<()> {
    match item {
        Item::Scalar(code) => merge(classes, at, class(code, at)?),
        Item::Structure(shape) => classify_structure(shape, at, classes)?,
        Item::Array(shape, length) => {
            for index in 0..*length {
                classify(&shape.item, at + index * shape.item.size(), classes)?;
            }
        }
    }
    Some(())
}

/// `None` for what makes the whole go in memory.
fn class(code: &Code, at: usize) -> Option<Class> {
    match code.letter {
        _ if !at.is_multiple_of(code.align) => None,
        'g' => None,
        'f' | 'd' => Some(Class::Sse),
        _ => Some(Class::Integer),
    }
}

fn merge(classes: &mut Classes, at: usize, class: Class) {
    let eightbyte = &mut classes[at / 8];
    if *eightbyte != Some(Class::Integer) {
        *eightbyte = Some(class);
    }
}
