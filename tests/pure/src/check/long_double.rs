//! Conversions of `long double`, compared exactly with numbers `significand * 2^exponent`.

use crate::long_double::{Binary128, SIZE, X87Extended, load, store};
use arbitrary::{Result, Unstructured};
use std::cmp::Ordering;

/// `significand * 2^exponent`, which is not negative.
#[derive(Clone, Copy, Debug)]
struct Exact {
    significand: u128,
    exponent: i32,
}

impl Exact {
    /// Makes the number that a finite double is, which is not negative, from the definition of its bits.
    fn of(value: f64) -> Self {
        let (fraction, exponent) = (value.to_bits() & ((1 << 52) - 1), value.to_bits() >> 52);
        let implied = u64::from(exponent != 0) << 52;
        Self {
            significand: (fraction | implied).into(),
            exponent: (exponent as i32).max(1) - 1075,
        }
    }

    /// Compares two numbers: the one whose highest bit weighs more is larger; otherwise both are shifted until
    /// that bit is the highest.
    fn cmp(self, other: Self) -> Ordering {
        let top = |number: Self| 128 - number.significand.leading_zeros() as i32 + number.exponent;
        match (self.significand, other.significand) {
            (0, 0) => Ordering::Equal,
            (0, _) => Ordering::Less,
            (_, 0) => Ordering::Greater,
            (a, b) => top(self)
                .cmp(&top(other))
                .then((a << a.leading_zeros()).cmp(&(b << b.leading_zeros()))),
        }
    }

    /// Returns the nearest double, ties to even: the last one that is not larger, or the next.
    fn rounded(self) -> f64 {
        let (mut low, mut high) = (0u64, f64::INFINITY.to_bits());
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            match Self::of(f64::from_bits(middle)).cmp(self) {
                Ordering::Greater => high = middle,
                _ => low = middle,
            }
        }
        let below = Self::of(f64::from_bits(low));
        // Infinity counts as the number that would follow the largest one.
        let halfway = Self {
            significand: 2 * below.significand + 1,
            exponent: below.exponent - 1,
        };
        f64::from_bits(match self.cmp(halfway) {
            Ordering::Less => low,
            Ordering::Equal => low + low % 2,
            Ordering::Greater => high,
        })
    }
}

/// Returns as a double the number with this sign and exponent, and this significand of `bits` bits behind the
/// point, or `None` if it is not a number.
fn as_double(high: u16, significand: u128, bits: i32) -> Option<f64> {
    let exponent = i32::from(high & 0x7fff);
    if exponent == 0x7fff {
        return None;
    }
    let exact = Exact {
        significand,
        exponent: exponent.max(1) - 16383 - bits,
    };
    let value = exact.rounded();
    Some(if high >> 15 == 1 { -value } else { value })
}

/// Returns a sign and an exponent, usually near where a double's range ends.
fn high(bytes: &mut Unstructured<'_>) -> Result<u16> {
    let around = *bytes.choose(&[0u16, 15360 - 52, 15360, 16383, 15360 + 0x7ff, 0x7fff])?;
    let near = around
        .wrapping_add(bytes.int_in_range(0..=8)?)
        .wrapping_sub(4);
    Ok(if bytes.ratio(3, 4)? {
        near
    } else {
        bytes.arbitrary()?
    })
}

/// Returns a significand with long runs of ones and zeros, where rounding can go wrong.
fn significand(bytes: &mut Unstructured<'_>, bits: u32) -> Result<u128> {
    let shift = bytes.int_in_range(0..=bits)?;
    let (number, row): (u128, u128) = (bytes.arbitrary()?, !0u128 >> (128 - bits));
    let number = match bytes.int_in_range(0..=4)? {
        0 => number,
        1 => number << shift,
        2 => number << shift | 1 << shift.saturating_sub(1),
        3 => number | (1u128 << shift) - 1,
        _ => (1u128 << shift) + u128::from(bytes.arbitrary::<u8>()?),
    };
    Ok(number & row)
}

/// Checks a double through memory and back; a NaN comes back quiet.
fn through_memory(value: f64) {
    let mut memory = [0xa5u8; 1 + SIZE + 1];
    // SAFETY: the memory has that many bytes from the second on.
    let back = unsafe {
        store(memory.as_mut_ptr().add(1), value);
        load(memory.as_ptr().add(1))
    };
    let quiet = value.to_bits() | u64::from(value.is_nan()) << 51;
    for back in [
        back,
        X87Extended::of(value).to_f64(),
        Binary128::of(value).to_f64(),
    ] {
        assert_eq!(back.to_bits(), quiet, "{value:e}");
    }
    assert_eq!((memory[0], memory[1 + SIZE]), (0xa5, 0xa5));
}

pub fn check(bytes: &mut Unstructured<'_>) -> Result<()> {
    through_memory(f64::from_bits(bytes.arbitrary()?));

    let (top, fraction) = (high(bytes)?, significand(bytes, 112)?);
    let number = Binary128(u128::from(top) << 112 | fraction);
    let one = u128::from(top & 0x7fff != 0) << 112;
    match as_double(top, fraction | one, 112) {
        Some(value) => assert_eq!(number.to_f64().to_bits(), value.to_bits(), "{number:x?}"),
        None => assert_eq!(number.to_f64().is_nan(), fraction != 0, "{number:x?}"),
    }

    #[cfg(target_arch = "x86_64")]
    of_x87(high(bytes)?, significand(bytes, 64)? as u64);
    Ok(())
}

/// Checks the format that memory has on this machine.
#[cfg(target_arch = "x86_64")]
fn of_x87(top: u16, significand: u64) {
    let memory = (u128::from(top) << 64 | u128::from(significand)).to_le_bytes();
    // SAFETY: as many bytes as a `long double` has.
    let found = unsafe { load(memory.as_ptr()) };
    // Without its leading one it is a number only where it is subnormal.
    let is_number = significand >> 63 == 1 || top & 0x7fff == 0;
    match as_double(top, significand.into(), 63).filter(|_| is_number) {
        Some(value) => assert_eq!(found.to_bits(), value.to_bits(), "{memory:x?}"),
        None => assert_eq!(
            found.is_infinite(),
            top & 0x7fff == 0x7fff && significand == 1 << 63,
            "{memory:x?}"
        ),
    }
    #[cfg(not(miri))]
    assert_eq!(
        found.to_bits(),
        by_the_processor(&memory).to_bits(),
        "{memory:x?}"
    );
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
fn by_the_processor(number: &[u8; 16]) -> f64 {
    let mut result = 0.0f64;
    // SAFETY: loads ten bytes of the sixteen and stores a double; the register stack is empty again.
    unsafe {
        std::arch::asm!(
            "fld tbyte ptr [{0}]", "fstp qword ptr [{1}]",
            in(reg) number.as_ptr(), in(reg) &raw mut result,
            out("st(0)") _, out("st(1)") _, out("st(2)") _, out("st(3)") _,
            out("st(4)") _, out("st(5)") _, out("st(6)") _, out("st(7)") _,
        );
    }
    result
}
