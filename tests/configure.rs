//! The files `tests/configure/test_*.py`, which hold `ctypes_configure` against C compilers: each one cargo test
//! under our interpreter, under the CPython that is found, with gcc and with clang, and under Debian sid's 3.14.
//!
//! The package is built and installed as its users do it, with pyelftools from PyPI, and the compilers and
//! headers come from the packages in `.ci/run`. So they run only when asked for:
//! `cargo test --release --ignore-rust-version --test configure -- --ignored`.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

macro_rules! configure_tests {
    ($($name:ident)*) => {
        const LISTED: &[&str] = &[$(stringify!($name)),*];

        mod ours {
            $(#[test]
            #[ignore = "installs packages from PyPI"]
            fn $name() {
                super::run(&super::common::interpreter(), stringify!($name), &[]);
            })*
        }

        mod cpython {
            $(#[test]
            #[ignore = "installs packages from PyPI"]
            fn $name() {
                super::run(&super::cpython(), stringify!($name), &[]);
            })*
        }

        mod cpython_3_14 {
            $(#[test]
            #[ignore = "installs packages from PyPI; needs Debian sid's CPython 3.14: benches/peers/debian.py sid"]
            fn $name() {
                let python = super::common::cpython_3_14();
                super::run(&python, stringify!($name), &[]);
            })*
        }
    };
}

macro_rules! clang_tests {
    ($($name:ident)*) => {
        mod cpython_with_clang {
            $(#[test]
            #[ignore = "installs packages from PyPI"]
            fn $name() {
                super::run(&super::cpython(), stringify!($name), &[("CC", "clang")]);
            })*
        }
    };
}

configure_tests! {
    cache
    check
    errors
    generate
    header
    layouts
    old_interface
    targets
}

// The files that ask whichever compiler `CC` names. The others name theirs, or ask nothing.
clang_tests! {
    check
    generate
    header
    old_interface
}

fn run(interpreter: &Path, name: &str, environment: &[(&str, &str)]) {
    let file = common::tests_directory().join(format!("configure/test_{name}.py"));
    let text = |path: &Path| path.to_str().expect("a path in UTF-8").to_owned();
    let mypy = format!(
        "env PYTHONPATH={} {} -m mypy",
        mypy().display(),
        cpython().display()
    );
    let mut variables = vec![
        ("PYTHONPATH", text(&package())),
        ("CTYPES_TESTS_INTERPRETER", text(interpreter)),
        ("CTYPES_CONFIGURE_MYPY", mypy),
    ];
    variables.extend(
        environment
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned())),
    );
    let output = common::run(interpreter, [&file], variables).expect_success();
    // A file that forgot to call unittest.main() would pass without having tested anything.
    assert!(
        output.stderr.contains("\nRan ") && !output.stderr.contains("\nRan 0 tests"),
        "test_{name}.py ran no test:\n{output}"
    );
}

fn cpython() -> PathBuf {
    common::cpython().expect("a CPython >= 3.13 to install packages with")
}

/// Returns the directory in which `ctypes_configure`, as it is now, and what it needs are installed.
fn package() -> PathBuf {
    static INSTALLED: OnceLock<PathBuf> = OnceLock::new();
    INSTALLED
        .get_or_init(|| {
            let wheels = scratch("wheels");
            // An older one would be installed too.
            let _ = fs::remove_dir_all(&wheels);
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("python-shim/ctypes_configure");
            pip(Command::new(cpython())
                .args(["-m", "pip", "wheel", "--no-deps", "--wheel-dir"])
                .args([&wheels, &source]));
            let built = fs::read_dir(&wheels).expect("the wheels").flatten();
            let built: Vec<PathBuf> = built.map(|entry| entry.path()).collect();
            let directory = scratch("packages");
            pip(install_into(&directory).args(built));
            directory
        })
        .clone()
}

/// Returns the directory in which mypy is installed, which checks the type stubs.
fn mypy() -> PathBuf {
    static INSTALLED: OnceLock<PathBuf> = OnceLock::new();
    INSTALLED
        .get_or_init(|| {
            let directory = scratch("mypy-2.4.1");
            if !directory.join("mypy").exists() {
                pip(install_into(&directory).arg("mypy==2.4.1"));
            }
            directory
        })
        .clone()
}

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("configure")
        .join(name)
}

fn install_into(directory: &Path) -> Command {
    let mut command = Command::new(cpython());
    command
        .args([
            "-m",
            "pip",
            "install",
            "--upgrade",
            "--root-user-action=ignore",
        ])
        .arg("--target")
        .arg(directory);
    command
}

fn pip(command: &mut Command) {
    let output = command
        .args(["--quiet", "--disable-pip-version-check"])
        .output()
        .expect("running pip");
    assert!(
        output.status.success(),
        "{command:?}:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Returns the directory in which the published packages are that `published.py` checks.
fn published_packages() -> PathBuf {
    static INSTALLED: OnceLock<PathBuf> = OnceLock::new();
    INSTALLED
        .get_or_init(|| {
            let text = fs::read_to_string(common::tests_directory().join("configure/published.py"))
                .expect("published.py");
            let requirements = text
                .lines()
                .find_map(|line| line.strip_prefix("REQUIREMENTS = "))
                .expect("the requirements in published.py");
            let directory = scratch("published");
            pip(install_into(&directory)
                .arg("--no-deps")
                .args(requirements.trim_matches('"').split(' ')));
            directory
        })
        .clone()
}

/// Holds the declarations of published packages against C, as `check` does.
fn check_published(interpreter: &Path) {
    let file = common::tests_directory().join("configure/published.py");
    let variables = [
        ("PYTHONPATH", package().into_os_string()),
        ("CTYPES_TESTS_INTERPRETER", interpreter.into()),
        ("CTYPES_CONFIGURE_PACKAGES", published_packages().into()),
    ];
    common::run(interpreter, [&file], variables).expect_success();
}

#[test]
#[ignore = "installs packages from PyPI"]
fn published_packages_by_our_interpreter() {
    check_published(&common::interpreter());
}

#[test]
#[ignore = "installs packages from PyPI"]
fn published_packages_by_cpython() {
    check_published(&cpython());
}

#[test]
fn every_file_is_listed() {
    let files = common::test_names(&common::tests_directory().join("configure"));
    let listed: BTreeSet<String> = LISTED.iter().map(ToString::to_string).collect();
    assert_eq!(files, listed);
}
