"""Counts the instructions of an operation with callgrind, which a busy machine does not blur.

    instructions.py [--interpreter PATH] [--rows REGEX] [--check [--tolerance PERCENT]]

Writes instructions.txt; with --check it compares with that file instead, and exits with 1 if an
operation takes more instructions than the file says. The numbers belong to one build profile and
one compiler version.
"""

import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from compare import HERE, ROOT, compiled_library

TABLE = HERE / "instructions.txt"
HEADER = "# Instructions per operation, as instructions.py counts them.\n"
EMPTY = "empty loop"
ROWS = [
    "divmod(i, j)",
    "abs(c_int)",
    "abs, no argtypes",
    "sqrt(c_double)",
    "strlen(c_char_p)",
    "frexp(d, byref(n))",
    "12 mixed",
    "16 bytes in and out",
    "callback(int) -> int",
    "c_int.value get",
    "int field get",
    "int field set",
    "c_int array item get",
    "c_int(3)",
    "P(1, 2, 3.0)",
    "slice of 100 get",
]
FEWER, MORE = 2000, 6000


def collected(interpreter, library, row, times):
    """All instructions of a process that runs the row so many times."""
    process = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", interpreter,
         # Without the module site, the start is shorter.
         "-S", HERE / "workload.py", library, "--once", row, str(times)],
        env=dict(os.environ, PYTHONHASHSEED="0"), text=True, capture_output=True)
    if process.returncode != 0:
        sys.exit(f"{row}: exit {process.returncode}\n{process.stderr}")
    return int(re.search(r"Collected\s*: (\d+)", process.stderr)[1])


def count(interpreter, library, rows):
    """Instructions per operation, net of the loop around it."""
    runs = [(row, times) for row in [EMPTY, *rows] for times in (FEWER, MORE)]
    # As many at a time as a small machine has processors.
    with ThreadPoolExecutor(2) as pool:
        totals = dict(zip(runs, pool.map(lambda run: collected(interpreter, library, *run), runs)))
    gross = {row: (totals[row, MORE] - totals[row, FEWER]) / (MORE - FEWER)
             for row in [EMPTY, *rows]}
    return {row: round(gross[row] - gross[EMPTY]) for row in rows}


def read_table():
    lines = TABLE.read_text().splitlines() if TABLE.exists() else []
    pairs = (line.rsplit(None, 1) for line in lines if not line.startswith("#"))
    return {row: int(instructions) for row, instructions in pairs}


def write_table(counts):
    TABLE.write_text(HEADER + "".join(f"{row:24}{n:8}\n" for row, n in counts.items()))


def compare(counts, committed, tolerance):
    """Prints every change beyond the tolerance; whether one of them is for the worse."""
    worse = False
    for row, now in counts.items():
        before = committed.get(row)
        if before is None:
            print(f"{row}: {now}, not in the table")
        elif abs(now - before) > before * tolerance / 100:
            print(f"{row}: {now}, was {before} ({now / before - 1:+.1%})")
            worse = worse or now > before
    return worse


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--interpreter", metavar="PATH",
                        default=ROOT / "target/dist/rustpython-ctypes")
    parser.add_argument("--folder", metavar="PATH", type=Path, default=ROOT / "target/bench-peers",
                        help="for what is compiled")
    parser.add_argument("--rows", metavar="REGEX", default="")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--tolerance", metavar="PERCENT", type=float, default=5)
    options = parser.parse_args()

    rows = [row for row in ROWS if re.search(options.rows, row)]
    counts = count(options.interpreter, compiled_library(options.folder), rows)
    committed = read_table()
    if options.check:
        sys.exit(1 if compare(counts, committed, options.tolerance) else 0)
    for row, instructions in counts.items():
        print(f"{row}: {instructions}")
    merged = {**committed, **counts}
    write_table({row: merged[row] for row in ROWS if row in merged})


if __name__ == "__main__":
    main()
