"""Counts the instructions of an operation with callgrind, which a busy machine does not blur.

    instructions.py [--interpreter PATH] [--rows REGEX] [--check [--tolerance PERCENT]]

Writes instructions.txt; with --check it compares with that file instead, and exits with 1 if an
operation takes more instructions than the file says. The numbers belong to one build profile and
one compiler version.
"""

import argparse
import re
import sys
from pathlib import Path

import counts
from compare import HERE, INTERPRETERS, ROOT, Peer, compiled_library

TABLE = HERE / "instructions.txt"
HEADER = "# Instructions per operation, as instructions.py counts them.\n"
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


def counted(interpreter, library, rows):
    """Instructions per operation, net of the loop around it."""
    found = counts.per_operation(Peer("ours", interpreter, library), rows)
    failed = [f"{row}: {what['error']}" for row, what in found.items() if "error" in what]
    if failed:
        sys.exit("\n".join(failed))
    return {row: round(instructions) for row, (instructions, _) in found.items()}


def read_table():
    lines = TABLE.read_text().splitlines() if TABLE.exists() else []
    pairs = (line.rsplit(None, 1) for line in lines if not line.startswith("#"))
    return {row: int(instructions) for row, instructions in pairs}


def write_table(instructions):
    TABLE.write_text(HEADER + "".join(f"{row:24}{n:8}\n" for row, n in instructions.items()))


def compare(instructions, committed, tolerance):
    """Prints every change beyond the tolerance; whether one of them is for the worse."""
    worse = False
    for row, now in instructions.items():
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
                        default=INTERPRETERS["ours"])
    parser.add_argument("--folder", metavar="PATH", type=Path, default=ROOT / "target/bench-peers",
                        help="for what is compiled")
    parser.add_argument("--rows", metavar="REGEX", default="")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--tolerance", metavar="PERCENT", type=float, default=5)
    options = parser.parse_args()

    rows = [row for row in ROWS if re.search(options.rows, row)]
    now = counted(options.interpreter, compiled_library(options.folder), rows)
    committed = read_table()
    if options.check:
        sys.exit(1 if compare(now, committed, options.tolerance) else 0)
    for row, instructions in now.items():
        print(f"{row}: {instructions}")
    merged = {**committed, **now}
    write_table({row: merged[row] for row in ROWS if row in merged})


if __name__ == "__main__":
    main()
