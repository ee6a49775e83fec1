"""A plugin of pytest that writes the outcome of each test, as a line of JSON, to $OUTCOMES.

A test is named when it begins as well, so that one that takes the process with it is known.
"""

import json
import os

phases = []


def write(**line):
    with open(os.environ["OUTCOMES"], "a") as file:
        file.write(json.dumps(line) + "\n")


def said(report):
    """What a report that is not of success says, in a line."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2]
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = (crash.message if crash else str(report.longrepr)).strip().splitlines()
    return lines[0 if crash else -1]


def pytest_collectreport(report):
    if not report.passed:
        write(test=report.nodeid, outcome=f"{report.outcome} in collection: {said(report)}")


def pytest_runtest_logstart(nodeid):
    phases.clear()
    write(test=nodeid, outcome=None)


def pytest_runtest_logreport(report):
    if hasattr(report, "wasxfail"):
        phases.append(f"x{'passed' if report.passed else 'failed'}: {report.wasxfail}")
    elif not report.passed:
        where = "" if report.when == "call" else f" in {report.when}"
        phases.append(f"{report.outcome}{where}: {said(report)}")


def pytest_runtest_logfinish(nodeid):
    write(test=nodeid, outcome="; ".join(phases) or "passed")
