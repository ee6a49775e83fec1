//! The arguments of one call: C values with their ABI classes, and what must live as long as they.

use super::arena::Arena;
use crate::{
    cdata::CData,
    ctype::{
        CType, Kind,
        ffi_type::{FfiType, Scalar},
        scalar::{pointer, terminated, wide},
    },
};
use libc::wchar_t;
use rustpython_common::wtf8::Wtf8;
use rustpython_vm::{Py, PyObjectRef, PyRef, PyResult, VirtualMachine, builtins::PyBytes};
use smallvec::SmallVec;
use std::{alloc::Layout, ffi::c_void, ptr::NonNull};

/// Calls with up to this many arguments need no allocation of ours.
pub const INLINE: usize = 8;

/// A C value on its way into a call.
#[derive(Clone, Copy, Debug)]
pub enum Argument {
    /// A scalar of up to eight bytes as a machine word: an integer extended as its type is, the bits
    /// of a float in the low end.
    Word(Scalar, u64),
    /// Anything else, in the call's arena: a multiple of eightbytes.
    Memory(MemoryKind, NonNull<u8>),
}

/// The ABI class of an argument in memory.
#[derive(Clone, Copy, Debug)]
pub enum MemoryKind {
    Scalar(Scalar),
    /// The call keeps the ctype that the description belongs to.
    Aggregate(NonNull<FfiType>),
}

impl Argument {
    /// A pointer to `address`.
    #[inline]
    #[must_use]
    pub fn pointer(address: usize) -> Self {
        Self::Word(Scalar::Pointer, address as u64)
    }

    /// C's default promotions, for an argument that matches the `...` of a variadic function
    /// (C11 6.5.2.2 p7).
    pub fn promote(&mut self) {
        if let Self::Word(scalar, word) = self {
            match scalar {
                Scalar::Float => {
                    let value = f64::from(f32::from_bits(*word as u32));
                    *self = Self::Word(Scalar::Double, value.to_bits());
                }
                // A word holds the value already.
                Scalar::Sint8 | Scalar::Uint8 | Scalar::Sint16 | Scalar::Uint16 => {
                    *scalar = Scalar::Sint32;
                }
                _ => {}
            }
        }
    }

    /// The value's memory, valid as long as the argument stays where it is and the call lives.
    #[must_use]
    pub fn memory(&mut self) -> *mut c_void {
        match self {
            Self::Word(scalar, word) => {
                let start: *mut u8 = (&raw mut *word).cast();
                let high = if cfg!(target_endian = "big") {
                    size_of::<u64>() - scalar.size()
                } else {
                    0
                };
                // SAFETY: a scalar in a word takes no more than the word.
                unsafe { start.add(high) }.cast()
            }
            Self::Memory(_, memory) => memory.as_ptr().cast(),
        }
    }

    /// Bytes that the value takes on the stack.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Word(..) => EIGHTBYTE,
            Self::Memory(MemoryKind::Scalar(scalar), _) => scalar.size(),
            // SAFETY: the call keeps the ctype that the description belongs to.
            Self::Memory(MemoryKind::Aggregate(ffi), _) => unsafe { ffi.as_ref() }.size(),
        }
    }

    /// Bytes that the value's type is aligned to.
    #[must_use]
    pub fn align(&self) -> usize {
        match self {
            Self::Word(..) => EIGHTBYTE,
            Self::Memory(MemoryKind::Scalar(scalar), _) => scalar.align(),
            // SAFETY: as above.
            Self::Memory(MemoryKind::Aggregate(ffi), _) => unsafe { ffi.as_ref() }.align(),
        }
    }
}

/// The arguments of one call.
#[derive(Debug)]
pub struct Arguments {
    list: SmallVec<[Argument; INLINE]>,
    /// Objects that came up during conversion.
    kept: SmallVec<[PyObjectRef; 2]>,
    /// The `bytes` whose copies C is given, with the copies' addresses.
    copied: SmallVec<[(PyRef<PyBytes>, usize); 1]>,
    arena: Arena,
}

impl Arguments {
    #[inline(always)]
    #[must_use]
    pub fn new() -> Self {
        Self {
            list: SmallVec::new_const(),
            kept: SmallVec::new_const(),
            copied: SmallVec::new_const(),
            arena: Arena::default(),
        }
    }

    #[inline]
    pub fn push(&mut self, argument: Argument) {
        self.list.push(argument);
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

    /// The address of a terminated copy of `bytes`. C may hold on to it, as long as Python code
    /// holds on to `bytes`.
    #[must_use]
    pub fn bytes(&mut self, bytes: &Py<PyBytes>) -> Argument {
        let address = terminated::address(bytes);
        self.copied.push((bytes.to_owned(), address));
        Argument::pointer(address)
    }

    /// The address of a terminated wide copy of `text`.
    ///
    /// # Errors
    /// `MemoryError` if there is no memory for it.
    pub fn wide(&mut self, text: &Wtf8, vm: &VirtualMachine) -> PyResult<Argument> {
        let units = wide::encode(text);
        let count = units.clone().count() + 1;
        let layout = Layout::array::<wchar_t>(count).map_err(|_| vm.no_memory_error())?;
        let start = self.allocate(layout, vm)?.cast::<wchar_t>().as_ptr();
        for (index, unit) in units.chain([0]).enumerate() {
            // SAFETY: the copy has room for all units and the terminator, which were counted.
            unsafe { start.add(index).write(unit) };
        }
        Ok(Argument::pointer(start.expose_provenance()))
    }

    /// The scalar at `source`.
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
    ) -> PyResult<Argument> {
        // SAFETY: the caller's promise.
        if let Some(word) = unsafe { scalar.read_word(source) } {
            return Ok(Argument::Word(scalar, word));
        }
        // SAFETY: as above.
        let memory = unsafe { self.copy(source, scalar.size(), vm) }?;
        Ok(Argument::Memory(MemoryKind::Scalar(scalar), memory))
    }

    /// A C value, as C would pass it: scalars and aggregates by value, arrays by address. The caller
    /// holds `source` as long as the call.
    ///
    /// # Errors
    /// `TypeError` for an aggregate that is aligned to more than the stack is, `MemoryError` if
    /// there is no memory for a copy.
    #[inline]
    pub fn cdata(&mut self, source: &Py<CData>, vm: &VirtualMachine) -> PyResult<Argument> {
        let ctype = source.ctype();
        match &ctype.kind {
            Kind::Array(_) => Ok(Argument::pointer(source.address().expose_provenance())),
            Kind::Pointer(_) | Kind::Function(_) => {
                // SAFETY: a pointer's memory holds an address.
                let address = unsafe { pointer::read(source.address()) };
                Ok(Argument::pointer(address.expose_provenance()))
            }
            // SAFETY: an instance has memory of its type's size.
            Kind::Simple(simple) => unsafe {
                self.scalar(simple.code.scalar, source.address(), vm)
            },
            Kind::Structure | Kind::Union => self.aggregate(source, vm),
        }
    }

    fn aggregate(&mut self, source: &Py<CData>, vm: &VirtualMachine) -> PyResult<Argument> {
        let ctype = source.ctype();
        check_alignment(ctype, vm)?;
        let layout = ctype.layout();
        let kind = MemoryKind::Aggregate(NonNull::from(&layout.ffi));
        // SAFETY: the object's memory has at least its type's size.
        let memory = unsafe { self.copy(source.address(), layout.size, vm) }?;
        Ok(Argument::Memory(kind, memory))
    }

    /// A copy of `size` bytes, for the call.
    ///
    /// # Safety
    /// `source` must be valid for reads of `size` bytes.
    unsafe fn copy(
        &mut self,
        source: *const u8,
        size: usize,
        vm: &VirtualMachine,
    ) -> PyResult<NonNull<u8>> {
        let room = size.next_multiple_of(EIGHTBYTE).max(EIGHTBYTE);
        let layout = Layout::from_size_align(room, STACK_ALIGN).map_err(|_| vm.no_memory_error())?;
        let memory = self.allocate(layout, vm)?;
        // SAFETY: the memory is new and has room for the bytes and what rounds them up.
        unsafe {
            memory.as_ptr().add(room - EIGHTBYTE).write_bytes(0, EIGHTBYTE);
            std::ptr::copy_nonoverlapping(source, memory.as_ptr(), size);
        }
        Ok(memory)
    }

    fn allocate(&mut self, layout: Layout, vm: &VirtualMachine) -> PyResult<NonNull<u8>> {
        self.arena
            .allocate(layout)
            .ok_or_else(|| vm.no_memory_error())
    }

    /// Takes over what C wrote into copies of `bytes`, when the call is over.
    #[inline]
    pub fn take_over(&self) {
        for (bytes, address) in &self.copied {
            // SAFETY: the address is that of the copy of these bytes, which are held here.
            unsafe { terminated::take_over(bytes, *address) };
        }
    }
}

/// Bytes of a register or stack slot.
pub const EIGHTBYTE: usize = 8;

/// The stack is aligned to this many bytes at a call on every platform we know.
pub const STACK_ALIGN: usize = 16;

/// Whether values of a type can be passed on the stack.
///
/// # Errors
/// `TypeError` if they have no size, or are aligned to more than the stack is: libffi would write
/// beyond the memory that it reserves for them.
pub fn check_alignment(ctype: &CType, vm: &VirtualMachine) -> PyResult<()> {
    let align = ctype.layout().align;
    if !ctype.layout().ffi.is_passable() {
        return Err(vm.new_type_error(format!(
            "{} has no size, so it cannot be passed by value",
            ctype.name()
        )));
    }
    if align <= STACK_ALIGN {
        return Ok(());
    }
    Err(vm.new_type_error(format!(
        "{} is aligned to {align} bytes, and no more than {STACK_ALIGN} can be passed by value",
        ctype.name()
    )))
}
