"""Runs the workload under every interpreter and library that this machine has, and compares.

    compare.py [--rounds 5] [--rows REGEX] [--guided PATH] [--json FILE] [--markdown FILE]
               [--svg FOLDER] [--check]

The peers take turns, some rows at a time, so that a slow minute of the machine falls on all of them.
A row counts with the median of the rounds, a ratio with the median of the rounds' ratios. What a peer
cannot run is shown as a failure; rows after a crash are run by a new process. After that, what some rows
take in each design is counted under callgrind.
"""

import argparse
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import charts
import counts
import debian
import report
from results import Results
from targets import verdicts

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PYTHON = "/usr/bin/python3"
# What a peer is asked for its version.
INTERPRETER = "import sys; print(sys.implementation.name, sys.version.split()[0])"
CFFI = "import cffi; print('cffi', cffi.__version__)"
# Rows that a peer runs before the next one has its turn.
ROWS_AT_A_TIME = 16
# By the peer's name: how it is started, and the variables that it wants.
INTERPRETERS = {
    "ours": ([str(ROOT / "target/dist/rustpython-ctypes")], {}),
    "stock": ([str(ROOT / "target/dist/examples/stock")], {}),
    "layered": ([str(ROOT / "target/dist/examples/layered")], {}),
    "CPython 3.11": ([PYTHON], {}),
    "CPython 3.13": ([str(Path.home() / ".pyenv/versions/3.13.0/bin/python3")], {}),
    "CPython 3.14": debian.python("python3.14"),
    "CPython 3.15": debian.python("python3.15"),
    "PyPy": debian.python("pypy3"),
}


class Peer:
    def __init__(self, name, command, *arguments, variables=None, path=None, options=(), patience=1):
        self.name = name
        # How many times as long as the others' its samples are.
        self.patience = patience
        self.command = [*command, *options]
        self.question = CFFI if path else INTERPRETER
        self.arguments = [str(HERE / ("cffi_workload.py" if path else "workload.py")),
                          *map(str, arguments)]
        self.environment = dict(os.environ, **variables or {})
        if path:
            self.environment["PYTHONPATH"] = str(path)

    def run(self, *arguments, **options):
        return subprocess.run([*self.command, *arguments], env=self.environment, text=True,
                              capture_output=True, **options)

    def version(self):
        """What it calls itself; None if it cannot be started."""
        try:
            started = self.run("-c", self.question)
        except OSError:
            return None
        return started.stdout.strip() if started.returncode == 0 else None

    def workload(self, *options, **limits):
        return self.run(*self.arguments, *options, **limits)


def candidates(options, library, packages, modules):
    def interpreter(name, title=None, **more):
        command, variables = INTERPRETERS[name]
        given = getattr(options, name, None)
        return Peer(title or name, [given] if given else command, library, variables=variables, **more)

    return [
        interpreter("ours"),
        *[Peer(report.GUIDED, [options.guided], library)] * bool(options.guided),
        interpreter("stock"),
        interpreter("layered"),
        interpreter("CPython 3.11"),
        interpreter("CPython 3.13"),
        interpreter("CPython 3.14"),
        interpreter("CPython 3.15"),
        # A compiler in time has to see a statement often before it compiles it.
        interpreter("PyPy", patience=4),
        interpreter("PyPy", "PyPy without JIT", options=["--jit", "off"]),
        Peer("cffi ABI", [PYTHON], library, path=packages),
        Peer("cffi compiled", [PYTHON], library, "--compiled", modules, path=packages),
    ]


def found(peers):
    versions = {peer.name: peer.version() for peer in peers}
    for peer in peers:
        print(f"{peer.name}: {versions[peer.name] or 'not found'} ({' '.join(peer.command)})")
    return [peer for peer in peers if versions[peer.name]], versions


def reports(output):
    # The last line of a process that crashed may be half a line.
    return [json.loads(line) for line in output.splitlines() if line.endswith("}")]


def listed(peer, rows):
    return reports(peer.workload("--list", "--rows", rows).stdout)


def ending(process):
    if process.returncode < 0:
        return f"crash, {signal.Signals(-process.returncode).name}"
    return (process.stderr.strip().splitlines() or [f"exit {process.returncode}"])[-1]


def run_round(peer, rows, options):
    """A report for each row, by name."""
    results = {}
    remaining = list(rows)
    while remaining:
        pattern = "^(" + "|".join(map(re.escape, remaining)) + ")$"
        # A row takes twice its samples for the floor, and the first call may take long.
        milliseconds = peer.patience * options.milliseconds
        limit = 60 + len(remaining) * options.samples * milliseconds / 20
        try:
            process = peer.workload("--rows", pattern, "--samples", str(options.samples),
                                    "--milliseconds", str(milliseconds),
                                    *["--no-floor"] * (peer.name != "ours"), timeout=limit)
            output, reason = process.stdout, ending(process)
        except subprocess.TimeoutExpired as expired:
            output, reason = (expired.stdout or b"").decode(), "does not come to an end"
        results.update((report["row"], report) for report in reports(output))
        remaining = [row for row in remaining if row not in results]
        if remaining:
            # Rows are run in order, so the first without a result is the one that ended it.
            results[remaining[0]] = {"row": remaining[0], "error": reason}
            remaining = remaining[1:]
    return results


def measure(peers, options):
    rows = listed(next(peer for peer in peers if peer.arguments[0].endswith("/workload.py")),
                  options.rows)
    todo = {peer.name: [row["row"] for row in listed(peer, options.rows)] for peer in peers}
    results = {peer.name: {} for peer in peers}
    names = [row["row"] for row in rows]
    groups = [names[start:start + ROWS_AT_A_TIME] for start in range(0, len(names), ROWS_AT_A_TIME)]
    for number in range(1, options.rounds + 1):
        print(f"round {number} of {options.rounds}", file=sys.stderr)
        for group in groups:
            for peer in peers:
                some = [row for row in todo[peer.name] if row in group]
                for row, result in run_round(peer, some, options).items():
                    results[peer.name].setdefault(row, []).append(result)
                    if "error" in result:
                        todo[peer.name].remove(row)
    return rows, results


def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return {
        "processor": model.group(1) if model else platform.machine(),
        "processors": os.cpu_count(),
        "system": platform.platform(),
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "load": round(os.getloadavg()[0], 2),
    }


def compiled_library(folder):
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / "peers.so"
    # Linked with libm even where the linker sees no use for it: LIB stands for both.
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", HERE / "peers.c", "-o", library,
                    "-Wl,--no-as-needed", "-lm"], check=True)
    return library


def measurements(options):
    library = compiled_library(options.folder)
    packages = options.folder / "python-packages"
    modules = options.folder / "modules"
    modules.mkdir(exist_ok=True)
    if options.install_cffi:
        subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--upgrade",
                        "--target", packages, "cffi", "setuptools"], check=True)
    peers, versions = found(candidates(options, library, packages, modules))
    peers = [peer for peer in peers if re.search(options.peers, peer.name)]
    described = machine()
    rows, results = measure(peers, options)
    return {
        "counts": {} if options.rows or options.no_counts else counts.counted(peers),
        "machine": described,
        "rounds": options.rounds,
        "samples": options.samples,
        "milliseconds": options.milliseconds,
        "peers": {peer.name: versions[peer.name] for peer in peers},
        "rows": rows,
        "results": results,
    }


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", metavar="PATH", help="instead of the dist build")
    parser.add_argument("--guided", metavar="PATH", help="ours, built with a profile, as another peer")
    parser.add_argument("--stock", metavar="PATH",
                        help="RustPython with the _ctypes that comes with it")
    parser.add_argument("--layered", metavar="PATH", help="RustPython with the layered _ctypes")
    parser.add_argument("--folder", metavar="PATH", type=Path, default=ROOT / "target/bench-peers",
                        help="for what is compiled and installed")
    parser.add_argument("--install-cffi", action="store_true", help="with pip, into the folder")
    parser.add_argument("--peers", metavar="REGEX", default="")
    parser.add_argument("--rows", metavar="REGEX", default="")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--milliseconds", type=int, default=15, help="length of a sample")
    parser.add_argument("--no-counts", action="store_true", help="count nothing under callgrind")
    parser.add_argument("--load", metavar="FILE", type=Path,
                        help="take the measurements from what --json wrote, run nothing")
    parser.add_argument("--json", metavar="FILE", type=Path)
    parser.add_argument("--markdown", metavar="FILE", type=Path,
                        help="replace the tables between its markers")
    parser.add_argument("--svg", metavar="FOLDER", type=Path)
    parser.add_argument("--check", action="store_true", help="exit with 1 if a target is missed")
    return parser.parse_args()


def main():
    options = arguments()
    measured = json.loads(options.load.read_text()) if options.load else measurements(options)
    if options.json:
        options.json.write_text(json.dumps(measured, indent=1) + "\n")
    results = Results(measured)
    if options.markdown:
        options.markdown.write_text(report.filled_in(options.markdown.read_text(), results))
    else:
        print(report.all_tables(results))
    if options.svg:
        options.svg.mkdir(parents=True, exist_ok=True)
        for name, chart in charts.charts(results):
            (options.svg / name).write_text(chart)
    missed = [verdict for verdict in verdicts(results) if verdict.missed]
    for verdict in missed:
        print(f"{verdict.row}: {verdict}")
    if options.check and missed:
        sys.exit(1)


if __name__ == "__main__":
    main()
