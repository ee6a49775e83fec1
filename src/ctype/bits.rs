//! Bit fields: integers narrower than the unit of storage they lie in.

use std::ops::Range;

/// The integer type and place of a bit field inside its storage unit.
#[derive(Clone, Copy, Debug)]
pub struct BitField {
    /// Bytes of the storage unit: 1, 2, 4 or 8.
    pub unit: usize,
    pub signed: bool,
    pub swapped: bool,
    /// The unit is a `_Bool`; the value is its truth.
    pub boolean: bool,
    /// Lowest bit of the field, counted from the unit's least significant.
    pub offset: u32,
    /// Bits of the field, 1 to `8 * unit`.
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
    /// The bytes of the unit that hold bits of the field, as they lie in memory.
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

    /// # Safety
    /// `unit` must be valid for reads of `self.unit` bytes.
    unsafe fn read_unit(&self, unit: *const u8) -> u64 {
        let mut bytes = [0u8; 8];
        // SAFETY: the caller's promise; a unit has at most eight bytes.
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
        // SAFETY: the caller's promise.
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

    /// Stores the field's bits of a number, and leaves the others as they are.
    ///
    /// # Safety
    /// `unit` must be valid for reads and writes of `self.unit` bytes.
    pub unsafe fn store(&self, unit: *mut u8, value: u64) {
        // SAFETY: the caller's promise.
        let old = unsafe { self.read_unit(unit) };
        let mask = self.mask() << self.offset;
        let new = old & !mask | value << self.offset & mask;
        let mut bytes = new.to_le_bytes();
        if self.swapped != cfg!(target_endian = "big") {
            bytes[..self.unit].reverse();
        }
        // SAFETY: the caller's promise; a unit has at most eight bytes.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), unit, self.unit) };
    }
}
