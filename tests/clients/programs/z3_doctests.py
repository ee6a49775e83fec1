"""The examples in the docstrings of Z3's modules, each with what it printed and whether its author
expected that."""

import doctest
import importlib
import re
import sys

# Of a traceback, what an example's author expects: not its frames.
FRAMES = re.compile(r"Traceback \(most recent call last\):\n(?:  .*\n)+")


class Runner(doctest.DocTestRunner):
    def said(self, out, test, example, got, word):
        source = " / ".join(example.source.strip().splitlines())
        got = FRAMES.sub("Traceback: ", got)
        out(f"{test.name}:{example.lineno}: {source} -> {got!r} ({word})\n")

    def report_start(self, out, test, example):
        pass

    def report_success(self, out, test, example, got):
        self.said(out, test, example, got, "as expected")

    def report_failure(self, out, test, example, got):
        self.said(out, test, example, got, "unexpected")

    def report_unexpected_exception(self, out, test, example, exc_info):
        self.said(out, test, example, f"{exc_info[0].__name__}: {exc_info[1]}", "unexpected")


runner = Runner(verbose=False)
finder = doctest.DocTestFinder(exclude_empty=True)
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    for test in finder.find(module):
        if test.examples:
            runner.run(test, clear_globs=False)
print(runner.summarize(verbose=False))
