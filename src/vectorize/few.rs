//! A few quick calls over plain arrays, which are made at once: for them the description of a batch would cost more
//! than the calls.

use super::{
    operand::array,
    parameter::{Pass, Use},
    planned::Planned,
    word::{Load, NO_WORDS, Words, store},
};
use crate::{
    abi::{MOST_ROWS, native::Rows, stack::EIGHTBYTE},
    audit,
    ccall::{
        arena::Arena,
        enter::detached::{attached, attached_or_not},
    },
    cdata::{CData, buffer::Export},
    ctype::{ArrayItems, Kind},
};
use arrayvec::ArrayVec;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::{mem::MaybeUninit, sync::atomic::Ordering};

/// The most arrays among the arguments, and the most words of a call that do not lie in place.
const MOST_WORDS: usize = 6;

/// The arguments of the calls.
struct Columns<'a> {
    count: usize,
    rows: Rows,
    /// Room for words that do not lie in place.
    room: std::slice::IterMut<'a, Words>,
    exports: ArrayVec<Export<'a>, MOST_WORDS>,
    /// Whether there are items that are read, and items whose addresses C gets.
    reads: bool,
    lends: bool,
}

impl Planned {
    /// Makes the calls if they are few quick ones: over one-dimensional arrays of ctypes of one length, and single
    /// values. Returns `None` if they are others; then nothing has been called.
    pub fn call_few(
        &self,
        called: &PyObject,
        positional: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> Option<PyResult> {
        let form = self.returns.form;
        let result = self.returns.size();
        let is_other = self.threads != 1 || !form.is_word() || result > EIGHTBYTE;
        if is_other || positional.len() != self.parameters.len() || audit::is_watched() {
            return None;
        }
        let at_a_time = self.pace.load(Ordering::Relaxed).min(MOST_ROWS);
        let mut room = [NO_WORDS; MOST_WORDS];
        let mut columns = Columns {
            count: 0,
            rows: Rows::new(),
            room: room.iter_mut(),
            exports: ArrayVec::new(),
            reads: false,
            lends: false,
        };
        let mut arena = Arena::default();
        for (parameter, value) in self.parameters.iter().zip(positional) {
            if let Some((array, items)) = plain(value) {
                let is_other = columns.count != 0 && columns.count != items.length;
                if is_other || items.length == 0 || items.length > at_a_time {
                    return None;
                }
                columns.count = items.length;
                let (pass, uses) = parameter.pass(&items.item)?;
                columns.note(array, uses)?;
                columns.items(array, items, pass, parameter.scalar.is_float())?;
            } else if parameter.is_one(value)
                && !parameter.exact.is_no_word()
                && parameter.exact.copied(value, vm).is_none()
            {
                let word = parameter.exact.word(value, &mut arena, vm)?;
                columns.constant(parameter.exact.is_vector(), word)?;
            } else {
                return None;
            }
        }
        // Whether they overlap takes a closer look.
        if columns.count == 0 || columns.reads && columns.lends {
            return None;
        }
        let count = columns.count;
        let array = match &self.returns.ctype {
            Some(ctype) => match self.returns.array(ctype, &[count], vm)? {
                Ok(array) => Some(array),
                Err(error) => return Some(Err(error)),
            },
            None => None,
        };
        let (address, _callee) = Self::callee(called)?;
        let mut results = NO_WORDS;
        let into: *mut u64 = match &array {
            Some(array) if result == EIGHTBYTE => array.address().cast(),
            _ => results.as_mut_ptr().cast(),
        };
        // SAFETY: the program that gave the address and the types must ensure that they are the function's, as in
        // C. There are as many words of each argument, and there is room for the results.
        let calls = || unsafe { columns.rows.call(address, form, count, into) };
        let ran = if self.is_critical {
            attached(self.flags, vm, calls)
        } else {
            attached_or_not(self.flags, vm, calls)
        };
        Some(ran.map(|()| match array {
            Some(array) => {
                if result < EIGHTBYTE {
                    // SAFETY: the results were written, and the array has room for them.
                    unsafe {
                        store(
                            &results[..count],
                            result,
                            array.address(),
                            result.cast_signed(),
                        )
                    };
                }
                array.into()
            }
            None => vm.ctx.none(),
        }))
    }
}

/// Returns a value as a one-dimensional array of ctypes, if it is one.
fn plain(value: &PyObject) -> Option<(&Py<CData>, &ArrayItems)> {
    let array = array(value)?;
    let items = array.ctype().array()?;
    let is_flat = !matches!(items.item.kind, Kind::Array(_));
    (is_flat && items.holds_items()).then_some((array, items))
}

impl<'a> Columns<'a> {
    /// Holds the memory of an array, and notes what is done with it.
    fn note(&mut self, array: &'a Py<CData>, uses: Use) -> Option<()> {
        self.reads |= uses == Use::Read;
        self.lends |= uses == Use::Lend;
        self.exports.try_push(Export::new(array)).ok()
    }

    /// Adds an argument that is the same in all calls.
    fn constant(&mut self, is_vector: bool, word: u64) -> Option<()> {
        let words = self.room.next()?;
        // How many calls there are is known if an array came before.
        let count = if self.count == 0 {
            words.len()
        } else {
            self.count
        };
        words[..count].fill(MaybeUninit::new(word));
        self.rows.push(is_vector, words.as_ptr().cast())
    }

    /// Adds an argument that is an item of an array.
    fn items(
        &mut self,
        array: &Py<CData>,
        items: &ArrayItems,
        pass: Pass,
        is_vector: bool,
    ) -> Option<()> {
        let start = array.address().cast_const();
        match pass {
            Pass::Word(load) => self.load(is_vector, load, start, items),
            Pass::Aggregate => {
                let passed = items.item.layout().passed();
                let mut parts = Load::of_eightbytes(passed.eightbytes()?, passed.size());
                parts.try_for_each(|part| {
                    let (offset, is_vector, load) = part?;
                    self.load(is_vector, load, start.wrapping_add(offset), items)
                })
            }
            Pass::Wide | Pass::Widened(_) => None,
        }
    }

    /// Loads words at the distance of an array's items.
    fn load(
        &mut self,
        is_vector: bool,
        load: Load,
        start: *const u8,
        items: &ArrayItems,
    ) -> Option<()> {
        if load == Load::Whole && items.item_size == EIGHTBYTE {
            return self.rows.push(is_vector, start.cast());
        }
        let words = self.room.next()?;
        // SAFETY: the array has as many items.
        unsafe {
            load.words(
                start,
                items.item_size.cast_signed(),
                &mut words[..self.count],
            )
        };
        self.rows.push(is_vector, words.as_ptr().cast())
    }
}
