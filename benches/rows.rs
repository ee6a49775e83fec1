//! The rows of `peers/workload.py`, measured by criterion.
//!
//! A group is a row of that table. Its functions are
//!
//! - `native`: the row's statement with this crate's `_ctypes`;
//! - `floor`: what the virtual machine's own builtins need for an operation of the same shape,
//!   where the row names one;
//! - `layered`: the row's statement with the layered `_ctypes`, Python code on a small native module;
//! - `stock`: the row's statement with the `_ctypes` that comes with the virtual machine.
//!
//! A time includes the Python loop around the statement. The group `empty loop` is that loop alone.
//!
//! ```console
//! $ cargo bench --ignore-rust-version --bench rows
//! $ cargo bench --ignore-rust-version --bench rows -- '^strlen.*/native'
//! ```
//!
//! The first command takes about ten minutes; the second measures the functions whose name,
//! `row/function`, matches a regular expression. `--profile dist` measures what is installed. Each
//! run is compared with the one before, and `-- --save-baseline NAME` keeps one to compare with.
//!
//! The three interpreters live in this process, each made by a builder: the virtual machine allows any
//! number of them. They share its built-in types and interned strings, but no modules and no other
//! objects. The `_ctypes` have nothing in common, since their classes are different types. One thread
//! enters the interpreters in turn.

use std::{
    mem::ManuallyDrop,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use rustpython::InterpreterBuilderExt;
use rustpython_vm::{
    AsObject, Interpreter, InterpreterBuilder, PyObjectRef, PyResult, Settings, VirtualMachine,
    builtins::PyBaseExceptionRef,
};

// The allocator of the interpreter program, so that the times are the program's.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: rustpython_ctypes::allocator::Mimalloc = rustpython_ctypes::allocator::Mimalloc;

/// The folder of `workload.py` and `peers.c`.
const PEERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers");

/// A function of a group, and the field of a row that has its statement.
type Function = (&'static str, &'static str);

/// An interpreter that has imported the workload.
struct Machine {
    interpreter: Interpreter,
    workload: PyObjectRef,
    rows: Vec<PyObjectRef>,
    library: String,
}

impl Machine {
    /// It is never dropped, because the objects in it would have to be dropped inside of the
    /// interpreter, and the process ends anyway.
    fn new(builder: InterpreterBuilder, library: &Path) -> ManuallyDrop<Self> {
        let mut settings = Settings::default().with_path(PEERS.to_owned());
        // Two runs are to have the same collisions in their dictionaries.
        settings.hash_seed = Some(0);
        // Ctrl-C is to end the process, not to raise an exception in a row.
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

    /// The text in a field of a row.
    fn text(&self, row: &PyObjectRef, field: &'static str) -> String {
        self.interpreter.enter_and_expect(
            |vm| row.get_attr(field, vm)?.try_into_value(vm),
            "a row of workload.py",
        )
    }

    /// Measures the functions of a row, as far as it has statements for them. The error is the
    /// exception that setting it up or running a statement once has raised.
    fn measure(
        &self,
        row: &PyObjectRef,
        functions: &[Function],
        group: &mut BenchmarkGroup<'_, WallTime>,
    ) -> Result<(), String> {
        // All of it inside, so that the row's objects are dropped there.
        self.interpreter.enter(|vm| {
            self.measure_inside(row, functions, group, vm)
                .map_err(|exception| described(&exception, vm))
        })
    }

    fn measure_inside(
        &self,
        row: &PyObjectRef,
        functions: &[Function],
        group: &mut BenchmarkGroup<'_, WallTime>,
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
            // What fails has to fail before criterion counts on a time.
            run.call((1_u64,), vm)?;
            group.bench_function(function, |bencher| {
                bencher.iter_custom(|times| {
                    let start = Instant::now();
                    let result = run.call((times,), vm);
                    let elapsed = start.elapsed();
                    vm.expect_pyresult(result, "the statement failed after it had run once");
                    elapsed
                });
            });
        }
        Ok(())
    }
}

/// The type of an exception and its text.
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

/// The C library that the rows call, compiled as `peers/compare.py` does it.
fn compiled_library() -> PathBuf {
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers.so");
    let status = Command::new("cc")
        .args(["-O2", "-shared", "-fPIC"])
        .arg(Path::new(PEERS).join("peers.c"))
        .arg("-o")
        .arg(&library)
        // The rows find libm in it, too, even where the linker sees no use for that.
        .args(["-Wl,--no-as-needed", "-lm"])
        .status()
        .expect("running cc");
    assert!(status.success(), "peers.c does not compile: {status}");
    library
}

fn main() {
    // Less time for each function than criterion takes by default, because there are many.
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(50)
        .nresamples(20_000)
        .without_plots()
        .configure_from_args();
    let library = compiled_library();

    let builder = InterpreterBuilder::new().init_stdlib();
    let ctypes = rustpython_ctypes::module_def(&builder.ctx);
    let native = Machine::new(builder.add_native_module(ctypes), &library);
    let builder = InterpreterBuilder::new().init_stdlib();
    let rawffi = rustpython_rawffi::module_def(&builder.ctx);
    let ctypes = rustpython_rawffi::ctypes_module_def(&builder.ctx);
    let builder = builder.add_native_module(rawffi).add_native_module(ctypes);
    let layered = Machine::new(builder, &library);
    let stock = Machine::new(InterpreterBuilder::new().init_stdlib(), &library);

    // A row is an object of the interpreter that it is measured in.
    for (number, row) in native.rows.iter().enumerate() {
        // These compare one thread with two, which is no time for a statement.
        if native.text(row, "group") == "threads" {
            continue;
        }
        let name = native.text(row, "name");
        let mut group = criterion.benchmark_group(&name);
        let functions = [("native", "statement"), ("floor", "floor")];
        if let Err(exception) = native.measure(row, &functions, &mut group) {
            panic!("native: row {name}: {exception}");
        }
        // These cannot do everything, and the rest is worth measuring.
        for (function, machine) in [("layered", &layered), ("stock", &stock)] {
            let row = &machine.rows[number];
            if let Err(exception) = machine.measure(row, &[(function, "statement")], &mut group) {
                eprintln!("{function}: row {name}: {exception}");
            }
        }
        group.finish();
    }
    criterion.final_summary();
}
