//! Bit fields, compared with a model that moves bit by bit.

use crate::bits::{BitField, Bits};
use arbitrary::{Result, Unstructured};

/// The number of bytes around the unit, which must not be touched.
const AROUND: usize = 8;

/// Returns where a bit of the unit lies in memory: the byte, and the bit in it.
fn place(field: &BitField, bit: u32) -> (usize, u32) {
    let byte = bit as usize / 8;
    let byte = if field.swapped != cfg!(target_endian = "big") {
        field.unit - 1 - byte
    } else {
        byte
    };
    (AROUND + byte, bit % 8)
}

fn loaded(field: &BitField, memory: &[u8]) -> Bits {
    let mut value = 0i128;
    for index in 0..field.width {
        let (byte, bit) = place(field, field.offset + index);
        let weight = 1i128 << index;
        let is_sign = field.signed && !field.boolean && index + 1 == field.width;
        if memory[byte] >> bit & 1 == 1 {
            value += if is_sign { -weight } else { weight };
        }
    }
    if field.boolean {
        Bits::Truth(value != 0)
    } else if field.signed {
        Bits::Signed(value.try_into().expect("64 bits"))
    } else {
        Bits::Unsigned(value.try_into().expect("64 bits"))
    }
}

fn store(field: &BitField, memory: &mut [u8], value: u64) {
    for index in 0..field.width {
        let (byte, bit) = place(field, field.offset + index);
        memory[byte] &= !(1 << bit);
        memory[byte] |= ((value >> index & 1) as u8) << bit;
    }
}

pub fn check(bytes: &mut Unstructured<'_>) -> Result<()> {
    let unit = *bytes.choose(&[1, 2, 4, 8])?;
    let unit_bits = 8 * unit as u32;
    let width = bytes.int_in_range(1..=unit_bits)?;
    let field = BitField {
        unit,
        signed: bytes.arbitrary()?,
        swapped: bytes.arbitrary()?,
        boolean: bytes.ratio(1, 8)?,
        offset: bytes.int_in_range(0..=unit_bits - width)?,
        width,
    };
    for bit in 0..field.width {
        let (byte, _) = place(&field, field.offset + bit);
        assert!(field.bytes().contains(&(byte - AROUND)), "{field:?}");
    }
    assert!(
        field.bytes().len() <= field.width.div_ceil(8) as usize + 1,
        "{field:?}"
    );
    let mut memory = [0u8; AROUND + 8 + AROUND];
    bytes.fill_buffer(&mut memory)?;
    let mut expected = memory;
    for _ in 0..bytes.int_in_range(0..=3)? {
        let value = bytes.arbitrary()?;
        store(&field, &mut expected, value);
        let unit = memory[AROUND..].as_mut_ptr();
        // SAFETY: the unit has at most eight bytes, and lies in the memory, which is this function's.
        let found = unsafe {
            field.store(unit, value);
            field.load(unit)
        };
        assert_eq!(memory, expected, "{field:?} takes {value:#x}");
        assert_eq!(found, loaded(&field, &expected), "{field:?} in {memory:x?}");
    }
    // SAFETY: as above.
    let found = unsafe { field.load(memory[AROUND..].as_ptr()) };
    assert_eq!(found, loaded(&field, &memory), "{field:?} in {memory:x?}");
    Ok(())
}
