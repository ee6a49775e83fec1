//! Callbacks: C functions that call Python.

use crate::{
    array,
    errno::{self, FUNCFLAG_USE_ERRNO},
    function::Signature,
    item::{Item, StructureShape},
};
use libffi::raw::{self, ffi_cif, ffi_closure};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, builtins::PyType,
    function::OptionalArg, pyclass, types::Constructor, vm::thread,
};
use std::{
    ffi::c_void,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr::NonNull,
};

/// A closure of libffi's. It must live as long as C may call it.
#[pyclass(module = "_rawffi", name = "CallbackPtr")]
#[derive(Debug, PyPayload)]
pub struct CallbackPtr {
    closure: NonNull<ffi_closure>,
    /// The address that C calls.
    code: *mut c_void,
    data: Box<Data>,
}

#[derive(Debug)]
struct Data {
    callable: PyObjectRef,
    signature: Signature,
    swaps_errno: bool,
}

// SAFETY: libffi's closure is read-only once prepared.
unsafe impl Send for CallbackPtr {}
// SAFETY: as for Send.
unsafe impl Sync for CallbackPtr {}

impl Constructor for CallbackPtr {
    type Args = (PyObjectRef, PyObjectRef, PyObjectRef, OptionalArg<u32>);

    fn py_new(
        _class: &Py<PyType>,
        (callable, arguments, result, flags): Self::Args,
        vm: &VirtualMachine,
    ) -> PyResult<Self> {
        let data = Box::new(Data {
            callable,
            signature: Signature::new(&arguments, &result, vm)?,
            swaps_errno: flags.unwrap_or(0) & FUNCFLAG_USE_ERRNO != 0,
        });
        let mut code = std::ptr::null_mut();
        // SAFETY: allocates a closure of the size that libffi declares.
        let closure = unsafe { raw::ffi_closure_alloc(size_of::<ffi_closure>(), &raw mut code) };
        let closure = NonNull::new(closure.cast::<ffi_closure>());
        let closure = closure.ok_or_else(|| vm.new_memory_error(""))?;
        // From here on dropping it frees the closure.
        let callback = Self {
            closure,
            code,
            data,
        };
        // SAFETY: closure and code belong together; the data stays in its box as long as the closure.
        let status = unsafe {
            raw::ffi_prep_closure_loc(
                closure.as_ptr(),
                callback.data.signature.cif(),
                Some(entry),
                (&raw const *callback.data).cast_mut().cast(),
                code,
            )
        };
        if status != raw::ffi_status_FFI_OK {
            return Err(vm.new_system_error("libffi refuses the callback"));
        }
        Ok(callback)
    }
}

impl Drop for CallbackPtr {
    fn drop(&mut self) {
        // SAFETY: allocated by `ffi_closure_alloc`, and freed nowhere else.
        unsafe { raw::ffi_closure_free(self.closure.as_ptr().cast()) }
    }
}

#[pyclass(with(Constructor))]
impl CallbackPtr {
    /// The address that C calls.
    #[pygetset]
    fn buffer(zelf: &Py<Self>) -> usize {
        zelf.code.expose_provenance()
    }

    /// An array of one pointer to the function.
    #[pymethod]
    fn byptr(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyRef<array::ArrayInstance>> {
        array::pointer_to(zelf.code.cast(), vm)
    }
}

/// Handles a call of any callback by C.
///
/// # Safety
/// libffi calls it with the memory for the result and the arguments of the closure's cif, and with the
/// closure's data.
unsafe extern "C" fn entry(
    _cif: *mut ffi_cif,
    result: *mut c_void,
    arguments: *mut *mut c_void,
    data: *mut c_void,
) {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the box of a callback, which lives as long as C may call it.
        let data = unsafe { &*data.cast::<Data>() };
        if let Some(item) = &data.signature.result {
            let size = item.size().max(size_of::<usize>());
            // SAFETY: libffi's memory for a result has its type's size, and a word at least.
            unsafe { result.cast::<u8>().write_bytes(0, size) };
        }
        if data.swaps_errno {
            errno::exchange();
        }
        // A thread that C started has no interpreter: C receives zero.
        if thread::current_vm_is_set() {
            thread::with_current_vm(|vm| {
                vm.attach_for_callback(|| {
                    // SAFETY: libffi's memory for the result and the arguments (see # Safety).
                    if let Err(error) = unsafe { data.run(result.cast(), arguments, vm) } {
                        let name = data.callable.as_object().repr(vm);
                        let name = name.map(|name| name.to_string_lossy().into_owned());
                        let name = name.unwrap_or_default();
                        let message = format!(
                            "Exception ignored while calling ctypes callback function {name}"
                        );
                        vm.run_unraisable(error, Some(message), vm.ctx.none());
                    }
                });
            });
        }
        if data.swaps_errno {
            errno::exchange();
        }
    }));
    // The panic hook has reported the panic; C must not see it.
    drop(outcome);
}

impl Data {
    /// Calls the callable.
    ///
    /// # Safety
    /// As for [`entry`].
    unsafe fn run(
        &self,
        result: *mut u8,
        arguments: *mut *mut c_void,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let types = self.signature.arguments.iter().enumerate();
        let loaded = types.map(|(index, item)| {
            // SAFETY: libffi passes a pointer to a value of its type for each argument.
            let source: *const u8 = unsafe { (*arguments.add(index)).cast() };
            match item {
                Item::Structure(shape) => {
                    let instance = StructureShape::instance(shape, true, vm)?;
                    let target = instance.memory.address();
                    // SAFETY: both have the structure's size.
                    unsafe { std::ptr::copy_nonoverlapping(source, target, shape.layout.size) };
                    Ok(instance.into())
                }
                // SAFETY: as above.
                _ => unsafe { item.load(source, vm) },
            }
        });
        let loaded = loaded.collect::<PyResult<Vec<PyObjectRef>>>()?;
        let returned = self.callable.as_object().call(loaded, vm)?;
        let Some(item) = &self.signature.result else {
            return Ok(());
        };
        let mut bytes = [0_u64; 2];
        // SAFETY: there is room for every scalar; a signature with another result raises.
        unsafe { item.store(bytes.as_mut_ptr().cast(), &returned, vm) }?;
        if let Some(true) = item.code().and_then(|code| code.signed) {
            // libffi takes integers narrower than a word as a whole word.
            let unused = 64 - 8 * item.size() as u32;
            bytes[0] = ((bytes[0] << unused) as i64 >> unused) as u64;
        }
        let size = item.size().max(size_of::<usize>());
        // SAFETY: libffi's memory for a result has its type's size, and a word at least.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), result, size) };
        Ok(())
    }
}
