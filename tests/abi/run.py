"""Holds calls, callbacks and layouts against C compilers.

    python3 tests/abi/run.py [--seed WORD] [--signatures N] [--seconds N] [--show N] [--cpython]
                             [--platform NAME]

Makes up aggregates and signatures (generate.py) in batches, writes them as C (c_source.py), compiles that
with gcc and clang, and has an interpreter call every function of both libraries, by each way of calling that
it has, and be called back by every function (checks.py). The signatures of libffi's own tests
(bhaible.py) come first. Prints what differs, made as small as it stays different, with C and Python code that
show it, and counts. Ends with status 1 if something is not as C has it and is not in limits.py.

Without `--seconds` it makes `--signatures`; with it, as many as fit. A new `--seed` makes up others.
`--cpython` asks CPython 3.14 (benches/peers/debian.py) instead of ours: what is a fault there too is libffi's
or ctypes', and its differences are counted only. `--platform` takes the compiler and the interpreter of another
platform (platforms.py), which tests/platforms builds and runs.
"""

import argparse
import collections
import sys
import tempfile
import time
from pathlib import Path

import bhaible
import c_source
import interpreters
import limits
import python_source
import shrink
import toolchain
from compilers import compile_batch
from generate import generate
from platforms import PLATFORMS

ROOT = Path(__file__).resolve().parents[2]
BATCH = 400
# Where differences are kept.
KEPT = ROOT / "target/abi"


class Run:
    def __init__(self, modes, seed, folder):
        self.modes = modes
        self.seed = seed
        self.folder = folder
        self.checks = collections.Counter()
        self.limits = collections.Counter()
        self.faults = []
        self.signatures = self.aggregates = 0

    def batch(self, batch):
        self.signatures += len(batch.signatures)
        self.aggregates += len(batch.aggregates)
        libraries = compile_batch(batch, self.folder)
        for mode in self.modes:
            faults, done, used = self.check(batch, mode, libraries)
            self.checks[mode.name] += done
            self.limits.update(used)
            self.faults += [(mode, batch, fault) for fault in faults]

    def check(self, batch, mode, libraries):
        path = self.folder / "batch.json"
        path.write_text(batch.to_json())
        findings, done = interpreters.check(mode, path, libraries, self.seed)
        faults, used = limits.explain(findings, batch)
        return faults, done, used

    def show(self, mode, batch, fault):
        """Prints a difference, made smaller."""
        def find(candidate):
            try:
                faults, _, _ = self.check(candidate, mode, compile_batch(candidate, self.folder))
            except RuntimeError:
                return None
            same = (found for found in faults if found[:3] == fault[:3] and found.compiler == fault.compiler)
            return next(same, None)

        small = shrink.shrink(batch, fault.of, find)
        found = find(small) or fault
        kept = KEPT / f"{self.seed}-{fault.kind}-{fault.of}"
        kept.mkdir(parents=True, exist_ok=True)
        libraries = compile_batch(small, kept)
        (kept / "batch.json").write_text(small.to_json())
        python = [python_source.write(small.aggregates)]
        python += [python_source.write_call(signature, kept / Path(found.library).name)
                   for signature in small.signatures]
        (kept / "call.py").write_text("\n".join(python) + "\n")
        print(f"\n--- {mode.name}, {found.compiler}: {found.kind} of {found.of} {found.outcome}: {found.message}")
        print(*small.signatures, sep="\n")
        print("\n".join(python), c_source.write(small).removeprefix(c_source.HEADER), sep="\n")
        again = interpreters.command(mode, kept / "batch.json", libraries, self.seed)
        print(f"{kept} has it all; the check again:\n{again}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--platform", default="linux", choices=PLATFORMS)
    parser.add_argument("--interpreter", type=Path)
    parser.add_argument("--cpython", action="store_true", help="check CPython 3.14")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--signatures", type=int, default=20000)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--show", type=int, default=5, help="how many differences are made smaller")
    return parser.parse_args()


def batches(platform, seed, signatures, seconds):
    """Batch after batch, until there are enough."""
    yield bhaible.batch(platform)
    started, number = time.monotonic(), 0
    while (time.monotonic() - started < seconds) if seconds else number * BATCH < signatures:
        count = BATCH if seconds else min(BATCH, signatures - number * BATCH)
        yield generate(platform, seed, number, count)
        number += 1


def main():
    given = arguments()
    platform = PLATFORMS[given.platform]
    interpreter = given.interpreter or toolchain.interpreter(platform, ROOT)
    modes = interpreters.cpython() if given.cpython else interpreters.ours(platform, interpreter)
    with tempfile.TemporaryDirectory() as folder:
        run = Run(modes, given.seed, Path(folder))
        for batch in batches(platform, given.seed, given.signatures, given.seconds):
            run.batch(batch)
            print(f"{run.signatures} signatures, {len(run.faults)} differ", file=sys.stderr)
        for mode, batch, fault in run.faults[:given.show]:
            run.show(mode, batch, fault)
    summarise(run, platform)
    sys.exit(bool(run.faults) and not given.cpython)


def summarise(run, platform):
    kinds = collections.Counter((mode.name, fault.outcome, fault.kind, fault.compiler)
                                for mode, _, fault in run.faults)
    for (mode, outcome, kind, compiler), count in sorted(kinds.items()):
        print(f"{count:6} {mode}, {compiler}: {kind} {outcome}")
    for reason, count in run.limits.items():
        print(f"{count:6} explained: {reason}")
    checks = ", ".join(f"{count} {name}" for name, count in run.checks.items())
    print(f"abi: {run.signatures} signatures and {run.aggregates} aggregates by {' and '.join(platform.compilers)}, "
          f"checks: {checks}; {len(run.faults)} differ")


if __name__ == "__main__":
    main()
