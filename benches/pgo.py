"""Builds the interpreter with a profile of what programs do in it.

    pgo.py [--profile dist]

Four steps: a build that counts (`-Cprofile-generate`), training, one file of what was counted, and a build
that uses it (`-Cprofile-use`). It is trained on the Python tests, the examples, and the examples for
pyglet where there is xvfb-run; none of them is a row of the benchmark. The result is
target/pgo/rustpython-ctypes. The two builds take as long as two dist builds. rustc 1.95 writes profiles of
LLVM 22, which Debian's release trixie can read: its folder is made where it is missing
(benches/peers/debian.py), which wants root.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benches/peers"))
import debian
import pyglet_gl

TARGET = ROOT / "target/pgo"
COUNTS = TARGET / "counts"
MERGED = TARGET / "merged.profdata"
PROGRAM = "rustpython-ctypes"
# A program that trains longer than this is ended, and counts nothing.
PATIENCE = 300
# Runs an example with a window for some seconds.
SHOW = """
import runpy, sys, pyglet
pyglet.clock.schedule_once(lambda _: pyglet.app.exit(), 8)
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def host():
    lines = subprocess.run(["rustc", "-vV"], text=True, capture_output=True, check=True).stdout
    return next(line.split()[1] for line in lines.splitlines() if line.startswith("host:"))


def built(profile, folder, flags):
    """The program, built with these flags for rustc."""
    # With a target named, the flags are not for build scripts and macros, which run while building.
    subprocess.run(
        ["cargo", "build", "--profile", profile, "--locked", "--ignore-rust-version", "--bin", PROGRAM,
         "--target", host(), "--target-dir", folder],
        cwd=ROOT, env=dict(os.environ, RUSTFLAGS=flags), check=True)
    return folder / host() / profile / PROGRAM


def test_library():
    """The C library of the tests."""
    library = TARGET / "libctypestest.so"
    sources = sorted((ROOT / "tests/clib").glob("*.c"))
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-pthread", "-o", library,
                    *sources], check=True)
    return library


def programs():
    """What trains it: arguments and variables of each program."""
    variables = {"CTYPES_TEST_LIB": str(test_library())}
    for test in sorted((ROOT / "tests/python").glob("test_*.py")):
        yield [], [test], variables
    for example in sorted((ROOT / "examples").glob("*.py")):
        yield [], [example], {}
    if shutil.which("xvfb-run") is None:
        print("xvfb-run: not found, so that pyglet's examples are left out")
        return
    packages = pyglet_gl.installed("2.1.19", TARGET)
    for example in sorted((ROOT / "examples/pyglet").glob("*.py")):
        yield (pyglet_gl.DISPLAY, ["-c", SHOW, example],
               dict(pyglet_gl.GRAPHICS, PYTHONPATH=str(packages)))


def train(interpreter):
    """Runs the programs. What fails is said, and has trained what it did until then."""
    shutil.rmtree(COUNTS, ignore_errors=True)
    for before, arguments, variables in programs():
        name = Path(arguments[-1]).stem
        # All processes add to the same few files.
        counts = {"LLVM_PROFILE_FILE": str(COUNTS / "%4m.profraw"), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            process = subprocess.run([*before, interpreter, *arguments], cwd=TARGET, text=True,
                                     env=dict(os.environ, **variables, **counts), capture_output=True,
                                     timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            print(f"{name}: does not come to an end")
            continue
        last = (process.stderr.strip().splitlines() or [""])[-1]
        print(f"{name}: {'trained' if process.returncode == 0 else f'exit {process.returncode}'} {last}")


def merge():
    files = sorted(COUNTS.glob("*.profraw"))
    if not files:
        sys.exit("the training has counted nothing")
    subprocess.run([*debian.command("trixie", "llvm-profdata-22"), "merge", "-o", MERGED, *files],
                   check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profile", default="dist")
    options = parser.parse_args()
    # What takes long comes after what may fail at once.
    debian.make("trixie")
    TARGET.mkdir(parents=True, exist_ok=True)
    train(built(options.profile, TARGET / "generate", f"-Cprofile-generate={COUNTS}"))
    merge()
    guided = built(options.profile, TARGET / "use", f"-Cprofile-use={MERGED}")
    shutil.copy2(guided, TARGET / PROGRAM)
    print(TARGET / PROGRAM)


if __name__ == "__main__":
    main()
