"""Times importing published packages that define a C library's types and functions with ctypes: whole processes,
their bytecode cached, net of an interpreter that does nothing.

    package_imports.py [--interpreter PATH] [--rounds N] [--only REGEX] [--markdown FILE]

Packages come from PyPI, into the folder that tests/clients has them in; modules that are compiled are cached apart
from it. The interpreters take turns, and processor time is counted, which a busy machine blurs less than the clock.
The ratio is the median of the rounds' ratios.
"""

import argparse
import os
import re
import resource
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from statistics import median

import report
from compare import INTERPRETERS, ROOT

sys.path.append(str(ROOT / "tests/clients"))
from machine import Machine  # noqa: E402

Package = namedtuple("Package", "name requirement statement")
PACKAGES = [
    # Without the window that it opens, which is not ctypes' affair.
    Package("pyglet.gl", "pyglet==2.1.19",
            "import pyglet; pyglet.options.shadow_window = False; import pyglet.gl"),
    Package("sdl2", "PySDL2==0.9.17", "import sdl2"),
    Package("OpenGL.GL", "PyOpenGL==3.1.10", "import OpenGL.GL"),
    Package("z3", "z3-solver==5.4.1.0", "import z3"),
]
OTHER = "CPython 3.13"
NAME = "packages"


def seconds(command, statement, variables):
    """Processor time of a process that runs a statement."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([*command, "-c", statement], env=dict(os.environ, **variables), text=True,
                          capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise RuntimeError(f"{command[-1]}: {statement}: {done.stderr[-500:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(package, commands, folder, caches, rounds):
    """Net seconds of each round, by interpreter."""
    cpython = INTERPRETERS[OTHER][0][0]
    path = Machine(folder, cpython).installed([package.requirement])
    variables = {name: {"PYTHONPATH": str(path), "PYTHONPYCACHEPREFIX": str(caches / name),
                        "PYTHONDONTWRITEBYTECODE": ""} for name in commands}
    for name, command in commands.items():
        seconds(command, package.statement, variables[name])
    found = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            took, empty = (seconds(command, statement, variables[name])
                           for statement in [package.statement, "pass"])
            found[name].append(took - empty)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--interpreter", default=INTERPRETERS["ours"][0][0])
    parser.add_argument("--folder", type=Path, default=ROOT / "target/clients", help="of the packages")
    parser.add_argument("--caches", type=Path, default=ROOT / "target/bench-peers/bytecode")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", metavar="REGEX", default="")
    parser.add_argument("--markdown", metavar="FILE", type=Path)
    options = parser.parse_args()
    commands = {"ours": [options.interpreter], OTHER: INTERPRETERS[OTHER][0]}
    lines = []
    for package in PACKAGES:
        if not re.search(options.only, package.name):
            continue
        found = measured(package, commands, options.folder, options.caches, options.rounds)
        ratio = median(ours / other for ours, other in zip(found["ours"], found[OTHER]))
        lines.append([f"import {package.name}", *(f"{1000 * median(found[name]):.0f}" for name in commands),
                      f"{ratio:.2f}"])
    table = report.markdown(["ms", "ours", OTHER, "ours/3.13"], lines)
    report.publish(options.markdown, NAME, table)


if __name__ == "__main__":
    main()
