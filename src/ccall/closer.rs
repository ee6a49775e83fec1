//! Arguments that a parameter takes after a closer look, still without Python code: instances of types that are
//! derived from the declared one, `int`s of other classes, objects that stand for others.

use super::{
    arena::Arena,
    argument::word_of,
    byref::CArg,
    exact::{Exact, Takes, identity, instance},
    instance::has_our_metaclass,
    plain,
};
use crate::{
    cdata::CData,
    ctype::{CType, Kind, target},
};
use rustpython_vm::{Py, PyObject, VirtualMachine, builtins::PyBytes};

impl Takes {
    /// Returns whether a closer look at an argument can help for a type that takes `self` at once: some types
    /// take every object, and for others Python code may decide what an instance is.
    pub(super) fn looks_closer(&self, ctype: &CType) -> bool {
        let of_target = match &ctype.kind {
            Kind::Pointer(target) => target.get().map(|target| target.python_class()),
            Kind::Array(array) => Some(array.item.python_class()),
            _ => None,
        };
        !matches!(self, Self::Bool | Self::Object | Self::Unknown)
            && has_our_metaclass(ctype.python_class())
            && of_target.is_none_or(|class| has_our_metaclass(class))
    }
}

impl Exact {
    /// Returns the machine word that `value` becomes after a closer look. As for [`Exact::word`], the word is
    /// valid for the lifetime of `value` and the arena.
    #[inline(never)]
    pub(super) fn closer_word(
        &self,
        value: &PyObject,
        arena: &mut Arena,
        vm: &VirtualMachine,
    ) -> Option<u64> {
        if CData::of(value).is_some() {
            return self.derived_word(instance(value)?, arena);
        }
        if let Some(arg) = value.downcast_ref::<CArg>() {
            let object = instance(arg.object()?)?;
            let target = self.target()?;
            return is_derived(object.ctype(), target)
                .then(|| arg.address())?
                .map(|address| address as u64);
        }
        match plain::derived_int(value, vm) {
            Some(int) => self.word_of_int(int),
            None => self.followed(value, arena, vm),
        }
    }

    /// Returns the target type of the pointer that is taken, if no program has replaced any.
    fn target(&self) -> Option<usize> {
        match self.takes {
            Takes::Pointer { target } | Takes::Array { item: target } => {
                (!target::any_replaced()).then_some(target)
            }
            _ => None,
        }
    }

    /// Returns the word of an instance of a type that is derived from the declared one, or from its target.
    fn derived_word(&self, value: &Py<CData>, arena: &mut Arena) -> Option<u64> {
        let ctype = value.ctype();
        if is_derived(ctype, self.ctype) {
            let (scalar, word) = word_of(value, arena)?;
            return (scalar == self.scalar()).then_some(word);
        }
        let Takes::Pointer { .. } = self.takes else {
            return None;
        };
        let target = self.target()?;
        if is_derived(ctype, target) {
            return Some(value.address().expose_provenance() as u64);
        }
        let item = match &ctype.kind {
            Kind::Array(array) if !array.holds_items() => return None,
            Kind::Array(array) => &array.item,
            _ => ctype.target()?,
        };
        let fits = identity(item) == target || is_derived(item, target);
        fits.then(|| word_of(value, arena))
            .flatten()
            .map(|(_, word)| word)
    }

    /// Returns the word that the `_as_parameter_` of `value` becomes.
    fn followed(&self, value: &PyObject, arena: &mut Arena, vm: &VirtualMachine) -> Option<u64> {
        let inner = plain::plain_parameter(value, vm)?;
        let word = match self.takes {
            // The argument must be an instance, or a result of `byref`.
            Takes::Pointer { .. } | Takes::Array { .. } | Takes::Function => {
                match inner.downcast_ref::<CArg>() {
                    Some(arg) => self.reference(arg)? as u64,
                    None => {
                        let cdata = instance(&inner)?;
                        let is_exact = identity(cdata.ctype()) == self.ctype;
                        is_exact.then(|| word_of(cdata, arena)).flatten()?.1
                    }
                }
            }
            // What C writes into the copy of `bytes` must be copied back.
            _ if inner.downcast_ref::<PyBytes>().is_some() => return None,
            _ => self.word_at_once(&inner, arena, vm)?,
        };
        arena.keep(inner)?;
        Some(word)
    }
}

/// Returns whether a type is derived from the one with this identity, and can stand for it.
fn is_derived(ctype: &CType, from: usize) -> bool {
    let from = ctype.bases().find(|base| identity(base) == from);
    from.is_some_and(|from| ctype.passes_as(from))
}
