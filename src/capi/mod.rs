//! The functions of `Python.h`, for `ctypes.pythonapi` and for C libraries that refer to them.
//!
//! Most come from rustpython-capi. Those that it lacks are here, and those that would behave differently from
//! CPython's. A table ([`table`]) has all of them by name; the program's linker exports them too.

mod arguments;
mod buffer;
mod bytes;
mod convert;
mod data;
mod entry;
mod errors;
mod exception;
mod file;
mod format;
mod main_thread;
mod memoryview;
mod module;
mod object;
mod ours;
mod place;
mod protocols;
mod source;
mod strides;
mod suffixes;
mod table;
mod text;
mod thread;
mod value;
mod variadic;

use crate::clib;
pub use main_thread::init_hook;
use rustpython_vm::{VirtualMachine, class::PyClassImpl};

/// Sets `sys.dllhandle` to the program's handle, in which the package looks the functions up.
#[cfg(windows)]
fn tell_handle(vm: &VirtualMachine) {
    let handle = vm.ctx.new_int(clib::of_program(vm).address());
    // The module accepts any attribute.
    let _ = vm.sys_module.set_attr("dllhandle", handle, vm);
}

/// Makes the functions known to look-ups, and prepares them.
pub(crate) fn install(vm: &VirtualMachine) {
    let _ = memoryview::ForeignBuffer::make_static_type();
    data::install(vm);
    thread::install(vm);
    // Without importlib nothing is imported by suffix.
    let _ = suffixes::install(vm);
    clib::also_in_program(|name, vm| table::find(name).or_else(|| data::object(name, vm)));
    #[cfg(windows)]
    tell_handle(vm);
}
