"""CPython's own tests of imports and of classes, under our interpreter with its `__import__` and
`type.__new__` and with the VM's.

    python3.13 tests/conformance/program.py [MODULE ...] [--interpreter PATH]

Run it with the CPython 3.13 whose tests are to be used. Every module of `test_import` and
`test_importlib`, a few others that import in their own ways, and those that look closely at classes run
in processes of their own, once with what is native left out (`RUSTPYTHON_CTYPES_WITHOUT=import,types`)
and once with it. Every method that passes without it has to pass with it. Prints those that do not, and
then

    program: N of M methods pass

and exits with 0 if N is M, with 77 if this CPython has no test suite to offer.
"""

import argparse
import importlib.util
import os
import pathlib
import sys
import tempfile

from outcomes import Interpreter, passed, print_outcome, run_all
from run import ROOT, located

# Beside the packages of tests of imports.
IMPORTS = ["test_builtin", "test_frozen", "test_module", "test_modulefinder", "test_pkg", "test_pkgutil",
           "test_runpy", "test_zipimport"]
CLASSES = ["test_abc", "test_class", "test_collections", "test_copy", "test_dataclasses", "test_descr",
           "test_dynamicclassattribute", "test_enum", "test_exceptions", "test_functools", "test_gc",
           "test_genericclass", "test_inspect", "test_isinstance", "test_metaclass", "test_property",
           "test_subclassinit", "test_super", "test_type_params", "test_typechecks", "test_weakref"]
# What those modules take from others.
DATA = ["__init__.py", "support", "relimport.py", "zipimport_data", "archivetestdata", "test_doctest",
        "test_unittest", "test_module", "typinganndata"]
# What does not come to an end in this VM, with its own `type.__new__` or without: nothing to compare.
ENDLESS = ["test_descr.PicklingTests.test_issue24097"]
# Fewer would mean that something else is broken.
AT_LEAST = 3000


class Suite:
    """The tests of the CPython that runs this script."""

    def __init__(self):
        tests = importlib.util.find_spec("test.test_importlib")
        if sys.implementation.name != "cpython" or sys.version_info[:2] != (3, 13) or tests is None:
            raise LookupError(f"{sys.executable} is not CPython 3.13 with its test suite")
        self.folder = pathlib.Path(tests.origin).parent.parent

    def modules(self):
        packages = ["test_import", "test_importlib", "test_dataclasses", "test_inspect"]
        files = [path for package in packages for path in self.folder.glob(f"{package}/**/test_*.py")]
        found = [".".join(path.relative_to(self.folder).with_suffix("").parts) for path in files]
        besides = [name for name in [*IMPORTS, *CLASSES] if (self.folder / f"{name}.py").exists()]
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
        options = ["--imports", *(f"--skip={method}" for method in ENDLESS)]
        interpreters = [Interpreter([program], {**path, **part}, options)
                        for part in [{"RUSTPYTHON_CTYPES_WITHOUT": "import,types"}, {}]]
        wanted, failing = worse(interpreters, arguments.modules or suite.modules(), arguments.jobs,
                                arguments.time_limit)
    for method, (kind, detail) in failing.items():
        print_outcome(method, kind, detail)
    print(f"program: {len(wanted) - len(failing)} of {len(wanted)} methods pass")
    enough = arguments.modules or len(wanted) >= AT_LEAST
    return 0 if wanted and enough and not failing else 1


if __name__ == "__main__":
    sys.exit(main())
