//! What an import statement finds in `sys.modules`.

use super::spec::ModuleSpec;
use num_traits::ToPrimitive;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, VirtualMachine,
    builtins::{PyDict, PyDictRef, PyInt, PyModule, PyStr, PyStrInterned, PyTuple},
};
use smallvec::SmallVec;

/// An absolute name, in no heap memory unless it is long.
type Name = SmallVec<[u8; 64]>;

/// Finds modules for the import statements of an interpreter.
#[derive(Debug)]
pub struct Finder {
    specs: ModuleSpec,
    modules: &'static PyStrInterned,
    spec: &'static PyStrInterned,
    path: &'static PyStrInterned,
    package: &'static PyStrInterned,
    getattr: &'static PyStrInterned,
}

impl Finder {
    /// Makes a finder for an interpreter whose importlib makes specs of this class.
    pub fn new(specs: ModuleSpec, vm: &VirtualMachine) -> Self {
        let name = |name: &'static str| vm.ctx.intern_str(name);
        Self {
            specs,
            modules: name("modules"),
            spec: name("__spec__"),
            path: name("__path__"),
            package: name("__package__"),
            getattr: name("__getattr__"),
        }
    }

    /// Returns what `__import__` returns for the arguments of an import statement. Returns `None` if more than
    /// a look-up is needed, or if there is any doubt.
    pub fn find(&self, arguments: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyObjectRef> {
        let [name, globals, _, names, level] = arguments else {
            return None;
        };
        let name = name.downcast_ref_if_exact::<PyStr>(vm)?;
        let level = level.downcast_ref_if_exact::<PyInt>(vm)?;
        let level = level.as_bigint().to_usize()?;
        let names = match names.downcast_ref_if_exact::<PyTuple>(vm) {
            Some(names) => names.as_slice(),
            None => vm.is_none(names).then_some([].as_slice())?,
        };
        let modules = members(vm.sys_module.as_object(), vm)?;
        let modules = modules.get_item_opt(self.modules, vm).ok()??;
        let modules = modules.downcast_ref_if_exact::<PyDict>(vm)?;
        let found = if level == 0 {
            modules.get_item_opt(name, vm)
        } else {
            let absolute = self.absolute(name.to_str()?, globals, level, vm)?;
            modules.get_item_opt(str::from_utf8(&absolute).ok()?, vm)
        };
        let found = found.ok()??;
        let members = members(&found, vm)?;
        let spec = members.get_item_opt(self.spec, vm).ok()??;
        if !self.specs.is_initialised(&spec, vm) {
            return None;
        }
        if !names.is_empty() {
            return self.has_all(&members, names, vm).then_some(found);
        }
        // `import a.b` binds `a`. No statement is a plain import of a relative name.
        match name.to_str()?.split_once('.') {
            _ if level > 0 => None,
            None => Some(found),
            Some((top, _)) => {
                let top = modules.get_item_opt(top, vm).ok()??;
                (!vm.is_none(&top)).then_some(top)
            }
        }
    }

    /// Returns whether importlib would do nothing to import these names from a module with these members.
    fn has_all(&self, members: &Py<PyDict>, names: &[PyObjectRef], vm: &VirtualMachine) -> bool {
        let has = |name: &Py<PyStr>| matches!(members.get_item_opt(name, vm), Ok(Some(_)));
        let has_name = |name: &PyObjectRef| {
            let name = name.downcast_ref_if_exact::<PyStr>(vm);
            name.is_some_and(|name| name.as_bytes() != b"*" && has(name))
        };
        // importlib asks for the path first, which the module's own `__getattr__` may answer.
        names.iter().all(has_name) && (!has(self.getattr) || has(self.path))
    }

    /// Returns the absolute name for a relative one in a module with these globals.
    fn absolute(
        &self,
        name: &str,
        globals: &PyObject,
        level: usize,
        vm: &VirtualMachine,
    ) -> Option<Name> {
        let globals = globals.downcast_ref_if_exact::<PyDict>(vm)?;
        let package = globals.get_item_opt(self.package, vm).ok()??;
        let package = package.downcast_ref_if_exact::<PyStr>(vm)?.to_str()?;
        // With a spec of another package there is a warning.
        let spec = globals.get_item_opt(self.spec, vm).ok()?;
        let fits =
            |spec: &PyObject| vm.is_none(spec) || self.specs.is_of_package(spec, package, vm);
        if package.is_empty() || !spec.as_deref().is_none_or(fits) {
            return None;
        }
        let base = package.rsplitn(level, '.').nth(level - 1)?;
        let mut absolute = Name::from_slice(base.as_bytes());
        if !name.is_empty() {
            absolute.push(b'.');
            absolute.extend_from_slice(name.as_bytes());
        }
        Some(absolute)
    }
}

/// Returns the namespace of an object, if its class is exactly `module`.
fn members(object: &PyObject, vm: &VirtualMachine) -> Option<PyDictRef> {
    object
        .downcast_ref_if_exact::<PyModule>(vm)
        .map(|module| module.dict())
}
