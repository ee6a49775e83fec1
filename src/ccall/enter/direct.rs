//! Placing the arguments of a call that is made without libffi.

use crate::{
    abi::{
        native::Frame,
        passing::Passing,
        stack::{EIGHTBYTE, STACK_ALIGN},
    },
    ccall::{
        arena::Arena,
        argument::{AbiClass, Argument, ArgumentValue, Arguments},
    },
    cdata::CData,
};
use rustpython_vm::Py;
use std::{alloc::Layout, ptr};

/// Places arguments, of which those from number `fixed` on match the `...` of a variadic function. Returns
/// `None` if libffi must make the call.
#[inline(always)]
pub fn fill(frame: &mut Frame, arguments: &mut Arguments, fixed: Option<usize>) -> Option<()> {
    for (index, argument) in arguments.list().iter().enumerate() {
        if fixed == Some(index) {
            frame.variadic();
        }
        match argument.class() {
            AbiClass::Integer => frame.word(false, argument.word(), argument.scalar().size())?,
            AbiClass::Vector => frame.word(true, argument.word(), argument.scalar().size())?,
            AbiClass::Memory => in_memory(frame, argument)?,
        }
    }
    Some(())
}

#[inline(never)]
fn in_memory(frame: &mut Frame, argument: &Argument) -> Option<()> {
    let words = argument.eightbytes();
    match argument.value() {
        ArgumentValue::Word(scalar) | ArgumentValue::Wide(scalar) => frame.wide(scalar, words),
        // SAFETY: the words hold a value of the type, and are the call's own copy.
        ArgumentValue::Aggregate(passed) => unsafe {
            frame.aggregate(passed, words.as_ptr().cast())
        },
    }
}

/// Places an argument that does not fit a word: a structure or union, a scalar. Returns `None` if libffi must
/// make the call, or if the argument cannot be passed.
pub fn cdata(frame: &mut Frame, value: &Py<CData>, arena: &mut Arena) -> Option<()> {
    let layout = value.ctype().layout();
    let passed = layout.passed();
    if !passed.is_passable() {
        return None;
    }
    let (mut source, size) = (value.address().cast_const(), layout.size);
    match passed.passing() {
        Passing::Scalar(scalar) => {
            let mut words = [0u64; 4];
            let words = words.get_mut(..size.div_ceil(EIGHTBYTE))?;
            // SAFETY: an instance has memory of its type's size, for which the words have room.
            unsafe { ptr::copy_nonoverlapping(source, words.as_mut_ptr().cast(), size) };
            return frame.wide(*scalar, words);
        }
        Passing::Reference => {
            let room = Layout::from_size_align(size, layout.align.max(STACK_ALIGN)).ok()?;
            let copy = arena.allocate(room)?.as_ptr();
            // SAFETY: an instance has memory of its type's size, for which the copy has room.
            unsafe { ptr::copy_nonoverlapping(source, copy, size) };
            source = copy;
        }
        Passing::Registers(_) | Passing::Memory | Passing::X87 => {}
    }
    // SAFETY: `source` points to a value of the type; C gets only the address of a copy.
    unsafe { frame.aggregate(passed, source) }
}
