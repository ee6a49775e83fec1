"""CPython 3.14, 3.15 and PyPy of Debian's unstable release, in a folder of their own.

    sid.py

Makes the folder with debootstrap (a Debian package), which wants root, from the mirror that this
machine's own packages come from: two minutes, 900 MB. The folder is target/sid, or what the environment
variable SID names; one that is there is taken as it is. Nothing in it is installed or mounted: its
programs are started by its own dynamic loader with its own libraries, and see the files of this machine.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("SID", ROOT / "target/sid"))
PACKAGES = ["python3.14", "python3.15", "pypy3"]


def interpreter(program):
    """How a program in the folder is started: a command, and variables. There may be no such program."""
    loader = next(FOLDER.glob("lib64/ld-linux*.so.*"), FOLDER / "lib64/ld-linux.so")
    libraries = next(FOLDER.glob("usr/lib/*/libc.so.6"), FOLDER / "usr/lib/libc.so.6").parent
    command = [loader, "--library-path", libraries, FOLDER / "usr/bin" / program]
    # CPython looks for its library at the place that it was built for, PyPy beside the program.
    variables = {} if program.startswith("pypy") else {"PYTHONHOME": str(FOLDER / "usr")}
    # The folder belongs to root, and stays as it came.
    return list(map(str, command)), dict(variables, PYTHONDONTWRITEBYTECODE="1")


def mirror():
    """Where this machine's Debian packages come from, as apt has it."""
    found = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Label: Debian"],
                           text=True, capture_output=True, check=True).stdout.split()
    return found[0] if found else sys.exit("apt has no lists of Debian's packages: apt-get update")


def main():
    if not (FOLDER / "usr/bin" / PACKAGES[0]).exists():
        subprocess.run(["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", "sid",
                        FOLDER, mirror()], check=True)
    for program in PACKAGES:
        command, variables = interpreter(program)
        version = subprocess.run([*command, "-c", "import sys, _ctypes; print(sys.version)"], text=True,
                                 env=dict(os.environ, **variables), capture_output=True, check=True)
        print(f"{program}: {' '.join(version.stdout.split())}")


if __name__ == "__main__":
    main()
