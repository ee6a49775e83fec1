//! Modules, and importing them.

use super::{
    entry::{Lent, Owned, Text, bad_call, c_functions, given, lend},
    text,
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyModule, PyStr},
};
use std::{
    ffi::{c_char, c_int, c_long, c_void},
    ptr,
};

/// Returns `sys.modules`.
fn modules(vm: &VirtualMachine) -> PyResult {
    vm.sys_module.get_attr("modules", vm)
}

/// Imports the module of this name, not the package that it is in.
fn import(name: &str, vm: &VirtualMachine) -> PyResult<Owned> {
    vm.import(&vm.ctx.new_str(name), 0)?;
    modules(vm)?.get_item(name, vm).map(Some)
}

fn module<'a>(object: Lent<'a>, vm: &VirtualMachine) -> PyResult<&'a Py<PyModule>> {
    given(object, vm)?
        .downcast_ref()
        .ok_or_else(|| vm.new_type_error("bad argument type for built-in operation"))
}

fn add(object: Lent<'_>, name: Text, value: PyObjectRef, vm: &VirtualMachine) -> PyResult<c_int> {
    let module = object.and_then(|object| object.downcast_ref::<PyModule>());
    let Some(module) = module else {
        let message = "PyModule_AddObjectRef() first argument must be a module";
        return Err(vm.new_type_error(message));
    };
    let name = name.str(vm)?;
    module.dict().set_item(name, value, vm)?;
    Ok(0)
}

/// Returns the text of a module's attribute.
fn attribute(
    object: Lent<'_>,
    name: &'static str,
    missing: &'static str,
    vm: &VirtualMachine,
) -> PyResult<*const c_char> {
    let found = module(object, vm)?.dict().get_item_opt(name, vm)?;
    match found {
        Some(found) if found.downcast_ref::<PyStr>().is_some() => {
            text::text(text::string(Some(&found), vm)?, vm)
        }
        _ => Err(vm.new_system_error(missing)),
    }
}

/// Returns the module of this name in `sys.modules`; adds a new one if there is none.
fn known(name: &str, vm: &VirtualMachine) -> PyResult {
    let modules = modules(vm)?;
    if let Ok(found) = modules.get_item(name, vm) {
        return Ok(found);
    }
    let module: PyObjectRef = vm.new_module(name, vm.ctx.new_dict(), None).into();
    modules.set_item(name, module.clone(), vm)?;
    Ok(module)
}

c_functions! {
    new fn PyImport_ImportModule(name: Text) -> Owned, None, |vm| {
        import(name.str(vm)?, vm)
    }

    new fn PyImport_ImportModuleNoBlock(name: Text) -> Owned, None, |vm| {
        import(name.str(vm)?, vm)
    }

    new fn PyImport_ImportModuleLevel(
        name: Text,
        globals: Lent<'_>,
        locals: Lent<'_>,
        list: Lent<'_>,
        level: c_int,
    ) -> Owned, None, |vm| {
        let none = |object: Lent<'_>| vm.unwrap_or_none(object.map(ToOwned::to_owned));
        let arguments = (vm.ctx.new_str(name.str(vm)?), none(globals), none(locals), none(list), level);
        vm.builtins.get_attr("__import__", vm)?.call(arguments, vm).map(Some)
    }

    new fn PyImport_ReloadModule(module: Lent<'_>) -> Owned, None, |vm| {
        let reload = vm.import("importlib", 0)?.get_attr("reload", vm)?;
        reload.call((given(module, vm)?.to_owned(),), vm).map(Some)
    }

    new fn PyImport_GetModuleDict() -> *const PyObject, ptr::null(), |vm| {
        Ok(lend(&*modules(vm)?))
    }

    new fn PyImport_GetModule(name: Lent<'_>) -> Owned, None, |vm| {
        Ok(modules(vm)?.get_item(given(name, vm)?, vm).ok())
    }

    new fn PyImport_AddModule(name: Text) -> *const PyObject, ptr::null(), |vm| {
        Ok(lend(&*known(name.str(vm)?, vm)?))
    }

    new fn PyImport_AddModuleObject(name: Lent<'_>) -> *const PyObject, ptr::null(), |vm| {
        let name = text::string(name, vm)?.try_as_utf8(vm)?;
        Ok(lend(&*known(name.as_str(), vm)?))
    }

    new fn PyModule_New(name: Text) -> Owned, None, |vm| {
        Ok(Some(vm.new_module(name.str(vm)?, vm.ctx.new_dict(), None).into()))
    }

    new fn PyModule_GetDict(object: Lent<'_>) -> *const PyObject, ptr::null(), |vm| {
        Ok(lend(module(object, vm)?.dict().as_object()))
    }

    new fn PyModule_GetName(object: Lent<'_>) -> *const c_char, ptr::null(), |vm| {
        attribute(object, "__name__", "nameless module", vm)
    }

    new fn PyModule_GetFilename(object: Lent<'_>) -> *const c_char, ptr::null(), |vm| {
        attribute(object, "__file__", "module filename missing", vm)
    }

    new fn PyModule_AddObjectRef(object: Lent<'_>, name: Text, value: Lent<'_>) -> c_int, -1, |vm| {
        add(object, name, given(value, vm)?.to_owned(), vm)
    }

    new fn PyModule_Add(object: Lent<'_>, name: Text, value: Owned) -> c_int, -1, |vm| {
        add(object, name, value.ok_or_else(|| bad_call(vm))?, vm)
    }

    new fn PyModule_AddObject(object: Lent<'_>, name: Text, value: Lent<'_>) -> c_int, -1, |vm| {
        let value = given(value, vm)?;
        let added = add(object, name, value.to_owned(), vm)?;
        // C gives its reference away, if the value could be added.
        // SAFETY: C promises that it is one.
        drop(unsafe { PyObjectRef::from_raw(ptr::NonNull::from(value)) });
        Ok(added)
    }

    new fn PyModule_AddIntConstant(object: Lent<'_>, name: Text, value: c_long) -> c_int, -1, |vm| {
        add(object, name, vm.ctx.new_int(value).into(), vm)
    }

    new fn PyModule_AddStringConstant(object: Lent<'_>, name: Text, value: Text) -> c_int, -1, |vm| {
        add(object, name, vm.ctx.new_str(value.str(vm)?).into(), vm)
    }

    // A library that is a module for CPython can be loaded as a plain library.
    new fn PyModuleDef_Init(definition: *const c_void) -> *const c_void, ptr::null(), |_vm| {
        Ok(definition)
    }

    new fn PySys_GetObject(name: Text) -> *const PyObject, ptr::null(), |vm| {
        let Ok(name) = name.str(vm) else { return Ok(ptr::null()) };
        let found = vm.sys_module.dict().get_item_opt(name, vm)?;
        Ok(found.map_or(ptr::null(), |found| lend(&found)))
    }

    replaced fn Py_GetVersion() -> *const c_char, ptr::null(), |vm| {
        let version = vm.sys_module.get_attr("version", vm)?;
        text::text(text::string(Some(&version), vm)?, vm)
    }

    new fn PySys_SetObject(name: Text, value: Lent<'_>) -> c_int, -1, |vm| {
        let (name, dict) = (name.str(vm)?, vm.sys_module.dict());
        match value {
            Some(value) => dict.set_item(name, value.to_owned(), vm)?,
            None => drop(dict.del_item(name, vm)),
        }
        Ok(0)
    }
}
