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
# How often a statement runs in the two sections whose difference counts.
FEWER, MORE = 300, 900
ALLOCATES = "_mi_theap_malloc_zero"
VALGRIND = shutil.which("valgrind")


def sections(peer, rows, *, floors=False, functions=True):
    """Has a peer run rows under callgrind, and their floors if wanted. Yields for each the report, and the
    two files that callgrind wrote of it; None instead of them where the peer cannot run it. The files
    name functions at length, or else are small."""
    # Compiled Python files must be there before anything is counted.
    peer.workload("--rows", "^$")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        process = subprocess.run(
            [VALGRIND, "--tool=callgrind", *["--compress-strings=no", "--compress-pos=no"] * functions,
             "--dump-before=section_ends", f"--callgrind-out-file={out}", *peer.command, "-S",
             *peer.arguments, "--marked", str(FEWER), str(MORE), *["--floors"] * floors, EMPTY, *rows],
            env=dict(os.environ, PYTHONHASHSEED="0"), text=True, capture_output=True)
        if process.returncode != 0:
            raise RuntimeError(f"{peer.name} under callgrind: {process.stderr[-500:]}")
        # The first section is everything before the first mark; a row marks its beginning, its middle
        # and its end.
        section = 2
        for line in process.stdout.splitlines():
            report = json.loads(line)
            if "error" in report:
                yield report, None
                continue
            yield report, [f"{out}.{section + step}" for step in range(2)]
            section += 3


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


def per_operation(peer, rows, measures, **options):
    """What each row takes by these measures of a section, net of the loop, or the report of its failure. By
    row and field; `floors=True` has those counted as well."""
    found = {}
    for report, files in sections(peer, rows, functions=blocks in measures, **options):
        if files is None:
            found[report["row"], report["of"]] = report
            continue
        runs = report["times"][1] - report["times"][0]
        found[report["row"], report["of"]] = [
            (measure(files[1]) - measure(files[0])) / runs for measure in measures]
    loop = found.pop((EMPTY, "statement"))
    return {key: counts if "error" in counts else [n - empty for n, empty in zip(counts, loop)]
            for key, counts in found.items()}


def counted(peers):
    """By design and row. Nothing without valgrind."""
    named = {peer.name: peer for peer in peers}
    peers = [named[design] for design in DESIGNS if design in named]
    if not VALGRIND:
        print("valgrind: not found, so that nothing is counted")
        return {}
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda peer: per_operation(peer, ROWS, [instructions, blocks]), peers)
        return {peer.name: {row: counts for (row, _), counts in each.items()}
                for peer, each in zip(peers, found)}
