//! The files `tests/python/test_*.py`, each one cargo test under our interpreter, one with no call
//! planned ahead, one with all calls made through libffi, one with the whole fast path left out, and two
//! under CPython, which is how we know that what they expect is CPython's behaviour and not ours: the one
//! that is found, and Debian sid's 3.14, if it is asked for (`--ignored`).
//!
//! `cargo test --test python_tests ours::` runs the first kind alone.

mod common;

use std::collections::BTreeSet;

macro_rules! python_tests {
    ($($name:ident)*) => {
        const LISTED: &[&str] = &[$(stringify!($name)),*];

        mod ours {
            $(#[test] fn $name() {
                super::run(&super::common::interpreter(), stringify!($name), &[]);
            })*
        }

        mod unplanned {
            use super::common::{UNPLANNED, interpreter};

            $(#[test] fn $name() {
                super::run(&interpreter(), stringify!($name), &UNPLANNED);
            })*
        }

        mod through_libffi {
            use super::common::{THROUGH_LIBFFI, interpreter};

            $(#[test] fn $name() {
                super::run(&interpreter(), stringify!($name), &THROUGH_LIBFFI);
            })*
        }

        mod the_long_way {
            use super::common::{THE_LONG_WAY, interpreter};

            $(#[test] fn $name() {
                super::run(&interpreter(), stringify!($name), &THE_LONG_WAY);
            })*
        }

        mod cpython {
            $(#[test] fn $name() {
                if let Some(python) = super::common::cpython() {
                    super::run(&python, stringify!($name), &[]);
                }
            })*
        }

        mod cpython_3_14 {
            $(#[test]
            #[ignore = "needs Debian sid's CPython 3.14: benches/peers/debian.py sid"]
            fn $name() {
                let python = super::common::cpython_3_14();
                let started_by = python.to_str().expect("a path in UTF-8");
                let environment = [("CTYPES_TESTS_INTERPRETER", started_by)];
                super::run(&python, stringify!($name), &environment);
            })*
        }
    };
}

python_tests! {
    accessors
    address_arguments
    aggregates_by_value
    anonymous_align_pack
    argtypes_conversion
    array
    array_contains
    array_iteration
    array_slices
    as_parameter
    at_exit
    attribute_access
    attributes
    audit_events
    between_check_and_use
    bitfields
    buffers
    byteorder
    callback_errors
    callback_instances
    callback_objects
    callback_results
    callback_threads
    callbacks
    calls_without_argtypes
    cfield_attributes
    char_arrays
    closures
    complex_types
    control_flow
    declarations
    deep_nesting
    deep_recursion
    derived_arguments
    errcheck
    errno
    error_messages
    extreme_numbers
    fields_errors
    foreign_threads
    found_by_programs
    from_buffer
    from_param
    function_objects
    held_by_calls
    hostile_values
    import_again
    import_statements
    in_dll
    incomplete_types
    keepalive
    keepalive_by_place
    layout_library
    libraries
    loader_between_threads
    long_double
    longjmp
    machine_code
    many_arguments
    memory_safety
    module_functions
    new_classes
    no_memory
    ordinary_classes
    package_functions
    panics
    paramflags
    payloads
    pickle_copy
    plans
    pointer
    pointer_specials
    pointers_between_threads
    python_callables
    python_init
    pythonapi
    pythonapi_buffers
    pythonapi_errors
    pythonapi_threads
    reentrancy
    results
    robustness
    scalar_arguments
    scalars_in_memory
    shared_between_threads
    shared_keepalive
    simple_subclasses
    simple_types
    strings
    struct_by_value
    structure
    structure_layout
    types_between_threads
    union
    util
    variadic
    vectorize_aggregates
    vectorize_at_once
    vectorize_errno
    vectorize_errors
    vectorize_numbers
    vectorize_pointers
    vectorize_random
    vectorize_results
    vectorize_running
    vectorize_shapes
    vectorize_strings
    weakref_dict_gc
    young_values
}

/// Files that are for Windows: `tests/platforms` runs them there, beside the others.
const FOR_WINDOWS: &[&str] = &[
    "windows_com",
    "windows_errors",
    "windows_libraries",
    "windows_types",
];

fn run(interpreter: &std::path::Path, name: &str, environment: &[(&str, &str)]) {
    let file = common::tests_directory().join(format!("python/test_{name}.py"));
    let environment = environment.iter().copied();
    let output = common::run(interpreter, [&file], environment).expect_success();
    // A file that forgot to call unittest.main() would pass without having tested anything.
    assert!(
        output.stderr.contains("\nRan ") && !output.stderr.contains("\nRan 0 tests"),
        "test_{name}.py ran no test:\n{output}"
    );
}

#[test]
fn every_file_is_listed() {
    let files = common::test_names(&common::tests_directory().join("python"));
    let listed = LISTED.iter().chain(FOR_WINDOWS);
    let listed: BTreeSet<String> = listed.map(ToString::to_string).collect();
    assert_eq!(files, listed);
}

/// Whoever runs one of them elsewhere is told that nothing was tested.
#[test]
#[cfg(unix)]
fn files_for_windows_say_so() {
    for name in FOR_WINDOWS {
        let file = common::tests_directory().join(format!("python/test_{name}.py"));
        let output = common::run(&common::interpreter(), [&file], [("", ""); 0]);
        assert!(!output.success(), "{name}:\n{output}");
        assert!(
            output.stderr.contains("is for Windows"),
            "{name}:\n{output}"
        );
    }
}
