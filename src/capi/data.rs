//! What C finds as data: the program's options, the exceptions' classes, and hooks that are never set.

use super::place::Place;
use rustpython_capi::pyerrors;
use rustpython_vm::{AsObject, PyObject, VirtualMachine};
use std::{
    ffi::{c_int, c_void},
    sync::{
        Once,
        atomic::{AtomicI32, AtomicPtr, Ordering},
    },
};

/// Defines options that C reads as `int`s, each with its source.
macro_rules! options {
    ($($name:ident: $value:expr),* $(,)?) => {
        $(#[allow(non_upper_case_globals)]
        #[unsafe(no_mangle)]
        pub static $name: AtomicI32 = AtomicI32::new(0);)*

        static OPTIONS: &[(&str, Place)] = &[$((stringify!($name), Place::data(&raw const $name))),*];

        fn set_options(vm: &VirtualMachine) {
            let settings = &vm.state.config.settings;
            $({
                let value: fn(&rustpython_vm::Settings) -> c_int = $value;
                $name.store(value(settings), Ordering::Relaxed);
            })*
        }
    };
}

options! {
    Py_DebugFlag: |settings| settings.debug.into(),
    Py_VerboseFlag: |settings| settings.verbose.into(),
    Py_QuietFlag: |settings| settings.quiet.into(),
    Py_InteractiveFlag: |settings| settings.interactive.into(),
    Py_InspectFlag: |settings| settings.inspect.into(),
    Py_OptimizeFlag: |settings| settings.optimize.into(),
    Py_NoSiteFlag: |settings| (!settings.import_site).into(),
    Py_BytesWarningFlag: |settings| settings.bytes_warning as c_int,
    Py_FrozenFlag: |_| 0,
    Py_IgnoreEnvironmentFlag: |settings| settings.ignore_environment.into(),
    Py_DontWriteBytecodeFlag: |settings| (!settings.write_bytecode).into(),
    Py_NoUserSiteDirectory: |settings| (!settings.user_site_directory).into(),
    Py_UnbufferedStdioFlag: |settings| (!settings.buffered_stdio).into(),
    Py_HashRandomizationFlag: |settings| (settings.hash_seed != Some(0)).into(),
    Py_IsolatedFlag: |settings| settings.isolated.into(),
    Py_UTF8Mode: |_| 1,
}

/// Defines hooks of the interactive prompt, which the prompt here does not call.
macro_rules! hooks {
    ($($name:ident)*) => {
        $(#[allow(non_upper_case_globals)]
        #[unsafe(no_mangle)]
        pub static $name: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());)*

        static HOOKS: &[(&str, Place)] = &[$((stringify!($name), Place::data(&raw const $name))),*];
    };
}

hooks! {
    PyOS_InputHook
    PyOS_ReadlineFunctionPointer
}

/// All data of this module.
pub static DATA: [&[(&str, Place)]; 2] = [OPTIONS, HOOKS];

/// Sets the classes of exceptions, each in rustpython-capi's variable of that name.
macro_rules! exceptions {
    ($($name:ident $class:ident)*) => {
        fn set_exceptions(vm: &VirtualMachine) {
            let classes = &vm.ctx.exceptions;
            $({
                let class: *const PyObject = classes.$class.as_object().as_raw();
                // SAFETY: C reads it after this module has been imported, and it is not written again.
                unsafe { (&raw mut pyerrors::$name).write(class.cast_mut()) };
            })*
        }
    };
}
include!("exceptions.rs");

/// Sets what C finds. The classes belong to all interpreters of the process, the options to the first one.
pub fn install(vm: &VirtualMachine) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        set_options(vm);
        set_exceptions(vm);
    });
}

/// Returns the address of a type or a constant that is an object itself, and not a place that holds a reference
/// to one.
#[must_use]
pub fn object(name: &[u8], vm: &VirtualMachine) -> Option<usize> {
    let (types, none) = (&vm.ctx.types, vm.ctx.none());
    macro_rules! by_name {
        ($($name:literal $class:ident)*) => {
            match name {
                $($name => types.$class.as_object(),)*
                b"_Py_NoneStruct" => &*none,
                b"_Py_TrueStruct" => vm.ctx.true_value.as_object(),
                b"_Py_FalseStruct" => vm.ctx.false_value.as_object(),
                b"_Py_EllipsisObject" => vm.ctx.ellipsis.as_object(),
                b"_Py_NotImplementedStruct" => vm.ctx.not_implemented.as_object(),
                _ => return None,
            }
        };
    }
    let object: &PyObject = by_name! {
        b"PyBaseObject_Type" object_type
        b"PyBool_Type" bool_type
        b"PyByteArray_Type" bytearray_type
        b"PyBytes_Type" bytes_type
        b"PyCFunction_Type" builtin_function_or_method_type
        b"PyCapsule_Type" capsule_type
        b"PyCode_Type" code_type
        b"PyComplex_Type" complex_type
        b"PyDict_Type" dict_type
        b"PyFloat_Type" float_type
        b"PyFrame_Type" frame_type
        b"PyFrozenSet_Type" frozenset_type
        b"PyFunction_Type" function_type
        b"PyGen_Type" generator_type
        b"PyList_Type" list_type
        b"PyLong_Type" int_type
        b"PyMemoryView_Type" memoryview_type
        b"PyMethod_Type" bound_method_type
        b"PyModule_Type" module_type
        b"PyProperty_Type" property_type
        b"PyRange_Type" range_type
        b"PySet_Type" set_type
        b"PySlice_Type" slice_type
        b"PySuper_Type" super_type
        b"PyTraceBack_Type" traceback_type
        b"PyTuple_Type" tuple_type
        b"PyType_Type" type_type
        b"PyUnicode_Type" str_type
    };
    let place: *const PyObject = object.as_raw();
    Some(place.expose_provenance())
}
