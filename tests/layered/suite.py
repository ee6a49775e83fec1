"""The project's own tests under the layered `_ctypes`, against the list of what it cannot do.

    suite.py MODULE             runs a module of tests/python
    suite.py --failures MODULE  prints what fails, as lines for expected.txt

A method that fails and is not listed fails the run, and so does one that is listed and passes.
"""

import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = HERE.parent / "python"


def expected(module):
    """Methods and reasons."""
    lines = (HERE / "expected.txt").read_text().splitlines()
    pairs = (line.split(None, 1) for line in lines if line and not line.startswith("#"))
    return {method: reason for method, reason in pairs if method.split(".")[0] == module}


class Result(unittest.TestResult):
    """Failed methods, with the last line of what failed first. A subtest counts to its method."""

    def __init__(self):
        super().__init__()
        self.failed = {}

    def note(self, test, error):
        method = getattr(test, "test_case", test).id()
        text = str(error[1]).strip().splitlines() or [""]
        self.failed.setdefault(method, f"{error[0].__name__}: {text[0]}")

    def addError(self, test, err):
        self.note(test, err)

    def addFailure(self, test, err):
        self.note(test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.note(test, err)


def main():
    *options, module = sys.argv[1:]
    sys.path.insert(0, str(PYTHON))
    result = Result()
    unittest.defaultTestLoader.loadTestsFromName(module).run(result)
    if options == ["--failures"]:
        for method, text in sorted(result.failed.items()):
            print(f"{method}  {text}")
        return
    known = expected(module)
    problems = [f"{method}: {text}" for method, text in sorted(result.failed.items())
                if method not in known]
    problems += [f"{method} is listed, and passes" for method in known
                 if method not in result.failed]
    print(f"{module}: {result.testsRun} run, {len(result.failed)} that the design cannot do")
    if not result.testsRun:
        problems.append("no test ran")
    if problems:
        sys.exit("\n".join(problems))


main()
