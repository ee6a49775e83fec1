//! Opening shared libraries and looking up their symbols.
//!
//! ctypes hands raw `dlopen` handles about as integers (`CDLL._handle`), closes none of them by
//! itself and lets Python code pass handles of its own, so the handle is what is kept here, and
//! `libloading` is asked for each operation on it.
//!
//! The loader has locks, and whoever holds one may be waiting for this interpreter: a library's initialiser, or
//! Python code that `dl_iterate_phdr` calls. So a thread detaches before it asks the loader for anything.

use crate::{
    address,
    loader::{self, Use},
    names::name,
};
use libloading::os;
use rustpython_vm::{
    Py, PyObject, PyResult, VirtualMachine,
    builtins::{PyInt, PyStr},
};
use smallvec::SmallVec;
#[cfg(unix)]
use std::ptr;
use std::{
    ffi::OsStr,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

#[cfg(unix)]
use os::unix as native;
#[cfg(windows)]
use os::windows as native;

/// Looks a name up that is terminated in C.
type Lookup = fn(&[u8], &VirtualMachine) -> Option<usize>;

/// What the program has besides what the loader knows.
static ALSO_IN_PROGRAM: OnceLock<Lookup> = OnceLock::new();

/// Has look-ups in the program itself find what `lookup` knows, if the loader finds nothing.
#[cfg(feature = "capi")]
pub fn also_in_program(lookup: Lookup) {
    let _ = ALSO_IN_PROGRAM.set(lookup);
}

/// The handle of a library that Python code names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(usize);

impl Handle {
    /// The handle in `_handle`.
    ///
    /// # Errors
    /// `TypeError` naming `owner` if it is no integer, `ValueError` if it is none of a pointer's width.
    pub fn of(value: &PyObject, owner: &str, vm: &VirtualMachine) -> PyResult<Self> {
        match value.downcast_ref::<PyInt>() {
            Some(int) => address::of_int(int, vm).map(Self).map_err(|_| {
                vm.new_value_error("could not convert the _handle attribute to a pointer")
            }),
            None => Err(vm.new_type_error(format!(
                "the _handle attribute of the {owner} must be an integer"
            ))),
        }
    }

    #[must_use]
    pub fn from_address(address: usize) -> Self {
        Self(address)
    }

    #[must_use]
    pub fn address(self) -> usize {
        self.0
    }

    /// Runs `f` on the library without taking part in its reference count.
    fn with<R>(self, f: impl FnOnce(&native::Library) -> R) -> R {
        // SAFETY: the handle came from `dlopen`, or Python code answers for it. It is given back
        // below, so its count stays as it was.
        let library = unsafe { native::Library::from_raw(self.0 as _) };
        let result = f(&library);
        let _ = library.into_raw();
        result
    }

    /// The address of a symbol, if the library has it.
    #[cfg(unix)]
    #[must_use]
    pub fn find(self, name: &SymbolName, vm: &VirtualMachine) -> Option<usize> {
        self.find_in_library(name, vm)
            .or_else(|| self.find_in_program(name, vm))
    }

    /// What the program has without the loader's knowing, if that is what the handle is of.
    #[cold]
    #[cfg(unix)]
    fn find_in_program(self, name: &SymbolName, vm: &VirtualMachine) -> Option<usize> {
        let also = ALSO_IN_PROGRAM.get()?;
        if Self::of_program(vm) != self {
            return None;
        }
        let (_terminator, name) = name.0.split_last()?;
        also(name, vm)
    }

    /// The handle of the program itself, which stays the same.
    #[cfg(unix)]
    fn of_program(vm: &VirtualMachine) -> Self {
        static KNOWN: AtomicUsize = AtomicUsize::new(0);
        // Nobody waits here for another thread that asks the loader.
        if KNOWN.load(Ordering::Relaxed) == 0 {
            // SAFETY: the program is open already; opening it once more does nothing but count.
            let open = || unsafe { libc::dlopen(ptr::null(), libc::RTLD_LAZY) };
            let handle = loader::using(Use::Change, vm, open).expose_provenance();
            KNOWN.store(handle, Ordering::Relaxed);
        }
        Self(KNOWN.load(Ordering::Relaxed))
    }

    #[cfg(unix)]
    fn find_in_library(self, name: &SymbolName, vm: &VirtualMachine) -> Option<usize> {
        let library = self.0;
        let symbol = vm.allow_threads(|| {
            let library = ptr::with_exposed_provenance_mut(library);
            // SAFETY: the handle came from `dlopen`, or Python code answers for it; the name is terminated.
            unsafe { libc::dlsym(library, name.0.as_ptr().cast()) }
        });
        (!symbol.is_null()).then(|| symbol.expose_provenance())
    }

    /// The address of a symbol, if the library has it.
    #[cfg(windows)]
    #[must_use]
    pub fn find(self, name: &SymbolName, vm: &VirtualMachine) -> Option<usize> {
        self.load(name, vm).ok().filter(|&address| address != 0)
    }

    /// The address of a symbol, which is wanted as `what`: a function, or any symbol.
    ///
    /// # Errors
    /// The loader's message if the library has no such symbol, and one that names it if its address is NULL,
    /// as the resolver of an indirect function may say.
    pub fn symbol(
        self,
        what: &str,
        name: &SymbolName,
        vm: &VirtualMachine,
    ) -> Result<usize, String> {
        if let Some(address) = self.find(name, vm) {
            return Ok(address);
        }
        match self.load(name, vm)? {
            0 => Err(format!("{what} '{}' not found", name.text())),
            address => Ok(address),
        }
    }

    /// Looks a symbol up for who wants to know what is wrong.
    #[cold]
    fn load(self, name: &SymbolName, vm: &VirtualMachine) -> Result<usize, String> {
        let load = |library: &native::Library| {
            // SAFETY: the symbol is used as a plain address.
            let symbol = unsafe { library.get::<*mut u8>(&name.0[..]) };
            match symbol {
                Ok(symbol) => Ok(symbol.as_raw_ptr() as usize),
                Err(error) => Err(message(&error)),
            }
        };
        vm.allow_threads(|| self.with(load))
    }

    /// Closes the library.
    ///
    /// # Errors
    /// The loader's message.
    pub fn close(self, vm: &VirtualMachine) -> Result<(), String> {
        let close = || {
            // SAFETY: Python code that calls `dlclose` answers for nobody using the library any more.
            let library = unsafe { native::Library::from_raw(self.0 as _) };
            library.close().map_err(|error| message(&error))
        };
        loader::using(Use::Change, vm, close)
    }
}

/// Opens the library `name`, or the program itself if there is none.
///
/// # Errors
/// The loader's message.
#[cfg(unix)]
pub fn open(name: Option<&OsStr>, flags: i32, vm: &VirtualMachine) -> Result<Handle, String> {
    let open = || {
        // SAFETY: the library's initialisers run; whoever loads a library answers for them.
        match unsafe { native::Library::open(name, flags) } {
            Ok(library) => Ok(Handle(library.into_raw() as usize)),
            Err(error) => Err(message(&error)),
        }
    };
    loader::using(Use::Change, vm, open)
}

/// The loader's own words: `libloading` wraps them in the name of the function that failed.
fn message(error: &libloading::Error) -> String {
    use std::error::Error;
    error
        .source()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

/// A symbol's name, terminated.
#[derive(Debug)]
pub struct SymbolName(SmallVec<[u8; 64]>);

impl SymbolName {
    /// The name that a function's first argument is.
    ///
    /// # Errors
    /// `UnicodeEncodeError` for a lone surrogate, `ValueError` for an embedded NUL.
    pub fn new(name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult<Self> {
        let name = name.try_as_utf8(vm)?.as_str();
        if name.contains('\0') {
            return Err(vm.new_value_error("embedded null character"));
        }
        Ok(Self::up_to_nul(name.as_bytes()))
    }

    /// The name as a message shows it.
    fn text(&self) -> String {
        String::from_utf8_lossy(self.0.strip_suffix(b"\0").unwrap_or(&self.0)).into_owned()
    }

    /// The name that C sees in these bytes.
    #[must_use]
    pub fn up_to_nul(name: &[u8]) -> Self {
        let mut terminated = SmallVec::with_capacity(name.len() + 1);
        terminated.extend(name.iter().copied().take_while(|&byte| byte != 0));
        terminated.push(0);
        Self(terminated)
    }
}

/// Looks `name` up in the library object `dll`, raising the `ctypes.dlsym` audit events.
///
/// # Errors
/// `TypeError` if `dll` has no integer `_handle`; what `missing` makes of the loader's message.
pub fn lookup(
    dll: &PyObject,
    owner: &str,
    name: &Py<PyStr>,
    missing: impl FnOnce(String) -> rustpython_vm::builtins::PyBaseExceptionRef,
    vm: &VirtualMachine,
) -> PyResult<usize> {
    let handle = Handle::of(&*dll.get_attr(name!(vm, "_handle"), vm)?, owner, vm)?;
    let symbol = SymbolName::new(name, vm)?;
    handle.symbol("symbol", &symbol, vm).map_err(missing)
}
