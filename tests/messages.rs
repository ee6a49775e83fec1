//! Which messages of this module's exceptions the Python tests reach: `messages/reached.py` runs them all and
//! looks.
//!
//! `cargo test --release --ignore-rust-version --test messages -- --ignored --nocapture` prints each message with
//! a test that reaches it.

mod common;

use std::process::Command;

#[test]
#[ignore = "takes two minutes"]
fn all_messages_are_reached() {
    // Not through `common::run`: this takes longer than one of these tests may.
    let status = Command::new(common::interpreter())
        .arg(common::tests_directory().join("messages/reached.py"))
        .env("CTYPES_TEST_LIB", common::clib())
        .status()
        .expect("running reached.py");
    assert!(status.success(), "{status}");
}
