"""Runs modules of tests in processes of an interpreter, and tells how each method ended, also if its process dies
or hangs. And lists of methods that are known to fail.
"""

import concurrent.futures
import json
import os
import pathlib
import signal
import subprocess
import tempfile

DRIVER = pathlib.Path(__file__).resolve().parent / "driver.py"
TRACEBACK_LINES = 6


class Interpreter:
    """A way to start one of the two interpreters."""

    def __init__(self, command, environment, options=()):
        self.command = command
        self.options = options  # for the driver
        self.environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}

    def run_module(self, module, only, time_limit):
        """The outcome (kind, detail) of each method of a module.

        When the process dies or hangs, the method it was in is to blame, and the rest runs in
        another process.
        """
        outcomes = {}
        while True:
            outcome = self.run_process(module, only, sorted(outcomes), time_limit)
            before = len(outcomes)
            outcomes.update(outcome.finished)
            if outcome.complete or len(outcomes) == before:
                return outcomes

    def run_process(self, module, only, skip, time_limit):
        with tempfile.TemporaryDirectory() as scratch:
            report = pathlib.Path(scratch) / "report"
            log = pathlib.Path(scratch) / "log"
            options = [f"--only={method}" for method in only]
            options += [f"--skip={method}" for method in skip]
            with open(log, "wb") as sink:
                process = subprocess.Popen(
                    [*self.command, str(DRIVER), str(report), module, *self.options, *options],
                    cwd=scratch,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
                try:
                    status = process.wait(time_limit)
                except subprocess.TimeoutExpired:
                    # The group: what hangs may be a child of the test's own.
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
                    status = None
            records = report.read_text(encoding="utf-8") if report.exists() else ""
            output = log.read_text(encoding="utf-8", errors="replace")
            return ProcessOutcome(module, records, describe(status, time_limit), output)


class ProcessOutcome:
    """What one process reported, and what became of it."""

    def __init__(self, module, records, end, log):
        self.finished = {}
        self.complete = False
        running = None
        for record in map(json.loads, records.splitlines()):
            if record["event"] == "start":
                running = record["method"]
            elif record["event"] == "end":
                self.complete = True
            else:
                self.finished[record["method"]] = record["event"], record["detail"]
                running = None
        if not self.complete:
            end = end or "exit status 0"
        if end is not None:
            place = running or f"{module}.({'at exit' if self.complete else 'outside of methods'})"
            self.finished[place] = "crash", f"{log}\nthe process ended with {end}"


def describe(status, time_limit):
    """How a process ended, or None if it ended well."""
    if status is None:
        return f"SIGKILL after {time_limit:g} seconds"
    if status < 0:
        return signal.Signals(-status).name
    return f"exit status {status}" if status else None


def run_all(interpreters, selection, jobs, time_limit):
    """For each interpreter, the outcomes of the methods selected (see `select`)."""
    results = [{} for _ in interpreters]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        runs = [
            (result, pool.submit(interpreter.run_module, module, only, time_limit))
            for interpreter, result in zip(interpreters, results)
            for module, only in selection.items()
        ]
        for result, run in runs:
            result.update(run.result())
    return results


def passed(outcomes):
    return {method for method, (kind, _) in outcomes.items() if kind == "pass"}


def read_expected(path, allowed):
    """`module.Class.method  reason` a line; blank lines and lines starting with # do not count."""
    expected = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        method, _, reason = line.partition(" ")
        if not reason.strip():
            raise SystemExit(f"{path.name}: no reason given for {method}")
        if method in expected:
            raise SystemExit(f"{path.name}: {method} is listed twice")
        expected[method] = reason.strip()
    if len(expected) > allowed:
        raise SystemExit(f"{path.name}: {len(expected)} exceptions, at most {allowed} are allowed")
    return expected


def print_outcome(method, kind, detail, lines=TRACEBACK_LINES):
    """Prints how a method ended, with so many of the last lines of its traceback, or all."""
    print(f"{kind.upper():7} {method}")
    for line in detail.strip().splitlines()[-lines:]:
        print(f"        | {line}")
