//! The part of `docs/clients.md` that CI runs: published programs and test suites, each in our interpreter and
//! in CPython, by `clients/run.py`.
//!
//! They install packages from PyPI (into `target/clients`) and need Xvfb, PostgreSQL and libraries from the
//! system, so they run when asked for:
//! `cargo test --release --ignore-rust-version --test clients -- --ignored`. `.ci/run` has the list of
//! Debian's packages.

mod common;

use std::process::Command;

#[test]
#[ignore = "installs packages from PyPI"]
fn quick() {
    let cpython = common::cpython().expect("a CPython >= 3.13 to hold the results against");
    // Not through `common::run`: this takes longer than a test of ours may, and what it prints on the way is
    // worth seeing.
    let status = Command::new(cpython)
        .arg(common::tests_directory().join("clients/run.py"))
        .args(["--quick", "--interpreter"])
        .arg(common::interpreter())
        .status()
        .expect("running run.py");
    assert!(status.success(), "clients differ: {status}");
}
