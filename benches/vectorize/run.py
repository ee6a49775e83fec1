"""Measures `vectorize` beside calls in loops, in C and in Python, and beside NumPy, numba and cffi.

    run.py [--ours PATH] [--install] [--peers REGEX] [--rows REGEX] [--rounds 9] [--milliseconds 20]
           [--load FILE] [--json FILE] [--markdown FILE] [--svg FILE] [--check]

In each round the peers take turns at a row: a new process of each takes one sample for each number of items. What is
published is the median of the rounds with its quartiles, in nanoseconds per item, and the median of the rounds'
ratios. A batch writes into an array that is there before, as the loop in C does; a Python loop reads lists of what
the interpreter passes quickest, and makes a list. Peers that are missing are named, and left out.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "peers"))
import compare
import report

import chart
import peers
import rows
import table
from measured import Measured
from verdicts import verdicts

PIP = ["-m", "pip", "install", "--quiet", "--upgrade", "--target"]
PACKAGES = ["numpy", "numba", "cffi", "setuptools"]
# Seconds that a peer's process may take for a row.
PATIENCE = 300


def say(text):
    print(text, file=sys.stderr, flush=True)


def compiled_library(folder):
    library = folder / "peers.so"
    # Linked with libm even where the linker sees no use for it: LIB stands for both.
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", HERE / "peers.c", "-o", library, "-Wl,--no-as-needed", "-lm"],
                   check=True)
    return library


def found(candidates):
    """Asks the peers for their versions, by name; those that cannot be started are missing then."""
    versions = {}
    for peer in candidates:
        version, reason = peers.version(peer)
        if version:
            versions[peer.name] = version
        say(f"{peer.name}: {version}" if version else f"MISSING, LEFT OUT: {peer.name}: {reason}")
    return versions


def taken(peer, library, row, options):
    """Runs a process of the peer, and gives its reports. What it did not come to is a failure."""
    try:
        process = peers.work(peer, library, row, options.milliseconds, options.folder, timeout=PATIENCE)
        output, reason = process.stdout, compare.ending(process)
    except subprocess.TimeoutExpired as expired:
        output, reason = (expired.stdout or b"").decode(), "does not come to an end"
    reports = compare.reports(output)
    remaining = peer.sizes[len(reports):]
    return reports + [{"row": row, "items": items, "error": reason} for items in remaining]


def measurements(options):
    site = options.folder / "site"
    site.mkdir(parents=True, exist_ok=True)
    library = compiled_library(options.folder)
    if options.install:
        subprocess.run([*compare.INTERPRETERS["CPython 3.13"][0], *PIP, site, *PACKAGES], check=True)
    candidates = [peer for peer in peers.candidates(options.ours, site) if re.search(options.peers, peer.name)]
    versions = found(candidates)
    machine = compare.machine()
    reports, failed = [], set()
    for number in range(1, options.rounds + 1):
        say(f"round {number} of {options.rounds}")
        for row in filter(re.compile(options.rows).search, rows.ROWS):
            for peer in candidates:
                if peer.name not in versions or (peer.name, row) in failed or not re.search(peer.rows, row):
                    continue
                for each in taken(peer, library, row, options):
                    reports.append(dict(each, peer=peer.name, round=number))
                    if "error" in each:
                        say(f"{peer.name} fails at {each['items']:,} items of {row}: {each['error']}")
                        failed.add((peer.name, row))
    return {"machine": machine, "rounds": options.rounds, "milliseconds": options.milliseconds, "peers": versions,
            "reports": reports}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", metavar="PATH", default=compare.INTERPRETERS["ours"][0][0],
                        help="instead of the dist build")
    parser.add_argument("--folder", metavar="PATH", type=Path, default=compare.ROOT / "target/bench-vectorize",
                        help="for what is compiled and installed")
    parser.add_argument("--install", action="store_true",
                        help=f"{', '.join(PACKAGES)} with pip, into the folder")
    parser.add_argument("--peers", metavar="REGEX", default="")
    parser.add_argument("--rows", metavar="REGEX", default="")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--milliseconds", type=int, default=20, help="length of a sample, at least")
    parser.add_argument("--load", metavar="FILE", type=Path,
                        help="take the measurements from what --json wrote, run nothing")
    parser.add_argument("--json", metavar="FILE", type=Path)
    parser.add_argument("--markdown", metavar="FILE", type=Path, help="replace the table between its markers")
    parser.add_argument("--svg", metavar="FILE", type=Path)
    parser.add_argument("--check", action="store_true",
                        help="print the verdicts; exit with 1 if a target is missed")
    return parser.parse_args()


def main():
    options = arguments()
    read = json.loads(options.load.read_text()) if options.load else measurements(options)
    if options.json:
        options.json.write_text(json.dumps(read, indent=1) + "\n")
    measured = Measured(read)
    report.publish(options.markdown, table.NAME, table.page(measured))
    if options.svg:
        options.svg.write_text(chart.chart(measured))
    if options.check:
        given = list(verdicts(measured))
        print("\n".join(map(str, given)))
        sys.exit(any(verdict.missed for verdict in given))


if __name__ == "__main__":
    main()
