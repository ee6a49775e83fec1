"""A package's own tests under pytest, compared test by test."""

import json
import re
import shutil
from collections import Counter

from client import PROGRAMS, Outcome, steady

PYTEST = ["pytest==8.4.2", "pluggy==1.7.0", "iniconfig==2.3.1", "packaging==26.3",
          "pygments==2.21.0"]
# No cache beside the tests, which both interpreters run at the same time.
OPTIONS = ["-q", "-p", "pytest_outcomes", "-p", "no:cacheprovider"]


def pytest(machine, interpreter, *arguments, packages, log, **options):
    """Runs pytest. What came of each test, None of one that the process has ended in, and how that ended."""
    log.unlink(missing_ok=True)
    finished = interpreter.run(
        "-m", "pytest", *OPTIONS, *arguments, OUTCOMES=str(log),
        packages=[*packages, machine.installed(PYTEST), PROGRAMS], **options)
    lines = map(json.loads, log.read_text().splitlines()) if log.exists() else ()
    return {line["test"]: line["outcome"] for line in lines}, finished


def error(finished):
    """What ended pytest before it had run all; 0 and 1 are its own when it has."""
    return "" if finished.returncode in (0, 1) else finished.error()


def counted(outcomes):
    """How many tests of each outcome, in words."""
    counts = Counter(re.match(r"\w+", outcome)[0] for outcome in outcomes.values())
    return ", ".join(f"{count} {word}" for word, count in counts.most_common())


def in_source(name, requirement, *arguments, beside=(), **variables):
    """The `run` of a client that is the tests in a package's source distribution."""
    def run(machine, interpreter):
        scratch = machine.scratch(name, interpreter.name)
        # A copy of its own, since tests write beside themselves.
        source = shutil.copytree(machine.source(requirement), scratch / "source")
        outcomes, finished = pytest(
            machine, interpreter, *arguments, packages=[machine.installed([requirement, *beside])],
            log=scratch / "outcomes", cwd=source, HOME=str(scratch), **variables)
        details = {test: steady(outcome or finished.error()) for test, outcome in outcomes.items()}
        return Outcome(counted(details), details | {"process": error(finished)})

    return run
