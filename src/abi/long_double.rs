//! Converting C's `long double` to and from `f64`.
//!
//! Python has no wider float, so a load rounds to the nearest double (C11 6.3.1.5) and a store is exact. The
//! platform's format is x87's 80 bits on x86 outside Windows, IEEE binary128 on AArch64 outside Windows and
//! Apple's systems and on the 64-bit architectures below, `double` itself elsewhere.

use std::mem::size_of;

/// `sizeof(long double)`.
pub const SIZE: usize = if cfg!(all(target_arch = "x86", not(windows))) {
    12
} else if X87 || BINARY128 {
    16
} else {
    size_of::<f64>()
};

/// `_Alignof(long double)`.
pub const ALIGN: usize = if cfg!(all(target_arch = "x86", not(windows))) {
    4
} else if cfg!(target_arch = "s390x") {
    8
} else {
    SIZE
};

/// Whether `long double` is `double` by another name.
pub const IS_DOUBLE: bool = SIZE == size_of::<f64>();

const X87: bool = cfg!(all(
    any(target_arch = "x86", target_arch = "x86_64"),
    not(windows)
));
const BINARY128: bool = cfg!(any(
    all(
        target_arch = "aarch64",
        not(windows),
        not(target_vendor = "apple")
    ),
    target_arch = "loongarch64",
    target_arch = "mips64",
    target_arch = "riscv64",
    target_arch = "s390x",
    target_arch = "sparc64",
));

const WIDE_EXPONENT_MAX: u16 = 0x7fff;
const WIDE_BIAS: i32 = 16383;
const F64_BIAS: i32 = 1023;
const F64_FRACTION_BITS: u32 = 52;
const F64_FRACTION: u64 = (1 << F64_FRACTION_BITS) - 1;
const F64_EXPONENT_MAX: u64 = 0x7ff;
/// The bit that distinguishes a quiet NaN from a signalling one. Every conversion makes NaNs quiet.
const F64_QUIET: u64 = 1 << (F64_FRACTION_BITS - 1);
/// The difference between the biased exponents of a wide format and of a double, for the same number.
const REBIAS: u64 = (WIDE_BIAS - F64_BIAS) as u64;

/// A double in the parts of the formats with a 15-bit exponent.
struct Widened {
    /// The sign bit and the exponent.
    high: u16,
    /// The fraction, in as many bits as a double stores.
    fraction: u64,
    /// Whether there is a one before the binary point: not in a zero. In x87's format an infinity and a NaN
    /// have one, too.
    one: bool,
}

#[inline(always)]
fn widened(value: f64) -> Widened {
    let bits = value.to_bits();
    let sign = (bits >> 63 << 15) as u16;
    let fraction = bits & F64_FRACTION;
    let (exponent, fraction, one) = match bits >> F64_FRACTION_BITS & F64_EXPONENT_MAX {
        0 if fraction == 0 => (0, 0, false),
        0 => {
            // With a wide exponent the number is normal.
            let shift = fraction.leading_zeros() - (63 - F64_FRACTION_BITS);
            let fraction = fraction << shift & F64_FRACTION;
            (REBIAS + 1 - u64::from(shift), fraction, true)
        }
        F64_EXPONENT_MAX if fraction == 0 => (WIDE_EXPONENT_MAX.into(), 0, true),
        F64_EXPONENT_MAX => (WIDE_EXPONENT_MAX.into(), fraction | F64_QUIET, true),
        exponent => (exponent + REBIAS, fraction, true),
    };
    Widened {
        high: sign | exponent as u16,
        fraction,
        one,
    }
}

/// x87's format: the significand, which stores its leading one, and sign and exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct X87Extended {
    significand: u64,
    high: u16,
}

impl X87Extended {
    const FRACTION_BITS: u32 = 63;
    /// The number of fraction bits that a double has no room for.
    const EXCESS: u32 = Self::FRACTION_BITS - F64_FRACTION_BITS;

    /// Converts a double, exactly.
    #[inline(always)]
    #[must_use]
    pub fn of(value: f64) -> Self {
        let Widened {
            high,
            fraction,
            one,
        } = widened(value);
        let significand = u64::from(one) << Self::FRACTION_BITS | fraction << Self::EXCESS;
        Self { significand, high }
    }

    /// Returns the number's eightbytes in memory.
    #[cfg(test)]
    pub fn eightbytes(self) -> [u64; 2] {
        [self.significand, self.high.into()]
    }

    /// Rounds to the nearest double, ties to even.
    #[inline(always)]
    #[must_use]
    pub fn to_f64(self) -> f64 {
        let one = self.significand >> Self::FRACTION_BITS;
        // Wraps around to a large number where a double's exponent would be negative.
        let exponent = u64::from(self.high & WIDE_EXPONENT_MAX).wrapping_sub(REBIAS);
        if one == 0 || exponent == 0 || exponent >= F64_EXPONENT_MAX {
            return self.other_to_f64();
        }
        let kept = self.significand >> Self::EXCESS & F64_FRACTION | exponent << F64_FRACTION_BITS;
        let rest = self.significand & ((1 << Self::EXCESS) - 1);
        let half = 1 << (Self::EXCESS - 1);
        // A carry out of the fraction increases the exponent by one, up to that of infinity.
        let rounded = kept + u64::from(rest > half || rest == half && kept & 1 == 1);
        f64::from_bits(rounded | u64::from(self.high >> 15) << 63)
    }

    /// Converts a number that is not a normal double.
    #[inline(never)]
    fn other_to_f64(self) -> f64 {
        let sign = sign_of(self.high);
        let one = self.significand >> Self::FRACTION_BITS == 1;
        let exponent = self.high & WIDE_EXPONENT_MAX;
        if exponent != 0 && !one {
            // Not a number: the processor's result for encodings that it does not know.
            return f64::NAN.copysign(-1.0);
        }
        if exponent == WIDE_EXPONENT_MAX {
            return not_finite(
                self.significand << 1 >> 1 >> Self::EXCESS,
                self.significand << 1 == 0,
            )
            .copysign(sign);
        }
        let scale = i32::from(exponent.max(1)) - WIDE_BIAS - Self::FRACTION_BITS as i32;
        round_to_f64(self.significand.into(), scale).copysign(sign)
    }
}

/// IEEE binary128: sign, exponent, and a fraction of 112 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binary128(pub u128);

impl Binary128 {
    const FRACTION_BITS: u32 = 112;
    const EXCESS: u32 = Self::FRACTION_BITS - F64_FRACTION_BITS;

    /// Converts a double, exactly.
    #[must_use]
    pub fn of(value: f64) -> Self {
        let Widened { high, fraction, .. } = widened(value);
        Self(u128::from(high) << Self::FRACTION_BITS | u128::from(fraction) << Self::EXCESS)
    }

    /// Rounds to the nearest double, ties to even.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        let high = (self.0 >> Self::FRACTION_BITS) as u16;
        let sign = sign_of(high);
        let exponent = high & WIDE_EXPONENT_MAX;
        let fraction = self.0 & ((1 << Self::FRACTION_BITS) - 1);
        if exponent == WIDE_EXPONENT_MAX {
            return not_finite((fraction >> Self::EXCESS) as u64, fraction == 0).copysign(sign);
        }
        let significand = fraction | u128::from(exponent != 0) << Self::FRACTION_BITS;
        let scale = i32::from(exponent.max(1)) - WIDE_BIAS - Self::FRACTION_BITS as i32;
        round_to_f64(significand, scale).copysign(sign)
    }
}

fn sign_of(high: u16) -> f64 {
    if high >> 15 == 1 { -1.0 } else { 1.0 }
}

/// Returns infinity, or the quiet NaN with this fraction.
fn not_finite(fraction: u64, is_infinity: bool) -> f64 {
    let infinity = F64_EXPONENT_MAX << F64_FRACTION_BITS;
    f64::from_bits(if is_infinity {
        infinity
    } else {
        infinity | F64_QUIET | fraction
    })
}

/// Rounds `significand * 2^scale` to the nearest double, ties to even.
fn round_to_f64(significand: u128, scale: i32) -> f64 {
    if significand == 0 {
        return 0.0;
    }
    let width = 128 - significand.leading_zeros() as i32;
    // The weight of the result's last bit: 53 bits for normal doubles, fewer for subnormal ones.
    let last = (scale + width - 53).max(1 - F64_BIAS - F64_FRACTION_BITS as i32);
    let drop = last - scale;
    let kept = if drop <= 0 {
        significand << -drop
    } else if drop > 127 {
        0
    } else {
        let half = 1u128 << (drop - 1);
        let rest = significand & ((1 << drop) - 1);
        let kept = significand >> drop;
        kept + u128::from(rest > half || (rest == half && kept & 1 == 1))
    };
    // `kept` has its leading one in bit 52, which adds one to the exponent; so does a carry beyond that bit. A
    // subnormal number has no leading one there, and no exponent.
    let exponent = (last + F64_BIAS + F64_FRACTION_BITS as i32 - 1) as u64;
    if exponent >= F64_EXPONENT_MAX {
        return f64::INFINITY;
    }
    let infinity = F64_EXPONENT_MAX << F64_FRACTION_BITS;
    f64::from_bits(infinity.min((exponent << F64_FRACTION_BITS) + kept as u64))
}

/// Reads a `long double`.
///
/// # Safety
/// `source` must be valid for reads of [`SIZE`] bytes; it need not be aligned.
#[inline]
#[must_use]
pub unsafe fn load(source: *const u8) -> f64 {
    if X87 {
        // SAFETY: ten bytes of the caller's `SIZE` carry the value.
        let (significand, high) = unsafe {
            (
                source.cast::<u64>().read_unaligned(),
                source.add(size_of::<u64>()).cast::<u16>().read_unaligned(),
            )
        };
        X87Extended { significand, high }.to_f64()
    } else if BINARY128 {
        // SAFETY: SIZE is 16 where the format is binary128.
        Binary128(unsafe { source.cast::<u128>().read_unaligned() }).to_f64()
    } else {
        // SAFETY: SIZE is that of a double on every other platform.
        unsafe { source.cast::<f64>().read_unaligned() }
    }
}

/// Writes a `long double`; padding bytes are left as they are.
///
/// # Safety
/// `target` must be valid for writes of [`SIZE`] bytes; it need not be aligned.
#[inline]
pub unsafe fn store(target: *mut u8, value: f64) {
    if X87 {
        let X87Extended { significand, high } = X87Extended::of(value);
        // SAFETY: ten bytes of the caller's `SIZE` carry the value.
        unsafe {
            target.cast::<u64>().write_unaligned(significand);
            target
                .add(size_of::<u64>())
                .cast::<u16>()
                .write_unaligned(high);
        }
    } else if BINARY128 {
        // SAFETY: SIZE is 16 where the format is binary128.
        unsafe {
            target
                .cast::<u128>()
                .write_unaligned(Binary128::of(value).0);
        }
    } else {
        // SAFETY: SIZE is that of a double on every other platform.
        unsafe { target.cast::<f64>().write_unaligned(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<f64> {
        let mut list = vec![
            0.0,
            1.0,
            1.5,
            0.1,
            f64::MAX,
            f64::MIN_POSITIVE,
            f64::MIN_POSITIVE.next_down(),
            5e-324,
            2.5e-310,
            1e308,
            3.0e-5,
            123_456_789.123,
            f64::INFINITY,
            f64::NAN,
            // With a payload, quiet and signalling.
            f64::from_bits(0x7ff8_0000_dead_beef),
            f64::from_bits(0x7ff0_0000_dead_beef),
            f64::from_bits(0x7fff_ffff_ffff_ffff),
        ];
        list.extend(
            (0..200).map(|i| f64::from_bits(0x0123_4567_89ab_cdef_u64.wrapping_mul(i * 2 + 1))),
        );
        let negative = list.iter().map(|value| -value).collect::<Vec<_>>();
        list.extend(negative);
        list
    }

    fn quiet(value: f64) -> u64 {
        value.to_bits() | if value.is_nan() { F64_QUIET } else { 0 }
    }

    #[test]
    fn every_double_survives_both_formats() {
        for value in samples() {
            let through_x87 = X87Extended::of(value).to_f64();
            let through_binary128 = Binary128::of(value).to_f64();
            for back in [through_x87, through_binary128] {
                assert_eq!(
                    back.to_bits(),
                    quiet(value),
                    "{value:e} came back as {back:e}"
                );
            }
        }
    }

    #[test]
    fn a_load_rounds_to_nearest_even() {
        // 1 + 2^-53 is halfway between two doubles; the even one is 1.
        let beyond_one = |more: u64| {
            let one = X87Extended::of(1.0);
            let significand = one.significand + more;
            X87Extended { significand, ..one }.to_f64()
        };
        assert_eq!(beyond_one(1 << 10), 1.0);
        assert_eq!(beyond_one(1 << 10 | 1), 1.0 + f64::EPSILON);
        assert_eq!(beyond_one(3 << 10), 1.0 + 2.0 * f64::EPSILON);
        assert_eq!(beyond_one(u64::MAX >> 1), 2.0);
        let huge = X87Extended {
            significand: 1 << 63,
            high: WIDE_EXPONENT_MAX - 1,
        };
        assert_eq!(huge.to_f64(), f64::INFINITY);
        let halfway = Binary128(Binary128::of(1.0).0 | 1 << 59);
        assert_eq!(halfway.to_f64(), 1.0);
        assert_eq!(Binary128(halfway.0 | 1).to_f64(), 1.0 + f64::EPSILON);
    }

    #[cfg(all(target_arch = "x86_64", not(windows), not(miri)))]
    mod the_processor_agrees {
        use super::*;
        use std::arch::asm;

        /// Converts a double by the processor, as `of` does.
        fn widened_by_x87(value: f64) -> X87Extended {
            let mut result = X87Extended::of(0.0).eightbytes();
            // SAFETY: loads a double and stores ten bytes into a buffer of sixteen.
            unsafe {
                asm!(
                    "fld qword ptr [{0}]", "fstp tbyte ptr [{1}]",
                    in(reg) &raw const value, in(reg) result.as_mut_ptr(),
                    out("st(0)") _, out("st(1)") _, out("st(2)") _, out("st(3)") _,
                    out("st(4)") _, out("st(5)") _, out("st(6)") _, out("st(7)") _,
                );
            }
            X87Extended {
                significand: result[0],
                high: result[1] as u16,
            }
        }

        /// Rounds to a double by the processor, as `to_f64` does.
        fn rounded_by_x87(value: X87Extended) -> f64 {
            let (eightbytes, mut result) = (value.eightbytes(), 0.0f64);
            // SAFETY: loads ten bytes of a buffer of sixteen and stores a double.
            unsafe {
                asm!(
                    "fld tbyte ptr [{0}]", "fstp qword ptr [{1}]",
                    in(reg) eightbytes.as_ptr(), in(reg) &raw mut result,
                    out("st(0)") _, out("st(1)") _, out("st(2)") _, out("st(3)") _,
                    out("st(4)") _, out("st(5)") _, out("st(6)") _, out("st(7)") _,
                );
            }
            result
        }

        #[test]
        fn about_every_double() {
            for value in samples() {
                assert_eq!(X87Extended::of(value), widened_by_x87(value), "{value:e}");
            }
        }

        #[test]
        fn about_rounding() {
            let around = |middle: i32| (middle - 3..middle + 3).map(|high| high as u16);
            let highs = [0, WIDE_BIAS, 15360, 15360 - 52, 15360 + 0x7ff, 0x7fff]
                .into_iter()
                .flat_map(around)
                .flat_map(|high| [high & 0x7fff, high | 0x8000]);
            for high in highs {
                let mut significand = 0x0123_4567_89ab_cdef_u64;
                for round in 0..2000u32 {
                    significand = significand
                        .wrapping_mul(0x5851_f42d_4c95_7f2d)
                        .wrapping_add(1);
                    // Also few bits, all ones, halves and the patterns that are no numbers.
                    let significand = match round % 8 {
                        0 => significand & u64::MAX << 63,
                        1 => significand | u64::MAX >> 1,
                        2 => significand >> 12 << 12 | 1 << 10 | 1 << 63,
                        3 => significand >> 11 << 11 | 1 << 63,
                        4 => significand & 3 << 62,
                        _ => significand,
                    };
                    let value = X87Extended { significand, high };
                    let expected = rounded_by_x87(value);
                    assert_eq!(value.to_f64().to_bits(), expected.to_bits(), "{value:x?}");
                }
            }
        }
    }
}
