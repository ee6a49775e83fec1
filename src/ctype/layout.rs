//! Size, alignment, format, and where the scalars lie.

use super::{
    CType,
    ffi_type::{FfiType, Placed, Scalar},
    simple::SimpleCode,
};
use rustpython_vm::{
    PyRef,
    object::{Traverse, TraverseFn},
};

/// How values of a type lie in memory and what others need to know to pass them on.
#[derive(Debug)]
pub struct Layout {
    /// Bytes, padding included: C's `sizeof`.
    pub size: usize,
    /// Bytes: C's `_Alignof`.
    pub align: usize,
    /// PEP 3118 format of one item.
    pub format: String,
    /// Extent of each dimension of an array, outermost first; empty for everything else.
    pub shape: Vec<usize>,
    /// Bytes of the innermost item of an array; of the value for everything else.
    pub item_size: usize,
    /// Fields of an aggregate, those of its base classes included.
    pub field_count: usize,
    /// Values hold addresses, so they mean nothing in another process.
    pub has_pointer: bool,
    pub ffi: FfiType,
    /// The scalars by offset, for the aggregates this becomes a part of.
    scalars: Scalars,
    /// Offsets and types of the fields, those of base classes first.
    fields: Vec<(usize, PyRef<CType>)>,
}

#[derive(Debug)]
enum Scalars {
    One(Scalar),
    List(Vec<Placed>),
}

/// An aggregate's scalars are spelled out only while they can matter: no ABI classifies what is
/// larger by its fields, and an array of a million integers need not be a million entries.
const MAX_CLASSIFIED_SIZE: usize = 64;

impl Layout {
    #[must_use]
    pub fn simple(code: &SimpleCode, swapped: bool) -> Self {
        let big_endian = swapped != cfg!(target_endian = "big");
        let mark = if big_endian { '>' } else { '<' };
        let mut layout = Self::scalar(code.scalar, code.size, code.align, String::new());
        layout.format = format!("{mark}{}", code.format);
        layout.has_pointer = code.scalar == Scalar::Pointer;
        layout
    }

    /// The layout of a pointer to a type with this format.
    #[must_use]
    pub fn pointer(format: String) -> Self {
        let mut layout = Self::scalar(
            Scalar::Pointer,
            size_of::<usize>(),
            align_of::<usize>(),
            format,
        );
        layout.has_pointer = true;
        layout
    }

    fn scalar(scalar: Scalar, size: usize, align: usize, format: String) -> Self {
        Self {
            size,
            align,
            format,
            shape: Vec::new(),
            item_size: size,
            field_count: 0,
            has_pointer: false,
            ffi: FfiType::scalar(scalar),
            scalars: Scalars::One(scalar),
            fields: Vec::new(),
        }
    }

    /// The layout of an array. `None` if its size exceeds the address space.
    #[must_use]
    pub fn array(item: &Self, length: usize) -> Option<Self> {
        let size = item
            .size
            .checked_mul(length)
            .filter(|&size| isize::try_from(size).is_ok())?;
        let mut scalars = Vec::new();
        if size <= MAX_CLASSIFIED_SIZE && item.size > 0 {
            for index in 0..length {
                scalars.extend(item.scalars_at(index * item.size));
            }
        }
        Some(Self {
            size,
            align: item.align,
            format: item.format.clone(),
            shape: [length]
                .into_iter()
                .chain(item.shape.iter().copied())
                .collect(),
            item_size: item.item_size,
            field_count: 0,
            has_pointer: item.has_pointer,
            // An array is passed as a pointer to its first item (C11 6.3.2.1 p3).
            ffi: FfiType::scalar(Scalar::Pointer),
            scalars: Scalars::List(scalars),
            fields: Vec::new(),
        })
    }

    /// The layout of a structure or union with these fields, each with its offset.
    #[must_use]
    pub fn aggregate(
        size: usize,
        align: usize,
        format: String,
        base: Option<&Self>,
        fields: Vec<(usize, PyRef<CType>)>,
    ) -> Self {
        let mut scalars: Vec<Placed> = base.map(|base| base.scalars_at(0)).unwrap_or_default();
        let mut has_pointer = base.is_some_and(|base| base.has_pointer);
        for (offset, ctype) in &fields {
            let layout = ctype.layout();
            has_pointer |= layout.has_pointer;
            if size <= MAX_CLASSIFIED_SIZE {
                scalars.extend(layout.scalars_at(*offset));
            }
        }
        Self {
            size,
            align,
            format,
            shape: Vec::new(),
            item_size: size,
            field_count: base.map_or(0, |base| base.field_count) + fields.len(),
            has_pointer,
            ffi: FfiType::aggregate(size, align, &scalars),
            scalars: Scalars::List(scalars),
            fields: base
                .iter()
                .flat_map(|base| base.fields.iter().cloned())
                .chain(fields)
                .collect(),
        }
    }

    /// Offset and type of each field of an aggregate, those of base classes first.
    #[must_use]
    pub fn fields(&self) -> &[(usize, PyRef<CType>)] {
        &self.fields
    }

    /// A copy for a subclass that adds no fields.
    #[must_use]
    pub fn inherit(base: &Self) -> Self {
        let scalars = base.scalars_at(0);
        Self {
            size: base.size,
            align: base.align,
            format: base.format.clone(),
            shape: base.shape.clone(),
            item_size: base.item_size,
            field_count: base.field_count,
            has_pointer: base.has_pointer,
            ffi: FfiType::aggregate(base.size, base.align, &scalars),
            scalars: Scalars::List(scalars),
            fields: base.fields.clone(),
        }
    }

    /// The scalars, for an aggregate in which this starts at `offset`.
    fn scalars_at(&self, offset: usize) -> Vec<Placed> {
        match &self.scalars {
            Scalars::One(scalar) => vec![(offset, *scalar)],
            Scalars::List(list) => list.iter().map(|&(at, s)| (offset + at, s)).collect(),
        }
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Layout {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        for (_, ctype) in &self.fields {
            ctype.traverse(visit);
        }
    }
}
