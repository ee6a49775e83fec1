//! COM: objects that are reached by a pointer to a table of functions.
//!
//! An interface pointer leads to an object whose first word is the address of its table. Every table begins with the
//! three functions of `IUnknown`, and each function takes the interface pointer first:
//!
//! ```text
//! interface --> [ table  ] --> [ QueryInterface(this, iid, out) ]  0
//!               [ ...    ]     [ AddRef(this)                   ]  1
//!                              [ Release(this)                  ]  2
//!                              [ what is the interface's own    ]  3
//! ```

mod error;

pub use error::{ComError, raised};

use std::{
    ffi::c_void,
    mem,
    ptr::{self, NonNull},
};
use windows_sys::core::{GUID, HRESULT};

/// A pointer to an interface, not NULL. It holds no reference.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Interface(NonNull<*const Function>);

/// The address of a function in a table.
type Function = *const c_void;

/// Indices of functions in the tables of interfaces.
mod place {
    pub const QUERY_INTERFACE: usize = 0;
    pub const ADD_REF: usize = 1;
    pub const RELEASE: usize = 2;
}

impl Interface {
    /// Returns the interface at `address`, or `None` if that is NULL.
    #[must_use]
    pub fn at(address: usize) -> Option<Self> {
        NonNull::new(ptr::with_exposed_provenance_mut(address)).map(Self)
    }

    /// Returns the interface pointer's address.
    #[must_use]
    pub fn address(self) -> usize {
        self.0.expose_provenance().get()
    }

    /// Returns the address of the table; NULL if there is none.
    ///
    /// # Safety
    /// There must be an object at the address.
    #[must_use]
    pub unsafe fn table(self) -> *const Function {
        // SAFETY: there is an object at the address (see # Safety), which begins with the table's address.
        unsafe { self.0.read_unaligned() }
    }

    /// Returns the function at `index` of the table.
    ///
    /// # Safety
    /// There must be an object at the address, with a table that has this function.
    #[must_use]
    pub unsafe fn function(self, index: isize) -> Function {
        // SAFETY: the object's table has this function (see # Safety).
        unsafe { self.table().offset(index).read_unaligned() }
    }

    /// Returns the function at `index`, as a function pointer of type `F`.
    ///
    /// # Safety
    /// As for [`Self::function`]; the function must be of this type.
    unsafe fn method<F: Copy>(self, index: usize) -> F {
        const { assert!(size_of::<F>() == size_of::<Function>()) };
        // SAFETY: the table has this function, of this type (see # Safety); no table is so large that its index
        // is negative.
        unsafe { mem::transmute_copy(&self.function(index.cast_signed())) }
    }

    /// Adds a reference.
    ///
    /// # Safety
    /// There must be a COM object at the address.
    pub unsafe fn add_ref(self) {
        type AddRef = unsafe extern "system" fn(Interface) -> u32;
        // SAFETY: there is a COM object at the address (see # Safety).
        unsafe { self.method::<AddRef>(place::ADD_REF)(self) };
    }

    /// Releases a reference.
    ///
    /// # Safety
    /// There must be a COM object at the address, and a reference that is given away.
    unsafe fn release(self) {
        type Release = unsafe extern "system" fn(Interface) -> u32;
        // SAFETY: there is a COM object, and a reference to release (see # Safety).
        unsafe { self.method::<Release>(place::RELEASE)(self) };
    }

    /// Returns another interface of the same object, with a reference of its own.
    ///
    /// # Safety
    /// There must be a COM object at the address.
    unsafe fn query(self, iid: &GUID) -> Option<Self> {
        type QueryInterface =
            unsafe extern "system" fn(Interface, *const GUID, *mut Option<Interface>) -> HRESULT;
        let mut found = None;
        // SAFETY: there is a COM object at the address (see # Safety), which stores an interface pointer that
        // may be NULL.
        let result = unsafe {
            self.method::<QueryInterface>(place::QUERY_INTERFACE)(self, iid, &raw mut found)
        };
        found.filter(|_| result >= 0)
    }
}
