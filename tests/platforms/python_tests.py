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


def variables(target):
    """What any test is told by variables."""
    started_by = shlex.join([*target.runner, str(build.interpreter(target))])
    return {
        **({"CTYPES_TESTS_INTERPRETER": started_by} if target.is_emulated else {}),
        "CTYPES_TESTS_SLOWED": str(target.slowed),
        "PYTHONIOENCODING": "utf-8",
        "CC": target.compiler,
        **target.environment,
    }


def interpreter(target):
    environment = {"CTYPES_TEST_LIB": target.paths(build.clib(target)), **variables(target)}
    return Interpreter(build.command(target), environment, ["--directory", str(PYTHON)])


def run(name, target, names):
    """Whether everything ended as the list has it."""
    every = sorted(path.stem for path in PYTHON.glob("test_*.py")
                   if name == "windows" or not path.stem.startswith("test_windows_"))
    [outcomes] = run_all([interpreter(target)], {module: [] for module in names or every}, PROCESSES, TIME_LIMIT)
    return judge(f"{name}: Python tests", outcomes, Path(__file__).with_name(f"expected-{name}.txt"), not names)


def judge(what, outcomes, listed, complete, elsewhere=None):
    """Prints what did not end as the lists have it, and counts; whether there was nothing.

    What is listed elsewhere too need not be there at all.
    """
    expected = read_expected(listed, ALLOWED) if listed.exists() else {}
    excused = {**(elsewhere or {}), **expected}
    passing = {method for method, (kind, _) in outcomes.items() if kind == "pass"}
    skipped = {method for method, (kind, _) in outcomes.items() if kind == "skip"}
    failing = outcomes.keys() - passing - skipped
    for method in sorted(failing - excused.keys()):
        print_outcome(method, *outcomes[method])
    stale = excused.keys() & passing | (expected.keys() - failing if complete else set())
    for method in sorted(stale):
        print(f"STALE   {method} is listed and does not fail")
    print(f"{what}: {len(passing)} pass, {len(skipped)} are skipped, {len(failing & excused.keys())} fail as is "
          f"listed, {len(failing - excused.keys())} fail besides")
    return bool(passing) and not stale and failing <= excused.keys()
