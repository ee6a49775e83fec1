"""Programs of other Debian releases, each release in a folder of its own.

    debian.py sid       # CPython 3.14, 3.15 and PyPy
    debian.py trixie    # LLVM 22
    debian.py launcher python3.14

Makes the folder with debootstrap (a Debian package), which wants root, from the mirror that this
machine's own packages come from: two minutes, less than 900 MB. The folder is target/RELEASE, or what
the environment variable SID or TRIXIE names; one that is there is taken as it is. Nothing is installed
or mounted: a program in the folder is started by its own dynamic loader with its own libraries, and sees
the files of this machine. The last form prints the path of a script that starts an interpreter of sid's.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# By release: the packages, and the programs that are there then.
PACKAGES = {"sid": ["python3.14", "libpython3.14-testsuite", "python3.15", "pypy3"], "trixie": ["llvm-22"]}
PROGRAMS = {"sid": ["python3.14", "python3.15", "pypy3"], "trixie": ["llvm-profdata-22"]}


def folder(release):
    return Path(os.environ.get(release.upper(), ROOT / "target" / release))


def command(release, program):
    """How a program in the folder is started. There may be no such program."""
    root = folder(release)
    loader = next(root.glob("lib64/ld-linux*.so.*"), root / "lib64/ld-linux.so")
    libraries = next(root.glob("usr/lib/*/libc.so.6"), root / "usr/lib/libc.so.6").parent
    # What programs call by ctypes may be this machine's alone.
    path = f"{libraries}:/usr/lib/{libraries.name}"
    return list(map(str, [loader, "--library-path", path, root / "usr/bin" / program]))


def python(program):
    """How an interpreter in sid's folder is started: a command, and variables."""
    # CPython looks for its library at the place that it was built for, PyPy beside the program.
    variables = {} if program.startswith("pypy") else {"PYTHONHOME": str(folder("sid") / "usr")}
    # The folder stays as it came.
    return command("sid", program), dict(variables, PYTHONDONTWRITEBYTECODE="1")


def launcher(program):
    """A script that starts an interpreter in sid's folder, for whoever wants one file."""
    words, variables = python(program)
    settings = [f"{name}={value}" for name, value in variables.items()]
    path = ROOT / "target" / "launchers" / program
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_text(f'#!/bin/sh\nexec env {shlex.join([*settings, *words])} "$@"\n')
    unfinished.chmod(0o755)
    unfinished.rename(path)
    return path


def mirror():
    """Where this machine's Debian packages come from, as apt has it."""
    found = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Label: Debian"],
                           text=True, capture_output=True, check=True).stdout.split()
    return found[0] if found else sys.exit("apt has no lists of Debian's packages: apt-get update")


def make(release):
    """Makes the folder of a release, unless it is there."""
    root = folder(release)
    if not all(Path(command(release, program)[-1]).exists() for program in PROGRAMS[release]):
        include = f"--include={','.join(PACKAGES[release])}"
        subprocess.run(["debootstrap", "--variant=minbase", include, release, root, mirror()], check=True)


def main():
    if sys.argv[1:2] == ["launcher"]:
        return print(launcher(sys.argv[2]))
    if sys.argv[1:2] not in [[release] for release in PACKAGES]:
        sys.exit(__doc__)
    release = sys.argv[1]
    make(release)
    for program in PROGRAMS[release]:
        version = subprocess.run([*command(release, program), "--version"], text=True,
                                 env=dict(os.environ, **python(program)[1]), capture_output=True,
                                 check=True).stdout
        print(f"{program}: {' '.join(version.split())}")


if __name__ == "__main__":
    main()
