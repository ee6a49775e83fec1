//! The module `_ctypes`: its constants and classes; its [`functions`](crate::functions) are a table of their own.

use rustpython_vm::{builtins::PyModuleDef, vm::Context};

/// Returns the definition of the native module `_ctypes`, for
/// [`InterpreterBuilder::add_native_module`](rustpython_vm::InterpreterBuilder::add_native_module), where it
/// replaces the VM's own.
#[must_use]
pub fn module_def(ctx: &Context) -> &'static PyModuleDef {
    _ctypes::module_def(ctx)
}

#[rustpython_vm::pymodule]
mod _ctypes {
    use crate::{
        audit, bytearray,
        ccall::{MAX_ARGUMENTS, byref::CArg, flags, signature::Signature},
        ccallback,
        cdata::{CData, shared_map, young},
        classes::{
            aggregate, array, attributes, construct, field, function, metatype, new_class, pointer,
            simple, type_attributes, type_methods,
        },
        ctype::{
            CType, constructor_fields::ConstructorFields, initializer::Initializer, scalar::wide,
        },
        error, exports, functions, once, package, panics, vectorize,
    };
    use rustpython_vm::{
        Py, PyResult, VirtualMachine,
        builtins::{PyModule, PyTypeRef},
        class::{PyClassImpl, StaticType},
    };

    /// The version that the ctypes package checks for.
    #[pyattr(name = "__version__")]
    const VERSION: &str = "1.1.0";
    #[pyattr]
    const FUNCFLAG_STDCALL: u32 = flags::STDCALL;
    #[cfg(windows)]
    #[pyattr]
    const FUNCFLAG_HRESULT: u32 = flags::HRESULT;
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

    #[cfg(windows)]
    #[pyattr(name = "COMError")]
    fn com_error(_vm: &VirtualMachine) -> PyTypeRef {
        crate::com::ComError::make_static_type().to_owned()
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

    pub(crate) fn module_exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
        __module_exec(vm, module);
        functions::install(module, vm)?;
        package::install();
        panics::install();
        if once::is_first_import(vm) {
            audit::watch(vm)?;
            young::install(vm);
            #[cfg(unix)]
            crate::loader::install(vm);
        }
        bytearray::install(vm);
        #[cfg(feature = "capi")]
        crate::capi::install(vm);
        // Base classes before their subclasses.
        let _ = CType::make_static_type();
        let _ = ConstructorFields::make_static_type();
        let _ = Initializer::make_static_type();
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
        let _ = ccallback::Thunk::make_static_type();
        let _ = ccallback::Shape::make_static_type();
        let _ = exports::ForeignMemory::make_static_type();
        wide::install();
        shared_map::install();
        type_methods::install(
            metatype::CTypeType::static_type(),
            pointer::PointerType::static_type(),
            &vm.ctx,
        );
        let metaclasses = [
            metatype::CTypeType::static_type(),
            simple::SimpleType::static_type(),
            aggregate::StructType::static_type(),
            aggregate::UnionType::static_type(),
            array::ArrayType::static_type(),
            pointer::PointerType::static_type(),
            function::FuncPtrType::static_type(),
        ];
        let classes = [
            simple::SimpleCData::make_static_type(),
            aggregate::Structure::make_static_type(),
            aggregate::Union::make_static_type(),
            array::Array::make_static_type(),
            pointer::Pointer::make_static_type(),
            function::CFuncPtr::make_static_type(),
        ];
        new_class::install(&metaclasses, &classes, vm)?;
        type_attributes::install(&metaclasses);
        construct::install::<simple::SimpleCData>(simple::SimpleType::static_type());
        construct::install::<aggregate::Structure>(aggregate::StructType::static_type());
        construct::install::<aggregate::Union>(aggregate::UnionType::static_type());
        construct::install::<array::Array>(array::ArrayType::static_type());
        construct::install::<pointer::Pointer>(pointer::PointerType::static_type());
        function::constructor::install(function::FuncPtrType::static_type());
        classes.iter().for_each(|class| attributes::install(class));
        rustpython_vm::extend_module!(vm, module, {
            "_SimpleCData" => simple::SimpleCData::make_static_type(),
            "Structure" => aggregate::Structure::make_static_type(),
            "Union" => aggregate::Union::make_static_type(),
            "Array" => array::Array::make_static_type(),
            "_Pointer" => pointer::Pointer::make_static_type(),
            "CFuncPtr" => function::CFuncPtr::make_static_type(),
            "CField" => field::CField::make_static_type(),
            "_Vectorized" => vectorize::install(),
        });
        array::contains::install();
        array::iterator::install();
        Ok(())
    }
}
