//! Arguments by a format of `PyArg_ParseTuple`.

use super::{
    convert::{self, Wanted},
    entry::{Lent, Text, bad_call, behind_variadic, given},
    variadic::Arguments,
};
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyBytes, PyDict, PyStr, PyTuple},
};
use std::ffi::c_int;

/// What a format says of the arguments as a whole.
struct Shape<'a> {
    /// The parts, without what follows `:` or `;`.
    parts: &'a [u8],
    /// The function's name, for messages.
    name: Option<String>,
    /// A message that replaces the usual one.
    message: Option<String>,
    least: usize,
    most: usize,
    /// The number of positional arguments beyond which they are refused.
    most_positional: usize,
}

impl<'a> Shape<'a> {
    fn of(format: &'a [u8]) -> Self {
        let end = format.iter().position(|byte| matches!(byte, b':' | b';'));
        let (parts, behind) = format.split_at(end.unwrap_or(format.len()));
        let behind_it = || String::from_utf8_lossy(&behind[1..]).into_owned();
        let (mut count, mut depth, mut least, mut positional) = (0, 0, None, None);
        for &letter in parts {
            match letter {
                b'(' => {
                    count += usize::from(depth == 0);
                    depth += 1;
                }
                b')' => depth -= 1,
                b'|' if depth == 0 => least = Some(count),
                b'$' if depth == 0 => positional = Some(count),
                // Except for the encoding that precedes a text.
                letter if depth == 0 && letter.is_ascii_alphabetic() && letter != b'e' => {
                    count += 1
                }
                _ => {}
            }
        }
        Self {
            parts,
            name: (behind.first() == Some(&b':')).then(behind_it),
            message: (behind.first() == Some(&b';')).then(behind_it),
            least: least.unwrap_or(count),
            most: count,
            most_positional: positional.unwrap_or(count),
        }
    }

    /// Returns what takes the arguments, for messages.
    fn who(&self) -> String {
        match &self.name {
            Some(name) => format!("{name}()"),
            None => "function".to_owned(),
        }
    }

    fn wrong_count(&self, got: usize, vm: &VirtualMachine) -> PyBaseExceptionRef {
        if let Some(message) = &self.message {
            return vm.new_type_error(message.clone());
        }
        let who = self.who();
        let (how, count) = match () {
            () if self.least == self.most => ("exactly", self.most),
            () if got < self.least => ("at least", self.least),
            () => ("at most", self.most),
        };
        let plural = if count == 1 { "" } else { "s" };
        vm.new_type_error(format!(
            "{who} takes {how} {count} argument{plural} ({got} given)"
        ))
    }
}

/// A format that is being read, and the arguments that are converted by it.
struct Parser<'a, 'v> {
    format: &'a [u8],
    arguments: &'a mut Arguments,
    vm: &'v VirtualMachine,
}

impl Parser<'_, '_> {
    /// Skips `letter` if it comes next. Returns whether it did.
    fn take(&mut self, letter: u8) -> bool {
        let is_there = self.format.first() == Some(&letter);
        if is_there {
            self.format = &self.format[1..];
        }
        is_there
    }

    /// Converts an object as the next part requires. Without an object, skips the part and its places.
    fn one(&mut self, object: Lent<'_>) -> PyResult<Result<(), Wanted>> {
        while matches!(self.format.first(), Some(b'|' | b'$' | b' ' | b',')) {
            self.format = &self.format[1..];
        }
        if self.take(b'(') {
            return self.items(object);
        }
        let Some((&letter, rest)) = self.format.split_first() else {
            return Err(bad_call(self.vm));
        };
        self.format = rest;
        let mark = self
            .format
            .first()
            .copied()
            .filter(|mark| matches!(mark, b'#' | b'*' | b'!' | b'&'));
        if mark.is_some() {
            self.format = &self.format[1..];
        }
        convert::convert(letter, mark, object, self.arguments, self.vm)
    }

    /// Converts the items of a sequence, up to the parenthesis.
    fn items(&mut self, object: Lent<'_>) -> PyResult<Result<(), Wanted>> {
        let vm = self.vm;
        let mut depth = 0;
        let end = self.format.iter().position(|letter| {
            depth += i32::from(*letter == b'(') - i32::from(*letter == b')');
            depth < 0
        });
        let inner = &self.format[..end.ok_or_else(|| bad_call(vm))?];
        let count = Shape::of(inner).most;
        let items = match object.map(|object| items(object, count, vm)).transpose()? {
            None => None,
            Some(Ok(items)) => Some(items),
            Some(Err(wanted)) => return Ok(Err(wanted)),
        };
        for index in 0..count {
            let item = items.as_ref().map(|items| &*items[index]);
            if let Err(Wanted(what)) = self.one(item)? {
                return Ok(Err(Wanted(format!("item {index} {what}"))));
            }
        }
        self.take(b')');
        Ok(Ok(()))
    }
}

/// Returns the items of a sequence, which must have a given number of them.
fn items(
    object: &PyObject,
    count: usize,
    vm: &VirtualMachine,
) -> PyResult<Result<Vec<PyObjectRef>, Wanted>> {
    let kind = match object.downcast_ref::<PyTuple>() {
        Some(_) => "tuple",
        None => "sequence",
    };
    let is_text =
        object.downcast_ref::<PyStr>().is_some() || object.downcast_ref::<PyBytes>().is_some();
    let Some(sequence) = object.try_sequence(vm).ok().filter(|_| !is_text) else {
        return Ok(Err(Wanted::kind(
            &format!("{count}-item tuple"),
            object,
            vm,
        )));
    };
    let got = sequence.length(vm)?;
    if got != count {
        return Ok(Err(Wanted(format!(
            "must be {kind} of length {count}, not {got}"
        ))));
    }
    let item = |index| sequence.get_item(index, vm);
    (0..count as isize)
        .map(item)
        .collect::<PyResult<_>>()
        .map(Ok)
}

/// Converts one argument; an error says which one it is.
fn argument(
    parser: &mut Parser<'_, '_>,
    shape: &Shape<'_>,
    place: Option<usize>,
    object: Lent<'_>,
) -> PyResult<()> {
    parser.one(object)?.map_err(|Wanted(what)| {
        let who = shape
            .name
            .as_ref()
            .map_or(String::new(), |name| format!("{name}() "));
        let comma = if what.starts_with("item ") { "," } else { "" };
        let which = place.map_or("argument".to_owned(), |place| {
            format!("argument {}{comma}", place + 1)
        });
        let message = shape.message.clone();
        parser
            .vm
            .new_type_error(message.unwrap_or_else(|| format!("{who}{which} {what}")))
    })
}

fn tuple<'a>(object: Lent<'a>, vm: &VirtualMachine) -> PyResult<&'a Py<PyTuple>> {
    object
        .and_then(|object| object.downcast_ref())
        .ok_or_else(|| vm.new_system_error("new style getargs format but argument is not a tuple"))
}

/// Reads the names of the parameters.
///
/// # Safety
/// `list` must point to terminated strings with a NULL behind them.
unsafe fn names(mut list: *const Text, vm: &VirtualMachine) -> PyResult<Vec<String>> {
    let mut names = Vec::new();
    // SAFETY: `list` points to a string or the NULL behind the last one (see # Safety).
    while let Some(name) = unsafe { list.read() }.optional(vm)? {
        names.push(name.to_owned());
        list = list.wrapping_add(1);
    }
    Ok(names)
}

/// Returns the arguments by position, made of those given by position and by name, and the error about names,
/// which is raised once the arguments are converted.
fn by_name(
    positional: &Py<PyTuple>,
    named: Option<&Py<PyDict>>,
    shape: &Shape<'_>,
    names: &[String],
    vm: &VirtualMachine,
) -> PyResult<(Vec<Option<PyObjectRef>>, Option<PyBaseExceptionRef>)> {
    let who = shape.who();
    let count = positional.len() + named.map_or(0, |named| named.__len__());
    if count > names.len() || positional.len() > shape.most_positional {
        let (kind, most) = match positional.len() > shape.most_positional && count <= names.len() {
            true => ("positional ", shape.most_positional),
            false => ("", names.len()),
        };
        let how = if shape.least < most {
            "at most"
        } else {
            "exactly"
        };
        let plural = if most == 1 { "" } else { "s" };
        let got = if kind.is_empty() {
            count
        } else {
            positional.len()
        };
        return Err(vm.new_type_error(format!(
            "{who} takes {how} {most} {kind}argument{plural} ({got} given)"
        )));
    }
    let mut arguments: Vec<_> = positional.as_slice().iter().cloned().map(Some).collect();
    arguments.resize(names.len(), None);
    let mut wrong = None;
    for (key, value) in named.into_iter().flatten() {
        let name = key.downcast_ref::<PyStr>().and_then(|name| name.to_str());
        let Some(name) = name else {
            return Err(vm.new_type_error("keywords must be strings"));
        };
        let place = names
            .iter()
            .position(|known| known == name && !known.is_empty());
        let error = match place.map(|place| (place, arguments[place].replace(value))) {
            Some((_, None)) => continue,
            Some((place, Some(_))) => format!(
                "argument for {who} given by name ('{name}') and position ({})",
                place + 1
            ),
            None => format!("{who} got an unexpected keyword argument '{name}'"),
        };
        wrong = wrong.or_else(|| Some(vm.new_type_error(error)));
    }
    Ok((arguments, wrong))
}

behind_variadic! {
    fn parse_tuple(object: Lent<'_>, format: Text, arguments: &mut Arguments) -> c_int, 0, |vm| {
        let given = tuple(object, vm)?.as_slice();
        let shape = Shape::of(format.bytes().unwrap_or_default());
        if given.len() < shape.least || given.len() > shape.most {
            return Err(shape.wrong_count(given.len(), vm));
        }
        let mut parser = Parser { format: shape.parts, arguments, vm };
        for (place, one) in given.iter().enumerate() {
            argument(&mut parser, &shape, Some(place), Some(one))?;
        }
        Ok(1)
    }

    fn parse_object(object: Lent<'_>, format: Text, arguments: &mut Arguments) -> c_int, 0, |vm| {
        let object = given(object, vm)?;
        let shape = Shape::of(format.bytes().unwrap_or_default());
        let mut parser = Parser { format: shape.parts, arguments, vm };
        if shape.most == 1 {
            argument(&mut parser, &shape, None, Some(object))?;
            return Ok(1);
        }
        let items = tuple(Some(object), vm)?.as_slice();
        if items.len() < shape.least || items.len() > shape.most {
            return Err(shape.wrong_count(items.len(), vm));
        }
        for (place, one) in items.iter().enumerate() {
            argument(&mut parser, &shape, Some(place), Some(one))?;
        }
        Ok(1)
    }

    fn parse_keywords(
        object: Lent<'_>,
        named: Lent<'_>,
        format: Text,
        list: *const Text,
        arguments: &mut Arguments,
    ) -> c_int, 0, |vm| {
        let named = match named {
            None => None,
            Some(named) => Some(named.downcast_ref::<PyDict>().ok_or_else(|| bad_call(vm))?),
        };
        if list.is_null() {
            return Err(bad_call(vm));
        }
        // SAFETY: `list` points to terminated strings with a NULL behind them, as C promises.
        let names = unsafe { names(list, vm) }?;
        let shape = Shape::of(format.bytes().unwrap_or_default());
        let (given, wrong) = by_name(tuple(object, vm)?, named, &shape, &names, vm)?;
        let mut parser = Parser { format: shape.parts, arguments, vm };
        for (place, one) in given.iter().enumerate() {
            if one.is_none() && place < shape.least {
                let (who, name) = (shape.who(), &names[place]);
                return Err(vm.new_type_error(match name.is_empty() {
                    true => format!("{who} takes at least {} positional arguments ({place} given)", shape.least),
                    false => format!("{who} missing required argument '{name}' (pos {})", place + 1),
                }));
            }
            argument(&mut parser, &shape, Some(place), one.as_deref())?;
        }
        wrong.map_or(Ok(1), Err)
    }

    fn unpack_tuple(
        object: Lent<'_>,
        name: Text,
        least: isize,
        most: isize,
        arguments: &mut Arguments,
    ) -> c_int, 0, |vm| {
        let items = object.and_then(|object| object.downcast_ref::<PyTuple>());
        let Some(items) = items else {
            return Err(vm.new_system_error("PyArg_UnpackTuple() argument list is not a tuple"));
        };
        let got = items.len() as isize;
        if got < least || got > most {
            let who = match name.optional(vm)? {
                Some(name) => format!("{name} expected "),
                None => "unpacked tuple should have ".to_owned(),
            };
            let (how, count) = if got < least { ("at least ", least) } else { ("at most ", most) };
            let how = if least == most { "" } else { how };
            let what = if name.is_null() { "element" } else { "argument" };
            let plural = if count == 1 { "" } else { "s" };
            let but = if name.is_null() { ", but has " } else { ", got " };
            return Err(vm.new_type_error(format!("{who}{how}{count} {what}{plural}{but}{got}")));
        }
        for item in items.as_slice() {
            let place = arguments.pointer::<*const PyObject>();
            // SAFETY: C promises a place for each item.
            unsafe { super::entry::put(place, item.as_raw()) };
        }
        Ok(1)
    }
}
