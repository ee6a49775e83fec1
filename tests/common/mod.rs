//! What every integration test needs: the built interpreter, a CPython to compare it with, the C
//! library the tests call, and a way to run a Python file without waiting for ever.
//!
//! Environment variables:
//! - `RUSTPYTHON_CTYPES_CPYTHON`: the CPython (3.13 or later) to hold our results against. Without
//!   it `python3.13`, `python3.14`, `python3` on PATH are tried, then pyenv's.
//! - `RUSTPYTHON_CTYPES_TEST_TIMEOUT`: seconds that one Python process may take (default 300).
//! - `RUSTPYTHON_CTYPES_TEST_WRAPPER`: words put before our interpreter, such as
//!   `valgrind --error-exitcode=99`.
//! - `CC`: the C compiler, `cc` without it.
//! - `CI`: a missing CPython is then a failure, not a message.

// Each integration test compiles this module for itself and uses a part of it.
#![allow(dead_code)]

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Returns the interpreter with this project's `_ctypes`, as cargo built it for this test run.
pub fn interpreter() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_rustpython-ctypes"))
}

/// Returns a CPython of version 3.13 or later that has ctypes.
///
/// Returns `None` when the machine has none, with a message on stderr that cargo's output capture does not
/// swallow. Panics instead when `CI` is set, or when `RUSTPYTHON_CTYPES_CPYTHON` names something unsuitable.
pub fn cpython() -> Option<PathBuf> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOUND.get_or_init(find_cpython).clone()
}

fn find_cpython() -> Option<PathBuf> {
    if let Some(named) = env::var_os("RUSTPYTHON_CTYPES_CPYTHON") {
        let named = PathBuf::from(named);
        return Some(fit_cpython(&named).unwrap_or_else(|| {
            panic!(
                "RUSTPYTHON_CTYPES_CPYTHON={} is not a CPython >= 3.13 with ctypes",
                named.display()
            )
        }));
    }
    let on_path = ["python3.13", "python3.14", "python3"].map(PathBuf::from);
    let found = on_path
        .into_iter()
        .chain(pyenv_candidates())
        .find_map(|candidate| fit_cpython(&candidate));
    if found.is_none() {
        let message = "no CPython >= 3.13 found: nothing was compared with CPython. \
                       Install one or set RUSTPYTHON_CTYPES_CPYTHON.";
        assert!(env::var_os("CI").is_none(), "{message}");
        // Not eprintln!: libtest would capture it.
        let _ = writeln!(io::stderr(), "WARNING: {message}");
    }
    found
}

/// Returns a program that starts Debian sid's CPython 3.14.
///
/// # Panics
/// If there is none.
pub fn cpython_3_14() -> PathBuf {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND
        .get_or_init(|| {
            let debian = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/debian.py");
            let output = Command::new("python3")
                .arg(debian)
                .args(["launcher", "python3.14"])
                .output()
                .expect("running debian.py");
            let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            fit_cpython(Path::new(&path)).unwrap_or_else(|| {
                panic!("no CPython 3.14 in target/sid: benches/peers/debian.py sid makes it, SID names another")
            });
            PathBuf::from(path)
        })
        .clone()
}

/// Returns the real path of the interpreter behind `candidate` (which may be a pyenv shim), if it is suitable.
fn fit_cpython(candidate: &Path) -> Option<PathBuf> {
    let probe = "import sys, ctypes\n\
                 fit = sys.implementation.name == 'cpython' and sys.version_info >= (3, 13)\n\
                 print(sys.executable if fit else '')";
    let output = Command::new(candidate)
        .args(["-c", probe])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let executable = String::from_utf8(output.stdout).ok()?;
    let executable = executable.trim();
    (output.status.success() && !executable.is_empty()).then(|| PathBuf::from(executable))
}

fn pyenv_candidates() -> Vec<PathBuf> {
    let mut candidates = Vec::new();
    if let Ok(output) = Command::new("pyenv")
        .arg("prefix")
        .stderr(Stdio::null())
        .output()
        && output.status.success()
        && let Ok(prefix) = String::from_utf8(output.stdout)
    {
        candidates.push(Path::new(prefix.trim()).join("bin/python3"));
    }
    let roots = [
        env::var_os("PYENV_ROOT").map(PathBuf::from),
        env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv")),
    ];
    for root in roots.into_iter().flatten() {
        let Ok(versions) = fs::read_dir(root.join("versions")) else {
            continue;
        };
        let mut installed: Vec<PathBuf> = versions.flatten().map(|entry| entry.path()).collect();
        installed.sort();
        // 3.13 first: the expectations were written with that version.
        for wanted in ["3.13", "3.14"] {
            candidates.extend(
                installed
                    .iter()
                    .filter(|path| {
                        path.file_name()
                            .is_some_and(|name| name.to_string_lossy().starts_with(wanted))
                    })
                    .map(|path| path.join("bin/python3")),
            );
        }
    }
    candidates
}

/// Returns the shared library made of `tests/clib/*.c`, which Python tests find in `CTYPES_TEST_LIB`.
///
/// It is compiled once for each state of the sources. Test processes may race for it: each compiles under a
/// name of its own and renames the result, so no process ever loads half a library.
pub fn clib() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build_clib).clone()
}

fn build_clib() -> PathBuf {
    let directory = tests_directory().join("clib");
    let files = files_with_extension(&directory, &["c", "h"]);
    let compiler = env::var_os("CC").unwrap_or_else(|| "cc".into());

    let mut hasher = DefaultHasher::new();
    compiler.hash(&mut hasher);
    for file in &files {
        file.hash(&mut hasher);
        fs::read(file).expect("a C source").hash(&mut hasher);
    }
    let name = format!(
        "libctypestest-{:016x}{}",
        hasher.finish(),
        env::consts::DLL_SUFFIX
    );
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if library.exists() {
        return library;
    }

    let unfinished = library.with_extension(format!("{}.tmp", std::process::id()));
    let sources = files.iter().filter(|f| f.extension() == Some("c".as_ref()));
    let output = Command::new(&compiler)
        .args(["-shared", "-fPIC", "-O1", "-pthread", "-o"])
        .arg(&unfinished)
        .args(sources)
        .output()
        .unwrap_or_else(|error| panic!("cannot run {}: {error}", compiler.display()));
    assert!(
        output.status.success(),
        "the C test library does not compile:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    fs::rename(&unfinished, &library).expect("renaming the C test library");
    library
}

/// Returns the `tests` directory of this package.
pub fn tests_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// Returns the files of `directory` with one of these extensions, sorted.
pub fn files_with_extension(directory: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("reading {}: {error}", directory.display()));
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a directory entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|e| extensions.iter().any(|wanted| e == *wanted))
        })
        .collect();
    files.sort();
    files
}

/// Returns the names of the files `test_NAME.py` in a directory of tests.
pub fn test_names(directory: &Path) -> BTreeSet<String> {
    files_with_extension(directory, &["py"])
        .iter()
        .filter_map(|path| {
            path.file_stem()?
                .to_str()?
                .strip_prefix("test_")
                .map(str::to_owned)
        })
        .collect()
}

/// The output of a finished (or killed) process.
#[derive(Debug)]
pub struct Output {
    /// The command, for messages.
    pub command: String,
    /// How long the process was allowed to take.
    pub limit: Duration,
    /// `None` when the process was killed at the time limit.
    pub status: Option<ExitStatus>,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    pub fn success(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }

    /// Panics with everything the process wrote unless it ended with status 0.
    #[track_caller]
    pub fn expect_success(self) -> Self {
        assert!(self.success(), "{self}");
        self
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            command,
            limit,
            status,
            stdout,
            stderr,
        } = self;
        match status {
            Some(status) => writeln!(f, "`{command}` ended with {status}")?,
            None => writeln!(f, "`{command}` was killed after {limit:?}")?,
        }
        writeln!(f, "--- stdout ---\n{stdout}\n--- stderr ---\n{stderr}")
    }
}

/// Runs `program` with `args`, `envs` added to the environment, and the time limit of one process.
///
/// `CTYPES_TEST_LIB` is set to [`clib()`], and neither interpreter leaves `__pycache__` in the source tree. The
/// working directory is cargo's scratch directory.
pub fn run<A, K, V>(
    program: &Path,
    args: impl IntoIterator<Item = A>,
    envs: impl IntoIterator<Item = (K, V)>,
) -> Output
where
    A: AsRef<OsStr>,
    K: AsRef<OsStr>,
    V: AsRef<OsStr>,
{
    run_within(time_limit(), program, args, envs)
}

/// Does what [`run`] does, with a time limit of its own: for a program that starts many processes, each of which
/// has a limit, and tells which of them reached it.
pub fn run_within<A, K, V>(
    limit: Duration,
    program: &Path,
    args: impl IntoIterator<Item = A>,
    envs: impl IntoIterator<Item = (K, V)>,
) -> Output
where
    A: AsRef<OsStr>,
    K: AsRef<OsStr>,
    V: AsRef<OsStr>,
{
    let mut command = wrapped(program);
    command
        .args(args)
        .env("CTYPES_TEST_LIB", clib())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONIOENCODING", "utf-8")
        .envs(envs)
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // A group of its own, so that the time limit reaches what the script itself started.
        command.process_group(0);
    }
    let description = format!("{command:?}");
    let mut child = command
        .spawn()
        .unwrap_or_else(|error| panic!("cannot run {description}: {error}"));
    let stdout = read_in_background(child.stdout.take().expect("piped"));
    let stderr = read_in_background(child.stderr.take().expect("piped"));
    let status = wait_until(&mut child, Instant::now() + limit);
    Output {
        command: description,
        limit,
        status,
        stdout: stdout.join().expect("reader of stdout"),
        stderr: stderr.join().expect("reader of stderr"),
    }
}

/// Runs a Python file and panics with its output, traceback included, unless it succeeds.
#[track_caller]
pub fn run_python_file(program: &Path, file: &Path) -> Output {
    run(program, [file], [("", ""); 0]).expect_success()
}

/// The environment in which the interpreter plans no calls.
pub const UNPLANNED: [(&str, &str); 1] = [("RUSTPYTHON_CTYPES_WITHOUT", "plan")];

/// The environment in which the interpreter makes every foreign call through libffi.
pub const THROUGH_LIBFFI: [(&str, &str); 1] = [("RUSTPYTHON_CTYPES_WITHOUT", "direct")];

/// The environment in which the interpreter leaves out the whole fast path.
pub const THE_LONG_WAY: [(&str, &str); 1] = [(
    "RUSTPYTHON_CTYPES_WITHOUT",
    "plan,direct,exact,vectorcall,inline,young,attributes,types,import",
)];

fn wrapped(program: &Path) -> Command {
    if program == interpreter()
        && let Ok(wrapper) = env::var("RUSTPYTHON_CTYPES_TEST_WRAPPER")
    {
        let mut words = wrapper.split_whitespace();
        if let Some(first) = words.next() {
            let mut command = Command::new(first);
            command.args(words).arg(program);
            return command;
        }
    }
    Command::new(program)
}

fn time_limit() -> Duration {
    let seconds = match env::var("RUSTPYTHON_CTYPES_TEST_TIMEOUT") {
        Ok(text) => text
            .parse()
            .expect("RUSTPYTHON_CTYPES_TEST_TIMEOUT: a number of seconds"),
        Err(_) => 300,
    };
    Duration::from_secs(seconds)
}

fn read_in_background(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes)
            .expect("reading a child's output");
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn wait_until(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait().expect("waiting for a child") {
            return Some(status);
        }
        if Instant::now() >= deadline {
            kill(child);
            return None;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn kill(child: &mut Child) {
    #[cfg(unix)]
    {
        let group = libc::pid_t::try_from(child.id()).expect("a process id");
        // SAFETY: kill(2) touches no memory of this process; the group is the one that the child was given and
        // cannot have been reused, because the child has not been waited for.
        unsafe { libc::kill(-group, libc::SIGKILL) };
    }
    let _ = child.kill();
    let _ = child.wait();
}
