//! The rows of `peers/operations`, measured by criterion.
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
//! After the times comes what a statement took in instructions, if there is valgrind, and in blocks of heap
//! memory, the loop included as well.
//!
//! ```console
//! $ cargo bench --ignore-rust-version --bench rows
//! $ cargo bench --ignore-rust-version --bench rows -- '^strlen.*/native'
//! ```
//!
//! The first command takes some seconds for each of more than a thousand functions; the second measures the
//! functions whose name, `row/function`, matches a regular expression. `--profile dist` measures what is installed. Each run is compared with the one before, and `-- --save-baseline NAME` keeps one to compare with.
//!
//! The three interpreters live in this process, each made by a builder: the virtual machine allows any
//! number of them. They share its built-in types and interned strings, but no modules and no other
//! objects. The `_ctypes` have nothing in common, since their classes are different types. One thread
//! enters the interpreters in turn.

mod counts;
mod machine;

use criterion::Criterion;
use machine::{Machines, run};
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

// The allocator of the interpreter program, so that the times are the program's.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: counts::Counting<rustpython_ctypes::allocator::Mimalloc> =
    counts::Counting(rustpython_ctypes::allocator::Mimalloc);

#[cfg(not(feature = "mimalloc"))]
#[global_allocator]
static ALLOCATOR: counts::Counting<std::alloc::System> = counts::Counting(std::alloc::System);

/// The folder of `workload.py`, the rows and `peers.c`.
const PEERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers");

/// Compiles the C library that the rows call, as `peers/compare.py` does.
fn compiled_library() -> PathBuf {
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers.so");
    let status = Command::new("cc")
        .args(["-O2", "-shared", "-fPIC"])
        .arg(Path::new(PEERS).join("peers.c"))
        .arg("-o")
        .arg(&library)
        // The rows find libm in it too, even where the linker sees no use for that.
        .args(["-Wl,--no-as-needed", "-lm"])
        .status()
        .expect("running cc");
    assert!(status.success(), "peers.c does not compile: {status}");
    library
}

/// The number of functions that are counted where all are only tried, once each.
const COUNTED_IN_TEST: usize = 8;

fn main() {
    let library = compiled_library();
    let machines = Machines::new(&library);
    if let Some(wanted) = counts::wanted() {
        return counts::count(&machines, &wanted);
    }
    // Less time for each function than criterion takes by default, because there are many.
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(50)
        .nresamples(20_000)
        .without_plots()
        .configure_from_args();
    let mut measured = Vec::new();
    for (number, name) in machines.rows() {
        let mut group = criterion.benchmark_group(&name);
        machines.visit(number, &name, &mut |function, statement, vm| {
            let mut is_chosen = false;
            group.bench_function(function, |bencher| {
                is_chosen = true;
                bencher.iter_custom(|times| {
                    let start = Instant::now();
                    run(statement, times, vm);
                    start.elapsed()
                });
            });
            if is_chosen {
                measured.push((name.clone(), function));
            }
        });
        group.finish();
    }
    criterion.final_summary();
    if env::args().any(|argument| argument == "--test") {
        measured.truncate(COUNTED_IN_TEST);
    }
    counts::report(&measured);
}
