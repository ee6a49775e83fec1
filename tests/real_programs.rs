//! Programs that use published ctypes packages: each runs in this project's interpreter and prints what it
//! prints under CPython.
//!
//! They install packages from PyPI (with CPython's pip, into cargo's scratch directory) and need libraries,
//! Xvfb and PostgreSQL from the system, so they run only when asked for: `cargo test --release
//! --ignore-rust-version --test real_programs -- --ignored`. `.ci/run` has the list of Debian packages.

mod common;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a program needs in its environment.
#[derive(Clone, Copy)]
enum Around {
    Nothing,
    /// An X server with software OpenGL.
    Display,
    /// A PostgreSQL server, named in `PGHOST` and related variables.
    Database,
}

impl Around {
    fn command(self) -> &'static [&'static str] {
        match self {
            Self::Nothing => &[],
            Self::Display => &["xvfb-run", "-a", "-s", "-screen 0 640x480x24"],
            Self::Database => &["pg_virtualenv", "-t"],
        }
    }
}

#[track_caller]
fn same_as_cpython(script: &str, requirements: &[&str], around: Around) {
    let cpython = common::cpython().expect("a CPython >= 3.13 to install packages with");
    let packages = installed(&cpython, requirements);
    let file = common::tests_directory()
        .join("real_programs")
        .join(script)
        .with_extension("py");
    let run = |interpreter: &Path| {
        let mut words: Vec<OsString> = around.command().iter().map(OsString::from).collect();
        words.extend([interpreter.into(), file.clone().into()]);
        let program = PathBuf::from(words.remove(0));
        let output = common::run(&program, words, [("PYTHONPATH", &packages)]).expect_success();
        assert!(!output.stdout.is_empty(), "nothing printed:\n{output}");
        output.stdout
    };
    let ours = run(&common::interpreter());
    let expected = run(&cpython);
    assert_eq!(ours, expected, "{script}: ours, then CPython's");
}

/// Returns the directory in which these requirements are installed.
fn installed(cpython: &Path, requirements: &[&str]) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("packages")
        .join(requirements.join("_"));
    let complete = directory.join(".complete");
    if complete.exists() {
        return directory;
    }
    let output = Command::new(cpython)
        .args(["-m", "pip", "install", "--quiet", "--upgrade"])
        .args(["--disable-pip-version-check", "--root-user-action=ignore"])
        .args(["--only-binary", ":all:", "--target"])
        .arg(&directory)
        .args(requirements)
        .output()
        .expect("running pip");
    assert!(
        output.status.success(),
        "pip install {requirements:?}:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    fs::write(complete, "").expect("marking the packages as complete");
    directory
}

macro_rules! programs {
    ($($name:ident: $script:literal, $around:ident, [$($requirement:literal),*];)*) => {$(
        #[test]
        #[ignore = "installs packages from PyPI"]
        fn $name() {
            same_as_cpython($script, &[$($requirement),*], Around::$around);
        }
    )*};
}

programs! {
    freetype: "freetype_outline", Nothing, ["freetype-py==2.5.1"];
    glfw: "glfw_opengl", Display, ["glfw==2.11.0", "PyOpenGL==3.1.10"];
    libarchive: "libarchive_stream", Nothing, ["libarchive-c==5.3"];
    libmagic: "libmagic", Nothing, ["python-magic==0.4.27"];
    libusb: "libusb_context", Nothing, ["libusb1==3.4.0"];
    llvmlite: "llvm_jit", Nothing, ["llvmlite==0.50.0"];
    pdfium: "pdfium_render", Nothing, ["pypdfium2==5.15.2"];
    psycopg: "psycopg_server", Database, ["psycopg==3.3.9"];
    pyglet_1_5: "pyglet_window", Display, ["pyglet==1.5.31"];
    pyglet_2_1: "pyglet_window", Display, ["pyglet==2.1.19"];
    sdl2: "sdl2_events", Nothing, ["PySDL2==0.9.17"];
    watchdog: "watchdog_inotify", Nothing, ["watchdog==7.1.0"];
    z3: "z3_solve", Nothing, ["z3-solver==5.4.1.0"];
}
