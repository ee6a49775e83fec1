//! Values by a format of `Py_BuildValue`, and calls with them.

use super::{
    entry::{Lent, Owned, Text, bad_call, behind_variadic, given, utf8},
    text,
    variadic::Arguments,
};
use crate::ctype::scalar::wide;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyTuple};
use std::ffi::c_void;

/// A format that is being read, and the arguments of which values are made.
struct Builder<'a, 'v> {
    format: &'a [u8],
    arguments: &'a mut Arguments,
    vm: &'v VirtualMachine,
}

type Converter = unsafe extern "C" fn(*mut c_void) -> Owned;

impl Builder<'_, '_> {
    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.format.split_first()?;
        self.format = rest;
        Some(first)
    }

    fn take(&mut self, letter: u8) -> bool {
        let is_there = self.format.first() == Some(&letter);
        if is_there {
            self.format = &self.format[1..];
        }
        is_there
    }

    fn wrong(&self) -> rustpython_vm::builtins::PyBaseExceptionRef {
        self.vm
            .new_system_error("bad format char passed to Py_BuildValue")
    }

    /// Returns the values up to `end`, or up to the end of the format.
    fn list(&mut self, end: Option<u8>) -> PyResult<Vec<PyObjectRef>> {
        let (mut list, mut failed) = (Vec::new(), None);
        loop {
            while matches!(self.format.first(), Some(b',' | b':' | b' ' | b'\t')) {
                self.next();
            }
            match (self.next(), end) {
                (None, None) => break,
                (Some(letter), Some(end)) if letter == end => break,
                (None, Some(_)) => {
                    return Err(self.vm.new_system_error("unmatched paren in format"));
                }
                // References that C gives away are taken even after an error.
                (Some(letter), _) => match self.one(letter) {
                    Ok(value) => list.push(value),
                    Err(error) => failed = failed.or(Some(error)),
                },
            }
        }
        failed.map_or(Ok(list), Err)
    }

    /// Returns a C text, with its size if the format has it; `None` for NULL.
    fn text<'t>(&mut self) -> Option<&'t [u8]> {
        let text = self.arguments.text();
        if !self.take(b'#') {
            return text.bytes();
        }
        let size = usize::try_from(self.arguments.size());
        (!text.is_null()).then(|| {
            size.map_or_else(
                |_| text.bytes().unwrap_or_default(),
                |size| text.sized(size),
            )
        })
    }

    fn one(&mut self, letter: u8) -> PyResult {
        let ctx = &self.vm.ctx;
        Ok(match letter {
            b'(' => ctx.new_tuple(self.list(Some(b')'))?).into(),
            b'[' => ctx.new_list(self.list(Some(b']'))?).into(),
            b'{' => self.dict()?,
            b'b' | b'h' | b'i' | b'B' => ctx.new_int(self.arguments.int()).into(),
            b'H' => ctx.new_int(self.arguments.int() as u16).into(),
            b'I' => ctx.new_int(self.arguments.int() as u32).into(),
            b'p' => ctx.new_bool(self.arguments.int() != 0).into(),
            b'n' => ctx.new_int(self.arguments.size()).into(),
            b'l' => ctx.new_int(self.arguments.long()).into(),
            b'k' => ctx.new_int(self.arguments.long() as libc::c_ulong).into(),
            b'L' => ctx.new_int(self.arguments.long_long()).into(),
            b'K' => ctx.new_int(self.arguments.long_long() as u64).into(),
            b'd' | b'f' => ctx.new_float(self.arguments.double()).into(),
            b'D' => {
                let value = self.arguments.pointer::<num_complex::Complex64>();
                // SAFETY: C promises a `Py_complex`, which is laid out like this.
                let value = unsafe { value.as_ref() }.ok_or_else(|| bad_call(self.vm))?;
                ctx.new_complex(*value).into()
            }
            b'c' => ctx.new_bytes(vec![self.arguments.int() as u8]).into(),
            b'C' => {
                let code = wide::code_point(self.arguments.int() as u32, self.vm)?;
                ctx.new_str(rustpython_vm::common::wtf8::Wtf8Buf::from_iter([code]))
                    .into()
            }
            b's' | b'z' | b'U' => match self.text() {
                Some(text) => ctx.new_str(utf8(text, self.vm)?).into(),
                None => ctx.none(),
            },
            b'y' => match self.text() {
                Some(text) => ctx.new_bytes(text.to_vec()).into(),
                None => ctx.none(),
            },
            b'u' => {
                let text = self.arguments.pointer::<c_void>();
                let size = match self.take(b'#') {
                    true => usize::try_from(self.arguments.size()).ok(),
                    false => None,
                };
                match text.is_null() {
                    true => ctx.none(),
                    // SAFETY: C promises `size` characters, or a terminator.
                    false => unsafe { wide::text_at(text.cast(), size, self.vm) }?.into(),
                }
            }
            b'N' | b'S' | b'O' if letter == b'O' && self.take(b'&') => {
                let converter = self.arguments.pointer::<c_void>();
                let argument = self.arguments.pointer::<c_void>();
                if converter.is_null() {
                    return Err(bad_call(self.vm));
                }
                // SAFETY: C promises a converter function, which takes this argument.
                let made =
                    unsafe { std::mem::transmute::<*mut c_void, Converter>(converter)(argument) };
                made.ok_or_else(|| self.missing())?
            }
            b'N' => {
                let object = std::ptr::NonNull::new(self.arguments.pointer::<PyObject>());
                let object = object.ok_or_else(|| self.missing())?;
                // SAFETY: C gives the reference away.
                unsafe { PyObjectRef::from_raw(object) }
            }
            b'S' | b'O' => self
                .arguments
                .lent()
                .ok_or_else(|| self.missing())?
                .to_owned(),
            _ => return Err(self.wrong()),
        })
    }

    /// Returns the error to raise for a NULL: the one that was left with it, if there is one.
    fn missing(&self) -> rustpython_vm::builtins::PyBaseExceptionRef {
        let left = super::errors::take(self.vm);
        left.unwrap_or_else(|| {
            self.vm
                .new_system_error("NULL object passed to Py_BuildValue")
        })
    }

    fn dict(&mut self) -> PyResult {
        let list = self.list(Some(b'}'))?;
        let dict = self.vm.ctx.new_dict();
        for pair in list.chunks(2) {
            let [key, value] = pair else {
                return Err(self.vm.new_system_error("Bad dict format"));
            };
            dict.set_item(&**key, value.clone(), self.vm)?;
        }
        Ok(dict.into())
    }
}

/// Returns all values that the format makes.
fn values(
    format: Text,
    arguments: &mut Arguments,
    vm: &VirtualMachine,
) -> PyResult<Vec<PyObjectRef>> {
    let format = format.bytes().unwrap_or_default();
    Builder {
        format,
        arguments,
        vm,
    }
    .list(None)
}

/// Calls a callable: if the format makes one tuple, its items are the arguments.
fn call_with(
    callable: &PyObject,
    format: Text,
    arguments: &mut Arguments,
    vm: &VirtualMachine,
) -> PyResult<Owned> {
    let values = values(format, arguments, vm)?;
    let values = match values.as_slice() {
        [one] => match one.downcast_ref_if_exact::<PyTuple>(vm) {
            Some(tuple) => tuple.as_slice().to_vec(),
            None => values,
        },
        _ => values,
    };
    callable.call(values, vm).map(Some)
}

behind_variadic! {
    fn build_value(format: Text, arguments: &mut Arguments) -> Owned, None, |vm| {
        let mut values = values(format, arguments, vm)?;
        Ok(Some(match values.len() {
            0 => vm.ctx.none(),
            1 => values.remove(0),
            _ => vm.ctx.new_tuple(values).into(),
        }))
    }

    fn pack(count: isize, arguments: &mut Arguments) -> Owned, None, |vm| {
        let item = |_| given(arguments.lent(), vm).map(ToOwned::to_owned);
        let items: PyResult<Vec<_>> = (0..count).map(item).collect();
        Ok(Some(vm.ctx.new_tuple(items?).into()))
    }

    fn call(callable: Lent<'_>, format: Text, arguments: &mut Arguments) -> Owned, None, |vm| {
        call_with(given(callable, vm)?, format, arguments, vm)
    }

    fn call_method(
        object: Lent<'_>,
        name: Text,
        format: Text,
        arguments: &mut Arguments,
    ) -> Owned, None, |vm| {
        let name = vm.ctx.new_str(name.str(vm)?);
        let method = given(object, vm)?.get_attr(&*name, vm)?;
        call_with(&method, format, arguments, vm)
    }

    fn call_objects(callable: Lent<'_>, arguments: &mut Arguments) -> Owned, None, |vm| {
        given(callable, vm)?.call(arguments.objects(), vm).map(Some)
    }

    fn call_method_objects(
        object: Lent<'_>,
        name: Lent<'_>,
        arguments: &mut Arguments,
    ) -> Owned, None, |vm| {
        let method = given(object, vm)?.get_attr(text::string(name, vm)?, vm)?;
        method.call(arguments.objects(), vm).map(Some)
    }
}
