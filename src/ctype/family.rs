//! Which ctypes can stand for which: when memory of one ctype may be read as another.
//!
//! Python code can declare any object an instance of a class: by assigning to its `__class__` or to the class's
//! `__bases__`, or by an `__instancecheck__`. What memory holds does not change by that. So only the base that
//! a ctype had when it was made counts here.

use super::{CType, Kind};
use rustpython_vm::{AsObject, Py};
use std::{iter, ptr};

/// The number of pointers to pointers that are looked through.
const MOST_POINTERS: usize = 16;

impl CType {
    /// Returns the ctypes that this one was derived from, the nearest first.
    pub fn bases(&self) -> impl Iterator<Item = &Py<Self>> {
        iter::successors(self.base.as_deref(), |base| base.base.as_deref())
    }

    /// Returns whether memory of this ctype can be read and written as an `other`: it is one, or both hold only
    /// numbers and this one is large enough.
    #[must_use]
    pub fn serves_as(&self, other: &Self) -> bool {
        if ptr::eq(self, other) {
            return true;
        }
        let holds_addresses = self.layout().has_pointer || other.layout().has_pointer;
        self.size() >= other.size() && (!holds_addresses || self.extends(other))
    }

    /// Returns whether a value of this ctype can be given to C as an `other`: it can serve as one, or both are
    /// pointers, and C reads no more through it than its target has. Interfaces of COM are declared so: pointers
    /// derive from each other as the structures do that they point to.
    #[must_use]
    pub fn passes_as(&self, other: &Self) -> bool {
        let (mut own, mut other) = (self, other);
        // A pointer type can be its own target.
        for _ in 0..MOST_POINTERS {
            if own.serves_as(other) {
                return true;
            }
            let (Kind::Pointer(target), Kind::Pointer(other_target)) = (&own.kind, &other.kind)
            else {
                return false;
            };
            let is_derived = own.bases().any(|base| ptr::eq(&raw const **base, other));
            let (Some(target), Some(other_target)) = (target.get(), other_target.get()) else {
                return false;
            };
            if !is_derived {
                return false;
            }
            if ptr::eq(own, &**target) && ptr::eq(other, &**other_target) {
                return true;
            }
            (own, other) = (target, other_target);
        }
        false
    }

    /// Returns whether this is a pointer type whose own instances are instances of its target, which are passed by
    /// their addresses.
    #[must_use]
    pub fn points_to_its_kind(&self) -> bool {
        let Kind::Pointer(target) = &self.kind else {
            return false;
        };
        let is_target = |base: &Self| target.get().is_some_and(|target| ptr::eq(base, &**target));
        is_target(self) || self.bases().any(|base| is_target(base))
    }

    /// Returns whether this ctype was derived from `other`, so that its memory begins as that of an `other`
    /// does.
    #[must_use]
    pub fn extends(&self, other: &Self) -> bool {
        let is_same = |of: Option<&Py<Self>>, other: Option<&Py<Self>>| match (of, other) {
            (_, None) => true,
            (Some(of), Some(other)) => of.is(other),
            (None, Some(_)) => false,
        };
        // A class can redefine its contents, whatever its base's are.
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
