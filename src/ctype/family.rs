//! Which types can stand for which: what memory of one type is, taken for memory of another.
//!
//! Python code can say of any object that it is an instance of a class: by assigning to its `__class__`, to the
//! class's `__bases__`, by an `__instancecheck__`. What memory holds does not change by that. So what was a
//! type's base when it was made counts here, and nothing that can be said later.

use super::{CType, Kind};
use rustpython_vm::{AsObject, Py};
use std::{iter, ptr};

impl CType {
    /// What this type was derived from, the nearest first.
    pub fn bases(&self) -> impl Iterator<Item = &Py<Self>> {
        iter::successors(self.base.as_deref(), |base| base.base.as_deref())
    }

    /// Whether memory of this type can be read and written as an `other`: it is one, or both hold nothing but
    /// numbers, and there is enough of it.
    #[must_use]
    pub fn serves_as(&self, other: &Self) -> bool {
        if ptr::eq(self, other) {
            return true;
        }
        let holds_addresses = self.layout().has_pointer || other.layout().has_pointer;
        self.size() >= other.size() && (!holds_addresses || self.extends(other))
    }

    /// Whether memory of this type begins as that of an `other` does, of which it was derived.
    #[must_use]
    pub fn extends(&self, other: &Self) -> bool {
        let is_same = |of: Option<&Py<Self>>, other: Option<&Py<Self>>| match (of, other) {
            (_, None) => true,
            (Some(of), Some(other)) => of.is(other),
            (None, Some(_)) => false,
        };
        // A class can say anew what it consists of, whatever its base does.
        let has_same_content = match (&self.kind, &other.kind) {
            (Kind::Simple(of), Kind::Simple(other)) => {
                of.code.code == other.code.code && of.swapped == other.swapped
            }
            (Kind::Array(of), Kind::Array(other)) => of.item.is(&*other.item),
            (Kind::Pointer(of), Kind::Pointer(other)) => is_same(of.get(), other.get()),
            (Kind::Structure, Kind::Structure)
            | (Kind::Union, Kind::Union)
            | (Kind::Function(_), Kind::Function(_)) => true,
            _ => false,
        };
        let is_derived = || self.bases().any(|base| ptr::eq(&raw const **base, other));
        has_same_content && (ptr::eq(self, other) || is_derived())
    }
}
