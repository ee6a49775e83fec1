//! The type codes, each a letter in the Python half.

use libffi::raw::{self, ffi_type};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBytes, PyInt, PyStr},
};

/// A C scalar.
#[derive(Debug)]
pub struct Code {
    pub letter: char,
    pub size: usize,
    pub align: usize,
    /// libffi's description.
    pub ffi: fn() -> *mut ffi_type,
    /// Returns the Python object for the value at an address, which must hold one.
    pub load: unsafe fn(*const u8, &VirtualMachine) -> PyResult,
    /// Stores a Python object at an address, where there must be room.
    pub store: unsafe fn(*mut u8, &PyObject, &VirtualMachine) -> PyResult<()>,
    /// For integers, whether it has a sign: these can be bit fields.
    pub signed: Option<bool>,
}

macro_rules! ffi {
    ($name:ident) => {
        || &raw mut raw::$name
    };
}

macro_rules! integer {
    ($letter:literal, $type:ty, $ffi:ident) => {
        Code {
            letter: $letter,
            size: size_of::<$type>(),
            align: align_of::<$type>(),
            ffi: ffi!($ffi),
            load: |source, vm| {
                // SAFETY: there is a value at `source` (see `Code::load`).
                let value = unsafe { source.cast::<$type>().read_unaligned() };
                Ok(vm.ctx.new_int(value).into())
            },
            store: |target, value, vm| {
                let word = word(value, vm)? as $type;
                // SAFETY: there is room for the value at `target` (see `Code::store`).
                unsafe { target.cast::<$type>().write_unaligned(word) };
                Ok(())
            },
            signed: Some(<$type>::MIN != 0),
        }
    };
}

macro_rules! float {
    ($letter:literal, $type:ty, $ffi:ident) => {
        Code {
            letter: $letter,
            size: size_of::<$type>(),
            align: align_of::<$type>(),
            ffi: ffi!($ffi),
            load: |source, vm| {
                // SAFETY: there is a value at `source` (see `Code::load`).
                let value = unsafe { source.cast::<$type>().read_unaligned() };
                Ok(vm.ctx.new_float(f64::from(value)).into())
            },
            store: |target, value, vm| {
                let number = value.try_float(vm)?.to_f64() as $type;
                // SAFETY: there is room for the value at `target` (see `Code::store`).
                unsafe { target.cast::<$type>().write_unaligned(number) };
                Ok(())
            },
            signed: None,
        }
    };
}

macro_rules! pointer {
    ($letter:literal) => {
        Code {
            signed: None,
            ..integer!($letter, usize, ffi_type_pointer)
        }
    };
}

static CODES: &[Code] = &[
    integer!('b', i8, ffi_type_sint8),
    integer!('B', u8, ffi_type_uint8),
    integer!('h', i16, ffi_type_sint16),
    integer!('H', u16, ffi_type_uint16),
    integer!('i', i32, ffi_type_sint32),
    integer!('I', u32, ffi_type_uint32),
    integer!('l', libc::c_long, ffi_type_sint64),
    integer!('L', libc::c_ulong, ffi_type_uint64),
    integer!('q', i64, ffi_type_sint64),
    integer!('Q', u64, ffi_type_uint64),
    float!('f', f32, ffi_type_float),
    float!('d', f64, ffi_type_double),
    pointer!('P'),
    pointer!('z'),
    pointer!('Z'),
    pointer!('O'),
    Code {
        letter: '?',
        size: 1,
        align: 1,
        ffi: ffi!(ffi_type_uint8),
        load: |source, vm| {
            // SAFETY: there is room for the value at `target` (see `Code::store`).
            Ok(vm.ctx.new_bool(unsafe { source.read() } != 0).into())
        },
        store: |target, value, vm| {
            let truth = value.to_owned().try_to_bool(vm)?;
            // SAFETY: there is room for the value at `target` (see `Code::store`).
            unsafe { target.write(u8::from(truth)) };
            Ok(())
        },
        signed: Some(false),
    },
    // VARIANT_BOOL: all bits of a short, or none.
    Code {
        letter: 'v',
        size: 2,
        align: 2,
        ffi: ffi!(ffi_type_sint16),
        load: |source, vm| {
            // SAFETY: there is a value at `source` (see `Code::load`).
            let word = unsafe { source.cast::<i16>().read_unaligned() };
            Ok(vm.ctx.new_bool(word != 0).into())
        },
        store: |target, value, vm| {
            let truth = value.to_owned().try_to_bool(vm)?;
            // SAFETY: there is room for the value at `target` (see `Code::store`).
            unsafe { target.cast::<i16>().write_unaligned(-i16::from(truth)) };
            Ok(())
        },
        signed: None,
    },
    Code {
        letter: 'c',
        size: 1,
        align: 1,
        ffi: ffi!(ffi_type_sint8),
        load: |source, vm| {
            // SAFETY: there is room for the value at `target` (see `Code::store`).
            Ok(vm.ctx.new_bytes(vec![unsafe { source.read() }]).into())
        },
        store: |target, value, vm| {
            let bytes = value
                .downcast_ref::<PyBytes>()
                .map(|bytes| bytes.as_bytes());
            let Some(&[byte]) = bytes else {
                return Err(vm.new_type_error("expected bytes of length one"));
            };
            // SAFETY: there is room for the value at `target` (see `Code::store`).
            unsafe { target.write(byte) };
            Ok(())
        },
        signed: None,
    },
    Code {
        letter: 'u',
        size: size_of::<libc::wchar_t>(),
        align: align_of::<libc::wchar_t>(),
        ffi: ffi!(ffi_type_sint32),
        load: |source, vm| {
            // SAFETY: there is a value at `source` (see `Code::load`).
            let value = unsafe { source.cast::<u32>().read_unaligned() };
            match char::from_u32(value) {
                Some(character) => Ok(vm.ctx.new_str(character.to_string()).into()),
                None => Err(vm.new_value_error(format!("{value:#x} is no character"))),
            }
        },
        store: |target, value, vm| {
            let mut points = value
                .downcast_ref::<PyStr>()
                .into_iter()
                .flat_map(|text| text.as_wtf8().code_points());
            let (Some(point), None) = (points.next(), points.next()) else {
                return Err(vm.new_type_error("expected a string of length one"));
            };
            // SAFETY: there is room for the value at `target` (see `Code::store`).
            unsafe { target.cast::<u32>().write_unaligned(point.to_u32()) };
            Ok(())
        },
        signed: None,
    },
    Code {
        letter: 'g',
        size: 16,
        align: 16,
        ffi: ffi!(ffi_type_longdouble),
        load: |source, vm| {
            // SAFETY: there is a value at `source` (see `Code::load`).
            let number = unsafe { x87::load(source) };
            Ok(vm.ctx.new_float(number).into())
        },
        store: |target, value, vm| {
            let number = value.try_float(vm)?.to_f64();
            // SAFETY: there is room for the value at `target` (see `Code::store`).
            unsafe { x87::store(target, number) };
            Ok(())
        },
        signed: None,
    },
];

impl Code {
    pub fn is_pointer(&self) -> bool {
        matches!(self.letter, 'P' | 'z' | 'Z' | 'O')
    }
}

/// Returns the code with this letter.
pub fn find(letter: &str) -> Option<&'static Code> {
    let mut letters = letter.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else {
        return None;
    };
    CODES.iter().find(|code| code.letter == letter)
}

/// Returns an integer as the machine word that it wraps around to; `None` is zero.
fn word(value: &PyObject, vm: &VirtualMachine) -> PyResult<u64> {
    if vm.is_none(value) {
        return Ok(0);
    }
    match value.downcast_ref::<PyInt>() {
        Some(int) => Ok(int.as_u64_mask()),
        None => Ok(value.try_index(vm)?.as_u64_mask()),
    }
}

/// `long double` on x86-64: the 80-bit format, with the precision of a `double`.
mod x87 {
    const BIAS: i32 = 16383;

    /// Reads a number.
    ///
    /// # Safety
    /// `source` must be valid for reads of ten bytes.
    pub unsafe fn load(source: *const u8) -> f64 {
        // SAFETY: `source` is valid for reads of ten bytes (see # Safety).
        let (mantissa, top) = unsafe {
            let mantissa = source.cast::<u64>().read_unaligned();
            (mantissa, source.add(8).cast::<u16>().read_unaligned())
        };
        let sign = if top & 0x8000 == 0 { 1.0 } else { -1.0 };
        let exponent = i32::from(top & 0x7fff);
        let magnitude = match (exponent, mantissa << 1) {
            (0x7fff, 0) => f64::INFINITY,
            (0x7fff, _) => f64::NAN,
            // In two steps, because the first factor alone can be beyond the range of a `double`.
            _ => {
                let power = exponent - BIAS - 63;
                mantissa as f64 * 2_f64.powi(power / 2) * 2_f64.powi(power - power / 2)
            }
        };
        sign * magnitude
    }

    /// Writes a number.
    ///
    /// # Safety
    /// `target` must be valid for writes of sixteen bytes.
    pub unsafe fn store(target: *mut u8, number: f64) {
        let bits = number.to_bits();
        let fraction = bits << 12 >> 1;
        let (exponent, mantissa) = match (bits >> 52 & 0x7ff, fraction) {
            (0x7ff, _) => (0x7fff, 1 << 63 | fraction),
            (0, 0) => (0, 0),
            (0, _) => {
                let shift = fraction.leading_zeros();
                (BIAS - 1022 - shift as i32, fraction << shift)
            }
            (exponent, _) => (exponent as i32 - 1023 + BIAS, 1 << 63 | fraction),
        };
        let sign = (bits >> 48 & 0x8000) as u16;
        // SAFETY: `target` is valid for writes of sixteen bytes (see # Safety).
        unsafe {
            target.cast::<u64>().write_unaligned(mantissa);
            target
                .add(8)
                .cast::<u64>()
                .write_unaligned(u64::from(sign | exponent as u16));
        }
    }
}

/// Returns the type code that an object names.
///
/// # Errors
/// `ValueError` if there is no such code.
pub fn of(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<&'static Code> {
    object
        .downcast_ref::<PyStr>()
        .and_then(|letter| find(letter.to_str()?))
        .ok_or_else(|| {
            let shown = object.as_object().repr(vm);
            let shown = shown.map(|shown| shown.to_string_lossy().into_owned());
            vm.new_value_error(format!("Unknown type letter {}", shown.unwrap_or_default()))
        })
}
