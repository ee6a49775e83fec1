//! C calling Python.
//!
//! A callback is a closure that libffi makes: a C function pointer with data behind it. When C calls
//! it, on whatever thread, the thread is attached to the interpreter, the arguments are converted,
//! the Python callable is called and its result converted back. Nothing that goes wrong on the way
//! can be told to C, so exceptions go to `sys.unraisablehook`, and C receives zero.

use crate::{
    ccall::{argument::check_alignment, errno, flags},
    cdata::CData,
    ctype::{CType, Kind, Place, ffi_type::Scalar, scalar::pointer, simple::Class},
};
use libffi::raw::{self, ffi_cif, ffi_closure, ffi_type};
use rustpython_common::{lock::PyMutex, wtf8::Wtf8Buf};
use rustpython_vm::{
    AsObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::PyBaseExceptionRef,
    function::{FuncArgs, KwArgs},
    object::{Traverse, TraverseFn},
    pyclass,
    vm::thread::{self, ThreadedVirtualMachine},
};
use std::{
    ffi::c_void,
    mem::MaybeUninit,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr::NonNull,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
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
    /// Emptied by the garbage collector alone.
    callable: PyMutex<Option<PyObjectRef>>,
    arguments: Vec<PyRef<CType>>,
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
        for ctype in &arguments {
            check_alignment(ctype, vm)?;
        }
        let mut types: Vec<_> = arguments
            .iter()
            .map(|ctype| ctype.layout().ffi.raw())
            .collect();
        let result_type = match &result {
            Some(result) => result.layout().ffi.raw(),
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
            callable: PyMutex::new(Some(callable)),
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

// SAFETY: visits each object it owns exactly once; the callable only while its lock is free.
unsafe impl Traverse for Thunk {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        if let Some(callable) = self.data.callable.try_lock() {
            callable.traverse(visit);
        }
        self.data.arguments.traverse(visit);
        self.data.result.traverse(visit);
    }

    fn clear(&mut self, out: &mut Vec<PyObjectRef>) {
        out.extend(self.data.callable.lock().take());
    }
}

/// How a callback gets at its interpreter on a thread that is none of the interpreter's: the thread
/// gets a VM of its own, which only another VM can make. These are the makers that are idle.
#[derive(Clone)]
struct Attacher(Arc<Mutex<Vec<ThreadedVirtualMachine>>>);

impl Attacher {
    /// The attacher of this interpreter, which its callbacks share.
    fn of(vm: &VirtualMachine) -> Self {
        static KNOWN: Mutex<Vec<(i64, Attacher)>> = Mutex::new(Vec::new());
        let id = vm.state.interpreter_id;
        let find = || {
            let known = lock(&KNOWN);
            let found = known.iter().find(|(known, _)| *known == id);
            found.map(|(_, attacher)| attacher.clone())
        };
        if let Some(attacher) = find() {
            return attacher;
        }
        let attacher = Self(Arc::new(Mutex::new(vec![vm.new_thread()])));
        attacher.refill_after_fork(vm);
        lock(&KNOWN).push((id, attacher));
        // Another thread may have been first; the first one counts.
        find().unwrap_or_else(|| Self(Arc::default()))
    }

    /// A thread that holds a maker does not exist in a forked child, so there a new one is needed.
    fn refill_after_fork(&self, vm: &VirtualMachine) {
        let attacher = self.clone();
        let refill = vm.new_function("refill", move |vm: &VirtualMachine| attacher.refill(vm));
        let registered = vm.import("os", 0).and_then(|os| {
            let register = os.get_attr("register_at_fork", vm)?;
            let name = Wtf8Buf::from("after_in_child");
            let keywords: KwArgs = [(name, refill.into())].into_iter().collect();
            register.call(FuncArgs::new(Vec::new(), keywords), vm)
        });
        // Where there is no such function, there is no fork.
        drop(registered);
    }

    /// Sees to it that there is an idle maker.
    fn refill(&self, vm: &VirtualMachine) {
        if lock(&self.0).is_empty() {
            let maker = vm.new_thread();
            lock(&self.0).push(maker);
        }
    }

    /// Runs `f` with this thread attached to the interpreter.
    fn attached(&self, f: impl FnOnce(&VirtualMachine)) {
        if thread::current_vm_is_set() {
            // A thread of the interpreter's, which detached for the call that led here.
            return thread::with_current_vm(|vm| vm.attach_for_callback(|| f(vm)));
        }
        // Attaching can park the thread, so the lock is not held while the maker works.
        let maker = Maker {
            idle: &self.0,
            vm: Some(self.take()),
        };
        let Some(new) = maker
            .vm
            .as_ref()
            .map(|vm| vm.run(VirtualMachine::new_thread))
        else {
            return;
        };
        drop(maker);
        let release = Release(Some(thread::attach_current_thread(|| new)));
        thread::with_current_vm(|vm| {
            // The next one must not wait for a maker whose thread is parked.
            self.refill(vm);
            f(vm);
        });
        drop(release);
    }

    fn take(&self) -> ThreadedVirtualMachine {
        loop {
            let maker = lock(&self.0).pop();
            match maker {
                Some(maker) => return maker,
                // It is back as soon as the thread that holds it has its VM.
                None => std::thread::sleep(Duration::from_micros(50)),
            }
        }
    }
}

/// A maker at work, which goes back whatever happens.
struct Maker<'a> {
    idle: &'a Mutex<Vec<ThreadedVirtualMachine>>,
    vm: Option<ThreadedVirtualMachine>,
}

impl Drop for Maker<'_> {
    fn drop(&mut self) {
        lock(self.idle).extend(self.vm.take());
    }
}

/// Detaches the thread again, whatever happened.
struct Release(Option<thread::CurrentVmAttachState>);

impl Drop for Release {
    fn drop(&mut self) {
        if let Some(state) = self.0.take() {
            thread::release_current_thread(state);
        }
    }
}

/// A panic while the lock was held leaves nothing half-done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
        data.attacher.clone().attached(move |vm| {
            data.run(result, arguments, vm);
            // If this is the last reference to it, that is a matter for an attached thread.
            drop(data);
        });
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
        let Some(callable) = self.callable.lock().clone() else {
            return;
        };
        let converted = self
            .arguments
            .iter()
            .enumerate()
            .map(|(index, ctype)| {
                // SAFETY: libffi passes a pointer for each argument of the cif.
                let source = unsafe { *arguments.add(index) };
                // SAFETY: it points to a value of the argument's type.
                unsafe { load_argument(ctype, source.cast(), vm) }.map_err(|error| {
                    let what = format!("creating argument {index} for");
                    report(error, &what, &callable, vm);
                })
            })
            .collect::<Result<Vec<_>, ()>>();
        let Ok(converted) = converted else { return };
        let returned = vm.with_recursion(" in a ctypes callback", || callable.call(converted, vm));
        match returned {
            Err(error) => report(error, "calling", &callable, vm),
            Ok(value) => {
                let Some(ctype) = &self.result else { return };
                // SAFETY: libffi's memory for a result has its type's size, and a word at least.
                if let Err(error) = unsafe { store_result(ctype, result.cast(), value, vm) } {
                    report(error, "converting result of", &callable, vm);
                }
            }
        }
    }
}

/// The Python value of an argument that C passed.
///
/// # Safety
/// `source` must point to a value of type `ctype`, to a pointer if it is an array.
unsafe fn load_argument(ctype: &PyRef<CType>, source: *mut u8, vm: &VirtualMachine) -> PyResult {
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
            (ctype.construct)(ctype, Place::At(first), vm)
        }
        _ => {
            let instance = ctype.python_class().as_object().call((), vm)?;
            let room = CData::of(&instance).filter(|cdata| cdata.size() >= ctype.size());
            let Some(cdata) = room else {
                return Err(vm.new_type_error(format!(
                    "unexpected result of creating an argument: {} object expected, got {}",
                    ctype.name(),
                    instance.class().slot_name()
                )));
            };
            // SAFETY: both have the type's size.
            unsafe { std::ptr::copy_nonoverlapping(source, cdata.address(), ctype.size()) };
            Ok(instance)
        }
    }
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
    let mut bytes = [0u128; 2];
    let start: *mut u8 = bytes.as_mut_ptr().cast();
    // SAFETY: the buffer has room for every scalar.
    let kept = unsafe { (simple.access.store)(start, &value, vm) }?;
    if code.size < size_of::<usize>() && is_integer(code.scalar) {
        // libffi takes integers narrower than a word as a whole word.
        // SAFETY: the caller promises a word; the buffer holds a value of the code's size.
        unsafe {
            target
                .cast::<u64>()
                .write_unaligned(widen(code.scalar, start))
        };
    } else {
        // SAFETY: the caller promises the type's size.
        unsafe { std::ptr::copy_nonoverlapping(start, target, code.size) };
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

/// A narrow integer as a word, extended as its type is.
///
/// # Safety
/// `source` must be valid for reads of the scalar's size.
unsafe fn widen(scalar: Scalar, source: *const u8) -> u64 {
    macro_rules! read {
        ($int:ty) => {
            // SAFETY: the caller's promise.
            unsafe { source.cast::<$int>().read_unaligned() as i64 as u64 }
        };
    }
    match scalar {
        Scalar::Sint8 => read!(i8),
        Scalar::Uint8 => read!(u8),
        Scalar::Sint16 => read!(i16),
        Scalar::Uint16 => read!(u16),
        Scalar::Sint32 => read!(i32),
        _ => read!(u32),
    }
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
