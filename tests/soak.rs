//! The soak: a million operations of every kind leave no more memory in use than half of them do.
//! `tests/soak/soak.py` by itself does ten million.

mod common;

use std::path::Path;

/// Operations of each run, which takes about half a minute.
const OPERATIONS: &str = "1200000";

#[track_caller]
fn soak(environment: &[(&str, &str)]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/soak/soak.py");
    let script = script.to_str().expect("a path in UTF-8");
    let environment = environment.iter().copied();
    let output = common::run(&common::interpreter(), [script, OPERATIONS], environment);
    println!("{}", output.expect_success().stdout);
}

#[test]
#[ignore = "half a minute"]
fn memory_stays_as_it_is() {
    soak(&[]);
}

#[test]
#[ignore = "a minute"]
fn memory_stays_as_it_is_without_the_fast_path() {
    soak(&common::THE_LONG_WAY);
}
