"""What a row takes in each design without a clock: instructions, and blocks of heap memory.

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

HERE = Path(__file__).resolve().parent
DESIGNS = ["ours", "layered", "stock"]
EMPTY = "empty loop"
ROWS = [
    "abs(c_int)", "sqrt(c_double)", "strlen(c_char_p)", "frexp(d, byref(n))", "6 ints",
    "div(7, 2) -> div_t", "callback(int) -> int", "c_int.value get", "c_int.value set",
    "int field get", "int field set", "nested structure get", "c_int array item get",
    "pointer[0] get", "pointer.contents get", "c_int(3)", "P(1, 2, 3.0)",
    "cast(p, POINTER(c_int))",
]
FEWER, MORE = 1000, 3000
ALLOCATES = "_mi_theap_malloc_zero"
VALGRIND = shutil.which("valgrind")


def totals(section):
    """Instructions and blocks of a section of callgrind's output."""
    callee, blocks, instructions = "", 0, 0
    with open(section) as lines:
        for line in lines:
            if line.startswith("cfn="):
                callee = line[4:].strip()
            elif line.startswith("calls=") and callee == ALLOCATES:
                blocks += int(line[6:].split()[0])
            elif line.startswith("totals:"):
                instructions = int(line.split()[1])
    return instructions, blocks


def per_operation(peer, rows):
    """Instructions and blocks of each row that the peer can run, net of the loop, or what it fails with."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        process = subprocess.run(
            [VALGRIND, "--tool=callgrind", "--compress-strings=no", "--compress-pos=no",
             "--dump-before=section_ends", f"--callgrind-out-file={out}", *peer.command, "-S",
             *peer.arguments, "--marked", str(FEWER), str(MORE), EMPTY, *rows],
            env=dict(os.environ, PYTHONHASHSEED="0"), text=True, capture_output=True)
        reports = [json.loads(line) for line in process.stdout.splitlines()]
        if process.returncode != 0:
            raise RuntimeError(f"{peer.name} under callgrind: {process.stderr[-500:]}")
        # The first section is everything before the first mark; a row marks its beginning, its middle
        # and its end.
        section = 2
        found = {}
        for row in reports:
            if "error" in row:
                found[row["row"]] = row
                continue
            fewer, more = (totals(f"{out}.{section + step}") for step in range(2))
            found[row["row"]] = [(b - a) / (MORE - FEWER) for a, b in zip(fewer, more)]
            section += 3
    empty = found.pop(EMPTY)
    return {row: counts if "error" in counts else [n - loop for n, loop in zip(counts, empty)]
            for row, counts in found.items()}


def counted(peers):
    """By design and row. Nothing without valgrind."""
    named = {peer.name: peer for peer in peers}
    peers = [named[design] for design in DESIGNS if design in named]
    if not VALGRIND:
        print("valgrind: not found, so that nothing is counted")
        return {}
    for peer in peers:
        # Compiled Python files must be there before anything is counted.
        peer.workload("--rows", "^$")
    with ThreadPoolExecutor(2) as pool:
        return dict(zip((peer.name for peer in peers), pool.map(lambda peer: per_operation(peer, ROWS), peers)))
