"""Which messages of our source the Python tests reach.

    reached.py [MODULE ...]    # under our interpreter, with CTYPES_TEST_LIB

Reads the messages that `src` gives to exceptions, runs the Python tests with an eye on every exception that
arrives in Python code, and prints each message with the first test that reached it. Messages that none reaches
are to be listed in unreached.txt, each with its reason; then the exit status is 0. The tests say what CPython
raises in the same place, since they run under it too.
"""

import os
import re
import sys
import threading
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SOURCE = ROOT / "src"
TESTS = ROOT / "tests/python"
UNREACHED = HERE / "unreached.txt"

# Files for other systems: Windows, whose messages tests/python/test_windows_*.py reach there, and macOS.
FOR_OTHERS = ("ccall/seh.rs", "classes/function/com.rs", "com/", "ctype/scalar/bstr.rs", "functions/macos.rs",
              "functions/windows.rs", "system_error.rs")

# What makes an exception of a text.
RAISES = re.compile(r"\b(?:new_\w*error|new_exception_msg|refused|refuse|wrong|mistake)\(|\bmessage = ")
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
TESTS_OF_A_FILE = re.compile(r"#\[cfg\(test\)\]\s*mod tests \{.*\Z", re.DOTALL)
COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def extent(text, start):
    """Where what is opened at `start` is closed; for an assignment, the end of the statement."""
    depth, place, closing = 0, start, text[start - 1] == "("
    while place < len(text):
        literal = LITERAL.match(text, place)
        if literal:
            place = literal.end()
            continue
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth < 0 or (not closing and depth == 0 and text[place] == ";"):
            return place
        place += 1
    return place


def messages():
    """Each message, and the file that it stands in."""
    found = {}
    for path in sorted(SOURCE.rglob("*.rs")):
        if path.relative_to(SOURCE).as_posix().startswith(FOR_OTHERS):
            continue
        text = COMMENT.sub("", TESTS_OF_A_FILE.sub("", path.read_text(encoding="utf-8")))
        for call in RAISES.finditer(text):
            for literal in LITERAL.finditer(text, call.end(), extent(text, call.end())):
                message = re.sub(r"\\\n\s*", "", literal[1]).replace('\\"', '"').replace("\\n", "\n")
                if " " in message.strip():
                    found.setdefault(message, path.relative_to(ROOT).as_posix())
    return found


def says(text, parts):
    """Whether a text has the parts of a message, what is between the placeholders, in their order."""
    place = 0
    for part in parts:
        place = text.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return True


class Watch:
    """Notes the texts of exceptions while tests run, and the test that each came in first."""

    def __init__(self):
        self.texts = {}
        self.test = None

    def trace(self, frame, event, argument):
        # Exceptions alone are looked at.
        frame.f_trace_lines = False
        if event == "exception":
            try:
                text = str(argument[1])
            except BaseException:
                return self.trace
            self.texts.setdefault(text, self.test)
        return self.trace


class Result(unittest.TestResult):
    def __init__(self, watch):
        super().__init__()
        self.watch = watch

    def startTest(self, test):
        self.watch.test = test.id()
        # Tests of tracing leave none.
        threading.settrace(self.watch.trace)
        sys.settrace(self.watch.trace)
        super().startTest(test)


def listed():
    lines = UNREACHED.read_text(encoding="utf-8").splitlines()
    rows = [line.split("  ", 1) for line in lines if line and not line.startswith("#")]
    return {message.replace("\\n", "\n"): reason for message, reason in rows}


def main():
    names = sys.argv[1:] or sorted(path.stem for path in TESTS.glob("test_*.py")
                                   if not path.stem.startswith("test_windows_"))
    sys.path.insert(0, str(TESTS))
    watch = Watch()
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    hook = sys.unraisablehook
    sys.unraisablehook = lambda unraisable: watch.texts.setdefault(str(unraisable.exc_value), watch.test)
    result = Result(watch)
    suite.run(result)
    sys.settrace(None)
    threading.settrace(None)
    sys.unraisablehook = hook
    known, missing, stale = listed(), [], []
    for message, path in messages().items():
        parts = PLACEHOLDER.split(message)
        test = next((test for text, test in watch.texts.items() if says(text, parts)), None)
        if test is None and message not in known:
            missing.append((path, message))
        elif test is not None and message in known:
            stale.append((path, message))
        print(f"{path}: {message!r}: {test or known.get(message, 'NOT REACHED')}")
    print(f"{result.testsRun} tests, {len(watch.texts)} texts; {len(messages())} messages, "
          f"{len(missing)} that no test reaches and {UNREACHED.name} does not list")
    for path, message in missing:
        print(f"NOT REACHED {path}: {message!r}")
    for path, message in stale if not sys.argv[1:] else []:
        print(f"REACHED, but listed {path}: {message!r}")
    sys.stdout.flush()
    # Tests leave threads behind.
    os._exit(bool(missing or stale))


if __name__ == "__main__":
    main()
