"""CPython's own `test_ctypes` as a conformance test of our `_ctypes`.

    python3.13 tests/conformance/run.py [--suite 3.14] [MODULE ...] [--interpreter PATH] [--verbose]

The tests (and the compiled `_ctypes_test`) are those of the CPython 3.13 that runs this, or those of
Debian sid's 3.14, which benches/peers/debian.py makes. Every module of `test.test_ctypes` runs in a
process of its own, once under that CPython and once under ours. The methods CPython passes are the
yardstick: ours has to pass them all, except those that `expected-VERSION.txt` lists with a reason.
Prints what differs and the end of each traceback, then

    conformance with 3.13: N of M methods pass

and exits with 0 if only listed methods fail and every listed one does, with 77 if this CPython
has no test suite to offer.
"""

import argparse
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

from outcomes import TRACEBACK_LINES, Interpreter, passed, print_outcome, read_expected, run_all

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SHIM = ROOT / "python-shim" / "cpython_tests"
# How many exceptions are allowed, by the version of the suite.
SUITES = {"3.13": 16, "3.14": 12}
NO_SUITE = 77

# Where a CPython has its tests.
PROBE = """
import importlib.util, json, sys
def origin(name):
    try:
        found = importlib.util.find_spec(name)
    except ImportError:
        return None
    return found and found.origin
print(json.dumps({
    "version": "%d.%d" % sys.version_info[:2] if sys.implementation.name == "cpython" else "",
    "tests": origin("test.test_ctypes"), "library": origin("_ctypes_test")}))
"""


def python(version):
    """How the CPython of a version is started: a command, and variables."""
    if version == "3.13":
        return [sys.executable], {}
    sys.path.append(str(ROOT / "benches" / "peers"))
    import debian

    return debian.python(f"python{version}")


class Suite:
    """The tests of a CPython."""

    def __init__(self, version):
        self.version = version
        self.command, self.environment = python(version)
        found = self.ask(PROBE)
        if found is None or found["version"] != version:
            raise LookupError(f"{shlex.join(self.command)} is not CPython {version}, whose tests are the yardstick")
        if not found["tests"] or not found["library"]:
            raise LookupError(
                f"{shlex.join(self.command)} has no test.test_ctypes or no _ctypes_test "
                f"(Debian: install libpython{version}-testsuite)"
            )
        self.tests = pathlib.Path(found["tests"]).parent
        self.library = found["library"]

    def ask(self, program):
        """What a program prints as JSON; None if there is no such CPython."""
        try:
            answer = subprocess.run(
                [*self.command, "-c", program], env={**os.environ, **self.environment}, capture_output=True, check=True
            )
        except (OSError, subprocess.CalledProcessError):
            return None
        return json.loads(answer.stdout)

    def modules(self):
        return sorted(path.stem for path in self.tests.glob("test_*.py"))

    def stage(self, directory):
        """A `test` package of links: nothing else of CPython's library comes within reach."""
        package = directory / "test"
        package.mkdir()
        for name in ["__init__.py", "support", "test_ctypes"]:
            (package / name).symlink_to(self.tests.parent / name)
        return directory


def cpython(suite):
    return Interpreter(suite.command, suite.environment)


def ours(program, suite, directory):
    wrapper = shlex.split(os.environ.get("RUSTPYTHON_CTYPES_TEST_WRAPPER", ""))
    paths = [str(suite.stage(directory)), str(SHIM)]
    return Interpreter([*wrapper, str(program)], {"PYTHONPATH": os.pathsep.join(paths),
                                                  "CTYPES_CONFORMANCE_LIBRARY": suite.library})


def select(names, modules):
    """For each module named, the methods to run: those named, or none for all."""
    selection = {}
    for name in names or modules:
        name = name.removeprefix("test.test_ctypes.")
        module, dot, _ = name.partition(".")
        if module not in modules:
            raise SystemExit(f"no module {module} among {', '.join(modules)}")
        selection.setdefault(module, []).append(name if dot else module)
    return {
        module: [] if module in chosen else sorted(set(chosen))
        for module, chosen in selection.items()
    }


class Comparison:
    """Ours against the yardstick and the list of exceptions."""

    def __init__(self, version, yardstick, ours, complete):
        self.version = version
        self.ours = ours
        self.listed = HERE / f"expected-{version}.txt"
        expected = read_expected(self.listed, SUITES[version])
        self.wanted = passed(yardstick)
        self.passing = passed(ours) & self.wanted
        failing = self.wanted - self.passing
        self.unexpected = sorted(failing - expected.keys())
        self.excused = sorted(failing & expected.keys())
        self.stale = sorted(self.passing & expected.keys())
        # A list entry that is no method of the suite excuses nothing; only a full run can tell.
        self.unknown = sorted(expected.keys() - self.wanted) if complete else []
        # What went wrong outside of methods: imports, class fixtures, the end of the process.
        self.besides = sorted(
            method
            for method, (kind, _) in ours.items()
            if method not in yardstick and kind != "skip"
        )

    def print(self, verbose):
        for method in self.besides + self.unexpected + (self.excused if verbose else []):
            kind, detail = self.ours.get(method, ("missing", "not reported"))
            print_outcome(method, kind, detail, 0 if verbose else TRACEBACK_LINES)
        listed = self.listed.name
        for method in self.stale:
            print(f"STALE   {method} is listed in {listed} but passes")
        for method in self.unknown:
            print(f"UNKNOWN {method} is listed in {listed} but CPython does not pass it")
        print(f"conformance with {self.version}: {len(self.passing)} of {len(self.wanted)} methods pass", end="")
        print(f", {len(self.excused)} fail as {listed} says" if self.excused else "")

    def ok(self):
        wrong = self.besides or self.unexpected or self.stale or self.unknown
        return bool(self.wanted) and not wrong


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="MODULE", help="module, or module.Class.method")
    parser.add_argument("--suite", choices=SUITES, default="3.13")
    parser.add_argument(
        "--interpreter",
        type=pathlib.Path,
        default=ROOT / "target" / "release" / "rustpython-ctypes",
    )
    parser.add_argument("--verbose", action="store_true", help="whole tracebacks, listed ones too")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument(
        "--time-limit",
        type=float,
        default=os.environ.get("RUSTPYTHON_CTYPES_TEST_TIMEOUT", 120),
        help="seconds for one process",
    )
    return parser.parse_args()


def located(make, interpreter):
    """The suite that `make` makes, and the path of the interpreter that runs it; ends where one is missing."""
    try:
        suite = make()
    except LookupError as error:
        print(error, file=sys.stderr)
        sys.exit(NO_SUITE)
    program = shutil.which(interpreter)
    if program is None:
        sys.exit(f"no interpreter at {interpreter}")
    return suite, os.path.abspath(program)


def main():
    arguments = parse_arguments()
    suite, program = located(lambda: Suite(arguments.suite), arguments.interpreter)
    selection = select(arguments.names, suite.modules())
    with tempfile.TemporaryDirectory() as directory:
        interpreters = [cpython(suite), ours(program, suite, pathlib.Path(directory))]
        results = run_all(interpreters, selection, arguments.jobs, arguments.time_limit)
    comparison = Comparison(arguments.suite, *results, complete=not arguments.names)
    comparison.print(arguments.verbose)
    return 0 if comparison.ok() else 1


if __name__ == "__main__":
    sys.exit(main())
