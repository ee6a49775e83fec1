//! Where the arguments of a call go, one by one, when it is made straight through a function pointer.
//!
//! A C function finds its arguments in registers that depend on their classes and order alone, and
//! the rest on the stack (AMD64 supplement to the System V ABI, section 3.2.3; AAPCS64, section 6.8).

use super::{
    MOST_STACK,
    registers::{INTEGERS, Registers, VECTORS},
    returned::Form,
};
use crate::{
    ccall::argument::{AbiClass, Argument, Arguments, EIGHTBYTE, MOST_ALIGN, STACK_ALIGN, Value},
    cdata::CData,
    ctype::ffi_type::{CLASSIFIES, Passing, Scalar},
};
use rustpython_vm::Py;
use std::{mem::MaybeUninit, ptr};

/// Eightbytes of stack that take no allocation.
const STACK: usize = 16;

/// What the registers and the stack hold at a call.
#[derive(Debug)]
pub struct Placed {
    registers: Registers,
    /// Without content as long as nothing is used of it: most calls need none, and most others this much.
    stack: MaybeUninit<[u64; STACK]>,
    /// What is used of the stack, if that is more.
    large_stack: Vec<u64>,
    used_stack: usize,
    /// Bytes that the stack is aligned to.
    stack_align: usize,
    used_integers: usize,
    used_vectors: usize,
}

impl Placed {
    #[inline(always)]
    pub fn new() -> Self {
        Self {
            registers: Registers::new(),
            stack: MaybeUninit::uninit(),
            large_stack: Vec::new(),
            used_stack: 0,
            stack_align: STACK_ALIGN,
            used_integers: 0,
            used_vectors: 0,
        }
    }

    /// Puts arguments where a function looks for them. `None` if libffi has to see to it.
    #[inline(always)]
    pub fn fill(&mut self, arguments: &mut Arguments, form: Form, result: *mut u8) -> Option<()> {
        if form == Form::Memory {
            self.integer(result.expose_provenance() as u64)?;
        }
        for argument in arguments.list() {
            match argument.class() {
                AbiClass::Integer => self.integer(argument.word())?,
                AbiClass::Vector => self.vector(argument.word())?,
                AbiClass::Memory => self.memory(argument)?,
            }
        }
        Some(())
    }

    /// Places a value that takes an integer register.
    #[inline]
    pub fn integer(&mut self, word: u64) -> Option<()> {
        match self.registers.integers.get_mut(self.used_integers) {
            Some(register) => {
                *register = word;
                self.used_integers += 1;
                Some(())
            }
            None => self.push(word),
        }
    }

    /// Places a value that takes a vector register; a `float` takes the lower half of one.
    #[inline]
    pub fn vector(&mut self, word: u64) -> Option<()> {
        match self.registers.vectors.get_mut(self.used_vectors) {
            Some(register) => {
                *register = f64::from_bits(word);
                self.used_vectors += 1;
                Some(())
            }
            None => self.push(word),
        }
    }

    #[inline]
    fn push(&mut self, word: u64) -> Option<()> {
        self.on_stack(&[word], EIGHTBYTE)
    }

    #[inline(never)]
    fn memory(&mut self, argument: &Argument) -> Option<()> {
        if !CLASSIFIES {
            return None;
        }
        let (words, align) = (argument.eightbytes(), argument.align());
        match argument.value() {
            Value::Word(scalar) | Value::Wide(scalar) => self.wide(scalar, words),
            Value::Aggregate(ffi) => match ffi.passing() {
                Passing::Registers(classes) => self.eightbytes(words, classes, align),
                Passing::Memory | Passing::X87 => self.on_stack(words, align),
                Passing::Scalar(_) => None,
            },
        }
    }

    /// Places a scalar of more than a word.
    #[inline]
    pub fn wide(&mut self, scalar: Scalar, words: &[u64]) -> Option<()> {
        match scalar {
            // A complex number counts as its parts (section 3.2.3), two floats as one eightbyte.
            Scalar::ComplexFloat => self.eightbytes(words, &[Scalar::Double], EIGHTBYTE),
            Scalar::ComplexDouble => self.eightbytes(words, &[Scalar::Double; 2], EIGHTBYTE),
            _ => self.on_stack(words, STACK_ALIGN),
        }
    }

    /// Places what no word is enough for: a structure or union, a scalar. `None` if libffi has to see to
    /// it, or if it cannot be passed.
    pub fn cdata(&mut self, value: &Py<CData>) -> Option<()> {
        let layout = value.ctype().layout();
        let (size, align) = (layout.size, layout.align);
        if !CLASSIFIES || !layout.ffi().is_passable() {
            return None;
        }
        let source = value.address();
        let passing = layout.ffi().passing();
        if let Passing::Memory | Passing::X87 = passing {
            let room = self.room(size.div_ceil(EIGHTBYTE), align)?;
            // SAFETY: an instance has memory of its type's size, and there is room for as many bytes.
            unsafe { ptr::copy_nonoverlapping(source, room.as_mut_ptr().cast(), size) };
            return Some(());
        }
        // What goes to registers, if there are enough of them, and complex numbers.
        let mut words = [0u64; 4];
        let words = words.get_mut(..size.div_ceil(EIGHTBYTE))?;
        // SAFETY: as above.
        unsafe { ptr::copy_nonoverlapping(source, words.as_mut_ptr().cast(), size) };
        match passing {
            Passing::Scalar(scalar) => self.wide(*scalar, words),
            Passing::Registers(classes) => self.eightbytes(words, classes, align),
            Passing::Memory | Passing::X87 => None,
        }
    }

    /// All eightbytes go into registers, or all to the stack.
    fn eightbytes(&mut self, words: &[u64], classes: &[Scalar], align: usize) -> Option<()> {
        let vectors = classes.iter().filter(|&&s| s == Scalar::Double).count();
        let integers = classes.len() - vectors;
        if self.used_integers + integers > INTEGERS || self.used_vectors + vectors > VECTORS {
            return self.on_stack(words, align);
        }
        for (&word, &class) in words.iter().zip(classes) {
            match class {
                Scalar::Double => self.vector(word)?,
                _ => self.integer(word)?,
            }
        }
        Some(())
    }

    /// A value that goes to the stack whole.
    #[inline]
    fn on_stack(&mut self, words: &[u64], align: usize) -> Option<()> {
        for (place, &word) in self.room(words.len(), align)?.iter_mut().zip(words) {
            *place = word;
        }
        Some(())
    }

    /// Room on the stack for so many words, aligned as a type is. `None` if there is not as much.
    #[inline]
    fn room(&mut self, words: usize, align: usize) -> Option<&mut [u64]> {
        let mut start = self.used_stack;
        if align >= STACK_ALIGN {
            start = self.aligned_start(align)?;
        }
        let end = start + words;
        if end > STACK {
            return self.large_room(start, end);
        }
        if self.used_stack == 0 {
            self.stack.write([0; STACK]);
        }
        self.used_stack = end;
        // SAFETY: it has been filled when nothing was used of it.
        let stack = unsafe { self.stack.assume_init_mut() };
        stack.get_mut(start..end)
    }

    /// Where the next word goes that is aligned as a type is, which is so to 16 bytes at least.
    #[inline]
    fn aligned_start(&mut self, align: usize) -> Option<usize> {
        if align > self.stack_align {
            if align > MOST_ALIGN || !align.is_power_of_two() {
                return None;
            }
            self.stack_align = align;
        }
        Some(self.used_stack.next_multiple_of(align / EIGHTBYTE))
    }

    #[cold]
    fn large_room(&mut self, start: usize, end: usize) -> Option<&mut [u64]> {
        if end > MOST_STACK {
            return None;
        }
        if self.large_stack.is_empty() {
            self.large_stack = self.stack().to_vec();
        }
        self.large_stack.resize(end, 0);
        self.used_stack = end;
        self.large_stack.get_mut(start..)
    }

    /// What is used of the stack.
    #[inline]
    fn stack(&self) -> &[u64] {
        if self.used_stack == 0 {
            return &[];
        }
        if self.large_stack.is_empty() {
            // SAFETY: whoever used some of it has filled it before.
            let stack = unsafe { self.stack.assume_init_ref() };
            return stack.get(..self.used_stack).unwrap_or(stack);
        }
        &self.large_stack
    }

    /// Calls the function at `address` and writes what it returns to `result`.
    ///
    /// # Safety
    /// The function must take the arguments that were placed and return as `form` says; `result`
    /// must be valid for writes of what is returned, and of two machine words.
    #[inline(always)]
    pub unsafe fn call(&self, address: usize, form: Form, result: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe {
            match form {
                Form::Integer => self.enter::<u64>(address, result),
                Form::Vector => self.enter::<f64>(address, result),
                _ => self.call_for_aggregate(address, form, result),
            }
        }
    }

    /// # Safety
    /// As for [`Self::call`].
    #[inline(never)]
    unsafe fn call_for_aggregate(&self, address: usize, form: Form, result: *mut u8) {
        #[cfg(all(target_arch = "x86_64", not(windows)))]
        let stack = (self.stack(), self.stack_align);
        // SAFETY: the caller's promise.
        unsafe {
            match form {
                Form::Integer => self.enter::<u64>(address, result),
                Form::Vector => self.enter::<f64>(address, result),
                Form::Integers => self.enter::<Pair<u64, u64>>(address, result),
                Form::Vectors => self.enter::<Pair<f64, f64>>(address, result),
                Form::IntegerVector => self.enter::<Pair<u64, f64>>(address, result),
                Form::VectorInteger => self.enter::<Pair<f64, u64>>(address, result),
                // The function writes it itself, and returns its address, which nobody needs.
                Form::Memory => self.enter::<u64>(address, [0u64; 1].as_mut_ptr().cast()),
                #[cfg(all(target_arch = "x86_64", not(windows)))]
                Form::X87 => self.registers.call_for_x87(address, stack, result),
                #[cfg(all(target_arch = "x86_64", not(windows)))]
                Form::X87Pair => self.registers.call_for_x87_pair(address, stack, result),
            }
        }
    }

    /// # Safety
    /// As for [`Self::call`]; `R` must be what the form says.
    #[inline(always)]
    unsafe fn enter<R>(&self, address: usize, result: *mut u8) {
        // SAFETY: the caller's promise.
        let returned: R = unsafe {
            if self.used_stack == 0 {
                self.registers.call(address)
            } else {
                self.registers
                    .call_with_stack(address, self.stack(), self.stack_align)
            }
        };
        // SAFETY: the caller promises two machine words.
        unsafe { result.cast::<R>().write_unaligned(returned) };
    }
}

/// Two registers' worth of result.
#[repr(C)]
struct Pair<A, B>(A, B);
