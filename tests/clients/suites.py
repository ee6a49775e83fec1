"""A package's own tests: pytest's, by pytest, and compared test by test."""

from collections import Counter
from xml.etree import ElementTree

from client import Outcome, steady

PYTEST = ["pytest==8.4.2", "pluggy==1.7.0", "iniconfig==2.3.1", "packaging==26.3",
          "pygments==2.21.0"]
# No cache beside the tests, which both interpreters run at the same time.
OPTIONS = ["-q", "-p", "no:cacheprovider", "--tb=short"]


def pytest(machine, interpreter, *arguments, packages, cwd, name, **options):
    """Runs pytest with these arguments, and has from JUnit's report what came of each test."""
    scratch = machine.scratch(name, interpreter.name)
    report = scratch / "report.xml"
    finished = interpreter.run(
        "-m", "pytest", *OPTIONS, f"--basetemp={scratch / 'temporary'}", f"--junitxml={report}",
        *arguments, packages=packages, cwd=cwd, **options)
    (scratch / "output.txt").write_text(finished.stdout + finished.stderr)
    if not report.exists():
        return Outcome(finished.error(), {"exit": finished.error()})
    details = {identity(case): steady(verdict(case))
               for case in ElementTree.parse(report).iter("testcase")}
    return Outcome(counted(details), details | {"exit status": finished.returncode})


def identity(case):
    return f"{case.get('classname')}::{case.get('name')}"


def verdict(case):
    for element in case:
        if element.tag in ("failure", "error", "skipped"):
            words = "xfailed" if element.get("type") == "pytest.xfail" else element.tag
            return f"{words}: {element.get('message') or ''}".splitlines()[0]
    return "passed"


def counted(details):
    counts = Counter(text.partition(":")[0] for text in details.values())
    return ", ".join(f"{count} {word}" for word, count in counts.most_common())
