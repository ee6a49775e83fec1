//! Where the fields of an aggregate lie: numbers in, numbers out.
//!
//! There are two ways to pack bit fields. GCC on System V places field after field, bit by bit, and moves to
//! the next unit only where a bit field would not fit into one object of its type. Microsoft's compilers open a
//! unit of the field's type and fill it with the bit fields that follow, as long as their types have the same
//! size. `_pack_` limits the alignment, and implies the second way.

/// The rules for laying out an aggregate.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Whether all fields start at zero.
    pub union: bool,
    pub packing: Packing,
    /// Whether bit fields are counted from the unit's most significant bit.
    pub big_endian: bool,
    /// Minimum alignment of the aggregate in bytes; not zero.
    pub align: u64,
    /// Size of the base class in bytes; the fields of a structure start behind it.
    pub base_size: u64,
}

/// How fields share storage units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    SystemV,
    Microsoft {
        /// Maximum alignment of fields in bytes; zero for no limit.
        pack: u64,
    },
}

/// A field to be placed.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Size of its type in bytes.
    pub size: u64,
    /// Alignment of its type in bytes; not zero.
    pub align: u64,
    /// Width of a bit field, 1 to `8 * size`.
    pub bits: Option<u64>,
}

/// Where a field lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Bytes from the start of the aggregate to the field, or to a bit field's unit.
    pub offset: u64,
    /// Lowest bit of a bit field in its type, counted from the least significant; 0 for other fields.
    pub bit_offset: u64,
    /// Unused bytes in front of a field of a structure.
    pub padding: u64,
}

/// Size and alignment of the aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    pub size: u64,
    pub align: u64,
    /// Unused bytes at the end, which `size` includes.
    pub padding: u64,
}

/// The largest size and alignment that is accepted. Eight times as much, and sums of a few, are still exact,
/// even as a float.
pub const LIMIT: u64 = 1 << 48;

/// Places the fields of an aggregate one by one.
#[derive(Debug)]
pub struct Placer {
    rules: Rules,
    align: u64,
    /// System V: the bit where the next field may start.
    next_bit: u64,
    /// Microsoft: the end of the open unit.
    unit_end: u64,
    /// Microsoft: the number of bits in the open unit.
    unit_bits: u64,
    /// Microsoft: the number of free bits in the open unit.
    free_bits: u64,
    /// The end of the last field, in bytes.
    end: u64,
    /// The size of the largest field of a union, in bytes.
    largest: u64,
}

impl Placer {
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            align: rules.align,
            // A base class too large for this number is refused with the first field.
            next_bit: rules.base_size.saturating_mul(8),
            unit_end: rules.base_size,
            unit_bits: 0,
            free_bits: 0,
            end: rules.base_size,
            largest: 0,
        }
    }

    /// Places the next field. Returns `None` if the numbers exceed [`LIMIT`].
    pub fn place(&mut self, field: Field) -> Option<Place> {
        if self.end.max(field.size).max(field.align) > LIMIT {
            return None;
        }
        if self.rules.union {
            (self.next_bit, self.unit_end, self.unit_bits, self.free_bits) = (0, 0, 0, 0);
        }
        let before = self.end;
        let (offset, first_bit) = match self.rules.packing {
            Packing::SystemV => self.place_system_v(field),
            Packing::Microsoft { pack } => self.place_microsoft(field, pack),
        };
        self.largest = self.largest.max(self.end);
        let bit_offset = match field.bits {
            None => 0,
            Some(width) if self.rules.big_endian => 8 * field.size - width - first_bit,
            Some(_) => first_bit,
        };
        Some(Place {
            offset,
            bit_offset,
            padding: offset.saturating_sub(before),
        })
    }

    /// Returns the field's offset in bytes, and its first bit in its type.
    fn place_system_v(&mut self, field: Field) -> (u64, u64) {
        let align_bits = 8 * field.align;
        let width = field.bits.unwrap_or(8 * field.size);
        // An object of the type that holds the next free bit must hold the last bit of the field too.
        let object_end = round_down(self.next_bit, align_bits) + 8 * field.size;
        if self.next_bit + width > object_end {
            self.next_bit = self.next_bit.next_multiple_of(align_bits);
        }
        let offset = round_down(self.next_bit, align_bits) / 8;
        let first_bit = self.next_bit - 8 * offset;
        self.next_bit += width;
        self.end = self.next_bit.div_ceil(8);
        self.align = self.align.max(field.align);
        (offset, first_bit)
    }

    fn place_microsoft(&mut self, field: Field, pack: u64) -> (u64, u64) {
        let align = match pack {
            0 => field.align,
            pack => field.align.min(pack),
        };
        let type_bits = 8 * field.size;
        let width = field.bits.unwrap_or(type_bits);
        if width > self.free_bits || type_bits != self.unit_bits {
            self.unit_end = self.unit_end.next_multiple_of(align) + field.size;
            self.unit_bits = type_bits;
            self.free_bits = type_bits;
        }
        let first_bit = self.unit_bits - self.free_bits;
        self.free_bits -= width;
        self.end = self.unit_end;
        self.align = self.align.max(align);
        (self.unit_end - field.size, first_bit)
    }

    /// Returns size and alignment, or `None` if the numbers exceed [`LIMIT`].
    #[must_use]
    pub fn finish(&self) -> Option<Extent> {
        let used = if self.rules.union {
            self.largest
        } else {
            self.end
        };
        if used.max(self.align) > LIMIT {
            return None;
        }
        let size = used.next_multiple_of(self.align);
        Some(Extent {
            size,
            align: self.align,
            padding: size - used,
        })
    }
}

fn round_down(number: u64, multiple: u64) -> u64 {
    number - number % multiple
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYSTEM_V: Packing = Packing::SystemV;
    const MICROSOFT: Packing = Packing::Microsoft { pack: 0 };
    const PACKED: Packing = Packing::Microsoft { pack: 1 };

    fn field(size: u64) -> Field {
        Field {
            size,
            align: size,
            bits: None,
        }
    }

    fn bits(size: u64, width: u64) -> Field {
        Field {
            bits: Some(width),
            ..field(size)
        }
    }

    fn rules(packing: Packing) -> Rules {
        Rules {
            union: false,
            packing,
            big_endian: false,
            align: 1,
            base_size: 0,
        }
    }

    /// Returns offset and first bit of each field, and size and alignment of the aggregate.
    fn placed(rules: Rules, fields: &[Field]) -> (Vec<(u64, u64)>, (u64, u64)) {
        let mut placer = Placer::new(rules);
        let places = fields.iter().map(|&field| placer.place(field).unwrap());
        let places = places.map(|place| (place.offset, place.bit_offset));
        let places = places.collect();
        let extent = placer.finish().unwrap();
        (places, (extent.size, extent.align))
    }

    #[test]
    fn fields_are_aligned_unless_they_are_packed() {
        let fields = [field(1), field(8), field(2)];
        for packing in [SYSTEM_V, MICROSOFT] {
            let expected = (vec![(0, 0), (8, 0), (16, 0)], (24, 8));
            assert_eq!(placed(rules(packing), &fields), expected);
        }
        let expected = (vec![(0, 0), (1, 0), (9, 0)], (11, 1));
        assert_eq!(placed(rules(PACKED), &fields), expected);
    }

    #[test]
    fn bit_fields_share_units_of_other_types_on_system_v_alone() {
        // struct { uint8_t a : 3; uint32_t b : 7; uint32_t c : 25; }
        let fields = [bits(1, 3), bits(4, 7), bits(4, 25)];
        let expected = (vec![(0, 0), (0, 3), (4, 0)], (8, 4));
        assert_eq!(placed(rules(SYSTEM_V), &fields), expected);
        let expected = (vec![(0, 0), (4, 0), (4, 7)], (8, 4));
        assert_eq!(placed(rules(MICROSOFT), &fields), expected);
        let expected = (vec![(0, 0), (1, 0), (1, 7)], (5, 1));
        assert_eq!(placed(rules(PACKED), &fields), expected);
    }

    #[test]
    fn a_big_endian_unit_is_filled_from_its_most_significant_bit() {
        let rules = Rules {
            big_endian: true,
            ..rules(SYSTEM_V)
        };
        let expected = (vec![(0, 29), (0, 24)], (4, 4));
        assert_eq!(placed(rules, &[bits(4, 3), bits(4, 5)]), expected);
    }

    #[test]
    fn a_union_is_as_large_as_its_largest_field() {
        for packing in [SYSTEM_V, MICROSOFT] {
            let rules = Rules {
                union: true,
                ..rules(packing)
            };
            let expected = (vec![(0, 0), (0, 0)], (12, 4));
            let wide = Field {
                size: 10,
                align: 1,
                bits: None,
            };
            assert_eq!(placed(rules, &[wide, bits(4, 9)]), expected);
        }
    }

    #[test]
    fn fields_follow_the_base_class() {
        let rules = Rules {
            align: 4,
            base_size: 5,
            ..rules(SYSTEM_V)
        };
        let mut placer = Placer::new(rules);
        let place = placer.place(field(2)).unwrap();
        assert_eq!((place.offset, place.padding), (6, 1));
        let extent = placer.finish().unwrap();
        assert_eq!((extent.size, extent.align, extent.padding), (8, 4, 0));
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let mut placer = Placer::new(rules(SYSTEM_V));
        assert_eq!(placer.place(field(2 * LIMIT)), None);
        let rules = Rules {
            base_size: u64::MAX / 4,
            ..rules(SYSTEM_V)
        };
        let mut placer = Placer::new(rules);
        assert_eq!(placer.place(field(1)), None);
    }
}
