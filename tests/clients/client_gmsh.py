"""Gmsh: its tutorials in Python, what they print and the meshes that they write."""

import hashlib
import re

from client import Client, Outcome, steady

VERSION = "4.15.2"
REQUIREMENT = f"gmsh=={VERSION}"
# What Gmsh makes of t17 hangs on where in memory things lie, with CPython alone too, and so does the
# order of t18's messages.
TUTORIALS = [f"t{number}" for number in range(1, 22) if number not in (17, 18)]
TUTORIALS += [f"x{number}" for number in range(1, 8)]
QUICK = ["t1", "t2", "t4", "t5", "t6", "t16", "t21", "x1", "x3", "x4", "x5", "x6", "x7"]
# Times.
VARIES = re.compile(r"(\(Wall| in [\d.e-]+ sec\.|Started on).*")
# C's output is buffered apart from Python's.
OF_C = re.compile(r"(Info|Warning|Error|Progress) *:")


def tutorials(name, chosen):
    def run(machine, interpreter):
        prefix = machine.prefix(REQUIREMENT)
        packages = next(prefix.glob("lib/python*/site-packages"))
        folder = prefix / "share/doc/gmsh/tutorials/python"
        details = {}
        for tutorial in chosen:
            scratch = machine.scratch(name, interpreter.name, tutorial)
            finished = interpreter.run(folder / f"{tutorial}.py", "-nopopup", packages=packages,
                                       cwd=scratch)
            details[tutorial] = finished.error() or "ran"
            lines = [steady(VARIES.sub("...", line)) for line in finished.stdout.splitlines()]
            by_c = [line for line in lines if OF_C.match(line)]
            by_python = [line for line in lines if not OF_C.match(line)]
            details |= {f"{tutorial}, message {n}": line for n, line in enumerate(by_c, 1)}
            details |= {f"{tutorial}, line {n}": line for n, line in enumerate(by_python, 1)}
            details |= {f"{tutorial}, {file.name}": hashlib.sha256(file.read_bytes()).hexdigest()
                        for file in scratch.iterdir()}
        ran = sum(details[tutorial] == "ran" for tutorial in chosen)
        return Outcome(f"{ran} of {len(chosen)} ran, {len(details) - len(chosen)} lines and files",
                       details)

    return run


CLIENTS = [
    Client("gmsh-tutorials-quick", "gmsh", VERSION, f"its tutorials {', '.join(QUICK)}",
           tutorials("gmsh-tutorials-quick", QUICK), quick=True),
    Client("gmsh-tutorials", "gmsh", VERSION, "its other tutorials too, but for t17 and t18",
           tutorials("gmsh-tutorials", TUTORIALS)),
]
