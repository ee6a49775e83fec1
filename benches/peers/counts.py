"""What a row takes without a clock: instructions, and blocks of heap memory.

An interpreter runs all rows in one process under callgrind, which is told by calls of a C function where
the counts of one row end and those of the next begin. Instructions are net of the loop; a block counts
when mimalloc is asked for it.
"""

import json
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

DESIGNS = ["ours", "layered", "stock"]
EMPTY = "empty loop"
ROWS = [
    "abs(c_int)", "sqrt(c_double)", "strlen(c_char_p)", "frexp(d, byref(n))", "6 ints",
    "div(7, 2) -> div_t", "callback(int) -> int", "c_int.value get", "c_int.value set",
    "int field get", "int field set", "nested structure get", "c_int array item get",
    "pointer[0] get", "pointer.contents get", "c_int(3)", "P(1, 2, 3.0)",
    "cast(p, POINTER(c_int))",
]
# How often a statement runs.
TIMES = 600
ALLOCATES = "_mi_theap_malloc_zero"
VALGRIND = shutil.which("valgrind")


def sections(peer, rows, *, floors=False, functions=True):
    """Has a peer run rows under callgrind, and their floors if wanted. Yields for each the report, and the
    file that callgrind wrote of it; None instead of it where the peer cannot run it. The files name
    functions at length, or else are small."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        process = subprocess.run(
            [VALGRIND, "--tool=callgrind", *["--compress-strings=no", "--compress-pos=no"] * functions,
             "--dump-before=section_ends", f"--callgrind-out-file={out}", *peer.command, "-S",
             *peer.arguments, "--marked", str(TIMES), *["--floors"] * floors, *rows],
            env=dict(os.environ, PYTHONHASHSEED="0"), text=True, capture_output=True)
        if process.returncode != 0:
            raise RuntimeError(f"{peer.name} under callgrind: {process.stderr[-500:]}")
        # Each report has a section of its own, with one before it of what led to it.
        section = 2
        for line in process.stdout.splitlines():
            report = json.loads(line)
            if "error" in report:
                yield report, None
                continue
            yield report, f"{out}.{section}"
            section += 2


def instructions(section):
    """Those of a section of callgrind's output, as its last line has them."""
    with open(section, "rb") as file:
        file.seek(-200, os.SEEK_END)
        return int(file.read().rpartition(b"totals:")[2])


def functions(section):
    """Instructions of a section by function, without those of the functions that it calls."""
    found, function, is_of_call = {}, "", False
    with open(section) as lines:
        for line in lines:
            if line.startswith("fn="):
                function = line[3:].strip()
            elif line.startswith("calls="):
                # The next line has what the call took.
                is_of_call = True
            elif line[0].isdigit():
                if not is_of_call:
                    found[function] = found.get(function, 0) + int(line.split()[1])
                is_of_call = False
    return found


def blocks(section):
    """The calls of the allocator in a section."""
    callee, count = "", 0
    with open(section) as lines:
        for line in lines:
            if line.startswith("cfn="):
                callee = line[4:].strip()
            elif line.startswith("calls=") and callee == ALLOCATES:
                count += int(line[6:].split()[0])
    return count


def of_report(report, section, measures):
    """What a statement takes by these measures of a section, loop and all; the report of a failure."""
    if section is None:
        return report
    return [measure(section) / report["times"] for measure in measures]


def per_operation(peer, rows, measures, **options):
    """What each row takes by these measures of a section, net of the loop, or the report of its failure. By
    row and field; `floors=True` has those counted as well."""
    reports = sections(peer, [EMPTY, *rows], functions=blocks in measures, **options)
    found = {(report["row"], report["of"]): of_report(report, section, measures)
             for report, section in reports}
    loop = found.pop((EMPTY, "statement"))
    return {key: counts if "error" in counts else [n - empty for n, empty in zip(counts, loop)]
            for key, counts in found.items()}


def compiled(peer):
    """Has the Python files compiled, which is not to be counted."""
    peer.workload("--rows", "^$")


def counted(peers):
    """By design and row. Nothing without valgrind."""
    named = {peer.name: peer for peer in peers}
    peers = [named[design] for design in DESIGNS if design in named]
    if not VALGRIND:
        print("valgrind: not found, so that nothing is counted")
        return {}
    for peer in peers:
        compiled(peer)
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda peer: per_operation(peer, ROWS, [instructions, blocks]), peers)
        return {peer.name: {row: counts for (row, _), counts in each.items()}
                for peer, each in zip(peers, found)}
