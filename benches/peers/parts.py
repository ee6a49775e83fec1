"""Where the instructions of an operation go, by callgrind: to whom a call pays what.

    parts.py [--interpreter PATH] [--markdown FILE]

The interpreter has to have its symbols, as every profile of this repository leaves them.
"""

import argparse
import re
from pathlib import Path

import counts
import report
from compare import INTERPRETERS, ROOT, Peer, compiled_library

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
ROWS = ["abs(i)", "abs(c_int)", "strlen(c_char_p)", "getenv(bytes) -> bytes", "frexp(d, byref(n))",
        "div(7, 2) -> div_t", "64 bytes in and out", "object()", "P()", "c_int(3)", "byref(x)",
        "nested structure get", "pointer.contents get", "an attribute written by a descriptor",
        "c_int.value set", "int field set", "double field get", "char buffer.value",
        "string_at(bytes, 5)", "cast(p, POINTER(c_int))", "callback(int) -> int"]
NAME = "parts"


def by_part(report, files):
    fewer, more = map(counts.functions, files)
    parts = dict.fromkeys(PARTS, 0)
    for function in fewer.keys() | more.keys():
        both = more.get(function, 0) - fewer.get(function, 0)
        part = next(part for part, pattern in PARTS.items() if re.search(pattern, function))
        parts[part] += both / (report["times"][1] - report["times"][0])
    return parts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--interpreter", default=INTERPRETERS["ours"][0][0])
    parser.add_argument("--folder", type=Path, default=ROOT / "target/bench-peers")
    parser.add_argument("--markdown", metavar="FILE", type=Path)
    options = parser.parse_args()
    peer = Peer("ours", [options.interpreter], compiled_library(options.folder))
    found = {report["row"]: by_part(report, files) for report, files in counts.sections(peer, ROWS)}
    lines = []
    for row in ROWS:
        # Net of the loop, as the times are.
        net = [found[row][part] - found[counts.EMPTY][part] for part in PARTS]
        lines.append([row, *(f"{count:.0f}" for count in [sum(net), *net])])
    table = report.markdown(["instructions", "all", *PARTS], lines)
    report.publish(options.markdown, NAME, table)


if __name__ == "__main__":
    main()
