//! The arguments of one call: C values with their ABI classes, and what must live as long as they.

use super::arena::Arena;
use crate::{
    cdata::CData,
    ctype::{
        CType, Kind,
        ffi_type::{FfiType, Passing, Scalar},
        scalar::{pointer, terminated, wide},
    },
};
use libc::wchar_t;
use rustpython_common::wtf8::Wtf8;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine, builtins::PyBytes};
use smallvec::SmallVec;
use std::{alloc::Layout, ffi::c_void, ptr::NonNull};

/// Calls with up to this many arguments need no allocation of ours.
pub const INLINE: usize = 8;

/// Bytes of a value that an argument holds itself.
const INLINE_SIZE: usize = 16;

/// A C value on its way into a call.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    kind: ArgumentKind,
    value: Value,
}

/// The ABI class of an argument.
#[derive(Clone, Copy, Debug)]
pub enum ArgumentKind {
    Scalar(Scalar),
    /// An aggregate; the call keeps the ctype that the description belongs to.
    Aggregate(NonNull<FfiType>),
}

#[derive(Clone, Copy, Debug)]
enum Value {
    /// The value's bytes come first.
    Inline(Word),
    /// In the call's arena, a multiple of eightbytes.
    Memory(NonNull<u8>),
}

#[derive(Clone, Copy, Debug)]
#[repr(C, align(8))]
struct Word([u8; INLINE_SIZE]);

impl Word {
    const ZERO: Self = Self([0; INLINE_SIZE]);
}

impl Argument {
    /// A pointer to `address`.
    #[inline]
    #[must_use]
    pub fn pointer(address: usize) -> Self {
        let mut word = Word::ZERO;
        word.0[..size_of::<usize>()].copy_from_slice(&address.to_ne_bytes());
        Self {
            kind: ArgumentKind::Scalar(Scalar::Pointer),
            value: Value::Inline(word),
        }
    }

    /// A scalar of up to eight bytes, which `fill` writes.
    ///
    /// # Errors
    /// What `fill` raises.
    #[inline]
    pub fn small<E>(
        scalar: Scalar,
        fill: impl FnOnce(*mut u8) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut word = Word::ZERO;
        fill(word.0.as_mut_ptr())?;
        Ok(Self {
            kind: ArgumentKind::Scalar(scalar),
            value: Value::Inline(word),
        })
    }

    #[inline]
    #[must_use]
    pub fn kind(&self) -> ArgumentKind {
        self.kind
    }

    /// Eightbyte number `index` of the value, which must have that many.
    #[inline]
    #[must_use]
    pub fn eightbyte(&self, index: usize) -> u64 {
        let start: *const u8 = match &self.value {
            Value::Inline(word) if index < INLINE_SIZE / EIGHTBYTE => word.0.as_ptr(),
            Value::Inline(_) => return 0,
            Value::Memory(memory) => memory.as_ptr(),
        };
        // SAFETY: memory in the arena is a multiple of eightbytes, and lives as long as the call.
        unsafe { start.cast::<u64>().add(index).read() }
    }

    /// Bytes that the value takes on the stack.
    #[must_use]
    pub fn size(&self) -> usize {
        match self.kind {
            ArgumentKind::Scalar(scalar) => scalar.size(),
            // SAFETY: the argument's object keeps the ctype that the description belongs to.
            ArgumentKind::Aggregate(ffi) => unsafe { ffi.as_ref() }.size(),
        }
    }

    /// Bytes that the value's type is aligned to.
    #[must_use]
    pub fn align(&self) -> usize {
        match self.kind {
            ArgumentKind::Scalar(scalar) => scalar.align(),
            // SAFETY: as above.
            ArgumentKind::Aggregate(ffi) => unsafe { ffi.as_ref() }.align(),
        }
    }

    /// The value's memory, valid as long as the argument stays where it is and the call lives: its
    /// size rounded up to eightbytes.
    #[must_use]
    pub fn memory(&mut self) -> *mut c_void {
        match &mut self.value {
            Value::Inline(word) => word.0.as_mut_ptr().cast(),
            Value::Memory(memory) => memory.as_ptr().cast(),
        }
    }

    /// C's default promotions, for an argument that matches the `...` of a variadic function
    /// (C11 6.5.2.2 p7).
    pub fn promote(&mut self) {
        let (ArgumentKind::Scalar(scalar), Value::Inline(word)) = (self.kind, &mut self.value)
        else {
            return;
        };
        let bytes = word.0;
        macro_rules! widen {
            ($from:ty, $to:ty, $scalar:expr) => {{
                const SIZE: usize = size_of::<$from>();
                let mut narrow = [0; SIZE];
                narrow.copy_from_slice(&bytes[..SIZE]);
                let wide = <$to>::from(<$from>::from_ne_bytes(narrow));
                word.0[..size_of::<$to>()].copy_from_slice(&wide.to_ne_bytes());
                self.kind = ArgumentKind::Scalar($scalar);
            }};
        }
        match scalar {
            Scalar::Float => widen!(f32, f64, Scalar::Double),
            Scalar::Sint8 => widen!(i8, i32, Scalar::Sint32),
            Scalar::Uint8 => widen!(u8, i32, Scalar::Sint32),
            Scalar::Sint16 => widen!(i16, i32, Scalar::Sint32),
            Scalar::Uint16 => widen!(u16, i32, Scalar::Sint32),
            _ => {}
        }
    }
}

/// The arguments of one call.
#[derive(Debug, Default)]
pub struct Arguments {
    list: SmallVec<[Argument; INLINE]>,
    /// Objects that came up during conversion.
    kept: SmallVec<[PyObjectRef; 2]>,
    /// The `bytes` whose copies C is given, with the copies' addresses.
    copied: SmallVec<[(PyRef<PyBytes>, usize); 1]>,
    arena: Arena,
}

impl Arguments {
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

    /// What a `CArgObject` carries: the scalar in `word`, and the `bytes` it is the address of.
    ///
    /// # Errors
    /// `MemoryError` if there is no memory for a copy.
    pub fn scalar(
        &mut self,
        scalar: Scalar,
        word: &[u8],
        of: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult<Argument> {
        if let Some(bytes) = of.and_then(|object| object.downcast_ref::<PyBytes>()) {
            return Ok(self.bytes(bytes));
        }
        // SAFETY: a slice is valid for reads of its length.
        let value = unsafe { self.copy(word.as_ptr(), scalar.size().min(word.len()), vm) }?;
        let kind = ArgumentKind::Scalar(scalar);
        Ok(Argument { kind, value })
    }

    /// A C value, as C would pass it: scalars and aggregates by value, arrays by address. The caller
    /// holds `source` as long as the call.
    ///
    /// # Errors
    /// `TypeError` for an aggregate that is aligned to more than the stack is, `MemoryError` if
    /// there is no memory for a copy.
    pub fn cdata(&mut self, source: &Py<CData>, vm: &VirtualMachine) -> PyResult<Argument> {
        let ctype = source.ctype();
        let (kind, size) = match &ctype.kind {
            Kind::Array(_) => return Ok(Argument::pointer(source.address().expose_provenance())),
            Kind::Pointer(_) | Kind::Function(_) => {
                // SAFETY: a pointer's memory holds an address.
                let address = unsafe { pointer::read(source.address()) };
                return Ok(Argument::pointer(address.expose_provenance()));
            }
            Kind::Simple(simple) => (ArgumentKind::Scalar(simple.code.scalar), simple.code.size),
            Kind::Structure | Kind::Union => {
                check_alignment(ctype, vm)?;
                let layout = ctype.layout();
                (
                    match layout.ffi.passing() {
                        Passing::Scalar(scalar) => ArgumentKind::Scalar(*scalar),
                        _ => ArgumentKind::Aggregate(NonNull::from(&layout.ffi)),
                    },
                    layout.size,
                )
            }
        };
        // SAFETY: the object's memory has at least its type's size.
        let value = unsafe { self.copy(source.address(), size, vm) }?;
        Ok(Argument { kind, value })
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
    ) -> PyResult<Value> {
        if size <= INLINE_SIZE {
            let mut word = Word::ZERO;
            // SAFETY: the caller's promise; the word has room for them.
            unsafe { std::ptr::copy_nonoverlapping(source, word.0.as_mut_ptr(), size) };
            return Ok(Value::Inline(word));
        }
        let room = size.next_multiple_of(EIGHTBYTE);
        let layout = Layout::from_size_align(room, STACK_ALIGN).map_err(|_| vm.no_memory_error())?;
        let memory = self.allocate(layout, vm)?;
        // SAFETY: the memory is new and has room for the bytes and what rounds them up.
        unsafe {
            memory.as_ptr().add(room - EIGHTBYTE).write_bytes(0, EIGHTBYTE);
            std::ptr::copy_nonoverlapping(source, memory.as_ptr(), size);
        }
        Ok(Value::Memory(memory))
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

const EIGHTBYTE: usize = 8;

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
