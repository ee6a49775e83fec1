//! The stress program `threads/stress.py` for a bounded time: many threads that do everything at once.
//!
//! `cargo test --release --ignore-rust-version --test threads -- --ignored --nocapture` runs it; without a bound
//! and with other seeds, `target/release/rustpython-ctypes tests/threads/stress.py` does, with `CTYPES_TEST_LIB`
//! naming the tests' C library.

mod common;

/// How long each seed runs.
const SECONDS: &str = "40";

#[test]
#[ignore = "takes two minutes"]
fn everything_at_once() {
    let program = common::tests_directory().join("threads/stress.py");
    for seed in ["1", "2"] {
        let arguments = [
            program.as_os_str(),
            "--seconds".as_ref(),
            SECONDS.as_ref(),
            "--seed".as_ref(),
            seed.as_ref(),
        ];
        let output = common::run(&common::interpreter(), arguments, [("", ""); 0]).expect_success();
        print!("{}", output.stdout);
        assert!(output.stdout.contains("\ndone "), "{output}");
    }
}
