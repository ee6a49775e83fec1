//! Pages of memory that can be written until they are sealed, and executed from then on.

use std::{ffi::c_void, ptr::NonNull};

/// A mapping of its own, zeroed at first. Dropping it unmaps it.
pub struct Pages {
    start: NonNull<c_void>,
    size: usize,
}

impl Pages {
    /// Maps at least `size` bytes. Returns `None` if there is no memory, or pages cannot be sealed here.
    #[must_use]
    pub fn new(size: usize) -> Option<Self> {
        let size = size.next_multiple_of(page_size());
        let start = NonNull::new(system::map(size)?)?;
        Some(Self { start, size })
    }

    #[must_use]
    pub fn start(&self) -> NonNull<c_void> {
        self.start
    }

    /// Makes the pages executable and no longer writable. Returns `false` if the system refuses.
    #[must_use]
    pub fn seal(&self) -> bool {
        // SAFETY: a mapping that only this uses.
        unsafe { system::seal(self.start.as_ptr(), self.size) }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // This fails only if there is no memory to split neighbouring mappings; then the mapping stays.
        // SAFETY: a mapping that this owns.
        unsafe { system::unmap(self.start.as_ptr(), self.size) };
    }
}

/// Returns the size of a page in bytes.
#[must_use]
pub fn page_size() -> usize {
    #[cfg(unix)]
    {
        // SAFETY: asks for a constant of the system.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        usize::try_from(size).unwrap_or(4096)
    }
    #[cfg(not(unix))]
    {
        4096
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::{ffi::c_void, ptr};

    pub fn map(size: usize) -> Option<*mut c_void> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let writable = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping, at an address that the system chooses.
        let start = unsafe { libc::mmap(ptr::null_mut(), size, writable, flags, -1, 0) };
        (start != libc::MAP_FAILED).then_some(start)
    }

    /// Makes a mapping executable and no longer writable.
    ///
    /// # Safety
    /// As for [`unmap`].
    pub unsafe fn seal(start: *mut c_void, size: usize) -> bool {
        // SAFETY: a mapping that [`map`] has made (see # Safety).
        unsafe { libc::mprotect(start, size, libc::PROT_READ | libc::PROT_EXEC) == 0 }
    }

    /// Unmaps a mapping.
    ///
    /// # Safety
    /// `start` must be that of a mapping that [`map`] has made, with its size.
    pub unsafe fn unmap(start: *mut c_void, size: usize) {
        // SAFETY: a mapping that [`map`] has made (see # Safety).
        unsafe { libc::munmap(start, size) };
    }
}

#[cfg(windows)]
mod system {
    use std::{ffi::c_void, ptr};
    use windows_sys::Win32::System::{
        Diagnostics::Debug::FlushInstructionCache,
        Memory::{
            MEM_COMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_EXECUTE_READ, PAGE_READWRITE, VirtualAlloc,
            VirtualFree, VirtualProtect,
        },
        Threading::GetCurrentProcess,
    };

    pub fn map(size: usize) -> Option<*mut c_void> {
        // SAFETY: a new mapping, at an address that the system chooses.
        let start =
            unsafe { VirtualAlloc(ptr::null(), size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE) };
        (!start.is_null()).then_some(start)
    }

    /// Makes a mapping executable and no longer writable.
    ///
    /// # Safety
    /// As for [`unmap`].
    pub unsafe fn seal(start: *mut c_void, size: usize) -> bool {
        let mut before = 0;
        // SAFETY: a mapping that [`map`] has made (see # Safety).
        unsafe {
            FlushInstructionCache(GetCurrentProcess(), start, size);
            VirtualProtect(start, size, PAGE_EXECUTE_READ, &raw mut before) != 0
        }
    }

    /// Unmaps a mapping.
    ///
    /// # Safety
    /// `start` must be that of a mapping that [`map`] has made.
    pub unsafe fn unmap(start: *mut c_void, _size: usize) {
        // SAFETY: a mapping that [`map`] has made (see # Safety), which is released as a whole.
        unsafe { VirtualFree(start, 0, MEM_RELEASE) };
    }
}

#[cfg(not(any(target_os = "linux", windows)))]
mod system {
    use std::ffi::c_void;

    pub fn map(_size: usize) -> Option<*mut c_void> {
        None
    }

    /// Does nothing: [`map`] makes no mapping here.
    ///
    /// # Safety
    /// Always safe.
    pub unsafe fn seal(_start: *mut c_void, _size: usize) -> bool {
        false
    }

    /// Does nothing: [`map`] makes no mapping here.
    ///
    /// # Safety
    /// Always safe.
    pub unsafe fn unmap(_start: *mut c_void, _size: usize) {}
}
