//! Calls, callbacks and layouts against C compilers: `abi/run.py` makes up signatures and aggregates, gcc and
//! clang compile them, and our interpreter has to agree with both. `abi/limits.py` lists what cannot.
//!
//! `python3 tests/abi/run.py` is the tool to use by hand; it makes up others with another `--seed`, for as many
//! `--signatures` or `--seconds` as it is told.

mod common;

use std::{
    env,
    ffi::OsStr,
    io::{self, Write},
    path::Path,
    process::{Command, Stdio},
};

/// How many are made up here: the fixed set besides takes no time.
const SIGNATURES: &str = "1600";

#[test]
#[ignore = "takes some minutes, gcc and clang"]
fn signatures_by_gcc_and_clang() {
    let Some(cpython) = common::cpython() else {
        return; // cpython() has said so, or panicked.
    };
    for compiler in ["gcc", "clang"] {
        let version = Command::new(compiler)
            .arg("--version")
            .stdout(Stdio::null())
            .status();
        if version.is_err() {
            let message = format!("there is no {compiler}: nothing was held against it");
            assert!(env::var_os("CI").is_none(), "{message}");
            // Not eprintln!: libtest would keep it to itself.
            let _ = writeln!(io::stderr(), "WARNING: {message}");
            return;
        }
    }
    let script = common::tests_directory().join("abi/run.py");
    let interpreter = common::interpreter();
    let arguments: [&OsStr; 6] = [
        script.as_ref(),
        "--interpreter".as_ref(),
        interpreter.as_ref(),
        "--signatures".as_ref(),
        SIGNATURES.as_ref(),
        "--seed=1".as_ref(),
    ];
    let output = common::run(Path::new(&cpython), arguments, [("", ""); 0]).expect_success();
    let summary = output.stdout.lines().last().unwrap_or_default();
    let _ = writeln!(io::stderr(), "{summary}");
}
