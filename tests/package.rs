//! `import ctypes` is CPython's package, unmodified, from the pinned `rustpython-pylib`, on this project's
//! `_ctypes`. `python-shim/ctypes.sha256` is the digest of the package, as `sha256sum` writes it; `sha256sum
//! -c` in the library directory of that crate checks it by hand.

mod common;

use std::fs;
use std::path::Path;

/// Returns the lines of the digest: the hash of each file and its path, which starts with `ctypes/`.
fn digest() -> Vec<(String, String)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("python-shim/ctypes.sha256");
    let text = fs::read_to_string(file).expect("the digest");
    text.lines()
        .map(|line| line.split_once("  ").expect("a hash, two spaces, a path"))
        .map(|(hash, path)| (hash.to_owned(), path.to_owned()))
        .collect()
}

/// Returns the lines that the interpreter prints when it runs `script`.
#[track_caller]
fn lines_printed(script: &str, arguments: &[&str]) -> Vec<String> {
    let arguments = ["-c", script].into_iter().chain(arguments.iter().copied());
    let output = common::run(&common::interpreter(), arguments, [("", ""); 0]).expect_success();
    output.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn the_files_are_those_of_the_digest() {
    let script = "\
import hashlib, os, sys
root = sys.argv[1]
for directory, _, names in os.walk(os.path.join(root, 'ctypes')):
    if os.path.basename(directory) == '__pycache__':
        continue
    for name in names:
        path = os.path.join(directory, name)
        with open(path, 'rb') as file:
            hash = hashlib.sha256(file.read()).hexdigest()
        print(hash + '  ' + os.path.relpath(path, root).replace(os.sep, '/'))
";
    let mut found = lines_printed(script, &[rustpython_pylib::LIB_PATH]);
    let mut listed: Vec<String> = digest()
        .iter()
        .map(|(hash, path)| format!("{hash}  {path}"))
        .collect();
    found.sort();
    listed.sort();
    assert!(!listed.is_empty());
    assert_eq!(found, listed, "found, then listed");
}

/// Every imported module of the package comes from a file of the digest, or, in a build that freezes the
/// standard library, from the binary, into which cargo put the same files.
#[test]
fn the_modules_come_from_those_files() {
    let paths: Vec<String> = digest()
        .into_iter()
        .map(|(_, path)| path)
        .filter(|path| path.ends_with(".py"))
        .collect();
    let script = "\
import importlib, sys
for name in sys.argv[1:]:
    print(importlib.import_module(name).__spec__.origin)
";
    let names: Vec<String> = paths.iter().map(|path| module_name(path)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let origins = lines_printed(script, &names);
    let expected: Vec<String> = paths
        .iter()
        .map(|path| {
            if cfg!(feature = "freeze-stdlib") {
                "frozen".to_owned()
            } else {
                format!("{}/{path}", rustpython_pylib::LIB_PATH)
            }
        })
        .collect();
    assert_eq!(origins, expected, "imported from, then expected");
}

/// Returns `ctypes.util` for `ctypes/util.py`, `ctypes` for `ctypes/__init__.py`.
fn module_name(path: &str) -> String {
    let path = path.strip_suffix(".py").expect("a Python file");
    path.strip_suffix("/__init__")
        .unwrap_or(path)
        .replace('/', ".")
}

/// The VM has a `_ctypes` of its own, which this project's overrides. That one has no complex numbers, and the
/// package omits the types that the native module does not know.
#[test]
fn the_native_module_is_ours() {
    let script = "\
import sys, _ctypes, ctypes
print('_ctypes' in sys.builtin_module_names, hasattr(_ctypes, '__file__'))
print(ctypes.sizeof(ctypes.c_double_complex))
";
    assert_eq!(lines_printed(script, &[]), ["True False", "16"]);
}
