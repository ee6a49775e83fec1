//! C's `long double` to and from `f64`.
//!
//! Python has no wider float, so a load rounds to the nearest double (C11 6.3.1.5) and a store is
//! exact. Which format a platform has: x87's 80 bits on x86 outside Windows, IEEE binary128 on
//! AArch64 Linux, `double` itself elsewhere.

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
} else {
    SIZE
};

const X87: bool = cfg!(all(
    any(target_arch = "x86", target_arch = "x86_64"),
    not(windows)
));
const BINARY128: bool = cfg!(all(target_arch = "aarch64", target_os = "linux"));

/// A binary format with a 15-bit exponent: how many bits of significand it stores, and whether the
/// leading one is among them.
struct Wide {
    significand_bits: u32,
    explicit_one: bool,
}

const X87_EXTENDED: Wide = Wide {
    significand_bits: 64,
    explicit_one: true,
};
const IEEE_BINARY128: Wide = Wide {
    significand_bits: 112,
    explicit_one: false,
};

const WIDE_EXPONENT_MAX: u32 = 0x7fff;
const WIDE_BIAS: i32 = 16383;
const F64_BIAS: i32 = 1023;
const F64_FRACTION_BITS: u32 = 52;

impl Wide {
    /// Bits behind the binary point.
    fn fraction_bits(&self) -> u32 {
        self.significand_bits - u32::from(self.explicit_one)
    }

    fn encode(&self, value: f64) -> u128 {
        let bits = value.to_bits();
        let sign = u128::from(bits >> 63);
        let (fraction, exponent, one) = if value == 0.0 {
            (0, 0, false)
        } else if !value.is_finite() {
            (
                bits & ((1 << F64_FRACTION_BITS) - 1),
                WIDE_EXPONENT_MAX,
                true,
            )
        } else {
            // Every finite double, subnormal ones too, is normal with a 15-bit exponent.
            let raw_exponent = (bits >> F64_FRACTION_BITS & 0x7ff) as i32;
            let raw_fraction = bits & ((1 << F64_FRACTION_BITS) - 1);
            let (fraction, exponent) = if raw_exponent == 0 {
                let shift = raw_fraction.leading_zeros() - (63 - F64_FRACTION_BITS);
                (raw_fraction << shift, 1 - shift as i32)
            } else {
                (raw_fraction, raw_exponent)
            };
            (
                fraction & ((1 << F64_FRACTION_BITS) - 1),
                (exponent - F64_BIAS + WIDE_BIAS) as u32,
                true,
            )
        };
        let mut significand = u128::from(fraction) << (self.fraction_bits() - F64_FRACTION_BITS);
        if self.explicit_one && one {
            significand |= 1 << self.fraction_bits();
        }
        significand
            | u128::from(exponent) << self.significand_bits
            | sign << (self.significand_bits + 15)
    }

    fn decode(&self, bits: u128) -> f64 {
        let sign = if bits >> (self.significand_bits + 15) & 1 == 1 {
            -1.0f64
        } else {
            1.0
        };
        let exponent = (bits >> self.significand_bits) as u32 & WIDE_EXPONENT_MAX;
        let fraction = bits & ((1 << self.fraction_bits()) - 1);
        if exponent == WIDE_EXPONENT_MAX {
            return if fraction == 0 {
                f64::INFINITY.copysign(sign)
            } else {
                f64::NAN.copysign(sign)
            };
        }
        let one = if self.explicit_one {
            bits >> self.fraction_bits() & 1
        } else {
            u128::from(exponent != 0)
        };
        let significand = fraction | one << self.fraction_bits();
        let scale = exponent.max(1) as i32 - WIDE_BIAS - self.fraction_bits() as i32;
        round_to_f64(significand, scale).copysign(sign)
    }
}

/// `significand * 2^scale` rounded to the nearest double, ties to even.
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
    if kept == 0 {
        return 0.0;
    }
    // `kept` has at most 54 bits: exact as a double, and scaling it by a power of two in two steps
    // stays exact, because `last` accounts for subnormal results.
    let exponent = last + (128 - kept.leading_zeros() as i32) - 1;
    if exponent > F64_BIAS {
        return f64::INFINITY;
    }
    let half_scale = last / 2;
    kept as f64 * 2f64.powi(half_scale) * 2f64.powi(last - half_scale)
}

/// Reads a `long double`.
///
/// # Safety
/// `source` must be valid for reads of [`SIZE`] bytes; it need not be aligned.
#[must_use]
pub unsafe fn load(source: *const u8) -> f64 {
    if X87 {
        // SAFETY: ten bytes of the caller's `SIZE` carry the value.
        let bytes = unsafe { source.cast::<[u8; 10]>().read_unaligned() };
        let mut wide = [0; 16];
        wide[..10].copy_from_slice(&bytes);
        X87_EXTENDED.decode(u128::from_le_bytes(wide))
    } else if BINARY128 {
        // SAFETY: SIZE is 16 where the format is binary128.
        IEEE_BINARY128.decode(unsafe { source.cast::<u128>().read_unaligned() })
    } else {
        // SAFETY: SIZE is that of a double on every other platform.
        unsafe { source.cast::<f64>().read_unaligned() }
    }
}

/// Writes a `long double`; padding bytes are left as they are.
///
/// # Safety
/// `target` must be valid for writes of [`SIZE`] bytes; it need not be aligned.
pub unsafe fn store(target: *mut u8, value: f64) {
    if X87 {
        let bytes = X87_EXTENDED.encode(value).to_le_bytes();
        // SAFETY: ten bytes of the caller's `SIZE` carry the value.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), target, 10) }
    } else if BINARY128 {
        // SAFETY: SIZE is 16 where the format is binary128.
        unsafe {
            target
                .cast::<u128>()
                .write_unaligned(IEEE_BINARY128.encode(value));
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
            -0.0,
            1.0,
            -1.5,
            0.1,
            f64::MAX,
            f64::MIN_POSITIVE,
            5e-324,
            2.5e-310,
            1e308,
            f64::INFINITY,
            f64::NEG_INFINITY,
            3.0e-5,
            123_456_789.123,
        ];
        list.extend(
            (0..200).map(|i| f64::from_bits(0x0123_4567_89ab_cdef_u64.wrapping_mul(i * 2 + 1))),
        );
        list
    }

    #[test]
    fn every_double_survives_both_formats() {
        for value in samples() {
            for format in [X87_EXTENDED, IEEE_BINARY128] {
                let back = format.decode(format.encode(value));
                assert!(
                    back.to_bits() == value.to_bits() || (back.is_nan() && value.is_nan()),
                    "{value:e} came back as {back:e}"
                );
            }
        }
    }

    #[test]
    fn a_load_rounds_to_nearest_even() {
        // 1 + 2^-53 is halfway between two doubles; the even one is 1.
        let one = X87_EXTENDED.encode(1.0);
        assert_eq!(X87_EXTENDED.decode(one | 1 << 10), 1.0);
        assert_eq!(X87_EXTENDED.decode(one | 1 << 10 | 1), 1.0 + f64::EPSILON);
        let huge = u128::from(WIDE_EXPONENT_MAX - 1) << 64 | 1 << 63;
        assert_eq!(X87_EXTENDED.decode(huge), f64::INFINITY);
    }

    #[cfg(all(target_arch = "x86_64", not(windows)))]
    #[test]
    fn the_processor_agrees() {
        for value in samples() {
            let mut bytes = [0u8; 16];
            // SAFETY: loads a double and stores ten bytes into a buffer of sixteen.
            unsafe {
                std::arch::asm!(
                    "fld qword ptr [{0}]", "fstp tbyte ptr [{1}]",
                    in(reg) &raw const value, in(reg) bytes.as_mut_ptr(),
                    out("st(0)") _, out("st(1)") _, out("st(2)") _, out("st(3)") _,
                    out("st(4)") _, out("st(5)") _, out("st(6)") _, out("st(7)") _,
                );
            }
            if !value.is_nan() {
                assert_eq!(X87_EXTENDED.encode(value), u128::from_le_bytes(bytes));
            }
        }
    }
}
