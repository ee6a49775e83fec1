//! Layouts, compared with rules that are tried bit by bit and unit by unit instead of computed.

use crate::place::{Extent, Field, LIMIT, Packing, Place, Placer, Rules};
use arbitrary::{Result, Unstructured};

/// The bit where a field starts, and the bit where its type does.
struct Found {
    bit: u64,
    object: u64,
}

/// An object with a beginning and an end, to which bit fields of its size can be added.
struct Unit {
    start: u64,
    size: u64,
    used: u64,
}

struct Model {
    rules: Rules,
    align: u64,
    /// The bit after the last field.
    end: u64,
    /// Microsoft: the object of the last field.
    unit: Option<Unit>,
    /// The end of the field that ends last.
    furthest: u64,
}

fn aligned(mut byte: u64, align: u64) -> u64 {
    while !byte.is_multiple_of(align) {
        byte += 1;
    }
    byte
}

impl Model {
    fn new(rules: Rules) -> Self {
        Self {
            rules,
            align: rules.align,
            end: 8 * rules.base_size,
            unit: None,
            furthest: 0,
        }
    }

    fn place(&mut self, field: Field) -> Found {
        if self.rules.union {
            self.end = 0;
            self.unit = None;
        }
        let found = match self.rules.packing {
            Packing::SystemV => self.system_v(field),
            Packing::Microsoft { pack } => self.microsoft(field, pack),
        };
        self.furthest = self.furthest.max(self.end);
        found
    }

    /// Finds the first bit from which on the field lies within one aligned object of its type.
    fn system_v(&mut self, field: Field) -> Found {
        self.align = self.align.max(field.align);
        let mut bit = self.end;
        let (object, width) = loop {
            let object = bit / 8 - bit / 8 % field.align;
            match field.bits {
                None if bit == 8 * object => break (object, 8 * field.size),
                Some(width) if bit + width <= 8 * (object + field.size) => break (object, width),
                _ => bit += 1,
            }
        };
        self.end = bit + width;
        Found { bit, object }
    }

    /// Finds the place in the object of the last field, if both are bit fields of the same size and there is
    /// room; otherwise in a new object.
    fn microsoft(&mut self, field: Field, pack: u64) -> Found {
        let align = if pack == 0 {
            field.align
        } else {
            field.align.min(pack)
        };
        self.align = self.align.max(align);
        let width = field.bits.unwrap_or(8 * field.size);
        let shared = self.unit.take().filter(|unit| {
            field.bits.is_some() && unit.size == field.size && unit.used + width <= 8 * unit.size
        });
        let mut unit = shared.unwrap_or_else(|| Unit {
            start: aligned(self.end.div_ceil(8), align),
            size: field.size,
            used: 0,
        });
        let found = Found {
            bit: 8 * unit.start + unit.used,
            object: unit.start,
        };
        unit.used += width;
        self.end = 8 * (unit.start + unit.size);
        self.unit = Some(unit);
        found
    }

    fn extent(&self) -> Extent {
        let used = if self.rules.union {
            self.furthest
        } else {
            self.end
        };
        let used = used.div_ceil(8);
        let size = aligned(used, self.align);
        Extent {
            size,
            align: self.align,
            padding: size - used,
        }
    }
}

fn rules(bytes: &mut Unstructured<'_>) -> Result<Rules> {
    let union = bytes.arbitrary()?;
    Ok(Rules {
        union,
        packing: if bytes.arbitrary()? {
            Packing::SystemV
        } else {
            Packing::Microsoft {
                pack: *bytes.choose(&[0, 1, 2, 3, 4, 8, 16])?,
            }
        },
        big_endian: bytes.arbitrary()?,
        align: *bytes.choose(&[1, 1, 2, 4, 8, 16, 24, 64])?,
        base_size: if union {
            0
        } else {
            bytes.int_in_range(0..=40)?
        },
    })
}

fn field(bytes: &mut Unstructured<'_>) -> Result<Field> {
    let align = *bytes.choose(&[1, 2, 4, 8, 16])?;
    if bytes.arbitrary()? {
        let size = align.min(8);
        let bits = bytes.int_in_range(1..=8 * size)?;
        return Ok(Field {
            size,
            align: size,
            bits: Some(bits),
        });
    }
    // The size of an aggregate is a multiple of its alignment.
    let size = align * bytes.int_in_range(1..=5)?;
    Ok(Field {
        size,
        align,
        bits: None,
    })
}

/// Checks that any numbers at all are placed, or refused, without a panic.
fn of_any_size(bytes: &mut Unstructured<'_>) -> Result<()> {
    let large = |bytes: &mut Unstructured<'_>| {
        let number: u64 = bytes.arbitrary()?;
        Ok(number >> bytes.int_in_range(0..=63)?)
    };
    let rules = Rules {
        align: large(bytes)?.max(1),
        base_size: large(bytes)?,
        ..rules(bytes)?
    };
    let mut placer = Placer::new(rules);
    for _ in 0..bytes.int_in_range(1..=6)? {
        let size = large(bytes)?;
        let mut field = Field {
            size,
            align: large(bytes)?.max(1),
            bits: None,
        };
        if (1..=8).contains(&size) && bytes.arbitrary()? {
            field.align = size;
            field.bits = Some(bytes.int_in_range(1..=8 * size)?);
        }
        let Some(place) = placer.place(field) else {
            return Ok(());
        };
        let end = place
            .offset
            .checked_add(field.size)
            .expect("a sum that fits");
        assert!(end <= 4 * LIMIT, "{field:?} at {place:?}");
    }
    if let Some(extent) = placer.finish() {
        assert!(extent.size.is_multiple_of(extent.align), "{extent:?}");
    }
    Ok(())
}

pub fn check(bytes: &mut Unstructured<'_>) -> Result<()> {
    if bytes.ratio(1, 4)? {
        return of_any_size(bytes);
    }
    let rules = rules(bytes)?;
    let (mut placer, mut model) = (Placer::new(rules), Model::new(rules));
    for _ in 0..bytes.int_in_range(1..=12)? {
        let field = field(bytes)?;
        let before = if rules.union {
            None
        } else {
            Some(model.end.div_ceil(8))
        };
        let Found { bit, object } = model.place(field);
        let first = bit - 8 * object;
        let place = placer.place(field).expect("small numbers");
        let bit_offset = match field.bits {
            None => 0,
            Some(width) if rules.big_endian => 8 * field.size - width - first,
            Some(_) => first,
        };
        let expected = (object, bit_offset);
        assert_eq!(
            (place.offset, place.bit_offset),
            expected,
            "{field:?} in {rules:?}"
        );
        let Place { padding, .. } = place;
        if let Some(before) = before {
            assert_eq!(
                padding,
                object.saturating_sub(before),
                "{field:?} in {rules:?}"
            );
        }
        if let Some(width) = field.bits {
            assert!(
                bit_offset + width <= 8 * field.size,
                "{field:?} in {rules:?}"
            );
        }
    }
    assert_eq!(placer.finish(), Some(model.extent()), "{rules:?}");
    Ok(())
}
