"""Times what a ctypes program does all day, a row of the table at a time.

    workload.py LIB [--rows REGEX] [--samples K] [--milliseconds M] [--list]
    workload.py LIB --marked N [--floors] ROW...

LIB is peers.c, compiled and linked with libm. Each row is printed as a JSON object on a line of
its own as soon as it is known. `--marked` times nothing; it is for callgrind, under which imports take
long: only what it needs is imported at the top. The rows themselves are in the package `operations`.

The same file runs under RustPython, CPython and PyPy.
"""

import builtins
import sys
import time
from itertools import repeat

from operations import ROWS
from operations.row import PRELUDE


def environment(row, library):
    """The names that the row's statements start from. What it does wrong raises an exception."""
    names = dict(vars(builtins), library_path=library)
    exec(PRELUDE + row.setup, names)
    check(row, names)
    return names


def check(row, names):
    """Runs the statement once and looks at what comes of it."""
    scope = dict(names)
    try:
        scope["result"] = eval(row.statement, scope)
    except SyntaxError:
        exec(row.statement, scope)
    if not eval(row.check, scope):
        raise AssertionError(f"not so: {row.check}")


def looped(statement, names):
    """A function that runs the statement as often as it is told. The names in the statement are its
    default arguments, hence locals: a look-up of a global would be measured otherwise."""
    bound = sorted(set(compile(statement, "", "exec").co_names) & set(names) | {"repeat"})
    parameters = "".join(f", {name}={name}" for name in bound)
    body = statement.replace("\n", "\n        ")
    scope = dict(names, repeat=repeat)
    exec(f"def run(times{parameters}):\n    for _ in repeat(None, times):\n        {body}\n", scope)
    return scope["run"]


def elapsed(run, n):
    start = time.perf_counter_ns()
    run(n)
    return time.perf_counter_ns() - start


def calibrated(run, nanoseconds):
    """How often to run for a sample of about this length; warms up on the way, until a just-in-time
    compiler makes it no faster."""
    n = 1
    while True:
        took = elapsed(run, n)
        fitting = max(1, n * nanoseconds // max(1, took))
        if fitting <= 1.1 * n:
            return fitting
        n = min(fitting, 2 * n)


def median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


class Timer:
    """Times one statement, net of the loop around it."""

    def __init__(self, statement, names, nanoseconds):
        self.run = looped(statement, names)
        self.empty = looped("pass", names)
        self.n = calibrated(self.run, nanoseconds)
        self.empty(self.n)
        self.samples = []

    def sample(self):
        net = elapsed(self.run, self.n) - elapsed(self.empty, self.n)
        self.samples.append(round(net / self.n, 2))


def timed(row, environment, options):
    names = environment(row, options.library)
    floor = None if options.no_floor else row.floor
    statements = [row.statement] + [floor] * bool(floor)
    timers = [Timer(each, names, options.milliseconds * 1_000_000) for each in statements]
    for _ in range(options.samples):
        for timer in timers:
            timer.sample()
    result = {"ns": median(timers[0].samples), "floor_ns": None, "samples": timers[0].samples}
    if floor:
        result.update(floor_ns=median(timers[1].samples), floor_samples=timers[1].samples)
    return result


def calls_per_second(runs, n):
    import threading

    # A thread of its own even for a single one, so that every count pays the same.
    workers = [threading.Thread(target=run, args=(n,)) for run in runs]
    start = time.perf_counter_ns()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return n * len(runs) * 1e9 / (time.perf_counter_ns() - start)


def threaded(row, environment, options):
    # Each thread has objects of its own, as two parts of a program would.
    runs = [looped(row.statement, environment(row, options.library)) for _ in range(2)]
    # Long samples, because starting a thread is part of them.
    n = calibrated(runs[0], 5 * options.milliseconds * 1_000_000)
    calibrated(runs[1], options.milliseconds * 1_000_000)
    one, two = [], []
    for _ in range(options.samples):
        one.append(calls_per_second(runs[:1], n))
        two.append(calls_per_second(runs, n))
    return {
        "one_per_second": round(median(one)),
        "two_per_second": round(median(two)),
        "ratio": round(median(two) / median(one), 2),
    }


def parser(description):
    import argparse

    result = argparse.ArgumentParser(description=description)
    result.add_argument("library", metavar="LIB")
    result.add_argument("--rows", metavar="REGEX", default="")
    result.add_argument("--samples", metavar="K", type=int, default=5)
    result.add_argument("--milliseconds", metavar="M", type=int, default=20,
                        help="length of a sample")
    result.add_argument("--no-floor", action="store_true", help="leave out what a row is held against")
    result.add_argument("--list", action="store_true", help="name the rows, run nothing")
    return result


def main(rows, environment, options):
    import json
    import re

    for row in rows:
        if not re.search(options.rows, row.name):
            continue
        report = {"row": row.name, "group": row.group}
        if options.list:
            report["floor"] = row.floor
        else:
            measure = threaded if row.group == "threads" else timed
            try:
                report.update(measure(row, environment, options))
            except Exception as error:
                report["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(report), flush=True)


def marked(library, times, *names):
    """Runs rows under callgrind so many times, heavy ones less often, with calls of the library's `mark`
    before and after; then their floors, if `--floors` stands before the names. A line for each says how
    many times it has run."""
    import ctypes
    import gc
    import json

    mark = ctypes.CDLL(library).mark
    # A collection would fall into one row or another.
    gc.disable()
    fields = ["statement", "floor"] if names[0] == "--floors" else ["statement"]
    rows = {row.name: row for row in ROWS}
    for name in names[len(fields) - 1:]:
        row = rows[name]
        count = max(2, int(times) // row.weight)
        try:
            scope = environment(row, library)
            for field in fields:
                if getattr(row, field):
                    run = looped(getattr(row, field), scope)
                    # Memory grows and caches fill before anything is counted.
                    run(count // 8 + 1)
                    mark()
                    run(count)
                    mark()
                    print(json.dumps({"row": name, "of": field, "times": count}), flush=True)
        except Exception as error:
            report = {"row": name, "of": field, "error": f"{type(error).__name__}: {error}"}
            print(json.dumps(report), flush=True)


if __name__ == "__main__":
    if sys.argv[2:3] == ["--marked"]:
        marked(sys.argv[1], *sys.argv[3:])
    else:
        main(ROWS, environment, parser(__doc__.splitlines()[0]).parse_args())
