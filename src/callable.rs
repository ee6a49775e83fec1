//! Python callables that native code calls repeatedly: callbacks, `errcheck`, result types and `from_param`
//! methods.
//!
//! The VM's general call collects arguments, then sorts them out again. A function of Python code that takes
//! exactly as many positional arguments as it is given can be called with them as they are; the VM does the
//! same for calls in bytecode. That a function is of this kind is remembered with its version, which the VM
//! changes with the function.
//!
//! A function called in this way has no frame object. `from x import y` makes the VM make one, with a dict for
//! the locals. A function that contains such a statement is called through its vectorcall slot, which makes the
//! frame object at once.

use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBoundMethod, PyCode, PyFunction},
    bytecode::Instruction,
    object::{Traverse, TraverseFn},
};
use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

/// A Python callable, with what is known about it.
#[derive(Debug)]
pub struct Callable {
    object: PyObjectRef,
    /// The function and the instance, if the callable is a method.
    method: OnceLock<Option<Method>>,
    /// The last answer of [`Callable::find_out`], as [`Callable::key`] encodes it; zero for none.
    known: AtomicU64,
}

#[derive(Clone, Debug)]
struct Method {
    function: PyObjectRef,
    instance: PyObjectRef,
}

impl Clone for Callable {
    fn clone(&self) -> Self {
        Self::new(self.object.clone())
    }
}

// SAFETY: visits each object it owns exactly once.
unsafe impl Traverse for Callable {
    fn traverse(&self, visit: &mut TraverseFn<'_>) {
        self.object.traverse(visit);
        if let Some(Some(method)) = self.method.get() {
            method.function.traverse(visit);
            method.instance.traverse(visit);
        }
    }
}

impl Callable {
    #[inline]
    #[must_use]
    pub fn new(object: PyObjectRef) -> Self {
        Self {
            object,
            method: OnceLock::new(),
            known: AtomicU64::new(0),
        }
    }

    /// Returns the object that Python code gave.
    #[inline]
    #[must_use]
    pub fn object(&self) -> &PyObjectRef {
        &self.object
    }

    /// Moves all objects that this refers to into `out`.
    pub fn release(self, out: &mut Vec<PyObjectRef>) {
        out.push(self.object);
        if let Some(Some(method)) = self.method.into_inner() {
            out.extend([method.function, method.instance]);
        }
    }

    /// Calls the callable. The vector should have room for one more argument.
    ///
    /// # Errors
    /// Any exception that the call raises.
    #[inline]
    pub fn call(&self, arguments: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        match self.object.downcast_ref_if_exact::<PyFunction>(vm) {
            Some(function) => self.call_function(function, arguments, vm),
            None => self.call_other(arguments, vm),
        }
    }

    /// Calls the callable with a fixed number of arguments.
    ///
    /// # Errors
    /// Any exception that the call raises.
    #[inline(never)]
    pub fn call_with<const N: usize>(
        &self,
        arguments: [PyObjectRef; N],
        vm: &VirtualMachine,
    ) -> PyResult {
        if let Some(function) = self.object.downcast_ref_if_exact::<PyFunction>(vm) {
            return self.call_function(function, Vec::from(arguments), vm);
        }
        let Some(method) = self.method(vm) else {
            return self.object.call(Vec::from(arguments), vm);
        };
        let mut vector = Vec::with_capacity(N + 1);
        vector.push(method.instance.clone());
        vector.extend(arguments);
        self.call_method(method, vector, vm)
    }

    #[inline(never)]
    fn call_other(&self, mut arguments: Vec<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
        let Some(method) = self.method(vm) else {
            return self.object.call(arguments, vm);
        };
        arguments.insert(0, method.instance.clone());
        self.call_method(method, arguments, vm)
    }

    #[inline]
    fn method(&self, vm: &VirtualMachine) -> Option<&Method> {
        let method = self.method.get_or_init(|| self.taken_apart(vm));
        method.as_ref()
    }

    /// Calls a method's function with the instance as the first argument.
    #[inline]
    fn call_method(
        &self,
        method: &Method,
        arguments: Vec<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult {
        match method.function.downcast_ref_if_exact::<PyFunction>(vm) {
            Some(function) => self.call_function(function, arguments, vm),
            None => method.function.call(arguments, vm),
        }
    }

    fn taken_apart(&self, vm: &VirtualMachine) -> Option<Method> {
        self.object.downcast_ref_if_exact::<PyBoundMethod>(vm)?;
        Some(Method {
            function: self.object.get_attr("__func__", vm).ok()?,
            instance: self.object.get_attr("__self__", vm).ok()?,
        })
    }

    #[inline]
    fn call_function(
        &self,
        function: &Py<PyFunction>,
        arguments: Vec<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let key = Self::key(function.func_version(), arguments.len());
        let known = self.known.load(Ordering::Relaxed);
        let is_direct = if known & !1 == key {
            known & 1 == 1
        } else {
            self.find_out(function, arguments.len(), vm)
        };
        // Tracing needs frame objects.
        if is_direct && !vm.use_tracing.get() {
            function.invoke_exact_args(arguments, vm)
        } else {
            let count = arguments.len();
            function.as_object().vectorcall(arguments, count, None, vm)
        }
    }

    /// Encodes what is known of a function in some state: its version, a number of arguments, and in the last
    /// bit whether it is called with exactly these and no frame object.
    #[inline]
    fn key(version: u32, count: usize) -> u64 {
        u64::from(version) << 32 | (count as u64) << 1
    }

    /// Returns whether the function takes exactly `count` positional arguments, and needs no frame object.
    #[cold]
    fn find_out(&self, function: &Py<PyFunction>, count: usize, vm: &VirtualMachine) -> bool {
        /// The flag of functions whose variables are in an array, which the arguments fill.
        const OPTIMIZED: u32 = 0x1;
        const VARARGS: u32 = 0x4;
        const VARKEYWORDS: u32 = 0x8;
        let version = function.get_version_for_current_state();
        let code = function.as_object().get_attr("__code__", vm);
        let Some(code) = code.ok().and_then(|code| code.downcast::<PyCode>().ok()) else {
            return false;
        };
        let flags = code.code.flags.bits();
        let takes = flags & (OPTIMIZED | VARARGS | VARKEYWORDS) == OPTIMIZED
            && code.code.kwonlyarg_count == 0
            && code.code.arg_count as usize == count
            && !imports_names(&code);
        let is_current = version != 0 && function.func_version() == version;
        if is_current {
            let known = Self::key(version, count) | u64::from(takes);
            self.known.store(known, Ordering::Relaxed);
        }
        takes && is_current
    }
}

/// Returns whether the code contains a `from x import y`.
fn imports_names(code: &PyCode) -> bool {
    let instructions = &code.code.instructions;
    let mut index = 0;
    while index < instructions.len() {
        let instruction = instructions.read_op(index).deoptimize();
        if matches!(instruction, Instruction::ImportFrom { .. }) {
            return true;
        }
        index += 1 + instruction.cache_entries();
    }
    false
}
