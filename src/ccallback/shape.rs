//! What all callbacks of a function type have in common, and the closures that they use by turns.

use super::{Thunk, attach::Attacher, spare::is_given_in_instance};
use crate::{
    ccall::{argument::check_alignment, enter::Available, signature::Signature},
    ctype::{CType, ffi_type::Scalar},
};
use libffi::raw::{self, ffi_cif, ffi_closure, ffi_type};
use rustpython_common::lock::PyMutex;
use rustpython_vm::{
    Py, PyObject, PyPayload, PyRef, PyResult, VirtualMachine,
    object::{Traverse, TraverseFn},
    pyclass,
};
use std::{
    ffi::c_void,
    mem::{self, ManuallyDrop, MaybeUninit},
    ptr::{self, NonNull},
    sync::atomic::{AtomicPtr, Ordering},
};

/// How many closures of callbacks that are gone are kept for the next ones, but for one.
const MAX_IDLE: usize = 8;

/// What a callback is made of but for the callable. It is a Python object, since a signature holds it
/// and the garbage collector must see the ctypes once.
#[pyclass(module = "_ctypes", name = "CallbackShape", traverse = "manual")]
#[derive(PyPayload)]
pub struct Shape {
    cif: MaybeUninit<ffi_cif>,
    /// Pointed to by `cif`.
    _types: Vec<*mut ffi_type>,
    pub arguments: Vec<PyRef<CType>>,
    pub result: Option<PyRef<CType>>,
    /// Some argument is given in an instance that can serve again.
    pub uses_instances: bool,
    /// `FUNCFLAG_*`.
    pub flags: u32,
    pub attacher: &'static Attacher,
    idle: Idle,
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
    /// The shape of callbacks with this signature, which is made for the first one.
    ///
    /// # Errors
    /// `TypeError` if arguments or a result of these types cannot be passed, `RuntimeError` if libffi
    /// refuses the signature.
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
        if let Some(result) = &result
            && result.simple().is_none()
        {
            return Err(vm.new_type_error("invalid result type for callback function"));
        }
        // The cif is made for the types as they are now.
        for ctype in arguments.iter().chain(&result) {
            ctype.finalize();
        }
        for ctype in &arguments {
            check_alignment(ctype, vm)?;
        }
        // No simple type is returned through a hidden pointer.
        let mut registers = Available::all();
        let mut types: Vec<_> = arguments
            .iter()
            .map(|ctype| registers.describe(ctype.layout().ffi()))
            .collect();
        let result_type = match &result {
            Some(result) => result.layout().ffi().raw(),
            None => Scalar::Void.raw(),
        };
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
            return Err(vm.new_runtime_error(format!("ffi_prep_cif failed with {status}")));
        }
        let uses_instances = arguments.iter().any(|ctype| is_given_in_instance(ctype));
        Ok(Self {
            cif,
            _types: types,
            arguments,
            result,
            uses_instances,
            flags,
            attacher: Attacher::of(vm),
            idle: Idle::default(),
        }
        .into_ref(&vm.ctx))
    }

    /// A closure for a callback of this shape, one that is idle if there is one.
    ///
    /// # Errors
    /// `MemoryError` if there is no memory for it, `RuntimeError` if libffi refuses the signature.
    pub fn closure(&self, vm: &VirtualMachine) -> PyResult<Closure> {
        match self.idle.take() {
            Some(closure) => Ok(closure),
            None => Closure::new(self, vm),
        }
    }

    /// Takes a closure of this shape back, whose callback is gone.
    pub fn give_back(zelf: &Py<Self>, closure: Closure) {
        closure
            .made()
            .thunk
            .store(ptr::null_mut(), Ordering::Relaxed);
        if zelf.attacher.is_ending() {
            // Threads of C's may call it until the process is gone. It refers to the cif.
            mem::forget((closure, zelf.to_owned()));
        } else {
            zelf.idle.put(closure);
        }
    }
}

/// Closures of callbacks that are gone, for the next ones.
#[derive(Default)]
struct Idle {
    /// The last one, or NULL: most programs need no other.
    last: AtomicPtr<Made>,
    /// [`MAX_IDLE`] at most.
    more: PyMutex<Vec<Closure>>,
}

impl Idle {
    fn take(&self) -> Option<Closure> {
        let last = self.last.swap(ptr::null_mut(), Ordering::Acquire);
        match NonNull::new(last) {
            Some(last) => Some(Closure(last)),
            None => self.more.lock().pop(),
        }
    }

    fn put(&self, closure: Closure) {
        let closure = ManuallyDrop::new(closure);
        let new = closure.0.as_ptr();
        let (null, ok, other) = (ptr::null_mut(), Ordering::Release, Ordering::Relaxed);
        if self.last.compare_exchange(null, new, ok, other).is_ok() {
            return;
        }
        let closure = ManuallyDrop::into_inner(closure);
        let mut more = self.more.lock();
        if more.len() < MAX_IDLE {
            more.push(closure);
        }
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        drop(self.take());
    }
}

/// A C function that libffi makes, and the data behind it: what libffi has allocated, which this owns.
pub struct Closure(NonNull<Made>);

/// libffi's part of a closure, and ours.
#[repr(C)]
pub struct Made {
    closure: ffi_closure,
    /// What C calls.
    code: *mut c_void,
    pub attacher: &'static Attacher,
    /// Bytes of memory that C has for the result.
    result_size: usize,
    /// `FUNCFLAG_*`.
    pub flags: u32,
    /// The callback; NULL if it is gone. It lives in the interpreter, so only a thread that is attached may look
    /// at it.
    thunk: AtomicPtr<Py<Thunk>>,
}

impl Made {
    /// The callback, if it is there.
    ///
    /// # Safety
    /// The thread must be attached, and the callback must not be gone unless the interpreter is.
    pub unsafe fn thunk(&self) -> Option<PyRef<Thunk>> {
        let thunk: *const Py<Thunk> = self.thunk.load(Ordering::Acquire);
        // SAFETY: NULL, or what the caller promises to be there.
        unsafe { thunk.as_ref() }.map(ToOwned::to_owned)
    }

    /// What C receives if Python gives nothing.
    ///
    /// # Safety
    /// `result` must be libffi's memory for the result.
    pub unsafe fn clear_result(&self, result: *mut c_void) {
        // SAFETY: that has the size of the result's type, and a word at least.
        unsafe { result.cast::<u8>().write_bytes(0, self.result_size) };
    }
}

// SAFETY: whoever has it alone writes into it.
unsafe impl Send for Closure {}
// SAFETY: as for Send.
unsafe impl Sync for Closure {}

impl Closure {
    /// A closure without a callback. The shape must live as long as it is called.
    fn new(shape: &Shape, vm: &VirtualMachine) -> PyResult<Self> {
        let mut code = ptr::null_mut();
        // SAFETY: allocates a closure, and room behind it.
        let made = unsafe { raw::ffi_closure_alloc(size_of::<Made>(), &raw mut code) };
        let made = NonNull::new(made.cast::<Made>()).ok_or_else(|| vm.no_memory_error())?;
        // From here on dropping it frees it.
        let new = Self(made);
        let start = made.as_ptr();
        let result = shape.result.as_ref().map(|ctype| ctype.size());
        // SAFETY: there is room for it, and nobody else knows it yet.
        unsafe {
            (&raw mut (*start).code).write(code);
            (&raw mut (*start).attacher).write(shape.attacher);
            (&raw mut (*start).result_size)
                .write(result.map_or(0, |size| size.max(size_of::<usize>())));
            (&raw mut (*start).flags).write(shape.flags);
            (&raw mut (*start).thunk).write(AtomicPtr::new(ptr::null_mut()));
        }
        // SAFETY: closure and code belong together.
        let status = unsafe {
            raw::ffi_prep_closure_loc(
                made.as_ptr().cast(),
                shape.cif.as_ptr().cast_mut(),
                Some(super::entry),
                start.cast(),
                code,
            )
        };
        if status != raw::ffi_status_FFI_OK {
            return Err(vm.new_runtime_error(format!("ffi_prep_closure failed with {status}")));
        }
        Ok(new)
    }

    #[inline]
    fn made(&self) -> &Made {
        // SAFETY: all parts were written when the closure was made.
        unsafe { self.0.as_ref() }
    }

    /// Has the closure call this thunk, which gives it up when it dies.
    #[inline]
    pub fn lead_to(&self, thunk: &Py<Thunk>) {
        let thunk = ptr::from_ref(thunk).cast_mut();
        self.made().thunk.store(thunk, Ordering::Release);
    }

    /// The address that C calls.
    #[inline]
    #[must_use]
    pub fn address(&self) -> usize {
        self.made().code.expose_provenance()
    }
}

impl Drop for Closure {
    fn drop(&mut self) {
        // SAFETY: allocated by `ffi_closure_alloc`, and freed nowhere else.
        unsafe { raw::ffi_closure_free(self.0.as_ptr().cast()) }
    }
}
