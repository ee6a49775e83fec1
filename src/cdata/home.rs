//! The owner of the memory that a value lies in.
//!
//! A value finds its home at once, however it was reached: by a field, an item, a pointer, a buffer.

use super::{CData, INLINE_SIZE, Own};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef};

impl CData {
    /// Returns the object that owns the memory that this value lies in, and keeps the targets of the references
    /// there. Memory without a Python owner belongs to the value by which it was reached first.
    #[inline]
    #[must_use]
    pub fn home(zelf: &Py<Self>) -> &Py<Self> {
        if zelf.own == Own::Mine {
            return zelf;
        }
        let above = zelf.anchor.as_deref().or(zelf.owner.as_deref());
        above.and_then(Self::of).unwrap_or(zelf)
    }

    /// Returns the home of a value, if that is another object.
    pub(super) fn home_above(object: &PyObject) -> Option<PyObjectRef> {
        let value = Self::of(object)?;
        let home = Self::home(value);
        (!home.is(value)).then(|| home.to_owned().into())
    }

    /// Returns whether an address lies in this object's memory, or at its end.
    pub(super) fn has_memory_at(&self, address: usize) -> bool {
        let (start, size) = self.bytes();
        if address.wrapping_sub(start.addr()) <= size {
            return true;
        }
        self.was_resized_from(address)
    }

    /// Returns whether an address lies in a block that `resize` has replaced.
    pub(super) fn was_resized_from(&self, address: usize) -> bool {
        self.left_behind(address).is_some()
    }

    /// Returns the number of bytes from an address to the end of a block that `resize` has replaced, if it lies
    /// in one.
    fn left_behind(&self, address: usize) -> Option<usize> {
        let state = self.state.get().filter(|_| self.own == Own::Mine)?.lock();
        let blocks = state.blocks.iter().chain(&self.block);
        let blocks = blocks.map(|block| (block.start().addr(), block.size()));
        let inline = (self.inline.0.get().addr(), INLINE_SIZE);
        blocks
            .chain([inline])
            .find_map(|(start, size)| size.checked_sub(address.wrapping_sub(start)))
    }

    /// Returns the number of bytes from the start of this value to the end of the memory that it is part of, if
    /// it is known: it is not for addresses that came from C or from Python code.
    #[must_use]
    pub fn room(zelf: &Py<Self>) -> Option<usize> {
        let address = zelf.address().addr();
        let home = Self::home(zelf);
        if home.own != Own::Mine {
            return home.room_in_source(address);
        }
        let (start, size) = home.bytes();
        let offset = address.wrapping_sub(start.addr());
        if offset <= size {
            return Some(size - offset);
        }
        home.left_behind(address)
    }

    /// Returns the number of bytes from an address to the end of the buffer that this object's memory lies in.
    fn room_in_source(&self, address: usize) -> Option<usize> {
        let state = self.state.get()?.lock();
        let bytes = state.source.as_ref()?.as_contiguous()?;
        let offset = address.wrapping_sub(bytes.as_ptr().addr());
        bytes.len().checked_sub(offset)
    }

    /// Returns what to keep of `zelf` for a pointer to it. If `zelf` is a view of another pointer's target,
    /// that is the owner of the memory: two pointers to each other's targets must not hold each other.
    #[must_use]
    pub fn keep_as_target(zelf: &Py<Self>) -> PyObjectRef {
        let home = Self::home(zelf);
        if zelf.own == Own::Pointees && home.has_memory_at(zelf.address().addr()) {
            return home.to_owned().into();
        }
        zelf.to_owned().into()
    }
}
