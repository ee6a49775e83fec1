//! Arguments whose type decides at once what they become: exact `int`, `float`, `bytes`, `str` and `None`, and
//! C values of the declared type.
//!
//! Nothing here runs Python code, and nothing that Python code could have overridden is skipped: types are
//! compared for identity. What is not recognised goes through the whole protocol ([`super::from_param`]), which
//! has the same result for everything that is.

use super::{
    arena::Arena,
    argument::{AbiClass, Arguments, word_of},
    byref::CArg,
    enter::direct,
    instance::has_a_say,
};
use crate::{
    abi::{
        Scalar, Width,
        native::{Form, Frame},
    },
    cdata::CData,
    ctype::{
        CType, Kind,
        scalar::{eightbytes::Eightbytes, float, integer, pointer, terminated, wide},
        simple::{Class, WCHAR},
    },
    without::without,
};
use num_traits::{ToPrimitive, Zero};
use rustpython_vm::{
    AsObject, Py, PyObject, PyResult, VirtualMachine,
    builtins::{PyBytes, PyFloat, PyInt, PyStr},
};

/// What a parameter takes without a closer look, chosen when its type is declared. It holds no reference:
/// ctypes are identified by their addresses. An argument's ctype lives as long as the argument, and a declared
/// one as long as the signature, which is not dropped while a call can still find this. So a ctype at the
/// address of a declared one is that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact {
    pub(super) takes: Takes,
    /// The declared type, whose instances are taken too.
    pub(super) ctype: usize,
    /// Whether an argument that is not taken gets a closer look (`super::closer`).
    looks_closer: bool,
}

/// What a type takes besides its own instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// An `int`, which becomes this type.
    Integer(Scalar, Width),
    /// A `float` or an `int`, which becomes this type.
    Float(Scalar),
    /// A `float`, an `int` or a `complex`, which becomes this type. It does not fit a word.
    Wide(Scalar),
    /// A truth value.
    Bool,
    /// `bytes` of length one, or a small `int`.
    Char,
    /// A `str` of length one.
    WideChar,
    /// NULL, `bytes`, characters or a pointer to them.
    CharPointer,
    /// NULL, a `str`, wide characters or a pointer to them.
    WideCharPointer,
    /// NULL, `bytes`, a `str`, any address.
    VoidPointer,
    /// NULL, `byref` of a target, a target, whose address is passed, an array of targets.
    Pointer { target: usize },
    /// `byref` of an item.
    Array { item: usize },
    /// Nothing else.
    Function,
    /// Any object but a C value that holds one.
    Object,
    /// Nothing else; the aggregate does not fit a word.
    Aggregate,
    /// Nothing: the argument gets a closer look.
    Unknown,
}

impl Exact {
    /// A parameter that is converted by a `from_param` of Python code.
    pub const UNKNOWN: Self = Self {
        takes: Takes::Unknown,
        ctype: 0,
        looks_closer: false,
    };

    #[must_use]
    pub fn of(ctype: &Py<CType>) -> Self {
        if without().exact || ctype.points_to_its_kind() {
            return Self::UNKNOWN;
        }
        let takes = match &ctype.kind {
            Kind::Simple(simple) => {
                let scalar = simple.code.scalar;
                match simple.code.class {
                    Class::Integer { .. } => Takes::Integer(scalar, simple.code.width),
                    Class::Float if scalar.is_float() => Takes::Float(scalar),
                    Class::LongDouble | Class::Complex if Form::of_scalar(scalar).is_some() => {
                        Takes::Wide(scalar)
                    }
                    Class::Bool => Takes::Bool,
                    Class::Char => Takes::Char,
                    Class::WideChar => Takes::WideChar,
                    Class::CharPointer => Takes::CharPointer,
                    Class::WideCharPointer => Takes::WideCharPointer,
                    Class::VoidPointer => Takes::VoidPointer,
                    Class::Object => Takes::Object,
                    _ => Takes::Unknown,
                }
            }
            Kind::Pointer(target) => match target.get() {
                Some(target) if !has_a_say(target.python_class()) => Takes::Pointer {
                    target: identity(target),
                },
                _ => Takes::Unknown,
            },
            Kind::Function(_) => Takes::Function,
            Kind::Structure | Kind::Union => Takes::Aggregate,
            Kind::Array(array) => Takes::Array {
                item: identity(&array.item),
            },
        };
        Self {
            takes,
            ctype: identity(ctype),
            looks_closer: takes.looks_closer(ctype),
        }
    }

    /// Returns whether nothing is taken.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.takes == Takes::Unknown
    }

    /// Returns whether an argument never fits a word, so that [`Self::place`] is needed.
    #[must_use]
    pub fn is_no_word(&self) -> bool {
        matches!(self.takes, Takes::Aggregate | Takes::Wide(_))
    }

    /// Returns whether the argument goes into a vector register.
    #[inline(always)]
    #[must_use]
    pub fn is_vector(&self) -> bool {
        matches!(self.takes, Takes::Float(_))
    }

    /// Returns the C type of the word that [`Self::word`] returns.
    #[inline(always)]
    pub(super) fn scalar(&self) -> Scalar {
        match self.takes {
            Takes::Integer(scalar, _) | Takes::Float(scalar) => scalar,
            Takes::Bool => Scalar::Uint8,
            Takes::Char => Scalar::Sint8,
            Takes::WideChar => WCHAR,
            _ => Scalar::Pointer,
        }
    }

    /// Returns the machine word that `value` becomes, if it is taken. The word is valid for the lifetime of
    /// `value` and the arena.
    #[inline(always)]
    pub fn word(&self, value: &PyObject, arena: &mut Arena, vm: &VirtualMachine) -> Option<u64> {
        self.common_word(value, vm)
            .or_else(|| self.uncommon_word(value, arena, vm))
    }

    /// Returns the word of an exact `int`, `float` or `bytes`, if it is taken.
    #[inline(always)]
    fn common_word(&self, value: &PyObject, vm: &VirtualMachine) -> Option<u64> {
        match self.takes {
            Takes::Integer(..) if let Some(int) = value.downcast_ref_if_exact::<PyInt>(vm) => {
                self.word_of_int(int)
            }
            Takes::Float(scalar)
                if let Some(float) = value.downcast_ref_if_exact::<PyFloat>(vm) =>
            {
                Some(scalar.float_bits(float.to_f64()))
            }
            // The most common argument for a string parameter.
            Takes::CharPointer | Takes::VoidPointer
                if let Some(bytes) = value.downcast_ref_if_exact::<PyBytes>(vm) =>
            {
                terminated::address(bytes).map(|address| address as u64)
            }
            Takes::Char if let Some(bytes) = value.downcast_ref_if_exact::<PyBytes>(vm) => {
                match *bytes.as_bytes() {
                    [byte] => Some(Scalar::Sint8.extend(byte.into())),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    #[inline(never)]
    fn uncommon_word(
        &self,
        value: &PyObject,
        arena: &mut Arena,
        vm: &VirtualMachine,
    ) -> Option<u64> {
        let word = self.other_word(value, arena, vm);
        if word.is_none() && self.looks_closer {
            return self.closer_word(value, arena, vm);
        }
        word
    }

    /// Returns the word without a closer look.
    pub(super) fn word_at_once(
        &self,
        value: &PyObject,
        arena: &mut Arena,
        vm: &VirtualMachine,
    ) -> Option<u64> {
        self.common_word(value, vm)
            .or_else(|| self.other_word(value, arena, vm))
    }

    /// Returns the word of an `int`, where numbers or addresses are taken.
    #[inline(always)]
    pub(super) fn word_of_int(&self, int: &Py<PyInt>) -> Option<u64> {
        match self.takes {
            Takes::Integer(_, width) => Some(integer::word(int, width)),
            Takes::VoidPointer => Some(pointer::wrapping_address(int) as u64),
            _ => None,
        }
    }

    /// Returns the word of anything that is not an exact `int`, `float` or `bytes`.
    #[inline(always)]
    fn other_word(&self, value: &PyObject, arena: &mut Arena, vm: &VirtualMachine) -> Option<u64> {
        if vm.is_none(value) && self.takes_null() {
            return Some(0);
        }
        if CData::of(value).is_some() {
            let cdata = instance(value)?;
            if identity(cdata.ctype()) == self.ctype {
                return word_of(cdata, arena).map(|(_, word)| word);
            }
            return self.pointed_to(value, cdata, arena);
        }
        let address = match self.takes {
            Takes::Integer(scalar, _) => {
                return Some(scalar.extend(truth(value, vm)?.into()));
            }
            Takes::Float(scalar) => return float_of_int(scalar, value, vm),
            Takes::Bool => {
                return match value.downcast_ref_if_exact::<PyInt>(vm) {
                    Some(int) => Some(u64::from(!int.as_bigint().is_zero())),
                    None => truth(value, vm).map(u64::from),
                };
            }
            Takes::Char => {
                let int = value.downcast_ref_if_exact::<PyInt>(vm)?;
                return Some(Scalar::Sint8.extend(int.as_bigint().to_u8()?.into()));
            }
            Takes::WideChar => {
                let text = value.downcast_ref_if_exact::<PyStr>(vm)?;
                let mut units = wide::encode(text.as_wtf8());
                let unit = units.next().filter(|_| units.next().is_none())?;
                return Some(WCHAR.extend(unit as u64));
            }
            Takes::Object => value.as_raw().expose_provenance(),
            Takes::Function | Takes::Aggregate | Takes::Wide(_) | Takes::Unknown => {
                return None;
            }
            _ if let Some(arg) = value.downcast_ref::<CArg>() => self.reference(arg)?,
            Takes::WideCharPointer | Takes::VoidPointer
                if let Some(text) = value.downcast_ref_if_exact::<PyStr>(vm) =>
            {
                arena.wide(text.as_wtf8())?.as_ptr().expose_provenance()
            }
            Takes::VoidPointer => {
                pointer::wrapping_address(value.downcast_ref_if_exact::<PyInt>(vm)?)
            }
            Takes::CharPointer
            | Takes::WideCharPointer
            | Takes::Pointer { .. }
            | Takes::Array { .. } => return None,
        };
        Some(address as u64)
    }

    /// Places an argument that does not fit a word, if `value` is taken. The caller must hold `value` for the
    /// duration of the call.
    #[inline]
    #[must_use]
    pub fn place(
        &self,
        value: &PyObject,
        frame: &mut Frame,
        arena: &mut Arena,
        vm: &VirtualMachine,
    ) -> Option<()> {
        if let Takes::Wide(scalar) = self.takes
            && let Some(eightbytes) = Eightbytes::of(scalar, value, vm)
        {
            return frame.wide(scalar, eightbytes.words());
        }
        let cdata = instance(value).filter(|_| self.is_no_word())?;
        if identity(cdata.ctype()) == self.ctype {
            direct::cdata(frame, cdata, arena)
        } else {
            None
        }
    }

    /// Returns whether `None` is taken, as NULL or as false.
    fn takes_null(&self) -> bool {
        match self.takes {
            Takes::CharPointer
            | Takes::WideCharPointer
            | Takes::VoidPointer
            | Takes::Pointer { .. }
            | Takes::Bool => true,
            Takes::Integer(..)
            | Takes::Float(_)
            | Takes::Wide(_)
            | Takes::Char
            | Takes::WideChar
            | Takes::Array { .. }
            | Takes::Function
            | Takes::Object
            | Takes::Aggregate
            | Takes::Unknown => false,
        }
    }

    /// Returns whether `bytes` are taken.
    #[must_use]
    pub fn takes_bytes(&self) -> bool {
        matches!(self.takes, Takes::CharPointer | Takes::VoidPointer)
    }

    /// Returns the `bytes` whose copy is at the address that `value` became.
    #[inline]
    pub fn copied<'a>(&self, value: &'a PyObject, vm: &VirtualMachine) -> Option<&'a Py<PyBytes>> {
        if self.takes_bytes() {
            value.downcast_ref_if_exact::<PyBytes>(vm)
        } else {
            None
        }
    }

    /// Adds `value` to a call's arguments as a `ctype`, for which `self` was made. Returns `None` if that takes
    /// a closer look. The caller must hold `value` for the duration of the call.
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
                // SAFETY: the word is the address of their copy; the caller holds `value` for the duration of
                // the call (see above).
                unsafe { arguments.copied(bytes, word as usize) };
            }
            return Some(Ok(()));
        }
        other(ctype, value, arguments, vm)
    }
}

/// Chooses for a ctype without a rule of its own: only instances of exactly the declared type are taken.
fn other(
    ctype: &Py<CType>,
    value: &PyObject,
    arguments: &mut Arguments,
    vm: &VirtualMachine,
) -> Option<PyResult<()>> {
    if without().exact {
        return None;
    }
    let cdata = instance(value)?;
    let is_exact = cdata.ctype().is(ctype) && !ctype.points_to_its_kind();
    is_exact.then(|| arguments.cdata(cdata, vm))
}

/// Returns `value` as a C value, if its class is the one that it was made for: Python code may assign another.
#[inline]
pub(super) fn instance(value: &PyObject) -> Option<&Py<CData>> {
    CData::of(value).filter(|cdata| value.class().is(cdata.ctype().python_class()))
}

/// Returns the identity of a ctype among all that are alive.
#[inline(always)]
pub(super) fn identity(ctype: &Py<CType>) -> usize {
    (&raw const *ctype).addr()
}

#[inline(never)]
fn float_of_int(scalar: Scalar, value: &PyObject, vm: &VirtualMachine) -> Option<u64> {
    value.downcast_ref_if_exact::<PyInt>(vm)?;
    // The protocol refuses an `int` that is too large.
    let number = float::number(value, vm).ok()?;
    Some(scalar.float_bits(number))
}

/// Returns the number that `True` or `False` is.
fn truth(value: &PyObject, vm: &VirtualMachine) -> Option<u8> {
    if value.is(&vm.ctx.true_value) {
        return Some(1);
    }
    value.is(&vm.ctx.false_value).then_some(0)
}
