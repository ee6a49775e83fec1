//! The module `_ctypes`: its functions and constants.

use rustpython_vm::{builtins::PyModuleDef, vm::Context};

/// The definition of the native module `_ctypes`, to be given to
/// [`InterpreterBuilder::add_native_module`](rustpython_vm::InterpreterBuilder::add_native_module),
/// where it takes the place of the VM's own.
#[must_use]
pub fn module_def(ctx: &Context) -> &'static PyModuleDef {
    _ctypes::module_def(ctx)
}

#[rustpython_vm::pymodule]
mod _ctypes {
    use crate::{
        audit,
        ccall::{
            MAX_ARGUMENTS,
            byref::CArg,
            call,
            enter::{Target, around::Callee},
            errno as errno_copy, flags,
            result::Restype,
            signature::Signature,
        },
        cdata::{CData, ctype_of, pickle, young},
        classes::{
            aggregate, array, construct, field, function, metatype, new_class, pointer, simple,
        },
        clib::{self, Handle},
        ctype::{CType, positional::Positional, scalar::pointer::wrapping_address},
        error, exports,
    };
    use rustpython_vm::{
        AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
        builtins::{PyBytes, PyInt, PyModule, PyStr, PyTuple, PyTupleRef, PyType, PyTypeRef},
        class::{PyClassImpl, StaticType},
        function::OptionalArg,
    };
    use std::ffi::OsStr;

    /// The version that the ctypes package checks for.
    #[pyattr(name = "__version__")]
    const VERSION: &str = "1.1.0";
    #[pyattr]
    const FUNCFLAG_STDCALL: u32 = flags::STDCALL;
    #[pyattr]
    const FUNCFLAG_CDECL: u32 = flags::CDECL;
    #[pyattr]
    const FUNCFLAG_PYTHONAPI: u32 = flags::PYTHONAPI;
    #[pyattr]
    const FUNCFLAG_USE_ERRNO: u32 = flags::USE_ERRNO;
    #[pyattr]
    const FUNCFLAG_USE_LASTERROR: u32 = flags::USE_LASTERROR;
    #[pyattr]
    const CTYPES_MAX_ARGCOUNT: usize = MAX_ARGUMENTS;
    #[pyattr]
    const SIZEOF_TIME_T: usize = size_of::<libc::time_t>();
    #[cfg(unix)]
    #[pyattr]
    const RTLD_LOCAL: i32 = libc::RTLD_LOCAL;
    #[cfg(unix)]
    #[pyattr]
    const RTLD_GLOBAL: i32 = libc::RTLD_GLOBAL;
    #[cfg(not(unix))]
    #[pyattr]
    const RTLD_LOCAL: i32 = 0;
    #[cfg(not(unix))]
    #[pyattr]
    const RTLD_GLOBAL: i32 = 0;

    #[pyattr(name = "ArgumentError")]
    fn argument_error(vm: &VirtualMachine) -> PyTypeRef {
        error::argument_error(vm)
    }

    #[pyattr]
    fn _memmove_addr(_vm: &VirtualMachine) -> usize {
        libc::memmove as *const () as usize
    }

    #[pyattr]
    fn _memset_addr(_vm: &VirtualMachine) -> usize {
        libc::memset as *const () as usize
    }

    #[pyattr]
    fn _cast_addr(_vm: &VirtualMachine) -> usize {
        exports::cast as *const () as usize
    }

    #[pyattr]
    fn _string_at_addr(_vm: &VirtualMachine) -> usize {
        exports::string_at as *const () as usize
    }

    #[pyattr]
    fn _wstring_at_addr(_vm: &VirtualMachine) -> usize {
        exports::wstring_at as *const () as usize
    }

    #[pyattr]
    fn _memoryview_at_addr(_vm: &VirtualMachine) -> usize {
        exports::memoryview_at as *const () as usize
    }

    /// Bytes of a type, or of an instance, which `resize` may have enlarged.
    #[pyfunction]
    fn sizeof(object: PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
        if let Some(cdata) = CData::of(&object) {
            return Ok(cdata.size());
        }
        CType::of(&object, vm)
            .map(|ctype| ctype.size())
            .ok_or_else(|| vm.new_type_error("this type has no size"))
    }

    #[pyfunction]
    fn alignment(object: PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
        ctype_of(&object, vm)
            .map(|ctype| ctype.layout().align)
            .ok_or_else(|| vm.new_type_error("no alignment info"))
    }

    #[pyfunction]
    fn addressof(object: PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
        let cdata = CData::of(&object).ok_or_else(|| {
            vm.new_type_error(format!(
                "addressof() argument must be _ctypes._CData, not {}",
                type_name(&object, vm)
            ))
        })?;
        audit::event(vm, "ctypes.addressof", || (object.clone(),))?;
        Ok(cdata.address().expose_provenance())
    }

    #[pyfunction]
    fn byref(
        object: PyObjectRef,
        offset: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<PyRef<CArg>> {
        let Some(cdata) = CData::of(&object) else {
            // As CPython has it, the offset is looked at first.
            byref_offset(offset, vm)?;
            return Err(vm.new_type_error(format!(
                "byref() argument 1 must be _ctypes._CData, not {}",
                type_name(&object, vm)
            )));
        };
        let offset = byref_offset(offset, vm)?;
        let address = cdata.address().expose_provenance();
        let address = address.wrapping_add_signed(offset);
        Ok(CArg::pointer('P', address, Some(object)).into_object(vm))
    }

    #[inline]
    fn byref_offset(offset: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<isize> {
        match offset.into_option() {
            Some(offset) => offset.try_index(vm)?.try_to_primitive::<isize>(vm),
            None => Ok(0),
        }
    }

    /// The name of an object's type in messages about arguments.
    fn type_name(object: &PyObject, vm: &VirtualMachine) -> String {
        if vm.is_none(object) {
            "None".to_owned()
        } else {
            object.class().slot_name().to_string()
        }
    }

    #[pyfunction]
    fn resize(object: PyObjectRef, size: isize, vm: &VirtualMachine) -> PyResult<()> {
        let cdata = CData::of(&object).ok_or_else(|| {
            vm.new_type_error(format!(
                "resize() argument 1 must be _ctypes._CData, not {}",
                type_name(&object, vm)
            ))
        })?;
        let minimum = cdata.ctype().size();
        let size = usize::try_from(size)
            .map_err(|_| vm.new_value_error(format!("minimum size is {minimum}")))?;
        cdata.resize(size, vm)
    }

    /// Format, number of dimensions and shape of a type's buffers.
    #[pyfunction]
    fn buffer_info(object: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyTupleRef> {
        let ctype = ctype_of(&object, vm)
            .ok_or_else(|| vm.new_type_error("not a ctypes type or object"))?;
        let layout = ctype.layout();
        let shape = layout
            .shape
            .iter()
            .map(|&extent| vm.ctx.new_int(extent).into())
            .collect();
        Ok(vm.new_tuple((layout.format(), layout.shape.len(), vm.ctx.new_tuple(shape))))
    }

    #[pyfunction]
    fn get_errno(vm: &VirtualMachine) -> PyResult<i32> {
        audit::event(vm, "ctypes.get_errno", || ())?;
        Ok(errno_copy::get())
    }

    #[pyfunction]
    fn set_errno(value: PyObjectRef, vm: &VirtualMachine) -> PyResult<i32> {
        let value = value.try_index(vm)?;
        let value = i32::try_from(value.as_bigint())
            .map_err(|_| vm.new_overflow_error("signed integer is greater than maximum"))?;
        audit::event(vm, "ctypes.set_errno", || (value,))?;
        Ok(errno_copy::set(value))
    }

    #[cfg(unix)]
    #[pyfunction]
    fn dlopen(name: PyObjectRef, flags: OptionalArg<i32>, vm: &VirtualMachine) -> PyResult<usize> {
        use std::os::unix::ffi::OsStrExt;
        let mode = flags.unwrap_or(libc::RTLD_NOW) | libc::RTLD_NOW;
        let path = if vm.is_none(&name) {
            None
        } else {
            let encoded = vm.import("os", 0)?.get_attr("fsencode", vm)?;
            Some(encoded.call((name.clone(),), vm)?)
        };
        audit::event(vm, "ctypes.dlopen", || (name.clone(),))?;
        let path = path
            .as_ref()
            .and_then(|path| path.downcast_ref::<PyBytes>())
            .map(|path| OsStr::from_bytes(path.as_bytes()));
        if path.is_some_and(|path| path.as_bytes().contains(&0)) {
            return Err(vm.new_value_error("embedded null byte"));
        }
        match clib::open(path, mode) {
            Ok(handle) => Ok(handle.address()),
            Err(message) => Err(vm.new_os_error(message)),
        }
    }

    fn handle(value: &PyObject, vm: &VirtualMachine) -> PyResult<Handle> {
        match value.downcast_ref::<PyInt>() {
            Some(int) => Ok(Handle::from_address(wrapping_address(int))),
            None => Err(vm.new_type_error("an integer is required")),
        }
    }

    #[pyfunction]
    fn dlclose(library: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        handle(&library, vm)?
            .close()
            .map_err(|message| vm.new_os_error(message))
    }

    #[pyfunction]
    fn dlsym(library: PyObjectRef, name: PyRef<PyStr>, vm: &VirtualMachine) -> PyResult<usize> {
        let handle = handle(&library, vm)?;
        audit::event(vm, "ctypes.dlsym/handle", || {
            (library.clone(), name.clone())
        })?;
        handle
            .symbol(&clib::symbol_name(&name, vm)?)
            .map_err(|message| vm.new_os_error(message))
    }

    fn call_at(
        address: PyObjectRef,
        arguments: PyObjectRef,
        flags: u32,
        vm: &VirtualMachine,
    ) -> PyResult {
        let address = handle(&address, vm)?.address();
        let Some(arguments) = arguments.downcast_ref::<PyTuple>() else {
            return Err(vm.new_type_error(format!(
                "argument 2 must be tuple, not {}",
                arguments.class().slot_name()
            )));
        };
        // A hook that was added unnoticed shows here.
        audit::raise_call(address, arguments.as_slice(), vm)?;
        let target = Target {
            callee: Callee {
                address,
                flags,
                fixed: None,
            },
            cif: None,
            audited: true,
        };
        let restype = Restype::int(vm);
        call::address(target, &[], arguments.as_slice(), &restype, vm)
    }

    /// Calls an address as a function that returns `int`.
    #[pyfunction]
    fn call_function(
        address: PyObjectRef,
        arguments: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult {
        call_at(address, arguments, flags::STDCALL, vm)
    }

    /// The same in C's own convention, which differs on 32-bit Windows.
    #[pyfunction]
    fn call_cdeclfunction(
        address: PyObjectRef,
        arguments: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult {
        call_at(address, arguments, flags::CDECL, vm)
    }

    /// The type of pointers to a type.
    #[pyfunction(name = "POINTER")]
    fn pointer_type(target: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        if vm.is_none(&target) {
            return vm.import("ctypes", 0)?.get_attr("c_void_p", vm);
        }
        if let Some(ctype) = CType::of(&target, vm)
            && let Some(known) = ctype.pointer_type.lock().clone()
        {
            return Ok(known);
        }
        let namespace = vm.ctx.new_dict();
        let name = if let Some(class) = target.downcast_ref::<PyType>() {
            namespace.set_item("_type_", target.clone(), vm)?;
            format!("LP_{}", class.name())
        } else if let Some(name) = target.downcast_ref::<PyStr>() {
            format!("LP_{}", name.as_wtf8())
        } else {
            return Err(vm.new_type_error("must have a ctypes type"));
        };
        let base: PyObjectRef = pointer::Pointer::static_type().to_owned().into();
        let bases = vm.ctx.new_tuple(vec![base]);
        let metaclass = pointer::PointerType::static_type().as_object();
        metaclass.call((vm.ctx.new_str(name), bases, namespace), vm)
    }

    /// A pointer to a C value.
    #[pyfunction]
    fn pointer(target: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let class: PyObjectRef = target.class().to_owned().into();
        if CType::of(&class, vm).is_none() {
            return Err(vm.new_type_error("_type_ must have storage info"));
        }
        pointer_type(class, vm)?.call((target,), vm)
    }

    #[pyfunction]
    fn _unpickle(class: PyObjectRef, state: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        pickle::unpickle(&class, &state, vm)
    }

    fn object_at(address: &PyObject, vm: &VirtualMachine) -> PyResult<*mut PyObject> {
        match address.downcast_ref::<PyInt>() {
            Some(int) => Ok(std::ptr::with_exposed_provenance_mut(wrapping_address(int))),
            None => Err(vm.new_type_error("an integer is required")),
        }
    }

    /// The object whose address is `id(object)`.
    #[pyfunction(name = "PyObj_FromPtr")]
    fn object_from_pointer(address: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let object = object_at(&address, vm)?;
        if object.is_null() {
            return Err(vm.new_value_error("PyObject is NULL"));
        }
        // SAFETY: whoever passes an address answers for an object being there.
        let object = unsafe { &*object }.to_owned();
        audit::event(vm, "ctypes.PyObj_FromPtr", || (object.clone(),))?;
        Ok(object)
    }

    /// Takes a reference that nobody holds.
    #[pyfunction(name = "Py_INCREF")]
    fn incref(object: PyObjectRef) -> PyObjectRef {
        let _ = object.clone().into_raw();
        object
    }

    /// Gives back a reference that nobody holds.
    #[pyfunction(name = "Py_DECREF")]
    fn decref(object: PyObjectRef) -> PyObjectRef {
        // SAFETY: whoever calls this answers for the reference being one to give back; the one
        // held here keeps the object alive until it is returned.
        drop(unsafe { PyObjectRef::from_raw(std::ptr::NonNull::from(&*object)) });
        object
    }

    pub(crate) fn module_exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
        __module_exec(vm, module);
        audit::watch(vm)?;
        young::install(vm);
        // Bases before what derives from them.
        let _ = CType::make_static_type();
        let _ = Positional::make_static_type();
        let _ = metatype::CTypeType::make_static_type();
        let _ = simple::SimpleType::make_static_type();
        let _ = aggregate::StructType::make_static_type();
        let _ = aggregate::UnionType::make_static_type();
        let _ = array::ArrayType::make_static_type();
        let _ = pointer::PointerType::make_static_type();
        let _ = function::FuncPtrType::make_static_type();
        let _ = CData::make_static_type();
        let _ = CArg::make_static_type();
        let _ = Signature::make_static_type();
        let _ = crate::ccallback::Thunk::make_static_type();
        let _ = exports::ForeignMemory::make_static_type();
        new_class::install(
            &[
                metatype::CTypeType::static_type(),
                simple::SimpleType::static_type(),
                aggregate::StructType::static_type(),
                aggregate::UnionType::static_type(),
                array::ArrayType::static_type(),
                pointer::PointerType::static_type(),
                function::FuncPtrType::static_type(),
            ],
            vm,
        )?;
        construct::install::<simple::SimpleCData>(simple::SimpleType::static_type());
        construct::install::<aggregate::Structure>(aggregate::StructType::static_type());
        construct::install::<aggregate::Union>(aggregate::UnionType::static_type());
        construct::install::<array::Array>(array::ArrayType::static_type());
        construct::install::<pointer::Pointer>(pointer::PointerType::static_type());
        rustpython_vm::extend_module!(vm, module, {
            "_SimpleCData" => simple::SimpleCData::make_static_type(),
            "Structure" => aggregate::Structure::make_static_type(),
            "Union" => aggregate::Union::make_static_type(),
            "Array" => array::Array::make_static_type(),
            "_Pointer" => pointer::Pointer::make_static_type(),
            "CFuncPtr" => function::CFuncPtr::make_static_type(),
            "CField" => field::CField::make_static_type(),
        });
        Ok(())
    }
}
