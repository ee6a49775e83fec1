"""CPython's own tests of sqlite3, method by method, on examples/sqlite_dbapi in place of sqlite3.

    sqlite_dbapi_compliance.py FOLDER MODULE...

The folder is CPython's Lib/test: the package `test` is imported from there, and nothing else is. The
modules are those of test_sqlite3. A line is `module.Class.method`, two spaces, and `ok`, `skipped`,
`excluded: ` with a reason, or `FAIL` with the exceptions.
"""

import importlib
import importlib.util
import os
import sys
import types
import unittest
from ctypes import c_int, c_uint64, sizeof
from fnmatch import fnmatchcase
from pathlib import Path

import sqlite_dbapi

# Not run, by patterns of their names, with the reason.
EXCLUDED = {
    "test_dbapi.ModuleTests.test_deprecated_version": "sqlite3's own version, gone in Python 3.14",
    "test_dbapi.ClosedConTests.test_closed_call": "calls without an argument what wants one",
    "test_factory.ConnectionFactoryTests.test_connection_factory_as_positional_arg":
        "a deprecation warning in the name of the C module",
    "*_keyword_args": "deprecation warnings about arguments that are positional here",
    "*_too_large_blob": "takes 2 GB",
    "*_too_large_string": "takes 2 GB",
    "*_too_large_text": "takes 2 GB",
}


def excluded(method):
    """Why a method is not run."""
    for pattern, reason in EXCLUDED.items():
        if fnmatchcase(method, pattern):
            return reason


def replace_sqlite3():
    """Here, and in what the tests start here, which is `python -c`."""
    sqlite_dbapi.dbapi2 = sqlite_dbapi
    for name in ("sqlite3", "sqlite3.dbapi2", "_sqlite3"):
        sys.modules[name] = sqlite_dbapi
    Path("sqlite3.py").write_text(
        "import sys\nimport sqlite_dbapi\nsys.modules[__name__] = sqlite_dbapi\n")


def provide_test(folder):
    """The package `test`, without the rest of that standard library."""
    spec = importlib.util.spec_from_file_location(
        "test", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder])
    sys.modules["test"] = importlib.util.module_from_spec(spec)
    # The tests ask this module of CPython's for two limits of C.
    limits = types.ModuleType("_testcapi")
    limits.INT_MAX, limits.ULLONG_MAX = 2**(8 * sizeof(c_int) - 1) - 1, c_uint64(-1).value
    sys.modules["_testcapi"] = limits


class Words(unittest.TestResult):
    """What became of one test, with all its subtests."""

    def __init__(self):
        super().__init__()
        self.exceptions = set()

    def addError(self, test, error):
        super().addError(test, error)
        self.exceptions.add(error[0].__name__)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.exceptions.add(error[0].__name__)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.exceptions.add(error[0].__name__)

    def words(self):
        if self.exceptions:
            return "FAIL " + " ".join(sorted(self.exceptions))
        return "skipped" if self.skipped else "ok"


def methods(suite):
    for each in suite:
        if isinstance(each, unittest.TestSuite):
            yield from methods(each)
        else:
            yield each


def main():
    folder, *names = sys.argv[1:]
    replace_sqlite3()
    provide_test(folder)
    passed = ran = 0
    for name in names:
        module = importlib.import_module("test.test_sqlite3." + name)
        for case in methods(unittest.defaultTestLoader.loadTestsFromModule(module)):
            method = case.id().removeprefix("test.test_sqlite3.")
            if reason := excluded(method):
                print(f"{method}  excluded: {reason}")
                continue
            result = Words()
            case.run(result)
            print(f"{method}  {result.words()}", flush=True)
            for _, text in [*result.errors, *result.failures]:
                print(text, file=sys.stderr)
            ran += 1
            passed += result.words() == "ok"
    print(f"summary  {passed} of {ran} passed")


main()
