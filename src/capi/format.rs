//! Texts by a format of `PyUnicode_FromFormat`.

use super::{
    entry::{Lent, Owned, Text, bad_call, behind_variadic, given},
    exception,
    variadic::Arguments,
};
use rustpython_vm::{
    AsObject, PyObject, PyResult, VirtualMachine,
    builtins::{PyStr, PyType},
    common::wtf8::{Wtf8, Wtf8Buf},
};
use std::ffi::c_int;

/// The part of a format between `%` and the letter.
#[derive(Default)]
struct Directive {
    is_left: bool,
    is_zero_padded: bool,
    is_alternate: bool,
    width: Option<usize>,
    precision: Option<usize>,
    length: Vec<u8>,
    letter: u8,
}

impl Directive {
    /// Reads a directive. `rest` begins behind the `%`, and afterwards behind the letter.
    fn read(rest: &mut &[u8], arguments: &mut Arguments) -> Option<Self> {
        let mut read = Self::default();
        let next = |rest: &mut &[u8]| {
            let (&first, behind) = rest.split_first()?;
            *rest = behind;
            Some(first)
        };
        let number = |rest: &mut &[u8], arguments: &mut Arguments| {
            if rest.first() == Some(&b'*') {
                *rest = &rest[1..];
                return usize::try_from(arguments.int()).ok();
            }
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (number, behind) = rest.split_at(digits);
            *rest = behind;
            std::str::from_utf8(number).ok()?.parse().ok()
        };
        loop {
            match rest.first()? {
                b'-' => read.is_left = true,
                b'0' => read.is_zero_padded = true,
                b'#' => read.is_alternate = true,
                _ => break,
            }
            next(rest)?;
        }
        read.width = number(rest, arguments);
        if rest.first() == Some(&b'.') {
            next(rest)?;
            read.precision = Some(number(rest, arguments).unwrap_or(0));
        }
        while let Some(b'l' | b'z' | b'j' | b't') = rest.first() {
            read.length.push(next(rest)?);
        }
        read.letter = next(rest)?;
        Some(read)
    }

    #[allow(
        clippy::unnecessary_cast,
        reason = "a long is narrower on some platforms"
    )]
    fn signed(&self, arguments: &mut Arguments) -> i64 {
        match self.length.as_slice() {
            b"l" => arguments.long() as i64,
            b"ll" | b"j" => arguments.long_long(),
            b"z" | b"t" => arguments.size() as i64,
            _ => arguments.int().into(),
        }
    }

    fn unsigned(&self, arguments: &mut Arguments) -> u64 {
        match self.length.as_slice() {
            b"" => arguments.int() as u32 as u64,
            _ => self.signed(arguments) as u64,
        }
    }

    /// Returns digits with leading zeros as the precision requires, padded to the width.
    fn number(&self, digits: String, is_negative: bool) -> Wtf8Buf {
        let sign = if is_negative { "-" } else { "" };
        let precision = self.precision.unwrap_or(0);
        let mut number = format!("{sign}{digits:0>precision$}");
        if self.is_zero_padded
            && let Some(width) = self.width
        {
            let width = width.saturating_sub(sign.len());
            number = format!("{sign}{:0>width$}", &number[sign.len()..]);
        }
        self.padded(Wtf8Buf::from(number))
    }

    fn padded(&self, text: Wtf8Buf) -> Wtf8Buf {
        let length = text.code_points().count();
        let room = " ".repeat(self.width.unwrap_or(0).saturating_sub(length));
        let mut padded = Wtf8Buf::new();
        let parts: [&Wtf8; 2] = match self.is_left {
            true => [&text, Wtf8::new(room.as_str())],
            false => [Wtf8::new(room.as_str()), &text],
        };
        parts.into_iter().for_each(|part| padded.push_wtf8(part));
        padded
    }

    /// Returns a text, cut to the precision.
    fn text(&self, text: &Wtf8) -> Wtf8Buf {
        let most = self.precision.unwrap_or(usize::MAX);
        self.padded(text.code_points().take(most).collect())
    }

    /// Returns C's bytes as a text, cut to the precision.
    fn bytes(&self, text: Text) -> Wtf8Buf {
        let read = match self.precision {
            // The bytes need not be terminated.
            Some(most) if !text.is_null() => {
                // SAFETY: C promises `most` bytes, or a terminator.
                let size = unsafe { libc::strnlen(text.as_ptr(), most) };
                text.sized(size)
            }
            _ => text.bytes().unwrap_or(b"(null)"),
        };
        self.padded(Wtf8Buf::from(String::from_utf8_lossy(read).into_owned()))
    }
}

fn shown(
    object: Lent<'_>,
    how: fn(&PyObject, &VirtualMachine) -> PyResult<Wtf8Buf>,
    vm: &VirtualMachine,
) -> PyResult<Wtf8Buf> {
    object.map_or_else(
        || Ok(Wtf8Buf::from("<NULL>".to_owned())),
        |object| how(object, vm),
    )
}

/// Returns the full name of a class, with a colon before the last part if that is requested.
fn class_name(class: &PyObject, colon: bool, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    let class = class
        .downcast_ref::<PyType>()
        .ok_or_else(|| vm.new_type_error("%N argument must be a type"))?;
    let name = class.as_object().get_attr("__qualname__", vm)?.str(vm)?;
    let module = class.as_object().get_attr("__module__", vm)?;
    let mut full = Wtf8Buf::new();
    if let Some(module) = module.downcast_ref::<PyStr>()
        && !matches!(module.to_str(), Some("builtins" | "__main__"))
    {
        full.push_wtf8(module.as_wtf8());
        full.push_str(if colon { ":" } else { "." });
    }
    full.push_wtf8(name.as_wtf8());
    Ok(full)
}

/// Returns the text that a format makes of the arguments.
///
/// # Errors
/// `SystemError` for a wrong format; any exception that `repr` and `str` raise.
pub fn format(format: Text, arguments: &mut Arguments, vm: &VirtualMachine) -> PyResult<Wtf8Buf> {
    let mut rest = format.bytes().ok_or_else(|| bad_call(vm))?;
    let mut made = Wtf8Buf::new();
    while let Some(at) = rest.iter().position(|&byte| byte == b'%') {
        made.push_str(&String::from_utf8_lossy(&rest[..at]));
        let from = &rest[at..];
        rest = &rest[at + 1..];
        let invalid = || {
            let shown = String::from_utf8_lossy(from);
            vm.new_system_error(format!("invalid format string: {shown}"))
        };
        let directive = Directive::read(&mut rest, arguments).ok_or_else(invalid)?;
        let part = match directive.letter {
            b'%' => Wtf8Buf::from("%".to_owned()),
            b'c' => {
                let code = arguments.int() as u32;
                let Some(character) = rustpython_vm::common::wtf8::CodePoint::from_u32(code) else {
                    return Err(vm.new_overflow_error("character argument not in range(0x110000)"));
                };
                directive.padded(Wtf8Buf::from_iter([character]))
            }
            b'd' | b'i' => {
                let number = directive.signed(arguments);
                directive.number(number.unsigned_abs().to_string(), number < 0)
            }
            b'u' => directive.number(directive.unsigned(arguments).to_string(), false),
            b'o' => directive.number(format!("{:o}", directive.unsigned(arguments)), false),
            b'x' => directive.number(format!("{:x}", directive.unsigned(arguments)), false),
            b'X' => directive.number(format!("{:X}", directive.unsigned(arguments)), false),
            b'p' => Wtf8Buf::from(format!("{:#x}", arguments.size())),
            b's' if directive.length.is_empty() => directive.bytes(arguments.text()),
            b's' => {
                let text = arguments.pointer::<std::ffi::c_void>();
                // SAFETY: C promises a terminated wide string.
                let text = unsafe { crate::ctype::scalar::wide::text_at(text.cast(), None, vm) }?;
                directive.text(text.as_wtf8())
            }
            b'U' => {
                let text = super::text::string(arguments.lent(), vm)?;
                directive.text(text.as_wtf8())
            }
            b'V' => {
                let (object, text) = (arguments.lent(), arguments.text());
                match object {
                    Some(_) => directive.text(super::text::string(object, vm)?.as_wtf8()),
                    None => directive.bytes(text),
                }
            }
            b'S' => directive.text(&shown(
                arguments.lent(),
                |object, vm| Ok(object.str(vm)?.as_wtf8().to_owned()),
                vm,
            )?),
            b'R' => directive.text(&shown(
                arguments.lent(),
                |object, vm| Ok(object.repr(vm)?.as_wtf8().to_owned()),
                vm,
            )?),
            b'A' => directive.text(&shown(
                arguments.lent(),
                |object, vm| Ok(object.ascii(vm)?.as_wtf8().to_owned()),
                vm,
            )?),
            b'T' => {
                let object = given(arguments.lent(), vm)?;
                directive.text(&class_name(
                    object.class().as_object(),
                    directive.is_alternate,
                    vm,
                )?)
            }
            b'N' => {
                let class = given(arguments.lent(), vm)?;
                directive.text(&class_name(class, directive.is_alternate, vm)?)
            }
            _ => return Err(invalid()),
        };
        made.push_wtf8(&part);
    }
    made.push_str(&String::from_utf8_lossy(rest));
    Ok(made)
}

/// Writes to `sys.stdout` or `sys.stderr`.
fn write(stream: &'static str, text: &Wtf8, vm: &VirtualMachine) -> PyResult<()> {
    let stream = vm.sys_module.get_attr(stream, vm)?;
    vm.call_method(&stream, "write", (vm.ctx.new_str(text),))?;
    Ok(())
}

behind_variadic! {
    fn unicode_format(text: Text, arguments: &mut Arguments) -> Owned, None, |vm| {
        Ok(Some(vm.ctx.new_str(format(text, arguments, vm)?).into()))
    }

    fn bytes_format(text: Text, arguments: &mut Arguments) -> Owned, None, |vm| {
        let made = format(text, arguments, vm)?;
        Ok(Some(vm.ctx.new_bytes(made.into_bytes()).into()))
    }

    fn err_format(kind: Lent<'_>, text: Text, arguments: &mut Arguments) -> Owned, None, |vm| {
        let message = vm.ctx.new_str(format(text, arguments, vm)?);
        Err(exception::make(given(kind, vm)?, Some(message.as_object()), vm)?)
    }

    fn warn_format(
        kind: Lent<'_>,
        level: isize,
        text: Text,
        arguments: &mut Arguments,
    ) -> c_int, -1, |vm| {
        let message = vm.ctx.new_str(format(text, arguments, vm)?);
        let category = vm.unwrap_or_none(kind.map(ToOwned::to_owned));
        let warn = vm.import("warnings", 0)?.get_attr("warn", vm)?;
        warn.call((message, category, level), vm)?;
        Ok(0)
    }

    fn format_unraisable(text: Text, arguments: &mut Arguments) -> (), (), |vm| {
        let message = format(text, arguments, vm)?;
        if let Some(error) = super::errors::take(vm) {
            vm.run_unraisable(error, Some(message.to_string_lossy().into_owned()), vm.ctx.none());
        }
        Ok(())
    }

    fn format_stdout(text: Text, arguments: &mut Arguments) -> c_int, 0, |vm| {
        write("stdout", &format(text, arguments, vm)?, vm)?;
        Ok(0)
    }

    fn format_stderr(text: Text, arguments: &mut Arguments) -> c_int, 0, |vm| {
        write("stderr", &format(text, arguments, vm)?, vm)?;
        Ok(0)
    }

    fn write_text(text: Text, to_stderr: c_int) -> (), (), |vm| {
        let text = String::from_utf8_lossy(text.bytes().unwrap_or_default());
        write(if to_stderr != 0 { "stderr" } else { "stdout" }, Wtf8::new(&*text), vm)
    }
}
