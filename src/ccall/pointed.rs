//! The addresses that C values, and references to them, become as arguments where a pointer is declared.

use super::{
    arena::Arena,
    argument::word_of,
    byref::CArg,
    exact::{Exact, Takes, identity, instance},
};
use crate::{
    cdata::CData,
    ctype::{Kind, simple::Class, target},
};
use rustpython_vm::{Py, PyObject};

impl Exact {
    /// Returns the address that `cdata`, which is `value`, is or holds, if a pointer of this type takes it.
    pub(super) fn pointed_to(
        &self,
        value: &PyObject,
        cdata: &Py<CData>,
        arena: &mut Arena,
    ) -> Option<u64> {
        let kind = &cdata.ctype().kind;
        let is_taken = match self.takes {
            Takes::VoidPointer => match kind {
                Kind::Simple(simple) => {
                    matches!(
                        simple.code.class,
                        Class::CharPointer | Class::WideCharPointer
                    )
                }
                Kind::Array(_) | Kind::Pointer(_) | Kind::Function(_) => true,
                Kind::Structure | Kind::Union => false,
            },
            Takes::CharPointer => to_characters(cdata, Class::Char),
            Takes::WideCharPointer => to_characters(cdata, Class::WideChar),
            Takes::Pointer { target } if !target::any_replaced() => {
                if identity(cdata.ctype()) == target {
                    return Some(cdata.address().expose_provenance() as u64);
                }
                matches!(kind, Kind::Array(array) if identity(&array.item) == target && array.holds_items())
            }
            Takes::Object => {
                let is_held = cdata.ctype().simple_class() == Some(Class::Object);
                return (!is_held).then(|| value.as_raw().expose_provenance() as u64);
            }
            _ => false,
        };
        if !is_taken {
            return None;
        }
        word_of(cdata, arena).map(|(_, word)| word)
    }

    /// Returns the address that `byref` made, if a pointer of this type takes it.
    pub(super) fn reference(&self, arg: &CArg) -> Option<usize> {
        let object = arg.object()?;
        let is_taken = match self.takes {
            Takes::VoidPointer => true,
            Takes::CharPointer => holds(object, Class::Char),
            Takes::WideCharPointer => holds(object, Class::WideChar),
            Takes::Pointer { target } | Takes::Array { item: target } => {
                !target::any_replaced() && identity(instance(object)?.ctype()) == target
            }
            _ => false,
        };
        if is_taken { arg.address() } else { None }
    }
}

/// Returns whether `cdata` is an array of characters of this class or a pointer to such characters.
fn to_characters(cdata: &CData, class: Class) -> bool {
    let item = match &cdata.ctype().kind {
        Kind::Array(array) => Some(&*array.item),
        _ => cdata.ctype().target(),
    };
    item.is_some_and(|item| item.simple_class() == Some(class))
}

/// Returns whether `object` is a C value of this class.
fn holds(object: &PyObject, class: Class) -> bool {
    CData::of(object).is_some_and(|cdata| cdata.ctype().simple_class() == Some(class))
}
