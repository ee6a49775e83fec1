//! How a field is read and written.

use crate::{
    c_integer,
    ctype::{
        CType, Simple,
        bits::{BitField, Bits},
        scalar::integer,
        simple::Class,
    },
};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyStrRef,
};

/// How a field is read and written.
#[derive(Clone, Copy, Debug)]
pub enum FieldAccess {
    /// As any value of its type.
    Typed,
    /// As some bits of an integer.
    Bits(BitField),
    /// As a string, for an array of characters.
    Characters(Class),
}

/// Returns how a field of this type is read and written if it is not a bit field.
#[must_use]
pub fn plain_access(ctype: &CType) -> FieldAccess {
    let item = ctype.array().and_then(|array| array.item.simple());
    match item.map(|item| item.code.class) {
        Some(class @ (Class::Char | Class::WideChar)) => FieldAccess::Characters(class),
        _ => FieldAccess::Typed,
    }
}

/// The largest size and offset that are compared with the type's.
const MAX_BITS: isize = u8::MAX as isize;

/// Returns the bits of a field to which `ctypes._layout` gave a bit size.
///
/// # Errors
/// `TypeError` if the type has no bit fields or a number is not an `int`, `ValueError` if the bits do not lie
/// within the type.
pub fn bit_access(
    name: &PyStrRef,
    ctype: &CType,
    bit_size: &PyObject,
    bit_offset: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<FieldAccess> {
    let Some(simple) = unit_of(ctype) else {
        return Err(vm.new_type_error(format!("bit fields not allowed for type {}", ctype.name())));
    };
    let quoted =
        || -> PyResult<String> { Ok(name.as_object().repr(vm)?.to_string_lossy().into_owned()) };
    let number = |number: &PyObject, what: &str| -> PyResult<isize> {
        let number = c_integer::exact_size(number, vm)?;
        if (0..=MAX_BITS).contains(&number) {
            return Ok(number);
        }
        Err(vm.new_value_error(format!(
            "bit {what} of field {} out of range, got {number}",
            quoted()?
        )))
    };
    let unit_bits = 8 * simple.code.size as isize;
    let width = number(bit_size, "size")?;
    let offset = number(bit_offset, "offset")?;
    if width == 0 {
        return Err(vm.new_value_error(format!(
            "bit size of field {} out of range, got {width}",
            quoted()?
        )));
    }
    if offset + width > unit_bits {
        return Err(vm.new_value_error(format!(
            "bit field {} overflows its type ({offset} + {width} > {unit_bits})",
            quoted()?
        )));
    }
    let bits = (offset as u64, width as u64);
    Ok(FieldAccess::Bits(bit_field(simple, bits)))
}

/// Returns the type whose values a bit field is part of, if it can have bit fields.
#[must_use]
pub fn unit_of(ctype: &CType) -> Option<&Simple> {
    ctype
        .simple()
        .filter(|simple| matches!(simple.code.class, Class::Integer { .. } | Class::Bool))
}

/// Returns the bit field of `width` bits from bit `offset` on, both of which lie within the unit.
#[must_use]
pub fn bit_field(unit: &Simple, (offset, width): (u64, u64)) -> BitField {
    let code = unit.code;
    BitField {
        unit: code.size,
        signed: code.class == Class::Integer { signed: true },
        swapped: unit.swapped,
        // CPython treats a truth value of the other byte order as a number.
        boolean: code.class == Class::Bool && !unit.swapped,
        offset: offset as u32,
        width: width as u32,
    }
}

/// Reads a bit field as Python's `bool` or `int`.
///
/// # Safety
/// `unit` must be valid for reads of `bits.unit` bytes.
pub unsafe fn load_bits(bits: &BitField, unit: *const u8, vm: &VirtualMachine) -> PyObjectRef {
    // SAFETY: `unit` is valid for reads of `bits.unit` bytes (see # Safety).
    match unsafe { bits.load(unit) } {
        Bits::Truth(value) => vm.ctx.new_bool(value).into(),
        Bits::Unsigned(value) => vm.ctx.new_int(value).into(),
        Bits::Signed(value) => vm.ctx.new_int(value).into(),
    }
}

/// Returns the number whose lowest bits a store of `value` takes.
///
/// # Errors
/// `TypeError` if `value` is not an integer (for a `_Bool`: any exception that its truth value raises).
pub fn bits_of(bits: &BitField, value: &PyObject, vm: &VirtualMachine) -> PyResult<u64> {
    if bits.boolean {
        Ok(u64::from(value.to_owned().is_true(vm)?))
    } else {
        integer::wrapping(value, vm)
    }
}
