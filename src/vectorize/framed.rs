//! Making calls whose arguments are placed one by one: there are aggregates, wide numbers, more arguments than
//! registers, or results that are no words.

use super::{
    batch::{Batch, Function, Placed, Source},
    word::{NO_WORDS, Words},
};
use crate::{
    abi::{
        Scalar, long_double,
        native::Frame,
        passing::{PassedType, Passing},
        stack::EIGHTBYTE,
    },
    ccall::errno,
};
use std::mem::MaybeUninit;

/// The eightbytes of the largest scalar.
const WIDEST: usize = 4;
/// The eightbytes of a `long double`.
const LONG_DOUBLE: usize = long_double::SIZE.div_ceil(EIGHTBYTE);
/// The size in bytes of the largest aggregates that are copied here.
const LARGEST: usize = 64 * 1024;

/// What one thread needs to make such calls.
pub struct Framed {
    /// The words of each argument that is one.
    words: Vec<Words>,
    /// The memory of one result, and of two words.
    result: Vec<u128>,
    /// The memory of each argument of which C gets the address of a copy.
    copies: Vec<Vec<u128>>,
}

impl Framed {
    /// Prepares calls.
    #[must_use]
    pub fn new(function: Function, placed: &[Placed<'_>]) -> Self {
        let mut words = Vec::with_capacity(placed.len());
        for placed in placed {
            let mut own = NO_WORDS;
            if let Some(Source::Constant(word)) = placed.source() {
                own.fill(MaybeUninit::new(*word));
            }
            words.push(own);
        }
        Self {
            words,
            result: vec![0; function.result.div_ceil(size_of::<u128>()).max(2)],
            copies: placed.iter().map(Placed::copy).collect(),
        }
    }

    /// Makes `count` calls from number `at` on, and notes what they leave in `errno` if there is room for it.
    ///
    /// # Safety
    /// The function must take the batch's arguments and return its results, and there must be memory for these.
    pub unsafe fn enter(
        &mut self,
        batch: &Batch<'_>,
        placed: &[Placed<'_>],
        at: usize,
        count: usize,
        errnos: &mut [MaybeUninit<u64>],
    ) {
        let (form, address) = (batch.function.form, batch.function.address);
        for (placed, words) in placed.iter().zip(&mut self.words) {
            if let Some(source) = placed.source() {
                // SAFETY: the items exist (see # Safety).
                unsafe { source.load(batch, at, &mut words[..count]) };
            }
        }
        let result: *mut u8 = self.result.as_mut_ptr().cast();
        for row in 0..count {
            let mut frame = Frame::new();
            if form.is_memory() {
                let _ = frame.result_at(result.expose_provenance());
            }
            let arguments = placed.iter().zip(&self.words).zip(&mut self.copies);
            for ((placed, words), copy) in arguments {
                // SAFETY: the items exist, and the words are loaded. That there is room was checked.
                let _ = unsafe { placed.place(&mut frame, batch, at + row, words[row], copy) };
            }
            if !errnos.is_empty() {
                errno::set_real(0);
            }
            // SAFETY: the frame holds the function's arguments (see # Safety), and there is room for the result.
            unsafe { frame.call(address, form, result) };
            if let Some(left) = errnos.get_mut(row) {
                left.write(u64::from(errno::real().cast_unsigned()));
            }
            if let Some(items) = &batch.results {
                let to = batch.item(items, at + row);
                // SAFETY: there is memory for each result (see # Safety), and C has written one.
                unsafe { to.copy_from_nonoverlapping(result, items.size) };
            }
        }
    }
}

impl Placed<'_> {
    /// Returns where its word comes from, if it has one.
    fn source(&self) -> Option<&Source> {
        match self {
            Self::Word { source, .. } | Self::Widened(source) => Some(source),
            _ => None,
        }
    }

    /// Places the argument of call number `at`; `word` is its word, if it is one.
    ///
    /// # Safety
    /// The item must exist, and the word must be loaded. The copy must have room for an aggregate.
    #[inline]
    unsafe fn place(
        &self,
        frame: &mut Frame,
        batch: &Batch<'_>,
        at: usize,
        word: MaybeUninit<u64>,
        copy: &mut [u128],
    ) -> Option<()> {
        match self {
            Self::Word { scalar, .. } => {
                // SAFETY: the word is loaded (see # Safety).
                let word = unsafe { word.assume_init() };
                frame.word(scalar.is_float(), word, scalar.size())
            }
            Self::Wide { scalar, words } => frame.wide(*scalar, words),
            Self::Widened(_) => {
                let mut words = [0u64; WIDEST];
                // SAFETY: the word is loaded (see # Safety); the words have room for a `long double`.
                unsafe {
                    let number = f64::from_bits(word.assume_init());
                    long_double::store(words.as_mut_ptr().cast(), number);
                }
                frame.wide(Scalar::LongDouble, words.get(..LONG_DOUBLE)?)
            }
            Self::WideItems { scalar, items } => {
                let mut words = [0u64; WIDEST];
                let words = words.get_mut(..scalar.size().div_ceil(EIGHTBYTE))?;
                let source = batch.item(items, at);
                // SAFETY: the item exists (see # Safety), and the words have room for it.
                unsafe { source.copy_to_nonoverlapping(words.as_mut_ptr().cast(), scalar.size()) };
                frame.wide(*scalar, words)
            }
            Self::Aggregate { passed, value } => {
                // SAFETY: the value is one of the type.
                unsafe { aggregate(frame, passed, value.as_ptr().cast(), copy) }
            }
            Self::AggregateItems { passed, items } => {
                // SAFETY: the item exists (see # Safety).
                unsafe { aggregate(frame, passed, batch.item(items, at), copy) }
            }
        }
    }

    /// Returns memory for the copy that C gets of this argument in each call; empty if it gets none.
    fn copy(&self) -> Vec<u128> {
        let (Self::Aggregate { passed, .. } | Self::AggregateItems { passed, .. }) = self else {
            return Vec::new();
        };
        match passed.passing() {
            Passing::Reference => vec![0; passed.size().div_ceil(size_of::<u128>())],
            _ => Vec::new(),
        }
    }

    /// Places any argument of this type. Returns `None` if there is no room, or if libffi must pass it; neither
    /// depends on its value.
    fn try_out(&self, frame: &mut Frame) -> Option<()> {
        match self {
            Self::Word { scalar, .. } => frame.word(scalar.is_float(), 0, scalar.size()),
            Self::Wide { scalar, .. } | Self::WideItems { scalar, .. } => {
                let words = [0u64; WIDEST];
                frame.wide(*scalar, words.get(..scalar.size().div_ceil(EIGHTBYTE))?)
            }
            Self::Widened(_) => frame.wide(Scalar::LongDouble, &[0; LONG_DOUBLE]),
            Self::Aggregate { passed, .. } | Self::AggregateItems { passed, .. } => {
                let fits = passed.size() <= LARGEST && passed.align() <= align_of::<u128>();
                if !passed.is_passable() || !fits {
                    return None;
                }
                let value = vec![0u128; passed.size().div_ceil(size_of::<u128>())];
                // SAFETY: zeros are a value of every aggregate type.
                unsafe { frame.aggregate(passed, value.as_ptr().cast()) }
            }
        }
    }
}

/// Places an aggregate: of one that is passed by reference C gets a copy of its own.
///
/// # Safety
/// There must be a value of the type at `source`, and room for it in the copy if that is not empty.
unsafe fn aggregate(
    frame: &mut Frame,
    passed: &PassedType,
    source: *const u8,
    copy: &mut [u128],
) -> Option<()> {
    let mut source = source;
    if !copy.is_empty() {
        let copy: *mut u8 = copy.as_mut_ptr().cast();
        // SAFETY: there is a value, and room for it (see # Safety).
        unsafe { copy.copy_from_nonoverlapping(source, passed.size()) };
        source = copy;
    }
    // SAFETY: there is a value of the type.
    unsafe { frame.aggregate(passed, source) }
}

/// Returns whether the arguments of a function can be placed.
#[must_use]
pub fn can_be_placed(function: Function, placed: &[Placed<'_>]) -> bool {
    let mut frame = Frame::new();
    let result = !function.form.is_memory() || frame.result_at(0).is_some();
    function.result <= LARGEST
        && result
        && placed
            .iter()
            .all(|placed| placed.try_out(&mut frame).is_some())
}
