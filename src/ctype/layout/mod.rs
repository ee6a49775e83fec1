//! Size, alignment, format, and the places of the scalars.

mod format;
pub mod place;

use super::{CType, simple::SimpleCode};
use crate::abi::{
    Scalar,
    passing::{Part, PassedType, Shape},
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyRef,
    builtins::PyStrRef,
    object::{Traverse, TraverseFn},
};
use smallvec::SmallVec;
use std::{borrow::Cow, mem, ops::Range, sync::OnceLock};

/// How values of a ctype lie in memory, and what is needed to pass them.
#[derive(Debug)]
pub struct Layout {
    /// Size in bytes, with padding: C's `sizeof`.
    pub size: usize,
    /// Alignment in bytes: C's `_Alignof`.
    pub align: usize,
    /// Extent of each dimension of an array, outermost first; empty for everything else.
    pub shape: Vec<usize>,
    /// Size of the innermost item of an array; for everything else, of the value.
    pub item_size: usize,
    /// Number of fields of an aggregate, with those of its base classes.
    pub field_count: usize,
    /// Whether values hold addresses, which are meaningless in another process.
    pub has_pointer: bool,
    content: Content,
    /// The greatest number of layouts nested below this one, down to those that know their format and scalars.
    depth: u32,
    // Derived from the content when first needed.
    format: OnceLock<String>,
    view_format: OnceLock<Cow<'static, str>>,
    scalars: OnceLock<Vec<Part>>,
    passed: OnceLock<PassedType>,
}

/// What a value consists of. The ctypes in it are final, and live as long as the layout.
#[derive(Debug)]
enum Content {
    Simple {
        code: &'static SimpleCode,
        big_endian: bool,
    },
    /// A pointer, to a ctype if it is known.
    Pointer(Option<PyRef<CType>>),
    Array {
        item: PyRef<CType>,
        length: usize,
    },
    /// An array of a ctype that may have changed: format and scalars are stored.
    Written,
    /// The same content as another ctype's.
    Inherited(PyRef<CType>),
    Fields {
        base: Option<PyRef<CType>>,
        members: Vec<Member>,
        /// Unused bytes at the end of a structure; `None` for a union.
        end: Option<u64>,
    },
}

/// What the layout needs to know of a field.
#[derive(Debug)]
pub struct Member {
    pub name: PyStrRef,
    pub ctype: PyRef<CType>,
    pub offset: usize,
    /// Unused bytes in front of the field.
    pub padding: u64,
    /// The bytes, counted from `offset`, in which a bit field has bits.
    pub bit_field: Option<Range<usize>>,
}

impl Member {
    /// Appends the field's scalars by offset. A bit field is passed as the bytes in which it has bits, whatever
    /// its type.
    fn scalars(&self, out: &mut Vec<Part>) {
        match &self.bit_field {
            None => out.extend(shifted(self.ctype.layout().scalars(), self.offset)),
            Some(bytes) => out.extend(bytes.clone().map(|at| (self.offset + at, Scalar::Uint8))),
        }
    }
}

impl Member {
    fn in_format(&self) -> format::Field<'_> {
        let (name, layout) = (&self.name, self.ctype.layout());
        // The library's code writes the format if a name is not valid UTF-8.
        debug_assert!(name.to_str().is_some(), "{:?}", name.as_object());
        format::Field {
            name: name.to_str().unwrap_or_default(),
            padding: self.padding,
            shape: &layout.shape,
            format: layout.format(),
        }
    }
}

/// The size up to which an aggregate's scalars are listed: no ABI classifies larger aggregates by their fields,
/// and an array of a million integers need not have a million entries.
const MAX_CLASSIFIED_SIZE: usize = 64;

/// Format and scalars of layouts nested deeper than this are stored at once, so that asking for them never
/// recurses too deep.
const MAX_DEPTH: u32 = 32;

impl Layout {
    #[must_use]
    pub fn simple(code: &'static SimpleCode, swapped: bool) -> Self {
        let content = Content::Simple {
            code,
            big_endian: swapped != cfg!(target_endian = "big"),
        };
        Self {
            has_pointer: code.scalar == Scalar::Pointer,
            ..Self::of(content, code.size, code.align)
        }
    }

    /// Returns the layout of a pointer, to `target` if it is known. Function pointers have no target.
    #[must_use]
    pub fn pointer(target: Option<&Py<CType>>) -> Self {
        let settled = target.filter(|target| target.is_settled());
        let content = Content::Pointer(settled.map(ToOwned::to_owned));
        let layout = Self {
            has_pointer: true,
            depth: settled.map_or(0, |target| target.layout().depth + 1),
            ..Self::of(content, size_of::<usize>(), align_of::<usize>())
        };
        if let Some(target) = target
            && settled.is_none()
        {
            // A new layout has no format yet.
            let _ = layout.format.set(target.layout().format_of_pointer());
        }
        layout.bounded()
    }

    /// Returns the layout of an array, and the size that its items have in it. `None` if the array is larger
    /// than the address space.
    #[must_use]
    pub fn array(item: &Py<CType>, length: usize) -> Option<(Self, usize)> {
        // In this order: a final layout does not change any more. Any other may be replaced meanwhile, so it is
        // read only once.
        let settled = item.is_settled();
        let of = item.layout();
        let size = of
            .size
            .checked_mul(length)
            .filter(|&size| isize::try_from(size).is_ok())?;
        let content = if settled {
            let item = item.to_owned();
            Content::Array { item, length }
        } else {
            Content::Written
        };
        let layout = Self {
            shape: [length]
                .into_iter()
                .chain(of.shape.iter().copied())
                .collect(),
            item_size: of.item_size,
            has_pointer: of.has_pointer,
            depth: of.depth + 1,
            ..Self::of(content, size, of.align)
        };
        if !settled {
            // A new layout has neither format nor scalars yet.
            let _ = layout.format.set(of.format().to_owned());
            let _ = layout.scalars.set(repeated(of, length));
        }
        Some((layout.bounded(), of.size))
    }

    /// Returns the layout of a structure or union that has `members` after those of its base class.
    ///
    /// `end` is the number of unused bytes at the end of a structure, `None` for a union. `format` is given if
    /// the format does not follow from the members.
    #[must_use]
    pub fn aggregate(
        (size, align): (usize, usize),
        base: Option<&Py<CType>>,
        members: Vec<Member>,
        end: Option<u64>,
        format: Option<String>,
    ) -> Self {
        let (mut has_pointer, mut field_count, mut depth) = (false, members.len(), 0);
        let types = members.iter().map(|member| &*member.ctype);
        for layout in types.chain(base).map(|ctype| ctype.layout()) {
            has_pointer |= layout.has_pointer;
            depth = depth.max(layout.depth + 1);
        }
        if let Some(base) = base {
            field_count += base.layout().field_count;
        }
        let content = Content::Fields {
            base: base.map(ToOwned::to_owned),
            members,
            end,
        };
        let layout = Self {
            field_count,
            has_pointer,
            depth,
            format: format.map(OnceLock::from).unwrap_or_default(),
            view_format: OnceLock::new(),
            ..Self::of(content, size, align)
        };
        layout.bounded()
    }

    /// Returns a copy for a subclass that adds no fields to a final type.
    #[must_use]
    pub fn inherit(base: &Py<CType>) -> Self {
        let of = base.layout();
        let layout = Self {
            shape: of.shape.clone(),
            item_size: of.item_size,
            field_count: of.field_count,
            has_pointer: of.has_pointer,
            depth: of.depth + 1,
            ..Self::of(Content::Inherited(base.to_owned()), of.size, of.align)
        };
        layout.bounded()
    }

    /// Returns the members of an aggregate, those of base classes first.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        // A loop, because there may be a thousand classes between an aggregate and its first base.
        let mut levels = SmallVec::<[&[Member]; 4]>::new();
        let mut layout = Some(self);
        while let Some(current) = layout {
            layout = match &current.content {
                Content::Inherited(base) => Some(base.layout()),
                Content::Fields { base, members, .. } => {
                    levels.push(members);
                    base.as_ref().map(|base| base.layout())
                }
                _ => None,
            };
        }
        levels.into_iter().rev().flatten()
    }

    fn of(content: Content, size: usize, align: usize) -> Self {
        Self {
            size,
            align,
            shape: Vec::new(),
            item_size: size,
            field_count: 0,
            has_pointer: false,
            content,
            depth: 0,
            format: OnceLock::new(),
            view_format: OnceLock::new(),
            scalars: OnceLock::new(),
            passed: OnceLock::new(),
        }
    }

    /// Stores format and scalars at once if asking for them later would recurse too deep.
    fn bounded(mut self) -> Self {
        if self.depth > MAX_DEPTH {
            let _ = self.format();
            let _ = self.scalars();
            self.depth = 0;
        }
        self
    }

    /// Returns the result of `translate` for the format; `translate` is called once.
    pub fn view_format(&self, translate: fn(&str) -> Cow<'static, str>) -> Cow<'static, str> {
        let format = self.view_format.get_or_init(|| translate(self.format()));
        format.clone()
    }

    /// Returns the PEP 3118 format of one item.
    #[must_use]
    pub fn format(&self) -> &str {
        self.format.get_or_init(|| match &self.content {
            Content::Simple { code, big_endian } => format::simple(code.format, *big_endian),
            Content::Pointer(None) | Content::Written => format::UNTYPED.to_owned(),
            Content::Pointer(Some(target)) => target.layout().format_of_pointer(),
            Content::Array { item, .. } => item.layout().format().to_owned(),
            Content::Inherited(base) => base.layout().format().to_owned(),
            Content::Fields { members, end, .. } => match end {
                Some(end) => format::structure(members.iter().map(Member::in_format), *end),
                None => format::UNION.to_owned(),
            },
        })
    }

    /// Returns the PEP 3118 format of a pointer to such a value.
    fn format_of_pointer(&self) -> String {
        format::pointer(&self.shape, self.format())
    }

    /// Returns how values are passed. An array is passed as a pointer to its first item (C11 6.3.2.1 p3).
    #[inline]
    #[must_use]
    pub fn passed(&self) -> &PassedType {
        self.passed.get_or_init(|| self.find_passed())
    }

    #[cold]
    fn find_passed(&self) -> PassedType {
        match &self.content {
            Content::Simple { code, .. } => PassedType::scalar(code.scalar),
            Content::Pointer(_) | Content::Array { .. } | Content::Written => {
                PassedType::scalar(Scalar::Pointer)
            }
            Content::Inherited(_) | Content::Fields { .. } => PassedType::aggregate(Shape {
                size: self.size,
                align: self.align,
                natural_align: self.natural_align(),
                parts: self.scalars(),
            }),
        }
    }

    /// Returns the alignment that the members of an aggregate require, whatever its own `_align_` says.
    fn natural_align(&self) -> usize {
        let aligns = self.members().map(|member| member.ctype.layout().align);
        aligns.max().unwrap_or(1).min(self.align)
    }

    /// Returns the scalars by offset.
    fn scalars(&self) -> &[Part] {
        self.scalars.get_or_init(|| match &self.content {
            Content::Simple { code, .. } => vec![(0, code.scalar)],
            Content::Pointer(_) => vec![(0, Scalar::Pointer)],
            Content::Written => Vec::new(),
            Content::Array { item, length } => repeated(item.layout(), *length),
            Content::Inherited(base) => base.layout().scalars().to_vec(),
            Content::Fields { base, members, .. } => {
                let mut scalars = Vec::new();
                if let Some(base) = base {
                    scalars.extend(base.layout().scalars());
                }
                if self.size <= MAX_CLASSIFIED_SIZE {
                    for member in members {
                        member.scalars(&mut scalars);
                    }
                }
                scalars
            }
        })
    }
}

/// Returns the scalars of `length` such items.
fn repeated(item: &Layout, length: usize) -> Vec<Part> {
    let size = item.size.saturating_mul(length);
    if size > MAX_CLASSIFIED_SIZE || item.size == 0 {
        return Vec::new();
    }
    let items = (0..length).map(|index| shifted(item.scalars(), index * item.size));
    items.flatten().collect()
}

/// Returns the scalars of a part that starts at `offset`.
fn shifted(scalars: &[Part], offset: usize) -> impl Iterator<Item = Part> {
    scalars
        .iter()
        .map(move |&(at, scalar)| (offset + at, scalar))
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Layout {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        match &self.content {
            Content::Simple { .. } | Content::Written => {}
            Content::Pointer(target) => target.traverse(visit),
            Content::Array { item, .. } => item.traverse(visit),
            Content::Inherited(base) => base.traverse(visit),
            Content::Fields { base, members, .. } => {
                base.traverse(visit);
                for member in members {
                    member.name.traverse(visit);
                    member.ctype.traverse(visit);
                }
            }
        }
    }

    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        match mem::replace(&mut self.content, Content::Written) {
            Content::Simple { .. } | Content::Written => {}
            Content::Pointer(target) => out.extend(target.map(PyObjectRef::from)),
            Content::Array { item: ctype, .. } | Content::Inherited(ctype) => {
                out.push(ctype.into());
            }
            Content::Fields { base, members, .. } => {
                out.extend(base.map(PyObjectRef::from));
                for Member { name, ctype, .. } in members {
                    out.extend([name.into(), ctype.into()]);
                }
            }
        }
    }
}
