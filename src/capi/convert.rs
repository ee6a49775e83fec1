//! Converting one argument by its letter in a format of `PyArg_ParseTuple`.

use super::{
    buffer::{self, View},
    entry::{Lent, put},
    text,
    variadic::Arguments,
};
use crate::{buffers, cdata::CData, ctype::scalar::terminated};
use num_traits::{ToPrimitive, Zero};
use rustpython_vm::{
    AsObject, PyObject, PyResult, VirtualMachine,
    builtins::{PyByteArray, PyBytes, PyComplex, PyIntRef, PyStr, PyType},
    protocol::BufferFlags,
};
use std::{
    ffi::{c_char, c_int, c_void},
    ptr,
};

/// What an argument must be, for the message.
pub struct Wanted(pub String);

impl Wanted {
    pub fn kind(what: &str, got: &PyObject, vm: &VirtualMachine) -> Self {
        let got = if vm.is_none(got) {
            "None".to_owned()
        } else {
            got.class().name().to_string()
        };
        Self(format!("must be {what}, not {got}"))
    }
}

impl Wanted {
    /// Says that one character is wanted, for a text that has another length.
    fn character(what: &str, got: &PyObject, vm: &VirtualMachine) -> Self {
        let found = match got.downcast_ref::<PyStr>() {
            Some(text) => (text.char_len(), "a string"),
            None => match (
                got.downcast_ref::<PyBytes>(),
                got.downcast_ref::<PyByteArray>(),
            ) {
                (Some(bytes), _) => (bytes.as_bytes().len(), "a bytes object"),
                (_, Some(array)) => (array.borrow_buf().len(), "a bytearray object"),
                _ => return Self::kind(what, got, vm),
            },
        };
        let (length, kind) = found;
        Self(format!("must be {what}, not {kind} of length {length}"))
    }
}

type Converter = unsafe extern "C" fn(*const PyObject, *mut c_void) -> c_int;

/// Converts an object to an integer.
fn integer(object: &PyObject, vm: &VirtualMachine) -> PyResult<PyIntRef> {
    object.try_index(vm)
}

/// Returns the lowest bits of an integer, whatever its size.
fn masked(object: &PyObject, vm: &VirtualMachine) -> PyResult<u64> {
    let value = integer(object, vm)?;
    let value = value.as_bigint();
    let low = value.iter_u64_digits().next().unwrap_or(0);
    Ok(match value < &Zero::zero() {
        true => low.wrapping_neg(),
        false => low,
    })
}

/// Converts `object` and stores it in the places that the arguments give. Without an object it skips these
/// places.
///
/// # Errors
/// `SystemError` for an unknown letter; any exception that a conversion raises.
pub fn convert(
    letter: u8,
    mark: Option<u8>,
    object: Lent<'_>,
    arguments: &mut Arguments,
    vm: &VirtualMachine,
) -> PyResult<Result<(), Wanted>> {
    // Stores a number, if there is an object.
    macro_rules! store {
        ($type:ty, |$object:ident| $value:expr) => {{
            let place = arguments.pointer::<$type>();
            if let Some($object) = object {
                let value: $type = $value;
                // SAFETY: C promises a place of that type.
                unsafe { put(place, value) };
            }
        }};
    }
    macro_rules! signed {
        ($type:ty, $method:ident, $name:literal) => {
            store!(
                $type,
                |object| match integer(object, vm)?.as_bigint().$method() {
                    Some(value) => value,
                    None =>
                        return Err(vm.new_overflow_error(concat!(
                            "Python int too large to convert to C ",
                            $name
                        ))),
                }
            )
        };
    }
    match (letter, mark) {
        (b'b', None) => {
            store!(
                u8,
                |object| small(object, 0..=u8::MAX.into(), "unsigned byte integer", vm)? as u8
            )
        }
        (b'h', None) => store!(i16, |object| small(
            object,
            i16::MIN.into()..=i16::MAX.into(),
            "signed short integer",
            vm
        )? as i16),
        (b'i', None) => store!(c_int, |object| small(
            object,
            i32::MIN.into()..=i32::MAX.into(),
            "signed integer",
            vm
        )? as c_int),
        (b'l', None) => signed!(i64, to_i64, "long"),
        (b'L', None) => signed!(i64, to_i64, "long long"),
        (b'n', None) => signed!(isize, to_isize, "ssize_t"),
        (b'B', None) => store!(u8, |object| masked(object, vm)? as u8),
        (b'H', None) => store!(u16, |object| masked(object, vm)? as u16),
        (b'I', None) => store!(u32, |object| masked(object, vm)? as u32),
        (b'k' | b'K', None) => store!(u64, |object| masked(object, vm)?),
        (b'f', None) => store!(f32, |object| object.try_float(vm)?.to_f64() as f32),
        (b'd', None) => store!(f64, |object| object.try_float(vm)?.to_f64()),
        (b'D', None) => store!(num_complex::Complex64, |object| {
            let converted = vm
                .ctx
                .types
                .complex_type
                .as_object()
                .call((object.to_owned(),), vm)?;
            converted
                .downcast_ref::<PyComplex>()
                .map_or_else(Default::default, |value| value.to_complex64())
        }),
        (b'p', None) => store!(c_int, |object| object.to_owned().try_to_bool(vm)?.into()),
        (b'c', None) => store!(c_char, |object| match one_byte(object) {
            Some(byte) => byte as c_char,
            None =>
                return Ok(Err(Wanted::character(
                    "a byte string of length 1",
                    object,
                    vm
                ))),
        }),
        (b'C', None) => store!(c_int, |object| {
            let text = object
                .downcast_ref::<PyStr>()
                .filter(|text| text.char_len() == 1);
            match text.and_then(|text| text.as_wtf8().code_points().next()) {
                Some(code) => code.to_u32() as c_int,
                None => return Ok(Err(Wanted::character("a unicode character", object, vm))),
            }
        }),
        (b'O', None) => store!(*const PyObject, |object| object.as_raw()),
        (b'S', None) => store!(
            *const PyObject,
            |object| match object.downcast_ref::<PyBytes>() {
                Some(_) => object.as_raw(),
                None => return Ok(Err(Wanted::kind("bytes", object, vm))),
            }
        ),
        (b'Y', None) => store!(
            *const PyObject,
            |object| match object.downcast_ref::<PyByteArray>() {
                Some(_) => object.as_raw(),
                None => return Ok(Err(Wanted::kind("bytearray", object, vm))),
            }
        ),
        (b'U', None) => store!(
            *const PyObject,
            |object| match object.downcast_ref::<PyStr>() {
                Some(_) => object.as_raw(),
                None => return Ok(Err(Wanted::kind("str", object, vm))),
            }
        ),
        (b'O', Some(b'!')) => {
            let class = arguments
                .lent()
                .and_then(|class| class.downcast_ref::<PyType>());
            let class = class.ok_or_else(|| super::entry::bad_call(vm))?;
            store!(
                *const PyObject,
                |object| match object.class().fast_issubclass(class) {
                    true => object.as_raw(),
                    false => return Ok(Err(Wanted::kind(&class.name(), object, vm))),
                }
            );
        }
        (b'O', Some(b'&')) => {
            let converter = arguments.pointer::<c_void>();
            let place = arguments.pointer::<c_void>();
            if let Some(object) = object
                && !converter.is_null()
            {
                // SAFETY: C promises a converter function, which takes this object and this place.
                let done = unsafe {
                    std::mem::transmute::<*mut c_void, Converter>(converter)(object.as_raw(), place)
                };
                if done == 0 {
                    let left = super::errors::take(vm);
                    return Err(left.unwrap_or_else(|| vm.new_type_error("conversion failed")));
                }
            }
        }
        (b's' | b'z' | b'y' | b'w', Some(b'*')) => return view(letter, object, arguments, vm),
        (b's' | b'z' | b'y', None | Some(b'#')) => {
            return start(letter, mark.is_some(), object, arguments, vm);
        }
        _ => {
            let shown = letter as char;
            return Err(vm.new_system_error(format!("impossible<bad format char>: {shown}")));
        }
    }
    Ok(Ok(()))
}

/// Converts an integer, and refuses it beyond a range.
fn small(
    object: &PyObject,
    range: std::ops::RangeInclusive<i64>,
    name: &str,
    vm: &VirtualMachine,
) -> PyResult<i64> {
    let Some(value) = integer(object, vm)?.as_bigint().to_i64() else {
        return Err(vm.new_overflow_error("Python int too large to convert to C long"));
    };
    let which = match value {
        value if value < *range.start() => "less than minimum",
        value if value > *range.end() => "greater than maximum",
        value => return Ok(value),
    };
    Err(vm.new_overflow_error(format!("{name} is {which}")))
}

fn one_byte(object: &PyObject) -> Option<u8> {
    let first = |bytes: &[u8]| (bytes.len() == 1).then(|| bytes[0]);
    match object.downcast_ref::<PyBytes>() {
        Some(bytes) => first(bytes.as_bytes()),
        None => first(&object.downcast_ref::<PyByteArray>()?.borrow_buf()),
    }
}

/// Stores a whole buffer, which C releases.
fn view(
    letter: u8,
    object: Lent<'_>,
    arguments: &mut Arguments,
    vm: &VirtualMachine,
) -> PyResult<Result<(), Wanted>> {
    let place = arguments.pointer::<View>();
    let Some(object) = object else {
        return Ok(Ok(()));
    };
    let is_none = letter == b'z' && vm.is_none(object);
    let view = match object.downcast_ref::<PyStr>() {
        _ if is_none => View::of_memory(None, ptr::null_mut(), 0),
        Some(string) if letter != b'y' && letter != b'w' => {
            let start = text::text(string, vm)?;
            View::of_memory(
                Some(object.to_owned()),
                start.cast_mut().cast(),
                string.as_wtf8().len() as isize,
            )
        }
        _ => {
            let flags = match letter {
                b'w' => BufferFlags::WRITABLE,
                _ => BufferFlags::SIMPLE,
            };
            buffer::acquire(object, flags.bits() as c_int, vm)?
        }
    };
    // SAFETY: C promises a place for a view.
    unsafe { put(place, view) };
    Ok(Ok(()))
}

/// Stores where a text begins, and how long it is if C asks for that.
fn start(
    letter: u8,
    is_sized: bool,
    object: Lent<'_>,
    arguments: &mut Arguments,
    vm: &VirtualMachine,
) -> PyResult<Result<(), Wanted>> {
    let place = arguments.pointer::<*const c_char>();
    let size_place = match is_sized {
        true => arguments.pointer::<isize>(),
        false => ptr::null_mut(),
    };
    let Some(object) = object else {
        return Ok(Ok(()));
    };
    let is_buffer = letter == b'y' || is_sized;
    let (start, size) = if letter == b'z' && vm.is_none(object) {
        (ptr::null(), 0)
    } else if let Some(string) = object.downcast_ref::<PyStr>().filter(|_| letter != b'y') {
        (text::text(string, vm)?, string.as_wtf8().len())
    } else if !is_buffer {
        let what = if letter == b'z' { "str or None" } else { "str" };
        return Ok(Err(Wanted::kind(what, object, vm)));
    } else if let Some(bytes) = object.downcast_ref::<PyBytes>() {
        let address = terminated::address(bytes).ok_or_else(|| vm.no_memory_error())?;
        (
            ptr::with_exposed_provenance(address),
            bytes.as_bytes().len(),
        )
    } else {
        let buffer = buffers::requested(object, BufferFlags::SIMPLE, vm)?;
        // An exporter that must be told when the reading ends cannot be read by a plain address.
        if CData::of(object).is_none() {
            return Ok(Err(Wanted::kind("read-only bytes-like object", object, vm)));
        }
        let start = buffer
            .obj_bytes()
            .as_ptr()
            .wrapping_offset(buffer.desc.offset);
        (start.cast(), buffer.desc.len)
    };
    // SAFETY: the text is NULL, or terminated behind its size.
    let has_nul = || !start.is_null() && unsafe { libc::strlen(start) } != size;
    if !is_sized && has_nul() {
        return Err(vm.new_value_error(match letter {
            b'y' => "embedded null byte",
            _ => "embedded null character",
        }));
    }
    // SAFETY: C promises a place for the pointer, and one for the size if it asks for it.
    unsafe {
        put(place, start);
        put(size_place, size as isize);
    }
    Ok(Ok(()))
}
