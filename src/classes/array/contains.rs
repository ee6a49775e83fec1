//! `in` for an array of numbers.
//!
//! Python compares each item with the object that it looks for. C numbers that are equal have the same bytes,
//! so no item needs to become an object. The types show no method for this, because CPython's have none.

use super::{Array, items::Items, iterator};
use crate::ctype::{Simple, simple::Class};
use num_traits::ToPrimitive;
use rustpython_vm::{
    PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyFloat, PyInt},
    class::StaticType,
    protocol::PySequence,
};
use std::slice;

/// Makes arrays, and classes that derive from them later, answer `in` by the function here.
pub fn install() {
    let slots = &Array::static_type().slots;
    slots.as_sequence.contains.store(Some(contains));
}

fn contains(sequence: PySequence<'_>, target: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let array = sequence.obj;
    let class = array.class();
    if iterator::is_iterated_here(class)
        && let Some(found) = find_number(&Items::of(array, vm)?, target, vm)
    {
        return Ok(found);
    }
    for item in array.to_owned().get_iter(vm)?.iter::<PyObjectRef>(vm)? {
        let item = item?;
        if vm.bool_eq(&item, target)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns whether a number is among the items, or `None` if objects must be compared.
fn find_number(items: &Items<'_>, target: &PyObject, vm: &VirtualMachine) -> Option<bool> {
    let simple = items.kind.item.simple()?;
    if simple.swapped || items.kind.numbers.is_none() {
        return None;
    }
    match simple.code.class {
        Class::Integer { signed } => find_integer(items, simple, signed, target, vm),
        Class::Float => find_float(items, simple, target, vm),
        _ => None,
    }
}

fn find_integer(
    items: &Items<'_>,
    simple: &Simple,
    signed: bool,
    target: &PyObject,
    vm: &VirtualMachine,
) -> Option<bool> {
    let target = target.downcast_ref_if_exact::<PyInt>(vm)?.as_bigint();
    let bits = 8 * simple.code.size as u32;
    let word = if signed {
        // The bits above a number that fits are copies of its sign.
        let fits = |&number: &i64| matches!(number >> (bits - 1), 0 | -1);
        target.to_i64().filter(fits).map(|number| number as u64)
    } else {
        let fits = |&number: &u64| bits == 64 || number >> bits == 0;
        target.to_u64().filter(fits)
    };
    let Some(word) = word else {
        return Some(false);
    };
    Some(match simple.code.size {
        1 => has(items, &(word as u8).to_ne_bytes()),
        2 => has(items, &(word as u16).to_ne_bytes()),
        4 => has(items, &(word as u32).to_ne_bytes()),
        8 => has(items, &word.to_ne_bytes()),
        _ => return None,
    })
}

fn find_float(
    items: &Items<'_>,
    simple: &Simple,
    target: &PyObject,
    vm: &VirtualMachine,
) -> Option<bool> {
    let target = target.downcast_ref_if_exact::<PyFloat>(vm)?.to_f64();
    Some(match simple.code.size {
        4 => all(items)
            .iter()
            .any(|&item| f64::from(f32::from_ne_bytes(item)) == target),
        8 => all(items)
            .iter()
            .any(|&item| f64::from_ne_bytes(item) == target),
        _ => return None,
    })
}

fn has<const SIZE: usize>(items: &Items<'_>, target: &[u8; SIZE]) -> bool {
    all(items).contains(target)
}

/// Returns the bytes of all items, which have this size.
fn all<'a, const SIZE: usize>(items: &Items<'a>) -> &'a [[u8; SIZE]] {
    debug_assert_eq!(items.kind.item_size, SIZE);
    let start = items.array.address().cast::<[u8; SIZE]>();
    // SAFETY: the array's memory holds all items; bytes need no alignment.
    unsafe { slice::from_raw_parts(start, items.kind.length) }
}
