//! Building PEP 3118 formats.

use std::fmt::Write;

/// The format of a pointer whose target is unknown, and of a function pointer.
pub const UNTYPED: &str = "X{}";

/// The format of a union, whose contents have no format.
pub const UNION: &str = "B";

/// A field of a structure.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    pub name: &'a str,
    /// Unused bytes in front of the field.
    pub padding: u64,
    /// Extents, if the field is an array.
    pub shape: &'a [usize],
    /// Format of the field's type, or of an array's items.
    pub format: &'a str,
}

/// Returns the format of a simple type: its code after the mark of its byte order.
pub fn simple(code: char, big_endian: bool) -> String {
    let mark = if big_endian { '>' } else { '<' };
    String::from_iter([mark, code])
}

/// Returns the format of a pointer to a target of this shape and format.
pub fn pointer(shape: &[usize], format: &str) -> String {
    let mut pointer = "&".to_owned();
    push_shape(&mut pointer, shape);
    pointer.push_str(format);
    pointer
}

/// Returns the format of a structure that has `end` unused bytes after its last field.
pub fn structure<'a>(fields: impl Iterator<Item = Field<'a>>, end: u64) -> String {
    let mut format = "T{".to_owned();
    for field in fields {
        push_padding(&mut format, field.padding);
        push_shape(&mut format, field.shape);
        format.push_str(field.format);
        // Writing into a string cannot fail.
        let _ = write!(format, ":{}:", field.name);
    }
    push_padding(&mut format, end);
    format.push('}');
    format
}

/// Appends the extents of an array in parentheses, or nothing if there are none.
fn push_shape(format: &mut String, shape: &[usize]) {
    for (index, extent) in shape.iter().enumerate() {
        let before = if index == 0 { '(' } else { ',' };
        // Writing into a string cannot fail.
        let _ = write!(format, "{before}{extent}");
    }
    if !shape.is_empty() {
        format.push(')');
    }
}

fn push_padding(format: &mut String, padding: u64) {
    match padding {
        0 => {}
        1 => format.push('x'),
        // Writing into a string cannot fail.
        more => drop(write!(format, "{more}x")),
    }
}
