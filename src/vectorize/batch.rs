//! Many calls of one function: what the arguments of each are, and where the results go.

use super::{
    parameter::{Operand, Pass},
    shape::{self, Extents, Region, Strides},
    word::Load,
};
use crate::{
    abi::{
        Scalar,
        native::{Form, NextRegister, Rows},
        passing::{PassedType, eightbytes_of},
        stack::EIGHTBYTE,
    },
    ccall::argument::{Argument, ArgumentValue},
};
use std::mem::MaybeUninit;

/// An argument of a batch.
#[derive(Clone, Copy, Debug)]
pub enum Given<'a> {
    /// The same in all calls.
    Constant(&'a Argument),
    /// Another item for each call. Its parameter is of this type.
    Items {
        scalar: Scalar,
        passed: &'a PassedType,
        operand: &'a Operand,
    },
}

/// What to call.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    pub address: usize,
    /// Where its results come back.
    pub form: Form,
    /// The size of a result in bytes; zero if there is none.
    pub result: usize,
}

/// Many calls of one function.
#[derive(Debug)]
pub struct Batch<'a> {
    pub function: Function,
    /// The shape that all calls have, with few dimensions.
    extents: Extents,
    pub count: usize,
    pub way: Way<'a>,
    pub results: Option<Items>,
    pub errnos: Option<Items>,
}

/// An item for each call.
#[derive(Debug)]
pub struct Items {
    start: usize,
    pub size: usize,
    strides: Strides,
}

/// How the arguments reach the function.
#[derive(Debug)]
pub enum Way<'a> {
    /// All arguments are words, and fit the argument registers; the result is a word or two.
    Words(Vec<Column>),
    /// They are placed one by one for each call.
    Framed(Vec<Placed<'a>>),
}

/// A word for each call, which goes into a register.
#[derive(Debug)]
pub struct Column {
    pub is_vector: bool,
    pub source: Source,
}

/// Where the words of a column come from.
#[derive(Debug)]
pub enum Source {
    Constant(u64),
    Items(Load, Items),
}

/// An argument that is placed.
#[derive(Debug)]
pub enum Placed<'a> {
    Word {
        scalar: Scalar,
        source: Source,
    },
    Wide {
        scalar: Scalar,
        words: &'a [u64],
    },
    WideItems {
        scalar: Scalar,
        items: Items,
    },
    /// A `long double` for each call, whose source is a `double`.
    Widened(Source),
    Aggregate {
        passed: &'a PassedType,
        value: &'a [u64],
    },
    AggregateItems {
        passed: &'a PassedType,
        items: Items,
    },
}

// SAFETY: the addresses in it are used as C uses them: the caller of `vectorize` says whether the function may run
// on several threads at once. Descriptions of types are only read.
unsafe impl Sync for Batch<'_> {}

impl Items {
    fn new(region: &Region, shape: &Extents) -> Self {
        Self {
            start: region.start,
            size: region.size,
            strides: region.stretched(shape),
        }
    }

    /// Returns whether the items are so many words each, and lie one behind the other within a run.
    #[inline]
    pub fn are_words(&self, words: usize) -> bool {
        self.size == words * EIGHTBYTE && self.stride() == self.size.cast_signed()
    }

    /// Returns the distance in bytes to the next item within a run.
    #[inline]
    pub fn stride(&self) -> isize {
        self.strides.last().copied().unwrap_or(0)
    }
}

impl<'a> Batch<'a> {
    /// Makes a batch of calls over `shape`, in which results and values of `errno` go to these places. Returns
    /// `None` if the shape has more calls than memory has addresses.
    #[must_use]
    pub fn new(
        function: Function,
        given: &[Given<'a>],
        mut shape: Extents,
        results: Option<&Region>,
        errnos: Option<&Region>,
    ) -> Option<Self> {
        let count = shape::count(&shape)?;
        let columns = Rows::words_of(function.form).and_then(|_| Column::all(given, &shape));
        let mut way = match columns {
            Some(columns) => Way::Words(columns),
            None => Way::Framed(
                given
                    .iter()
                    .map(|given| Placed::new(*given, &shape))
                    .collect(),
            ),
        };
        let mut results = results.map(|region| Items::new(region, &shape));
        let mut errnos = errnos.map(|region| Items::new(region, &shape));
        if shape.len() > 1 {
            let mut all: Vec<&mut Strides> = match &mut way {
                Way::Words(columns) => {
                    let sources = columns.iter_mut().map(|column| &mut column.source);
                    sources.filter_map(Source::strides).collect()
                }
                Way::Framed(placed) => placed.iter_mut().filter_map(Placed::strides).collect(),
            };
            all.extend(
                results
                    .iter_mut()
                    .chain(&mut errnos)
                    .map(|items| &mut items.strides),
            );
            shape::join(&mut shape, &mut all);
        }
        Some(Self {
            function,
            extents: shape,
            count,
            way,
            results,
            errnos,
        })
    }

    /// Returns how many calls from number `at` on go from item to item by the same stride.
    #[inline]
    #[must_use]
    pub fn run(&self, at: usize) -> usize {
        match &self.extents[..] {
            [] | [_] => self.count - at,
            [.., inner] => inner - at % inner,
        }
    }

    /// Returns the address of the item for call number `at`.
    #[inline]
    #[must_use]
    pub fn item(&self, items: &Items, at: usize) -> *mut u8 {
        let offset = match (&self.extents[..], &items.strides[..]) {
            (_, []) => 0,
            (_, &[stride]) => at.cast_signed() * stride,
            (extents, strides) => offset(extents, strides, at),
        };
        std::ptr::with_exposed_provenance_mut::<u8>(items.start).wrapping_offset(offset)
    }
}

/// Returns the distance in bytes from the first item to item number `at` of a shape.
fn offset(extents: &[usize], strides: &[isize], at: usize) -> isize {
    let dimensions = extents.iter().zip(strides).rev();
    let (_, offset) = dimensions.fold((at, 0), |(rest, offset), (&extent, &stride)| {
        (
            rest / extent,
            offset + (rest % extent).cast_signed() * stride,
        )
    });
    offset
}

impl Column {
    /// Returns the columns of all arguments. `None` if not all are words that fit the argument registers.
    fn all(given: &[Given<'_>], shape: &Extents) -> Option<Vec<Self>> {
        let mut columns = Vec::with_capacity(given.len());
        for given in given {
            match given {
                Given::Constant(argument) => match argument.value() {
                    ArgumentValue::Word(scalar) => {
                        columns.push(Self::constant(scalar.is_float(), argument.word()));
                    }
                    ArgumentValue::Wide(scalar) => {
                        columns.extend(Self::constants(eightbytes_of(scalar)?, argument));
                    }
                    ArgumentValue::Aggregate(passed) => {
                        columns.extend(Self::constants(passed.eightbytes()?, argument));
                    }
                },
                Given::Items {
                    scalar,
                    passed,
                    operand,
                } => match operand.pass {
                    Pass::Word(load) => columns.push(Self {
                        is_vector: scalar.is_float(),
                        source: Source::Items(load, Items::new(&operand.region, shape)),
                    }),
                    Pass::Wide => {
                        Self::split(eightbytes_of(*scalar)?, operand, shape, &mut columns)?;
                    }
                    Pass::Widened(_) => return None,
                    Pass::Aggregate => {
                        Self::split(passed.eightbytes()?, operand, shape, &mut columns)?;
                    }
                },
            }
        }
        let mut next = NextRegister::default();
        let fits = |column: &Self| next.take(column.is_vector).is_some();
        columns.iter().all(fits).then_some(columns)
    }

    /// Adds a column for each eightbyte of items. Returns `None` if one is no number's size.
    fn split(
        eightbytes: &[Scalar],
        operand: &Operand,
        shape: &Extents,
        columns: &mut Vec<Self>,
    ) -> Option<()> {
        for part in Load::of_eightbytes(eightbytes, operand.region.size) {
            let (offset, is_vector, load) = part?;
            let mut items = Items::new(&operand.region, shape);
            items.start += offset;
            columns.push(Self {
                is_vector,
                source: Source::Items(load, items),
            });
        }
        Some(())
    }

    fn constants<'a>(
        eightbytes: &'a [Scalar],
        argument: &'a Argument,
    ) -> impl Iterator<Item = Self> + 'a {
        let words = eightbytes.iter().zip(argument.eightbytes());
        words.map(|(eightbyte, word)| Self::constant(eightbyte.is_float(), *word))
    }

    fn constant(is_vector: bool, word: u64) -> Self {
        let source = Source::Constant(word);
        Self { is_vector, source }
    }
}

impl Source {
    /// Returns whether the items are words that lie one behind the other within a run.
    #[inline]
    pub fn is_in_place(&self) -> bool {
        matches!(self, Self::Items(Load::Whole, items) if items.are_words(1))
    }

    /// Loads the words of calls from number `at` on. Those of a constant are there already.
    ///
    /// # Safety
    /// The items must exist.
    #[inline]
    pub unsafe fn load(&self, batch: &Batch<'_>, at: usize, words: &mut [MaybeUninit<u64>]) {
        let Self::Items(load, items) = self else {
            return;
        };
        // SAFETY: the items exist (see # Safety).
        unsafe { load.words(batch.item(items, at), items.stride(), words) };
    }

    fn strides(&mut self) -> Option<&mut Strides> {
        match self {
            Self::Constant(_) => None,
            Self::Items(_, items) => Some(&mut items.strides),
        }
    }
}

impl<'a> Placed<'a> {
    fn new(given: Given<'a>, shape: &Extents) -> Self {
        let (scalar, passed, operand) = match given {
            Given::Constant(argument) => return Self::constant(argument),
            Given::Items {
                scalar,
                passed,
                operand,
            } => (scalar, passed, operand),
        };
        let items = Items::new(&operand.region, shape);
        match operand.pass {
            Pass::Word(load) => Self::Word {
                scalar,
                source: Source::Items(load, items),
            },
            Pass::Wide => Self::WideItems { scalar, items },
            Pass::Widened(load) => Self::Widened(Source::Items(load, items)),
            Pass::Aggregate => Self::AggregateItems { passed, items },
        }
    }

    fn constant(argument: &'a Argument) -> Self {
        match argument.value() {
            ArgumentValue::Word(scalar) => Self::Word {
                scalar,
                source: Source::Constant(argument.word()),
            },
            ArgumentValue::Wide(scalar) => Self::Wide {
                scalar,
                words: argument.eightbytes(),
            },
            ArgumentValue::Aggregate(passed) => Self::Aggregate {
                passed,
                value: argument.eightbytes(),
            },
        }
    }

    fn strides(&mut self) -> Option<&mut Strides> {
        match self {
            Self::Word { source, .. } | Self::Widened(source) => source.strides(),
            Self::WideItems { items, .. } | Self::AggregateItems { items, .. } => {
                Some(&mut items.strides)
            }
            Self::Wide { .. } | Self::Aggregate { .. } => None,
        }
    }
}
