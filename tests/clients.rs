//! The part of `docs/clients.md` that CI runs: published programs and test suites, each in this project's
//! interpreter and in CPython, by `clients/run.py`.
//!
//! They install packages from PyPI (into `target/clients`) and need Xvfb, PostgreSQL and libraries from the
//! system, so they run only when asked for: `cargo test --release --ignore-rust-version --test clients --
//! --ignored`. `.ci/run` has the list of Debian packages.

mod common;

use std::process::Command;

#[test]
#[ignore = "installs packages from PyPI"]
fn quick() {
    let cpython = common::cpython().expect("a CPython >= 3.13 to hold the results against");
    // Not through `common::run`: this takes longer than one of these tests may, and its output on the way is
    // worth seeing.
    let status = Command::new(cpython)
        .arg(common::tests_directory().join("clients/run.py"))
        .args(["--quick", "--interpreter"])
        .arg(common::interpreter())
        .status()
        .expect("running run.py");
    assert!(status.success(), "clients differ: {status}");
}
