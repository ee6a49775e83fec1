//! The arguments of one call: C values with their ABI classes, and what must live as long as they do.

use super::arena::Arena;
use crate::{
    abi::{
        Scalar,
        native::MOST_ALIGN,
        passing::PassedType,
        stack::{EIGHTBYTE, STACK_ALIGN},
    },
    cdata::CData,
    ctype::{CType, Kind, scalar::terminated},
};
use rustpython_common::wtf8::Wtf8;
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine, builtins::PyBytes};
use smallvec::SmallVec;
use std::{alloc::Layout, ffi::c_void, ptr::NonNull};

/// The number of arguments up to which a call allocates nothing for them.
pub const INLINE: usize = 16;

/// A C value to be passed to a call.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    class: AbiClass,
    /// The type of a scalar; meaningless for an aggregate.
    scalar: Scalar,
    /// The description of an aggregate. It belongs to a ctype that the call keeps.
    aggregate: Option<NonNull<PassedType>>,
    /// A scalar of up to eight bytes: an integer extended as its type requires, the bits of a float in the low
    /// end. For anything else, the address, in the call's arena, of a multiple of eightbytes.
    word: u64,
}

/// Which registers an argument goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbiClass {
    /// An integer register, which gets the argument's word.
    Integer,
    /// A vector register, which gets the argument's word.
    Vector,
    /// To be decided by the ABI: the value is in memory.
    Memory,
}

impl AbiClass {
    /// Returns the class of a scalar in a machine word.
    #[inline]
    #[must_use]
    pub fn of_word(scalar: Scalar) -> Self {
        if scalar.is_float() {
            Self::Vector
        } else {
            Self::Integer
        }
    }
}

/// Returns the machine word that a C value becomes as an argument, and its type: scalars by value, arrays by
/// address. Returns `None` if a word is not enough. The target of a pointer stays there as long as the value
/// and the arena live, whatever another thread or a callback does with the pointer.
#[inline]
#[must_use]
pub fn word_of(value: &Py<CData>, arena: &mut Arena) -> Option<(Scalar, u64)> {
    let start = value.address();
    let scalar = match &value.ctype().kind {
        Kind::Array(_) => return Some((Scalar::Pointer, start.expose_provenance() as u64)),
        Kind::Pointer(_) => return pointer_word(CData::followed(value), arena),
        Kind::Function(_) => return pointer_word(CData::callee(value), arena),
        Kind::Simple(simple) => simple.code.scalar,
        Kind::Structure | Kind::Union => return None,
    };
    if scalar == Scalar::Pointer {
        return pointer_word(CData::followed(value), arena);
    }
    // SAFETY: an instance has memory of its type's size, which holds a value of the scalar.
    Some((scalar, unsafe { scalar.read_word(start) }?))
}

#[inline]
fn pointer_word(
    (address, held): (usize, Option<PyObjectRef>),
    arena: &mut Arena,
) -> Option<(Scalar, u64)> {
    if let Some(held) = held {
        arena.keep(held)?;
    }
    Some((Scalar::Pointer, address as u64))
}

/// Returns whether a C value fits a machine word as an argument.
#[must_use]
pub fn is_word(value: &CData) -> bool {
    match &value.ctype().kind {
        Kind::Array(_) | Kind::Pointer(_) | Kind::Function(_) => true,
        Kind::Simple(simple) => simple.code.scalar.is_word(),
        Kind::Structure | Kind::Union => false,
    }
}

/// Applies C's default argument promotions to a scalar in a machine word (C11 6.5.2.2 p7).
#[inline]
#[must_use]
pub fn promoted(scalar: Scalar, word: u64) -> (Scalar, u64) {
    match scalar {
        Scalar::Float => {
            let value = f64::from(f32::from_bits(word as u32));
            (Scalar::Double, value.to_bits())
        }
        // The word holds the promoted value already.
        Scalar::Sint8 | Scalar::Uint8 | Scalar::Sint16 | Scalar::Uint16 => (Scalar::Sint32, word),
        other => (other, word),
    }
}

/// What an argument is, and where it lies.
#[derive(Clone, Copy, Debug)]
pub enum ArgumentValue<'a> {
    /// A scalar in a machine word.
    Word(Scalar),
    /// A scalar in memory.
    Wide(Scalar),
    /// An aggregate in memory.
    Aggregate(&'a PassedType),
}

impl Argument {
    #[inline]
    #[must_use]
    pub fn value(&self) -> ArgumentValue<'_> {
        match self.aggregate {
            // SAFETY: the call keeps the ctype that the description belongs to.
            Some(passed) => ArgumentValue::Aggregate(unsafe { passed.as_ref() }),
            None if self.class == AbiClass::Memory => ArgumentValue::Wide(self.scalar),
            None => ArgumentValue::Word(self.scalar),
        }
    }

    #[inline]
    #[must_use]
    pub fn class(&self) -> AbiClass {
        self.class
    }

    /// Returns the value of a scalar in a machine word.
    #[inline]
    #[must_use]
    pub fn word(&self) -> u64 {
        self.word
    }

    /// Returns the type of a scalar; meaningless for an aggregate.
    #[inline(always)]
    #[must_use]
    pub fn scalar(&self) -> Scalar {
        self.scalar
    }

    /// Returns where the address of a value in memory is stored, valid as long as the argument is not moved.
    #[must_use]
    pub fn address_of_word(&mut self) -> *mut c_void {
        (&raw mut self.word).cast()
    }

    /// Returns the eightbytes of a value in memory.
    #[must_use]
    pub fn eightbytes(&self) -> &[u64] {
        match self.value() {
            ArgumentValue::Word(_) => std::slice::from_ref(&self.word),
            ArgumentValue::Wide(_) | ArgumentValue::Aggregate(_) => {
                let start: *const u64 = std::ptr::with_exposed_provenance(self.word as usize);
                // SAFETY: the arena's memory lives as long as the call; the copy is aligned for eightbytes and
                // its size is a multiple of theirs.
                unsafe { std::slice::from_raw_parts(start, self.size().div_ceil(EIGHTBYTE)) }
            }
        }
    }

    /// Applies C's default promotions, for an argument that matches the `...` of a variadic function.
    pub fn promote(&mut self) {
        (self.scalar, self.word) = promoted(self.scalar, self.word);
    }

    /// Returns the value's memory, valid as long as the argument is not moved and the call lives.
    #[must_use]
    pub fn memory(&mut self) -> *mut c_void {
        if !matches!(self.value(), ArgumentValue::Word(_)) {
            return std::ptr::with_exposed_provenance_mut(self.word as usize);
        }
        let high = if cfg!(target_endian = "big") {
            size_of::<u64>() - self.scalar.size()
        } else {
            0
        };
        let start: *mut u8 = (&raw mut self.word).cast();
        // SAFETY: a scalar in a word is no larger than the word.
        unsafe { start.add(high) }.cast()
    }

    /// Returns the size of the value in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        match self.value() {
            ArgumentValue::Word(_) => EIGHTBYTE,
            ArgumentValue::Wide(scalar) => scalar.size(),
            ArgumentValue::Aggregate(passed) => passed.size(),
        }
    }

    /// Returns the number of bytes that the value takes on the stack, if it is passed there.
    #[must_use]
    pub fn size_on_stack(&self) -> usize {
        match self.value() {
            ArgumentValue::Aggregate(passed) if passed.is_passed_by_reference() => EIGHTBYTE,
            _ => self.size(),
        }
    }

    /// Returns the alignment of the value on the stack, if it is passed there.
    #[must_use]
    pub fn align(&self) -> usize {
        match self.value() {
            ArgumentValue::Word(_) => EIGHTBYTE,
            ArgumentValue::Wide(scalar) => scalar.align(),
            ArgumentValue::Aggregate(passed) if passed.is_passed_by_reference() => EIGHTBYTE,
            ArgumentValue::Aggregate(passed) => passed.align(),
        }
    }
}

/// The arguments of one call.
#[derive(Debug)]
pub struct Arguments {
    list: SmallVec<[Argument; INLINE]>,
    /// Objects that the conversion made.
    kept: SmallVec<[PyObjectRef; 2]>,
    /// The `bytes` whose copies C gets, with the copies' addresses. The caller holds them, or `kept` does.
    copied: SmallVec<[(NonNull<Py<PyBytes>>, usize); 2]>,
    arena: Arena,
    /// Whether an aggregate among them has size zero.
    without_size: bool,
}

impl Arguments {
    #[inline(always)]
    #[must_use]
    pub fn new() -> Self {
        Self {
            list: SmallVec::new(),
            kept: SmallVec::new(),
            copied: SmallVec::new(),
            arena: Arena::default(),
            without_size: false,
        }
    }

    /// Returns whether C can be given the arguments: C has no aggregates of size zero.
    #[inline]
    #[must_use]
    pub fn are_passable(&self) -> bool {
        !self.without_size
    }

    /// Adds an integer, extended to a machine word as its type requires.
    #[inline]
    pub fn integer(&mut self, scalar: Scalar, word: u64) {
        self.scalar_at(AbiClass::Integer, scalar, word);
    }

    /// Adds a scalar in a machine word, which goes into a register of this class.
    #[inline]
    pub fn scalar_at(&mut self, class: AbiClass, scalar: Scalar, word: u64) {
        self.list.push(Argument {
            class,
            scalar,
            aggregate: None,
            word,
        });
    }

    /// Adds a pointer to `address`.
    #[inline]
    pub fn pointer(&mut self, address: usize) {
        self.integer(Scalar::Pointer, address as u64);
    }

    #[inline]
    #[must_use]
    pub fn list(&mut self) -> &mut [Argument] {
        &mut self.list
    }

    /// Keeps `object` until the call is over.
    pub fn keep(&mut self, object: PyObjectRef) {
        self.kept.push(object);
    }

    /// Adds the address of a terminated copy of `bytes`. C may hold on to the address as long as Python code
    /// holds on to `bytes`.
    ///
    /// # Errors
    /// `MemoryError` if there is no memory for the copy.
    ///
    /// # Safety
    /// `bytes` must live as long as the arguments do: the caller holds it, or [`Self::keep`]s it.
    #[inline]
    pub unsafe fn bytes(&mut self, bytes: &Py<PyBytes>, vm: &VirtualMachine) -> PyResult<()> {
        let address = terminated::address(bytes);
        let address = address.ok_or_else(|| vm.no_memory_error())?;
        // SAFETY: `bytes` lives as long as the arguments (see # Safety), and this is the address of its copy.
        unsafe { self.copied(bytes, address) };
        self.pointer(address);
        Ok(())
    }

    /// Notes that C gets the address of a copy of `bytes`, and may write into the copy.
    ///
    /// # Safety
    /// As for [`Self::bytes`]; `address` must be that of the [`terminated`] copy of `bytes`.
    #[inline]
    pub unsafe fn copied(&mut self, bytes: &Py<PyBytes>, address: usize) {
        self.copied.push((NonNull::from(bytes), address));
    }

    /// Adds the address of a terminated wide copy of `text`.
    ///
    /// # Errors
    /// `MemoryError` if there is no memory for the copy.
    pub fn wide(&mut self, text: &Wtf8, vm: &VirtualMachine) -> PyResult<()> {
        let copy = self.arena.wide(text).ok_or_else(|| vm.no_memory_error())?;
        self.pointer(copy.as_ptr().expose_provenance());
        Ok(())
    }

    /// Returns memory that lives as long as the call.
    #[inline]
    pub fn arena(&mut self) -> &mut Arena {
        &mut self.arena
    }

    /// Adds the scalar at `source`.
    ///
    /// # Errors
    /// `MemoryError` if there is no memory for a copy.
    ///
    /// # Safety
    /// `source` must hold a value of that scalar.
    #[inline]
    pub unsafe fn scalar(
        &mut self,
        scalar: Scalar,
        source: *const u8,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        // SAFETY: `source` holds a value of the scalar (see # Safety).
        let (class, word) = match unsafe { scalar.read_word(source) } {
            Some(word) => (AbiClass::of_word(scalar), word),
            // SAFETY: `source` holds a value of the scalar (see # Safety), so it is valid for reads of its
            // size.
            None => (AbiClass::Memory, unsafe {
                self.copy(source, scalar.size(), STACK_ALIGN, vm)
            }?),
        };
        self.scalar_at(class, scalar, word);
        Ok(())
    }

    /// Adds a C value, as C would pass it: scalars and aggregates by value, arrays by address. The caller must
    /// hold `source` for the duration of the call.
    ///
    /// # Errors
    /// `TypeError` for an aggregate that is aligned to more than the stack is, `MemoryError` if there is no
    /// memory for a copy.
    #[inline]
    pub fn cdata(&mut self, source: &Py<CData>, vm: &VirtualMachine) -> PyResult<()> {
        if let Some((scalar, word)) = word_of(source, &mut self.arena) {
            self.scalar_at(AbiClass::of_word(scalar), scalar, word);
            return Ok(());
        }
        match &source.ctype().kind {
            // SAFETY: an instance has memory of its type's size.
            Kind::Simple(simple) => unsafe {
                self.scalar(simple.code.scalar, source.address(), vm)
            },
            _ => self.aggregate(source, vm),
        }
    }

    fn aggregate(&mut self, source: &Py<CData>, vm: &VirtualMachine) -> PyResult<()> {
        let ctype = source.ctype();
        check_alignment(ctype, vm)?;
        let layout = ctype.layout();
        self.without_size |= !layout.passed().is_passable();
        let held = self.arena.hold(source);
        held.ok_or_else(|| vm.no_memory_error())?;
        // SAFETY: the object's memory has at least its type's size.
        let word = unsafe { self.copy(source.address(), layout.size, layout.align, vm) }?;
        self.list.push(Argument {
            class: AbiClass::Memory,
            scalar: Scalar::Void,
            aggregate: Some(NonNull::from(layout.passed())),
            word,
        });
        Ok(())
    }

    /// Copies `size` bytes into the call's arena, aligned to `align` bytes, and returns the copy's address.
    ///
    /// # Safety
    /// `source` must be valid for reads of `size` bytes.
    unsafe fn copy(
        &mut self,
        source: *const u8,
        size: usize,
        align: usize,
        vm: &VirtualMachine,
    ) -> PyResult<u64> {
        let room = size.next_multiple_of(EIGHTBYTE).max(EIGHTBYTE);
        let layout = Layout::from_size_align(room, align.max(STACK_ALIGN))
            .map_err(|_| vm.no_memory_error())?;
        let memory = self.allocate(layout, vm)?;
        // SAFETY: `source` is valid for reads of `size` bytes (see # Safety); the memory is new and has room
        // for them and the padding behind them.
        unsafe {
            memory
                .as_ptr()
                .add(room - EIGHTBYTE)
                .write_bytes(0, EIGHTBYTE);
            std::ptr::copy_nonoverlapping(source, memory.as_ptr(), size);
        }
        Ok(memory.as_ptr().expose_provenance() as u64)
    }

    fn allocate(&mut self, layout: Layout, vm: &VirtualMachine) -> PyResult<NonNull<u8>> {
        self.arena
            .allocate(layout)
            .ok_or_else(|| vm.no_memory_error())
    }

    /// Copies what C wrote into copies of `bytes` back into the `bytes`, when the call is over.
    #[inline(always)]
    pub fn take_over(&self) {
        if !self.copied.is_empty() {
            self.take_over_copies();
        }
    }

    #[inline(never)]
    fn take_over_copies(&self) {
        for (bytes, address) in &self.copied {
            // SAFETY: the caller or `kept` holds the `bytes` (see `bytes`); the address is that of their copy.
            unsafe { terminated::take_over(bytes.as_ref(), *address) };
        }
    }
}

/// Checks that values of a type can be passed.
///
/// # Errors
/// `TypeError` if they are aligned to more than [`MOST_ALIGN`], or to an alignment that no C compiler supports.
pub fn check_alignment(ctype: &CType, vm: &VirtualMachine) -> PyResult<()> {
    let layout = ctype.layout();
    let align = layout.align;
    if align <= STACK_ALIGN
        || layout.passed().is_passed_by_reference()
        || align <= MOST_ALIGN && align.is_power_of_two()
    {
        return Ok(());
    }
    Err(vm.new_type_error(format!(
        "{} is aligned to {align} bytes, and no more than {MOST_ALIGN} can be passed by value",
        ctype.name()
    )))
}
