//! Random ctypes programs, which must print the same in this project's interpreter and in CPython 3.14: the
//! part of `differential/run.py` that CI runs, the same programs every time.
//!
//! It installs Hypothesis from PyPI (into `target/differential`) and needs Debian sid's CPython, which
//! `benches/peers/debian.py sid` puts into `target/sid`, or which `SID` names. So it runs only when asked for:
//! `cargo test --release --ignore-rust-version --test differential -- --ignored --nocapture`.

mod common;

use std::process::Command;

#[test]
#[ignore = "installs packages from PyPI"]
fn programs_print_the_same() {
    let cpython = common::cpython().expect("a CPython >= 3.13 to make the programs");
    // Not through `common::run`: this takes longer than one of these tests may, and its output on the way is
    // worth seeing.
    let status = Command::new(cpython)
        .arg(common::tests_directory().join("differential/run.py"))
        .args(["--programs", "20000", "--seed", "314"])
        .arg("--interpreter")
        .arg(common::interpreter())
        .arg("--library")
        .arg(common::clib())
        .status()
        .expect("running run.py");
    assert!(status.success(), "programs differ: {status}");
}
