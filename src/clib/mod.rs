//! Opening shared libraries and looking up their symbols.
//!
//! ctypes passes raw handles around as integers (`CDLL._handle`), closes none of them by itself and lets Python
//! code pass handles of its own, so this module keeps only the handle. The questions to a platform's loader are
//! in a module of their own.
//!
//! The loader has locks, and a thread that holds one may be waiting for this interpreter: in a library's
//! initialiser, or in Python code that `dl_iterate_phdr` calls. So a thread detaches before it asks the loader
//! for anything.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use crate::{address, names::name};
use rustpython_vm::{
    Py, PyObject, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyInt, PyStr},
};
use smallvec::SmallVec;
use std::sync::OnceLock;

#[cfg(unix)]
use unix as native;
#[cfg(windows)]
use windows as native;

#[cfg(all(windows, feature = "capi"))]
pub use native::of_program;
pub use native::open;

/// Looks up a terminated name.
type Lookup = fn(&[u8], &VirtualMachine) -> Option<usize>;

/// Finds what the program has and the loader does not know.
static ALSO_IN_PROGRAM: OnceLock<Lookup> = OnceLock::new();

/// Makes look-ups in the program itself find what `lookup` finds, if the loader finds nothing.
#[cfg(feature = "capi")]
pub fn also_in_program(lookup: Lookup) {
    let _ = ALSO_IN_PROGRAM.set(lookup);
}

/// The handle of a library, as Python code gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(usize);

impl Handle {
    /// Reads the handle in `_handle`.
    ///
    /// # Errors
    /// `TypeError` naming `owner` if it is not an integer, `ValueError` if it does not fit a pointer.
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

    /// Returns the address of a symbol, if the library has it.
    #[must_use]
    pub fn find(self, name: &SymbolName, vm: &VirtualMachine) -> Option<usize> {
        native::find(self, name, vm).or_else(|| self.find_in_program(name, vm))
    }

    /// Returns what the program has and the loader does not know, if this is the program's handle.
    #[cold]
    fn find_in_program(self, name: &SymbolName, vm: &VirtualMachine) -> Option<usize> {
        let also = ALSO_IN_PROGRAM.get()?;
        if native::of_program(vm) != self {
            return None;
        }
        let (_terminator, name) = name.0.split_last()?;
        also(name, vm)
    }

    /// Returns the address of a symbol, which is wanted as `what`: a function, or any symbol.
    ///
    /// # Errors
    /// The loader's message if the library has no such symbol, or one that names it if the loader has none.
    /// Windows' loader never has one; others have none if the address is NULL, which the resolver of an
    /// indirect function may return.
    pub fn symbol(
        self,
        what: &str,
        name: &SymbolName,
        vm: &VirtualMachine,
    ) -> Result<usize, String> {
        match self.find(name, vm) {
            Some(address) => Ok(address),
            None => Err(native::reason(self, name, vm)
                .unwrap_or_else(|| format!("{what} '{}' not found", name.text()))),
        }
    }
}

/// A symbol's name, terminated.
#[derive(Debug)]
pub struct SymbolName(SmallVec<[u8; 64]>);

impl SymbolName {
    /// Reads the name in a function's first argument.
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

    /// Returns the name for a message.
    fn text(&self) -> String {
        String::from_utf8_lossy(self.0.strip_suffix(b"\0").unwrap_or(&self.0)).into_owned()
    }

    /// Returns the name that C sees in these bytes.
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
/// `TypeError` if `dll` has no integer `_handle`; the exception that `missing` makes of the loader's message.
pub fn lookup(
    dll: &PyObject,
    owner: &str,
    name: &Py<PyStr>,
    missing: impl FnOnce(String) -> PyBaseExceptionRef,
    vm: &VirtualMachine,
) -> PyResult<usize> {
    let handle = Handle::of(&*dll.get_attr(name!(vm, "_handle"), vm)?, owner, vm)?;
    let symbol = SymbolName::new(name, vm)?;
    handle.symbol("symbol", &symbol, vm).map_err(missing)
}
