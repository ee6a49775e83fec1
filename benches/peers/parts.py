"""Where the instructions of an operation go, by callgrind: to whom a call pays what.

    parts.py [--interpreter PATH] [--markdown FILE]

The interpreter has to have its symbols, as every profile of this repository leaves them.
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

# The first that matches has a function.
PARTS = {
    "other threads may run": r"thread::(attach|detach|allow)|stw_trace|suspend_if_needed",
    "this crate": r"rustpython_ctypes|arc_swap|bumpalo",
    "bytecode": r"rustpython_vm::frame::|run_trampoline|_iframe",
    "objects, collector": r"object::(core|payload|traverse)|gc_state",
    "rest of the VM": r"rustpython",
    "allocator": r"\bmi_|_mi_|alloc::",
    "C library and the rest": "",
}
EMPTY = "empty loop"
ROWS = ["abs(i)", "abs(c_int)", "strlen(c_char_p)", "getenv(bytes) -> bytes", "frexp(d, byref(n))",
        "div(7, 2) -> div_t", "64 bytes in and out", "object()", "P()", "c_int(3)", "byref(x)",
        "nested structure get", "pointer.contents get", "an attribute written by a descriptor",
        "c_int.value set", "int field set", "double field get", "char buffer.value",
        "string_at(bytes, 5)", "cast(p, POINTER(c_int))", "callback(int) -> int"]
NAME = "parts"
FEWER, MORE = 4000, 12000


def costs(interpreter, library, row, times):
    """Instructions by function, of a process that runs the row so many times."""
    with tempfile.NamedTemporaryFile() as out:
        process = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", interpreter, "-S",
             HERE / "workload.py", library, "--once", row, str(times)],
            env=dict(os.environ, PYTHONHASHSEED="0"), text=True, capture_output=True)
        if process.returncode != 0:
            sys.exit(f"{row}: exit {process.returncode}\n{process.stderr}")
        listing = subprocess.run(["callgrind_annotate", "--threshold=100", out.name], text=True,
                                 capture_output=True, check=True).stdout
    found = {}
    for line in listing.splitlines():
        match = re.match(r"\s*([\d,]+) \([ \d.]+%\)\s+(\S.*)", line)
        if match and "PROGRAM TOTALS" not in line:
            name = match[2].rsplit(" [", 1)[0]
            found[name] = found.get(name, 0) + int(match[1].replace(",", ""))
    return found


def by_part(interpreter, library, row):
    fewer, more = (costs(interpreter, library, row, times) for times in (FEWER, MORE))
    parts = dict.fromkeys(PARTS, 0)
    for function in fewer.keys() | more.keys():
        per_operation = (more.get(function, 0) - fewer.get(function, 0)) / (MORE - FEWER)
        part = next(part for part, pattern in PARTS.items() if re.search(pattern, function))
        parts[part] += per_operation
    return parts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--interpreter", default=ROOT / "target/dist/rustpython-ctypes")
    parser.add_argument("--folder", type=Path, default=ROOT / "target/bench-peers")
    parser.add_argument("--markdown", metavar="FILE", type=Path)
    options = parser.parse_args()
    library = compiled_library(options.folder)
    with ThreadPoolExecutor(2) as pool:
        rows = [EMPTY, *ROWS]
        found = dict(zip(rows, pool.map(
            lambda row: by_part(options.interpreter, library, row), rows)))
    lines = []
    for row in ROWS:
        # Net of the loop, as the times are.
        net = [found[row][part] - found[EMPTY][part] for part in PARTS]
        lines.append([row, *(f"{count:.0f}" for count in [sum(net), *net])])
    table = report.markdown(["instructions", "all", *PARTS], lines)
    report.publish(options.markdown, NAME, table)


if __name__ == "__main__":
    main()
