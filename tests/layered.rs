//! The project's own tests under the layered design (`benches/layered.rs`): the design that this one is
//! compared with must work, and what it cannot do is listed in `layered/expected.txt`.

mod common;

use std::path::PathBuf;

/// Returns the program, which `cargo test` builds with all tests, but not with this one alone.
fn layered() -> PathBuf {
    let programs = common::interpreter();
    let program = programs
        .with_file_name("examples")
        .join(format!("layered{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.exists(),
        "{} is missing: `cargo build --release --ignore-rust-version --example layered` makes it",
        program.display()
    );
    program
}

macro_rules! modules {
    ($($name:ident)*) => {
        $(#[test] fn $name() { run(stringify!($name)); })*
    };
}

modules! {
    argtypes_conversion
    array
    array_slices
    bitfields
    callback_errors
    callbacks
    calls_without_argtypes
    char_arrays
    errcheck
    errno
    function_objects
    in_dll
    incomplete_types
    keepalive
    many_arguments
    paramflags
    pointer
    pointer_specials
    results
    scalars_in_memory
    simple_subclasses
    simple_types
    strings
    struct_by_value
    structure
    structure_layout
    union
}

fn run(module: &str) {
    let suite = common::tests_directory().join("layered/suite.py");
    let module = format!("test_{module}");
    let arguments = [suite.as_os_str(), module.as_ref()];
    common::run(&layered(), arguments, [("", ""); 0]).expect_success();
}
