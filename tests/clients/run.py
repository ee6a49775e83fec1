"""Runs published programs with our interpreter and with CPython, and compares what comes of it.

    run.py [--quick] [--only REGEX] [--markdown docs/clients.md]

A CPython of 3.13 or later runs this, and is what ours is held against. Packages come from PyPI; what is
needed of Debian is in `.ci/run`. A difference that is not in expected.txt fails the run, and so does one
that is there and did not show.
"""

import argparse
import re
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from client import HERE, Interpreter, Outcome
from machine import Machine

ROOT = HERE.parents[1]
# Modules with a list of CLIENTS, in the order of the table.
MODULES = [
    "pyglet_examples", "pyglet_tests", "pyglet_media", "client_sdl2", "client_z3", "client_psycopg",
    "client_opengl", "sqlite_dbapi", "client_mss", "client_pulsectl", "client_clang", "client_fuse",
    "client_scapy", "client_gmsh", "client_pycryptodome", "libraries",
]
BEGIN, END = "<!-- table: clients -->", "<!-- end: clients -->"


def expected():
    """Reasons, by client and detail."""
    reasons = {}
    for line in (HERE / "expected.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            client, detail, reason = re.split(r"  +", line, maxsplit=2)
            reasons[client, detail] = reason
    return reasons


def attempted(client, machine, interpreter):
    try:
        return client.run(machine, interpreter)
    except Exception as error:
        return Outcome(f"{type(error).__name__}: {error}", {"run": f"{interpreter.name}: {error}"})


def compared(client, machine, interpreters, reasons):
    """Both outcomes, the reasons of expected differences, and what is wrong."""
    missing = [need for need in client.needs if shutil.which(need) is None]
    if missing:
        nothing = Outcome("not run")
        return [nothing, nothing], [], [f"{', '.join(missing)} not found on this machine"]
    with ThreadPoolExecutor(len(interpreters)) as pool:
        outcomes = list(pool.map(lambda each: attempted(client, machine, each), interpreters))
    differences = client.compare(*outcomes)
    known = {detail: reason for (name, detail), reason in reasons.items() if name == client.name}
    problems = [f"{detail}: ours {ours!r}, CPython {theirs!r}"
                for detail, (ours, theirs) in differences.items() if detail not in known]
    problems += [f"{detail} is expected to differ, and does not"
                 for detail in known if detail not in differences]
    if not outcomes[1].details:
        problems.append("nothing was compared")
    return outcomes, sorted(set(known.values())), problems


def row(client, outcomes, reasons, problems):
    verdict = "**differs**" if problems else "; ".join(reasons) or "the same"
    cells = [client.package, client.version, client.what,
             *(outcome.summary for outcome in outcomes), verdict]
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def put_in(text, lines):
    header = ["| package | version | what was run | ours | CPython | difference |",
              "| --- | --- | --- | --- | --- | --- |"]
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([before + BEGIN, *header, *lines, END + after])


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the part that CI runs")
    parser.add_argument("--only", metavar="REGEX", default="", help="clients of these names")
    parser.add_argument("--list", action="store_true", help="name the clients, run nothing")
    parser.add_argument("--interpreter", metavar="PATH", type=Path,
                        default=ROOT / "target/release/rustpython-ctypes")
    parser.add_argument("--folder", metavar="PATH", type=Path, default=ROOT / "target/clients",
                        help="for packages and scratch files")
    parser.add_argument("--markdown", metavar="FILE", type=Path, help="put the table into it")
    return parser.parse_args()


def main():
    options = arguments()
    modules = [__import__(name) for name in MODULES]
    clients = [client for module in modules for client in module.CLIENTS
               if (client.quick or not options.quick) and re.search(options.only, client.name)]
    if options.list:
        print(*(client.name for client in clients), sep="\n")
        return
    interpreters = [Interpreter("ours", options.interpreter),
                    Interpreter("CPython", Path(sys.executable))]
    machine = Machine(options.folder, sys.executable)
    reasons = expected()
    lines, failed = [], []
    for client in clients:
        start = time.monotonic()
        outcomes, known, problems = compared(client, machine, interpreters, reasons)
        lines.append(row(client, outcomes, known, problems))
        took = time.monotonic() - start
        print(f"{client.name}: {'DIFFERS' if problems else 'ok'} ({took:.0f} s)", flush=True)
        for problem in problems:
            print(f"    {problem}", flush=True)
        if problems:
            failed.append(client.name)
    if options.markdown:
        options.markdown.write_text(put_in(options.markdown.read_text(), lines))
    print(f"{len(clients)} clients, {len(failed)} differ: {', '.join(failed)}")
    sys.exit(bool(failed or not clients))


if __name__ == "__main__":
    main()
