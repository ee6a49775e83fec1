"""Runs one module of CPython's `test_ctypes` and reports the outcome of every test method.

    driver.py REPORT MODULE [--imports | --directory DIRECTORY] [--skip METHOD]... [--only METHOD]...

The same file runs under CPython and under ours. REPORT gets one JSON object a line: `start` before
a method, then its outcome, so that the method during which a process dies is known. Methods are
named `module.Class.method`. With `--imports`, MODULE is one of CPython's tests of imports, with
`--directory` one in that directory.
"""

import argparse
import json
import sys
import traceback
import unittest


class Report(unittest.TestResult):
    """A test result that writes outcomes down as they happen."""

    def __init__(self, stream, module):
        super().__init__()
        self.stream = stream
        self.module = module
        self.outcome = None

    def write(self, **record):
        self.stream.write(json.dumps(record) + "\n")
        self.stream.flush()

    def name_of(self, test):
        if not hasattr(test, "_testMethodName"):  # setUpClass, setUpModule: no method
            return f"{self.module}.{test}"
        return name_of(self.module, test)

    def startTest(self, test):
        self.outcome = None
        self.write(event="start", method=self.name_of(test))

    def stopTest(self, test):
        kind, detail = self.outcome or ("pass", "")
        self.write(event=kind, method=self.name_of(test), detail=detail)

    def settle(self, test, kind, detail):
        """The worst thing that happens to a method, in itself or in a subtest, is its outcome."""
        if hasattr(test, "test_case"):  # a subtest counts to its method
            detail = f"{test._subDescription()}: {detail}"
            test = test.test_case
        if not hasattr(test, "_testMethodName"):
            self.write(event="fixture", method=self.name_of(test), detail=detail)
        elif self.outcome is None or self.outcome[0] not in ("error", "fail"):
            self.outcome = kind, detail

    def addSuccess(self, test):
        pass

    def addFailure(self, test, err):
        self.settle(test, "fail", traceback_text(err))

    def addError(self, test, err):
        self.settle(test, "error", traceback_text(err))

    def addSubTest(self, test, subtest, err):
        if err is not None:
            failed = issubclass(err[0], test.failureException)
            self.settle(subtest, "fail" if failed else "error", traceback_text(err))

    def addSkip(self, test, reason):
        self.settle(test, "skip", reason)

    def addUnexpectedSuccess(self, test):
        self.settle(test, "fail", "unexpected success")


def traceback_text(err):
    return "".join(traceback.format_exception(*err))


def name_of(module, test):
    return f"{module}.{type(test).__qualname__}.{test._testMethodName}"


def flatten(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flatten(test)
        else:
            yield test


def selected(tests, module, skip, only):
    # Regrouped in one suite: class fixtures then still run where the class changes.
    return unittest.TestSuite(
        test
        for test in tests
        if name_of(module, test) not in skip and (not only or name_of(module, test) in only)
    )


def claim_cpython(support):
    """Runs what `test.support` keeps to CPython: it tests ctypes, and ours is to behave alike."""

    def check_impl_detail(**guards):
        guards, default = support._parse_guards(guards)
        return guards.get("cpython", default)

    support.check_impl_detail = check_impl_detail


def tolerate_3_13():
    """`del _pointer_type_cache[T]` is how 3.13's tests clean up; 3.14 has nothing to delete."""
    import ctypes

    cache = type(ctypes._pointer_type_cache)
    if cache is not dict:
        cache.__delitem__ = lambda self, cls: None


def spare_extension_modules():
    """test_importlib wants a C extension to be there, for a few tests that look for it themselves."""
    from test.support import import_helper

    own = import_helper.import_module

    def import_module(name, *arguments, **options):
        if name == "_testsinglephase":
            return None
        return own(name, *arguments, **options)

    import_helper.import_module = import_module


def prepare(arguments):
    """What comes before the module's name."""
    if arguments.directory:
        sys.path.insert(0, arguments.directory)
        return ""
    from test import support

    support.verbose = False
    if arguments.imports:
        spare_extension_modules()
        return "test."
    if sys.implementation.name != "cpython":
        claim_cpython(support)
        tolerate_3_13()
    return "test.test_ctypes."


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("report")
    parser.add_argument("module")
    parser.add_argument("--imports", action="store_true")
    parser.add_argument("--directory")
    parser.add_argument("--skip", action="append", default=[])
    parser.add_argument("--only", action="append", default=[])
    arguments = parser.parse_args()

    package = prepare(arguments)
    with open(arguments.report, "a", encoding="utf-8") as stream:
        report = Report(stream, arguments.module)
        try:
            suite = unittest.TestLoader().loadTestsFromName(f"{package}{arguments.module}")
        except unittest.SkipTest as reason:
            report.write(event="skip", method=f"{arguments.module}.(module)", detail=str(reason))
        else:
            selected(flatten(suite), arguments.module, arguments.skip, arguments.only)(report)
        report.write(event="end", method=arguments.module)


if __name__ == "__main__":
    main()
