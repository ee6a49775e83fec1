"""What an operation takes in each design, without a clock: instructions, and blocks of heap memory.

    designs.py [--markdown FILE]

Three interpreters run the same rows under callgrind: ours, the layered design, and the VM's own `_ctypes`.
Instructions are net of the loop; a block counts when mimalloc is asked for it.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import report
from compare import HERE, ROOT, compiled_library

DESIGNS = {
    "native": ROOT / "target/dist/rustpython-ctypes",
    "layered": ROOT / "target/dist/examples/layered",
    "stock": ROOT / "target/dist/examples/stock",
}
EMPTY = "empty loop"
ROWS = [
    "abs(c_int)", "sqrt(c_double)", "strlen(c_char_p)", "frexp(d, byref(n))", "6 ints",
    "div(7, 2) -> div_t", "callback(int) -> int", "c_int.value get", "c_int.value set",
    "int field get", "int field set", "nested structure get", "c_int array item get",
    "pointer[0] get", "pointer.contents get", "c_int(3)", "P(1, 2, 3.0)",
]
NAME = "designs counted"
FEWER, MORE = 1000, 3000
ALLOCATES = "_mi_theap_malloc_zero"


def counted(interpreter, library, row, times):
    """Instructions and allocations of a process that runs the row so many times. None if it fails."""
    with tempfile.NamedTemporaryFile("r") as out:
        process = subprocess.run(
            ["valgrind", "--tool=callgrind", "--compress-strings=no", "--compress-pos=no",
             f"--callgrind-out-file={out.name}", interpreter, "-S", HERE / "workload.py", library,
             "--once", row, str(times)],
            env=dict(os.environ, PYTHONHASHSEED="0"), text=True, capture_output=True)
        if process.returncode != 0:
            return None
        instructions = int(re.search(r"Collected\s*: (\d+)", process.stderr)[1])
        callee, blocks = "", 0
        for line in out:
            if line.startswith("cfn="):
                callee = line[4:].strip()
            elif line.startswith("calls=") and callee == ALLOCATES:
                blocks += int(line[6:].split()[0])
    return instructions, blocks


def per_operation(interpreter, library, row):
    totals = [counted(interpreter, library, row, times) for times in (FEWER, MORE)]
    if None in totals:
        return None
    return [(more - fewer) / (MORE - FEWER) for fewer, more in zip(*totals)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=ROOT / "target/bench-peers")
    parser.add_argument("--markdown", metavar="FILE", type=Path)
    options = parser.parse_args()
    missing = [str(path) for path in DESIGNS.values() if not path.exists()]
    if missing:
        sys.exit(f"not built: {', '.join(missing)}")
    library = compiled_library(options.folder)
    # Compiled Python files must be there before anything is counted.
    for interpreter in DESIGNS.values():
        counted(interpreter, library, EMPTY, 1)
    runs = [(design, row) for design in DESIGNS for row in [EMPTY, *ROWS]]
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(runs, pool.map(
            lambda run: per_operation(DESIGNS[run[0]], library, run[1]), runs)))
    lines = []
    for row in ROWS:
        line = [row]
        for what in range(2):
            for design in DESIGNS:
                empty, counts = found[design, EMPTY], found[design, row]
                line.append("fails" if counts is None else f"{counts[what] - empty[what]:,.0f}")
        lines.append(line)
    header = ["row", *(f"instructions, {design}" for design in DESIGNS),
              *(f"blocks, {design}" for design in DESIGNS)]
    table = report.markdown(header, lines)
    report.publish(options.markdown, NAME, table)


if __name__ == "__main__":
    main()
