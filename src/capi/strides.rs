//! Where the items of a `Py_buffer` lie.

use super::{
    buffer::View,
    entry::{Text, c_functions},
};
use rustpython_vm::{PyResult, VirtualMachine};
use std::{
    ffi::{c_char, c_int, c_void},
    ptr, slice,
};

const FORTRAN: u8 = b'F';

/// A view's dimensions, with defaults for those that its consumer has not requested.
pub struct Places {
    start: *mut u8,
    pub item_size: usize,
    pub shape: Vec<usize>,
    pub strides: Vec<isize>,
    suboffsets: Vec<isize>,
}

/// Copies an array of numbers, if C gives one.
///
/// # Safety
/// `start` must be NULL or point to `count` numbers.
unsafe fn numbers(start: *const isize, count: usize) -> Option<Vec<isize>> {
    // SAFETY: `start` points to `count` numbers (see # Safety).
    (!start.is_null()).then(|| unsafe { slice::from_raw_parts(start, count) }.to_vec())
}

/// Returns the strides of items without gaps between them.
fn contiguous(shape: &[usize], item_size: usize, fortran: bool) -> Vec<isize> {
    let mut strides = vec![0; shape.len()];
    let mut step = item_size as isize;
    let mut set = |index: usize| {
        strides[index] = step;
        step = step.wrapping_mul(shape[index] as isize);
    };
    match fortran {
        true => (0..shape.len()).for_each(&mut set),
        false => (0..shape.len()).rev().for_each(&mut set),
    }
    strides
}

impl Places {
    /// Returns the dimensions of a view.
    ///
    /// # Safety
    /// C must have acquired or made the view.
    pub unsafe fn of(view: &View) -> Self {
        let dimensions = usize::try_from(view.dimensions).unwrap_or(0);
        let item_size = usize::try_from(view.item_size).unwrap_or(0).max(1);
        // SAFETY: the arrays of such a view have a number for each dimension, or are NULL.
        let (shape, strides, suboffsets) = unsafe {
            (
                numbers(view.shape, dimensions),
                numbers(view.strides, dimensions),
                numbers(view.suboffsets, dimensions),
            )
        };
        let shape: Vec<usize> = match shape {
            Some(shape) => shape.iter().map(|&one| one.max(0) as usize).collect(),
            None if dimensions == 0 => Vec::new(),
            None => vec![view.size.max(0) as usize / item_size],
        };
        let strides = strides.filter(|strides| strides.len() == shape.len());
        Self {
            start: view.start.cast(),
            strides: strides.unwrap_or_else(|| contiguous(&shape, item_size, false)),
            suboffsets: suboffsets.unwrap_or_default(),
            item_size,
            shape,
        }
    }

    /// Returns the address of the item with these indices.
    ///
    /// # Safety
    /// The memory must be valid if items lie behind pointers, and the indices must be within the shape.
    pub unsafe fn item(&self, indices: &[isize]) -> *mut u8 {
        let mut place = self.start;
        for (dimension, index) in indices.iter().enumerate() {
            place = place.wrapping_offset(self.strides[dimension].wrapping_mul(*index));
            if let Some(&suboffset) = self.suboffsets.get(dimension)
                && suboffset > 0
            {
                // SAFETY: `place` is within the view's memory, which is valid (see # Safety).
                let behind = unsafe { place.cast::<*mut u8>().read_unaligned() };
                place = behind.wrapping_offset(suboffset);
            }
        }
        place
    }

    fn is_contiguous(&self, fortran: bool) -> bool {
        if !self.suboffsets.is_empty() {
            return false;
        }
        if self.shape.contains(&0) {
            return true;
        }
        let wanted = contiguous(&self.shape, self.item_size, fortran);
        let mut all = self.shape.iter().zip(self.strides.iter().zip(&wanted));
        all.all(|(&extent, (stride, wanted))| extent == 1 || stride == wanted)
    }

    /// Calls `f` with the address of each item, in the order of memory without gaps.
    ///
    /// # Safety
    /// As for [`Self::item`].
    unsafe fn each(&self, fortran: bool, mut f: impl FnMut(*mut u8)) {
        let mut indices = vec![0_isize; self.shape.len()];
        let count: usize = self.shape.iter().product();
        for _ in 0..count {
            // SAFETY: the indices are within the shape, and the memory is valid (see # Safety).
            f(unsafe { self.item(&indices) });
            let mut advance = |index: usize| {
                indices[index] += 1;
                let is_over = indices[index] as usize == self.shape[index];
                if is_over {
                    indices[index] = 0;
                }
                is_over
            };
            match fortran {
                true => drop((0..self.shape.len()).find(|&index| !advance(index))),
                false => drop((0..self.shape.len()).rev().find(|&index| !advance(index))),
            }
        }
    }
}

/// Returns a view that C gives.
fn view<'a>(view: *const View, vm: &VirtualMachine) -> PyResult<&'a View> {
    // SAFETY: C promises that it is NULL or a view that it has acquired.
    unsafe { view.as_ref() }.ok_or_else(|| super::entry::bad_call(vm))
}

/// Copies between a view and memory without gaps between the items.
///
/// # Safety
/// C must have acquired or made `view`, whose memory must be valid, and `memory` must be valid for `size` bytes.
unsafe fn copy(view: &View, memory: *mut u8, size: isize, fortran: bool, into_view: bool) {
    // SAFETY: C has acquired or made the view (see # Safety).
    let places = unsafe { Places::of(view) };
    let (mut memory, mut left) = (memory, usize::try_from(size).unwrap_or(0));
    let step = places.item_size;
    let one = |place: *mut u8| {
        let size = step.min(left);
        let (from, to) = if into_view {
            (memory, place)
        } else {
            (place, memory)
        };
        // SAFETY: both are valid for `size` bytes (see # Safety); they may overlap.
        unsafe { ptr::copy(from, to, size) };
        memory = memory.wrapping_add(size);
        left -= size;
    };
    // SAFETY: the view's memory is valid (see # Safety).
    unsafe { places.each(fortran, one) };
}

c_functions! {
    new fn PyBuffer_IsContiguous(given: *const View, order: c_char) -> c_int, 0, |vm| {
        // SAFETY: C promises a view that it has acquired or made.
        let places = unsafe { Places::of(view(given, vm)?) };
        Ok(match order as u8 {
            b'C' => places.is_contiguous(false),
            FORTRAN => places.is_contiguous(true),
            b'A' => places.is_contiguous(false) || places.is_contiguous(true),
            _ => false,
        }.into())
    }

    new fn PyBuffer_GetPointer(
        given: *const View,
        indices: *const isize,
    ) -> *mut c_void, ptr::null_mut(), |vm| {
        let view = view(given, vm)?;
        // SAFETY: C promises such a view, whose memory is valid, and an index for each dimension.
        unsafe {
            let places = Places::of(view);
            let indices = numbers(indices, places.shape.len()).unwrap_or_default();
            Ok(places.item(&indices).cast())
        }
    }

    new fn PyBuffer_SizeFromFormat(format: Text) -> isize, -1, |vm| {
        let size = vm.import("struct", 0)?.get_attr("calcsize", vm)?;
        size.call((format.str(vm)?,), vm)?.try_into_value(vm)
    }

    new fn PyBuffer_FillContiguousStrides(
        dimensions: c_int,
        shape: *const isize,
        strides: *mut isize,
        item_size: c_int,
        order: c_char,
    ) -> (), (), |_vm| {
        let count = usize::try_from(dimensions).unwrap_or(0);
        // SAFETY: C promises that both arrays have a number for each dimension.
        unsafe {
            let shape: Vec<usize> = numbers(shape, count).unwrap_or_default().iter().map(|&one| one as usize).collect();
            let filled = contiguous(&shape, item_size as usize, order as u8 == FORTRAN);
            ptr::copy_nonoverlapping(filled.as_ptr(), strides, filled.len());
        }
        Ok(())
    }

    new fn PyBuffer_ToContiguous(
        memory: *mut c_void,
        given: *const View,
        size: isize,
        order: c_char,
    ) -> c_int, -1, |vm| {
        let view = view(given, vm)?;
        if size != view.size {
            return Err(vm.new_value_error("PyBuffer_ToContiguous: len != view->len"));
        }
        // SAFETY: C promises that `memory` is valid for `size` bytes.
        unsafe {
            let is_fortran = order as u8 == FORTRAN || (order as u8 == b'A' && Places::of(view).is_contiguous(true));
            copy(view, memory.cast(), size, is_fortran, false);
        }
        Ok(0)
    }

    new fn PyBuffer_FromContiguous(
        given: *const View,
        memory: *const c_void,
        size: isize,
        order: c_char,
    ) -> c_int, -1, |vm| {
        let view = view(given, vm)?;
        let size = size.min(view.size);
        // SAFETY: C promises that `memory` is valid for `size` bytes.
        unsafe { copy(view, memory.cast_mut().cast(), size, order as u8 == FORTRAN, true) };
        Ok(0)
    }
}
