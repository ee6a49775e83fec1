//! File objects and their descriptors.

use super::entry::{Lent, Owned, Text, c_functions, given};
use rustpython_vm::{
    AsObject, PyObject, PyResult, VirtualMachine,
    builtins::{PyBytes, PyInt, PyStr},
};
use std::ffi::c_int;

/// `Py_PRINT_RAW`: `str` instead of `repr`.
const RAW: c_int = 1;

/// Returns the descriptor of a file, or of a number that is one.
fn descriptor(object: &PyObject, vm: &VirtualMachine) -> PyResult<c_int> {
    let number = match object.downcast_ref::<PyInt>() {
        Some(_) => object.to_owned(),
        None => {
            let Some(fileno) = vm.get_attribute_opt(object, "fileno")? else {
                return Err(
                    vm.new_type_error("argument must be an int, or have a fileno() method.")
                );
            };
            let number = fileno.call((), vm)?;
            if number.downcast_ref::<PyInt>().is_none() {
                return Err(vm.new_type_error("fileno() returned a non-integer"));
            }
            number
        }
    };
    let number: c_int = number.try_into_value(vm)?;
    if number < 0 {
        return Err(vm.new_value_error(format!(
            "file descriptor cannot be a negative integer ({number})"
        )));
    }
    Ok(number)
}

/// Reads a line of a file, or up to `most` bytes of it. If `most` is negative there must be a line, and its end
/// is removed.
fn line(file: &PyObject, most: c_int, vm: &VirtualMachine) -> PyResult {
    let arguments = match most {
        1.. => vec![vm.ctx.new_int(most).into()],
        _ => Vec::new(),
    };
    let line = file.get_attr("readline", vm)?.call(arguments, vm)?;
    if most >= 0 {
        return Ok(line);
    }
    let end_of_file = |vm: &VirtualMachine| {
        let class = vm.ctx.exceptions.eof_error.to_owned();
        vm.new_exception_msg(class, "EOF when reading a line".into())
    };
    if let Some(text) = line.downcast_ref::<PyStr>() {
        let text = text.try_as_utf8(vm)?.as_str();
        return match text.strip_suffix('\n') {
            _ if text.is_empty() => Err(end_of_file(vm)),
            Some(text) => Ok(vm.ctx.new_str(text).into()),
            None => Ok(line),
        };
    }
    match line.downcast_ref::<PyBytes>().map(|bytes| bytes.as_bytes()) {
        Some([]) => Err(end_of_file(vm)),
        Some([text @ .., b'\n']) => Ok(vm.ctx.new_bytes(text.to_vec()).into()),
        Some(_) => Ok(line),
        None => Err(vm.new_type_error("object.readline() returned non-string")),
    }
}

fn write(file: Lent<'_>, text: &PyObject, vm: &VirtualMachine) -> PyResult<c_int> {
    let Some(file) = file else {
        return Err(vm.new_type_error("writeobject with NULL file"));
    };
    vm.call_method(file, "write", (text.to_owned(),))?;
    Ok(0)
}

c_functions! {
    new fn PyObject_AsFileDescriptor(object: Lent<'_>) -> c_int, -1, |vm| {
        descriptor(given(object, vm)?, vm)
    }

    new fn PyFile_FromFd(
        descriptor: c_int,
        _name: Text,
        mode: Text,
        buffering: c_int,
        encoding: Text,
        errors: Text,
        newline: Text,
        closes: c_int,
    ) -> Owned, None, |vm| {
        let open = vm.import("_io", 0)?.get_attr("open", vm)?;
        let text = |text: Text| -> PyResult {
            Ok(vm.unwrap_or_none(text.optional(vm)?.map(|text| vm.ctx.new_str(text).into())))
        };
        let mode = match mode.is_null() {
            true => vm.ctx.new_str("r").into(),
            false => text(mode)?,
        };
        let number = |number: c_int| vm.ctx.new_int(number).into();
        let closes = vm.ctx.new_bool(closes != 0).into();
        let (encoding, errors, newline) = (text(encoding)?, text(errors)?, text(newline)?);
        let (descriptor, buffering) = (number(descriptor), number(buffering));
        let arguments = vec![descriptor, mode, buffering, encoding, errors, newline, closes];
        open.call(arguments, vm).map(Some)
    }

    new fn PyFile_GetLine(file: Lent<'_>, most: c_int) -> Owned, None, |vm| {
        line(given(file, vm)?, most, vm).map(Some)
    }

    new fn PyFile_WriteString(text: Text, file: Lent<'_>) -> c_int, -1, |vm| {
        let text = vm.ctx.new_str(text.str(vm)?);
        write(file, text.as_object(), vm)
    }

    new fn PyFile_WriteObject(object: Lent<'_>, file: Lent<'_>, flags: c_int) -> c_int, -1, |vm| {
        let object = given(object, vm)?;
        let text = match flags & RAW {
            0 => object.repr(vm)?,
            _ => object.str(vm)?,
        };
        write(file, text.as_object(), vm)
    }
}
