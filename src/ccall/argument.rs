//! One argument of a call: a C value, its ABI class, and what it keeps alive.

use crate::{
    cdata::CData,
    ctype::{
        CType, Kind,
        ffi_type::{FfiType, Passing, Scalar},
        scalar::{Kept, terminated},
    },
};
use rustpython_vm::{
    Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::PyBytes,
    object::{Traverse, TraverseFn},
};
use std::{ffi::c_void, ptr::NonNull};

/// Bytes of the largest scalar: a complex long double.
const WORD: usize = 32;

/// A C value on its way into a call.
#[derive(Clone, Debug)]
pub struct Argument {
    kind: ArgumentKind,
    value: Value,
    keep: Option<PyObjectRef>,
}

/// The ABI class of an argument.
#[derive(Clone, Copy, Debug)]
pub enum ArgumentKind {
    Scalar(Scalar),
    /// An aggregate, whose ctype `keep` holds.
    Aggregate(NonNull<FfiType>),
}

#[derive(Clone, Debug)]
enum Value {
    /// A scalar or small aggregate.
    Word(Word),
    /// A copy of an aggregate.
    Large(Box<[u128]>),
}

#[derive(Clone, Copy, Debug)]
#[repr(C, align(16))]
struct Word([u8; WORD]);

// SAFETY: the description it points to belongs to the ctype of `keep`, which the argument holds, and
// is read alone.
unsafe impl Send for Argument {}
// SAFETY: as for Send.
unsafe impl Sync for Argument {}

impl Argument {
    /// A scalar whose memory `fill` writes; the result of `fill` is kept alive.
    ///
    /// # Errors
    /// What `fill` raises.
    pub fn scalar(scalar: Scalar, fill: impl FnOnce(*mut u8) -> PyResult<Kept>) -> PyResult<Self> {
        let mut word = Word([0; WORD]);
        let keep = fill(word.0.as_mut_ptr())?;
        Ok(Self {
            kind: ArgumentKind::Scalar(scalar),
            value: Value::Word(word),
            keep,
        })
    }

    /// A pointer to `address`, which `keep` keeps valid.
    #[must_use]
    pub fn pointer(address: usize, keep: Option<PyObjectRef>) -> Self {
        let mut word = Word([0; WORD]);
        word.0[..size_of::<usize>()].copy_from_slice(&address.to_ne_bytes());
        Self {
            kind: ArgumentKind::Scalar(Scalar::Pointer),
            value: Value::Word(word),
            keep,
        }
    }

    /// The address of a terminated copy of `bytes`. C may hold on to it, as long as Python code
    /// holds on to `bytes`.
    #[must_use]
    pub fn bytes(bytes: &Py<PyBytes>) -> Self {
        Self::pointer(terminated::address(bytes), Some(bytes.to_owned().into()))
    }

    /// A C value, as C would pass it: scalars and aggregates by value, arrays by address.
    ///
    /// # Errors
    /// `TypeError` for an aggregate that is aligned to more than the stack is, `MemoryError` if
    /// there is no memory for a copy.
    pub fn cdata(source: &Py<CData>, vm: &VirtualMachine) -> PyResult<Self> {
        let ctype = source.ctype();
        if matches!(ctype.kind, Kind::Array(_)) {
            return Ok(Self::pointer(
                source.address().expose_provenance(),
                Some(source.to_owned().into()),
            ));
        }
        check_alignment(ctype, vm)?;
        let layout = ctype.layout();
        let size = layout.size;
        let mut value = if size <= WORD {
            Value::Word(Word([0; WORD]))
        } else {
            Value::Large(zeroed(size).ok_or_else(|| vm.no_memory_error())?)
        };
        // SAFETY: the object's memory has at least its type's size, and the copy has room for it.
        unsafe { std::ptr::copy_nonoverlapping(source.address(), value.start(), size) };
        Ok(Self {
            kind: match layout.ffi.passing() {
                Passing::Scalar(scalar) => ArgumentKind::Scalar(*scalar),
                _ => ArgumentKind::Aggregate(NonNull::from(&layout.ffi)),
            },
            value,
            keep: Some(source.to_owned().into()),
        })
    }

    #[must_use]
    pub fn kind(&self) -> ArgumentKind {
        self.kind
    }

    /// The `bytes` object whose copy C was given, if the value is the address of one.
    #[must_use]
    pub fn copied_bytes(&self) -> Option<&Py<PyBytes>> {
        self.keep.as_ref()?.downcast_ref::<PyBytes>()
    }

    /// Bytes that the value takes if it goes to the stack.
    #[must_use]
    pub fn stack_size(&self) -> usize {
        match &self.value {
            Value::Word(_) => WORD,
            Value::Large(large) => size_of_val(&**large),
        }
    }

    /// The value's memory, valid as long as the argument stays where it is.
    #[must_use]
    pub fn memory(&mut self) -> *mut c_void {
        self.value.start().cast()
    }

    /// The value's bytes, as far as a scalar has any.
    #[must_use]
    pub fn word(&self) -> [u8; WORD] {
        match &self.value {
            Value::Word(word) => word.0,
            Value::Large(_) => [0; WORD],
        }
    }

    #[must_use]
    pub fn keep(&self) -> Option<&PyObjectRef> {
        self.keep.as_ref()
    }

    /// C's default promotions, for an argument that matches the `...` of a variadic function
    /// (C11 6.5.2.2 p7).
    pub fn promote(&mut self) {
        let Value::Word(word) = &mut self.value else {
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
        let ArgumentKind::Scalar(scalar) = self.kind else {
            return;
        };
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

/// The stack is aligned to this many bytes at a call on every platform we know.
const STACK_ALIGN: usize = 16;

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

/// `size` zeroed bytes. `None` if there is no memory for them.
#[must_use]
pub fn zeroed(size: usize) -> Option<Box<[u128]>> {
    let words = size.div_ceil(size_of::<u128>());
    let mut memory = Vec::new();
    memory.try_reserve_exact(words).ok()?;
    memory.resize(words, 0);
    Some(memory.into())
}

impl Value {
    fn start(&mut self) -> *mut u8 {
        match self {
            Self::Word(word) => word.0.as_mut_ptr(),
            Self::Large(large) => large.as_mut_ptr().cast(),
        }
    }
}

// SAFETY: visits the one object it owns exactly once.
unsafe impl Traverse for Argument {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.keep.traverse(visit);
    }
}
