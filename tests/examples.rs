//! Every program in `examples/` runs in this project's interpreter and prints what it prints under CPython.

mod common;

use std::path::{Path, PathBuf};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

#[track_caller]
fn same_as_cpython(name: &str) {
    let file = directory().join(name).with_extension("py");
    let ours = common::run_python_file(&common::interpreter(), &file);
    assert!(!ours.stdout.is_empty(), "{name} prints nothing");
    assert_eq!(ours.stderr, "", "{name} complains");
    if let Some(cpython) = common::cpython() {
        let expected = common::run_python_file(&cpython, &file);
        assert_eq!(ours.stdout, expected.stdout, "{name}: ours, then CPython's");
    }
}

macro_rules! examples {
    ($($name:ident)*) => {
        const EXAMPLES: &[&str] = &[$(stringify!($name)),*];
        $(#[test] fn $name() { same_as_cpython(stringify!($name)); })*
    };
}

examples! {
    checksums
    getaddrinfo
    ieee754
    libm
    loaded_objects
    qsort
    sqlite
    statx
    strtol_errno
    zlib_roundtrip
}

/// Run by `tests/platforms`.
const FOR_WINDOWS: &[&str] = &["windows"];

#[test]
fn no_example_is_left_out() {
    let files: Vec<String> = common::files_with_extension(&directory(), &["py"])
        .iter()
        .map(|file| file.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let mut listed = [EXAMPLES, FOR_WINDOWS].concat();
    listed.sort_unstable();
    assert_eq!(files, listed);
}

/// `cargo test` builds the Rust examples beside the interpreter.
#[test]
fn embedding() {
    let embed = common::interpreter()
        .with_file_name("examples")
        .join(format!("embed{}", std::env::consts::EXE_SUFFIX));
    assert!(
        embed.exists(),
        "{} is missing: run `cargo build --example embed` in the same profile",
        embed.display()
    );
    let output = common::run(&embed, [""; 0], [("", ""); 0]).expect_success();
    assert_eq!(
        output.stdout,
        "Rust, called from Python: collatz(27) takes 111 steps\n\
         Python, called from Rust: the longest way below 1000 starts at 871\n"
    );
}
