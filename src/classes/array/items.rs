//! The items of an array: reading, storing, slicing.

use crate::{
    cdata::{CData, access},
    classes::char_array,
    ctype::{ArrayItems, Simple, scalar::Load, simple::Class},
    room,
};
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBytes, PyList, PySlice, PyTuple},
    sliceable::SaturatedSlice,
};

/// Returns how values of a simple type are loaded, if they are numbers and contain no references.
#[must_use]
pub fn number(simple: &Simple) -> Option<Load> {
    let is_number = matches!(simple.code.class, Class::Integer { .. } | Class::Float);
    (is_number && !simple.boxed).then_some(simple.access.load)
}

/// Returns whether a type is `char`, which takes a byte as it is.
fn is_plain_char(simple: &Simple) -> bool {
    simple.code.class == Class::Char && !simple.boxed
}

/// An array's memory and type, as its operations need them.
#[derive(Debug)]
pub struct Items<'a> {
    pub array: &'a Py<CData>,
    pub kind: &'a ArrayItems,
}

impl<'a> Items<'a> {
    /// Returns the items of `object`.
    ///
    /// # Errors
    /// `TypeError` if it is not an array, or one whose type was made before the items had their fields.
    pub fn of(object: &'a PyObject, vm: &VirtualMachine) -> PyResult<Self> {
        let (array, kind) = CData::of(object)
            .and_then(|array| Some((array, array.ctype().array()?)))
            .ok_or_else(|| vm.new_type_error("expected an array"))?;
        if !kind.holds_items() {
            return Err(vm.new_type_error(format!(
                "'{}' was made before its items had their fields",
                array.ctype().name()
            )));
        }
        Ok(Self { array, kind })
    }

    /// Returns item `index`, counted from the start, if it exists and is a number: the most common read.
    #[inline]
    pub fn number(object: &PyObject, index: isize, vm: &VirtualMachine) -> Option<PyResult> {
        let array = CData::of(object)?;
        let kind = array.ctype().array()?;
        let load = kind.numbers?;
        let index = usize::try_from(index).ok().filter(|&i| i < kind.length)?;
        // SAFETY: the array's memory holds all items.
        Some(unsafe { load(array.address().add(index * kind.item_size), vm) })
    }

    /// Returns the address of item `index`, which must be below the length.
    fn address(&self, index: usize) -> *mut u8 {
        // SAFETY: the array's memory holds all items.
        unsafe { self.array.address().add(index * self.kind.item_size) }
    }

    /// Returns item `index`, which must be below the length.
    ///
    /// # Errors
    /// Any exception that the conversion raises.
    pub fn get(&self, index: usize, vm: &VirtualMachine) -> PyResult {
        // SAFETY: the address is that of an item.
        unsafe { access::get(&self.kind.item, self.address(index), self.array, vm) }
    }

    /// Stores `value` as item `index`, which must be below the length.
    ///
    /// # Errors
    /// Any exception that the conversion raises.
    pub fn set(&self, index: usize, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let distance = index * self.kind.item_size;
        // SAFETY: the array's memory holds all items.
        unsafe { access::set(&self.kind.item, self.array, distance, index, value, vm) }
    }

    /// Stores values in the items from `start` on, `step` apart, all of which must exist.
    ///
    /// # Errors
    /// Any exception that a conversion raises.
    pub fn set_all(
        &self,
        start: isize,
        step: isize,
        values: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let index = |number: usize| start.wrapping_add((number as isize).wrapping_mul(step));
        let simple = self.kind.item.simple();
        for (number, value) in values.iter().enumerate() {
            let index = index(number) as usize;
            if let Some(simple) = simple
                // SAFETY: the address is that of an item.
                && unsafe { access::set_at_once(simple, self.address(index), value, vm) }
            {
                continue;
            }
            self.set(index, value, vm)?;
        }
        Ok(())
    }

    /// Stores `count` values of a list in the items from `start` on, `step` apart, all of which must exist.
    /// Converting a value may run Python code that changes the list.
    ///
    /// # Errors
    /// `IndexError` if the list has become shorter; any exception that a conversion raises.
    fn set_list(
        &self,
        start: isize,
        step: isize,
        list: &Py<PyList>,
        count: usize,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let index =
            |number: usize| start.wrapping_add((number as isize).wrapping_mul(step)) as usize;
        let simple = self.kind.item.simple();
        let mut number = 0;
        while number < count {
            let next = {
                // No Python code runs while the list is borrowed.
                let values = list.borrow_vec();
                let is_stored = |number: usize, value: &PyObject| {
                    let target = self.address(index(number));
                    // SAFETY: the address is that of an item.
                    simple.is_some_and(|simple| unsafe {
                        access::set_at_once(simple, target, value, vm)
                    })
                };
                while number < count
                    && let Some(value) = values.get(number)
                    && is_stored(number, value)
                {
                    number += 1;
                }
                values.get(number).cloned()
            };
            if number < count {
                let value = next.ok_or_else(|| vm.new_index_error("list index out of range"))?;
                self.set(index(number), &value, vm)?;
                number += 1;
            }
        }
        Ok(())
    }

    /// Returns the index of the item that a Python index means.
    ///
    /// # Errors
    /// `IndexError` if there is no such item.
    pub fn index(&self, index: isize, vm: &VirtualMachine) -> PyResult<usize> {
        let length = self.kind.length;
        let index = if index < 0 {
            index.wrapping_add_unsigned(length)
        } else {
            index
        };
        usize::try_from(index)
            .ok()
            .filter(|&index| index < length)
            .ok_or_else(|| vm.new_index_error("invalid index"))
    }

    /// Returns a list of the items in a slice, or a string if they are characters.
    ///
    /// # Errors
    /// Any exception that a conversion raises.
    pub fn slice(&self, slice: &Py<PySlice>, vm: &VirtualMachine) -> PyResult {
        let slice = SaturatedSlice::with_slice(slice, vm)?;
        let (start, count) = slice.adjust_indices_start(self.kind.length);
        let step = slice.step();
        if let Some(class @ (Class::Char | Class::WideChar)) = self.kind.item.simple_class() {
            let address = self.array.address();
            // SAFETY: the slice was adjusted to the array's length.
            return unsafe { char_array::load_slice(class, address, start, step, count, vm) };
        }
        let index = |number: isize| (start + number.wrapping_mul(step)) as usize;
        let items = match self.kind.numbers {
            Some(load) => {
                // SAFETY: the slice was adjusted to the array's length.
                let load = |number| unsafe { load(self.address(index(number)), vm) };
                room::collect(count, load, vm)
            }
            None => room::collect(count, |number| self.get(index(number), vm), vm),
        };
        Ok(vm.ctx.new_list(items?).into())
    }

    /// Stores the items of a sequence in a slice.
    ///
    /// # Errors
    /// `ValueError` if their number is not that of the slice; any exception that a conversion raises.
    pub fn set_slice(
        &self,
        slice: &Py<PySlice>,
        value: &PyObject,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let slice = SaturatedSlice::with_slice(slice, vm)?;
        let (start, count) = slice.adjust_indices_start(self.kind.length);
        let length = value.length_opt(vm).transpose().ok().flatten();
        if length != Some(count) {
            return Err(vm.new_value_error("Can only assign sequence of same size"));
        }
        if let Some(bytes) = value.downcast_ref_if_exact::<PyBytes>(vm)
            && slice.step() == 1
            && self.kind.item.simple().is_some_and(is_plain_char)
        {
            let bytes = bytes.as_bytes();
            // SAFETY: the slice was adjusted to the array's length, and there are as many bytes.
            unsafe {
                let target = self.address(start.unsigned_abs());
                std::ptr::copy_nonoverlapping(bytes.as_ptr(), target, bytes.len());
            }
            return Ok(());
        }
        if let Some(list) = value.downcast_ref_if_exact::<PyList>(vm) {
            return self.set_list(start, slice.step(), list, count, vm);
        } else if let Some(tuple) = value.downcast_ref_if_exact::<PyTuple>(vm) {
            return self.set_all(start, slice.step(), tuple.as_slice(), vm);
        }
        for number in 0..count {
            let item = value.get_item(&number, vm)?;
            let index = start + (number as isize).wrapping_mul(slice.step());
            self.set(index as usize, &item, vm)?;
        }
        Ok(())
    }
}
