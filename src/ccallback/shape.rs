//! What all callbacks of a function type have in common, and the closures that they reuse.

use super::{
    attach::Attacher,
    closure::{Closure, Closures, Made},
    result,
    spare::is_given_in_instance,
};
use crate::{
    abi::{
        Scalar, libffi as described,
        native::{PADS, Teller},
        passing::Told,
    },
    ccall::{argument::check_alignment, signature::Signature},
    ctype::CType,
};
use libffi::raw::{self, ffi_cif, ffi_type};
use rustpython_vm::{
    Py, PyObject, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::PyBaseExceptionRef,
    object::{Traverse, TraverseFn},
    pyclass,
};
use std::mem::{self, MaybeUninit};

/// Everything of a callback but its callable. It is a Python object, because a signature holds it and the garbage
/// collector must see the ctypes once.
#[pyclass(module = "_ctypes", name = "CallbackShape", traverse = "manual")]
#[derive(PyPayload)]
pub struct Shape {
    cif: MaybeUninit<ffi_cif>,
    /// The types that `cif` points to.
    _types: Vec<*mut ffi_type>,
    /// The index of each argument among those that libffi is told about, if some are padding.
    places: Vec<usize>,
    pub arguments: Vec<PyRef<CType>>,
    pub result: Option<PyRef<CType>>,
    /// Whether any argument is passed in an instance that can be reused.
    pub uses_instances: bool,
    /// `FUNCFLAG_*`.
    pub flags: u32,
    pub attacher: &'static Attacher,
    closures: Closures,
}

// SAFETY: the cif and its types are read-only once prepared; everything else is `Send` and `Sync`.
unsafe impl Send for Shape {}
// SAFETY: as for Send.
unsafe impl Sync for Shape {}

impl std::fmt::Debug for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shape")
            .field("arguments", &self.arguments)
            .finish_non_exhaustive()
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Shape {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.arguments.traverse(visit);
        self.result.traverse(visit);
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Shape {}

impl Shape {
    /// Returns the shape of callbacks with this signature, which is made for the first one.
    ///
    /// # Errors
    /// `TypeError` if arguments or a result of these types cannot be passed, `RuntimeError` if libffi refuses
    /// the signature.
    pub fn of<'a>(
        signature: &'a Signature,
        flags: u32,
        vm: &VirtualMachine,
    ) -> PyResult<&'a Py<Self>> {
        let known = match signature.callback.get() {
            Some(known) => known,
            None => {
                let new = Self::new(signature, flags, vm)?;
                signature.callback.get_or_init(|| new.into())
            }
        };
        known
            .downcast_ref::<Self>()
            .ok_or_else(|| vm.new_system_error("a signature without the shape of its callbacks"))
    }

    fn new(signature: &Signature, flags: u32, vm: &VirtualMachine) -> PyResult<PyRef<Self>> {
        let Some(argtypes) = &signature.declared.argtypes else {
            return Err(vm.new_type_error("cannot construct instance of this class: no argtypes"));
        };
        let ctype = |object: &PyObject, what: &str| {
            CType::of(object, vm).map(Py::to_owned).ok_or_else(|| {
                vm.new_type_error(format!("invalid {what} type for callback function"))
            })
        };
        let arguments = argtypes
            .converters
            .iter()
            .map(|converter| ctype(converter.argtype(), "argument"))
            .collect::<PyResult<Vec<_>>>()?;
        let restype = signature.declared.restype.object();
        let result = if vm.is_none(restype) {
            None
        } else {
            Some(ctype(restype, "result")?)
        };
        // The cif is made for the types as they are now.
        for ctype in arguments.iter().chain(&result) {
            ctype.finalize();
        }
        if result
            .as_ref()
            .is_some_and(|ctype| !result::is_returnable(ctype))
        {
            return Err(vm.new_type_error("invalid result type for callback function"));
        }
        for ctype in &arguments {
            check_alignment(ctype, vm)?;
            if !ctype.layout().passed().is_passable() {
                return Err(not_prepared(raw::ffi_status_FFI_BAD_TYPEDEF, vm));
            }
        }
        let (result_type, mut teller) = match &result {
            Some(result) => {
                let passed = result.layout().passed();
                (passed.described_as_result(), Teller::new(passed))
            }
            None => (described::scalar(Scalar::Void), Teller::default()),
        };
        let mut types = Vec::with_capacity(arguments.len());
        let mut places = Vec::new();
        for ctype in &arguments {
            let passed = ctype.layout().passed();
            let told = teller.tell(passed);
            if told == Told::AfterPadding {
                types.push(described::scalar(Scalar::Uint64));
            }
            places.push(types.len());
            types.push(match told {
                Told::Whole | Told::AfterPadding | Told::Pieces(_) => passed.described(),
                Told::InMemory => passed.described_in_memory(),
                Told::Address => described::scalar(Scalar::Pointer),
            });
        }
        let mut cif = MaybeUninit::zeroed();
        // SAFETY: `types` moves into the shape along with the cif, and its buffer stays in place.
        let status = unsafe {
            raw::ffi_prep_cif(
                cif.as_mut_ptr(),
                raw::ffi_abi_FFI_DEFAULT_ABI,
                types.len() as u32,
                result_type,
                types.as_mut_ptr(),
            )
        };
        if status != raw::ffi_status_FFI_OK {
            return Err(not_prepared(status, vm));
        }
        let uses_instances = arguments.iter().any(|ctype| is_given_in_instance(ctype));
        Ok(Self {
            cif,
            _types: types,
            places,
            arguments,
            result,
            uses_instances,
            flags,
            attacher: Attacher::of(vm),
            closures: Closures::default(),
        }
        .into_ref(&vm.ctx))
    }

    /// Returns the index at which libffi passes argument number `index`.
    #[inline(always)]
    #[must_use]
    pub fn place_of(&self, index: usize) -> usize {
        if PADS { self.places[index] } else { index }
    }

    /// Returns a closure for a callback of this shape, an idle one if there is any.
    ///
    /// # Errors
    /// `MemoryError` if there is no memory for it, `RuntimeError` if libffi refuses the signature.
    pub fn closure(&self, vm: &VirtualMachine) -> PyResult<Closure> {
        if let Some(closure) = self.closures.take() {
            return Ok(closure);
        }
        let result_size = self.result.as_ref().map_or(0, |ctype| result::size(ctype));
        let behind = || Made::new(self.attacher, result_size, self.flags);
        // SAFETY: the cif is prepared; a callback holds its shape, so the cif lives as long as its closure can
        // be called.
        unsafe { self.closures.make(self.cif.as_ptr().cast_mut(), behind, vm) }
    }

    /// Takes back a closure of this shape, whose callback is gone.
    pub fn give_back(zelf: &Py<Self>, closure: Closure) {
        closure.lead_nowhere();
        if zelf.attacher.is_ending() {
            // Threads started by C may call it until the process ends.
            mem::forget(zelf.to_owned());
        } else {
            zelf.closures.give_back(closure);
        }
    }
}

/// Makes the exception for a callback that libffi cannot describe.
#[cold]
fn not_prepared(status: raw::ffi_status, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_runtime_error(format!("ffi_prep_cif failed with {status}"))
}
