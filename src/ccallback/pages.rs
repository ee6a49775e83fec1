//! Pages of memory that can be written until they are sealed, and executed from then on.

use std::{ffi::c_void, ptr::NonNull};

/// A mapping of its own, zeroed. Dropping it unmaps it.
pub struct Pages {
    start: NonNull<c_void>,
    size: usize,
}

impl Pages {
    /// Maps so many bytes at least. `None` if there is no memory, or pages cannot be sealed here.
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

    /// Makes the pages executable and no longer writable. `false` if the system does not.
    #[must_use]
    pub fn seal(&self) -> bool {
        // SAFETY: a mapping of ours alone.
        unsafe { system::seal(self.start.as_ptr(), self.size) }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // It can only fail for want of memory for the mapping's neighbours, and then it stays.
        // SAFETY: a mapping that this owns.
        unsafe { system::unmap(self.start.as_ptr(), self.size) };
    }
}

/// Bytes of a page.
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
        // SAFETY: a new mapping, wherever there is room.
        let start = unsafe { libc::mmap(ptr::null_mut(), size, writable, flags, -1, 0) };
        (start != libc::MAP_FAILED).then_some(start)
    }

    /// # Safety
    /// As for [`unmap`].
    pub unsafe fn seal(start: *mut c_void, size: usize) -> bool {
        // SAFETY: the caller's promise.
        unsafe { libc::mprotect(start, size, libc::PROT_READ | libc::PROT_EXEC) == 0 }
    }

    /// # Safety
    /// It must be a mapping of [`map`]'s.
    pub unsafe fn unmap(start: *mut c_void, size: usize) {
        // SAFETY: the caller's promise.
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
        // SAFETY: a new mapping, wherever there is room.
        let start =
            unsafe { VirtualAlloc(ptr::null(), size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE) };
        (!start.is_null()).then_some(start)
    }

    /// # Safety
    /// As for [`unmap`].
    pub unsafe fn seal(start: *mut c_void, size: usize) -> bool {
        let mut before = 0;
        // SAFETY: the caller's promise.
        unsafe {
            FlushInstructionCache(GetCurrentProcess(), start, size);
            VirtualProtect(start, size, PAGE_EXECUTE_READ, &raw mut before) != 0
        }
    }

    /// # Safety
    /// It must be a mapping of [`map`]'s.
    pub unsafe fn unmap(start: *mut c_void, _size: usize) {
        // SAFETY: the caller's promise; all of it is given up.
        unsafe { VirtualFree(start, 0, MEM_RELEASE) };
    }
}

#[cfg(not(any(target_os = "linux", windows)))]
mod system {
    use std::ffi::c_void;

    pub fn map(_size: usize) -> Option<*mut c_void> {
        None
    }

    /// # Safety
    /// There is no mapping.
    pub unsafe fn seal(_start: *mut c_void, _size: usize) -> bool {
        false
    }

    /// # Safety
    /// There is no mapping.
    pub unsafe fn unmap(_start: *mut c_void, _size: usize) {}
}
