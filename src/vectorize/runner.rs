//! Making the calls of a batch on one thread, some at a time.

use super::{
    batch::{Batch, Source, Way},
    framed::Framed,
    word::{NO_WORDS, Words, store, store_pairs},
};
use crate::{
    abi::{MOST_ROWS, native::Rows},
    ccall::errno,
};
use std::mem::MaybeUninit;

/// What one thread needs to make calls of a batch.
pub struct Runner<'a> {
    batch: &'a Batch<'a>,
    /// The words of each argument, unless all lie in place.
    columns: Vec<Words>,
    /// What calls leave in `errno`, if that is wanted.
    errnos: Vec<MaybeUninit<u64>>,
    framed: Option<Framed>,
}

impl<'a> Runner<'a> {
    /// Prepares calls, of which at most `most` will be made.
    #[must_use]
    pub fn new(batch: &'a Batch<'a>, most: usize) -> Self {
        let rows = most.min(MOST_ROWS);
        let mut runner = Self {
            batch,
            columns: Vec::new(),
            errnos: vec![MaybeUninit::uninit(); if batch.errnos.is_some() { rows } else { 0 }],
            framed: None,
        };
        match &batch.way {
            Way::Words(columns) if columns.iter().all(|column| column.source.is_in_place()) => {}
            Way::Words(columns) => {
                runner.columns.resize_with(columns.len(), || NO_WORDS);
                for (column, words) in columns.iter().zip(&mut runner.columns) {
                    if let Source::Constant(word) = &column.source {
                        words[..rows].fill(MaybeUninit::new(*word));
                    }
                }
            }
            Way::Framed(placed) => {
                runner.framed = Some(Framed::new(batch.function, placed));
            }
        }
        runner
    }

    /// Makes calls from number `at` on, at most `most` of them, and returns how many were made.
    ///
    /// # Safety
    /// The function must take the batch's arguments and return its results, and there must be memory for these.
    /// `at` must be less than the number of calls, `most` at least one and at most [`MOST_ROWS`].
    pub unsafe fn advance(&mut self, at: usize, most: usize) -> usize {
        let batch = self.batch;
        let count = most.min(batch.run(at));
        // SAFETY: the items for these calls exist, and so does the memory for the results (see # Safety).
        unsafe {
            match (&batch.way, &mut self.framed) {
                (Way::Framed(placed), Some(framed)) => {
                    framed.enter(batch, placed, at, count, &mut self.errnos);
                }
                _ => self.enter(at, count),
            }
            if let Some(items) = &batch.errnos {
                store(
                    &self.errnos[..count],
                    items.size,
                    batch.item(items, at),
                    items.stride(),
                );
            }
        }
        count
    }

    /// Makes calls whose arguments are words.
    ///
    /// # Safety
    /// As for [`Self::advance`].
    unsafe fn enter(&mut self, at: usize, count: usize) {
        let batch = self.batch;
        let Way::Words(columns) = &batch.way else {
            return;
        };
        for (column, words) in columns.iter().zip(&mut self.columns) {
            if !column.source.is_in_place() {
                // SAFETY: the items exist (see # Safety).
                unsafe { column.source.load(batch, at, &mut words[..count]) };
            }
        }
        let rows_from = |first: usize| {
            let mut rows = Rows::new();
            for (number, column) in columns.iter().enumerate() {
                let words: *const u64 = match &column.source {
                    Source::Items(_, items) if column.source.is_in_place() => {
                        batch.item(items, at).cast_const().cast()
                    }
                    _ => self.columns[number].as_ptr().cast(),
                };
                rows.push(column.is_vector, words.wrapping_add(first))?;
            }
            Some(rows)
        };
        let (address, form) = (batch.function.address, batch.function.form);
        let Some(width) = Rows::words_of(form) else {
            return;
        };
        let mut results = [MaybeUninit::<u64>::uninit(); 2 * MOST_ROWS];
        let in_place = batch.results.as_ref();
        let in_place = in_place.filter(|items| items.are_words(width));
        let into: *mut u64 = match in_place {
            Some(items) => batch.item(items, at).cast(),
            None => results.as_mut_ptr().cast(),
        };
        if batch.errnos.is_none() {
            let Some(mut rows) = rows_from(0) else {
                return;
            };
            // SAFETY: the function takes the words, of which there are as many (see # Safety).
            unsafe { rows.call(address, form, count, into) };
        } else {
            for (row, left) in self.errnos[..count].iter_mut().enumerate() {
                let Some(mut rows) = rows_from(row) else {
                    return;
                };
                errno::set_real(0);
                // SAFETY: the function takes the words, of which there is one each (see # Safety).
                unsafe { rows.call(address, form, 1, into.wrapping_add(width * row)) };
                left.write(u64::from(errno::real().cast_unsigned()));
            }
        }
        if let Some(items) = &batch.results
            && in_place.is_none()
        {
            let (to, stride) = (batch.item(items, at), items.stride());
            let words = &results[..width * count];
            // SAFETY: there is memory for the results (see # Safety), which were written.
            unsafe {
                match width {
                    1 => store(words, items.size, to, stride),
                    _ => store_pairs(words, items.size, to, stride),
                }
            };
        }
    }
}
