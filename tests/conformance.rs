//! CPython's own `test_ctypes` in this project's interpreter: every method that CPython 3.13 passes must pass
//! here, except those for which `conformance/expected.txt` gives a reason.
//!
//! `conformance/run.py` does the work, and is the tool to use by hand:
//! `python3.13 tests/conformance/run.py [MODULE ...]`.
//!
//! And its tests of imports and of classes: every method that passes with the VM's own `__import__` and
//! `type.__new__` must pass with those of the program. `conformance/program.py` does that.

mod common;

use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::time::Duration;

/// The exit status of `run.py` when its CPython has no test suite.
const NO_SUITE: i32 = 77;
/// How long a suite may take in all, beside other tests. Each of its processes has a limit of its own.
const SUITE: Duration = Duration::from_secs(900);

#[test]
fn cpython_test_ctypes() {
    run("run.py", &[], &[]);
}

#[test]
fn cpython_test_ctypes_through_libffi() {
    run("run.py", &[], &common::THROUGH_LIBFFI);
}

#[test]
#[ignore = "needs Debian sid's CPython 3.14: benches/peers/debian.py sid"]
fn cpython_3_14_test_ctypes() {
    run("run.py", &["--suite", "3.14"], &[]);
}

#[test]
#[ignore = "needs Debian sid's CPython 3.14: benches/peers/debian.py sid"]
fn cpython_3_14_test_ctypes_through_libffi() {
    run("run.py", &["--suite", "3.14"], &common::THROUGH_LIBFFI);
}

#[test]
#[ignore = "takes some minutes"]
fn cpython_tests_of_imports_and_classes() {
    run("program.py", &[], &[]);
}

fn run(script: &str, options: &[&str], environment: &[(&str, &str)]) {
    let Some(cpython) = common::cpython() else {
        return; // cpython() has said so, or panicked.
    };
    let script = common::tests_directory().join("conformance").join(script);
    let interpreter = common::interpreter();
    let mut arguments: Vec<&OsStr> = vec![
        script.as_ref(),
        "--interpreter".as_ref(),
        interpreter.as_ref(),
    ];
    arguments.extend(options.iter().map(OsStr::new));
    let output = common::run_within(SUITE, &cpython, arguments, environment.iter().copied());
    if output.status.and_then(|status| status.code()) == Some(NO_SUITE) {
        let message = format!(
            "{} did not run: {}. RUSTPYTHON_CTYPES_CPYTHON names a CPython 3.13, SID a folder with Debian sid's \
             3.14, both with their test suites.",
            script.display(),
            output.stderr.trim()
        );
        assert!(env::var_os("CI").is_none(), "{message}");
        // Not eprintln!: libtest would capture it.
        let _ = writeln!(io::stderr(), "WARNING: {message}");
        return;
    }
    let output = output.expect_success();
    let summary = output.stdout.lines().last().unwrap_or_default();
    let _ = writeln!(io::stderr(), "{summary}");
}
