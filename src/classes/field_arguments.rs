//! The arguments of `CField()`.

use crate::c_integer;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, function::FuncArgs};

/// The arguments of `CField()`, all of them by keyword.
pub struct CFieldArgs {
    pub name: PyObjectRef,
    pub ctype: PyObjectRef,
    pub byte_size: isize,
    pub byte_offset: isize,
    pub index: isize,
    pub internal_use: bool,
    pub bit_size: Option<PyObjectRef>,
    pub bit_offset: Option<PyObjectRef>,
}

impl CFieldArgs {
    /// Reads the arguments.
    ///
    /// # Errors
    /// `TypeError` if one is missing or is not a number.
    pub fn new(args: &FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        if !args.args.is_empty() {
            return Err(vm.new_type_error("CField() takes no positional arguments"));
        }
        let required = |position: usize, name: &str| {
            args.kwargs.get(name).cloned().ok_or_else(|| {
                vm.new_type_error(format!(
                    "CField() missing required argument '{name}' (pos {position})"
                ))
            })
        };
        let number = |position: usize, name: &str| -> PyResult<isize> {
            c_integer::size(&*required(position, name)?, vm)
        };
        let optional = |name: &str| args.kwargs.get(name).cloned().filter(|v| !vm.is_none(v));
        Ok(Self {
            name: required(1, "name")?,
            ctype: required(2, "type")?,
            byte_size: number(3, "byte_size")?,
            byte_offset: number(4, "byte_offset")?,
            index: number(5, "index")?,
            internal_use: required(6, "_internal_use")?.is_true(vm)?,
            bit_size: optional("bit_size"),
            bit_offset: optional("bit_offset"),
        })
    }
}
