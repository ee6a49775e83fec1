//! C calling Python.
//!
//! A callback is a closure that libffi makes: a C function pointer with data behind it. When C calls
//! it, on whatever thread, the thread is attached to the interpreter, the arguments are converted,
//! the Python callable is called and its result converted back. Nothing that goes wrong on the way
//! can be told to C, so exceptions go to `sys.unraisablehook`, and C receives zero.

mod attach;
mod spare;

use crate::{
    ccall::{argument::check_alignment, errno, flags},
    cdata::CData,
    ctype::{
        CType, Kind, Place,
        ffi_type::Scalar,
        scalar::{integer, pointer},
        simple::Class,
    },
};
use attach::Attacher;
use libffi::raw::{self, ffi_cif, ffi_closure, ffi_type};
use rustpython_vm::{
    AsObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyInt},
    object::{Traverse, TraverseFn},
    pyclass,
};
use spare::{InUse, Spare, is_given_in_instance};
use std::{
    ffi::c_void,
    mem::MaybeUninit,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr::NonNull,
    sync::Arc,
};

/// A callback: the closure, and what it calls.
#[pyclass(module = "_ctypes", name = "CThunkObject", traverse = "manual")]
#[derive(PyPayload)]
pub struct Thunk {
    closure: NonNull<ffi_closure>,
    /// What C calls.
    code: *mut c_void,
    data: Arc<Data>,
}

/// What the closure points to. A callback that is under way holds it, so that the thunk may die
/// meanwhile.
struct Data {
    cif: MaybeUninit<ffi_cif>,
    /// Pointed to by `cif`.
    _types: Vec<*mut ffi_type>,
    callable: PyObjectRef,
    arguments: Vec<PyRef<CType>>,
    spare: Spare,
    result: Option<PyRef<CType>>,
    flags: u32,
    attacher: Attacher,
}

// SAFETY: the cif and its types are read-only once prepared; everything else is `Send` and `Sync`.
unsafe impl Send for Data {}
// SAFETY: as for Send.
unsafe impl Sync for Data {}

// SAFETY: libffi's closure is read-only once prepared.
unsafe impl Send for Thunk {}
// SAFETY: as for Send.
unsafe impl Sync for Thunk {}

impl std::fmt::Debug for Thunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Thunk")
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Thunk {}

impl Thunk {
    /// Makes a C function that calls `callable`.
    ///
    /// # Errors
    /// `TypeError` if a result of this type cannot be returned to C, `MemoryError` if there is no
    /// memory for the closure, `RuntimeError` if libffi refuses the signature.
    pub fn new(
        callable: PyObjectRef,
        arguments: Vec<PyRef<CType>>,
        result: Option<PyRef<CType>>,
        flags: u32,
        vm: &VirtualMachine,
    ) -> PyResult<PyRef<Self>> {
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
        let mut types: Vec<_> = arguments
            .iter()
            .map(|ctype| ctype.layout().ffi().raw())
            .collect();
        let result_type = match &result {
            Some(result) => result.layout().ffi().raw(),
            None => Scalar::Void.raw(),
        };
        let mut cif = MaybeUninit::zeroed();
        // SAFETY: `types` moves into the data along with the cif, and its buffer stays in place.
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
        let mut code = std::ptr::null_mut();
        // SAFETY: allocates a closure of the size that libffi declares.
        let closure = unsafe { raw::ffi_closure_alloc(size_of::<ffi_closure>(), &raw mut code) };
        let closure =
            NonNull::new(closure.cast::<ffi_closure>()).ok_or_else(|| vm.no_memory_error())?;
        let data = Arc::new(Data {
            cif,
            _types: types,
            callable,
            spare: Spare::new(&arguments),
            arguments,
            result,
            flags,
            attacher: Attacher::of(vm),
        });
        // From here on dropping the thunk frees the closure.
        let thunk = Self {
            closure,
            code,
            data,
        };
        // SAFETY: closure and code belong together; cif and data live as long as the thunk.
        let status = unsafe {
            raw::ffi_prep_closure_loc(
                closure.as_ptr(),
                thunk.data.cif.as_ptr().cast_mut(),
                Some(entry),
                Arc::as_ptr(&thunk.data).cast_mut().cast(),
                code,
            )
        };
        if status != raw::ffi_status_FFI_OK {
            return Err(vm.new_runtime_error(format!("ffi_prep_closure failed with {status}")));
        }
        Ok(thunk.into_ref(&vm.ctx))
    }

    /// The address that C calls.
    #[must_use]
    pub fn address(&self) -> usize {
        self.code.expose_provenance()
    }
}

impl Drop for Thunk {
    fn drop(&mut self) {
        // SAFETY: allocated by `ffi_closure_alloc`, and freed nowhere else.
        unsafe { raw::ffi_closure_free(self.closure.as_ptr().cast()) }
    }
}

// SAFETY: visits each object it owns exactly once, and none while a callback that is under way owns
// them too: the collector then takes them for alive. There is nothing to clear: whoever holds a thunk
// in a cycle is cleared (the keepalive of a function object, a container).
unsafe impl Traverse for Thunk {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        if Arc::strong_count(&self.data) == 1 {
            self.data.callable.traverse(visit);
            self.data.arguments.traverse(visit);
            self.data.spare.traverse(visit);
            self.data.result.traverse(visit);
        }
    }
}

/// What libffi calls for every callback.
///
/// # Safety
/// libffi calls it with the memory for the result and the arguments of the cif that the closure was
/// prepared with, and with the closure's data.
unsafe extern "C" fn entry(
    _cif: *mut ffi_cif,
    result: *mut c_void,
    arguments: *mut *mut c_void,
    data: *mut c_void,
) {
    let data: *const Data = data.cast();
    // SAFETY: the pointer is that of the thunk's `Arc`, which lives: C must not call a closure that is
    // gone. From here on the data is held here too.
    let data = unsafe {
        Arc::increment_strong_count(data);
        Arc::from_raw(data)
    };
    let outcome = catch_unwind(AssertUnwindSafe(move || {
        data.clear_result(result);
        let swaps_errno = data.flags & flags::USE_ERRNO != 0;
        if swaps_errno {
            errno::exchange();
        }
        data.attacher.attached(|vm| data.run(result, arguments, vm));
        // If this is the last reference to it, that is a matter for an attached thread.
        if let Some(last) = Arc::into_inner(data) {
            let attacher = last.attacher.clone();
            attacher.attached(|_| drop(last));
        }
        if swaps_errno {
            errno::exchange();
        }
    }));
    // The panic hook has said what happened; C must not see it.
    drop(outcome);
}

impl Data {
    /// What C receives if Python gives nothing.
    fn clear_result(&self, result: *mut c_void) {
        if let Some(ctype) = &self.result {
            let size = ctype.size().max(size_of::<usize>());
            // SAFETY: libffi's memory for a result has its type's size, and a word at least.
            unsafe { result.cast::<u8>().write_bytes(0, size) };
        }
    }

    /// Calls the callable.
    fn run(&self, result: *mut c_void, arguments: *mut *mut c_void, vm: &VirtualMachine) {
        let callable = &self.callable;
        let mut spare = self.spare.take(&self.arguments);
        let mut converted = Vec::with_capacity(self.arguments.len());
        for (index, ctype) in self.arguments.iter().enumerate() {
            // SAFETY: libffi passes a pointer for each argument of the cif.
            let source = unsafe { *arguments.add(index) };
            // SAFETY: it points to a value of the argument's type.
            match unsafe { load_argument(ctype, index, source.cast(), spare.as_mut(), vm) } {
                Ok(value) => converted.push(value),
                Err(error) => {
                    let what = format!("creating argument {index} for");
                    return report(error, &what, callable, vm);
                }
            }
        }
        // Not through the vectorcall slot: for a Python function that one makes a frame on the heap.
        let returned = vm.with_recursion(" in a ctypes callback", || callable.call(converted, vm));
        match returned {
            Err(error) => report(error, "calling", callable, vm),
            Ok(value) => {
                let Some(ctype) = &self.result else { return };
                // SAFETY: libffi's memory for a result has its type's size, and a word at least.
                if let Err(error) = unsafe { store_result(ctype, result.cast(), value, vm) } {
                    report(error, "converting result of", callable, vm);
                }
            }
        }
    }
}

/// The Python value of an argument that C passed.
///
/// # Safety
/// `source` must point to a value of type `ctype`, to a pointer if it is an array.
unsafe fn load_argument(
    ctype: &PyRef<CType>,
    index: usize,
    source: *mut u8,
    spare: Option<&mut InUse<'_>>,
    vm: &VirtualMachine,
) -> PyResult {
    match &ctype.kind {
        Kind::Simple(simple) if !simple.boxed => {
            // SAFETY: the caller's promise.
            unsafe { (simple.access.load)(source, vm) }
        }
        Kind::Array(_) => {
            // SAFETY: C passes an array as a pointer to its first item.
            let first = unsafe { pointer::read(source) };
            if first.is_null() {
                return Ok(vm.ctx.none());
            }
            let place = Place::At {
                address: first,
                anchor: None,
            };
            (ctype.construct)(ctype, place, vm)
        }
        _ => {
            let instance = instance(ctype, index, spare, vm)?;
            // SAFETY: both have the type's size.
            unsafe { std::ptr::copy_nonoverlapping(source, instance.address(), ctype.size()) };
            Ok(instance.into())
        }
    }
}

/// An instance for an argument, whose memory is about to be overwritten.
fn instance(
    ctype: &PyRef<CType>,
    index: usize,
    spare: Option<&mut InUse<'_>>,
    vm: &VirtualMachine,
) -> PyResult<PyRef<CData>> {
    let is_plain = ctype.is_plain();
    let serves_again = is_plain && is_given_in_instance(ctype);
    if serves_again && let Some(known) = spare.as_ref().and_then(|spare| spare.get(index)) {
        return Ok(known.to_owned());
    }
    let made = if is_plain {
        (ctype.construct)(ctype, Place::New, vm)
    } else {
        let class = ctype.python_class().as_object();
        class.vectorcall(Vec::new(), 0, None, vm)
    }?;
    let room = CData::of(&made).filter(|cdata| cdata.size() >= ctype.size());
    let Some(instance) = room else {
        return Err(vm.new_type_error(format!(
            "unexpected result of creating an argument: {} object expected, got {}",
            ctype.name(),
            made.class().slot_name()
        )));
    };
    if serves_again && let Some(spare) = spare {
        spare.put(index, instance);
    }
    Ok(instance.to_owned())
}

/// Stores what the callable returned as the C result.
///
/// # Safety
/// `target` must be valid for writes of the type's size, and of a word at least.
unsafe fn store_result(
    ctype: &PyRef<CType>,
    target: *mut u8,
    value: PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let Some(simple) = ctype.simple() else {
        return Ok(());
    };
    let code = simple.code;
    if let Class::Integer { .. } = code.class
        && !simple.swapped
        && let Some(int) = value.downcast_ref_if_exact::<PyInt>(vm)
    {
        // libffi takes integers narrower than a word as a whole word.
        let word = code.scalar.extend(integer::wrapped(int));
        // SAFETY: the caller promises a word.
        unsafe { target.cast::<u64>().write_unaligned(word) };
        return Ok(());
    }
    let mut bytes = [0u128; 2];
    let start: *mut u8 = bytes.as_mut_ptr().cast();
    // SAFETY: the buffer has room for every scalar.
    let kept = unsafe { (simple.access.store)(start, &value, vm) }?;
    let word = if is_integer(code.scalar) {
        // SAFETY: the buffer holds a value of the scalar.
        unsafe { code.scalar.read_word(start) }
    } else {
        None
    };
    match word {
        // SAFETY: the caller promises a word.
        Some(word) => unsafe { target.cast::<u64>().write_unaligned(word) },
        // SAFETY: the caller promises the type's size.
        None => unsafe { std::ptr::copy_nonoverlapping(start, target, code.size) },
    }
    match (code.class, kept) {
        // C gets a reference of its own.
        (Class::Object, _) => {
            let _ = value.into_raw();
        }
        (_, Some(kept)) => {
            // Nobody can tell how long C uses the string, so it lives forever.
            std::mem::forget(kept);
            let warning = vm.ctx.exceptions.runtime_warning;
            let message = "memory leak in callback function.".to_owned();
            rustpython_vm::stdlib::_warnings::warn(warning, message, 1, vm)?;
        }
        (_, None) => {}
    }
    Ok(())
}

fn is_integer(scalar: Scalar) -> bool {
    use Scalar::{Sint8, Sint16, Sint32, Uint8, Uint16, Uint32};
    matches!(scalar, Sint8 | Uint8 | Sint16 | Uint16 | Sint32 | Uint32)
}

/// Tells `sys.unraisablehook` of an exception that C cannot be told of.
fn report(error: PyBaseExceptionRef, what: &str, callable: &PyObjectRef, vm: &VirtualMachine) {
    let name = match callable.as_object().repr(vm) {
        Ok(name) => name.to_string_lossy().into_owned(),
        Err(_) => "<object repr failed>".to_owned(),
    };
    let message = format!("Exception ignored while {what} ctypes callback function {name}");
    // The VM takes the hook for granted, which Python code may delete.
    let hook = vm
        .import("sys", 0)
        .and_then(|sys| sys.get_attr("unraisablehook", vm));
    match hook {
        Ok(_) => vm.run_unraisable(error, Some(message), vm.ctx.none()),
        Err(_) => vm.print_exception(&error),
    }
}
