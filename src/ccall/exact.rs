//! Arguments whose type says at once what they become: exact `int`, `float`, `bytes`, `str` and
//! `None`, and C values that are what the declared type asks for.
//!
//! Nothing here runs Python code, and nothing that Python code could have overridden is left out:
//! the types are compared for identity. What is not recognised goes through the whole protocol
//! ([`super::from_param`]), which comes to the same result for everything that is.

use super::{
    arena::Arena,
    argument::{AbiClass, Arguments},
    byref::CArg,
};
use crate::{
    cdata::CData,
    ctype::{
        CType, Kind,
        ffi_type::Scalar,
        scalar::{float, integer::wrapped, pointer, terminated},
        simple::Class,
        target,
    },
    without::without,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyResult, VirtualMachine,
    builtins::{PyBytes, PyFloat, PyInt, PyStr},
};

/// What a parameter takes without a closer look, chosen when its type is declared. It holds no
/// reference: ctypes are known by their addresses. That is enough: an argument's ctype lives as long
/// as the argument, and a declared one as long as the signature, which is not dropped before nobody can
/// find this any more. So whatever has the address of a declared ctype is that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exact {
    /// An `int`, which becomes this type: cut to its width by this shift, up and down again.
    Signed(Scalar, u8),
    Unsigned(Scalar, u8),
    /// A `float` or an `int`, which becomes this type.
    Float(Scalar),
    /// NULL, or `bytes`.
    CharPointer,
    /// NULL, or a `str`.
    WideCharPointer,
    /// NULL, `bytes`, a `str`, an address, a pointer or an array.
    VoidPointer,
    /// NULL, such a pointer, what `byref` makes of its target, a target, whose address it is, an array
    /// of targets.
    Pointer {
        ctype: usize,
        target: usize,
    },
    /// A function pointer of this type.
    Function {
        ctype: usize,
    },
    /// Any object but a C value that holds one.
    Object,
    /// A structure or union of this type, which is no word.
    Aggregate {
        ctype: usize,
    },
    Other,
}

impl Exact {
    #[must_use]
    pub fn of(ctype: &Py<CType>) -> Self {
        if without().exact {
            return Self::Other;
        }
        match &ctype.kind {
            Kind::Simple(simple) => {
                let scalar = simple.code.scalar;
                let shift = 64 - 8 * simple.code.size.min(8) as u8;
                match simple.code.class {
                    Class::Integer { signed: true } => Self::Signed(scalar, shift),
                    Class::Integer { signed: false } => Self::Unsigned(scalar, shift),
                    Class::Float if scalar.is_float() => Self::Float(scalar),
                    Class::CharPointer => Self::CharPointer,
                    Class::WideCharPointer => Self::WideCharPointer,
                    Class::VoidPointer => Self::VoidPointer,
                    Class::Object => Self::Object,
                    _ => Self::Other,
                }
            }
            Kind::Pointer(target) => match target.get() {
                Some(target) => Self::Pointer {
                    ctype: identity(ctype),
                    target: identity(target),
                },
                None => Self::Other,
            },
            Kind::Function(_) => Self::Function {
                ctype: identity(ctype),
            },
            Kind::Structure | Kind::Union => Self::Aggregate {
                ctype: identity(ctype),
            },
            Kind::Array(_) => Self::Other,
        }
    }

    /// Whether a vector register is for it.
    #[inline(always)]
    #[must_use]
    pub fn is_vector(self) -> bool {
        matches!(self, Self::Float(_))
    }

    /// The C type of what [`Self::word`] returns.
    #[inline(always)]
    fn scalar(self) -> Scalar {
        match self {
            Self::Signed(scalar, _) | Self::Unsigned(scalar, _) | Self::Float(scalar) => scalar,
            _ => Scalar::Pointer,
        }
    }

    /// The machine word that `value` becomes, if it is what is taken. It is good as long as `value`
    /// and the arena live.
    #[inline(always)]
    pub fn word(&self, value: &PyObject, arena: &mut Arena, vm: &VirtualMachine) -> Option<u64> {
        match *self {
            Self::Signed(_, shift) => {
                let int = value.downcast_ref_if_exact::<PyInt>(vm)?;
                Some(((wrapped(int) << shift) as i64 >> shift) as u64)
            }
            Self::Unsigned(_, shift) => {
                let int = value.downcast_ref_if_exact::<PyInt>(vm)?;
                Some(wrapped(int) << shift >> shift)
            }
            Self::Float(scalar) => match value.downcast_ref_if_exact::<PyFloat>(vm) {
                Some(float) => Some(scalar.float_bits(float.to_f64())),
                None => float_of_int(scalar, value, vm),
            },
            Self::Aggregate { .. } | Self::Other => None,
            // What a string parameter is mostly given.
            Self::CharPointer | Self::VoidPointer
                if let Some(bytes) = value.downcast_ref_if_exact::<PyBytes>(vm) =>
            {
                Some(terminated::address(bytes) as u64)
            }
            _ => self.address(value, arena, vm),
        }
    }

    #[inline(never)]
    fn address(&self, value: &PyObject, arena: &mut Arena, vm: &VirtualMachine) -> Option<u64> {
        let address = match *self {
            Self::Function { ctype } => {
                let cdata = instance(value).filter(|cdata| identity(cdata.ctype()) == ctype)?;
                pointed_to(cdata)
            }
            Self::Object => {
                let is_held =
                    |cdata: &Py<CData>| cdata.ctype().simple_class() == Some(Class::Object);
                let is_object = !CData::of(value).is_some_and(is_held);
                is_object.then(|| value.as_raw().expose_provenance())?
            }
            _ if vm.is_none(value) => 0,
            Self::Pointer { ctype, target } => to_target(value, ctype, target)?,
            Self::WideCharPointer | Self::VoidPointer
                if let Some(text) = value.downcast_ref_if_exact::<PyStr>(vm) =>
            {
                arena.wide(text.as_wtf8())?.as_ptr().expose_provenance()
            }
            Self::VoidPointer => match value.downcast_ref_if_exact::<PyInt>(vm) {
                Some(int) => pointer::wrapping_address(int),
                None => decayed(CData::of(value)?)?,
            },
            _ => return None,
        };
        Some(address as u64)
    }

    /// The structure or union that `value` is, if that is what is taken.
    #[must_use]
    pub fn aggregate<'a>(&self, value: &'a PyObject) -> Option<&'a Py<CData>> {
        let Self::Aggregate { ctype } = *self else {
            return None;
        };
        instance(value).filter(|cdata| identity(cdata.ctype()) == ctype)
    }

    /// Whether `bytes` are taken.
    #[must_use]
    pub fn takes_bytes(&self) -> bool {
        matches!(self, Self::CharPointer | Self::VoidPointer)
    }

    /// The `bytes` whose copy is at the address that `value` became.
    #[inline]
    pub fn copied<'a>(&self, value: &'a PyObject, vm: &VirtualMachine) -> Option<&'a Py<PyBytes>> {
        if self.takes_bytes() {
            value.downcast_ref_if_exact::<PyBytes>(vm)
        } else {
            None
        }
    }

    /// Adds `value` to a call's arguments as a `ctype`, whose this is. `None` if that takes a closer
    /// look. The caller holds `value` as long as the call.
    ///
    /// # Errors
    /// `TypeError` and `MemoryError` as for [`Arguments::cdata`].
    #[inline]
    pub fn pass(
        &self,
        ctype: &Py<CType>,
        value: &PyObject,
        arguments: &mut Arguments,
        vm: &VirtualMachine,
    ) -> Option<PyResult<()>> {
        if let Some(word) = self.word(value, arguments.arena(), vm) {
            let scalar = self.scalar();
            arguments.scalar_at(AbiClass::of_word(scalar), scalar, word);
            if let Some(bytes) = self.copied(value, vm) {
                // SAFETY: the word is the address of their copy; the caller holds `value`.
                unsafe { arguments.copied(bytes, word as usize) };
            }
            return Some(Ok(()));
        }
        other(ctype, value, arguments, vm)
    }
}

/// What no word is chosen for: an instance of exactly the declared type.
fn other(
    ctype: &Py<CType>,
    value: &PyObject,
    arguments: &mut Arguments,
    vm: &VirtualMachine,
) -> Option<PyResult<()>> {
    if without().exact {
        return None;
    }
    let cdata = CData::of(value)?;
    let is_exact = value.class().is(ctype.python_class());
    is_exact.then(|| arguments.cdata(cdata, vm))
}

/// `value` as a C value, if its class is the one that it was made for: Python code may assign another.
#[inline]
fn instance(value: &PyObject) -> Option<&Py<CData>> {
    CData::of(value).filter(|cdata| value.class().is(cdata.ctype().python_class()))
}

/// What identifies a ctype among all that live.
#[inline(always)]
fn identity(ctype: &Py<CType>) -> usize {
    (&raw const *ctype).addr()
}

#[inline(never)]
fn float_of_int(scalar: Scalar, value: &PyObject, vm: &VirtualMachine) -> Option<u64> {
    value.downcast_ref_if_exact::<PyInt>(vm)?;
    // An `int` that is too large is refused by the protocol.
    let number = float::number(value, vm).ok()?;
    Some(scalar.float_bits(number))
}

#[inline]
fn to_target(value: &PyObject, ctype: usize, target: usize) -> Option<usize> {
    let Some(cdata) = instance(value) else {
        let arg = value.downcast_ref::<CArg>()?;
        let of = instance(arg.object()?)?;
        return (identity(of.ctype()) == target && !target::any_replaced())
            .then(|| arg.address())?;
    };
    let of = identity(cdata.ctype());
    if of == ctype {
        return Some(pointed_to(cdata));
    }
    let is_array = || {
        let array = cdata.ctype().array();
        array.is_some_and(|array| identity(&array.item) == target)
    };
    ((of == target || is_array()) && !target::any_replaced())
        .then(|| cdata.address().expose_provenance())
}

/// The address in a pointer or function pointer.
#[inline]
fn pointed_to(cdata: &Py<CData>) -> usize {
    // SAFETY: the memory of a pointer, which it was found to be by its type, holds an address.
    unsafe { pointer::read(cdata.address()) }.expose_provenance()
}

/// A pointer as what it points to, an array as its memory.
#[inline]
fn decayed(cdata: &Py<CData>) -> Option<usize> {
    match &cdata.ctype().kind {
        Kind::Array(_) => Some(cdata.address().expose_provenance()),
        Kind::Pointer(_) => Some(pointed_to(cdata)),
        _ => None,
    }
}
