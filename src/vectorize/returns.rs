//! What a batch returns: a new array, or what the caller gives for it.

use super::{
    operand::{Held, array, dimensions},
    shape::{Extents, Region},
    word::Number,
};
use crate::{
    abi::native::Form,
    ccall::result::Restype,
    cdata::{CData, buffer::format_of},
    classes::array::array_type,
    ctype::{
        CType, Place,
        simple::{self, Class},
    },
};
use rustpython_common::lock::PyMutex;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::PyType,
    object::{Traverse, TraverseFn},
};
use std::{borrow::Cow, sync::OnceLock};

/// The results of a function.
#[derive(Debug)]
pub struct Returns {
    pub form: Form,
    /// Their type, if there are any.
    pub ctype: Option<PyRef<CType>>,
    /// What the items of a buffer for them must be.
    wanted: Wanted,
    /// The first shapes of new arrays, with the types of these, which would be gone with the arrays.
    first: [OnceLock<Shaped>; FIRST],
    /// The last of all further ones.
    last: PyMutex<Option<Shaped>>,
}

/// How many types of arrays are found without a lock.
const FIRST: usize = 4;

/// A shape, and the type of arrays that have it.
type Shaped = (Extents, PyRef<CType>);

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Returns {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.ctype.traverse(visit);
        for (_, ctype) in self.first.iter().filter_map(OnceLock::get) {
            ctype.traverse(visit);
        }
        if let Some((_, ctype)) = &*self.last.lock() {
            ctype.traverse(visit);
        }
    }
}

impl Returns {
    /// Returns what a function with this `restype` returns. `None` if its results are no C values, or come back
    /// where only libffi finds them.
    #[must_use]
    pub fn new(restype: &Restype, vm: &VirtualMachine) -> Option<Self> {
        let form = restype.returned().form?;
        let ctype = if vm.is_none(restype.object()) {
            None
        } else {
            Some(CType::of(restype.object(), vm)?.to_owned())
        };
        restype.settle().then(|| Self {
            form,
            wanted: ctype.as_deref().map_or(Wanted::Nothing, Wanted::of),
            ctype,
            first: Default::default(),
            last: PyMutex::new(None),
        })
    }

    /// Returns the size of a result in bytes; zero if there is none.
    #[must_use]
    pub fn size(&self) -> usize {
        self.ctype.as_ref().map_or(0, |ctype| ctype.size())
    }

    /// Makes an array of this shape for results of type `item`. Returns `None` if there is no such type.
    ///
    /// # Errors
    /// `OverflowError` or `MemoryError` if it is too large.
    pub fn array(
        &self,
        item: &Py<CType>,
        shape: &[usize],
        vm: &VirtualMachine,
    ) -> Option<PyResult<PyRef<CData>>> {
        let first = self.first.iter().map_while(OnceLock::get);
        // Most have one dimension, for which comparing memory takes longer.
        let mut first = first.filter(|(known, _)| known.iter().eq(shape));
        let made = match first.next() {
            Some((_, ctype)) => (ctype.construct)(ctype, Place::New, vm),
            None => match self.array_type(item, shape, vm)? {
                Ok(ctype) => (ctype.construct)(&ctype, Place::New, vm),
                Err(error) => Err(error),
            },
        };
        match made {
            Ok(made) => made.downcast().ok().map(Ok),
            Err(error) => Some(Err(error)),
        }
    }

    /// Returns the type of arrays of a shape that is none of the first, or not yet.
    fn array_type(
        &self,
        item: &Py<CType>,
        shape: &[usize],
        vm: &VirtualMachine,
    ) -> Option<PyResult<PyRef<CType>>> {
        let last = self.last.lock();
        let known = last.as_ref().filter(|(known, _)| known[..] == *shape);
        let known = known.map(|(_, ctype)| ctype.clone());
        drop(last);
        if let Some(known) = known {
            return Some(Ok(known));
        }
        let mut class: PyObjectRef = item.python_class().clone().into();
        for &extent in shape.iter().rev() {
            class = match array_type(class.downcast_ref::<PyType>()?, extent, vm) {
                Ok(class) => class,
                Err(error) => return Some(Err(error)),
            };
        }
        let ctype = CType::of(&class, vm)?.to_owned();
        let mut shaped = (shape.iter().copied().collect(), ctype.clone());
        for first in &self.first {
            match first.set(shaped) {
                Ok(()) => return Some(Ok(ctype)),
                Err(given_back) => shaped = given_back,
            }
        }
        let displaced = self.last.lock().replace(shaped);
        drop(displaced);
        Some(Ok(ctype))
    }

    /// Returns the place for results that the caller gives. `None` if it cannot take them, or is none.
    pub fn given<'a>(
        &self,
        place: &'a PyObject,
        held: &mut Held<'a>,
        vm: &VirtualMachine,
    ) -> Option<Region> {
        let ctype = self.ctype.as_ref()?;
        let is_address = ctype.is_address();
        let is_same = |item: &Py<CType>| {
            item.is(ctype) || is_address && item.simple_class() == Some(Class::VoidPointer)
        };
        place_for(is_same, &self.wanted, place, held, vm)
    }
}

/// What the items of a buffer for results must be.
#[derive(Debug)]
enum Wanted {
    Number(Number),
    /// Of this format and size.
    Format(Cow<'static, str>, usize),
    Nothing,
}

impl Wanted {
    fn of(ctype: &Py<CType>) -> Self {
        let address = ctype.is_address().then_some(Number::ADDRESS);
        match Number::of(ctype).or(address) {
            Some(number) => Self::Number(number),
            None => Self::Format(format_of(ctype), ctype.size()),
        }
    }
}

/// Returns the place that the caller gives for values of `errno`. `None` if it cannot take them.
pub fn errnos<'a>(place: &'a PyObject, held: &mut Held<'a>, vm: &VirtualMachine) -> Option<Region> {
    let wanted = Number::of_code(&simple::INT).map_or(Wanted::Nothing, Wanted::Number);
    place_for(|_| false, &wanted, place, held, vm)
}

/// Returns a writable place for items of a type, or for numbers like it.
fn place_for<'a>(
    is_same: impl Fn(&Py<CType>) -> bool,
    wanted: &Wanted,
    place: &'a PyObject,
    held: &mut Held<'a>,
    vm: &VirtualMachine,
) -> Option<Region> {
    if CData::of(place).is_some() {
        let array = array(place)?;
        let found = dimensions(array.ctype(), |_| false)?;
        let number = Number::of(found.item);
        let is_number = matches!(wanted, Wanted::Number(wanted) if number.is_some_and(|number| number == *wanted));
        return (is_number || is_same(found.item)).then(|| held.array(array, &found));
    }
    if !place.check_buffer() {
        return None;
    }
    let viewed = held.buffer(place, vm)?;
    let fits = match wanted {
        Wanted::Number(number) => number.is_of(viewed.number?),
        Wanted::Format(format, size) => held.has_format(format, *size),
        Wanted::Nothing => false,
    };
    (fits && !viewed.is_readonly).then_some(viewed.region)
}
