"""Runs tests/python/test_*.py on a target, against the list of what cannot pass there."""

import os
import shlex
import sys
from pathlib import Path

import build
from root import REPOSITORY

sys.path.append(str(REPOSITORY / "tests/conformance"))
from outcomes import Interpreter, print_outcome, read_expected, run_all  # noqa: E402

PYTHON = REPOSITORY / "tests/python"
TIME_LIMIT = float(os.environ.get("RUSTPYTHON_CTYPES_TEST_TIMEOUT", 900))
PROCESSES = 2
# No list may become longer than this.
ALLOWED = 60


def interpreter(target):
    program = build.interpreter(target)
    started_by = shlex.join([*target.runner, str(program)])
    environment = {
        "CTYPES_TEST_LIB": str(build.clib(target)),
        "CTYPES_TESTS_INTERPRETER": started_by,
        "CTYPES_TESTS_SLOWED": str(target.slowed),
        "PYTHONIOENCODING": "utf-8",
        "CC": target.compiler,
        **target.environment,
    }
    return Interpreter(build.command(target), environment, ["--directory", str(PYTHON)])


def run(name, target, names):
    """Whether everything ended as the list has it."""
    every = sorted(path.stem for path in PYTHON.glob("test_*.py"))
    [outcomes] = run_all([interpreter(target)], {module: [] for module in names or every}, PROCESSES, TIME_LIMIT)
    return judge(f"{name}: Python tests", outcomes, Path(__file__).with_name(f"expected-{name}.txt"), not names)


def judge(what, outcomes, listed, complete):
    """Prints what did not end as the list has it, and counts; whether there was nothing."""
    expected = read_expected(listed, ALLOWED) if listed.exists() else {}
    passing = {method for method, (kind, _) in outcomes.items() if kind == "pass"}
    skipped = {method for method, (kind, _) in outcomes.items() if kind == "skip"}
    failing = outcomes.keys() - passing - skipped
    for method in sorted(failing - expected.keys()):
        print_outcome(method, *outcomes[method])
    stale = sorted(expected.keys() - failing) if complete else sorted(expected.keys() & passing)
    for method in stale:
        print(f"STALE   {method} is listed in {listed.name} and does not fail")
    print(f"{what}: {len(passing)} pass, {len(skipped)} are skipped, {len(failing & expected.keys())} fail as "
          f"{listed.name} says, {len(failing - expected.keys())} fail besides")
    return bool(passing) and not stale and failing <= expected.keys()
