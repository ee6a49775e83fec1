"""Builds the interpreter and the tests' C library for a target."""

import os
import shutil
import subprocess
import tomllib

import root
from root import CARGO, REPOSITORY
from targets import BUILT

# Cargo.toml has it: quicker to build than the release profile.
PROFILE = os.environ.get("PLATFORMS_PROFILE", "platforms")


def built(target):
    """Cargo's folder. Build scripts look at RUSTC_BOOTSTRAP, so with one folder all would be built anew whenever a
    target with it comes after one without."""
    return BUILT / "from-source" if target.std_from_source else BUILT


def folder(target):
    return built(target) / target.triple / PROFILE


def interpreter(target):
    """The path of the interpreter, once `build` has made it."""
    return folder(target) / target.program


def build(target, *options):
    """Builds the interpreter, in the folder of toolchains."""
    root.prepare(target.packages, target.architecture)
    cargo(target, "build", "--bin", "rustpython-ctypes", *options)
    if target.setup:
        root.run(target.setup, env={**os.environ, **target.environment})
    return interpreter(target)


def cargo(target, command, *options, **variables):
    words = [command, "--profile", PROFILE, "--locked", "--ignore-rust-version", "--target", target.triple, *options]
    if target.features:
        words += ["--no-default-features", "--features", target.features]
    if target.std_from_source:
        words.append("-Zbuild-std=std,panic_unwind")
    root.run(["cargo", *words], cwd=REPOSITORY, env={**os.environ, **environment(target), **variables})


def environment(target):
    """What cargo is told by variables."""
    lower = target.triple.replace("-", "_")
    variables = {
        "CARGO_HOME": str(CARGO),
        "CARGO_TARGET_DIR": str(built(target)),
        "CARGO_HTTP_CAINFO": "/etc/ssl/certs/ca-certificates.crt",
        "PKG_CONFIG_ALLOW_CROSS": "1",
    }
    if target.compiler:
        variables[f"CARGO_TARGET_{lower.upper()}_LINKER"] = target.compiler
        variables[f"CC_{lower}"] = target.compiler
    if target.std_from_source:
        # An option of nightly toolchains.
        variables["RUSTC_BOOTSTRAP"] = "1"
    if target.libffi_from_source:
        variables[f"CARGO_TARGET_{lower.upper()}_RUSTFLAGS"] = f"-Lnative={libffi(target)}"
    return variables


def libffi(target):
    """The folder with libffi, which is built there from the source that the crate `libffi-sys` brings."""
    built = BUILT / target.triple / "libffi"
    libraries = built / "root/lib"
    if not (libraries / "libffi.a").exists():
        settings = {**os.environ, "CARGO_HOME": str(CARGO)}
        root.run(["cargo", "fetch", "--locked"], cwd=REPOSITORY, env=settings)
        lock = tomllib.loads((REPOSITORY / "Cargo.lock").read_text())
        [version] = (each["version"] for each in lock["package"] if each["name"] == "libffi-sys")
        source = next(CARGO.glob(f"registry/src/*/libffi-sys-{version}/libffi"))
        shutil.rmtree(built, ignore_errors=True)
        # Files of the same age, so that nobody asks for autoconf.
        shutil.copytree(source, built, copy_function=shutil.copyfile)
        host = target.compiler.removesuffix("-gcc")
        root.run(["sh", "./configure", f"--host={host}", f"--prefix={built}/root", f"--libdir={libraries}",
                  "--disable-shared", "--disable-docs", "--with-pic"], cwd=built, stdout=subprocess.DEVNULL)
        root.run(["make", "-j2", "install"], cwd=built, stdout=subprocess.DEVNULL)
    return libraries


def clib(target):
    """The tests' C library."""
    library = folder(target) / target.library
    sources = sorted((REPOSITORY / "tests/clib").glob("*.c"))
    root.run([target.compiler, *target.shared, "-O1", "-Wno-psabi", "-pthread", "-o", library, *sources,
              *target.system_libraries])
    return library


def command(target, program=None):
    """The words that run an interpreter from outside of the folder of toolchains."""
    return root.enter([*target.runner, program or interpreter(target)])
