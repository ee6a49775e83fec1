//! What a block of memory keeps alive, by place.
//!
//! A pointer in C memory does not say who owns its target. So the owner of the pointer's memory keeps an object
//! for each place where Python code has stored a reference: the target of that reference. How the place was
//! reached does not matter.
//!
//! Most values keep one object, which lies in the value itself. More are kept in the order of their places, and
//! many in a map, because copying bytes copies what a range of places keeps. A copy of a whole large map shares
//! it until one of the two changes.

use super::shared_map::{Objects, Share, SharedMap};
use rustpython_vm::{
    PyObjectRef, PyRef,
    object::{Traverse, TraverseFn},
};
use smallvec::SmallVec;
use std::{mem, ops::Range};

/// What a range of places keeps: objects with their distances from its start, in ascending order.
pub type Entries = SmallVec<[(usize, PyObjectRef); 2]>;

/// Objects that a change has displaced. They must be dropped outside any lock, because dropping can run Python
/// code.
pub type Displaced = SmallVec<[PyObjectRef; 2]>;

/// The number of references in most nodes of a tree or a graph. More are kept in a map.
const FEW: usize = 4;

type Few = SmallVec<[(usize, PyObjectRef); FEW]>;

/// A map of this size is shared rather than copied.
const SHARED: usize = 64;

/// What a range of places keeps, copied for another range.
#[derive(Debug)]
pub enum Copied {
    Entries(Entries),
    /// A whole map, whose places are distances from the start of the range.
    All(Share),
}

impl Copied {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Entries(entries) if entries.is_empty())
    }
}

/// Objects by the address of the place that holds the reference to them.
#[derive(Debug, Default)]
pub enum Keepalive {
    #[default]
    Nothing,
    One(usize, PyObjectRef),
    /// At most [`FEW`], in ascending order.
    Few(Box<Few>),
    // In a box, because every value has room for a `Keepalive`, and few keep many objects.
    Many(Box<Objects>),
    Shared(Share),
}

impl Keepalive {
    /// Returns the object that is kept for the place at `address`.
    #[inline]
    #[must_use]
    pub fn get(&self, address: usize) -> Option<&PyObjectRef> {
        match self {
            Self::Nothing => None,
            Self::One(known, object) => (*known == address).then_some(object),
            Self::Few(few) => few
                .iter()
                .find(|(known, _)| *known == address)
                .map(|(_, object)| object),
            Self::Many(objects) => objects.get(&address),
            Self::Shared(share) => share.get(address),
        }
    }

    /// Keeps `object`, or nothing, for the place at `address`. Returns what was kept for it before.
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
                let mut few = Box::new(Few::new());
                if let Self::One(known, old) = mem::take(self) {
                    few.push((known, old));
                }
                few.insert(usize::from(few[0].0 < address), (address, object));
                *self = Self::Few(few);
                None
            }
            (Self::Few(few), object) => {
                let place = few.iter().position(|(known, _)| *known >= address);
                let place = place.unwrap_or(few.len());
                let is_there = few.get(place).is_some_and(|(known, _)| *known == address);
                match object {
                    Some(object) if is_there => Some(mem::replace(&mut few[place].1, object)),
                    None if is_there => Some(few.remove(place).1),
                    None => None,
                    Some(object) if few.len() < FEW => {
                        few.insert(place, (address, object));
                        None
                    }
                    Some(object) => self.many().insert(address, object),
                }
            }
            (Self::Many(objects), Some(object)) => objects.insert(address, object),
            (Self::Many(objects), None) => objects.remove(&address),
            (Self::Shared(share), None) if share.get(address).is_none() => None,
            (Self::Shared(_), object) => {
                let objects = self.many();
                match object {
                    Some(object) => objects.insert(address, object),
                    None => objects.remove(&address),
                }
            }
        }
    }

    /// Makes this a map that it owns, if it is none, and returns it. Other values keep what was shared.
    fn many(&mut self) -> &mut Objects {
        if !matches!(self, Self::Many(_)) {
            let objects = match mem::take(self) {
                Self::Nothing | Self::Many(_) => Objects::new(),
                Self::One(address, object) => Objects::from([(address, object)]),
                Self::Few(few) => few.into_iter().collect(),
                Self::Shared(share) => share.unshared(),
            };
            *self = Self::Many(Box::new(objects));
        }
        match self {
            Self::Many(objects) => objects,
            _ => unreachable!("it was just put there"),
        }
    }

    /// Returns what the places in `range` keep.
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
            Self::Few(few) => few
                .iter()
                .filter(|(address, _)| range.contains(address))
                .map(|(address, object)| entry((address, object)))
                .collect(),
            Self::Many(objects) => objects.range(range.clone()).map(entry).collect(),
            Self::Shared(share) => {
                let places = share.range(range);
                places
                    .map(|(address, object)| entry((&address, object)))
                    .collect()
            }
        }
    }

    /// Returns whether [`Self::copy`] of this range makes a shared map, for which it needs an object.
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

    /// Returns what the places in `range` keep, for another value. `place` holds a map that becomes shared.
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

    /// Removes what the places in `range` keep.
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
            self.many();
        }
        match self {
            Self::Nothing | Self::Shared(_) => {}
            Self::Few(few) => {
                let (inside, outside) = mem::take(&mut **few)
                    .into_iter()
                    .partition::<Few, _>(|(address, _)| range.contains(address));
                **few = outside;
                displaced.extend(inside.into_iter().map(|(_, object)| object));
            }
            Self::One(address, _) => {
                if range.contains(address)
                    && let Self::One(_, old) = mem::take(self)
                {
                    displaced.push(old);
                }
            }
            Self::Many(objects) => {
                // Removed as a whole, because there may be many.
                let mut inside = objects.split_off(&range.start);
                let mut behind = inside.split_off(&range.end);
                displaced.extend(inside.into_values());
                objects.append(&mut behind);
            }
        }
    }

    /// Replaces what the places in `range` keep by what was copied.
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
        if entries.len() <= FEW {
            entries.for_each(|(address, object)| drop(self.set(address, Some(object))));
        } else if self.is_empty() {
            *self = Self::Many(Box::new(entries.collect()));
        } else {
            let mut entries: Objects = entries.collect();
            self.many().append(&mut entries);
        }
    }

    /// Returns what every place keeps, in ascending order.
    #[must_use]
    pub fn all(&self) -> Entries {
        self.entries(&(0..usize::MAX))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::One(..) => false,
            Self::Few(few) => few.is_empty(),
            Self::Many(objects) => objects.is_empty(),
            Self::Shared(_) => false,
        }
    }

    /// Removes everything, for the garbage collector.
    pub fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        match mem::take(self) {
            Self::Nothing => {}
            // An object with other references is released here: dropping it runs nothing, and the list would
            // need an allocation.
            Self::One(_, object) if object.strong_count() > 1 => drop(object),
            Self::One(_, object) => out.push(object),
            Self::Few(few) => out.extend(few.into_iter().map(|(_, object)| object)),
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
            Self::Few(few) => few.iter().for_each(|(_, object)| object.traverse(visit)),
            Self::Many(objects) => objects.values().for_each(|object| object.traverse(visit)),
            Self::Shared(share) => share.traverse(visit),
        }
    }
}
