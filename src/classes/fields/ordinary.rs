//! Laying out an aggregate whose definition is ordinary.
//!
//! A definition is ordinary if it can be read without running Python code and is not wrong: `_fields_` is a
//! list or tuple of tuples or lists, names are `str`, numbers are `int`, and attributes of the class are found
//! as `type` finds them. Everything else is left to the library's Python code (`super::library`), before
//! anything has happened that it could notice.

use super::{Computed, PlacedField};
use crate::{
    classes::{class_attribute::Attributes, field::CField},
    ctype::{
        CType, Kind,
        layout::place::{Extent, Field, LIMIT, Packing, Placer, Rules},
    },
    names::name,
};
use num_traits::ToPrimitive;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyInt, PyList, PyStr, PyStrRef, PyTuple, PyType},
};
use std::borrow::Cow;

/// Lays out `class`. Returns `None` if its definition is not ordinary.
///
/// # Errors
/// Any exception that the warning about `_pack_` without `_layout_` raises.
pub fn compute(
    class: &Py<PyType>,
    ctype: &CType,
    base: Option<&Py<CType>>,
    fields: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<Option<Computed>> {
    let Some((rules, warns)) = rules(class, ctype, base, vm) else {
        return Ok(None);
    };
    let computed = place(rules, fields, vm);
    if warns && computed.is_some() {
        warn(class, rules.union, vm)?;
    }
    Ok(computed)
}

/// Returns whether `class` certainly has no `_anonymous_`.
pub fn has_no_anonymous(class: &Py<PyType>, vm: &VirtualMachine) -> bool {
    Attributes::of(class, vm)
        .is_some_and(|options| matches!(options.get(name!(vm, "_anonymous_")), Some(None)))
}

/// Returns the rules that the class asks for, and whether they require a warning.
fn rules(
    class: &Py<PyType>,
    ctype: &CType,
    base: Option<&Py<CType>>,
    vm: &VirtualMachine,
) -> Option<(Rules, bool)> {
    let options = Attributes::of(class, vm)?;
    let number = |option: &PyObject| {
        let number = option.downcast_ref_if_exact::<PyInt>(vm)?;
        number.as_bigint().to_u64().filter(|&number| number < LIMIT)
    };
    let pack = match options.find(name!(vm, "_pack_"))? {
        None => None,
        Some(pack) => Some(number(&pack).filter(|&pack| pack <= i32::MAX as u64)?),
    };
    let microsoft = Packing::Microsoft {
        pack: pack.unwrap_or(0),
    };
    let mut warns = false;
    let packing = match options.find(name!(vm, "_layout_"))? {
        Some(name) => match name.downcast_ref_if_exact::<PyStr>(vm)?.as_bytes() {
            b"ms" => microsoft,
            b"gcc-sysv" => Packing::SystemV,
            _ => return None,
        },
        None if cfg!(windows) => microsoft,
        None if pack.is_some_and(|pack| pack > 0) => {
            warns = true;
            microsoft
        }
        None => Packing::SystemV,
    };
    if packing == Packing::SystemV && pack.is_some() {
        return None;
    }
    if warns && !names_itself(class) {
        return None;
    }
    let mut align = match options.get(name!(vm, "_align_"))? {
        None => 1,
        Some(align) => number(&align)?.max(1),
    };
    if let Some(base) = base {
        align = align.max(base.layout().align as u64);
    }
    let swapped = options.get(name!(vm, "_swappedbytes_"))?.is_some();
    let rules = Rules {
        union: matches!(ctype.kind, Kind::Union),
        packing,
        big_endian: swapped != cfg!(target_endian = "big"),
        align,
        base_size: base.map_or(0, |base| base.size() as u64),
    };
    Some((rules, warns))
}

/// Returns whether a class's `__name__` is the name that it was made with, and contains no format characters.
fn names_itself(class: &Py<PyType>) -> bool {
    class.as_object().class().heaptype_ext.is_none() && !class.slot_name().contains(['{', '}'])
}

/// Reads and places the fields.
fn place(rules: Rules, fields: &PyObject, vm: &VirtualMachine) -> Option<Computed> {
    let entries = items(fields, vm)?;
    let mut placer = Placer::new(rules);
    let mut placed = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let entry = items(entry, vm)?;
        let entry = FieldEntry::read(&entry, vm)?;
        let layout = entry.ctype.layout();
        let place = placer.place(Field {
            size: layout.size as u64,
            align: layout.align.max(1) as u64,
            bits: entry.bits,
        })?;
        let bits = entry.bits.map(|width| (place.bit_offset, width));
        let offset = usize::try_from(place.offset).ok()?;
        let field = CField::placed(entry.name, entry.ctype, (offset, index), bits)?;
        placed.push(PlacedField {
            field: field.into_ref(&vm.ctx),
            padding: place.padding,
        });
    }
    let Extent {
        size,
        align,
        padding,
    } = placer.finish()?;
    Some(Computed {
        fields: placed,
        size: usize::try_from(size).ok()?,
        align: usize::try_from(align).ok()?,
        end: (!rules.union).then_some(padding),
        format: None,
    })
}

/// Returns the items of an object that is exactly a tuple or a list.
fn items<'a>(object: &'a PyObject, vm: &VirtualMachine) -> Option<Cow<'a, [PyObjectRef]>> {
    if let Some(tuple) = object.downcast_ref_if_exact::<PyTuple>(vm) {
        return Some(Cow::Borrowed(tuple.as_slice()));
    }
    let list = object.downcast_ref_if_exact::<PyList>(vm)?;
    Some(Cow::Owned(list.borrow_vec().to_vec()))
}

/// An entry of `_fields_`.
struct FieldEntry<'a> {
    name: PyStrRef,
    ctype: &'a Py<CType>,
    bits: Option<u64>,
}

impl FieldEntry<'_> {
    /// Reads an entry. Returns `None` if it is not a name, a type and optionally a width that suits the type.
    fn read<'a>(entry: &'a [PyObjectRef], vm: &VirtualMachine) -> Option<FieldEntry<'a>> {
        let (name, ctype, bits) = match entry {
            [name, ctype] => (name, ctype, None),
            [name, ctype, bits] => (name, ctype, Some(bits)),
            _ => return None,
        };
        let name = name.downcast_ref_if_exact::<PyStr>(vm)?;
        // The name becomes part of a C string, the format.
        name.to_str().filter(|name| !name.contains('\0'))?;
        let ctype = CType::of(ctype, vm)?;
        let bits = match bits {
            None => None,
            Some(bits) => {
                let width = bits
                    .downcast_ref_if_exact::<PyInt>(vm)?
                    .as_bigint()
                    .to_u64()?;
                let possible = 1..=8 * ctype.size().min(8) as u64;
                Some(Some(width).filter(|width| possible.contains(width))?)
            }
        };
        Some(FieldEntry {
            name: Py::<PyStr>::to_owned(name),
            ctype,
            bits,
        })
    }
}

/// Warns that a class has `_pack_` and no `_layout_`, with the line that defines the class.
fn warn(class: &Py<PyType>, union: bool, vm: &VirtualMachine) -> PyResult<()> {
    let kind = if union { "Union" } else { "Structure" };
    let message = format!(
        "Due to '_pack_', the '{}' {kind} will use memory layout compatible with MSVC (Windows). \
         If this is intended, set _layout_ to 'ms'. The implicit default is deprecated and slated \
         to become an error in Python 3.19.",
        class.slot_name()
    );
    let category = vm.ctx.exceptions.deprecation_warning.to_owned();
    let warn = vm.import("warnings", 0)?.get_attr("warn", vm)?;
    warn.call((message, category, 1), vm)?;
    Ok(())
}
