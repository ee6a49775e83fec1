//! Functions: `CDLL(name).ptr(…)` and `FuncPtr(address, …)`.

use crate::{
    array::ArrayInstance,
    errno::{self, FUNCFLAG_USE_ERRNO},
    item::{ArrayShape, Item, StructureShape},
    memory::{Memory, address, freed},
    structure::StructureInstance,
};
use libffi::raw::{self, ffi_cif, ffi_type};
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyStr, PyType},
    function::{FuncArgs, OptionalArg},
    pyclass,
    types::{Callable, Constructor},
};
use std::{cell::UnsafeCell, ffi::c_void, mem::MaybeUninit};

/// The function is called without letting other threads run.
pub const FUNCFLAG_PYTHONAPI: u32 = 4;

/// A signature prepared once for libffi.
#[derive(Debug)]
pub struct Signature {
    pub arguments: Vec<Item>,
    pub result: Option<Item>,
    cif: UnsafeCell<ffi_cif>,
    /// The types that the cif points to.
    _types: Vec<*mut ffi_type>,
}

// SAFETY: libffi only reads a cif that is prepared.
unsafe impl Send for Signature {}
// SAFETY: as for Send.
unsafe impl Sync for Signature {}

impl Signature {
    /// Prepares a signature.
    ///
    /// # Errors
    /// `TypeError` for a type that cannot be passed, `SystemError` if libffi refuses the signature.
    pub fn new(arguments: &PyObject, result: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Self> {
        let arguments = arguments.try_to_value::<Vec<PyObjectRef>>(vm)?;
        let arguments = arguments
            .iter()
            .map(|item| Item::of(item, vm))
            .collect::<PyResult<Vec<_>>>()?;
        let result = match vm.is_none(result) {
            true => None,
            false => Some(Item::of(result, vm)?),
        };
        let described = |item: &Item| {
            let refused =
                || vm.new_type_error(format!("{} cannot be passed by value", item.name()));
            item.ffi().ok_or_else(refused)
        };
        let mut types = arguments
            .iter()
            .map(described)
            .collect::<PyResult<Vec<_>>>()?;
        let result_type = match &result {
            Some(item) => described(item)?,
            None => &raw mut raw::ffi_type_void,
        };
        // SAFETY: a plain C structure, for which zero is a valid value of every member.
        let cif = UnsafeCell::new(unsafe { MaybeUninit::<ffi_cif>::zeroed().assume_init() });
        // SAFETY: `types` moves into the signature, and its buffer stays in place.
        let status = unsafe {
            raw::ffi_prep_cif(
                cif.get(),
                raw::ffi_abi_FFI_DEFAULT_ABI,
                types.len() as u32,
                result_type,
                types.as_mut_ptr(),
            )
        };
        if status != raw::ffi_status_FFI_OK {
            return Err(vm.new_system_error("libffi refuses the signature"));
        }
        Ok(Self {
            arguments,
            result,
            cif,
            _types: types,
        })
    }

    pub fn cif(&self) -> *mut ffi_cif {
        self.cif.get()
    }
}

/// A C function with its signature.
#[pyclass(module = "_rawffi", name = "FuncPtr")]
#[derive(Debug, PyPayload)]
pub struct FuncPtr {
    address: usize,
    signature: Signature,
    flags: u32,
}

impl FuncPtr {
    /// Makes the function at an address.
    ///
    /// # Errors
    /// As for [`Signature::new`].
    pub fn at(
        address: usize,
        arguments: &PyObject,
        result: &PyObjectRef,
        flags: u32,
        vm: &VirtualMachine,
    ) -> PyResult<Self> {
        Ok(Self {
            address,
            signature: Signature::new(arguments, result, vm)?,
            flags,
        })
    }
}

impl Constructor for FuncPtr {
    type Args = (PyObjectRef, PyObjectRef, PyObjectRef, OptionalArg<u32>);

    fn py_new(
        _class: &Py<PyType>,
        (at, arguments, result, flags): Self::Args,
        vm: &VirtualMachine,
    ) -> PyResult<Self> {
        Self::at(
            address(&at, vm)?,
            &arguments,
            &result,
            flags.unwrap_or(0),
            vm,
        )
    }
}

/// Returns the memory and type of an argument: an array of one, or a structure.
fn passed(argument: &PyObject) -> Option<(&Memory, Item)> {
    if let Some(array) = argument.downcast_ref::<ArrayInstance>() {
        return (array.length == 1).then(|| (&array.memory, array.shape.item.clone()));
    }
    let structure = argument.downcast_ref::<StructureInstance>()?;
    Some((&structure.memory, Item::Structure(structure.shape.clone())))
}

impl Callable for FuncPtr {
    type Args = FuncArgs;

    fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let signature = &zelf.signature;
        let (wanted, given) = (signature.arguments.len(), args.args.len());
        if wanted != given {
            return Err(vm.new_type_error(format!(
                "Wrong number of arguments: expected {wanted}, got {given}"
            )));
        }
        let mut pointers: Vec<*mut c_void> = Vec::with_capacity(given);
        for (number, (argument, item)) in args.args.iter().zip(&signature.arguments).enumerate() {
            let number = number + 1;
            let (memory, type_) = passed(argument).ok_or_else(|| {
                vm.new_type_error(format!(
                    "Argument {number} should be an array of one or a structure"
                ))
            })?;
            if !type_.is_same(item) {
                let (wanted, given) = (item.name(), type_.name());
                return Err(vm.new_type_error(format!(
                    "Argument {number} should be typecode {wanted}, got {given}"
                )));
            }
            pointers.push(freed(memory.address(), vm)?.cast());
        }
        if zelf.address == 0 {
            return Err(vm.new_value_error("NULL pointer access"));
        }
        let (result, target) = match &signature.result {
            None => (None, std::ptr::null_mut()),
            Some(Item::Structure(shape)) => {
                let instance = StructureShape::instance(shape, true, vm)?;
                let target = instance.memory.address();
                (Some(PyObjectRef::from(instance)), target)
            }
            Some(item) => {
                let shape = ArrayShape { item: item.clone() }.into_ref(&vm.ctx);
                let instance = ArrayShape::instance(&shape, 1, true, vm)?;
                let target = instance.memory.address();
                (Some(PyObjectRef::from(instance)), target)
            }
        };
        let mut enter = || {
            // SAFETY: the program that gave the address and the signature must ensure that they are the
            // function's; `args` holds the arguments' memory, and the result's has room for a word.
            let mut call = || unsafe {
                let function = std::mem::transmute::<*const c_void, unsafe extern "C" fn()>(
                    std::ptr::with_exposed_provenance(zelf.address),
                );
                raw::ffi_call(
                    signature.cif(),
                    Some(function),
                    target.cast(),
                    pointers.as_mut_ptr(),
                );
            };
            if zelf.flags & FUNCFLAG_USE_ERRNO == 0 {
                call();
            } else {
                errno::swapped(call);
            }
        };
        if zelf.flags & FUNCFLAG_PYTHONAPI == 0 {
            vm.allow_threads(enter);
        } else {
            enter();
        }
        Ok(vm.unwrap_or_none(result))
    }
}

#[pyclass(with(Constructor, Callable))]
impl FuncPtr {
    #[pygetset]
    fn buffer(zelf: &Py<Self>) -> usize {
        zelf.address
    }

    /// An array of one pointer to the function.
    #[pymethod]
    fn byptr(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyRef<ArrayInstance>> {
        crate::array::pointer_to(std::ptr::with_exposed_provenance_mut(zelf.address), vm)
    }
}

/// A loaded library. It is never unloaded: functions of it may be anywhere.
#[pyclass(module = "_rawffi", name = "CDLL")]
#[derive(PyPayload)]
pub struct Cdll {
    library: &'static libloading::os::unix::Library,
    name: Option<String>,
}

impl std::fmt::Debug for Cdll {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("CDLL").field(&self.name).finish()
    }
}

impl Constructor for Cdll {
    type Args = (PyObjectRef, OptionalArg<i32>);

    fn py_new(
        _class: &Py<PyType>,
        (name, mode): Self::Args,
        vm: &VirtualMachine,
    ) -> PyResult<Self> {
        use libloading::os::unix::Library;
        let name = match vm.is_none(&name) {
            true => None,
            false => Some(name.try_to_value::<String>(vm)?),
        };
        let mode = mode.unwrap_or(libc::RTLD_NOW) | libc::RTLD_NOW;
        // SAFETY: the program that names a library asks for its initialisers to run.
        let opened = unsafe { Library::open(name.as_deref(), mode) };
        let library = opened.map_err(|error| vm.new_os_error(reason(&error)))?;
        Ok(Self {
            library: Box::leak(Box::new(library)),
            name,
        })
    }
}

/// Returns the dynamic linker's message.
fn reason(error: &libloading::Error) -> String {
    use std::error::Error;
    error
        .source()
        .map_or_else(|| error.to_string(), |source| source.to_string())
}

#[pyclass(with(Constructor))]
impl Cdll {
    #[pygetset]
    fn name(zelf: &Py<Self>) -> Option<String> {
        zelf.name.clone()
    }

    /// The address of a symbol.
    #[pymethod]
    fn getaddressindll(zelf: &Py<Self>, name: String, vm: &VirtualMachine) -> PyResult<usize> {
        // SAFETY: the address is not used here.
        let symbol = unsafe { zelf.library.get::<*mut c_void>(name.as_bytes()) };
        let symbol = symbol.map_err(|error| vm.new_attribute_error(reason(&error)))?;
        Ok(symbol.as_raw_ptr().expose_provenance())
    }

    /// A function of the library.
    #[pymethod]
    fn ptr(
        zelf: &Py<Self>,
        name: PyRef<PyStr>,
        arguments: PyObjectRef,
        result: PyObjectRef,
        flags: OptionalArg<u32>,
        vm: &VirtualMachine,
    ) -> PyResult<FuncPtr> {
        let address = Self::getaddressindll(zelf, name.to_string(), vm)?;
        FuncPtr::at(address, &arguments, &result, flags.unwrap_or(0), vm)
    }
}
