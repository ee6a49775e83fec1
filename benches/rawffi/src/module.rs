//! The module: its functions and classes.

use rustpython_vm::{builtins::PyModuleDef, vm::Context};

/// Returns the definition of the native module `_rawffi`, for
/// [`InterpreterBuilder::add_native_module`](rustpython_vm::InterpreterBuilder::add_native_module).
#[must_use]
pub fn module_def(ctx: &Context) -> &'static PyModuleDef {
    _rawffi::module_def(ctx)
}

#[rustpython_vm::pymodule]
mod _rawffi {
    use crate::{
        array, callback, errno, function,
        item::{ArrayShape, Item, StructureShape},
        memory::address,
        structure,
    };
    use rustpython_vm::{
        Py, PyObject, PyObjectRef, PyRef, PyResult, TryFromBorrowedObject, VirtualMachine,
        builtins::{PyBytes, PyModule},
        class::PyClassImpl,
        function::OptionalArg,
        protocol::PyBuffer,
    };

    #[pyattr]
    const FUNCFLAG_CDECL: u32 = 1;
    #[pyattr]
    const FUNCFLAG_PYTHONAPI: u32 = function::FUNCFLAG_PYTHONAPI;
    #[pyattr]
    const FUNCFLAG_USE_ERRNO: u32 = errno::FUNCFLAG_USE_ERRNO;

    #[pyfunction]
    fn sizeof(item: PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
        Ok(Item::of(&item, vm)?.size())
    }

    #[pyfunction]
    fn alignment(item: PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
        Ok(Item::of(&item, vm)?.align())
    }

    #[pyfunction]
    fn get_errno() -> i32 {
        errno::get()
    }

    #[pyfunction]
    fn set_errno(value: i32) -> i32 {
        errno::set(value)
    }

    /// The bytes at an address up to a NUL, or so many at the most.
    #[pyfunction]
    fn charp2string(
        at: PyObjectRef,
        most: OptionalArg<isize>,
        vm: &VirtualMachine,
    ) -> PyResult<Vec<u8>> {
        let start: *const u8 = std::ptr::with_exposed_provenance(address(&at, vm)?);
        let most = usize::try_from(most.unwrap_or(-1)).unwrap_or(usize::MAX);
        // SAFETY: the program that gave the address must ensure that the memory is there.
        let length = (0..most).find(|&index| unsafe { start.add(index).read() } == 0);
        // SAFETY: as above.
        Ok(unsafe { std::slice::from_raw_parts(start, length.unwrap_or(most)) }.to_vec())
    }

    /// As many bytes as asked for.
    #[pyfunction]
    fn charp2rawstring(
        at: PyObjectRef,
        size: OptionalArg<isize>,
        vm: &VirtualMachine,
    ) -> PyResult<Vec<u8>> {
        match size.into_option().map(usize::try_from) {
            Some(Ok(size)) => {
                let start: *const u8 = std::ptr::with_exposed_provenance(address(&at, vm)?);
                // SAFETY: the program that gave the address must ensure that the memory is there.
                Ok(unsafe { std::slice::from_raw_parts(start, size) }.to_vec())
            }
            _ => charp2string(at, OptionalArg::Missing, vm),
        }
    }

    fn wide(
        at: &PyObjectRef,
        size: Option<usize>,
        stops: bool,
        vm: &VirtualMachine,
    ) -> PyResult<String> {
        let start: *const u32 = std::ptr::with_exposed_provenance(address(at, vm)?);
        let most = size.unwrap_or(usize::MAX);
        (0..most)
            // SAFETY: the program that gave the address must ensure that the memory is there.
            .map(|index| unsafe { start.add(index).read_unaligned() })
            .take_while(|&value| value != 0 || !stops)
            .map(|value| {
                let refused = || vm.new_value_error(format!("{value:#x} is no character"));
                char::from_u32(value).ok_or_else(refused)
            })
            .collect()
    }

    /// The wide characters at an address up to a NUL, or so many at the most.
    #[pyfunction]
    fn wcharp2unicode(
        at: PyObjectRef,
        most: OptionalArg<isize>,
        vm: &VirtualMachine,
    ) -> PyResult<String> {
        wide(&at, usize::try_from(most.unwrap_or(-1)).ok(), true, vm)
    }

    /// As many wide characters as asked for.
    #[pyfunction]
    fn wcharp2rawunicode(
        at: PyObjectRef,
        size: OptionalArg<isize>,
        vm: &VirtualMachine,
    ) -> PyResult<String> {
        let size = usize::try_from(size.unwrap_or(-1)).ok();
        wide(&at, size, size.is_none(), vm)
    }

    /// Writes bytes to an address.
    #[pyfunction]
    fn rawstring2charp(
        at: PyObjectRef,
        bytes: PyRef<PyBytes>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let target: *mut u8 = std::ptr::with_exposed_provenance_mut(address(&at, vm)?);
        let bytes = bytes.as_bytes();
        // SAFETY: the program that gave the address must ensure that the memory is there, and not in a `bytes`
        // object.
        unsafe { std::ptr::copy(bytes.as_ptr(), target, bytes.len()) };
        Ok(())
    }

    /// The address of what a `memoryview` shows.
    #[pyfunction]
    fn bufferaddress(view: PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
        let buffer = PyBuffer::try_from_borrowed_object(vm, &view)?;
        let start = buffer
            .as_contiguous()
            .map(|bytes| bytes.as_ptr().expose_provenance());
        start.ok_or_else(|| vm.new_type_error("the buffer is not contiguous"))
    }

    /// The object whose address is its `id`.
    #[pyfunction]
    fn objectat(at: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let at: *const PyObject = std::ptr::with_exposed_provenance(address(&at, vm)?);
        // SAFETY: the program that gave the address must ensure that an object is there.
        let object = unsafe { at.as_ref() };
        object
            .map(ToOwned::to_owned)
            .ok_or_else(|| vm.new_value_error("PyObject is NULL"))
    }

    /// The C library.
    #[pyfunction]
    fn get_libc(vm: &VirtualMachine) -> PyResult {
        let class: PyObjectRef = function::Cdll::make_static_type().into();
        class.call((vm.ctx.none(),), vm)
    }

    pub(crate) fn module_exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
        __module_exec(vm, module);
        let _ = array::ArrayInstance::make_static_type();
        let _ = structure::StructureInstance::make_static_type();
        rustpython_vm::extend_module!(vm, module, {
            "Array" => ArrayShape::make_static_type(),
            "Structure" => StructureShape::make_static_type(),
            "FuncPtr" => function::FuncPtr::make_static_type(),
            "CallbackPtr" => callback::CallbackPtr::make_static_type(),
            "CDLL" => function::Cdll::make_static_type(),
        });
        Ok(())
    }
}
