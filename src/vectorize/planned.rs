//! An ordinary call over arrays: from the arguments that Python code gives to what it gets.

use super::{
    batch::{Batch, Function, Given, Way},
    framed::can_be_placed,
    operand::{FEW, Held},
    parameter::{Operand, Parameter, Taken, Use},
    parts::{How, run},
    returns::{Returns, errnos},
    shape::{Extents, Region, Strides, broadcast},
};
use crate::{
    audit,
    ccall::{
        argument::{Argument, Arguments},
        call::pass,
        flags,
        signature::Signature,
    },
    cdata::CData,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    object::{Traverse, TraverseFn},
};
use smallvec::SmallVec;
use std::sync::atomic::AtomicUsize;

/// How a function is called over arrays.
#[derive(Debug)]
pub struct Planned {
    /// Keeps the types of the parameters.
    signature: PyRef<Signature>,
    pub(super) parameters: Box<[Parameter]>,
    pub(super) returns: Returns,
    pub(super) flags: u32,
    pub(super) threads: usize,
    pub(super) is_critical: bool,
    pub(super) pace: AtomicUsize,
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Planned {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.signature.traverse(visit);
        for parameter in &self.parameters {
            parameter.ctype.traverse(visit);
        }
        self.returns.traverse(visit);
    }
}

/// The keyword arguments of a call.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keywords<'a> {
    out: Option<&'a PyObjectRef>,
    errno: Option<&'a PyObjectRef>,
}

impl<'a> Keywords<'a> {
    /// Returns the keyword arguments with these names. `None` if there are others.
    pub fn of<'n>(given: impl Iterator<Item = (&'n [u8], &'a PyObjectRef)>) -> Option<Self> {
        let mut keywords = Self::default();
        for (name, value) in given {
            match name {
                b"out" => keywords.out = Some(value),
                b"errno" => keywords.errno = Some(value),
                _ => return None,
            }
        }
        Some(keywords)
    }
}

/// What became of a call.
pub enum Outcome {
    Done(PyResult),
    /// Nothing: there are lists or tuples that must be arrays.
    Sequences,
}

/// Where results and values of `errno` go.
#[derive(Default)]
struct Places {
    results: Option<Region>,
    errnos: Option<Region>,
}

impl Planned {
    /// Plans calls of a function. `None` if the package must make them.
    #[must_use]
    pub fn new(
        signature: PyRef<Signature>,
        call_flags: u32,
        threads: usize,
        is_critical: bool,
        vm: &VirtualMachine,
    ) -> Option<Self> {
        if call_flags & (flags::PYTHONAPI | flags::HOLDS_LIBRARIES) != 0 {
            return None;
        }
        let declared = &signature.declared;
        let converters = &declared.argtypes.as_ref()?.converters;
        let parameters = converters
            .iter()
            .map(|converter| Parameter::new(converter, vm));
        let parameters = parameters.collect::<Option<_>>()?;
        let returns = Returns::new(&declared.restype, vm)?;
        Some(Self {
            parameters,
            returns,
            flags: call_flags,
            threads,
            is_critical,
            pace: AtomicUsize::new(1),
            signature,
        })
    }

    /// Calls `called`, a function pointer, over these arguments. Returns `None` if they are not ordinary; then
    /// nothing has been called.
    pub fn call(
        &self,
        called: &PyObject,
        positional: &[PyObjectRef],
        keywords: Keywords<'_>,
        vm: &VirtualMachine,
    ) -> Option<Outcome> {
        if positional.len() != self.parameters.len() || audit::is_watched() {
            return None;
        }
        let given =
            |value: Option<&'_ PyObjectRef>| value.filter(|value| !vm.is_none(value)).cloned();
        let (out, errno) = (given(keywords.out), given(keywords.errno));
        let mut held = Held::default();
        let mut taken: SmallVec<[Taken; FEW]> = SmallVec::new();
        for (parameter, value) in self.parameters.iter().zip(positional) {
            taken.push(parameter.take(value, &mut held, vm)?);
        }
        if taken.iter().any(|taken| matches!(taken, Taken::Sequence)) {
            return Some(Outcome::Sequences);
        }
        let wants_errnos = self.flags & flags::USE_ERRNO != 0;
        let mut places = Places::default();
        if let Some(place) = &errno {
            places.errnos = Some(errnos(place, &mut held, vm).filter(|_| wants_errnos)?);
        }
        if let Some(place) = &out {
            places.results = Some(self.returns.given(place, &mut held, vm)?);
        }
        let shapes = operands(&taken).map(|operand| &operand.region.extents);
        let shape = broadcast(shapes.chain(places.all().map(|place| &place.extents)))?;
        if places.all().any(|place| place.extents != shape)
            || shares_memory(&taken, &places, &shape)
        {
            return None;
        }
        // Last, because it can run Python code.
        let mut arguments = self.convert(&taken, positional, vm)?;
        let mut array = None;
        if let Some(ctype) = &self.returns.ctype
            && places.results.is_none()
        {
            // The result of a call without any shape is the only item of an array.
            let extents = if shape.is_empty() {
                [1].into_iter().collect()
            } else {
                shape.clone()
            };
            match self.returns.array(ctype, &extents, vm)? {
                Ok(made) => {
                    places.results = Some(region(&made, ctype.size(), &shape));
                    array = Some(made);
                }
                Err(error) => return Some(Outcome::Done(Err(error))),
            }
        }
        let (address, _callee) = Self::callee(called)?;
        let given = self.given(&taken, arguments.list());
        // SAFETY: the program that gave the address and the types must ensure that they are the function's, as
        // in C. The memory of the operands is held, and there is memory for the results.
        let ran = unsafe { self.run(address, &given, &shape, &places, vm) }?;
        drop(given);
        arguments.take_over();
        Some(Outcome::Done(ran.and_then(|()| match (array, &out) {
            (Some(array), _) if shape.is_empty() => array.as_object().get_item(&0, vm),
            (Some(array), _) => Ok(array.into()),
            (None, Some(out)) => Ok(out.clone()),
            (None, None) => Ok(vm.ctx.none()),
        })))
    }

    /// Returns the address of `called`, and what must be held while C runs there. `None` if it is NULL.
    pub(super) fn callee(called: &PyObject) -> Option<(usize, Option<PyObjectRef>)> {
        let (address, held) = CData::callee(CData::of(called)?);
        (address != 0).then_some((address, held))
    }

    /// Converts the arguments that are the same in all calls. Returns `None` if one is an error.
    fn convert(
        &self,
        taken: &[Taken],
        positional: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> Option<Arguments> {
        let converters = &self.signature.declared.argtypes.as_ref()?.converters;
        let mut arguments = Arguments::new();
        for (index, (taken, parameter)) in taken.iter().zip(&self.parameters).enumerate() {
            let value = &positional[index];
            match taken {
                Taken::One => {
                    let array = parameter.array_pointed_to(value, arguments.arena());
                    match array {
                        Some(address) => arguments.pointer(address),
                        None => {
                            let converter = converters.get(index);
                            pass(converter, value, index + 1, &mut arguments, vm).ok()?;
                        }
                    }
                }
                Taken::Address(address) => arguments.pointer(*address),
                Taken::Items(_) | Taken::Sequence => {}
            }
        }
        arguments.are_passable().then_some(arguments)
    }

    /// Returns all arguments as a batch takes them. `constants` are those that are the same in all calls.
    fn given<'a>(
        &'a self,
        taken: &'a [Taken],
        constants: &'a [Argument],
    ) -> SmallVec<[Given<'a>; FEW]> {
        let mut constants = constants.iter();
        let given = taken.iter().zip(&self.parameters);
        let given = given.filter_map(|(taken, parameter)| match taken {
            Taken::Items(operand) => Some(Given::Items {
                scalar: parameter.scalar,
                passed: parameter.ctype.layout().passed(),
                operand,
            }),
            _ => constants.next().map(Given::Constant),
        });
        given.collect()
    }

    /// Makes the calls. Returns `None` if libffi must make them; then nothing has been called.
    ///
    /// # Safety
    /// The function must take such arguments, and there must be memory for the results and values of `errno`.
    unsafe fn run(
        &self,
        address: usize,
        given: &[Given<'_>],
        shape: &Extents,
        places: &Places,
        vm: &VirtualMachine,
    ) -> Option<PyResult<()>> {
        let function = Function {
            address,
            form: self.returns.form,
            result: self.returns.size(),
        };
        let (results, errnos) = (places.results.as_ref(), places.errnos.as_ref());
        let batch = Batch::new(function, given, shape.clone(), results, errnos)?;
        if let Way::Framed(placed) = &batch.way
            && !can_be_placed(function, placed)
        {
            return None;
        }
        if batch.count == 0 {
            return Some(Ok(()));
        }
        let how = How {
            flags: self.flags,
            threads: self.threads,
            is_critical: self.is_critical,
            pace: &self.pace,
        };
        // SAFETY: the function takes the arguments, and there is memory for its results (see # Safety).
        Some(unsafe { run(&batch, how, vm) })
    }
}

impl Places {
    fn all(&self) -> impl Iterator<Item = &Region> {
        self.results.iter().chain(&self.errnos)
    }
}

/// Returns the arguments that are mapped over.
fn operands(taken: &[Taken]) -> impl Iterator<Item = &Operand> {
    taken.iter().filter_map(|taken| match taken {
        Taken::Items(operand) => Some(operand),
        _ => None,
    })
}

/// Returns the memory of a new array of results.
fn region(array: &Py<CData>, size: usize, shape: &Extents) -> Region {
    let mut stride = size;
    let strides = shape.iter().rev().map(|&extent| {
        let own = stride.cast_signed();
        stride = stride.wrapping_mul(extent);
        own
    });
    let mut strides: Strides = strides.collect();
    strides.reverse();
    Region {
        start: array.address().expose_provenance(),
        size,
        extents: shape.clone(),
        strides,
    }
}

/// Returns whether something that is written may lie in what a later call reads.
fn shares_memory(taken: &[Taken], places: &Places, shape: &Extents) -> bool {
    let lent = || operands(taken).filter(|operand| operand.uses == Use::Lend);
    if places.all().next().is_none() && lent().next().is_none() {
        return false;
    }
    let read = || operands(taken).filter(|operand| operand.uses == Use::Read);
    let clashes = |one: &Region, other: &Region| {
        one.may_share(other) && !one.is_at_the_places_of(other, shape)
    };
    let both = places.results.as_ref().zip(places.errnos.as_ref());
    let clashes_with = |place: &Region| {
        let mut used = read().chain(lent());
        used.any(|operand| clashes(place, &operand.region))
    };
    places.all().any(Region::may_share_with_itself)
        || both.is_some_and(|(results, errnos)| results.may_share(errnos))
        || places.all().any(clashes_with)
        || lent().any(|lent| read().any(|read| clashes(&read.region, &lent.region)))
}
