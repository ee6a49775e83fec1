"""The interpreters that check a batch, in each way of calling that they have."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import toolchain
from batch import Batch, listed

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "benches/peers"))
import debian  # noqa: E402

TIME_LIMIT = 3600
# By mode: the parts of the fast path that are left out, and what is checked. Callbacks know no other entry;
# layouts are always checked, since they explain other differences.
MODES = {
    "direct": ("", "layout,bit_fields,call,back"),
    "libffi": ("direct", "layout,bit_fields,call"),
    "unplanned": ("plan", "layout,bit_fields,call"),
}


class Mode(NamedTuple):
    name: str
    command: list
    environment: dict
    kinds: str


class Finding(NamedTuple):
    """What a check found wrong."""
    # "differs", "raises", "refused", "dies".
    outcome: str
    # "layout", "bit_fields", "call", "back".
    kind: str
    # The aggregate or signature.
    of: str
    library: str
    message: str

    @property
    def compiler(self):
        return Path(self.library).stem


def ours(platform, interpreter):
    command, environment = toolchain.program(platform, interpreter)
    return [Mode(name, command, {**environment, "RUSTPYTHON_CTYPES_WITHOUT": without}, kinds)
            for name, (without, kinds) in MODES.items()]


def cpython():
    command, environment = debian.python("python3.14")
    return [Mode("CPython 3.14", command, environment, MODES["direct"][1])]


def check(mode, path, libraries, seed):
    """Findings of one batch, and how many checks were made."""
    progress = path.with_suffix(".progress")
    findings, done, first = [], 0, 0
    while True:
        progress.write_text("")
        arguments = [HERE / "check.py", path, progress, first, f"{seed}/{mode.kinds}", *libraries]
        ran = subprocess.run([*mode.command, *map(str, arguments)], capture_output=True, text=True,
                             timeout=TIME_LIMIT,
                             env={**os.environ, **mode.environment, "PYTHONDONTWRITEBYTECODE": "1"})
        lines = [json.loads(line) for line in ran.stdout.splitlines()]
        findings += [Finding(*line) for line in lines if line[0] != "done"]
        if ran.returncode == 0:
            return findings, done + lines[-1][1]
        under_way = progress.read_text().strip()
        if not under_way:
            raise RuntimeError(f"{mode.name} cannot check {path}:\n{ran.stderr}")
        done += int(under_way) - first
        first = int(under_way)
        findings.append(Finding("dies", *name_of(first, path, mode, libraries), f"status {ran.returncode}: "
                                + ran.stderr[-300:].strip()))


def command(mode, path, libraries, seed):
    """The check as a line of a shell."""
    path.with_suffix(".progress").write_text("")
    variables = [f"{name}={shlex.quote(value)}" for name, value in mode.environment.items()]
    words = [*mode.command, HERE / "check.py", path, path.with_suffix(".progress"), 0, f"{seed}/{mode.kinds}",
             *libraries]
    return " ".join([*variables, shlex.join(map(str, words))])


def name_of(number, path, mode, libraries):
    """Kind, name and library of a check."""
    checks = list(listed(Batch.from_json(path.read_text()), mode.kinds.split(",")))
    index, each = divmod(number - 1, len(checks))
    kind, of = checks[each]
    return kind, of.name, str(libraries[index])
