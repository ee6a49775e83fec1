//! The binary with the standard library inside runs where there is nothing else: in a file system that contains
//! it and the shared libraries it is linked to, and no cargo registry.
#![cfg(all(feature = "freeze-stdlib", target_os = "linux"))]

mod common;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SCRIPT: &str = "
import ctypes
print('package', ctypes.__spec__.origin)
libc = ctypes.CDLL(None)
print('abs', libc.abs(-7))

compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
numbers = (ctypes.c_int * 5)(3, 1, 4, 1, 5)
libc.qsort(numbers, 5, 4, compare(lambda a, b: a[0] - b[0]))
print('sorted', list(numbers))

import decimal, json, re, unittest
print('library', json.dumps([str(decimal.Decimal('0.1') * 3), re.sub('a', 'b', 'aa')]))
";

/// Makes an empty directory with the interpreter at its root, and every library that `ldd` names.
fn lonely_file_system() -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("frozen");
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).expect("an empty directory");
    fs::copy(common::interpreter(), root.join("python")).expect("copying the interpreter");

    let ldd = Command::new("ldd")
        .arg(common::interpreter())
        .output()
        .expect("running ldd");
    assert!(
        ldd.status.success(),
        "{}",
        String::from_utf8_lossy(&ldd.stderr)
    );
    let listed = String::from_utf8(ldd.stdout).expect("paths in UTF-8");
    for library in listed
        .split_whitespace()
        .filter(|word| word.starts_with('/'))
    {
        let copy = root.join(library.trim_start_matches('/'));
        fs::create_dir_all(copy.parent().expect("a directory")).expect("its directory");
        fs::copy(library, copy).expect("copying a library");
    }
    root
}

#[test]
fn runs_without_a_file_system() {
    let root = lonely_file_system();
    // A user namespace lets anyone change the root directory.
    let words: [&OsStr; 6] = [
        "--map-root-user".as_ref(),
        "chroot".as_ref(),
        root.as_ref(),
        "/python".as_ref(),
        "-c".as_ref(),
        SCRIPT.as_ref(),
    ];
    let output = common::run(Path::new("unshare"), words, [("", ""); 0]).expect_success();
    assert_eq!(
        output.stdout,
        "package frozen\nabs 7\nsorted [1, 1, 3, 4, 5]\nlibrary [\"0.3\", \"bb\"]\n"
    );
}
