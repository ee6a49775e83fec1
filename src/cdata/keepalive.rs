//! What a block of memory keeps alive, by place.
//!
//! A pointer in C memory says nothing about who owns what it leads to. So whoever owns the memory keeps
//! an object for each place that Python code has stored a reference in: what the pointer there leads to.
//! It does not matter by which way the place was reached.
//!
//! Most values keep one object: it lies in the value itself. More are kept in a sorted map, because
//! copying bytes copies what a range of places keeps. Copying all of a large map shares it, until one of
//! the two changes.

use super::shared_map::{Objects, Share, SharedMap};
use rustpython_vm::{
    PyObjectRef, PyRef,
    object::{Traverse, TraverseFn},
};
use smallvec::SmallVec;
use std::{collections::BTreeMap, mem, ops::Range};

/// What a range of places keeps: distances from its start, in ascending order, and objects.
pub type Entries = SmallVec<[(usize, PyObjectRef); 2]>;

/// Objects that a change has displaced. They are dropped outside any lock, because that can run Python
/// code.
pub type Displaced = SmallVec<[PyObjectRef; 2]>;

/// What is stored one by one.
const FEW: usize = 8;

/// A map of so many is shared rather than copied.
const SHARED: usize = 64;

/// What a range of places keeps, to be kept by another one.
#[derive(Debug)]
pub enum Copied {
    Entries(Entries),
    /// All of a map, whose places are distances from the start of the range.
    All(Share),
}

impl Copied {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Entries(entries) if entries.is_empty())
    }
}

/// Objects by the address of the place that leads to them.
#[derive(Debug, Default)]
pub enum Keepalive {
    #[default]
    Nothing,
    One(usize, PyObjectRef),
    // In a box, because every value has room for this, and few have many.
    #[expect(clippy::box_collection)]
    Many(Box<Objects>),
    Shared(Share),
}

impl Keepalive {
    /// The object that the place at `address` leads to.
    #[inline]
    #[must_use]
    pub fn get(&self, address: usize) -> Option<&PyObjectRef> {
        match self {
            Self::Nothing => None,
            Self::One(known, object) => (*known == address).then_some(object),
            Self::Many(objects) => objects.get(&address),
            Self::Shared(share) => share.get(address),
        }
    }

    /// Keeps `object` for the place at `address`, or nothing any more. Returns what was kept for it.
    #[inline]
    #[must_use]
    pub fn set(&mut self, address: usize, object: Option<PyObjectRef>) -> Option<PyObjectRef> {
        match (&mut *self, object) {
            (Self::Nothing, None) => None,
            (Self::Nothing, Some(object)) => {
                *self = Self::One(address, object);
                None
            }
            (Self::One(known, old), Some(object)) if *known == address => {
                Some(mem::replace(old, object))
            }
            (Self::One(known, _), None) if *known == address => match mem::take(self) {
                Self::One(_, old) => Some(old),
                _ => None,
            },
            (Self::One(..), None) => None,
            (Self::One(..), Some(object)) => {
                let first = match mem::take(self) {
                    Self::One(known, old) => Some((known, old)),
                    _ => None,
                };
                let both = first.into_iter().chain([(address, object)]);
                *self = Self::Many(Box::new(both.collect()));
                None
            }
            (Self::Many(objects), Some(object)) => objects.insert(address, object),
            (Self::Many(objects), None) => objects.remove(&address),
            (Self::Shared(share), None) if share.get(address).is_none() => None,
            (Self::Shared(_), object) => {
                let objects = self.unshare();
                match object {
                    Some(object) => objects.insert(address, object),
                    None => objects.remove(&address),
                }
            }
        }
    }

    /// Gives up a share for a map of its own. What is dropped goes on being kept by that.
    #[cold]
    fn unshare(&mut self) -> &mut Objects {
        if let Self::Shared(share) = self {
            *self = Self::Many(Box::new(share.unshared()));
        }
        match self {
            Self::Many(objects) => objects,
            _ => unreachable!("what is shared is many"),
        }
    }

    /// What the places in `range` keep.
    #[must_use]
    pub fn entries(&self, range: &Range<usize>) -> Entries {
        let entry =
            |(&address, object): (&usize, &PyObjectRef)| (address - range.start, object.clone());
        match self {
            Self::Nothing => Entries::new(),
            Self::One(address, object) => {
                let is_there = range.contains(address);
                Entries::from_iter(is_there.then(|| entry((address, object))))
            }
            Self::Many(objects) => objects.range(range.clone()).map(entry).collect(),
            Self::Shared(share) => {
                let places = share.range(range);
                places
                    .map(|(address, object)| entry((&address, object)))
                    .collect()
            }
        }
    }

    /// Whether [`Self::copy`] of this range makes a map that can be shared, for which it needs an object.
    #[must_use]
    pub fn is_to_be_shared(&self, range: &Range<usize>) -> bool {
        let Self::Many(objects) = self else {
            return false;
        };
        let is_in = |(address, _): (&usize, _)| range.contains(address);
        objects.len() >= SHARED
            && objects.first_key_value().is_some_and(is_in)
            && objects.last_key_value().is_some_and(is_in)
    }

    /// What the places in `range` keep, for another value to keep.
    #[must_use]
    pub fn copy(&mut self, range: &Range<usize>, place: Option<PyRef<SharedMap>>) -> Copied {
        if let Some(place) = place
            && self.is_to_be_shared(range)
            && let Self::Many(objects) = mem::take(self)
        {
            *self = Self::Shared(Share::new(*objects, place));
        }
        match self {
            Self::Shared(share) if share.is_within(range) => {
                Copied::All(share.clone().shifted(range.start.wrapping_neg()))
            }
            _ => Copied::Entries(self.entries(range)),
        }
    }

    /// Has the places in `range` keep nothing.
    fn cut_out(&mut self, range: &Range<usize>, displaced: &mut Displaced) {
        if let Self::Shared(share) = self {
            if share.is_within(range) {
                if let Self::Shared(share) = mem::take(self) {
                    displaced.push(share.into());
                }
                return;
            }
            if share.range(range).next().is_none() {
                return;
            }
            self.unshare();
        }
        match self {
            Self::Nothing | Self::Shared(_) => {}
            Self::One(address, _) => {
                if range.contains(address)
                    && let Self::One(_, old) = mem::take(self)
                {
                    displaced.push(old);
                }
            }
            Self::Many(objects) => {
                // Cut out as a whole, because there may be many.
                let mut inside = objects.split_off(&range.start);
                let mut behind = inside.split_off(&range.end);
                displaced.extend(inside.into_values());
                objects.append(&mut behind);
            }
        }
    }

    /// Has the places in `range` keep what was copied, and nothing else.
    pub fn replace(&mut self, range: &Range<usize>, copied: Copied, displaced: &mut Displaced) {
        self.cut_out(range, displaced);
        let entries = match copied {
            Copied::Entries(entries) => entries,
            Copied::All(share) if self.is_empty() => {
                *self = Self::Shared(share.shifted(range.start));
                return;
            }
            Copied::All(share) => share.unshared().into_iter().collect(),
        };
        let entries = entries.into_iter();
        let entries = entries.map(|(distance, object)| (range.start + distance, object));
        if entries.len() > FEW {
            let mut objects: BTreeMap<_, _> = entries.collect();
            match mem::take(self) {
                Self::Nothing => {}
                Self::One(address, object) => drop(objects.insert(address, object)),
                Self::Many(mut rest) => objects.append(&mut rest),
                Self::Shared(share) => objects.extend(share.unshared()),
            }
            *self = Self::Many(Box::new(objects));
        } else {
            entries.for_each(|(address, object)| drop(self.set(address, Some(object))));
        }
    }

    /// Every place with what it leads to, in ascending order.
    #[must_use]
    pub fn all(&self) -> Entries {
        self.entries(&(0..usize::MAX))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::One(..) => false,
            Self::Many(objects) => objects.is_empty(),
            Self::Shared(_) => false,
        }
    }

    /// Takes everything out, for the garbage collector.
    pub fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        match mem::take(self) {
            Self::Nothing => {}
            // What others hold too is given up here: nothing runs because of that, and the list would
            // be an allocation.
            Self::One(_, object) if object.strong_count() > 1 => drop(object),
            Self::One(_, object) => out.push(object),
            Self::Many(objects) => out.extend(objects.into_values()),
            Self::Shared(share) => out.push(share.into()),
        }
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Keepalive {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        match self {
            Self::Nothing => {}
            Self::One(_, object) => object.traverse(visit),
            Self::Many(objects) => objects.values().for_each(|object| object.traverse(visit)),
            Self::Shared(share) => share.traverse(visit),
        }
    }
}
