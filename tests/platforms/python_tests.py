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
TIME_LIMIT = float(os.environ.get("RUSTPYTHON_CTYPES_TEST_TIMEOUT", 400))
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
    listed = Path(__file__).with_name(f"expected-{name}.txt")
    outcomes = outcomes_of(interpreter(target), names or every, known(listed))
    return judge(f"{name}: Python tests", outcomes, listed, not names)


def known(listed):
    """The methods of a list of those that fail, with their reasons."""
    return read_expected(listed, ALLOWED) if listed.exists() else {}


def outcomes_of(ours, modules, excused):
    """How the methods of modules end. A module in which others fail than are excused runs once more, alone.

    Under qemu and Wine a thread or a process is lost now and then on a machine that is busy.
    """
    [outcomes] = run_all([ours], {module: [] for module in modules}, PROCESSES, TIME_LIMIT)
    failing = {method for method, (kind, _) in outcomes.items() if kind not in ("pass", "skip")} - excused.keys()
    for module in sorted({method.partition(".")[0] for method in failing}):
        of_module = {method for method in outcomes if method.partition(".")[0] == module}
        for method in sorted(of_module & failing):
            print_outcome(method, *outcomes[method])
        print(f"AGAIN   {module}", flush=True)
        for method in of_module:
            del outcomes[method]
        outcomes.update(run_all([ours], {module: []}, 1, TIME_LIMIT)[0])
    return outcomes


def judge(what, outcomes, listed, complete, elsewhere=None):
    """Prints what did not end as the lists have it, and counts; whether there was nothing.

    What is listed elsewhere too need not be there at all.
    """
    expected = known(listed)
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
