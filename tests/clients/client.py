"""What a client is: a published program, run by our interpreter and by CPython, and what came of it."""

import os
import re
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
# Seconds that a process may take, unless its client says otherwise.
PATIENCE = 300
# What differs from run to run: addresses, and times of test runners.
VARIES = [(re.compile(r"0x[0-9a-fA-F]{6,}"), "0x..."), (re.compile(r"\b\d+\.\d+ ?s\b"), "... s")]


@dataclass
class Outcome:
    """What a run came to: words for the table, and by name what is compared with the other run."""

    summary: str
    details: dict = field(default_factory=dict)


def same_details(ours, theirs):
    """The names of what differs between two outcomes, each with both sides."""
    return {
        name: (ours.details.get(name, "missing"), theirs.details.get(name, "missing"))
        for name in ours.details | theirs.details
        if ours.details.get(name) != theirs.details.get(name)
    }


@dataclass
class Client:
    """A row of docs/clients.md."""

    name: str
    package: str
    version: str
    # What was run, in words.
    what: str
    # Runs it once: `run(machine, interpreter)`.
    run: Callable
    # Whether it belongs to the part that CI runs.
    quick: bool = False
    # Programs that must be on the machine.
    needs: tuple = ()
    compare: Callable = same_details


@dataclass
class Finished:
    returncode: int
    stdout: str
    stderr: str

    def error(self):
        """What went wrong, in a line; the empty string if nothing did."""
        if self.returncode == 0:
            return ""
        last = (self.stderr.strip().splitlines() or [""])[-1]
        if self.returncode < 0:
            return f"{signal.Signals(-self.returncode).name}: {last}"
        return f"exit {self.returncode}: {last}"


@dataclass
class Interpreter:
    """A Python: ours, or CPython."""

    name: str
    path: Path

    def environment(self, packages=None, **variables):
        """The environment of a process that imports what is installed in these folders."""
        folders = [packages] if isinstance(packages, (str, Path)) else packages or []
        path = os.pathsep.join(map(str, folders))
        return dict(os.environ, PYTHONPATH=path, PYTHONDONTWRITEBYTECODE="1", **variables)

    def start(self, *arguments, packages=None, around=(), cwd=None, **variables):
        """A process in a group of its own, its output in pipes."""
        return subprocess.Popen(
            [*around, self.path, *map(str, arguments)], cwd=cwd, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment(packages, **variables), start_new_session=True)

    def run(self, *arguments, timeout=PATIENCE, **options):
        """Runs it to its end. One that takes too long is killed, with what it has started."""
        process = self.start(*arguments, **options)
        return finish(process, timeout)


def finish(process, timeout):
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        stdout, stderr = process.communicate()
        stderr += f"\nkilled after {timeout} seconds"
    return Finished(process.returncode, stdout, stderr)


def printed(finished):
    """The outcome of a program whose output is what counts, line by line."""
    lines = [steady(line) for line in finished.stdout.splitlines()]
    error = finished.error()
    summary = error or f"{len(lines)} lines printed"
    return Outcome(summary, {"exit": error} | {f"line {n}": line for n, line in enumerate(lines, 1)})


def steady(text):
    """The text without what differs from run to run."""
    for pattern, word in VARIES:
        text = pattern.sub(word, text)
    return text


def program(name, *arguments, requirements, **options):
    """The `run` of a client that is a file of `programs`, which prints what it finds."""
    def run(machine, interpreter):
        packages = machine.installed(requirements)
        finished = interpreter.run(PROGRAMS / name, *arguments, packages=packages, **options)
        return printed(finished)

    return run
