"""CPython's own tests of imports, under our interpreter with its `__import__` and with the VM's.

    python3.13 tests/conformance/imports.py [MODULE ...] [--interpreter PATH]

Run it with the CPython 3.13 whose tests are to be used. Every module of `test_import` and
`test_importlib`, and a few others that import in their own ways, runs in a process of its own, once
with the native `__import__` left out (`RUSTPYTHON_CTYPES_WITHOUT=import`) and once with it. Every
method that passes without it has to pass with it. Prints those that do not, and then

    imports: N of M methods pass

and exits with 0 if N is M, with 77 if this CPython has no test suite to offer.
"""

import argparse
import importlib.util
import os
import pathlib
import sys
import tempfile

from run import ROOT, TRACEBACK_LINES, Interpreter, located, passed, run_all

BESIDES = ["test_builtin", "test_frozen", "test_module", "test_modulefinder", "test_pkg", "test_pkgutil",
           "test_runpy", "test_zipimport"]
# What those modules take from others.
DATA = ["__init__.py", "support", "relimport.py", "zipimport_data", "archivetestdata", "test_doctest"]
# Fewer would mean that something else is broken.
AT_LEAST = 1000


class Suite:
    """The tests of the CPython that runs this script."""

    def __init__(self):
        tests = importlib.util.find_spec("test.test_importlib")
        if sys.implementation.name != "cpython" or sys.version_info[:2] != (3, 13) or tests is None:
            raise LookupError(f"{sys.executable} is not CPython 3.13 with its test suite")
        self.folder = pathlib.Path(tests.origin).parent.parent

    def modules(self):
        packages = ["test_import", "test_importlib"]
        files = [path for package in packages for path in self.folder.glob(f"{package}/**/test_*.py")]
        found = [".".join(path.relative_to(self.folder).with_suffix("").parts) for path in files]
        besides = [path.stem for name in BESIDES for path in self.folder.glob(f"{name}*")
                   if path.stem == name]
        return sorted(["test_import", *found, *besides])

    def stage(self, directory):
        """A `test` package of links: nothing else of CPython's library comes within reach."""
        package = directory / "test"
        package.mkdir()
        for name in {*DATA, *(module.partition(".")[0] for module in self.modules())}:
            for path in [self.folder / name, self.folder / f"{name}.py"]:
                if path.exists():
                    (package / path.name).symlink_to(path)
        return directory


def worse(interpreters, modules, jobs, time_limit):
    """The methods that pass without, those of them that fail with, and how those failed.

    What fails is tried once more: tests with threads and clocks fail now and then.
    """
    without, native = run_all(interpreters, {module: [] for module in modules}, jobs, time_limit)
    failing = passed(without) - passed(native)
    again = {module: only for module in modules
             if (only := [method for method in failing if method.startswith(f"{module}.")])}
    [retried] = run_all(interpreters[1:], again, jobs, time_limit)
    failing -= passed(retried)
    return passed(without), {method: native.get(method, ("missing", "")) for method in sorted(failing)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    parser.add_argument("--interpreter", type=pathlib.Path,
                        default=ROOT / "target/release/rustpython-ctypes")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--time-limit", type=float, help="seconds for one process",
                        default=os.environ.get("RUSTPYTHON_CTYPES_TEST_TIMEOUT", 120))
    arguments = parser.parse_args()
    suite, program = located(Suite, arguments.interpreter)
    with tempfile.TemporaryDirectory() as directory:
        path = {"PYTHONPATH": str(suite.stage(pathlib.Path(directory)))}
        interpreters = [Interpreter([program], {**path, **part}, ["--imports"])
                        for part in [{"RUSTPYTHON_CTYPES_WITHOUT": "import"}, {}]]
        wanted, failing = worse(interpreters, arguments.modules or suite.modules(), arguments.jobs,
                                arguments.time_limit)
    for method, (kind, detail) in failing.items():
        print(f"{kind.upper():7} {method}")
        for line in detail.strip().splitlines()[-TRACEBACK_LINES:]:
            print(f"        | {line}")
    print(f"imports: {len(wanted) - len(failing)} of {len(wanted)} methods pass")
    enough = arguments.modules or len(wanted) >= AT_LEAST
    return 0 if wanted and enough and not failing else 1


if __name__ == "__main__":
    sys.exit(main())
