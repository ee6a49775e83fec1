"""Counts the instructions of every row with callgrind, which a busy machine does not blur.

    instructions.py [--profile dist|release] [--rows REGEX] [--check [--tolerance PERCENT]]

Writes the profile's column of instructions.txt, and what the rows' floors take; with --check it compares
with that file instead, and exits with 1 if a row takes more instructions than the file says or is not in
it. The numbers belong to one compiler version.
"""

import argparse
import re
import sys
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import counts
from compare import HERE, ROOT, Peer, compiled_library
from operations import ROWS

TABLE = HERE / "instructions.txt"
PROFILES = ["dist", "release"]
HEADER = "# Instructions per operation and of its floor, net of the loop, as instructions.py counts them.\n"
# What looks for names in dicts by their addresses differs from run to run.
BY_ADDRESS = r"^from "
BY_ADDRESS_TOLERANCE = 15

Count = namedtuple("Count", "statement floor")


def counted(interpreter, library, rows):
    """The counts of each row; 0 for the floor of a row that has none."""
    peer = Peer("ours", [interpreter], library)
    counts.compiled(peer)
    with ThreadPoolExecutor(2) as pool:
        halves = pool.map(lambda half: counts.per_operation(peer, half, [counts.instructions], floors=True),
                          [rows[::2], rows[1::2]])
        found = {key: each for half in halves for key, each in half.items()}
    failed = [f"{row}: {what['error']}" for (row, _), what in found.items() if "error" in what]
    if failed:
        sys.exit("\n".join(failed))

    def instructions(row, field):
        return round(found[row, field][0]) if (row, field) in found else 0

    return {row: Count(instructions(row, "statement"), instructions(row, "floor")) for row in rows}


def read_table():
    """By row and profile."""
    table = {}
    for line in TABLE.read_text().splitlines() if TABLE.exists() else []:
        if not line.startswith("#"):
            row, *numbers = re.split(r"\s{2,}", line.strip())
            pairs = zip(numbers[::2], numbers[1::2])
            table[row] = {profile: Count(*map(int, pair))
                          for profile, pair in zip(PROFILES, pairs) if pair[0] != "-"}
    return table


def write_table(table):
    header = f"# {'':48}" + "".join(f"{profile:>12}{'floor':>12}" for profile in PROFILES)
    lines = [HEADER.rstrip(), header.rstrip()]
    for row in (row.name for row in ROWS if row.name in table):
        numbers = [table[row].get(profile, ("-", "-")) for profile in PROFILES]
        lines.append(f"{row:50}" + "".join(f"{n:>12}" for pair in numbers for n in pair))
    TABLE.write_text("\n".join(lines) + "\n")


def compare(now, committed, tolerance):
    """Prints every change beyond the tolerance; whether one of them is for the worse."""
    worse = False
    for row, (count, _) in now.items():
        if row not in committed:
            print(f"{row}: {count}, not in the table")
            worse = True
            continue
        before = committed[row].statement
        percent = max(tolerance, BY_ADDRESS_TOLERANCE) if re.search(BY_ADDRESS, row) else tolerance
        if abs(count - before) > abs(before) * percent / 100:
            print(f"{row}: {count}, was {before} ({count / before - 1:+.1%})")
            worse = worse or count > before
    return worse


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profile", choices=PROFILES, default=PROFILES[0])
    parser.add_argument("--interpreter", metavar="PATH", help="default: the profile's")
    parser.add_argument("--folder", metavar="PATH", type=Path, default=ROOT / "target/bench-peers",
                        help="for what is compiled")
    parser.add_argument("--rows", metavar="REGEX", default="")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--tolerance", metavar="PERCENT", type=float, default=5)
    options = parser.parse_args()

    interpreter = options.interpreter or str(ROOT / "target" / options.profile / "rustpython-ctypes")
    rows = [row.name for row in ROWS if row.group != "threads" and re.search(options.rows, row.name)]
    now = counted(interpreter, compiled_library(options.folder), rows)
    table = read_table()
    if options.check:
        committed = {row: counts[options.profile] for row, counts in table.items()
                     if options.profile in counts}
        sys.exit(1 if compare(now, committed, options.tolerance) else 0)
    for row, count in now.items():
        far = f"{count.statement / count.floor:.2f} of its floor" if count.floor else ""
        print(f"{row}: {count.statement} {far}".rstrip())
        table.setdefault(row, {})[options.profile] = count
    write_table(table)


if __name__ == "__main__":
    main()
