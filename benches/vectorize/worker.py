"""Times what one peer does for a row: what the peers' programs have in common.

    PROGRAM LIB ROW SIZE... [--milliseconds M] [--threads N] [--folder FOLDER]

LIB is peers.c, compiled and linked with libm. For each size one JSON object is printed, on a line of its own.
The same file runs under RustPython, CPython and PyPy.
"""

import argparse
import json
import sys
from collections import namedtuple
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "peers"))
from workload import Timer

from rows import ROWS, verify

# A way to do a row: what is measured, the names in it, and how many items it goes over.
# What is in `out` afterwards, if there is such a name, are the results; the statement's value otherwise.
Way = namedtuple("Way", "statement names items")


def checked(row, way):
    value = eval(way.statement, dict(way.names))
    verify(row, way.names["arrays"], way.names.get("out", value))
    return way


def sampled(way, nanoseconds):
    """Takes one sample of about this length, in nanoseconds per item."""
    timer = Timer(way.statement, way.names, nanoseconds)
    timer.sample()
    return timer.samples[0] / way.items


def quickest(row, ways, nanoseconds):
    """Takes a sample of each way, of which the quickest counts."""
    samples = [(sampled(checked(row, way), nanoseconds), way.statement) for way in ways]
    ns, statement = min(samples)
    return {"ns": ns, "statement": statement}


def main(ways, measure=quickest):
    """Measures the row that the command line names. `ways` makes its ways, from the row, the number of items
    and the options."""
    parser = argparse.ArgumentParser()
    parser.add_argument("library", metavar="LIB")
    parser.add_argument("row", metavar="ROW", choices=list(ROWS))
    parser.add_argument("sizes", metavar="SIZE", type=int, nargs="+")
    parser.add_argument("--milliseconds", metavar="M", type=int, default=20, help="length of a sample")
    parser.add_argument("--threads", metavar="N", type=int, default=1, help="of a batch")
    parser.add_argument("--folder", metavar="FOLDER", help="for what is compiled")
    options = parser.parse_args()
    row = ROWS[options.row]
    for items in options.sizes:
        report = {"row": row.name, "items": items}
        try:
            report.update(measure(row, ways(row, items, options), options.milliseconds * 1_000_000))
        except Exception as error:
            report["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(report), flush=True)
