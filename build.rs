//! Links the program so that C finds the functions of `Python.h` in it, and compiles the variadic ones.

use std::{env, fs, path::PathBuf};

/// The functions that replace rustpython-capi's.
macro_rules! replaced {
    ($($name:ident)*) => {
        const REPLACED: &[&str] = &[$(stringify!($name)),*];
    };
}
include!("src/capi/replaced.rs");

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/capi");
    if env::var_os("CARGO_FEATURE_CAPI").is_none() {
        return;
    }
    compile();
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        export();
    }
}

#[cfg(feature = "capi")]
fn compile() {
    cc::Build::new()
        .file("src/capi/variadic.c")
        .warnings(true)
        .compile("rustpython_ctypes_variadic");
}

#[cfg(not(feature = "capi"))]
fn compile() {}

/// Makes the linker put the functions into the program's table of symbols, this crate's under the names of
/// those that they replace.
fn export() {
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let list = folder.join("exported");
    fs::write(&list, "{ Py*; _Py*; };\n").expect("cargo's folder can be written to");
    println!(
        "cargo::rustc-link-arg-bins=-Wl,--dynamic-list={}",
        list.display()
    );
    for name in REPLACED {
        println!("cargo::rustc-link-arg-bins=-Wl,--defsym={name}=rustpython_ctypes_{name}");
    }
}
