//! Describing a structure or union to libffi.
//!
//! libffi knows only structures of aligned members. Anything else (a union, a packed structure, bit fields) is
//! described by stand-ins for its eightbytes, which the ABI passes in the same way.

use crate::{
    code::Code,
    description::Description,
    item::{Field, Item, Layout},
};
use libffi::raw::{self, ffi_type};

/// Returns the description of a structure or union with these fields, or `None` if a value of it cannot be
/// passed.
pub fn described(layout: &Layout) -> Option<Box<Description>> {
    let mut elements = Vec::new();
    if layout.is_plain {
        let fields = &mut layout.fields.iter();
        if !fields.all(|field| field.item.add_elements(&mut elements)) {
            return None;
        }
    } else {
        add_eightbytes(layout, &mut elements)?;
    }
    (!elements.is_empty()).then(|| Description::new(layout.size, layout.align, elements))
}

/// The class of an eightbyte, as in the System V ABI for x86-64, 3.2.3.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    Integer,
    Sse,
}

/// Adds members that are passed as the layout's are. Returns `None` where that is not known.
fn add_eightbytes(layout: &Layout, elements: &mut Vec<*mut ffi_type>) -> Option<()> {
    if !cfg!(target_arch = "x86_64") {
        return None;
    }
    let mut classes = [None; 2];
    if layout.size <= 16 {
        classify_structure(layout, 0, &mut classes)?;
    } else {
        // In memory, whatever its members are.
        classes = [Some(Class::Integer); 2];
    }
    for start in (0..layout.size).step_by(8) {
        let class = classes[(start / 8).min(1)]?;
        match (class, layout.size - start) {
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

fn classify_structure(layout: &Layout, at: usize, classes: &mut Classes) -> Option<()> {
    for Field {
        item, offset, bits, ..
    } in &layout.fields
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
        Item::Structure(shape) => classify_structure(&shape.layout, at, classes)?,
        Item::Array(shape, length) => {
            for index in 0..*length {
                classify(&shape.item, at + index * shape.item.size(), classes)?;
            }
        }
    }
    Some(())
}

/// Returns `None` for a member that makes the whole go in memory.
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
