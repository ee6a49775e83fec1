//! Bit fields: integers narrower than the unit of storage they lie in.

use std::ops::Range;

/// The integer type of a bit field, and its place in its storage unit.
#[derive(Clone, Copy, Debug)]
pub struct BitField {
    /// Size of the storage unit in bytes: 1, 2, 4 or 8.
    pub unit: usize,
    pub signed: bool,
    pub swapped: bool,
    /// Whether the unit is a `_Bool`, so that the value is a truth value.
    pub boolean: bool,
    /// Lowest bit of the field, counted from the unit's least significant bit.
    pub offset: u32,
    /// Width of the field in bits, 1 to `8 * unit`.
    pub width: u32,
}

/// The value of a bit field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    Truth(bool),
    Unsigned(u64),
    Signed(i64),
}

impl BitField {
    /// Returns the bytes of the unit, as they lie in memory, that hold bits of the field.
    #[must_use]
    pub fn bytes(&self) -> Range<usize> {
        let start = self.offset as usize / 8;
        let end = ((self.offset + self.width) as usize).div_ceil(8);
        if self.swapped == cfg!(target_endian = "big") {
            start..end
        } else {
            self.unit - end..self.unit - start
        }
    }

    /// Reads the unit as a number.
    ///
    /// # Safety
    /// `unit` must be valid for reads of `self.unit` bytes.
    unsafe fn read_unit(&self, unit: *const u8) -> u64 {
        let mut bytes = [0u8; 8];
        // SAFETY: `unit` is valid for reads of `self.unit` bytes (see # Safety), which are at most eight.
        unsafe { std::ptr::copy_nonoverlapping(unit, bytes.as_mut_ptr(), self.unit) };
        if self.swapped != cfg!(target_endian = "big") {
            bytes[..self.unit].reverse();
        }
        u64::from_le_bytes(bytes)
    }

    fn mask(&self) -> u64 {
        u64::MAX >> (64 - self.width)
    }

    /// Reads the field's value.
    ///
    /// # Safety
    /// `unit` must be valid for reads of `self.unit` bytes.
    #[inline]
    #[must_use]
    pub unsafe fn load(&self, unit: *const u8) -> Bits {
        // SAFETY: `unit` is valid for reads of `self.unit` bytes (see # Safety).
        let field = unsafe { self.read_unit(unit) } >> self.offset & self.mask();
        if self.boolean {
            return Bits::Truth(field != 0);
        }
        if !self.signed {
            return Bits::Unsigned(field);
        }
        let spare = 64 - self.width;
        Bits::Signed((field << spare) as i64 >> spare)
    }

    /// Stores the low bits of a number in the field, and leaves the unit's other bits as they are.
    ///
    /// # Safety
    /// `unit` must be valid for reads and writes of `self.unit` bytes.
    pub unsafe fn store(&self, unit: *mut u8, value: u64) {
        // SAFETY: `unit` is valid for reads of `self.unit` bytes (see # Safety).
        let old = unsafe { self.read_unit(unit) };
        let mask = self.mask() << self.offset;
        let new = old & !mask | value << self.offset & mask;
        let mut bytes = new.to_le_bytes();
        if self.swapped != cfg!(target_endian = "big") {
            bytes[..self.unit].reverse();
        }
        // SAFETY: `unit` is valid for writes of `self.unit` bytes (see # Safety), which are at most eight.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), unit, self.unit) };
    }
}
