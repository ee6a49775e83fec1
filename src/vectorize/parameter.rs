//! What each parameter of a function takes from a batch's arguments.

use super::{
    operand::{Dimensions, Held, array, dimensions, is_sequence},
    shape::Region,
    word::{Load, Number},
};
use crate::{
    abi::Scalar,
    ccall::{arena::Arena, argument::word_of, byref::CArg, exact::Exact, signature::Converter},
    cdata::{CData, buffer::format_of},
    ctype::{CType, Kind, simple::Class},
};
use rustpython_vm::{AsObject, Py, PyObject, PyRef, VirtualMachine, builtins::PyBytes};

/// A parameter of a function.
#[derive(Debug)]
pub struct Parameter {
    /// What is taken as one value at once.
    pub exact: Exact,
    /// Its type.
    pub ctype: PyRef<CType>,
    /// The scalar that the type is, or that stands for it.
    pub scalar: Scalar,
    maps: Maps,
    /// How items of exactly its type are passed, which most are.
    own: Option<(Pass, Use)>,
}

/// What a parameter maps over.
#[derive(Debug)]
enum Maps {
    /// Numbers of this type and of narrower ones.
    Number(Number),
    /// Items of exactly this type: aggregates, numbers that do not fit a word.
    Same,
    /// Items of exactly this type, a `long double`, and narrower numbers.
    LongDouble,
    /// Pointers, and targets, whose addresses are passed.
    Pointer,
    /// `void *`: pointers of any type, and anything else, whose address is passed.
    Address,
    /// Function pointers.
    Function,
    /// Strings of `char`, or of `wchar_t`.
    Text(Class),
    /// Nothing.
    Nothing,
}

/// How the items of an operand are passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    Word(Load),
    /// As a scalar that does not fit a word.
    Wide,
    /// As a `long double`, loaded as a `double`.
    Widened(Load),
    Aggregate,
}

/// What a batch does with an operand's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It reads the items.
    Read,
    /// It passes their addresses to C, which may write there.
    Lend,
    /// It passes their addresses to C, which must not write there.
    Show,
}

/// An argument that is mapped over.
#[derive(Debug)]
pub struct Operand {
    pub region: Region,
    pub pass: Pass,
    pub uses: Use,
}

/// What an argument is to its parameter.
#[derive(Debug)]
pub enum Taken {
    /// One value for all calls.
    One,
    /// One address for all calls.
    Address(usize),
    Items(Operand),
    /// A list or tuple, of which an array can be made.
    Sequence,
}

impl Maps {
    fn of(ctype: &Py<CType>) -> Self {
        match &ctype.kind {
            Kind::Simple(simple) => match simple.code.class {
                _ if simple.swapped => Self::Nothing,
                Class::VoidPointer => Self::Address,
                Class::CharPointer => Self::Text(Class::Char),
                Class::WideCharPointer => Self::Text(Class::WideChar),
                Class::LongDouble => Self::LongDouble,
                Class::Complex => Self::Same,
                _ => Number::of(ctype).map_or(Self::Nothing, Self::Number),
            },
            Kind::Structure | Kind::Union => Self::Same,
            Kind::Pointer(_) | Kind::Array(_) => Self::Pointer,
            Kind::Function(_) => Self::Function,
        }
    }
}

impl Parameter {
    /// Returns the parameter with this converter. `None` if its type is none of C.
    #[must_use]
    pub fn new(converter: &Converter, vm: &VirtualMachine) -> Option<Self> {
        let (exact, ctype, maps) = match converter {
            Converter::Type(exact, ctype) => (*exact, ctype.clone(), Maps::of(ctype)),
            Converter::OfOther(argtype, exact, _) => {
                let ctype = CType::of(argtype, vm)?;
                (*exact, ctype.to_owned(), Maps::of(ctype))
            }
            Converter::Call(argtype, _) => {
                let ctype = CType::of(argtype, vm)?;
                (Exact::UNKNOWN, ctype.to_owned(), Maps::Nothing)
            }
        };
        ctype.finalize();
        let scalar = match &ctype.kind {
            Kind::Simple(simple) => simple.code.scalar,
            _ => Scalar::Pointer,
        };
        let mut parameter = Self {
            exact,
            ctype,
            scalar,
            maps,
            own: None,
        };
        parameter.own = parameter.find_pass(&parameter.ctype);
        Some(parameter)
    }

    /// Returns what an argument is to this parameter. `None` if it is an error, or takes a closer look.
    pub fn take<'a>(
        &self,
        value: &'a PyObject,
        held: &mut Held<'a>,
        vm: &VirtualMachine,
    ) -> Option<Taken> {
        if matches!(self.maps, Maps::Nothing) {
            return Some(Taken::One);
        }
        if let Some(cdata) = CData::of(value) {
            return match &cdata.ctype().kind {
                Kind::Array(_) => self.of_array(array(value)?, held),
                _ => Some(Taken::One),
            };
        }
        if is_sequence(value) {
            return Some(match self.maps {
                Maps::Text(Class::Char) if let Some(region) = held.texts(value, vm) => {
                    Taken::Items(Operand {
                        region,
                        pass: Pass::Word(Load::Whole),
                        uses: Use::Show,
                    })
                }
                _ => Taken::Sequence,
            });
        }
        if self.is_no_buffer(value) {
            return Some(Taken::One);
        }
        self.of_buffer(value, held, vm)
    }

    /// Returns whether a value is certainly one for all calls.
    pub fn is_one(&self, value: &PyObject) -> bool {
        match CData::of(value) {
            Some(cdata) => !matches!(cdata.ctype().kind, Kind::Array(_)),
            None => !is_sequence(value) && self.is_no_buffer(value),
        }
    }

    /// Returns whether a value that is no C value is not taken as a buffer.
    fn is_no_buffer(&self, value: &PyObject) -> bool {
        match self.maps {
            Maps::Nothing | Maps::Function => true,
            Maps::Text(_) | Maps::Address if value.downcast_ref::<PyBytes>().is_some() => true,
            _ => !value.check_buffer(),
        }
    }

    fn of_array<'a>(&self, array: &'a Py<CData>, held: &mut Held<'a>) -> Option<Taken> {
        let found = self.dimensions(array.ctype())?;
        let (pass, uses) = self.pass(found.item)?;
        let region = held.array(array, &found);
        Some(Operand { region, pass, uses }.taken())
    }

    /// Returns the dimensions of an array that are mapped over.
    fn dimensions<'a>(&self, ctype: &'a Py<CType>) -> Option<Dimensions<'a>> {
        match &self.maps {
            Maps::Pointer => dimensions(ctype, |item| self.is_target(item)),
            Maps::Text(_) => dimensions(ctype, |item| self.is_text(item)),
            Maps::Address => {
                let all = dimensions(ctype, |_| false)?;
                match &ctype.kind {
                    Kind::Array(outermost) if !is_untyped_pointer(all.item) => Some(Dimensions {
                        extents: [outermost.length].into_iter().collect(),
                        strides: [outermost.item_size.cast_signed()].into_iter().collect(),
                        item: &outermost.item,
                    }),
                    _ => Some(all),
                }
            }
            _ => dimensions(ctype, |_| false),
        }
    }

    /// Returns how such items of an array are passed. `None` if they are not.
    #[inline]
    pub fn pass(&self, item: &Py<CType>) -> Option<(Pass, Use)> {
        if item.is(&self.ctype) {
            return self.own;
        }
        self.find_pass(item)
    }

    fn find_pass(&self, item: &Py<CType>) -> Option<(Pass, Use)> {
        const POINTER: (Pass, Use) = (Pass::Word(Load::Whole), Use::Read);
        const TARGET: (Pass, Use) = (Pass::Word(Load::Address), Use::Lend);
        let is_ours = item.is(&self.ctype);
        match &self.maps {
            Maps::Number(number) => {
                let load = number.load(Number::of(item)?)?;
                Some((Pass::Word(load), Use::Read))
            }
            Maps::Same => is_ours.then(|| (self.pass_same(), Use::Read)),
            Maps::LongDouble if is_ours => Some((Pass::Wide, Use::Read)),
            Maps::LongDouble => {
                let load = Number::DOUBLE.load(Number::of(item)?)?;
                Some((Pass::Widened(load), Use::Read))
            }
            Maps::Pointer if self.is_target(item) => Some(TARGET),
            Maps::Pointer => (is_ours && item.is_pointer()).then_some(POINTER),
            Maps::Function => {
                let is_void = item.simple_class() == Some(Class::VoidPointer);
                (is_ours || is_void).then_some(POINTER)
            }
            Maps::Address if is_untyped_pointer(item) => Some(POINTER),
            Maps::Address => Some(TARGET),
            Maps::Text(_) if self.is_text(item) => Some(TARGET),
            Maps::Text(characters) => {
                let points = item.is_pointer()
                    && item
                        .target()
                        .is_some_and(|target| target.simple_class() == Some(*characters));
                let is_text = item.simple_class().is_some_and(|class| match characters {
                    Class::Char => class == Class::CharPointer,
                    _ => class == Class::WideCharPointer,
                });
                (is_text || points).then_some(POINTER)
            }
            Maps::Nothing => None,
        }
    }

    /// Returns whether items are of the type that a pointer parameter points to, or numbers like it.
    fn is_target(&self, item: &Py<CType>) -> bool {
        self.target().is_some_and(|target| {
            let number = Number::of(item);
            item.is(target) || number.is_some() && number == Number::of(target)
        })
    }

    /// Returns whether items are arrays of a string's characters.
    fn is_text(&self, item: &Py<CType>) -> bool {
        let Maps::Text(characters) = self.maps else {
            return false;
        };
        item.array().is_some_and(|array| match characters {
            Class::Char => Number::of(&array.item).is_some_and(Number::is_byte),
            other => array.item.simple_class() == Some(other),
        })
    }

    fn of_buffer<'a>(
        &self,
        value: &'a PyObject,
        held: &mut Held<'a>,
        vm: &VirtualMachine,
    ) -> Option<Taken> {
        let viewed = held.buffer(value, vm)?;
        let mut region = viewed.region;
        let lent = if viewed.is_readonly {
            Use::Show
        } else {
            Use::Lend
        };
        let (pass, uses) = match &self.maps {
            Maps::Number(number) => (Pass::Word(number.load(viewed.number?)?), Use::Read),
            Maps::LongDouble if let Some(number) = viewed.number => {
                (Pass::Widened(Number::DOUBLE.load(number)?), Use::Read)
            }
            Maps::Same | Maps::LongDouble => {
                let is_same = held.has_format(&format_of(&self.ctype), self.ctype.size());
                (is_same.then(|| self.pass_same())?, Use::Read)
            }
            Maps::Pointer => {
                let target = dimensions(self.target()?, |_| false)?;
                let fits = match Number::of(target.item) {
                    Some(number) => viewed.number.is_some_and(|item| number.is_of(item)),
                    None => held.has_format(&format_of(target.item), target.item.size()),
                };
                for &extent in target.extents.iter().rev() {
                    let (rows, row) = joined(region)?;
                    region = (row == extent).then_some(rows)?;
                }
                (fits && !viewed.is_readonly).then_some((Pass::Word(Load::Address), Use::Lend))?
            }
            Maps::Address => {
                while region.extents.len() > 1 {
                    region = joined(region)?.0;
                }
                (Pass::Word(Load::Address), lent)
            }
            Maps::Text(Class::Char) => {
                viewed.number.filter(|number| number.is_byte())?;
                region = joined(region)?.0;
                if viewed.is_readonly && region.extents.is_empty() {
                    // The string ends with NUL, and `bytes` do not.
                    region.start = held.terminated(&region)?;
                }
                (Pass::Word(Load::Address), lent)
            }
            Maps::Function | Maps::Text(_) | Maps::Nothing => return None,
        };
        Some(Operand { region, pass, uses }.taken())
    }

    /// Returns the type of the items whose addresses a pointer parameter takes.
    fn target(&self) -> Option<&Py<CType>> {
        match &self.ctype.kind {
            Kind::Array(_) => Some(&self.ctype),
            _ => self.ctype.target(),
        }
    }

    /// Returns the address of an array of targets to which a value for all calls points: by `byref`, or as a pointer
    /// to arrays.
    pub fn array_pointed_to(&self, value: &PyObject, arena: &mut Arena) -> Option<usize> {
        let (Maps::Pointer, Kind::Pointer(_)) = (&self.maps, &self.ctype.kind) else {
            return None;
        };
        let target = self.target()?;
        let is_fitting =
            |ctype: &Py<CType>| ctype.array().is_some_and(|items| items.item.is(target));
        if let Some(reference) = value.downcast_ref::<CArg>() {
            let array = array(reference.object()?)?;
            return is_fitting(array.ctype()).then_some(reference.address()?);
        }
        let pointer = CData::of(value)?;
        let is_pointer =
            pointer.ctype().is_pointer() && pointer.ctype().target().is_some_and(is_fitting);
        let (_, address) = is_pointer.then(|| word_of(pointer, arena)).flatten()?;
        (address != 0).then_some(address as usize)
    }

    fn pass_same(&self) -> Pass {
        match &self.ctype.kind {
            Kind::Simple(_) => Pass::Wide,
            _ => Pass::Aggregate,
        }
    }
}

/// Returns whether items are addresses, which `void *` may be.
fn is_untyped_pointer(item: &Py<CType>) -> bool {
    item.is_address() && item.simple_class() != Some(Class::Object)
}

/// Returns a region whose items are the rows of the innermost dimension, and the length of a row. `None` if there
/// is none, or if a row is not contiguous.
fn joined(mut region: Region) -> Option<(Region, usize)> {
    let (row, stride) = (region.extents.pop()?, region.strides.pop()?);
    let is_contiguous = row <= 1 || stride == region.size.cast_signed();
    region.size *= row;
    is_contiguous.then_some((region, row))
}

impl Operand {
    /// Returns the operand, or the one address that it is.
    fn taken(self) -> Taken {
        if self.pass == Pass::Word(Load::Address) && self.region.extents.is_empty() {
            return Taken::Address(self.region.start);
        }
        Taken::Items(self)
    }
}
