"""Where the instructions of an operation go, by callgrind: to whom a call pays what.

    parts.py [--interpreter PATH] [--markdown FILE] [ROW...]

The interpreter has to have its symbols, as every profile of this repository leaves them.
"""

import argparse
import re
from pathlib import Path

import counts
import instructions
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
# So far from its floor, a row is shown.
FAR = 1.3


def by_part(section, times):
    parts = dict.fromkeys(PARTS, 0)
    for function, count in counts.functions(section).items():
        part = next(part for part, pattern in PARTS.items() if re.search(pattern, function))
        parts[part] += count / times
    return parts


def rows_to_show(everything):
    """Those of `ROWS`, and what is further from its floor than it should be, by instructions.txt."""
    far = [row for row, profiles in instructions.read_table().items()
           for counted in [profiles.get("dist")]
           if counted and counted.floor and counted.statement > FAR * counted.floor]
    return list(everything) if everything else list(dict.fromkeys([*ROWS, *far]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--interpreter", default=INTERPRETERS["ours"][0][0])
    parser.add_argument("--folder", type=Path, default=ROOT / "target/bench-peers")
    parser.add_argument("--markdown", metavar="FILE", type=Path)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="instead of those that the page has")
    options = parser.parse_args()
    peer = Peer("ours", [options.interpreter], compiled_library(options.folder))
    counts.compiled(peer)
    rows = rows_to_show(options.rows)
    found = {(each["row"], each["of"]): by_part(section, each["times"])
             for each, section in counts.sections(peer, [counts.EMPTY, *rows], floors=True)}
    loop = found[counts.EMPTY, "statement"]
    lines = []
    for row in rows:
        # Net of the loop, as the times are.
        net, floor = ([counted[part] - loop[part] for part in PARTS] if counted else []
                      for counted in [found[row, "statement"], found.get((row, "floor"))])
        lines.append([report.plain(row), f"{sum(floor):.0f}" if floor else "",
                      *(f"{count:.0f}" for count in [sum(net), *net])])
    table = report.markdown(["instructions", "floor", "all", *PARTS], lines)
    report.publish(options.markdown, NAME, table)


if __name__ == "__main__":
    main()
