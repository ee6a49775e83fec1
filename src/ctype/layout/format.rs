//! PEP 3118 formats, written when somebody asks for them: few programs look at one.

use super::{Content, Layout, Member};
use crate::ctype::simple::SimpleCode;
use rustpython_vm::{AsObject, Py, builtins::PyStr};
use std::fmt::Write;

/// The format of a pointer whose target is unknown, and of a function pointer.
const UNTYPED: &str = "X{}";

/// Writes the format of values with this layout.
pub fn write(layout: &Layout) -> String {
    match &layout.content {
        Content::Simple { code, big_endian } => simple(code, *big_endian),
        Content::Pointer(None) | Content::Written => UNTYPED.to_owned(),
        Content::Pointer(Some(target)) => pointer(target.layout()),
        Content::Array { item, .. } => item.layout().format().to_owned(),
        Content::Inherited(base) => base.layout().format().to_owned(),
        Content::Fields { members, end, .. } => match end {
            Some(padding) => structure(members, *padding),
            None => "B".to_owned(),
        },
    }
}

fn simple(code: &SimpleCode, big_endian: bool) -> String {
    let mark = if big_endian { '>' } else { '<' };
    String::from_iter([mark, code.format])
}

/// The format of a pointer to values with this layout.
pub fn pointer(target: &Layout) -> String {
    format!("&{}{}", shape(target), target.format())
}

fn structure(members: &[Member], end: u64) -> String {
    let mut format = "T{".to_owned();
    for member in members {
        let layout = member.ctype.layout();
        pad(&mut format, member.padding);
        format.push_str(&shape(layout));
        format.push_str(layout.format());
        // Writing into a string cannot fail.
        let _ = write!(format, ":{}:", text(&member.name));
    }
    pad(&mut format, end);
    format.push('}');
    format
}

fn text(name: &Py<PyStr>) -> &str {
    // The library's code writes the format if a name is no UTF-8.
    debug_assert!(name.to_str().is_some(), "{:?}", name.as_object());
    name.to_str().unwrap_or_default()
}

/// The extents of an array in parentheses; nothing for what is none.
fn shape(layout: &Layout) -> String {
    if layout.shape.is_empty() {
        return String::new();
    }
    let extents: Vec<String> = layout.shape.iter().map(ToString::to_string).collect();
    format!("({})", extents.join(","))
}

fn pad(format: &mut String, padding: u64) {
    match padding {
        0 => {}
        1 => format.push('x'),
        // Writing into a string cannot fail.
        more => drop(write!(format, "{more}x")),
    }
}
