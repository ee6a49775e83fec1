//! PEP 3118 formats, compared with a parser: what was written is read back.

use crate::{
    format,
    place::{Field, Packing, Place, Placer, Rules},
};
use arbitrary::{Result, Unstructured};

/// The type that a format describes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Type {
    Simple { code: char, big_endian: bool },
    Untyped,
    Union,
    Pointer(Box<Shaped>),
    Structure { members: Vec<Member>, end: u64 },
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Shaped {
    shape: Vec<usize>,
    item: Type,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    name: String,
    padding: u64,
    of: Shaped,
}

/// The simple types of the standard formats, and their sizes in bytes.
const CODES: [(char, u64); 12] = [
    ('?', 1),
    ('b', 1),
    ('B', 1),
    ('h', 2),
    ('H', 2),
    ('i', 4),
    ('I', 4),
    ('q', 8),
    ('Q', 8),
    ('f', 4),
    ('d', 8),
    ('P', 8),
];

/// A type with the format that is written for it, its size and its alignment.
struct Written {
    of: Type,
    format: String,
    size: u64,
    align: u64,
}

fn written(bytes: &mut Unstructured<'_>, depth: u32) -> Result<Written> {
    match bytes.int_in_range(0..=if depth == 0 { 3 } else { 7 })? {
        0..=1 => {
            let (code, size) = *bytes.choose(&CODES)?;
            let big_endian = bytes.arbitrary()?;
            let format = format::simple(code, big_endian);
            Ok(Written {
                of: Type::Simple { code, big_endian },
                format,
                size,
                align: size,
            })
        }
        2 => Ok(Written {
            of: Type::Untyped,
            format: format::UNTYPED.to_owned(),
            size: 8,
            align: 8,
        }),
        3 => Ok(Written {
            of: Type::Union,
            format: format::UNION.to_owned(),
            size: 4,
            align: 2,
        }),
        4 => {
            let (target, shape) = (written(bytes, depth - 1)?, shape(bytes)?);
            let format = format::pointer(&shape, &target.format);
            let of = Type::Pointer(Box::new(Shaped {
                shape,
                item: target.of,
            }));
            Ok(Written {
                of,
                format,
                size: 8,
                align: 8,
            })
        }
        _ => structure(bytes, depth - 1),
    }
}

fn shape(bytes: &mut Unstructured<'_>) -> Result<Vec<usize>> {
    let count = bytes.int_in_range(0..=2)?;
    (0..count).map(|_| bytes.int_in_range(1..=12)).collect()
}

fn structure(bytes: &mut Unstructured<'_>, depth: u32) -> Result<Written> {
    let mut placer = Placer::new(Rules {
        union: false,
        packing: if bytes.arbitrary()? {
            Packing::SystemV
        } else {
            Packing::Microsoft { pack: 2 }
        },
        big_endian: false,
        align: *bytes.choose(&[1, 1, 4, 32])?,
        base_size: 0,
    });
    let (mut members, mut formats) = (Vec::new(), Vec::new());
    for index in 0..bytes.int_in_range(0..=4)? {
        let (item, shape) = (written(bytes, depth)?, shape(bytes)?);
        let size = item.size * shape.iter().product::<usize>() as u64;
        let field = Field {
            size,
            align: item.align,
            bits: None,
        };
        let Some(Place { padding, .. }) = placer.place(field) else {
            return Err(arbitrary::Error::IncorrectFormat);
        };
        let name = format!("f{index}");
        members.push(Member {
            name,
            padding,
            of: Shaped {
                shape,
                item: item.of,
            },
        });
        formats.push(item.format);
    }
    let Some(extent) = placer.finish() else {
        return Err(arbitrary::Error::IncorrectFormat);
    };
    let fields = members
        .iter()
        .zip(&formats)
        .map(|(member, format)| format::Field {
            name: &member.name,
            padding: member.padding,
            shape: &member.of.shape,
            format,
        });
    let format = format::structure(fields, extent.padding);
    let of = Type::Structure {
        members,
        end: extent.padding,
    };
    Ok(Written {
        of,
        format,
        size: extent.size,
        align: extent.align,
    })
}

/// The rest of a format.
struct Parser<'a>(&'a str);

impl Parser<'_> {
    fn takes(&mut self, text: &str) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn until(&mut self, end: char) -> Option<String> {
        let (text, rest) = self.0.split_once(end)?;
        self.0 = rest;
        Some(text.to_owned())
    }

    fn padding(&mut self) -> u64 {
        let digits = self
            .0
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(self.0.len());
        let (count, rest) = self.0.split_at(digits);
        match rest.strip_prefix('x') {
            Some(rest) => {
                self.0 = rest;
                if count.is_empty() {
                    1
                } else {
                    count.parse().expect("digits")
                }
            }
            None => 0,
        }
    }

    fn shaped(&mut self) -> Option<Shaped> {
        let mut shape = Vec::new();
        if self.takes("(") {
            for extent in self.until(')')?.split(',') {
                shape.push(extent.parse().ok()?);
            }
        }
        Some(Shaped {
            shape,
            item: self.item()?,
        })
    }

    fn item(&mut self) -> Option<Type> {
        if self.takes("X{}") {
            return Some(Type::Untyped);
        }
        if self.takes("B") {
            return Some(Type::Union);
        }
        if self.takes("&") {
            return Some(Type::Pointer(Box::new(self.shaped()?)));
        }
        if self.takes("T{") {
            return self.members();
        }
        let big_endian = self.takes(">");
        if !big_endian && !self.takes("<") {
            return None;
        }
        let code = self.0.chars().next()?;
        self.0 = &self.0[code.len_utf8()..];
        Some(Type::Simple { code, big_endian })
    }

    fn members(&mut self) -> Option<Type> {
        let mut members = Vec::new();
        loop {
            let padding = self.padding();
            if self.takes("}") {
                return Some(Type::Structure {
                    members,
                    end: padding,
                });
            }
            let of = self.shaped()?;
            if !self.takes(":") {
                return None;
            }
            let name = self.until(':')?;
            members.push(Member { name, padding, of });
        }
    }
}

/// Returns the size in bytes of the type that a format describes.
fn size(of: &Type) -> u64 {
    match of {
        Type::Simple { code, .. } => CODES.iter().find(|row| row.0 == *code).expect("a code").1,
        Type::Untyped | Type::Pointer(_) => 8,
        // As in `written`: the format does not say.
        Type::Union => 4,
        Type::Structure { members, end } => {
            let member = |member: &Member| {
                let count: usize = member.of.shape.iter().product();
                member.padding + count as u64 * size(&member.of.item)
            };
            members.iter().map(member).sum::<u64>() + end
        }
    }
}

pub fn check(bytes: &mut Unstructured<'_>) -> Result<()> {
    let written = written(bytes, 4)?;
    let mut parser = Parser(&written.format);
    let parsed = parser.item();
    assert_eq!(
        (parsed.as_ref(), parser.0),
        (Some(&written.of), ""),
        "{}",
        written.format
    );
    assert_eq!(size(&written.of), written.size, "{}", written.format);
    Ok(())
}
