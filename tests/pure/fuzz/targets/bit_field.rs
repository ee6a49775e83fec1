#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rustpython_ctypes_pure::check::run("bit_field", bytes));
