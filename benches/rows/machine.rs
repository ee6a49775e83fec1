//! The interpreters that run the rows.

use crate::PEERS;
use rustpython::InterpreterBuilderExt;
use rustpython_vm::{
    AsObject, Interpreter, InterpreterBuilder, PyObject, PyObjectRef, PyResult, Settings,
    VirtualMachine, builtins::PyBaseExceptionRef,
};
use std::{mem::ManuallyDrop, path::Path};

/// A function of a group, and the field of a row that contains its statement.
pub type Function = (&'static str, &'static str);

/// What to do with a statement: called with the name of its function and a Python function that runs the
/// statement a given number of times.
pub type Visit<'a> = dyn FnMut(&'static str, &PyObject, &VirtualMachine) + 'a;

/// An interpreter that has imported the workload.
pub struct Machine {
    interpreter: Interpreter,
    workload: PyObjectRef,
    rows: Vec<PyObjectRef>,
    library: String,
}

/// The three designs.
pub struct Machines {
    native: ManuallyDrop<Machine>,
    layered: ManuallyDrop<Machine>,
    stock: ManuallyDrop<Machine>,
}

const NATIVE: &[Function] = &[("native", "statement"), ("floor", "floor")];
const LAYERED: &[Function] = &[("layered", "statement")];
const STOCK: &[Function] = &[("stock", "statement")];

/// Rows in which the stock `_ctypes` harms this process: it follows a wild pointer, or leaves the result of a
/// function on the stack of the floating-point unit, which has room for eight.
const STOCK_HARMS: &[&str] = &[
    "c_longdouble -> c_longdouble",
    "a function at an address",
    "an output parameter",
    "two output parameters",
    "prototype(address)",
];

impl Machines {
    pub fn new(library: &Path) -> Self {
        let builder = InterpreterBuilder::new().init_stdlib();
        let ctypes = rustpython_ctypes::module_def(&builder.ctx);
        let native = Machine::new(builder.add_native_module(ctypes), library);
        let builder = InterpreterBuilder::new().init_stdlib();
        let rawffi = rustpython_rawffi::module_def(&builder.ctx);
        let ctypes = rustpython_rawffi::ctypes_module_def(&builder.ctx);
        let builder = builder.add_native_module(rawffi).add_native_module(ctypes);
        let layered = Machine::new(builder, library);
        let stock = Machine::new(InterpreterBuilder::new().init_stdlib(), library);
        Self {
            native,
            layered,
            stock,
        }
    }

    /// Returns the position and name of each row that is a statement to be measured by itself.
    pub fn rows(&self) -> impl Iterator<Item = (usize, String)> {
        let rows = self.native.rows.iter().enumerate();
        // Rows of the group `threads` compare one thread with two.
        let rows = rows.filter(|(_, row)| self.native.text(row, "group") != "threads");
        rows.map(|(number, row)| (number, self.native.text(row, "name")))
    }

    /// Visits each function of a row. Reports on standard error what the other designs cannot run.
    pub fn visit(&self, number: usize, name: &str, visit: &mut Visit<'_>) {
        if let Err(exception) = self.native.visit(number, NATIVE, visit) {
            panic!("native: row {name}: {exception}");
        }
        for (machine, functions) in [(&self.layered, LAYERED), (&self.stock, STOCK)] {
            if functions == STOCK && STOCK_HARMS.contains(&name) {
                eprintln!("stock: row {name}: left out, since it harms the process");
                continue;
            }
            if let Err(exception) = machine.visit(number, functions, visit) {
                eprintln!("{}: row {name}: {exception}", functions[0].0);
            }
        }
    }
}

impl Machine {
    /// Makes an interpreter. It is never dropped, because the objects in it would have to be dropped inside the
    /// interpreter, and the process ends anyway.
    fn new(builder: InterpreterBuilder, library: &Path) -> ManuallyDrop<Self> {
        let mut settings = Settings::default().with_path(PEERS.to_owned());
        // Two runs must have the same collisions in their dictionaries.
        settings.hash_seed = Some(0);
        // Ctrl-C must end the process, not raise an exception in a row.
        settings.install_signal_handlers = false;
        // No `__pycache__` in the source tree.
        settings.write_bytecode = false;
        let interpreter = builder.settings(settings).build();
        let import = |vm: &VirtualMachine| -> PyResult<(PyObjectRef, Vec<PyObjectRef>)> {
            let workload = vm.import("workload", 0)?;
            let rows = workload.get_attr("ROWS", vm)?.try_into_value(vm)?;
            Ok((workload, rows))
        };
        let (workload, rows) = interpreter.enter_and_expect(import, "importing workload.py");
        ManuallyDrop::new(Self {
            interpreter,
            workload,
            rows,
            library: utf8(library).to_owned(),
        })
    }

    /// Returns the text in a field of a row.
    fn text(&self, row: &PyObjectRef, field: &'static str) -> String {
        self.interpreter.enter_and_expect(
            |vm| row.get_attr(field, vm)?.try_into_value(vm),
            "a row of workload.py",
        )
    }

    /// Visits the functions of a row, as far as it has statements for them. The error is the exception that
    /// setting the row up or running a statement once has raised.
    fn visit(
        &self,
        number: usize,
        functions: &[Function],
        visit: &mut Visit<'_>,
    ) -> Result<(), String> {
        // All of it inside the interpreter, so that the row's objects are dropped there.
        self.interpreter.enter(|vm| {
            self.visit_inside(&self.rows[number], functions, visit, vm)
                .map_err(|exception| described(&exception, vm))
        })
    }

    fn visit_inside(
        &self,
        row: &PyObjectRef,
        functions: &[Function],
        visit: &mut Visit<'_>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let call = |name, first: PyObjectRef, second: PyObjectRef| {
            vm.call_method(&self.workload, name, (first, second))
        };
        let library = vm.new_pyobj(self.library.as_str());
        let environment = call("environment", row.clone(), library)?;
        for &(function, field) in functions {
            let statement = row.get_attr(field, vm)?;
            if vm.is_none(&statement) {
                continue;
            }
            let run = call("looped", statement, environment.clone())?;
            // What fails must fail before anything is measured.
            run.call((1_u64,), vm)?;
            visit(function, &run, vm);
        }
        Ok(())
    }
}

/// Runs a statement `times` times.
pub fn run(run: &PyObject, times: u64, vm: &VirtualMachine) {
    let result = run.call((times,), vm);
    vm.expect_pyresult(result, "the statement failed after it had run once");
}

/// Returns the type of an exception and its text.
fn described(exception: &PyBaseExceptionRef, vm: &VirtualMachine) -> String {
    let text = match exception.as_object().str(vm) {
        Ok(text) => text.to_string_lossy().into_owned(),
        Err(_) => "???".to_owned(),
    };
    format!("{}: {text}", exception.class().name())
}

fn utf8(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}
