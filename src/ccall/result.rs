//! What a call returns to Python.

use super::enter::{ReturnType, Returned, SCALAR_RESULT};
use crate::{
    abi::{Scalar, native::Form, passing::Passing},
    callable::Callable,
    cdata::CData,
    ctype::{
        CType, Place, Simple,
        ours::Ours,
        scalar::{self, Load},
        simple::{self, Class},
    },
    names::name,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::PyType,
    object::{Traverse, TraverseFn},
    vm::Context,
};
use std::sync::atomic::Ordering;

/// A `restype`.
#[derive(Clone, Debug)]
pub struct Restype {
    /// The object that Python code set.
    object: PyObjectRef,
    kind: RestypeKind,
}

#[derive(Clone, Debug)]
enum RestypeKind {
    Void,
    /// A simple type, converted at once.
    Scalar(ScalarResult),
    Type {
        ctype: PyRef<CType>,
        /// The type's `_check_retval_`, called with the converted result.
        check: Option<Callable>,
    },
    /// A callable that is called with the result as an `int`.
    Callable(Callable),
}

/// A result that is one scalar and becomes a plain Python object.
#[derive(Clone, Copy, Debug)]
pub struct ScalarResult {
    pub form: Option<Form>,
    scalar: Scalar,
    load: Load,
}

impl PartialEq for ScalarResult {
    /// Conversions at one address do the same, even if they are two functions in the source.
    fn eq(&self, other: &Self) -> bool {
        self.form == other.form
            && self.scalar == other.scalar
            && std::ptr::fn_addr_eq(self.load, other.load)
    }
}

impl ScalarResult {
    fn new(scalar: Scalar, load: Load) -> Self {
        Self {
            form: Form::of_scalar(scalar),
            scalar,
            load,
        }
    }

    /// Returns the Python object for the C result at `source`.
    ///
    /// # Errors
    /// Any exception that the conversion raises.
    ///
    /// # Safety
    /// As for [`Restype::convert`].
    #[inline(always)]
    pub unsafe fn convert(&self, source: *mut u8, vm: &VirtualMachine) -> PyResult {
        // SAFETY: `source` holds a value of the type (see # Safety).
        unsafe { (self.load)(narrow(source, self.scalar), vm) }
    }

    /// Returns the Python object for the C result in a machine word.
    ///
    /// # Errors
    /// Any exception that the conversion raises.
    ///
    /// # Safety
    /// `word` must hold a value of the type.
    #[inline(always)]
    pub unsafe fn of_word(&self, mut word: u64, vm: &VirtualMachine) -> PyResult {
        // SAFETY: `word` holds a value of the type (see # Safety).
        unsafe { self.convert((&raw mut word).cast(), vm) }
    }
}

/// Loads an object whose reference C gives away.
///
/// # Safety
/// As for [`owned_object`].
unsafe fn load_given_away(source: *const u8, vm: &VirtualMachine) -> PyResult {
    // SAFETY: `source` holds a reference that C gives away, or NULL (see # Safety).
    unsafe { owned_object(source) }.ok_or_else(|| vm.new_value_error("PyObject is NULL"))
}

/// Returns `None`, for a function without a result.
unsafe fn load_none(_source: *const u8, vm: &VirtualMachine) -> PyResult {
    Ok(vm.ctx.none())
}

impl AsRef<Self> for Restype {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Restype {
    /// Reads a `restype`.
    ///
    /// # Errors
    /// `TypeError` with `message` if `object` is neither a ctype nor callable nor `None`.
    pub fn new(object: PyObjectRef, message: &str, vm: &VirtualMachine) -> PyResult<Self> {
        let kind = if vm.is_none(&object) {
            RestypeKind::Void
        } else if let Some(ctype) = CType::of(&object, vm) {
            let check = check_of(ctype, vm)?.map(Callable::new);
            match ctype.simple().and_then(transparent) {
                Some(scalar) if check.is_none() => scalar,
                _ => RestypeKind::Type {
                    ctype: ctype.to_owned(),
                    check,
                },
            }
        } else if object.is_callable() {
            RestypeKind::Callable(Callable::new(object.clone()))
        } else {
            return Err(vm.new_type_error(message.to_owned()));
        };
        Ok(Self { object, kind })
    }

    /// Returns the `restype` of a function without a result.
    #[must_use]
    pub fn void(context: &Context) -> Self {
        Self {
            object: context.none(),
            kind: RestypeKind::Void,
        }
    }

    /// Returns the `restype` of a function without any declaration: C's `int`.
    #[must_use]
    pub fn int(vm: &VirtualMachine) -> Self {
        Self {
            object: vm.ctx.none(),
            kind: RestypeKind::Scalar(ScalarResult::new(
                simple::INT.scalar,
                simple::INT.native.load,
            )),
        }
    }

    #[must_use]
    pub fn object(&self) -> &PyObjectRef {
        &self.object
    }

    /// Returns the result's type, if it is one scalar or none and becomes a plain Python object.
    #[must_use]
    pub fn scalar(&self) -> Option<ScalarResult> {
        match &self.kind {
            RestypeKind::Void => Some(ScalarResult::new(Scalar::Void, load_none)),
            RestypeKind::Scalar(result) => Some(*result),
            _ => None,
        }
    }

    /// Moves all objects that this refers to into `out`.
    pub fn release(self, out: &mut Vec<PyObjectRef>) {
        out.push(self.object);
        match self.kind {
            RestypeKind::Type { ctype, check } => {
                out.push(ctype.into());
                if let Some(check) = check {
                    check.release(out);
                }
            }
            RestypeKind::Callable(callable) => callable.release(out),
            RestypeKind::Void | RestypeKind::Scalar(_) => {}
        }
    }

    /// Returns what C returns.
    #[inline]
    #[must_use]
    pub fn returned(&self) -> Returned<'_> {
        let of_scalar = |scalar, form| Returned {
            form,
            what: ReturnType::Scalar(scalar),
        };
        match &self.kind {
            RestypeKind::Void => of_scalar(Scalar::Void, Form::of_scalar(Scalar::Void)),
            RestypeKind::Callable(_) => of_scalar(Scalar::Sint32, Form::of_scalar(Scalar::Sint32)),
            RestypeKind::Scalar(result) => of_scalar(result.scalar, result.form),
            RestypeKind::Type { ctype, .. } => {
                let passed = ctype.layout().passed();
                let form = Form::of(passed);
                match passed.passing() {
                    Passing::Scalar(scalar) => of_scalar(*scalar, form),
                    _ => Returned {
                        form,
                        what: ReturnType::Aggregate(passed),
                    },
                }
            }
        }
    }

    /// Makes the result's type final for the call that is about to be made, so that a callback cannot change
    /// it. Returns `false` if the type has size zero, which no function can return.
    #[inline]
    #[must_use]
    pub fn settle(&self) -> bool {
        match &self.kind {
            RestypeKind::Type { ctype, .. } => {
                ctype.finalize();
                ctype.layout().passed().is_passable()
            }
            _ => true,
        }
    }

    /// Returns the size of the C result in bytes.
    #[inline]
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.kind {
            RestypeKind::Type { ctype, .. } => ctype.size(),
            _ => SCALAR_RESULT,
        }
    }

    /// Returns the Python object for the C result at `source`.
    ///
    /// # Errors
    /// Any exception that the conversion, `_check_retval_` or a callable restype raises.
    ///
    /// # Safety
    /// `source` must hold a value of the type, in at least a machine word.
    #[inline(always)]
    pub unsafe fn convert(&self, source: *mut u8, vm: &VirtualMachine) -> PyResult {
        match &self.kind {
            RestypeKind::Void => Ok(vm.ctx.none()),
            // SAFETY: `source` holds a value of the type (see # Safety).
            RestypeKind::Scalar(result) => unsafe { result.convert(source, vm) },
            RestypeKind::Callable(callable) => {
                // SAFETY: `source` holds a value of the type (see # Safety); with a callable restype the result
                // is a C `int`.
                let value = unsafe {
                    narrow(source, Scalar::Sint32)
                        .cast::<i32>()
                        .read_unaligned()
                };
                callable.call_with([vm.ctx.new_int(value).into()], vm)
            }
            RestypeKind::Type { ctype, .. } => {
                // SAFETY: `source` holds a value of the type (see # Safety).
                let value = unsafe { take(ctype, source, vm) }?;
                self.check(value, vm)
            }
        }
    }

    /// Makes a new instance for a result that C writes through a hidden pointer into the instance.
    ///
    /// # Errors
    /// `MemoryError` if there is no memory for it.
    #[inline]
    pub fn instance_in_memory(&self, vm: &VirtualMachine) -> PyResult<Option<PyRef<CData>>> {
        let RestypeKind::Type { ctype, .. } = &self.kind else {
            return Ok(None);
        };
        let layout = ctype.layout();
        let is_large = layout.size > 2 * size_of::<usize>();
        if !is_large || !layout.passed().is_returned_in_memory() {
            return Ok(None);
        }
        let instance = (ctype.construct)(ctype, Place::New, vm)?;
        Ok(instance.downcast::<CData>().ok())
    }

    /// Returns what `_check_retval_` makes of a converted value, if the type has one.
    ///
    /// # Errors
    /// Any exception that it raises.
    pub fn check(&self, value: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        match &self.kind {
            RestypeKind::Type {
                check: Some(check), ..
            } => check.call_with([value], vm),
            _ => Ok(value),
        }
    }
}

/// Returns the `_check_retval_` of a result type, if it has one.
fn check_of(ctype: &CType, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    if ctype.is_ours(Ours::Result) {
        return Ok(None);
    }
    let name = name!(vm, "_check_retval_");
    let class = ctype.python_class();
    let metaclass = class.class();
    let getattro = |class: &Py<PyType>| class.slots.getattro.load().map(|slot| slot as usize);
    // Metaclasses of Python code have the slot of one that is not, unless they handle attributes themselves.
    let mut bases = metaclass.iter_base_chain();
    let plain = bases.find(|base| base.heaptype_ext.is_none());
    // Looking up a missing attribute costs an exception, but not where it can only be missing.
    let is_found_by_type = [plain, Some(vm.ctx.types.type_type)]
        .into_iter()
        .flatten()
        .any(|plain| getattro(metaclass) == getattro(plain));
    // A look-up gives the class a version tag. The look-up that counts comes after reading it, because whoever
    // changes the class removes the tag first.
    let is_missing = is_found_by_type && class.get_attr(name).is_none();
    let tag = class.tp_version_tag.load(Ordering::Acquire);
    if is_missing && class.get_attr(name).is_none() && metaclass.get_attr(name).is_none() {
        if metaclass.heaptype_ext.is_none() {
            ctype.note_ours(Ours::Result, tag);
        }
        return Ok(None);
    }
    vm.get_attribute_opt(class.as_object(), name)
}

/// Returns the conversion of a simple type whose results are plain Python objects.
fn transparent(simple: &Simple) -> Option<RestypeKind> {
    let result = ScalarResult::new(simple.code.scalar, plain_load(simple)?);
    Some(RestypeKind::Scalar(result))
}

/// Returns how such a result is loaded.
fn plain_load(simple: &Simple) -> Option<Load> {
    match simple.code.class {
        _ if simple.boxed => None,
        Class::Object => Some(load_given_away),
        _ => Some(simple.access.load),
    }
}

/// Returns where in the machine word at `source` C leaves a scalar: at the low end.
///
/// # Safety
/// `source` must point to a machine word, or to a larger scalar.
#[inline]
unsafe fn narrow(source: *mut u8, scalar: Scalar) -> *mut u8 {
    if cfg!(target_endian = "big") && scalar.size() < size_of::<usize>() {
        // SAFETY: the result lies within the machine word at `source` (see # Safety).
        unsafe { source.add(size_of::<usize>() - scalar.size()) }
    } else {
        source
    }
}

/// Converts the value at `source`, which no other code will read.
///
/// # Safety
/// `source` must hold a value of type `ctype`, in at least a machine word.
unsafe fn take(ctype: &PyRef<CType>, source: *mut u8, vm: &VirtualMachine) -> PyResult {
    let start = match ctype.layout().passed().passing() {
        // SAFETY: `source` points to at least a machine word (see # Safety).
        Passing::Scalar(scalar) => unsafe { narrow(source, *scalar) },
        _ => source,
    };
    if let Some(load) = ctype.simple().and_then(plain_load) {
        // SAFETY: `start` points to a value of the type (see # Safety), which no other code reads.
        return unsafe { load(start, vm) };
    }
    let instance = (ctype.construct)(ctype, Place::New, vm)?;
    if let Some(cdata) = CData::of(&instance) {
        // SAFETY: the value at `start` (see # Safety) and the new instance both have the type's size.
        unsafe { std::ptr::copy_nonoverlapping(start, cdata.address(), ctype.size()) };
    }
    Ok(instance)
}

/// Takes the reference stored at `source`. Returns `None` for NULL.
///
/// # Safety
/// `source` must hold a reference that its holder gives away, or NULL.
unsafe fn owned_object(source: *const u8) -> Option<PyObjectRef> {
    // SAFETY: `source` holds an address (see # Safety).
    let object = unsafe { scalar::pointer::read(source) }.cast::<PyObject>();
    // SAFETY: the holder gives this reference away (see # Safety).
    std::ptr::NonNull::new(object).map(|object| unsafe { PyObjectRef::from_raw(object) })
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Restype {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.object.traverse(visit);
        match &self.kind {
            RestypeKind::Type { ctype, check } => {
                ctype.traverse(visit);
                check.traverse(visit);
            }
            RestypeKind::Callable(callable) => callable.traverse(visit),
            RestypeKind::Void | RestypeKind::Scalar(_) => {}
        }
    }
}
