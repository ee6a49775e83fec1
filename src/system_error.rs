//! Windows' error codes: the system's texts for them, and exceptions.

use rustpython_common::wtf8::{Wtf8, Wtf8Buf};
use rustpython_vm::{
    AsObject, PyObjectRef, VirtualMachine, builtins::PyBaseExceptionRef,
    host_env::os::winerror_to_errno,
};
use std::{ptr, slice};
use windows_sys::Win32::{
    Foundation::LocalFree,
    System::Diagnostics::Debug::{
        FORMAT_MESSAGE_ALLOCATE_BUFFER, FORMAT_MESSAGE_FROM_SYSTEM, FORMAT_MESSAGE_IGNORE_INSERTS,
        FormatMessageW,
    },
};

/// The user's default language: `MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT)`.
const LANGUAGE: u32 = 0x400;

/// Returns the system's text for a code, without white space at its end, or `None` if it has none.
#[must_use]
pub fn text(code: u32) -> Option<Wtf8Buf> {
    let mut start: *mut u16 = ptr::null_mut();
    let flags =
        FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
    // SAFETY: with these flags the function stores the address of a text that it allocates at the place of the
    // buffer, and looks for no inserts.
    let length = unsafe {
        FormatMessageW(
            flags,
            ptr::null(),
            code,
            LANGUAGE,
            (&raw mut start).cast(),
            0,
            ptr::null(),
        )
    };
    if length == 0 || start.is_null() {
        return None;
    }
    // SAFETY: the function has put `length` units there.
    let text = Wtf8Buf::from_wide(unsafe { slice::from_raw_parts(start, length as usize) });
    // SAFETY: allocated by the function, and not used any more.
    unsafe { LocalFree(start.cast()) };
    let is_blank = |character: Option<char>| character.is_some_and(char::is_whitespace);
    Some(trimmed(&text, is_blank))
}

/// Returns a text without trailing blanks. A lone surrogate is not a blank.
fn trimmed(text: &Wtf8, is_blank: impl Fn(Option<char>) -> bool) -> Wtf8Buf {
    let mut points: Vec<_> = text.code_points().collect();
    while points.last().is_some_and(|last| is_blank(last.to_char())) {
        points.pop();
    }
    points.into_iter().collect()
}

/// Returns the C library's error for a code of the system, or for an `HRESULT` that contains one.
fn errno_of(code: u32) -> i32 {
    /// The upper half of such a result: severity and `FACILITY_WIN32`.
    const WIN32: u32 = 0x8007;
    let code = if code >> 16 == WIN32 {
        code & 0xffff
    } else {
        code
    };
    winerror_to_errno(code.cast_signed())
}

/// Makes the `OSError`, of the subclass for the code, that `PyErr_SetFromWindowsErr` sets.
#[must_use]
pub fn exception(code: u32, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let is_blank = |character: Option<char>| {
        character.is_some_and(|character| character <= ' ' || character == '.')
    };
    let text = match text(code) {
        Some(text) => trimmed(&text, is_blank),
        None => format!("Windows Error 0x{code:x}").into(),
    };
    let context = &vm.ctx;
    // The first argument decides the class.
    let errno: PyObjectRef = context.new_int(errno_of(code)).into();
    let arguments = vec![
        errno.clone(),
        context.new_str(text).into(),
        context.none(),
        context.new_int(code.cast_signed()).into(),
        context.none(),
    ];
    let shown = context.new_tuple(arguments.clone());
    let made = vm.invoke_exception(context.exceptions.os_error, arguments);
    let error = made.unwrap_or_else(|error| error);
    // The VM does not know `HRESULT`s. These are attributes of an exact builtin, so no Python code has
    // overridden them.
    let _ = error.as_object().set_attr("errno", errno, vm);
    let _ = error.as_object().set_attr("args", shown, vm);
    error
}
